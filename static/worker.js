// The simulation's side: loads the engine. Start it as a module worker with the
// address in <meta name="xops-worker">.

// Loading takes a moment, and a message that finds no listener is lost: keep
// what arrives until the engine listens.
const early = [];
const keep = (event) => early.push(event);
self.addEventListener("message", keep);

async function load() {
  // Both at once: neither needs the other to arrive.
  const [engine, wasm] = await Promise.all([import("{{engine.js}}"), download(new URL("{{engine.wasm}}", import.meta.url))]);
  await engine.default({ module_or_path: wasm });
  engine.start_worker();
  self.removeEventListener("message", keep);
  for (const { data, ports } of early) {
    self.dispatchEvent(new MessageEvent("message", { data, ports: [...ports] }));
  }
}

async function download(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the server answered ${response.status} for ${address}`);
  return response;
}

// Reaches the page as the worker's `error` event; a rejection would not.
load().catch(reportError);
