// Every route, in both themes and on every width: accessible, and nothing cut off.

import { action, inspect, SHORT_LESSON, openLab, SANDBOX } from "./lab.js";
import { expect, expectAccessible, open, test } from "./support.js";

test.describe.configure({ timeout: 120_000 });

const HOME = { name: "home", route: "", ready: (page) => expect(page.locator(".map-node").first()).toBeVisible({ timeout: 30_000 }) };
const UNKNOWN = { name: "an unknown route", route: "#/nowhere/at/all", ready: (page) => expect(page.getByRole("heading", { level: 1 })).toHaveText("There is nothing here") };
const running = (page) => expect(page.locator(".clock-time")).toBeVisible({ timeout: 40_000 });
const ROUTES = [
  HOME,
  { name: "the lesson", route: SHORT_LESSON, ready: running },
  { name: "the sandbox", route: SANDBOX, ready: running },
  { name: "progress", route: "#/progress", ready: (page) => expect(page.getByRole("button", { name: "Save progress" })).toBeVisible() },
  { name: "the formulas", route: "#/reference", ready: (page) => expect(page.getByRole("heading", { name: "Little's law" })).toBeVisible() },
  { name: "the glossary", route: "#/reference/glossary", ready: (page) => expect(page.getByText("Burn rate", { exact: true })).toBeVisible() },
  { name: "the faults", route: "#/reference/faults", ready: (page) => expect(page.getByRole("heading", { name: "Network" })).toBeVisible() },
  { name: "the workshop", route: "#/workshop", ready: (page) => expect(page.getByLabel("Results (.json)")).toBeVisible() },
  { name: "recordings", route: "#/replay", ready: (page) => expect(page.getByLabel("Recording or result (.json)")).toBeVisible() },
  { name: "a world that does not exist", route: "#/sandbox/nowhere", ready: UNKNOWN.ready },
  UNKNOWN,
];
const WIDTHS = [390, 768, 1440, 2560];

/** Elements with text or a control that reach beyond the page and cannot be scrolled to. */
async function expectNothingCutOff(page, label) {
  const found = await page.evaluate(async () => {
    // A new size reaches media queries with the next frame.
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const wide = document.documentElement.clientWidth;
    const problems = [];
    if (document.scrollingElement.scrollWidth > wide) {
      problems.push(`the page scrolls sideways: ${document.scrollingElement.scrollWidth} > ${wide}`);
    }
    const inFrame = (element) => {
      for (let up = element; up && up !== document.body; up = up.parentElement) {
        const style = getComputedStyle(up);
        if (["auto", "scroll"].includes(style.overflowX) || style.textOverflow === "ellipsis") return true;
        if (style.clipPath !== "none" || style.position === "fixed" || up.hidden) return true;
      }
      return false;
    };
    for (const element of document.querySelectorAll("#app *")) {
      const says = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
      if (!says && !element.matches("button, input, select")) continue;
      const { left, right, width, height } = element.getBoundingClientRect();
      if (width === 0 || height === 0 || inFrame(element)) continue;
      if (right > wide + 1 || left < -1) {
        problems.push(`${element.className || element.tagName} "${element.textContent.slice(0, 40)}" ${left}..${right} of ${wide}`);
      }
    }
    return problems;
  });
  expect(found, label).toEqual([]);
}

for (const { name, route, ready } of ROUTES) {
  for (const colorScheme of ["light", "dark"]) {
    test(`${name} is accessible, ${colorScheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await open(page, route);
      await ready(page);
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
        await expectAccessible(page);
      }
    });
  }

  test(`${name} fits every width`, async ({ page }) => {
    await open(page, route);
    await ready(page);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      await expectNothingCutOff(page, `${name} at ${width} px`);
    }
  });
}

for (const colorScheme of ["light", "dark"]) {
  test(`every part of the workspace is accessible, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await openLab(page, SANDBOX);
    await inspect(page, "payment");
    await action(page, "Inject a fault");
    await action(page, "Scale");
    for (const tab of ["Dashboards", "Explore", "Traces", "Logs", "Alerts", "SLOs", "Map"]) {
      await page.getByRole("tab", { name: tab }).click();
      await expectAccessible(page);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await expectNothingCutOff(page, `${tab} at ${width} px`);
      }
      await page.setViewportSize({ width: 1440, height: 900 });
    }
    for (const [button, title] of [["Run…", "This run"], ["Keyboard shortcuts", "Keyboard shortcuts"]]) {
      await page.getByRole("button", { name: button, exact: true }).click();
      const dialog = page.getByRole("dialog", { name: title });
      await expect(dialog).toBeVisible();
      await expectAccessible(page);
      await page.setViewportSize({ width: 390, height: 844 });
      const over = await dialog.evaluate((element) => element.scrollWidth - element.clientWidth);
      expect(over, `${title} scrolls sideways`).toBeLessThanOrEqual(0);
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.keyboard.press("Escape");
      await expect(dialog).toBeHidden();
    }
  });
}

test("the home page shows something alive that can be broken and mended", async ({ page }) => {
  await open(page);
  await HOME.ready(page);
  const errors = page.locator(".demo-numbers div", { hasText: "Users see errors" }).locator("dd");
  await page.getByRole("button", { name: "Break the payment service" }).click();
  await expect(page.locator('.map-node[data-service="payment"]')).toHaveClass(/is-bad/, { timeout: 30_000 });
  await expect(errors).not.toHaveText("0 %", { timeout: 30_000 });
  await page.getByRole("button", { name: "Mend it" }).click();
  await expect(page.getByRole("button", { name: "Break the payment service" })).toBeVisible();
  await expect(page.locator('.map-node[data-service="payment"]')).toHaveClass(/is-good/, { timeout: 30_000 });
});

test("a phone shows the button that breaks the shop at once", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page);
  await expect(page.getByRole("button", { name: "Break the payment service" })).toBeInViewport({ timeout: 30_000 });
});

test("a change of route moves the focus to the new page's heading and names it", async ({ page }) => {
  await open(page);
  await HOME.ready(page);
  await page.getByRole("link", { name: /corner shop/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sandbox: The corner shop");
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await expect(page).toHaveTitle(/Sandbox: The corner shop/);
});

test("the theme can be chosen, and is kept", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await open(page);
  const button = page.getByRole("button", { name: /^Colours: / });
  const html = page.locator("html");
  for (let presses = 0; presses < 3 && (await html.getAttribute("data-theme")) !== "dark"; presses += 1) {
    await button.click();
  }
  await expect(html).toHaveAttribute("data-theme", "dark");
  await page.reload();
  await expect(html).toHaveAttribute("data-theme", "dark");
});
