//! The project's commands: `cargo xtask serve | dist | test | bench`.
//!
//! In: the working tree. Out: `dist/` (the static site), a server on
//! 127.0.0.1, a verdict. It knows cargo, wasm-bindgen, npm and Chromium, and
//! must know nothing of what the application does: that there are two roots, one
//! for the page and one for the engine, that `static/worker.js` loads the second
//! and is not waited for, and the folders `static/` and `lessons/` are all it is
//! told.
//!
//! - [`site`] builds: crate -> two modules -> hashed files with placeholders filled in.
//! - [`serve`] answers HTTP from those files in memory, as a static host would.
//! - [`watch`] notices changes.
//! - [`test`] runs every check and counts.
//! - [`bench`] measures the engine's speed, natively and in WASM.
//! - [`tools`] finds or installs what the others need; [`shell`] runs programs.

mod bench;
mod serve;
mod shell;
mod site;
mod test;
mod tools;
mod watch;

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask <command> [options]

  serve   build the site and serve it on 127.0.0.1
            --dev        quick build, unoptimised
            --watch      rebuild when a file changes (best with --dev)
            --open       open the browser
            --port N     first port to try (8080; the next free one is taken)
            --base PATH  serve under this path, as a project page would be
  dist    write the site into dist/, ready to upload, and print its sizes
            --dev        quick build, unoptimised, sizes not held to the limit
  test    format, lints, native tests, site build, browser tests
            --fast       stop after the native tests
            --browser    only the site build and the browser tests
            -- ARGS      words for Playwright, such as a file name or -g TEXT
  bench   measure the engine beside a plain loop and a peer, natively and in WASM
            NAME         only the workloads whose name contains this
";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let root = project_root()?;
    let mut words = lexopt::Parser::from_env();
    let command = match words.next()? {
        Some(Value(word)) => word.string()?,
        Some(Long("help") | Short('h')) => "help".to_owned(),
        Some(other) => return Err(other.unexpected().into()),
        None => "help".to_owned(),
    };
    match command.as_str() {
        "serve" => serve(&root, &mut words),
        "dist" => dist(&root, &mut words),
        "test" => test(&root, &mut words),
        "bench" => bench(&root, &mut words),
        "help" => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        other => {
            bail!("there is no command `{other}`; the commands are serve, dist, test and bench")
        }
    }
}

fn serve(root: &Path, words: &mut lexopt::Parser) -> Result<ExitCode> {
    let mut options = serve::Options::default();
    let mut mode = site::Mode::Release;
    while let Some(word) = words.next()? {
        match word {
            Long("dev") => mode = site::Mode::Dev,
            Long("watch") => options.watch = true,
            Long("open") => options.open = true,
            Long("port") => options.port = words.value()?.parse()?,
            Long("base") => options.base = serve::Base::new(&words.value()?.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    serve::run(root, mode, &options)?;
    Ok(ExitCode::SUCCESS)
}

fn dist(root: &Path, words: &mut lexopt::Parser) -> Result<ExitCode> {
    let mut mode = site::Mode::Release;
    while let Some(word) = words.next()? {
        match word {
            Long("dev") => mode = site::Mode::Dev,
            other => return Err(other.unexpected().into()),
        }
    }
    let site = site::build(root, mode)?;
    print!("{}", site::report::table(&site));
    site::report::check_limit(&site, mode)?;
    Ok(ExitCode::SUCCESS)
}

fn test(root: &Path, words: &mut lexopt::Parser) -> Result<ExitCode> {
    let mut options = test::Options::default();
    while let Some(word) = words.next()? {
        match word {
            Long("fast") => options.native_only = true,
            Long("browser") => options.browser_only = true,
            // Everything after `--` arrives as plain values.
            Value(word) => options.playwright.push(word),
            other => return Err(other.unexpected().into()),
        }
    }
    if options.native_only && options.browser_only {
        bail!("--fast and --browser exclude each other; leave both out to run everything");
    }
    Ok(if test::run(root, &options) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn bench(root: &Path, words: &mut lexopt::Parser) -> Result<ExitCode> {
    let mut name = String::new();
    while let Some(word) = words.next()? {
        match word {
            Value(word) => name = word.string()?,
            other => return Err(other.unexpected().into()),
        }
    }
    bench::run(root, &name)?;
    Ok(ExitCode::SUCCESS)
}

/// The folder above this crate, wherever the command was called from.
fn project_root() -> Result<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf)
        .context("invariant: xtask lies inside the project")
}
