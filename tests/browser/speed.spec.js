// Simulated time: as fast as it is told, and the page answers all the while.

import { clock, inject, inspect, openLab, pause, runAt, SANDBOX, speed } from "./lab.js";
import { expect, test } from "./support.js";

test.describe.configure({ timeout: 90_000 });

test("simulated time runs at the speed that was chosen, and stands while paused", async ({ page }) => {
  await openLab(page, SANDBOX);
  await pause(page);
  let before = await clock(page);
  for (const [name, least] of [["1×", 1], ["10×", 10], ["60×", 60], ["600×", 600], ["3600×", 3_600], ["Max", 3_600]]) {
    await runAt(page, name);
    await expect.poll(() => clock(page), { timeout: 20_000 }).toBeGreaterThanOrEqual(before + least);
    await expect(page.locator(".clock-day")).toContainText(/at [\d.]+/);
    await pause(page);
    before = await clock(page);
  }
  await page.getByRole("tab", { name: "SLOs" }).click();
  await page.getByRole("tab", { name: "Map" }).click();
  expect(await clock(page)).toBe(before);
});

test("to the next event stops at it", async ({ page }) => {
  await openLab(page, SANDBOX);
  await pause(page);
  await inspect(page, "payment");
  await inject(page, { kind: "Errors", value: "50", minutes: "7" });
  await expect(page.locator(".fault-list")).toBeVisible();
  const before = await clock(page);
  await speed(page, "To the next event").click();
  await expect(page.locator(".fault-list")).toHaveCount(0, { timeout: 20_000 });
  await expect(page.locator(".clock-day")).toContainText("paused");
  expect(await clock(page)).toBe(before + 420);
});

test("keys choose the speed, and space holds and runs again", async ({ page }) => {
  await openLab(page, SANDBOX);
  for (const [key, name] of [["1", "1×"], ["3", "60×"], ["6", "Max"], [" ", "Pause"], [" ", "Max"], ["2", "10×"]]) {
    await page.keyboard.press(key === " " ? "Space" : key);
    await expect(speed(page, name)).toHaveAttribute("aria-pressed", "true");
  }
});

test("the page answers while time runs as fast as it goes", async ({ page }) => {
  await openLab(page, SANDBOX);
  await runAt(page, "Max");
  const gaps = page.evaluate(
    () =>
      new Promise((resolve) => {
        const gaps = [];
        let last = performance.now();
        const frame = (now) => {
          gaps.push(now - last);
          last = now;
          if (gaps.length < 120) requestAnimationFrame(frame);
          else resolve(gaps);
        };
        requestAnimationFrame(frame);
      }),
  );
  await page.getByRole("tab", { name: "Dashboards" }).click();
  await expect(page.getByRole("tab", { name: "Dashboards" })).toHaveAttribute("aria-selected", "true");
  await page.getByRole("tab", { name: "Map" }).click();
  const sorted = (await gaps).sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1];
  test.info().annotations.push({ type: "frames", description: `median ${median} ms, worst ${sorted.at(-1)} ms` });
  // Loose on purpose: a page that waits for the simulation would be far above.
  expect(median).toBeLessThan(100);
  expect(sorted.at(-1)).toBeLessThan(1_500);
});
