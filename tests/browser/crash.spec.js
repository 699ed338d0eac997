// The worker's end: shown, repaired from the journal, and never silent.

import { clock, inspect, inspector, openLab, pause, action, runAt, runUntil, SANDBOX } from "./lab.js";
import { expect, test } from "./support.js";

const ENGINE = /engine-[0-9a-f]+\.wasm$/;

/** Lets the page's worker panic. */
async function panic(page) {
  const worker = page.workers()[0];
  const script = async () => {
    const text = await (await fetch(location.href)).text();
    const [engine] = text.match(/engine-[0-9a-f]+\.js/);
    (await import(new URL(engine, location.href))).provoke_panic();
  };
  // The worker is ended while it answers.
  await worker.evaluate(script).catch(() => {});
}

test("a panic is shown with a replay to copy, and a fresh worker stands where the old one stopped", async ({ page, context, problems }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openLab(page, SANDBOX);
  await pause(page);
  await inspect(page, "shop");
  const scale = await action(page, "Scale");
  await scale.getByLabel("Pods wanted").fill("5");
  await scale.getByRole("button", { name: "Scale" }).click();
  await expect(inspector(page).locator(".pod")).toHaveCount(5);
  await runUntil(page, 3_600);
  const stood = await clock(page);

  await panic(page);
  const dialog = page.getByRole("dialog", { name: "The simulator stopped unexpectedly" });
  await expect(dialog).toBeVisible();
  await expect(dialog.locator(".crash-message")).toContainText("provoked by a test");
  await expect(dialog.getByRole("button", { name: "Continue" })).toBeEnabled({ timeout: 30_000 });

  await dialog.getByRole("button", { name: "Copy replay" }).click();
  await expect(dialog.getByText("The replay is on the clipboard.")).toBeVisible();
  const replay = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  expect(replay.format).toContain("xops-replay");
  expect(replay.world.text).toContain("The corner shop");
  expect(replay.journal.map(({ command }) => command)).toEqual([{ scale: { service: "shop", replicas: 5 } }]);

  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(dialog).toBeHidden();
  expect(await clock(page)).toBe(stood);
  await expect(inspector(page).locator(".pod")).toHaveCount(5);
  await runAt(page, "10×");
  await expect.poll(() => clock(page)).toBeGreaterThan(stood);
  expect(problems.splice(0).filter((problem) => !/unreachable|provoked/.test(problem))).toEqual([]);
});

test("a worker that cannot be loaded is said, with a remedy", async ({ page, problems }) => {
  await page.route(/worker-[0-9a-f]+\.js$/, (route) => route.abort());
  await page.goto(SANDBOX);
  const dialog = page.getByRole("dialog", { name: "The simulator stopped unexpectedly" });
  await expect(dialog).toContainText("could not be loaded");
  await expect(dialog.getByRole("button", { name: "Start over" })).toBeVisible();
  await page.unrouteAll();
  await dialog.getByRole("button", { name: "Start over" }).click();
  await expect(page.locator(".clock-time")).toBeVisible({ timeout: 30_000 });
  problems.splice(0);
});

test("an engine that cannot be loaded is said, with a remedy", async ({ page, problems }) => {
  await page.route(ENGINE, (route) => route.fulfill({ status: 404 }));
  await page.goto(SANDBOX);
  const dialog = page.getByRole("dialog", { name: "The simulator stopped unexpectedly" });
  await expect(dialog).toContainText("could not be loaded");
  await expect(dialog).toContainText("the server answered 404");
  await expect(dialog.getByRole("button", { name: "Start over" })).toBeVisible();
  await page.unrouteAll();
  await dialog.getByRole("button", { name: "Start over" }).click();
  await expect(page.locator(".clock-time")).toBeVisible({ timeout: 30_000 });
  problems.splice(0);
});

test("the home page stays of use without the engine", async ({ page, problems }) => {
  await page.route(ENGINE, (route) => route.abort());
  await page.goto("");
  await expect(page.locator(".demo").getByRole("alert")).toContainText(/could not be loaded.*check your connection/);
  await expect(page.getByRole("link", { name: /corner shop/ })).toBeVisible();
  problems.splice(0);
});
