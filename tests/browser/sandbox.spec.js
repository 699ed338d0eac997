// The sandbox: outages caused and ended, actions refused, worlds loaded.

import { action, clock, inject, inspect, inspector, openLab, pause, runAt, runUntil, SANDBOX } from "./lab.js";
import { expect, test } from "./support.js";

test.describe.configure({ timeout: 120_000 });

const node = (page, service) => page.locator(`.map-node[data-service="${service}"]`);
const chip = (page, title) => page.getByRole("group", { name: "Objectives" }).getByRole("button", { name: title });

test("an outage is caused, seen and ended", async ({ page }) => {
  await openLab(page, SANDBOX);
  await runUntil(page, 1_800);
  await node(page, "payment").click();
  await inject(page, { kind: "Errors", value: "80", minutes: "" });
  await expect(inspector(page).getByText("until someone ends it")).toBeVisible();
  await expect(node(page, "payment").locator(".map-fault")).toHaveCount(1);

  await runUntil(page, 3_600);
  await expect(node(page, "payment")).toHaveClass(/is-bad/);
  await expect(node(page, "gateway")).not.toHaveClass(/is-good/);
  await expect(node(page, "database")).toHaveClass(/is-good/);
  await expect(chip(page, "Availability")).not.toContainText("on course");
  await expect(page.locator(".money dd")).not.toHaveText("$0");

  await page.getByRole("button", { name: /^End the fault/ }).click();
  await expect(node(page, "payment").locator(".map-fault")).toHaveCount(0);
  await runUntil(page, 4_800);
  await expect(node(page, "payment")).toHaveClass(/is-good/);
  await page.getByRole("button", { name: /^\d+ events?$/ }).click();
  await expect(page.getByRole("region", { name: "Every event, latest first" }).getByRole("listitem")).toHaveCount(2);
});

test("a release goes out pod by pod and is rolled back", async ({ page }) => {
  await openLab(page, SANDBOX);
  await pause(page);
  await inspect(page, "payment");
  await (await action(page, "Deploy a version")).getByRole("button", { name: "Deploy v2" }).click();
  await expect(inspector(page).getByText(/Rollout: \d of 2 pods/)).toBeVisible();
  await runAt(page, "60×");
  await expect(inspector(page).locator(".pod-version").filter({ hasText: "v2" })).toHaveCount(2, { timeout: 30_000 });
  await (await action(page, "Roll back")).getByRole("button", { name: "Roll back to v1" }).click();
  await expect(inspector(page).locator(".pod-version").filter({ hasText: "v1" })).toHaveCount(2, { timeout: 30_000 });
});

test("more traffic arrives at once", async ({ page }) => {
  await openLab(page, SANDBOX);
  await pause(page);
  const form = await action(page, "Users' traffic");
  await form.getByLabel("Times the usual").fill("3");
  await form.getByRole("button", { name: "Set the traffic" }).click();
  await expect(inspector(page).getByText("600 /s from users")).toBeVisible();
});

test("a number that makes no sense is refused beside its field", async ({ page }) => {
  await openLab(page, SANDBOX);
  await pause(page);
  await inspect(page, "payment");
  const scale = await action(page, "Scale");
  const pods = scale.getByLabel("Pods wanted");
  for (const [typed, said] of [
    ["many", "That is not a number. Enter a number from"],
    ["", "Enter a number from"],
    ["1e9", "That is out of range. Enter a number from"],
    ["2.5", "Enter a whole number"],
  ]) {
    await pods.fill(typed);
    await expect(scale.locator(".field-error")).toContainText(said);
    await expect(pods).toHaveAttribute("aria-invalid", "true");
    await expect(pods).toHaveAccessibleDescription(new RegExp(said));
  }
  await scale.getByRole("button", { name: "Scale" }).click();
  await expect(inspector(page).locator(".pod")).toHaveCount(2);
  await pods.fill("4");
  await expect(scale.locator(".field-error")).toHaveCount(0);
  await scale.getByRole("button", { name: "Scale" }).click();
  await expect(inspector(page).locator(".pod")).toHaveCount(4);
});

test("what the lab refuses is said with a remedy", async ({ page }) => {
  await openLab(page, SANDBOX);
  await pause(page);
  await inspect(page, "payment");
  const scale = await action(page, "Scale");
  await scale.getByLabel("Pods wanted").fill("0");
  await scale.getByRole("button", { name: "Scale" }).click();
  const said = page.getByRole("alert").filter({ hasText: "0 pods cannot be had" });
  await expect(said).toContainText("give a number from 1");
  await said.getByRole("button", { name: "Dismiss this notice" }).click();
  await expect(said).toBeHidden();
});

const BAD_WORLD = `format: xops-world/1
title: Bad
about: Wrong in four places.
scale: 1
traffic:
  rate: fast
  patience: 10s
  mix:
    - {route: gatway/x, weight: 1}
services:
  gateway:
    kind: gateway
    about: Takes requests.
    replicas: 0
    workers: 2
    queue: 4
    start-up: 1s
    routes:
      x:
        - call: {to: nowhere/y, timeout: 3s}
`;

async function load(page, text) {
  await page.getByRole("button", { name: "Run…" }).click();
  await page
    .getByLabel("World file (.yaml)")
    .setInputFiles({ name: "mine.yaml", mimeType: "text/yaml", buffer: Buffer.from(text) });
}

test("a bad world is listed with all its problems, and what ran goes on", async ({ page }) => {
  await openLab(page, SANDBOX);
  await runAt(page, "60×");
  await load(page, BAD_WORLD);
  const dialog = page.getByRole("dialog", { name: "“mine.yaml” could not be opened" });
  await expect(dialog).toBeVisible();
  const problems = dialog.locator(".problem");
  await expect(problems.filter({ hasText: /mine\.yaml:6:\d+/ })).toHaveCount(1);
  await expect(problems.filter({ hasText: /mine\.yaml:14:\d+/ })).toContainText("give a whole number from 1");
  await expect(problems.filter({ hasText: /mine\.yaml:20:\d+/ })).toContainText("nowhere/y");
  expect(await problems.count()).toBeGreaterThanOrEqual(3);

  const before = await clock(page);
  await expect.poll(() => clock(page)).toBeGreaterThan(before);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(node(page, "catalogue")).toBeVisible();
});

test("a good world replaces the one that runs", async ({ page }) => {
  await openLab(page, SANDBOX);
  await load(
    page,
    BAD_WORLD.replace("rate: fast", "rate: 5/s")
      .replace("gatway", "gateway")
      .replace("replicas: 0", "replicas: 1")
      .replace("call: {to: nowhere/y, timeout: 3s}", "work: {lognormal: {p50: 2ms, p99: 8ms}}"),
  );
  await expect(page.locator(".map-node")).toHaveCount(1);
  await expect(inspector(page).getByRole("heading", { name: "Bad" })).toBeVisible();
});
