//! The small layers that the networks share.

use super::Stored;
use super::elementary::{exp, sin, softmax};
use super::simd::larger;

/// LayerNorm over the columns of a row.
#[derive(Debug)]
pub struct LayerNorm {
    weight: Vec<f32>,
    bias: Vec<f32>,
    epsilon: f32,
}

impl LayerNorm {
    /// The layer of `name.weight` and `name.bias`.
    pub fn read(file: &impl Stored, name: &str) -> Option<LayerNorm> {
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
pub fn attend(query: &[f32], rows: &[&[f32]], heads: usize, scores: &mut Vec<f32>) -> Vec<f32> {
    let mut context = vec![0.0; query.len()];
    let width = query.len() / heads.max(1);
    let scale = 1.0 / (width as f32).sqrt();
    for head in 0..heads {
        let columns = head * width..(head + 1) * width;
        let query = &query[columns.clone()];
        scores.clear();
        scores.extend(
            rows.iter()
                .map(|row| dot(query, &row[columns.clone()]) * scale),
        );
        softmax(scores);
        let context = &mut context[columns.clone()];
        for (row, score) in rows.iter().zip(scores.iter()) {
            let values = &row[heads * width..][columns.clone()];
            add_times(context, values, *score);
        }
    }
    context
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

/// A filter and those of some bands, each times its factor, as one.
pub fn joint_filter(own: &[f32; 32], bands: &[[f32; 32]], factors: &[f32]) -> [f32; 32] {
    let mut filter = *own;
    for (band, factor) in bands.iter().zip(factors) {
        for (sum, tap) in filter.iter_mut().zip(band) {
            *sum += factor * tap;
        }
    }
    filter
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

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// Exact to the last few bits also near zero, where 1 - e^-2x would lose them.
fn tanh(x: f32) -> f32 {
    let square = x * x;
    let small = x * (1.0 + square * (-1.0 / 3.0 + square * (2.0 / 15.0 - square * (17.0 / 315.0))));
    let large = 1.0 - 2.0 / (1.0 + exp(2.0 * x));
    if square < 0.01 { small } else { large }
}

/// The hyperbolic tangent of each value.
pub fn tanh_all(values: &mut [f32]) {
    values.iter_mut().for_each(|value| *value = tanh(*value));
}

/// Adds its sine to each value.
pub fn add_sines(values: &mut [f32]) {
    values.iter_mut().for_each(|value| *value += sin(*value));
}

/// In place.
pub fn relu(values: &mut [f32]) {
    for value in values {
        *value = larger(0.0, *value);
    }
}

/// Adds `other` to `sum`.
pub fn add(sum: &mut [f32], other: &[f32]) {
    for (sum, other) in sum.iter_mut().zip(other) {
        *sum += other;
    }
}

/// Adds the products of `a` and `b` to `sum`.
pub fn add_products(sum: &mut [f32], a: &[f32], b: &[f32]) {
    for ((sum, a), b) in sum.iter_mut().zip(a).zip(b) {
        *sum += a * b;
    }
}

/// Adds `other` times `factor` to `sum`.
pub fn add_times(sum: &mut [f32], other: &[f32], factor: f32) {
    for (sum, other) in sum.iter_mut().zip(other) {
        *sum += factor * other;
    }
}

/// Multiplies each value by its factor.
pub fn multiply(values: &mut [f32], factors: &[f32]) {
    for (value, factor) in values.iter_mut().zip(factors) {
        *value *= factor;
    }
}

/// Multiplies all values by a factor.
pub fn scale(values: &mut [f32], factor: f32) {
    values.iter_mut().for_each(|value| *value *= factor);
}

/// Multiplies each row of `width` values by its factor.
pub fn scale_rows(rows: &mut [f32], width: usize, factors: &[f32]) {
    for (row, factor) in rows.chunks_exact_mut(width).zip(factors) {
        scale(row, *factor);
    }
}

/// Rows of `width` values turned into `width` rows.
pub fn transposed(rows: &[f32], width: usize) -> Vec<f32> {
    let mut columns = Vec::with_capacity(rows.len());
    for column in 0..width {
        columns.extend(rows.iter().skip(column).step_by(width));
    }
    columns
}

/// `scale` times as many rows as channels, all channels' first ones before all second ones, as rows of `columns` values that take
/// turns.
pub fn interleaved(rows: &[f32], scale: usize, columns: usize) -> Vec<f32> {
    let channels = rows.len() / columns.max(1);
    let mut joined = vec![0.0; rows.len()];
    for (number, row) in rows.chunks_exact((columns / scale).max(1)).enumerate() {
        let (phase, channel) = (number / channels, number % channels);
        let to = joined[channel * columns + phase..].iter_mut();
        for (to, from) in to.step_by(scale).zip(row) {
            *to = *from;
        }
    }
    joined
}
