//! What the commands need from the machine: found, installed, or named
//! together with the command that installs it.

use crate::shell;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the browser runs.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

const NO_RUSTUP: &str = "rustup is not installed; get it from https://rustup.rs, or install the \
    part with the package manager that gave you Rust";
const NO_NODE: &str = "Node.js 20 or newer with npm is needed for the browser tests and for \
    wasm-opt, and is not there; install it with `apt-get install -y nodejs npm`, `brew install node` or from \
    https://nodejs.org";

/// The standard library for wasm32.
pub fn ensure_wasm_target(root: &Path) -> Result<()> {
    let sysroot = shell::answer("rustc", &["--print", "sysroot"]).context(NO_RUSTUP)?;
    let installed = Path::new(&sysroot).join("lib/rustlib").join(WASM_TARGET);
    if installed.join("lib").exists() {
        return Ok(());
    }
    rustup(root, &["target", "add", WASM_TARGET])
}

/// `cargo fmt` and `cargo clippy`.
pub fn ensure_component(root: &Path, component: &str, cargo_command: &str) -> Result<()> {
    if shell::answer("cargo", &[cargo_command, "--version"]).is_some() {
        return Ok(());
    }
    rustup(root, &["component", "add", component])
}

fn rustup(root: &Path, arguments: &[&str]) -> Result<()> {
    let command = format!("rustup {}", arguments.join(" "));
    if shell::answer("rustup", &["--version"]).is_none() {
        bail!("`{command}` is needed, but {NO_RUSTUP}");
    }
    println!("Running {command}");
    shell::run(Command::new("rustup").args(arguments).current_dir(root))
}

/// The npm packages that the lockfile names, installed again when it changed.
pub fn ensure_npm(root: &Path) -> Result<()> {
    if shell::answer("node", &["--version"]).is_none() {
        bail!(NO_NODE);
    }
    let changed = |path: &str| {
        let data = std::fs::metadata(root.join(path));
        data.and_then(|data| data.modified()).ok()
    };
    // npm writes this file when it has finished.
    let installed = changed("node_modules/.package-lock.json");
    if installed.is_some() && installed >= changed("package-lock.json") {
        return Ok(());
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    if shell::answer(npm, &["--version"]).is_none() {
        bail!(NO_NODE);
    }
    println!("Running npm ci");
    shell::run(
        Command::new(npm)
            .args(["ci", "--no-audit", "--no-fund"])
            .current_dir(root),
    )
}

/// wasm-opt from npm's binaryen, a script for node; installed where npm is
/// there. Without it the site is built all the same, only larger.
pub fn wasm_opt(root: &Path) -> Option<PathBuf> {
    let script = root.join("node_modules/binaryen/bin/wasm-opt");
    if !script.exists()
        && let Err(error) = ensure_npm(root)
    {
        eprintln!("note: the module is not made smaller, since wasm-opt is not there: {error:#}");
    }
    script.exists().then_some(script)
}

/// A browser for the tests.
pub enum Chromium {
    /// One that the machine has.
    At(PathBuf),
    /// The one that Playwright installed for itself.
    FromPlaywright,
}

/// Finds Chromium, or installs it: by apt where that gives a browser that
/// runs, else by Playwright.
pub fn ensure_chromium(root: &Path) -> Result<Chromium> {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        return works(&named.into()).map(Chromium::At).context(
            "the browser that CHROMIUM names does not answer --version; correct it or unset it",
        );
    }
    if let Some(found) = find_chromium() {
        return Ok(Chromium::At(found));
    }
    if may_use_apt() {
        println!("Installing Chromium with apt-get");
        // Others may hold apt's lock on a machine that has just started.
        let apt = |arguments: &[&str]| {
            let mut command = Command::new("apt-get");
            command.args(["-o", "DPkg::Lock::Timeout=300"]);
            shell::run(
                command
                    .args(arguments)
                    .env("DEBIAN_FRONTEND", "noninteractive"),
            )
        };
        let installed = apt(&["update"]).and_then(|()| apt(&["install", "-y", "chromium"]));
        match (installed, find_chromium()) {
            (Ok(()), Some(found)) => return Ok(Chromium::At(found)),
            // On Ubuntu the package is a stub that needs snap.
            (Ok(()), None) => eprintln!("note: apt's chromium does not run here"),
            (Err(error), _) => eprintln!("note: {error:#}"),
        }
    }
    println!("Running npx playwright install chromium");
    shell::run(playwright(root).args(["install", "chromium"])).context(
        "there is no Chromium for the browser tests; install one (`apt-get install -y chromium`, \
         `brew install --cask chromium`) or name one with CHROMIUM=/path/to/chrome",
    )?;
    Ok(Chromium::FromPlaywright)
}

/// Playwright's command line as npm installed it.
pub fn playwright(root: &Path) -> Command {
    let mut command = Command::new("node");
    command.arg(root.join("node_modules/@playwright/test/cli.js"));
    command.current_dir(root);
    command
}

/// A Chromium that is there already.
pub fn find_chromium() -> Option<PathBuf> {
    [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ]
    .iter()
    .find_map(|name| works(&PathBuf::from(name)))
}

/// The full path of a browser that starts. Playwright looks for a file, not
/// along PATH.
fn works(program: &PathBuf) -> Option<PathBuf> {
    shell::answer(program, &["--version"])?;
    if program.components().count() > 1 {
        return Some(program.clone());
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

fn may_use_apt() -> bool {
    shell::answer("id", &["-u"]).as_deref() == Some("0")
        && shell::answer("apt-get", &["--version"]).is_some()
}
