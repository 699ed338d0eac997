//! Running other programs, with errors that say what was run.

use anyhow::{Context, Result, ensure};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// A command for the cargo that started us, so that the toolchain is the same.
pub fn cargo(root: &Path) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(root);
    command
}

/// Runs to the end with the terminal shared; fails when the program does.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = describe(command);
    let status = command
        .status()
        .with_context(|| format!("could not start `{shown}`; is it installed?"))?;
    ensure!(status.success(), "`{shown}` failed ({status})");
    Ok(())
}

/// Runs and hands over every line of standard output as it comes. Returns
/// whether the program succeeded: some callers have more to say than yes or no.
pub fn lines(command: &mut Command, mut each: impl FnMut(&str)) -> Result<bool> {
    let shown = describe(command);
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start `{shown}`; is it installed?"))?;
    let output = child
        .stdout
        .take()
        .context("invariant: the output was piped")?;
    for line in BufReader::new(output).split(b'\n') {
        each(String::from_utf8_lossy(&line?).trim_end_matches('\r'));
    }
    Ok(child.wait()?.success())
}

/// What a program prints, or nothing when it is missing or fails: for asking
/// whether something is there.
pub fn answer(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}

/// A line that stands out between the output of two programs.
pub fn heading(text: &str) {
    println!("\n== {text}");
    // A lost flush costs the order of two lines on a terminal, nothing else.
    let _ = std::io::stdout().flush();
}

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}
