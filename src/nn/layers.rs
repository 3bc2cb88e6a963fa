//! The small layers that the networks share.

use super::kernels::{exp, softmax};
use super::tensors::File;

/// LayerNorm over the columns of a row.
#[derive(Debug)]
pub struct LayerNorm {
    weight: Vec<f32>,
    bias: Vec<f32>,
    epsilon: f32,
}

impl LayerNorm {
    /// The layer of `name.weight` and `name.bias`.
    pub fn read(file: &File, name: &str) -> Option<LayerNorm> {
        let [weight, bias] = ["weight", "bias"].map(|part| file.vector(&format!("{name}.{part}")));
        let (weight, bias) = (weight?, bias?);
        let [epsilon] = *file.vector("epsilon")?.as_slice() else {
            return None;
        };
        (weight.len() == bias.len()).then_some(LayerNorm {
            weight,
            bias,
            epsilon,
        })
    }

    pub fn width(&self) -> usize {
        self.weight.len()
    }

    /// The rows of `x`, each normalised.
    pub fn rows(&self, x: &[f32]) -> Vec<f32> {
        let width = self.width();
        let mut y = vec![0.0; x.len()];
        for (x, y) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)) {
            let mean = x.iter().sum::<f32>() / width as f32;
            let variance = x.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / width as f32;
            let scale = 1.0 / (variance + self.epsilon).sqrt();
            let parameters = self.weight.iter().zip(&self.bias);
            for ((y, x), (weight, bias)) in y.iter_mut().zip(x).zip(parameters) {
                *y = (x - mean) * scale * weight + bias;
            }
        }
        y
    }
}

/// Attention of a query over rows of keys followed by values. Heads lie side by side in all of them.
///
/// `rows` gives the rows that are not masked; `scores` is scratch. Adds nothing for a query without rows.
pub fn attend<'a>(
    query: &[f32],
    rows: impl Iterator<Item = &'a [f32]> + Clone,
    heads: usize,
    scores: &mut Vec<f32>,
) -> Vec<f32> {
    let mut context = vec![0.0; query.len()];
    let width = query.len() / heads.max(1);
    let scale = 1.0 / (width as f32).sqrt();
    for head in 0..heads {
        let columns = head * width..(head + 1) * width;
        let query = &query[columns.clone()];
        scores.clear();
        scores.extend(
            rows.clone()
                .map(|row| dot(query, &row[columns.clone()]) * scale),
        );
        softmax(scores);
        let context = &mut context[columns.clone()];
        for (row, score) in rows.clone().zip(scores.iter()) {
            let values = &row[heads * width..][columns.clone()];
            for (sum, value) in context.iter_mut().zip(values) {
                *sum += score * value;
            }
        }
    }
    context
}

/// How many heads the attentions of a graph have, at least one: the first reshaping into three axes gives
/// [rows, heads, columns of a head].
pub fn heads(file: &File) -> Option<usize> {
    let nodes = file.graph.node.iter();
    let mut splits = nodes
        .filter(|node| node.op_type == "Reshape")
        .filter_map(|node| file.shape_of(node));
    let split = splits.find(|shape| shape.len() == 3)?;
    usize::try_from(split[1]).ok().filter(|&heads| heads > 0)
}

/// The dot product, in several sums that fill vectors.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0; 8];
    let (a, b) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest = a.remainder().iter().zip(b.remainder());
    let rest = rest.map(|(a, b)| a * b).sum::<f32>();
    for (a, b) in a.zip(b) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// Moves an LSTM on by one step. `gates` are the sums of each gate, those in `order` (input, forget, cell, output).
pub fn lstm_step(gates: &[f32], order: [usize; 4], hidden: &mut [f32], cell: &mut [f32]) {
    let size = hidden.len();
    let [input, forget, candidate, output] = order.map(|gate| &gates[gate * size..][..size]);
    for (index, (hidden, cell)) in hidden.iter_mut().zip(cell).enumerate() {
        *cell = sigmoid(forget[index]) * *cell + sigmoid(input[index]) * tanh(candidate[index]);
        *hidden = sigmoid(output[index]) * tanh(*cell);
    }
}

pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// Exact to the last few bits also near zero, where 1 - e^-2x would lose them.
pub fn tanh(x: f32) -> f32 {
    let square = x * x;
    let small = x * (1.0 + square * (-1.0 / 3.0 + square * (2.0 / 15.0 - square * (17.0 / 315.0))));
    let large = 1.0 - 2.0 / (1.0 + exp(2.0 * x));
    if square < 0.01 { small } else { large }
}

/// In place. Compared by hand here and in the kernels: `f32::max` minds NaN, which costs a call in wasm.
pub fn relu(values: &mut [f32]) {
    for value in values {
        *value = if *value > 0.0 { *value } else { 0.0 };
    }
}

/// Adds `other` to `sum`.
pub fn add(sum: &mut [f32], other: &[f32]) {
    for (sum, other) in sum.iter_mut().zip(other) {
        *sum += other;
    }
}
