// Metrics in the page: Explore and Dashboards over what was scraped.

import { inject, inspect, openLab, pause, runUntil, SANDBOX } from "./lab.js";
import { expect, expectAccessible, test } from "./support.js";

test.describe.configure({ timeout: 120_000 });

const tab = (page, name) => page.getByRole("tab", { name }).click();
const query = (page, number = 1) => page.getByRole("combobox", { name: `Query ${number}` });
const proposals = (page) => page.getByRole("listbox", { name: "What could stand here" });
const table = (page) => page.getByRole("region", { name: "Series that the query found" });

async function explore(page, text) {
  await query(page).fill(text);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Run", exact: true }).first().click();
}

test("a query is completed by keyboard alone, and answered as a table", async ({ page }) => {
  await openLab(page, SANDBOX);
  await runUntil(page, 900);
  await page.keyboard.press("e");
  await expect(page.getByRole("tab", { name: "Explore" })).toHaveAttribute("aria-selected", "true");
  await query(page).focus();
  await page.keyboard.type("su");
  await expect(proposals(page).getByRole("option").first()).toContainText("sum");
  await page.keyboard.press("Enter");
  await expect(query(page)).toHaveValue("sum(");
  await page.keyboard.type("http_server_active");
  await expect(proposals(page).getByRole("option", { name: /gauge/ })).toHaveCount(1);
  await page.keyboard.press("Tab");
  await expect(query(page)).toHaveValue("sum(http_server_active_requests");
  await page.keyboard.type("{ser");
  await expect(proposals(page).getByRole("option", { name: "label service" })).toBeVisible();
  await page.keyboard.press("Enter");
  await page.keyboard.type('="pay');
  await expect(proposals(page).getByRole("option", { name: "value payment" })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(query(page)).toHaveValue('sum(http_server_active_requests{service="payment"');
  await page.keyboard.type("})");
  await page.keyboard.press("Control+Enter");
  await expect(page.locator(".explored canvas")).toBeVisible();
  await page.getByRole("button", { name: "Table", exact: true }).click();
  await expect(table(page).getByRole("row")).toHaveCount(2);
  await expectAccessible(page);
});

test("a wrong query is answered with the place and what was expected", async ({ page }) => {
  await openLab(page, SANDBOX);
  await pause(page);
  await tab(page, "Explore");
  await explore(page, "sum(rate(up))");
  const error = page.locator(".query .field-error");
  await expect(error).toContainText("range vector");
  await expect(error.locator("mark")).toHaveText("up");
  await expect(query(page)).toHaveAttribute("aria-invalid", "true");
  await expectAccessible(page);
  await explore(page, "count(up)");
  await expect(error).toHaveCount(0);
});

test("an outage stands in the answers, in its unit and at its time", async ({ page }) => {
  await openLab(page, SANDBOX);
  await runUntil(page, 600);
  await inspect(page, "payment");
  await inject(page, { kind: "Errors", value: "80", minutes: "" });
  await runUntil(page, 1_500);
  await tab(page, "Explore");
  await page.getByRole("button", { name: "Table", exact: true }).click();
  const failing = (service) =>
    `sum(rate(http_server_request_duration_seconds_count{service="${service}", code!="200"}[5m])) / sum(rate(http_server_request_duration_seconds_count{service="${service}"}[5m]))`;
  await explore(page, failing("payment"));
  const cell = table(page).getByRole("row").nth(1).getByRole("cell").last();
  await expect.poll(async () => Number(await cell.innerText())).toBeGreaterThan(0.6);
  await explore(page, failing("database"));
  await expect(page.locator(".explored .empty")).toBeVisible();
});

test("dashboards are queries that Explore opens, and panels of one's own survive a reload", async ({ page }) => {
  await openLab(page, SANDBOX);
  await runUntil(page, 900);
  await tab(page, "Dashboards");
  for (const title of ["Latency", "Traffic", "Errors", "Saturation"]) {
    await expect(page.locator(".panels").getByText(title, { exact: true }).first()).toBeVisible();
  }
  await page.getByRole("button", { name: "Open Traffic in Explore" }).click();
  await expect(query(page)).toHaveValue(/^sum\(rate\(edge_request_duration_seconds_count/);
  await expect(page.locator(".explored canvas")).toBeVisible();
  await page.getByRole("button", { name: "Add to the dashboards" }).click();
  await tab(page, "Dashboards");
  await page.getByRole("button", { name: "Resources", exact: true }).click();
  await expect(page.locator(".panels").getByText("Workers busy", { exact: true }).first()).toBeVisible();
  await page.getByRole("button", { name: "Your own", exact: true }).click();
  await page.getByRole("button", { name: /^Edit the panel sum/ }).click();
  await page.getByLabel("Title").fill("Visitors");
  await page.getByLabel("Unit").selectOption("Per second");
  await page.getByRole("button", { name: "Save the panel" }).click();
  await expect(page.locator(".own-panels canvas")).toBeVisible();
  await expectAccessible(page);
  await page.reload();
  await expect(page.locator(".clock-time")).toBeVisible({ timeout: 100_000 });
  await tab(page, "Dashboards");
  await page.getByRole("button", { name: "Your own", exact: true }).click();
  await expect(page.getByRole("button", { name: "Remove the panel Visitors" })).toBeVisible();
  await page.getByRole("button", { name: "Remove the panel Visitors" }).click();
  await expect(page.getByText("A panel of your own is a query with a title.")).toBeVisible();
});

test("panels that cannot be read are put aside and said", async ({ page }) => {
  await page.addInitScript(() => {
    if (!sessionStorage.getItem("spoilt")) {
      localStorage.setItem("xops.metrics:#/sandbox/corner", '{"version":99,"queries":[],"panels":[]}');
      sessionStorage.setItem("spoilt", "1");
    }
  });
  await openLab(page, SANDBOX);
  await pause(page);
  await tab(page, "Explore");
  await expect(page.getByText(/version 99 is not known/)).toBeVisible();
  await expect(query(page)).toHaveValue("");
  const kept = await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes("metrics")));
  expect(kept).toEqual(["xops.metrics:#/sandbox/corner-unreadable-1"]);
});
