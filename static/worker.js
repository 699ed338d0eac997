// The simulation's side: the same module as the page's, entered by another door.
// Start it as a module worker with the address in <meta name="xops-worker">.

import init, { start_worker } from "{{app.js}}";

// Loading takes a moment, and a message that finds no listener is lost: keep
// what arrives until the application listens.
const early = [];
const keep = (event) => early.push(event);
self.addEventListener("message", keep);

try {
  await init({ module_or_path: new URL("{{app.wasm}}", import.meta.url) });
  start_worker();
  self.removeEventListener("message", keep);
  for (const { data, ports } of early) {
    self.dispatchEvent(new MessageEvent("message", { data, ports: [...ports] }));
  }
} catch (error) {
  // Reaches the page as the worker's `error` event; a rejection would not.
  reportError(error);
}
