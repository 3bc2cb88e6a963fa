//! What `models/convert/parity.py` writes: for every graph of a voice a few runs in a row, without the states, which start at zero and go
//! from run to run.

use std::collections::BTreeMap;

use langdu::Voice;
use langdu::nn::{Source, State, Value};
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

/// Runs a graph of a voice through the steps of its fixture, a JSON and the arrays that it points into.
pub fn check(graph: &str, voice: &Voice, fixture: &[u8], data: &[u8]) {
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
            let error = crate::common::worst(found, &expected);
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
