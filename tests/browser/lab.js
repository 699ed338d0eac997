// What the tests of a running lab share: its clock, its speeds, its inspector,
// its place in the browser's storage.

import { readFileSync } from "node:fs";
import { expect, open } from "./support.js";

export const SANDBOX = "#/sandbox/corner";
export const LESSON = "#/learn/foundations/error-budgets";
/** One whose learner arrives after minutes and not after twenty days. */
export const SHORT_LESSON = "#/learn/foundations/golden-signals";

/** A file of the project. */
export const file = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** Opens a route and waits until a lab stands there. */
export async function openLab(page, route) {
  await open(page, route);
  await expect(page.locator(".clock-time")).toBeVisible({ timeout: 100_000 });
}

/** The simulated clock, in seconds from the start of day 1. */
export async function clock(page) {
  const text = await page.locator(".clock").innerText();
  const [, day, hours, minutes, seconds] = text.match(/Day\s(\d+)[^]*?(\d+):(\d+):(\d+)/);
  return ((Number(day) - 1) * 24 + Number(hours)) * 3600 + Number(minutes) * 60 + Number(seconds);
}

export const speed = (page, name) =>
  page.getByRole("group", { name: "Speed of simulated time" }).getByRole("button", { name, exact: true });

export async function runAt(page, name) {
  await speed(page, name).click();
  await expect(speed(page, name)).toHaveAttribute("aria-pressed", "true");
}

export async function pause(page) {
  await runAt(page, "Pause");
  await expect(page.locator(".clock-day")).toContainText("paused");
}

/** Runs until the simulated clock shows at least so many seconds, then pauses. */
export async function runUntil(page, seconds, name = "600×") {
  await runAt(page, name);
  await expect.poll(() => clock(page), { timeout: 30_000 }).toBeGreaterThanOrEqual(seconds);
  await pause(page);
}

export const inspector = (page) => page.getByRole("region", { name: "Inspector" });

export async function inspect(page, service) {
  await page.getByLabel("Inspect", { exact: true }).selectOption(service);
  await expect(inspector(page).getByRole("heading", { level: 2, name: service })).toBeVisible();
}

/** Opens an action of the inspector, and returns it. */
export async function action(page, name) {
  const details = inspector(page).locator("details").filter({ has: page.locator("summary", { hasText: name }) });
  if (!(await details.evaluate((element) => element.open))) await details.locator("summary").click();
  return details;
}

/** Starts a fault in the inspected service. */
export async function inject(page, { kind, value, minutes }) {
  const form = await action(page, "Inject a fault");
  await form.getByLabel("Kind").selectOption(kind);
  // The first number is the fault's own; how long it lasts stands last.
  await form.locator("input.input-number").first().fill(value);
  if (minutes !== undefined) await form.getByLabel("For", { exact: true }).fill(minutes);
  await form.getByRole("button", { name: "Inject" }).click();
}

/** The state of the whole simulation, as the page shows it. */
export async function digest(page) {
  await page.getByRole("button", { name: "Run…" }).click();
  const dialog = page.getByRole("dialog", { name: "This run" });
  await dialog.getByRole("button", { name: "Show the digest" }).click();
  await expect(dialog.locator(".digest code")).toHaveText(/^[0-9a-f]{16}$/);
  const text = await dialog.locator(".digest code").innerText();
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(dialog).toBeHidden();
  return text;
}

/** What the browser keeps of a place's lab. */
export const kept = (page, place) =>
  page.evaluate((key) => JSON.parse(localStorage.getItem(key)), `xops.run:${place}`);

/**
 * Changes what the browser keeps and loads the page again: written after the
 * page has left, which keeps its own lab then, and before the next one reads.
 */
export async function keep(page, values) {
  const once = `test.kept.${Math.random()}`;
  await page.addInitScript(
    ([once, values]) => {
      if (sessionStorage.getItem(once)) return;
      sessionStorage.setItem(once, "done");
      for (const [key, text] of Object.entries(values)) localStorage.setItem(key, text);
    },
    [once, values],
  );
  await page.reload();
  await page.locator("#boot").waitFor({ state: "detached" });
}

/**
 * Opens a lab that stands where `change` says: what a fresh one keeps, with
 * another seed, journal or end.
 */
export async function openKept(page, place, change) {
  await openLab(page, place);
  const fresh = await kept(page, place);
  await keep(page, { [`xops.run:${place}`]: JSON.stringify({ ...fresh, ...change(fresh) }) });
  await expect(page.locator(".clock-time")).toBeVisible({ timeout: 100_000 });
}

/** The runs that are pinned to the bit, natively and here. */
export function goldenCases() {
  const digests = new Map();
  for (const line of file("tests/golden/digests.txt").split("\n")) {
    const words = line.trim().split(/\s+/);
    if (words.length > 3 && words[0] !== "#") digests.set(words[0], words.at(-1));
  }
  const cases = JSON.parse(file("tests/golden/cases.json"));
  return cases.map((one) => ({ ...one, digest: digests.get(one.name) }));
}
