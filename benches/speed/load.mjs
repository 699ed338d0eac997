// What the module of `wasm.rs` exports, by its plain names. It stands by itself,
// so that it can be sent into a browser's page as well.
export async function load(bytes) {
  const module = await WebAssembly.compile(bytes);
  // Nothing that needs the browser is called, so what is imported may be anything.
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = () => {
      throw new Error(`${name} was called`);
    };
  }
  const { exports } = await WebAssembly.instantiate(module, imports);
  // Before wasm-bindgen has had the module, names end in a hash.
  const wasm = {};
  for (const name in exports) {
    const [, short] = /^(bench_[a-z]+)_[0-9a-f]+$/.exec(name) ?? [];
    if (short) wasm[short] = exports[name];
  }
  wasm.text = (byteAt) => {
    let text = "";
    for (let byte; (byte = byteAt(text.length)); ) text += String.fromCharCode(byte);
    return text;
  };
  wasm.median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
  return wasm;
}

/** Asks every row of queries some times; gives names and medians in milliseconds. */
export function ask(wasm) {
  const rows = [];
  for (let row = 0, count = wasm.bench_queries(); row < count; row++) {
    const took = [];
    for (let round = 0; round < 9; round++) {
      const began = performance.now();
      wasm.bench_ask(row);
      took.push(performance.now() - began);
    }
    rows.push([wasm.text((place) => wasm.bench_question(row, place)), wasm.median(took)]);
  }
  return rows;
}
