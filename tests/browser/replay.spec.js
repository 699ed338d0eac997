// Recorded runs: shared as a link and as a file, watched, scrubbed, forked.

import { readFileSync } from "node:fs";
import { action, clock, digest, inspect, inspector, openLab, pause, runAt, runUntil, SANDBOX, speed } from "./lab.js";
import { expect, expectAccessible, open, test } from "./support.js";

const bar = (page) => page.getByRole("region", { name: "Recording" });

async function scale(page, pods) {
  await inspect(page, "shop");
  const form = await action(page, "Scale");
  await form.getByLabel("Pods wanted").fill(String(pods));
  await form.getByRole("button", { name: "Scale" }).click();
  await expect(inspector(page).locator(".pod")).toHaveCount(pods);
}

/** A run of two actions that stands paused. */
async function played(page) {
  await openLab(page, SANDBOX);
  await pause(page);
  await scale(page, 4);
  await runUntil(page, (await clock(page)) + 60, "60×");
  await scale(page, 5);
}

async function share(page, button) {
  await page.getByRole("button", { name: "Run…" }).click();
  const dialog = page.getByRole("dialog", { name: "This run" });
  const downloaded = button === "Save recording" ? page.waitForEvent("download") : undefined;
  await dialog.getByRole("button", { name: button }).click();
  await expect(dialog.getByText(/on the clipboard|among your downloads/)).toBeVisible();
  await dialog.getByRole("button", { name: "Close" }).click();
  return downloaded;
}

async function saveResult(page, name) {
  await page.getByRole("button", { name: "Run…" }).click();
  const dialog = page.getByRole("dialog", { name: "This run" });
  await dialog.getByLabel("Your name").fill(name);
  const downloaded = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Save result" }).click();
  await expect(dialog.getByText("among your downloads")).toBeVisible();
  await dialog.getByRole("button", { name: "Close" }).click();
  return downloaded;
}

test("a link leads to the same run, which can be scrubbed and forked", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await played(page);
  const expected = await digest(page);
  const end = await clock(page);
  await share(page, "Copy link");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain("#/replay/");
  expect(link.length).toBeLessThan(2_000);

  await page.goto("about:blank");
  await page.goto(link);
  await expect(bar(page)).toContainText("Before the first of 2 actions");
  await expectAccessible(page);

  // It goes on by itself, does what was done, and stands still at its end.
  await runAt(page, "60×");
  await expect(bar(page)).toContainText("Action 2 of 2");
  await expect(speed(page, "Pause")).toHaveAttribute("aria-pressed", "true");
  expect(await clock(page)).toBe(end);
  expect(await digest(page)).toBe(expected);

  // Nobody can act in it.
  await inspect(page, "shop");
  const form = await action(page, "Scale");
  await form.getByLabel("Pods wanted").fill("2");
  await form.getByRole("button", { name: "Scale" }).click();
  await expect(page.getByText("this is a recording")).toBeVisible();

  // Back to the first action by the button, then by the line to the beginning and to the end.
  await bar(page).getByRole("button", { name: "To the action before" }).click();
  await expect(bar(page)).toContainText("Action 1 of 2");
  const line = bar(page).getByRole("slider");
  await line.focus();
  await page.keyboard.press("Home");
  await expect(bar(page)).toContainText("Before the first of 2 actions");
  await page.keyboard.press("End");
  await expect(bar(page)).toContainText(/Action [12] of 2/);
  await bar(page).getByRole("button", { name: "To the action before" }).click();
  await expect(bar(page)).toContainText("Action 1 of 2");

  await bar(page).getByRole("button", { name: "Go on from here" }).click();
  await expect(bar(page)).toBeHidden();
  await scale(page, 2);
});

test("a saved recording or result is opened as a file", async ({ page }) => {
  await played(page);
  const handedIn = JSON.parse(readFileSync(await (await saveResult(page, "Ada")).path(), "utf8"));
  expect(handedIn.author).toBe("Ada");
  expect(handedIn.outcome.marks).toHaveLength(2);
  expect(handedIn.outcome.digest).toMatch(/^[0-9a-f]{16}$/);
  const file = await share(page, "Save recording");
  const text = readFileSync(await file.path(), "utf8");
  await open(page, "#/replay");
  await page.getByLabel("Recording or result (.json)").setInputFiles({
    name: "cut.json",
    mimeType: "application/json",
    buffer: Buffer.from(text.slice(0, 90)),
  });
  await expect(page.locator(".problem[role=alert]")).toContainText("cut.json:1:");
  await expectAccessible(page);
  await page.getByLabel("Recording or result (.json)").setInputFiles({
    name: "run.json",
    mimeType: "application/json",
    buffer: Buffer.from(text),
  });
  await expect(bar(page)).toContainText("Before the first of 2 actions");
  await open(page, "#/");
  await open(page, "#/replay");
  await page.getByLabel("Recording or result (.json)").setInputFiles({
    name: "result.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(handedIn)),
  });
  await expect(bar(page)).toContainText("Before the first of 2 actions");
});

test("an instructor has results run again, and sees which are true", async ({ page }) => {
  await played(page);
  const honest = readFileSync(await (await saveResult(page, "Ada")).path(), "utf8");
  const flattering = JSON.parse(honest);
  flattering.author = "Bob";
  flattering.outcome.marks[1].requests += 1;
  const easier = JSON.parse(honest);
  easier.author = "Eve";
  easier.replay.world.text += "# changed\n";
  await open(page, "#/workshop");
  const file = (name, text) => ({ name, mimeType: "application/json", buffer: Buffer.from(text) });
  await page.getByLabel("Results (.json)").setInputFiles([
    file("ada.json", honest),
    file("bob.json", JSON.stringify(flattering)),
    file("eve.json", JSON.stringify(easier)),
    file("cut.json", honest.slice(0, 99)),
  ]);
  const row = (name) => page.getByRole("row", { name });
  await expect(page.getByText("4 of 4 run again")).toBeVisible();
  await expect(row(/Ada/)).toContainText("confirmed");
  await expect(row(/Bob/)).toContainText("differs after command 2");
  await expect(row(/Eve/)).toContainText("with another `worlds/corner.yaml` than is here");
  await expect(row(/cut/)).toContainText("EOF");
  await expectAccessible(page);
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save table" }).click();
  const table = readFileSync(await (await downloading).path(), "utf8");
  expect(table.trim().split("\r\n")).toHaveLength(5);
});

for (const [what, code, problem] of [
  ["cut off", "eJyrVk", "damaged"],
  ["of something else", "q1ZKVLIyrAUA", "holds no run"],
]) {
  test(`a link that is ${what} says so and asks for a file`, async ({ page }) => {
    await open(page, `#/replay/${code}`);
    await expect(page.locator(".problem[role=alert]")).toContainText(problem);
    await expect(page.getByLabel("Recording or result (.json)")).toBeVisible();
  });
}
