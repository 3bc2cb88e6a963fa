//! Names the engine by a hash of the code that makes the sound, so that recordings of another engine are not played; and what it reads
//! texts by, which browsers fetch as a file of its own.

use std::path::{Path, PathBuf};

use xxhash_rust::xxh64::{Xxh64, xxh64};

/// The rooms between symbols and samples, and the versions of the libraries.
const SOURCES: [&str; 5] = [
    "src/nn",
    "src/sambert",
    "src/hifigan",
    "src/speech",
    "Cargo.lock",
];

fn main() {
    let mut files = Vec::new();
    for source in SOURCES {
        println!("cargo:rerun-if-changed={source}");
        gather(Path::new(source), &mut files);
        let module = format!("{source}.rs");
        if Path::new(&module).exists() {
            println!("cargo:rerun-if-changed={module}");
            files.push(module.into());
        }
    }
    files.sort();
    let mut hasher = Xxh64::new(0);
    for file in files {
        hasher.update(file.to_string_lossy().replace('\\', "/").as_bytes());
        hasher.update(&std::fs::read(file).unwrap_or_default());
    }
    let hash = hasher.digest();
    println!("cargo:rustc-env=LANGDU_ENGINE={hash:016x}");
    let text = text();
    println!("cargo:rustc-env=LANGDU_TEXT={}", xxh64(&text, 0));
    let folder = std::env::var_os("OUT_DIR").expect("cargo says where");
    std::fs::write(Path::new(&folder).join("text.bin"), text)
        .expect("the folder can be written to");
}

/// What texts are read by, as browsers fetch it: the packed files, then the tables, each in the order of their names.
fn text() -> Vec<u8> {
    let mut text = Vec::new();
    for (folder, end) in [("models/text", "bin"), ("models/text/tables", "tsv")] {
        let entries = Path::new(folder).read_dir().into_iter().flatten().flatten();
        let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == end));
        files.sort();
        for file in files {
            // File by file: beside them lie the scripts that make them, and what Python leaves there.
            println!("cargo:rerun-if-changed={}", file.display());
            text.extend(std::fs::read(file).unwrap_or_default());
        }
    }
    text
}

/// The file, or all files in the folder. One that is missing, as the lock file of a published crate, counts for nothing.
fn gather(path: &Path, files: &mut Vec<PathBuf>) {
    if let Ok(entries) = path.read_dir() {
        entries
            .flatten()
            .for_each(|entry| gather(&entry.path(), files));
    } else if path.exists() {
        files.push(path.into());
    }
}
