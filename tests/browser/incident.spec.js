// An incident from its page to the exported postmortem.

import { readFileSync } from "node:fs";
import { clock, inject, inspect, openLab, pause, runUntil, SANDBOX } from "./lab.js";
import { expect, test } from "./support.js";

test.describe.configure({ timeout: 120_000 });

const tab = (page, name) => page.getByRole("tab", { name, exact: true });
const part = (page, name) => page.getByRole("region", { name, exact: true });

test("an incident is declared, worked on, reviewed and taken along", async ({ page }) => {
  await openLab(page, SANDBOX);
  await pause(page);
  await tab(page, "Alerts").click();
  await page.getByRole("button", { name: "Derive burn-rate rules for availability" }).click();
  await inspect(page, "payment");
  await inject(page, { kind: "Errors", value: "90", minutes: "" });
  await runUntil(page, (await clock(page)) + 1_800);

  await page.keyboard.press("i");
  await expect(tab(page, "Incident")).toHaveAttribute("aria-selected", "true");
  await part(page, "Open pages").getByRole("button", { name: "Acknowledge" }).first().click();
  const declare = part(page, "Declare an incident");
  await declare.getByLabel("What users notice").fill("Payments fail");
  await declare.getByLabel("payment", { exact: true }).check();
  await declare.getByRole("button", { name: "Declare an incident" }).click();
  await expect(page.getByRole("heading", { name: "Incident 1: Payments fail" })).toBeVisible();
  await expect(part(page, "Impact so far").first()).toContainText("Sales lost");

  // Refused: a cause has to be named; then it is.
  const incident = page.getByRole("region", { name: "Incident 1: Payments fail" });
  await incident.getByLabel("Status", { exact: true }).selectOption("identified");
  await incident.getByRole("button", { name: "Set" }).click();
  await expect(page.getByText("it is not said what was identified")).toBeVisible();
  await incident.getByLabel("Suspected cause").selectOption("payment");
  await incident.getByRole("button", { name: "Set" }).click();
  await expect(incident.getByRole("status").first()).toContainText("SEV2, identified: payment");
  const scribe = incident.getByRole("row", { name: /^scribe/ });
  await scribe.getByRole("button", { name: "Give to a colleague" }).click();
  await expect(scribe).toContainText("a colleague");
  await incident.getByLabel("Update on the status page").fill("Payments fail; we are on it.");
  await incident.getByRole("button", { name: "Post" }).click();
  await expect(incident.getByLabel("Update on the status page")).toHaveValue("");

  await page.getByRole("button", { name: /^End the fault/ }).first().click();
  await runUntil(page, (await clock(page)) + 900);
  const story = part(page, "Timeline").first();
  await expect(story).toContainText("done: fault 0 ended");
  await story.getByLabel("Note").fill("The fault was ended by hand");
  await story.getByRole("button", { name: "Add" }).click();
  await expect(story).toContainText("The fault was ended by hand");
  await incident.getByLabel("Status", { exact: true }).selectOption("resolved");
  await incident.getByRole("button", { name: "Set" }).click();

  const review = part(page, "Postmortem");
  const form = (label) => review.locator("form").filter({ has: page.getByLabel(label, { exact: true }) });
  await form("Summary").getByLabel("Summary").fill("Nine of ten payments failed.");
  await form("Summary").getByRole("button", { name: "Keep" }).click();
  await form("Evidence").getByLabel("What", { exact: true }).fill("payment answered with errors");
  await form("Evidence").getByLabel("Evidence", { exact: true }).fill("sum(rate(http_server_request_duration_seconds_count[5m]))");
  await form("Evidence").getByRole("button", { name: "Add" }).click();
  await expect(review).toContainText("(query: sum(rate(");
  await form("What went wrong").getByLabel("What went wrong").fill("Ben should have known");
  await form("What went wrong").getByRole("button", { name: "Add" }).click();
  await expect(part(page, "Wording that blames")).toContainText("should have known");
  await form("Owner").getByLabel("What", { exact: true }).fill("Retry payments");
  await form("Owner").getByLabel("Owner").fill("ben");
  await form("Owner").getByLabel("Change that the lab can make").selectOption({ label: "shop → payment/charge: attempts" });
  await form("Owner").getByLabel("Value").fill("3");
  await form("Owner").getByRole("button", { name: "Add" }).click();
  await expect(review).toContainText("Retry payments (ben, prevent: shop calls payment/charge: 3 attempts)");

  await review.getByRole("button", { name: "Had nothing been done" }).click();
  await expect(part(page, "Compare")).toContainText("Nothing done", { timeout: 60_000 });
  await review.getByRole("button", { name: "With the action items done before" }).click();
  await expect(part(page, "Compare")).toContainText("with 1 changes made before", { timeout: 60_000 });
  await expect(part(page, "Score")).toContainText("Users spared");

  const saved = page.waitForEvent("download");
  await review.getByRole("button", { name: "Save as Markdown" }).click();
  const text = readFileSync(await (await saved).path(), "utf8");
  expect(text).toContain("# Incident 1: Payments fail");
  expect(text).toContain("| Retry payments | ben | prevent |");
  expect(text).toContain("## Wording to change");
  await pause(page);
});
