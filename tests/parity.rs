//! Each graph of the bundled voice gives the same output here as in onnxruntime, natively and in the browser.
//!
//! `models/convert/parity.py` writes the fixtures: for every graph a few runs in a row, without the states, which start at
//! zero and go from run to run.

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
            assert_eq!(
                found.len(),
                expected.len(),
                "{graph}, step {number}, {name}"
            );
            let peak = expected
                .iter()
                .fold(1e-3f32, |peak, value| peak.max(value.abs()));
            let error = found
                .iter()
                .zip(&expected)
                .fold(0f32, |error, (a, b)| error.max((a - b).abs()));
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
#[test]
fn every_graph_agrees_with_onnxruntime() {
    use std::path::PathBuf;

    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = |variable: &str, default: &str| {
        std::env::var(variable).map_or(root.join(default), PathBuf::from)
    };
    let voice = Voice::open(&folder("LANGDU_PARITY_VOICE", "models/xiaolang")).unwrap();
    let fixtures = folder("LANGDU_PARITY_FIXTURES", "tests/fixtures/parity");
    for graph in GRAPHS {
        let read = |kind: &str| std::fs::read(fixtures.join(format!("{graph}.{kind}"))).unwrap();
        check(graph, &voice, &read("json"), &read("bin"));
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
