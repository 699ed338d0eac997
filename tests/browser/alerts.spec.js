// Objectives and alerts in the page: what is promised, a rule, its page, and
// what somebody made of it.

import { openLab, pause, runAt, runUntil, SANDBOX } from "./lab.js";
import { expect, expectAccessible, test } from "./support.js";

test.describe.configure({ timeout: 120_000 });

const tab = (page, name) => page.getByRole("tab", { name }).click();
const part = (page, name) => page.getByRole("region", { name, exact: true }).first();
const editor = (page) => page.getByRole("form", { name: "Objective" });

test("an objective is edited, and a rule of one's own pages somebody who answers", async ({ page }) => {
  await openLab(page, SANDBOX);
  await page.locator(".chip", { hasText: "Availability" }).click();
  const objective = part(page, "Availability");
  await objective.getByRole("button", { name: "Change" }).click();
  await editor(page).getByRole("textbox", { name: "Target" }).fill("99.95");
  await expect(editor(page).getByRole("row", { name: /^99\.95 %/ })).toContainText("43 s");
  await expect(editor(page)).toContainText("The next nine, 99.995 %");
  await editor(page).getByRole("button", { name: "Set objective" }).click();
  await expect(objective).toContainText("99.95 % of users' requests are answered without an error");

  await tab(page, "Alerts");
  const designer = part(page, "Rule designer");
  const query = designer.getByRole("combobox", { name: "Query 1" });
  await query.fill("sum(up) > 0");
  await page.keyboard.press("Escape");
  await query.press("Control+Enter");
  await designer.getByLabel("Name").first().fill("Anything");
  await designer.getByRole("button", { name: "Use this rule" }).first().click();
  await runAt(page, "60×");
  const rules = part(page, "Rules");
  await expect(rules.getByRole("row", { name: /Anything.*sum\(up\) > 0/ })).toContainText("firing");
  const row = part(page, "Pages").getByRole("row", { name: /#1 Anything/ });
  await expect(row).toContainText("ringing");
  await pause(page);
  await expect(page.getByRole("button", { name: /1 page rings/ })).toBeVisible();
  await row.getByRole("button", { name: "Acknowledge" }).click();
  await expect(row).toContainText("acknowledged");
  await row.getByRole("button", { name: "No", exact: true }).click();
  await expect(row.getByRole("cell").last()).toHaveText("No");
  await expect(page.locator(".timeline")).toContainText("page 1 was for nothing");
  await expectAccessible(page);
});

test("what makes no sense in an objective or a rule is refused beside its field", async ({ page }) => {
  await openLab(page, SANDBOX);
  await runUntil(page, 120);
  await tab(page, "SLOs");
  await page.getByRole("button", { name: "New objective" }).click();
  const said = editor(page).locator(".field-error");
  const refused = async (label, texts) => {
    const field = editor(page).getByRole("textbox", { name: label });
    for (const [typed, problem] of texts) {
      await field.fill(typed);
      await editor(page).getByRole("button", { name: "Set objective" }).click();
      await expect(field).toHaveAttribute("aria-invalid", "true");
      await expect(field).toHaveAccessibleDescription(problem);
    }
  };
  await refused("Name", [
    ["", /write 1 to 63/],
    ["Two words", /write 1 to 63/],
    ["a".repeat(5_000), /write 1 to 63/],
    ["latency", /choose another name/],
  ]);
  await editor(page).getByLabel("Name").fill("new");
  await refused("Target", [
    ["", /Enter a number from/],
    ["100", /leaves no error budget/],
    ["101", /out of range/],
    ["1e99", /out of range/],
    ["-1", /out of range/],
    ["NaN", /not a number/],
    ["many", /not a number/],
    ["9".repeat(5_000), /out of range|not a number/],
  ]);
  await editor(page).getByRole("textbox", { name: "Target" }).fill("0");
  await expect(said).toHaveCount(0);
  await editor(page).getByLabel("Good when").selectOption("answered in time");
  await refused("No later than", [["0", /out of range/], ["", /Enter a number/], ["soon", /not a number/]]);
  await expect(said).toHaveCount(1);
  await expectAccessible(page);
  await editor(page).getByLabel("No later than").fill("250");
  await editor(page).getByRole("button", { name: "Set objective" }).click();
  await expect(editor(page)).toHaveCount(0);
  await expect(part(page, "new")).toBeVisible();

  await tab(page, "Alerts");
  const designer = part(page, "Rule designer");
  const query = designer.getByRole("combobox", { name: "Query 1" });
  await query.fill("sum(up");
  await page.keyboard.press("Escape");
  await query.press("Control+Enter");
  await expect(designer.locator(".field-error").first()).toContainText("expected");
  const minutes = designer.getByLabel("Pending for").first();
  const use = designer.getByRole("button", { name: "Use this rule" }).first();
  for (const typed of ["-1", "1e99", "NaN", "soon"]) {
    await minutes.fill(typed);
    await expect(minutes).toHaveAttribute("aria-invalid", "true");
    await expect(minutes).toHaveAccessibleDescription(/number/);
    await expect(use).toBeDisabled();
  }
  await minutes.fill("1");
  await designer.getByLabel("Name").first().fill("a".repeat(5_000));
  await expect(designer.getByLabel("Name").first()).toHaveAccessibleDescription(/at most 60/);
  await expect(use).toBeDisabled();
  await expectAccessible(page);
});
