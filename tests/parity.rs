//! Each graph of the bundled voice gives the same output here as in onnxruntime.
//!
//! `models/convert/parity.py` writes the fixtures: for every graph a few runs in a row, without the states, which start at
//! zero and go from run to run.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

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

fn check(graph: &str, voice: &Voice, fixtures: &Path) {
    let fixture = std::fs::read_to_string(fixtures.join(format!("{graph}.json"))).unwrap();
    let fixture: Fixture = serde_json::from_str(&fixture).unwrap();
    let data = std::fs::read(fixtures.join(format!("{graph}.bin"))).unwrap();
    let source = Source::parse(graph, voice.graph(graph).unwrap()).unwrap();
    let mut state: Option<State> = None;
    for (number, step) in fixture.steps.iter().enumerate() {
        let compiled = source.compile(&sizes(step)).unwrap();
        let inputs = step
            .inputs
            .iter()
            .map(|(name, array)| (name.as_str(), array.value(&data)))
            .collect::<Vec<_>>();
        let before = state.take().map_or_else(|| compiled.start(), Ok).unwrap();
        for (name, expected) in &step.outputs {
            let mut next = before.clone();
            let [found] = compiled.run(&mut next, &inputs, [name]).unwrap();
            state = Some(next);
            let (found, expected) = (found.as_f32(), expected.floats(&data));
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

#[test]
fn every_graph_agrees_with_onnxruntime() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = |variable: &str, default: &str| {
        std::env::var(variable).map_or(root.join(default), PathBuf::from)
    };
    let voice = Voice::open(&folder("LANGDU_PARITY_VOICE", "models/xiaolang")).unwrap();
    let fixtures = folder("LANGDU_PARITY_FIXTURES", "tests/fixtures/parity");
    for graph in GRAPHS {
        check(graph, &voice, &fixtures);
    }
}
