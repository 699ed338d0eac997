// `cargo xtask test --browser` sets the environment: XOPS_URL (the site at the
// root), XOPS_SUB_URL (the same below a path), XOPS_BUILD, XOPS_CHROMIUM.
// By hand: `cargo xtask serve`, then
// `npx playwright test --config tests/browser/playwright.config.js`.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: ".",
  outputDir: "out/artifacts",
  reporter: [["list"], ["json", { outputFile: "out/results.json" }]],
  workers: 2,
  fullyParallel: true,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 240_000, // a lesson is a month of simulated time, on whatever cores there are
  expect: { timeout: 30_000 },
  use: {
    browserName: "chromium",
    baseURL: process.env.XOPS_URL ?? "http://127.0.0.1:8080/",
    viewport: { width: 1440, height: 900 },
    serviceWorkers: "block", // each would fetch the whole site; offline.spec.js allows them
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.XOPS_CHROMIUM || undefined,
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
