// What every browser test starts from: a page that is watched, a way to open
// it, and an accessibility check.
//
//     import { expect, expectAccessible, open, test } from "./support.js";
//
//     test("the sandbox has a heading", async ({ page }) => {
//       await open(page, "#/sandbox/corner");
//       await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
//       await expectAccessible(page);
//     });
//
// A test fails at its end if the page logged an error, threw, broke its
// Content-Security-Policy or asked another origin for anything. One that means
// to cause such a thing takes the `problems` fixture and empties it:
//     expect(problems.splice(0)).toEqual([expect.stringContaining("404")]);

import { test as base, expect } from "@playwright/test";
import axe from "axe-core";

export { expect };

const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

export const test = base.extend({
  /** What went wrong in the page, one line each. */
  problems: [
    async ({ context, baseURL }, use) => {
      const problems = [];
      const allowed = [baseURL, process.env.XOPS_SUB_URL].filter(Boolean).map(originOf);
      context.on("console", (message) => {
        if (message.type() === "error") problems.push(`console: ${message.text()}`);
      });
      context.on("weberror", (error) => problems.push(`uncaught: ${error.error().stack}`));
      context.on("request", (request) => {
        const address = new URL(request.url());
        if (/^https?:$/.test(address.protocol) && !allowed.includes(address.origin)) {
          problems.push(`other origin: ${address}`);
        }
      });
      await context.exposeFunction("reportPolicyViolation", (what) => problems.push(what));
      await context.addInitScript(() => {
        addEventListener("securitypolicyviolation", (event) => {
          const { effectiveDirective, blockedURI, sourceFile } = event;
          const text = `policy: ${effectiveDirective} blocked ${blockedURI} in ${sourceFile}`;
          globalThis.reportPolicyViolation(text);
        });
      });
      await use(problems);
      expect(problems, "what went wrong in the page").toEqual([]);
    },
    { auto: true },
  ],
});

/** Opens a route (`""`, `"#/sandbox/corner"`) and waits until the application has taken over. */
export async function open(page, route = "") {
  const response = await page.goto(route);
  await page.locator("#boot").waitFor({ state: "detached" });
  return response;
}

/**
 * Fails with a readable list if axe-core finds a violation of WCAG 2.2 AA.
 * It is evaluated rather than put in as a script, which the policy would block.
 */
export async function expectAccessible(page) {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async (tags) => {
    const results = await globalThis.axe.run(document, {
      runOnly: { type: "tag", values: tags },
      resultTypes: ["violations"],
    });
    return results.violations.flatMap(({ id, help, nodes }) =>
      nodes.map((node) => `${id}: ${help}: ${node.target.join(" ")}: ${node.failureSummary}`),
    );
  }, AXE_TAGS);
  expect(violations, "accessibility").toEqual([]);
}

function originOf(address) {
  return new URL(address).origin;
}
