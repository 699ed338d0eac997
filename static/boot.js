// Loads the application into the page. If that fails, says in the page what
// failed and what to do about it. Then has the site kept for when there is no
// network, and tells the application of a newer version.

/** A failure whose cause and remedy are known. */
class BootError extends Error {
  constructor(what, remedy, cause) {
    super(what, { cause });
    this.remedy = remedy;
  }
}

const UPDATE = "Please update your browser, or try a current Firefox, Chrome, Edge or Safari.";
const RELOAD = "Please check your connection and reload the page.";

async function load() {
  if (typeof WebAssembly !== "object") {
    throw new BootError("This browser cannot run WebAssembly, or it is switched off.", UPDATE);
  }
  const [app, wasm] = await Promise.all([
    import("{{page.js}}").catch((cause) => {
      throw new BootError("The application's script could not be loaded.", RELOAD, cause);
    }),
    download(new URL("{{page.wasm}}", import.meta.url)),
  ]);
  try {
    await app.default({ module_or_path: wasm });
  } catch (cause) {
    throw new BootError("This browser could not prepare the application.", UPDATE, cause);
  }
  try {
    app.start_app();
  } catch (cause) {
    throw new BootError(
      "The application stopped while starting.",
      "Please reload the page. If it happens again, report it with the details below.",
      cause,
    );
  }
}

async function download(address) {
  let response;
  try {
    response = await fetch(address);
  } catch (cause) {
    throw new BootError("The application could not be downloaded.", RELOAD, cause);
  }
  if (!response.ok) {
    throw new BootError(
      `The application could not be downloaded: the server answered ${response.status}.`,
      "A new version may just have been published. Please reload the page.",
    );
  }
  return response;
}

function show(error) {
  const build = document.querySelector('meta[name="xops-build"]')?.content ?? "unknown";
  const details = [`Build ${build}`, error.cause].filter(Boolean).join(" · ");
  const boot = document.createElement("main");
  boot.id = "boot";
  boot.className = "boot boot-failed";
  boot.append(
    element("h1", "boot-title", "XOps Lab could not start"),
    element("p", "boot-state", error.message),
    element("p", "boot-remedy", error.remedy ?? RELOAD),
    element("p", "boot-details", details),
  );
  boot.setAttribute("role", "alert");
  // The application may already have cleared its mount.
  const place = document.getElementById("app") ?? document.body;
  place.replaceChildren(boot);
}

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

/**
 * Has the site kept by `sw.js`. While a newer version waits, the document's root
 * carries `data-update` and an `xops-update` event has told so; the application
 * answers `xops-take-update` when somebody wants it.
 */
async function keep() {
  const container = navigator.serviceWorker;
  if (!container) return;
  const script = new URL("./sw.js", import.meta.url);
  const registration = await container.register(script, { updateViaCache: "none" });
  const tell = () => {
    // Without a controller the page itself came from the network and is the newest.
    if (!registration.waiting || !container.controller) return;
    document.documentElement.dataset.update = "waiting";
    dispatchEvent(new Event("xops-update"));
  };
  tell();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", tell);
  });
  let asked = false;
  addEventListener("xops-take-update", () => {
    asked = true;
    registration.waiting?.postMessage("take over");
  });
  container.addEventListener("controllerchange", () => asked && location.reload());
  document.addEventListener("visibilitychange", () => {
    // Without a network there is nothing newer to find.
    if (document.visibilityState === "visible") registration.update().catch(() => {});
  });
}

load().then(
  // A browser may refuse, in a private window for one; then the network is needed.
  () => keep().catch((cause) => console.info("The site is not kept for offline use.", cause)),
  (error) => {
    console.error(error);
    show(error);
  },
);
