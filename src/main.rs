//! The native command-line tool; see `xops_lab::cli`.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    xops_lab::cli::main()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
