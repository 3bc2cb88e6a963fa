//! The native command line, see `langdu --help`.

#[cfg(not(target_arch = "wasm32"))]
mod commands;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    commands::main()
}

/// Tests in the browser build every target of the crate; there is no command line there.
#[cfg(target_arch = "wasm32")]
fn main() {}
