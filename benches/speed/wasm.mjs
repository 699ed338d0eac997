// Runs the workloads of `benches/speed/wasm.rs` in Node and prints the tables.
// Usage: node wasm.mjs module.wasm [part of a workload's name]
// Queries are asked in Chromium too, if XOPS_CHROMIUM says where it is.
import { readFileSync } from "node:fs";

import { ask, load } from "./load.mjs";

const [file, words = ""] = process.argv.slice(2);
const ROUNDS = 9;
const EVENTS = 1_000_000;
// Optimised code is not swapped into a running call: short slices, as in the browser.
const SLICE = 20_000;

const bytes = readFileSync(file);
const wasm = await load(bytes);

function speed(engine) {
  let handled = 0;
  const began = process.cpuUsage();
  for (let left = EVENTS; left > 0; left -= SLICE) handled += wasm.bench_run(engine, SLICE);
  const { user, system } = process.cpuUsage(began);
  return handled / (user + system);
}

async function inChromium(executablePath) {
  const { chromium } = await import("@playwright/test");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: `${load}\n${ask}` });
    return await page.evaluate(async (text) => {
      const letters = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      return ask(await load(letters));
    }, bytes.toString("base64"));
  } finally {
    await browser.close();
  }
}

console.log("| workload | ours, M events/s | plain loop | ours / plain | desque | ours / desque |");
console.log("|---|---|---|---|---|---|");
for (let workload = 0; workload < wasm.bench_workloads(); workload++) {
  const name = wasm.text((place) => wasm.bench_name(workload, place));
  if (words.endsWith(".") ? name !== words.slice(0, -1) : !name.includes(words)) continue;
  const engines = [...Array(wasm.bench_start(workload)).keys()];
  for (let warm = 0; warm < 3; warm++) engines.forEach(speed);
  const rounds = engines.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const engine of engines) rounds[engine].push(speed(engine));
  }
  const shown = (engine) => (rounds[engine] ? wasm.median([...rounds[engine]]).toFixed(1) : "-");
  const ratio = (engine) =>
    rounds[engine]
      ? wasm.median(rounds[0].map((ours, round) => ours / rounds[engine][round])).toFixed(2)
      : "-";
  const columns = [name, shown(0), shown(1), ratio(1), shown(2), ratio(2)];
  console.log(`| ${columns.join(" | ")} |`);
}

if (words === "" || words === "queries") {
  const node = ask(wasm);
  const chromium = process.env.XOPS_CHROMIUM ? await inChromium(process.env.XOPS_CHROMIUM) : [];
  console.log("\n| over a day of the shop | ms in Node | in Chromium |\n|---|---|---|");
  node.forEach(([name, ms], row) => {
    console.log(`| ${name} | ${ms.toFixed(1)} | ${chromium[row]?.[1].toFixed(1) ?? "-"} |`);
  });
}
