//! How fast the engine is, natively and in WASM, beside a plain loop and a peer.
//!
//! `benches/README.md` holds the figures of a reference machine, and says what
//! the workloads are and where the time goes.

use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::site::module;
use crate::{shell, tools};

/// Prints both tables; `words` choose among the workloads.
///
/// # Errors
/// What cargo, Node or wasm-opt reported.
pub fn run(root: &Path, words: &str) -> Result<()> {
    shell::heading("native");
    let mut native = shell::cargo(root);
    native.args(["bench", "--quiet", "--bench", "speed"]);
    if !words.is_empty() {
        native.args(["--", words]);
    }
    shell::run(&mut native)?;
    shell::heading("WASM in Node");
    let module = module(root)?;
    let mut node = Command::new("node");
    if let Some(chromium) = tools::find_chromium() {
        node.env("XOPS_CHROMIUM", chromium);
    }
    shell::run(
        node.arg(root.join("benches/speed/wasm.mjs"))
            .arg(module)
            .arg(words),
    )
}

/// The workloads, compiled and optimised as the site's engine is.
fn module(root: &Path) -> Result<PathBuf> {
    tools::ensure_wasm_target(root)?;
    shell::run(
        shell::cargo(root)
            .args(["build", "--quiet", "--example", "bench_wasm"])
            .args(["--target", tools::WASM_TARGET, "--profile", "site"])
            .args(module::ENGINE.cargo),
    )?;
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let folder = target.join(tools::WASM_TARGET).join("site/examples");
    let built = folder.join("bench_wasm.wasm");
    ensure!(built.exists(), "cargo built no {}", built.display());
    let optimiser = root.join("node_modules/binaryen/bin/wasm-opt");
    if !optimiser.exists() {
        eprintln!("note: wasm-opt is not installed, the module runs a little slower");
        return Ok(built);
    }
    let optimised = folder.join("bench_wasm.optimised.wasm");
    shell::run(
        Command::new("node")
            .arg(optimiser)
            .args(module::WASM_FEATURES)
            .args(module::ENGINE.optimiser)
            .arg(&built)
            .arg("-o")
            .arg(&optimised),
    )
    .context("wasm-opt could not optimise the module")?;
    Ok(optimised)
}
