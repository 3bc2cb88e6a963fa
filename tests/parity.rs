//! Each graph of the bundled voice gives the same output here as in onnxruntime, natively and in the browser.
//!
//! `models/convert/parity.py` writes the fixtures: for every graph a few runs in a row, without the states, which start at
//! zero and go from run to run.

mod common;
#[cfg(not(target_arch = "wasm32"))]
#[path = "shared/skip.rs"]
mod skip;

use std::collections::BTreeMap;

use langdu::Voice;
use langdu::nn::{Source, State, Value};
use langdu::voice::GRAPHS;
use serde::Deserialize;

/// Largest difference, relative to the largest value of the output.
const TOLERANCE: f32 = 1e-3;

#[derive(Deserialize)]
struct Fixture {
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    inputs: BTreeMap<String, Array>,
    outputs: BTreeMap<String, Array>,
}

#[derive(Deserialize)]
struct Array {
    #[serde(rename = "type")]
    kind: String,
    shape: Vec<usize>,
    offset: usize,
}

impl Array {
    fn bytes<'a, const N: usize>(&self, data: &'a [u8]) -> impl Iterator<Item = [u8; N]> + 'a {
        let count = self.shape.iter().product::<usize>();
        data[self.offset..self.offset + count * N]
            .chunks_exact(N)
            .map(|bytes| bytes.try_into().unwrap())
    }

    fn floats(&self, data: &[u8]) -> Vec<f32> {
        self.bytes(data).map(f32::from_le_bytes).collect()
    }

    fn value(&self, data: &[u8]) -> Value {
        match self.kind.as_str() {
            "i64" => Value::i64(
                &self.shape,
                &self.bytes(data).map(i64::from_le_bytes).collect::<Vec<_>>(),
            ),
            _ => Value::f32(&self.shape, &self.floats(data)),
        }
    }
}

/// The free sizes of a graph, read off the inputs of a step.
fn sizes(step: &Step) -> Vec<(&'static str, usize)> {
    let rows = |input: &str| step.inputs.get(input).map(|array| array.shape[0]);
    let axes = [
        ("T", "valid"),
        ("R", "memory_ahead"),
        ("n", "frames"),
        ("n", "mel"),
    ];
    axes.into_iter()
        .filter_map(|(symbol, input)| Some((symbol, rows(input)?)))
        .collect()
}

fn check(graph: &str, voice: &Voice, fixture: &[u8], data: &[u8]) {
    let fixture: Fixture = serde_json::from_slice(fixture).unwrap();
    let contract = voice.manifest.contract(graph);
    let source = Source::parse(graph, voice.graph(graph).unwrap(), &contract).unwrap();
    let mut state: Option<State> = None;
    for (number, step) in fixture.steps.iter().enumerate() {
        let compiled = source.compile(&sizes(step)).unwrap();
        let inputs = step
            .inputs
            .iter()
            .map(|(name, array)| (name.as_str(), array.value(data)))
            .collect::<Vec<_>>();
        let before = state.take().map_or_else(|| compiled.start(), Ok).unwrap();
        for (name, expected) in &step.outputs {
            let mut next = before.clone();
            let [found] = compiled.run(&mut next, &inputs, [name]).unwrap();
            state = Some(next);
            let (found, expected) = (found.as_f32(), expected.floats(data));
            let peak = expected
                .iter()
                .fold(1e-3f32, |peak, value| peak.max(value.abs()));
            let error = common::worst(found, &expected);
            println!(
                "{graph}, step {number}, {name}: {:.1e} of the peak",
                error / peak
            );
            assert!(
                error <= TOLERANCE * peak,
                "{graph}, step {number}, {name}: {error} beside {peak}"
            );
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod natively {
    use std::path::{Path, PathBuf};

    use super::*;

    fn agrees(voice: &Path, fixtures: &Path) {
        let voice = Voice::open(voice).unwrap();
        for graph in GRAPHS {
            let path = |kind: &str| fixtures.join(format!("{graph}.{kind}"));
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
            super::skip::skip(&format!("there is no {}", voices.display()));
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
}

#[cfg(target_arch = "wasm32")]
mod in_the_browser {
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

    use super::*;

    wasm_bindgen_test_configure!(run_in_dedicated_worker);

    /// Bytes of a graph, of its fixture and of the fixture's arrays.
    macro_rules! files {
        ($($graph:literal),*) => {
            [$((
                include_bytes!(concat!("../models/xiaolang/", $graph, ".onnx")).as_slice(),
                include_bytes!(concat!("fixtures/parity/", $graph, ".json")).as_slice(),
                include_bytes!(concat!("fixtures/parity/", $graph, ".bin")).as_slice(),
            )),*]
        };
    }

    #[wasm_bindgen_test]
    fn every_graph_agrees_with_onnxruntime() {
        let files = files!(
            "encoder", "prosody", "duration", "decoder", "postnet", "vocoder"
        );
        let graphs = GRAPHS.iter().map(ToString::to_string);
        let graphs = graphs.zip(files.map(|(graph, ..)| graph.to_vec()));
        let manifest = include_str!("../models/xiaolang/voice.json");
        let voice = Voice::new(manifest, graphs.collect()).unwrap();
        for (graph, (_, fixture, data)) in GRAPHS.into_iter().zip(files) {
            check(graph, &voice, fixture, data);
        }
    }
}
