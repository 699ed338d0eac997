// The site as a whole: it loads from anywhere, is served as it should be, holds
// its policy, and fails legibly.

import { expect, expectAccessible, open, test } from "./support.js";

const FIRST_LOAD_LIMIT = 600_000;
const RUNNING_LIMIT = 1_500_000;
const ENGINE = /engine-[0-9a-f]+\.wasm$/;

const meta = (page, name) => page.locator(`meta[name="${name}"]`).getAttribute("content");

test("the page loads from the root", async ({ page }) => {
  const response = await open(page);
  expect(response.status()).toBe(200);
  await expect(page.locator("#app")).not.toBeEmpty();
});

test("the page loads from a sub-path", async ({ page }) => {
  const address = process.env.XOPS_SUB_URL;
  test.skip(!address, "XOPS_SUB_URL is not set; cargo xtask test sets it");
  const missing = [];
  page.on("response", (response) => response.ok() || missing.push(response.url()));
  await open(page, address);
  expect(missing).toEqual([]);
});

test("a path without its last slash leads to the page", async ({ request }) => {
  const address = process.env.XOPS_SUB_URL;
  test.skip(!address, "XOPS_SUB_URL is not set; cargo xtask test sets it");
  const response = await request.get(address.replace(/\/$/, ""));
  expect(response.url()).toBe(address);
});

test("a strict policy is in force, from the page and from the server", async ({ page, problems }) => {
  const response = await open(page);
  const sent = response.headers()["content-security-policy"];
  const written = await page
    .locator('meta[http-equiv="Content-Security-Policy"]')
    .getAttribute("content");
  for (const policy of [sent, written]) {
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe-inline");
    expect(policy).not.toContain("'unsafe-eval'");
  }
  expect(sent).toContain("frame-ancestors 'none'");

  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "globalThis.inlineRan = true";
    document.head.append(script);
    return Boolean(globalThis.inlineRan);
  });
  expect(ran).toBe(false);
  await expect.poll(() => problems.length).toBeGreaterThan(0);
  expect(problems.splice(0).join("\n")).toContain("script-src");
});

test("nothing in the page is inline", async ({ request }) => {
  const html = await (await request.get("")).text();
  expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)/);
  expect(html).not.toContain("{{");
});

for (const [name, file] of [["page", /page-[0-9a-f]+\.wasm$/], ["engine", ENGINE]]) {
  test(`the ${name} is compiled while it arrives: typed, compressed, kept for good`, async ({ page }) => {
    const arrived = page.waitForResponse(file);
    await open(page);
    const headers = await (await arrived).allHeaders();
    expect(headers["content-type"]).toBe("application/wasm");
    expect(headers["content-encoding"]).toBe("gzip");
    expect(headers["cache-control"]).toContain("immutable");
    expect(headers["x-content-type-options"]).toBe("nosniff");
  });
}

test("hashed files are kept for good, the page is asked for again", async ({ page, request }) => {
  const cache = async (address) => (await request.get(address)).headers()["cache-control"];
  await open(page);
  expect(await cache("")).toBe("no-cache");
  const files = await page
    .locator("link[href], script[src]")
    .evaluateAll((all) => all.map((one) => one.href || one.src));
  expect(files.length).toBeGreaterThan(4);
  for (const file of [...files, await meta(page, "xops-worker")]) {
    expect(await cache(file), file).toContain("immutable");
  }
});

test("a known file is not sent again", async ({ request }) => {
  const first = await request.get("");
  const again = await request.get("", { headers: { "If-None-Match": first.headers().etag } });
  expect(again.status()).toBe(304);
});

test("a missing file is missing, and nothing outside of the site is reachable", async ({ request }) => {
  for (const path of ["missing.js", "Cargo.toml", "%2e%2e/Cargo.toml", "..%2fCargo.toml"]) {
    expect((await request.get(path)).status(), path).toBe(404);
  }
});

test("the page names its build", async ({ page }) => {
  await open(page);
  const build = await meta(page, "xops-build");
  expect(build).toMatch(/^[0-9a-f]{12}$/);
  if (process.env.XOPS_BUILD) expect(build).toBe(process.env.XOPS_BUILD);
  expect(await meta(page, "xops-lessons")).toMatch(/^\.\/lessons-[0-9a-f]{12}\/$/);
});

// What is counted: the bytes of every answer, compressed as they are sent, without
// headers. First load: everything up to the moment at which the page can be used
// and would wait for nothing but the engine's module, so with the small files that
// the engine's start brings along. Running: that module too.
test("the home page can be used before the engine is there, and both stay below their limits", async ({ page }) => {
  const answers = [];
  page.on("response", (response) => answers.push(response.request().sizes()));
  const weight = async () =>
    (await Promise.all(answers)).reduce((sum, { responseBodySize }) => sum + responseBodySize, 0);
  let release;
  const held = new Promise((resolve) => (release = resolve));
  const asked = new Promise((resolve) => {
    page.route(ENGINE, async (route) => {
      resolve(await page.locator("#boot").count());
      await held;
      await route.continue();
    });
  });

  await page.goto("");
  expect(await asked, "the engine waits until the page has taken over").toBe(0);
  await expect(page.getByRole("link", { name: /corner shop/ })).toBeVisible();
  await expect(page.getByText("Starting a small shop")).toBeVisible();
  const colours = page.getByRole("button", { name: /^Colours: / });
  const before = await colours.getAttribute("aria-label");
  await colours.click();
  await expect(colours).not.toHaveAttribute("aria-label", before);
  const first = await weight();

  release();
  await expect(page.locator(".map-node").first()).toBeVisible();
  const running = await weight();
  console.log(`first load ${first} of ${FIRST_LOAD_LIMIT} bytes, with the engine ${running} of ${RUNNING_LIMIT}`);
  expect(first).toBeGreaterThan(10_000);
  expect(first).toBeLessThan(FIRST_LOAD_LIMIT);
  expect(running - first, "the engine was counted").toBeGreaterThan(10_000);
  expect(running).toBeLessThan(RUNNING_LIMIT);
});

test("the worker starts from the address in the page", async ({ page }) => {
  await open(page);
  const failure = await page.evaluate(
    (address) =>
      new Promise((resolve) => {
        const worker = new Worker(address, { type: "module" });
        worker.onerror = (event) => resolve(`failed: ${event.message ?? "could not be loaded"}`);
        setTimeout(() => resolve(null), 2_000);
      }),
    await meta(page, "xops-worker"),
  );
  expect(failure).toBeNull();
});

test.describe("when it cannot start", () => {
  const fails = async (page, problems, expected) => {
    await page.goto("");
    const alert = page.getByRole("alert");
    await expect(alert).toContainText("could not start");
    await expect(alert).toContainText(expected);
    await expect(alert).toContainText(/reload the page|update your browser/);
    await expectAccessible(page);
    expect(problems.splice(0).length).toBeGreaterThan(0);
  };

  test("it says that WebAssembly is missing", async ({ page, problems }) => {
    await page.addInitScript(() => delete globalThis.WebAssembly);
    await fails(page, problems, "cannot run WebAssembly");
  });

  test("it says that the download failed", async ({ page, problems }) => {
    await page.route(/\.wasm$/, (route) => route.abort());
    await fails(page, problems, "could not be downloaded");
  });

  test("it says that the server has no such file", async ({ page, problems }) => {
    await page.route(/\.wasm$/, (route) => route.fulfill({ status: 404 }));
    await fails(page, problems, "the server answered 404");
  });

  test("it says that the module is broken", async ({ page, problems }) => {
    const body = "not a module";
    await page.route(/\.wasm$/, (route) => route.fulfill({ body, contentType: "application/wasm" }));
    await fails(page, problems, "could not prepare the application");
  });
});

for (const colorScheme of ["light", "dark"]) {
  test(`waiting is calm and accessible, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    let release;
    const held = new Promise((resolve) => (release = resolve));
    await page.route(/\.wasm$/, async (route) => {
      await held;
      await route.continue();
    });
    await page.goto("", { waitUntil: "commit" });
    await expect(page.getByRole("status")).toHaveText("Loading the lab");
    await expectAccessible(page);
    release();
    await page.locator("#boot").waitFor({ state: "detached" });
  });
}

test("a chosen theme is set before the application runs", async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem("xops.theme", '"dark"'));
  await page.route(/\.wasm$/, (route) => route.continue());
  await page.goto("", { waitUntil: "commit" });
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.locator("#boot").waitFor({ state: "detached" });
});
