//! Each graph of the bundled voice gives the same output here as in onnxruntime; `tests/wasm.rs` has the same in the browser.
#![cfg(not(target_arch = "wasm32"))]

mod common;
#[path = "common/fixtures.rs"]
mod fixtures;
#[path = "shared/skip.rs"]
mod skip;

use std::path::{Path, PathBuf};

use langdu::Voice;
use langdu::voice::GRAPHS;

use fixtures::check;

fn agrees(voice: &Path, folder: &Path) {
    let voice = Voice::open(voice).unwrap();
    for graph in GRAPHS {
        let path = |kind: &str| folder.join(format!("{graph}.{kind}"));
        let read = |kind: &str| std::fs::read(path(kind)).unwrap();
        check(graph, &voice, &read("json"), &read("bin"));
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_graph_agrees_with_onnxruntime() {
    let voice = root().join("models/xiaolang");
    agrees(&voice, &root().join("tests/fixtures/parity"));
}

/// Causal or not, with a harmonic source or without: `models/convert/tests/packs.py` makes them, with what onnxruntime says.
#[test]
fn so_do_those_of_voices_of_every_flavour() {
    let voices = root().join("target/voices");
    let Ok(entries) = voices.read_dir() else {
        skip::skip(&format!("there is no {}", voices.display()));
        return;
    };
    let folders = entries.map(|entry| entry.unwrap().path());
    let mut fixtures = folders.filter(|folder| folder.join("parity").exists());
    let mut count = 0;
    fixtures.by_ref().for_each(|folder| {
        println!("{}", folder.display());
        agrees(&folder, &folder.join("parity"));
        count += 1;
    });
    assert!(count >= 5, "{count} voices");
}
