//! The two browser modules: cargo, then wasm-bindgen, then wasm-opt twice, with
//! the functions put beside their like in between.
//!
//! Two, because they want opposite things. The page's is what a visitor waits
//! for: it is made small. The engine's comes after the page can be used, and runs
//! the simulation: it is made fast. Each is linked from a root of its own, so
//! that the linker leaves out what only the other needs.

use super::{Mode, name, order};
use crate::{shell, tools};
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use wasm_bindgen_cli_support::Bindgen;

/// What rustc 1.95 may emit for wasm32-unknown-unknown. wasm-opt refuses code
/// that needs more than it is told, and with `--all-features` it may write
/// encodings that browsers do not have yet.
pub const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// How one of the modules is made.
pub struct Recipe {
    /// The name of its root, an example in `Cargo.toml`, and of its files.
    pub name: &'static str,
    /// What cargo is told besides the profile `site`.
    pub cargo: &'static [&'static str],
    /// What wasm-opt is told.
    pub optimiser: &'static [&'static str],
}

/// What the page's thread runs.
pub const PAGE: Recipe = Recipe {
    name: "page",
    cargo: &[],
    optimiser: &SMALLER,
};

/// What the worker runs.
pub const ENGINE: Recipe = Recipe {
    name: "engine",
    cargo: &FAST,
    optimiser: &FASTER,
};

/// How cargo compiles for speed. Said here and not in a profile of its own,
/// because profiles share no compiled dependencies.
const FAST: [&str; 2] = ["--config", "profile.site.package.xops-lab.opt-level=\"s\""];

/// How wasm-opt makes the module fast.
const FASTER: [&str; 3] = ["-O3", "--strip-debug", "--strip-producers"];

/// How wasm-opt makes the module small to send, measured with gzip. Much inlining
/// costs more than it saves, since copies compress worse than calls, and so does
/// keeping repeated parts of expressions in variables.
const SMALLER: [&str; 11] = [
    "--converge",
    "-Oz",
    "--skip-pass=local-cse",
    "-ocimfs", // functions that are called once and have no more than 15 instructions
    "15",
    "-aimfs",
    "0",
    "-fimfs",
    "0",
    "--strip-debug",
    "--strip-producers",
];

/// How it puts the functions into the order that [`order`] chose.
const ORDERED: [&str; 2] = ["--reorder-functions-by-name", "--strip-debug"];

/// A root with all it needs of the library, ready for a browser.
pub struct Module {
    /// The name of its files.
    pub name: &'static str,
    /// The WebAssembly.
    pub wasm: Vec<u8>,
    /// The ES module that loads and wraps it; its default export takes the
    /// address or the response of the WebAssembly.
    pub script: Vec<u8>,
    /// Scripts that crates bring along, by the path under which `script`
    /// imports them.
    pub snippets: BTreeMap<String, Vec<u8>>,
}

/// Compiles a root with the library and makes a module of it.
///
/// # Errors
/// What the compiler, wasm-bindgen or wasm-opt reported.
pub fn build(root: &Path, recipe: &Recipe, mode: Mode) -> Result<Module> {
    tools::ensure_wasm_target(root)?;
    let compiled = compile(root, recipe, mode)?;
    let work = compiled.with_file_name(recipe.name);
    if work.join("bindgen").exists() {
        fs::remove_dir_all(work.join("bindgen"))?;
    }
    let mut module = bind(&compiled, recipe.name, &work.join("bindgen"), mode)?;
    if mode == Mode::Release
        && let Some(wasm_opt) = tools::wasm_opt(root)
    {
        module.wasm = optimise(&wasm_opt, recipe, &work, &module.wasm)?;
    }
    Ok(module)
}

/// Runs cargo and returns the path of the `.wasm` it names.
fn compile(root: &Path, recipe: &Recipe, mode: Mode) -> Result<PathBuf> {
    let (profile, more) = match mode {
        Mode::Dev => ("dev", [].as_slice()),
        Mode::Release => ("site", recipe.cargo),
    };
    let mut wasm = None;
    let ok = shell::lines(
        shell::cargo(root)
            .args(["build", "--package", "xops-lab", "--example", recipe.name])
            .args(["--target", tools::WASM_TARGET, "--profile", profile])
            .args(more)
            .arg("--message-format=json-render-diagnostics"),
        |line| wasm = wasm_in_message(line).or(wasm.take()),
    )?;
    let name = recipe.name;
    ensure!(ok, "the {name} does not compile for {}", tools::WASM_TARGET);
    wasm.with_context(|| format!("cargo built no {name}.wasm; is the example still a cdylib?"))
}

/// The `.wasm` file that one line of cargo's JSON output names, if any.
fn wasm_in_message(line: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    message
        .get("filenames")?
        .as_array()?
        .iter()
        .filter_map(serde_json::Value::as_str)
        .find(|file| file.ends_with(".wasm"))
        .map(PathBuf::from)
}

fn bind(compiled: &Path, name: &'static str, into: &Path, mode: Mode) -> Result<Module> {
    let dev = mode == Mode::Dev;
    Bindgen::new()
        .input_path(compiled)
        .out_name(name)
        .web(true)?
        .typescript(false)
        .debug(dev)
        .keep_debug(dev)
        .remove_name_section(!dev)
        .remove_producers_section(true)
        // boot.js and worker.js say where the wasm is; it has a hash in its name.
        .omit_default_module_path(true)
        .generate_output()
        .and_then(|mut output| output.emit(into))
        .with_context(|| format!("wasm-bindgen could not make a module of the {name}"))?;
    let mut snippets = BTreeMap::new();
    for (path, bytes) in super::assemble::read_folder(&into.join("snippets"))? {
        snippets.insert(format!("snippets/{path}"), bytes);
    }
    Ok(Module {
        name,
        wasm: fs::read(into.join(format!("{name}_bg.wasm")))
            .context("wasm-bindgen wrote no wasm")?,
        script: fs::read(into.join(format!("{name}.js")))
            .context("wasm-bindgen wrote no script")?,
        snippets,
    })
}

/// Runs wasm-opt. The result is kept by the hash of the input and of what is
/// done to it: it takes longer than the rest of a small rebuild.
fn optimise(wasm_opt: &Path, recipe: &Recipe, work: &Path, wasm: &[u8]) -> Result<Vec<u8>> {
    let told = [&WASM_FEATURES[..], recipe.optimiser, &ORDERED].concat();
    let told = told.join(" ");
    let kept = name::hash(&[wasm, told.as_bytes(), order::RECIPE].concat());
    let kept = work.join(format!("opt-{kept}.wasm"));
    if !kept.exists() {
        let (input, output) = (work.join("before.wasm"), work.join("after.wasm"));
        let run = |wasm: &[u8], how: &[&str]| {
            fs::write(&input, wasm)?;
            let mut command = Command::new("node");
            command.arg(wasm_opt).args(WASM_FEATURES).args(how);
            shell::run(command.arg(&input).arg("-o").arg(&output))?;
            fs::read(&output).context("wasm-opt wrote no module")
        };
        let better = run(wasm, recipe.optimiser)?;
        run(&order::name_by_place(&better)?, &ORDERED)?;
        forget_older(work)?;
        fs::rename(&output, &kept)?;
    }
    fs::read(&kept).with_context(|| format!("could not read {}", kept.display()))
}

/// Only the latest result is worth its space.
fn forget_older(work: &Path) -> Result<()> {
    for entry in fs::read_dir(work)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if name.is_some_and(|name| name.starts_with("opt-")) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wasm_is_found_in_cargos_messages() {
        let found = wasm_in_message(r#"{"reason":"x","filenames":["/t/a.rlib","/t/a.wasm"]}"#);
        assert_eq!(found, Some(PathBuf::from("/t/a.wasm")));
        assert_eq!(wasm_in_message(r#"{"reason":"build-finished"}"#), None);
        assert_eq!(wasm_in_message("not json"), None);
    }
}
