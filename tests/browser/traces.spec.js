// From a symptom through a trace to the line that names the slow dependency.

import { inject, inspect, openLab, pause, runUntil, SANDBOX } from "./lab.js";
import { expect, test } from "./support.js";

test.describe.configure({ timeout: 120_000 });

const centre = (page) => page.getByRole("tabpanel");

test("a slow dependency is found by clicks alone: trace, span, log line, and back", async ({ page }) => {
  await openLab(page, SANDBOX);
  await pause(page);
  await inspect(page, "payment");
  await inject(page, { kind: "Latency", value: "5", minutes: "" });
  await runUntil(page, 300, "60×");

  await page.getByRole("tab", { name: "Traces" }).click();
  await centre(page).getByLabel("Status").selectOption("failed");
  await centre(page).getByLabel("Order").selectOption("longest first");
  await centre(page).locator(".evidence-open").first().click();

  const spans = centre(page).getByRole("listbox");
  await expect(spans.getByRole("option").filter({ hasText: "payment" }).first()).toBeVisible();
  await spans.focus();
  await page.keyboard.press("End");
  await expect(spans.getByRole("option").last()).toHaveAttribute("aria-selected", "true");

  await centre(page).getByRole("button", { name: "Logs of this request" }).click();
  await expect(page.getByRole("tab", { name: "Logs" })).toHaveAttribute("aria-selected", "true");
  const line = centre(page).locator(".log-line").filter({ hasText: /(timeout calling|call to) payment/ });
  await expect(line.first()).toBeVisible();

  await line.first().getByRole("button", { name: "Trace" }).click();
  await expect(centre(page).getByRole("listbox")).toBeVisible();
});
