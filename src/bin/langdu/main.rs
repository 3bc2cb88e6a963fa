//! The native command line, see `langdu --help`.

#[cfg(not(target_arch = "wasm32"))]
mod batch;
#[cfg(not(target_arch = "wasm32"))]
mod cli;
#[cfg(not(target_arch = "wasm32"))]
mod commands;
#[cfg(feature = "play")]
mod device;
#[cfg(not(target_arch = "wasm32"))]
mod library;
#[cfg(not(target_arch = "wasm32"))]
mod say;
#[cfg(feature = "serve")]
mod serve;
#[cfg(not(target_arch = "wasm32"))]
mod text;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    commands::main()
}

/// Tests in the browser build every target of the crate; there is no command line there.
#[cfg(target_arch = "wasm32")]
fn main() {}
