// What was done: shown, saved, brought in; and the reference with its sliders.

import { readFileSync } from "node:fs";
import { expect, open, test } from "./support.js";

const PROGRESS = {
  version: 1,
  lessons: { "foundations/error-budgets": { step: 5, steps: 6, done: true, stars: 2, best: 2 } },
  last: null,
};

const bring = (page, name, text) =>
  page.getByLabel("Progress (.json)").setInputFiles({ name, mimeType: "application/json", buffer: Buffer.from(text) });

test("progress is brought in, adds up, and is taken along", async ({ page }) => {
  await open(page, "#/progress");
  await expect(page.getByText("Nothing yet.")).toBeVisible();
  await bring(page, "mine.json", JSON.stringify(PROGRESS));
  const row = page.getByRole("row", { name: /Error budgets and burn rate/ });
  await expect(row).toContainText("finished");
  await bring(page, "broken.json", '{"version": 1');
  await expect(page.getByText("broken.json holds no progress")).toBeVisible();
  await expect(row).toContainText("finished");

  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save progress" }).click();
  const saved = JSON.parse(readFileSync(await (await downloading).path(), "utf8"));
  expect(saved.lessons).toEqual(PROGRESS.lessons);
  await page.reload();
  await expect(row).toContainText("finished");
});

test("a formula answers its sliders, and the parts of the reference have addresses", async ({ page }) => {
  await open(page, "#/reference");
  const formula = page.getByRole("article", { name: "Error budget" });
  await expect(formula).toContainText("43 min");
  // Down from 99.9 % to 99.5 %: five times as much.
  await formula.getByLabel("Target").focus();
  await page.keyboard.press("ArrowLeft");
  await expect(formula).toContainText("3 h 36 min");
  await page.getByRole("link", { name: "Faults" }).click();
  await expect(page).toHaveURL(/#\/reference\/faults$/);
  await expect(page.getByRole("row", { name: /certificate-expired/ })).toBeVisible();
  await open(page, "#/reference/nothing");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is nothing here");
});
