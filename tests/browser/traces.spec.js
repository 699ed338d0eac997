// From a symptom on a dashboard through a trace to the line that names the
// slow dependency, and one time for all of them.

import { inject, inspect, openLab, pause, runUntil, SANDBOX } from "./lab.js";
import { expect, test } from "./support.js";

const centre = (page) => page.getByRole("tabpanel");
const tab = (page, name) => page.getByRole("tab", { name, exact: true });

test("a slow dependency is found by clicks alone: chart, trace, span, log line, and back", async ({ page }) => {
  // One request in ten is followed to its end, so that a busy shop shows some soon.
  await openLab(page, "#/sandbox/shop");
  await pause(page);
  await inspect(page, "payment");
  await inject(page, { kind: "Extra latency", value: "5000", minutes: "" });
  await page.getByLabel("Inspect", { exact: true }).selectOption({ index: 0 });
  await runUntil(page, 180, "60×");

  // The symptom: some of the users' requests take seconds, on the dashboard.
  await tab(page, "Dashboards").click();
  await centre(page).getByRole("button", { name: "Traces of this time, for Latency" }).click();
  await expect(tab(page, "Traces")).toHaveAttribute("aria-selected", "true");
  await expect(centre(page).getByLabel("Order")).toHaveValue("longest first");
  const longest = centre(page).locator("tr", { has: page.locator(".evidence-open") }).first();
  await expect(longest).toContainText(/\d\ss/);
  await longest.locator(".evidence-open").click();

  // The trace: what is longest in it is the call to payment.
  const spans = centre(page).getByRole("listbox");
  await expect(spans.getByRole("option").filter({ hasText: "payment /charge" }).first()).toBeVisible();
  await spans.focus();
  await page.keyboard.press("End");
  await expect(spans.getByRole("option").last()).toHaveAttribute("aria-selected", "true");

  // The line that names it.
  await centre(page).getByRole("button", { name: "Logs of this request" }).click();
  await expect(tab(page, "Logs")).toHaveAttribute("aria-selected", "true");
  const line = centre(page).locator(".log-line").filter({ hasText: /(timeout calling|call to) payment/ });
  await expect(line.first()).toBeVisible();

  await line.first().getByRole("button", { name: "Trace" }).click();
  await expect(centre(page).getByRole("listbox")).toBeVisible();
});

test("a range that is chosen in one tab holds in all of them", async ({ page }) => {
  await openLab(page, SANDBOX);
  await pause(page);
  for (const [chosen, next] of [["Dashboards", "Explore"], ["Explore", "Traces"], ["Traces", "Logs"], ["Logs", "Dashboards"]]) {
    await tab(page, chosen).click();
    const name = { Dashboards: "15m", Explore: "6h", Traces: "5m", Logs: "1d" }[chosen];
    await centre(page).getByRole("button", { name, exact: true }).click();
    await tab(page, next).click();
    await expect(centre(page).getByRole("button", { name, exact: true })).toHaveAttribute("aria-pressed", "true");
  }
});
