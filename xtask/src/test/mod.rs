//! `cargo xtask test`: every check in order, one verdict.
//!
//! A failed phase does not stop those that can still say something, so that
//! one run shows everything that is wrong. Native tests and browser tests
//! count one by one; each other phase counts as one.

mod counts;

use crate::serve::{self, Base, Served};
use crate::site::{self, Mode, Site};
use crate::{shell, tools};
use anyhow::{Context, Result, ensure};
use counts::Counts;
use std::ffi::OsString;
use std::path::Path;
use std::time::Instant;

/// The sub-path under which the site is served a second time; nothing else
/// answers there, so an absolute address in the site shows itself.
const SUB_PATH: &str = "/some/sub/path/";

/// What was asked for.
#[derive(Default)]
pub struct Options {
    /// Stop after the native tests.
    pub native_only: bool,
    /// Leave out what needs no browser.
    pub browser_only: bool,
    /// Words for Playwright.
    pub playwright: Vec<OsString>,
}

/// Runs the phases, prints the closing line, returns whether all went well.
pub fn run(root: &Path, options: &Options) -> bool {
    let mut run = Run::default();
    if !options.browser_only {
        native_phases(root, &mut run);
    }
    if !options.native_only {
        browser_phases(root, &options.playwright, &mut run);
    }
    run.close()
}

fn native_phases(root: &Path, run: &mut Run) {
    run.check("rustfmt", || {
        tools::ensure_component(root, "rustfmt", "fmt")?;
        shell::run(shell::cargo(root).args(["fmt", "--all", "--check"]))
            .context("`cargo fmt --all` mends this")
    });
    run.check("clippy, native", || {
        tools::ensure_component(root, "clippy", "clippy")?;
        let mut clippy = shell::cargo(root);
        clippy.args([
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]);
        shell::run(&mut clippy)
    });
    run.check("clippy, wasm32", || {
        tools::ensure_wasm_target(root)?;
        let mut clippy = shell::cargo(root);
        clippy.args(["clippy", "--package", "xops-lab", "--lib", "--examples"]);
        clippy.args(["--target", tools::WASM_TARGET, "--", "-D", "warnings"]);
        shell::run(&mut clippy)
    });
    run.phase("native tests", || native_tests(root));
}

fn browser_phases(root: &Path, words: &[OsString], run: &mut Run) {
    run.check("npm packages", || tools::ensure_npm(root));
    let site = run.check("site", || {
        let site = site::build(root, Mode::Release)?;
        print!("{}", site::report::table(&site));
        site::report::check_limit(&site, Mode::Release)?;
        Ok(site)
    });
    if let Some(site) = site {
        run.phase("browser tests", || browser_tests(root, site, words));
    }
}

/// Every test of the workspace; `--no-fail-fast` so that each is counted. This
/// crate goes by itself: tested together, the two would share the features of
/// their dependencies, and wasm-bindgen's library would be compiled again.
fn native_tests(root: &Path) -> Result<Counts> {
    let mut counts = Counts::default();
    for packages in [
        ["--workspace", "--exclude=xtask"].as_slice(),
        ["--package=xtask"].as_slice(),
    ] {
        let mut part = Counts::default();
        let mut command = shell::cargo(root);
        command.args(["test", "--no-fail-fast"]).args(packages);
        let ok = shell::lines(&mut command, |line| {
            println!("{line}");
            part.add(counts::cargo_summary(line));
        })?;
        counts.add(Some(part.settled(ok)));
    }
    Ok(counts)
}

/// Playwright against two servers of the same site: at the root and below a path.
fn browser_tests(root: &Path, site: Site, words: &[OsString]) -> Result<Counts> {
    let chromium = tools::ensure_chromium(root)?;
    let build = site.build.clone();
    let served = Served::new(site);
    let results = root.join("tests/browser/out/results.json");
    if results.exists() {
        std::fs::remove_file(&results)?;
    }
    let mut command = tools::playwright(root);
    command
        .args(["test", "--config", "tests/browser/playwright.config.js"])
        .args(words)
        .env("XOPS_URL", serve::start(&served, 0, Base::new("/"))?)
        .env(
            "XOPS_SUB_URL",
            serve::start(&served, 0, Base::new(SUB_PATH))?,
        )
        .env("XOPS_BUILD", build);
    if let tools::Chromium::At(path) = chromium {
        println!("Using {}", path.display());
        command.env("XOPS_CHROMIUM", path);
    }
    let ok = command
        .status()
        .context("could not start Playwright")?
        .success();
    let text = std::fs::read_to_string(&results)
        .context("Playwright left no results; what it printed above says why")?;
    let counts = counts::playwright_summary(&text)?;
    ensure!(
        counts.passed + counts.failed > 0 || !ok,
        "Playwright ran no test; do the words after `--` match any?"
    );
    Ok(counts.settled(ok))
}

/// The run so far.
#[derive(Default)]
struct Run {
    counts: Counts,
    failures: Vec<String>,
}

impl Run {
    /// A phase that is right or wrong as a whole.
    fn check<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        let mut value = None;
        self.phase(name, || {
            value = Some(work()?);
            Ok(Counts {
                passed: 1,
                ..Counts::default()
            })
        });
        value
    }

    /// A phase with a count of its own.
    fn phase(&mut self, name: &str, work: impl FnOnce() -> Result<Counts>) {
        shell::heading(name);
        let start = Instant::now();
        let counts = work().unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            Counts {
                failed: 1,
                ..Counts::default()
            }
        });
        if counts.failed > 0 {
            self.failures.push(format!("{name} ({})", counts.failed));
        }
        self.counts.add(Some(counts));
        let verdict = if counts.failed == 0 { "ok" } else { "FAILED" };
        println!(
            "-- {name}: {verdict} in {:.1} s",
            start.elapsed().as_secs_f64()
        );
    }

    fn close(self) -> bool {
        println!();
        if !self.failures.is_empty() {
            println!("Failed: {}", self.failures.join(", "));
        }
        if self.counts.skipped > 0 {
            println!("Left out: {} tests", self.counts.skipped);
        }
        println!(
            "{} passed, {} failed",
            self.counts.passed, self.counts.failed
        );
        self.counts.failed == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_check_counts_as_one_and_stops_nothing() {
        let mut run = Run::default();
        assert_eq!(run.check("good", || Ok(7)), Some(7));
        assert_eq!(
            run.check("bad", || -> Result<()> { anyhow::bail!("no") }),
            None
        );
        run.phase("tests", || {
            Ok(Counts {
                passed: 3,
                failed: 2,
                skipped: 1,
            })
        });
        assert_eq!(
            run.counts,
            Counts {
                passed: 4,
                failed: 3,
                skipped: 1
            }
        );
        assert_eq!(run.failures, ["bad (1)", "tests (2)"]);
        assert!(!run.close());
    }
}
