// What the browser keeps: over a reload, and when it can no longer be read.

import { clock, inspect, inspector, keep, kept, SHORT_LESSON, openLab, pause, action, runUntil, SANDBOX } from "./lab.js";
import { expect, open, test } from "./support.js";

test.describe.configure({ timeout: 120_000 });

test("a reload in the middle of a lesson keeps progress and the running lab", async ({ page }) => {
  await openLab(page, SHORT_LESSON);
  const began = await clock(page);
  await page.locator("#guess").fill("400");
  await page.getByRole("button", { name: "Commit to this guess" }).click();
  await runUntil(page, began + 300, "60×");
  const stood = await clock(page);

  await page.reload();
  // First of all: a notice goes by itself after a while.
  await expect(page.getByText("Restored where you left it, paused.")).toBeVisible({ timeout: 40_000 });
  await expect(page.locator(".clock-time")).toBeVisible({ timeout: 40_000 });
  await expect.poll(() => clock(page)).toBe(stood);
  await expect(page.locator(".answer")).toContainText("400 ms");
  await expect(page.locator(".clock-day")).toContainText("paused");

  await page.getByRole("link", { name: "XOps Lab, home" }).click();
  await expect(page.getByRole("link", { name: /Continue where you left off/ })).toHaveAttribute("href", SHORT_LESSON);
});

test("a reload keeps the sandbox with everything that was done", async ({ page }) => {
  await openLab(page, SANDBOX);
  await pause(page);
  await inspect(page, "shop");
  const scale = await action(page, "Scale");
  await scale.getByLabel("Pods wanted").fill("5");
  await scale.getByRole("button", { name: "Scale" }).click();
  await expect(inspector(page).locator(".pod")).toHaveCount(5);
  await page.reload();
  await expect(page.locator(".clock-time")).toBeVisible({ timeout: 40_000 });
  await inspect(page, "shop");
  await expect(inspector(page).locator(".pod")).toHaveCount(5);
});

for (const [what, text] of [
  ["cut off", '{"format": "xops-rep'],
  ["of another version", '{"format":"xops-replay/99","version":99,"world":{"name":"a","text":""},"lesson":null,"seed":1,"journal":[],"until":0}'],
]) {
  test(`a kept lab that is ${what} is said and put aside`, async ({ page }) => {
    await open(page);
    await keep(page, { [`xops.run:${SANDBOX}`]: text });
    await openLab(page, SANDBOX);
    await expect(page.getByText("could not be read")).toContainText("It was put aside");
    const aside = await page.evaluate((key) => localStorage.getItem(`${key}-unreadable-1`), `xops.run:${SANDBOX}`);
    expect(aside).toBe(text);
    expect((await kept(page, SANDBOX)).seed).toBe(1);
  });
}

test("a kept lab whose world is no longer sound says what is wrong and how to go on", async ({ page }) => {
  await openLab(page, SANDBOX);
  const run = await kept(page, SANDBOX);
  run.world.text = run.world.text.replace("replicas: 2", "replicas: none");
  await keep(page, { [`xops.run:${SANDBOX}`]: JSON.stringify(run) });
  const alert = page.getByRole("alert").filter({ hasText: "could not be opened" });
  await expect(alert.locator(".problem")).toHaveCount(1);
  await alert.getByRole("button", { name: "Start afresh" }).click();
  await expect(page.locator(".clock-time")).toBeVisible();
  const texts = await page.evaluate(() => Object.values({ ...localStorage }));
  expect(texts.some((text) => text.includes("replicas: none"))).toBe(true);
});

for (const key of ["xops.progress", "xops.settings"]) {
  test(`${key} that cannot be read is said and put aside`, async ({ page }) => {
    await open(page);
    await keep(page, { [key]: "{not json" });
    await expect(page.getByText(`kept under “${key}” could not be read`)).toBeVisible();
    const aside = await page.evaluate((key) => localStorage.getItem(`${key}-unreadable-1`), key);
    expect(aside).toBe("{not json");
  });
}

test("forbidden storage is said once, and the lab runs", async ({ page }) => {
  await page.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  await openLab(page, SANDBOX);
  await expect(page.getByText("storage is full or not allowed")).toHaveCount(1);
});
