// Same seed and journal, same outcome to the bit: here as natively, at every
// speed, and after a reload.

import { action, digest, file, goldenCases, inject, inspect, SHORT_LESSON, openKept, openLab, pause, runUntil, SANDBOX } from "./lab.js";
import { expect, test } from "./support.js";

test.describe.configure({ timeout: 240_000 });

for (const one of goldenCases()) {
  test(`${one.name}, seed ${one.seed}, ends as it does natively`, async ({ page }) => {
    const place = one.lesson ? SHORT_LESSON : SANDBOX;
    await openKept(page, place, (fresh) => ({
      world: { ...fresh.world, text: file(one.world) },
      lesson: one.lesson && { ...fresh.lesson, lesson: { ...fresh.lesson.lesson, text: file(one.lesson) } },
      seed: one.seed,
      journal: one.journal,
      until: one.until,
    }));
    expect(await digest(page)).toBe(one.digest);
  });
}

test("the speed at which a run was watched leaves no trace in it", async ({ page }) => {
  await openLab(page, SANDBOX);
  await pause(page);
  await inspect(page, "payment");
  await inject(page, { kind: "Errors", value: "30", minutes: "20" });
  await runUntil(page, 60, "60×");
  await (await action(page, "Rolling restart")).getByRole("button", { name: "Restart the pods" }).click();
  await runUntil(page, 1_200, "600×");
  await runUntil(page, 7_200, "3600×");
  await runUntil(page, 20_000, "Max");
  const watched = await digest(page);

  // The reload replays it from the start, in one go.
  await page.reload();
  await expect(page.locator(".clock-time")).toBeVisible({ timeout: 100_000 });
  expect(await digest(page)).toBe(watched);
});
