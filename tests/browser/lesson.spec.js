// The first lesson, played to its end: with the mouse, with the keyboard alone,
// with wrong moves, hints and rewinds.

import { action, clock, goldenCases, inspect, LESSON, openKept, openLab, pause, speed } from "./lab.js";
import { expect, test } from "./support.js";

// Days of simulated time pass in each of these.
test.describe.configure({ timeout: 150_000 });

const lesson = (page) => page.getByRole("region", { name: "Lesson", exact: true });
const heading = (page) => page.locator("#step-heading");
const goOn = (page) => page.locator(".lesson-foot .button-primary");
const commit = (page) => page.getByRole("button", { name: "Commit to this guess" });
const met = (page, text) => page.locator(".check-met", { hasText: text });
// Not `runAt`: the step may be done, and time held, before the button is seen pressed.
const run = (page, name) => speed(page, name).click();
const READY = { timeout: 60_000 };

/** The lesson as it stands at the beginning of step 5, by the reference solution. */
async function openAtStep5(page) {
  const { journal } = goldenCases().find(({ name }) => name === "lesson-solution");
  const steps = journal;
  const last = steps.findIndex((_, at) => steps.slice(0, at + 1).filter(isContinue).length === 4);
  const done = steps.slice(0, last + 1);
  await openKept(page, LESSON, () => ({ seed: 5, journal: done, until: done.at(-1).at }));
  await expect(heading(page)).toHaveText("The quiet thief");
}

const isContinue = ({ command }) => command === "continue";

test("the lesson is played to its end with the mouse", async ({ page }) => {
  await openLab(page, LESSON);
  await expect(heading(page)).toHaveText("Will it last the month?");
  await expect(goOn(page)).toBeDisabled();
  await page.locator("#guess").fill("40");
  await commit(page).click();
  await expect(page.locator(".answer")).toContainText("40 %");
  await run(page, "Max");
  await expect(goOn(page)).toBeEnabled(READY);
  await expect(page.locator("#explanation")).toBeInViewport();
  await expect(page.locator("#explanation")).toContainText(/You said 40\s%/);
  await expect(page.getByRole("heading", { level: 1 })).toBeInViewport({ ratio: 1 });
  await expect(page.locator(".clock-day")).toContainText("paused");
  await goOn(page).click();

  await expect(heading(page)).toHaveText("A release with a flaw");
  await expect(heading(page)).toBeFocused();
  await commit(page).click();
  await run(page, "3600×");
  await expect(goOn(page)).toBeEnabled(READY);
  await goOn(page).click();

  await expect(heading(page)).toHaveText("Keep it or take it back?");
  await expect(commit(page)).toBeDisabled();
  await page.getByText("Roll booking back now").click();
  await commit(page).click();
  await inspect(page, "booking");
  await (await action(page, "Roll back")).getByRole("button", { name: "Roll back to v1" }).click();
  await run(page, "60×");
  await expect(goOn(page)).toBeEnabled(READY);
  await goOn(page).click();

  await expect(heading(page)).toHaveText("Four loud minutes");
  await commit(page).click();
  await run(page, "600×");
  await expect(goOn(page)).toBeEnabled(READY);
  await goOn(page).click();

  await expect(heading(page)).toHaveText("The quiet thief");
  await run(page, "Max");
  await expect(met(page, "You have let the weekend pass")).toBeVisible(READY);
  await pause(page);
  await inspect(page, "tracking");
  await (await action(page, "Roll back")).getByRole("button", { name: "Roll back to v1" }).click();
  await run(page, "Max");
  await expect(goOn(page)).toBeEnabled(READY);
  await goOn(page).click();

  await expect(heading(page)).toHaveText("Debrief");
  const debrief = page.locator(".debrief");
  await expect(debrief.locator(".star")).toHaveCount(3);
  await expect(debrief.getByRole("heading", { name: "Who spent the budget" })).toBeVisible();
  await expect(debrief.locator(".spent li").first()).toContainText("requests of users failed");
  await expect(debrief.locator(".did li")).toHaveCount(2);
  await expect(lesson(page)).not.toContainText("nobody will be paged");
  await page.getByRole("link", { name: "Back to the tracks" }).click();
  await expect(page.getByText("1 of 5 done")).toBeVisible();
});

/** Tab until `target` has the focus, as someone without a mouse does. */
async function tabTo(page, target, key = "Tab") {
  await expect(target).toBeVisible();
  for (let presses = 0; presses < 80; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  await expect(target, "reached with the tab key").toBeFocused();
}

test("the lesson is played to its end with the keyboard alone", async ({ page }) => {
  const press = (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  const guess = async () => {
    await tabTo(page, page.locator("#guess"));
    await press("ArrowRight", "ArrowRight", "ArrowLeft");
    await tabTo(page, commit(page));
    await press("Enter");
    // The form is gone; the focus stays where it was asked.
    await expect(page.locator("#question")).toBeFocused();
  };
  const next = async (title) => {
    await expect(goOn(page)).toBeEnabled(READY);
    await tabTo(page, goOn(page));
    await press("Enter");
    await expect(heading(page)).toHaveText(title);
    await expect(heading(page)).toBeFocused();
  };
  const rollBack = async (service) => {
    await tabTo(page, page.locator("#inspect"));
    await page.keyboard.type(service);
    await expect(page.locator("#inspect")).toHaveValue(service);
    const details = page.locator("details.action", { has: page.locator("summary", { hasText: "Roll back" }) });
    await tabTo(page, details.locator("summary"));
    await press("Enter");
    await tabTo(page, details.getByRole("button", { name: "Roll back to v1" }));
    await press("Enter");
    await tabTo(page, details.locator("summary"), "Shift+Tab");
  };

  await openLab(page, LESSON);
  await press("Tab");
  await expect(page.locator(".skip-link")).toBeFocused();
  await press("Enter");
  await expect(page.locator("#main")).toBeFocused();
  await guess();
  await press("6");
  await next("A release with a flaw");
  await guess();
  await press("5");
  await next("Keep it or take it back?");
  await tabTo(page, page.getByRole("radio").first());
  await press("Space");
  await tabTo(page, commit(page));
  await press("Enter");
  await expect(page.locator("#question")).toBeFocused();
  await rollBack("booking");
  await press("3");
  await next("Four loud minutes");
  await guess();
  await press("4");
  await next("The quiet thief");
  await press("6");
  await expect(met(page, "You have let the weekend pass")).toBeVisible(READY);
  await press("Space");
  await expect(page.locator(".clock-day")).toContainText("paused");
  await rollBack("tracking");
  await press("6");
  await next("Debrief");
  await expect(page.locator(".star")).toHaveCount(3);
  await tabTo(page, page.getByRole("link", { name: "Back to the tracks" }));
});

test("a wrong move earns its feedback, and a hint counts", async ({ page }) => {
  await openAtStep5(page);
  await page.getByRole("button", { name: "Give me a hint" }).click();
  await expect(page.locator(".hint")).toHaveCount(1);
  await expect(page.locator(".hint-ask")).toContainText("2 left");
  await page.getByRole("button", { name: "Another hint" }).click();
  await expect(page.locator(".hint")).toHaveCount(2);
  await expect(page.locator(".hint-ask")).toContainText("1 left");

  await inspect(page, "gateway");
  await (await action(page, "Rolling restart")).getByRole("button", { name: "Restart the pods" }).click();
  const feedback = page.locator("#feedback");
  await expect(feedback).toContainText("A restart gives you fresh pods with the same code");
  await expect(feedback).toBeInViewport();
  await expect(goOn(page)).toBeDisabled();
});

test("a step can be played again from its start", async ({ page }) => {
  await openLab(page, LESSON);
  const began = await clock(page);
  await commit(page).click();
  await run(page, "Max");
  await expect(goOn(page)).toBeEnabled(READY);
  expect(await clock(page)).toBeGreaterThanOrEqual(began + 86_400);

  await page.getByRole("button", { name: "Start again" }).click();
  const dialog = page.getByRole("dialog", { name: "Go back in time?" });
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toBeHidden();
  await expect(goOn(page)).toBeEnabled();

  await page.getByRole("button", { name: "Start again" }).click();
  await dialog.getByRole("button", { name: "Go back", exact: true }).click();
  await expect(commit(page)).toBeVisible();
  await expect(goOn(page)).toBeDisabled();
  await expect.poll(() => clock(page)).toBe(began);

  // Forward once more, and back by the list of steps.
  await commit(page).click();
  await run(page, "Max");
  await expect(goOn(page)).toBeEnabled(READY);
  await goOn(page).click();
  await expect(heading(page)).toHaveText("A release with a flaw");
  await page.getByRole("button", { name: /^Step 1, .* Go back to its start/ }).click();
  await dialog.getByRole("button", { name: "Go back", exact: true }).click();
  await expect(heading(page)).toHaveText("Will it last the month?");
  await expect.poll(() => clock(page)).toBe(began);
});

test("a term tells its meaning", async ({ page }) => {
  await openLab(page, LESSON);
  await commit(page).click();
  await run(page, "Max");
  await expect(goOn(page)).toBeEnabled(READY);
  const term = page.locator("button.term").first();
  await term.click();
  await expect(page.locator(".popover:popover-open")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.locator(".popover:popover-open")).toHaveCount(0);
});

test("on a phone, the lesson's tab says that there is something new", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openLab(page, LESSON);
  await commit(page).click();
  const panes = page.getByRole("navigation", { name: "Parts of the workspace" });
  await panes.getByRole("button", { name: "System" }).click();
  await run(page, "Max");
  await expect(panes.getByRole("button", { name: /^Lesson.*something new/ })).toBeVisible(READY);
  await panes.getByRole("button", { name: /^Lesson/ }).click();
  await expect(page.locator("#explanation")).toBeVisible();
});
