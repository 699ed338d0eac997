// Runs the workloads of `benches/speed/wasm.rs` in Node and prints the table.
// Usage: node wasm.mjs module.wasm [part of a workload's name]
import { readFileSync } from "node:fs";

const [file, words = ""] = process.argv.slice(2);
const ROUNDS = 9;
const EVENTS = 1_000_000;
// Optimised code is not swapped into a running call: short slices, as in the browser.
const SLICE = 20_000;

const module = new WebAssembly.Module(readFileSync(file));
// Nothing that needs the browser is called, so what is imported may be anything.
const imports = {};
for (const { module: from, name } of WebAssembly.Module.imports(module)) {
  (imports[from] ??= {})[name] = () => {
    throw new Error(`${name} was called`);
  };
}
const { exports } = new WebAssembly.Instance(module, imports);
// Before wasm-bindgen has had the module, names end in a hash.
const wasm = {};
for (const name in exports) {
  const [, short] = /^(bench_[a-z]+)_[0-9a-f]+$/.exec(name) ?? [];
  if (short) wasm[short] = exports[name];
}

function nameOf(workload) {
  let name = "";
  for (let byte; (byte = wasm.bench_name(workload, name.length)); ) name += String.fromCharCode(byte);
  return name;
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

function speed(engine) {
  let handled = 0;
  const began = process.cpuUsage();
  for (let left = EVENTS; left > 0; left -= SLICE) handled += wasm.bench_run(engine, SLICE);
  const { user, system } = process.cpuUsage(began);
  return handled / (user + system);
}

console.log("| workload | ours, M events/s | plain loop | ours / plain | desque | ours / desque |");
console.log("|---|---|---|---|---|---|");
for (let workload = 0; workload < wasm.bench_workloads(); workload++) {
  const name = nameOf(workload);
  if (words.endsWith(".") ? name !== words.slice(0, -1) : !name.includes(words)) continue;
  const engines = [...Array(wasm.bench_start(workload)).keys()];
  for (let warm = 0; warm < 3; warm++) engines.forEach(speed);
  const rounds = engines.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const engine of engines) rounds[engine].push(speed(engine));
  }
  const shown = (engine) => (rounds[engine] ? median([...rounds[engine]]).toFixed(1) : "-");
  const ratio = (engine) =>
    rounds[engine]
      ? median(rounds[0].map((ours, round) => ours / rounds[engine][round])).toFixed(2)
      : "-";
  const columns = [name, shown(0), shown(1), ratio(1), shown(2), ratio(2)];
  console.log(`| ${columns.join(" | ")} |`);
}
