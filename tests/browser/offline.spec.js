// The site without a network, and while a newer version is being uploaded: its
// own host, whose files the tests change.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openLab, runUntil } from "./lab.js";
import { test as base, expect, open } from "./support.js";

const DIST = fileURLToPath(new URL("../../dist", import.meta.url));
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
};

const integrity = (bytes) => `sha256-${createHash("sha256").update(bytes).digest("base64")}`;

/** Every file of the site, by its path. */
function siteFiles() {
  const files = new Map();
  for (const entry of readdirSync(DIST, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    files.set(path.slice(DIST.length + 1).replaceAll("\\", "/"), readFileSync(path));
  }
  return files;
}

/** The same with another build id; `whole` says whether its page has arrived too. */
function newer(files, build, whole) {
  const page = String(files.get("index.html"));
  const [, old] = /name="xops-build" content="([^"]+)"/.exec(page);
  const next = Buffer.from(page.replaceAll(old, build));
  const keeper = String(files.get("sw.js"));
  const listed = keeper.replaceAll(old, build).replace(integrity(files.get("index.html")), integrity(next));
  expect(listed).not.toBe(keeper);
  return new Map([...files, ["sw.js", Buffer.from(listed)], ...(whole ? [["index.html", next]] : [])]);
}

const test = base.extend({
  /** A host below a path, whose files are `host.files`. */
  host: async ({}, use) => {
    const host = { files: siteFiles() };
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url, "http://host");
      const path = pathname.replace(/^\/lab\//, "") || "index.html";
      const body = pathname.startsWith("/lab/") ? host.files.get(path) : undefined;
      const type = TYPES[extname(path)] ?? "application/octet-stream";
      response.writeHead(body ? 200 : 404, { "Content-Type": type, "Cache-Control": "no-cache" });
      response.end(body);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    host.url = `http://127.0.0.1:${server.address().port}/lab/`;
    await use(host);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  },
  baseURL: async ({ host }, use) => use(host.url),
  serviceWorkers: "allow",
});

const build = (page) => page.locator('meta[name="xops-build"]').getAttribute("content");

/** Waits until the page is served from what the browser keeps. */
const kept = (page) =>
  page.evaluate(async () => {
    const { serviceWorker } = navigator;
    await new Promise((resolve) => {
      serviceWorker.addEventListener("controllerchange", resolve);
      if (serviceWorker.controller) resolve();
    });
  });

test("after one visit the lab opens and runs without a network", async ({ page, context }) => {
  await open(page);
  await kept(page);
  await context.setOffline(true);
  await openLab(page, "#/sandbox/startup");
  await runUntil(page, 60, "60×");
  await page.reload();
  // What is restored stands still until it is told to run.
  await expect(page.getByText("Restored where you left it, paused.")).toBeVisible();
  await runUntil(page, 120, "60×");
});

test("a half-finished upload changes nothing", async ({ page, host, context, problems }) => {
  await open(page);
  await kept(page);
  const first = await build(page);
  host.files = newer(host.files, "0123456789ab", false);
  const failed = page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const found = new Promise((resolve) => registration.addEventListener("updatefound", resolve));
    await registration.update().catch(() => {});
    await found;
    const worker = registration.installing;
    if (!worker) return "gone";
    await new Promise((resolve) => {
      worker.addEventListener("statechange", () => worker.state === "redundant" && resolve());
    });
    return "redundant";
  });
  expect(["gone", "redundant"]).toContain(await failed);
  // The browser says which file is not what the list says.
  problems.splice(0);
  await context.setOffline(true);
  await page.reload();
  await page.locator("#boot").waitFor({ state: "detached" });
  expect(await build(page)).toBe(first);
});

test("a newer version is announced and taken when asked for", async ({ page, host }) => {
  await open(page);
  await kept(page);
  const first = await build(page);
  host.files = newer(host.files, "0123456789ab", true);
  await page.reload();
  await page.locator("#boot").waitFor({ state: "detached" });
  expect(await build(page)).toBe(first);
  await page.getByRole("button", { name: "Reload with it" }).click();
  await expect.poll(() => build(page)).toBe("0123456789ab");
});
