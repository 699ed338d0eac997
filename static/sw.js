// Keeps the whole site in the browser: after the first visit it opens without a
// network. A new version is fetched whole and checked before it counts, so a
// half-finished upload changes nothing; it waits until somebody asks for it.

const BUILD = "{{build}}";
// Path and integrity of every file; empty in a development build, which keeps nothing.
const FILES = {{files}};

const PREFIX = "xops-";
const CACHE = PREFIX + BUILD;
/** The page stands under the folder's own address. */
const PAGE = new URL("./", self.location).href;

self.addEventListener("install", (event) => {
  event.waitUntil(FILES.length > 0 ? fill() : self.skipWaiting());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(FILES.length > 0 ? tidy() : leave());
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && request.url.startsWith(PAGE)) event.respondWith(answer(request));
});

async function fill() {
  const cache = await caches.open(CACHE);
  const keep = async ([path, integrity]) => {
    const response = await fetch(path, { cache: "no-cache", integrity });
    if (!response.ok) throw new Error(`the server answered ${response.status} for ${path}`);
    await cache.put(path, response);
  };
  try {
    await Promise.all(FILES.map(keep));
  } catch (cause) {
    await caches.delete(CACHE);
    throw cause;
  }
}

/**
 * Forgets all but this version and the one before it, which an open page may
 * still run, and serves the page of the first visit from now on.
 */
async function tidy() {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function leave() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  await Promise.all(names.map((name) => caches.delete(name)));
  await self.registration.unregister();
}

async function answer(request) {
  const cache = await caches.open(CACHE);
  if (request.mode === "navigate") {
    const { origin, pathname } = new URL(request.url);
    const isPage = [PAGE, `${PAGE}index.html`].includes(origin + pathname);
    return (isPage && (await cache.match(PAGE))) || fetch(request);
  }
  return (await cache.match(request)) ?? (await caches.match(request)) ?? fetch(request);
}
