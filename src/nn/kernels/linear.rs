//! Linear layers over rows: weights as they are stored, int8 or f32.
//!
//! With int8 weights the inputs of a row are rounded to integers of up to 16 bits, as many as never overflow the sum, so that
//! two products at a time are added up exactly: a hundredth of the error that the weights have themselves.

use std::array::from_fn;

use super::simd::{Floats, LANES, Pairs, Sums, nearest, peak};
use super::{Stored, Tensor, Values};

/// Inputs or outputs of one layer.
const WIDEST: usize = 1 << 16;
/// Outputs that are computed together.
const OUTPUTS: usize = 16;
/// Rows that share the loading of the weights.
const ROWS: usize = 2;
/// Vectors of outputs that are computed together.
const VECTORS: usize = OUTPUTS / LANES;

/// `y = W x + b` over rows.
#[derive(Debug)]
pub struct Linear {
    weights: Weights,
    bias: Vec<f32>,
    inputs: usize,
    outputs: usize,
}

#[derive(Debug)]
enum Weights {
    /// For every sixteen outputs and two inputs, the two weights of each output.
    Bytes {
        pairs: Vec<[i8; 2 * OUTPUTS]>,
        /// What one unit of each output's sum is worth.
        scales: Vec<f32>,
        /// The largest magnitude of an input that cannot overflow a sum.
        limit: f32,
    },
    /// For every sixteen outputs and each input, the weights of the outputs.
    Floats(Vec<[f32; OUTPUTS]>),
}

impl Linear {
    /// The layer of `name.weight` [inputs, outputs] and, where it is stored, `name.bias`.
    pub fn read(file: &impl Stored, name: &str) -> Option<Linear> {
        let weight = file.tensor(&format!("{name}.weight"))?;
        let bias = file.vector(&format!("{name}.bias"));
        Linear::new(&weight, false, bias.as_deref())
    }

    /// `weight` has the axes [inputs, outputs], or the other way round if `outputs_first`; int8 scales belong to outputs. No
    /// bias is a bias of zero.
    pub fn new(weight: &Tensor, outputs_first: bool, bias: Option<&[f32]>) -> Option<Linear> {
        let [first, second] = *weight.shape.as_slice() else {
            return None;
        };
        let (inputs, outputs) = if outputs_first {
            (second, first)
        } else {
            (first, second)
        };
        if !(1..=WIDEST).contains(&inputs) || !(1..=WIDEST).contains(&outputs) {
            return None;
        }
        let padded = outputs.next_multiple_of(OUTPUTS);
        let weights = match &weight.values {
            Values::Bytes {
                bytes,
                scales,
                axis,
            } => {
                if (*axis == 0) != outputs_first || scales.len() != outputs {
                    return None;
                }
                let (pairs, magnitude) = pack_bytes(bytes, inputs, outputs, outputs_first);
                let mut scales = scales.clone();
                scales.resize(padded, 0.0);
                Weights::Bytes {
                    pairs,
                    scales,
                    limit: largest_input(magnitude),
                }
            }
            Values::Floats(floats) => {
                Weights::Floats(pack_floats(floats, inputs, outputs, outputs_first))
            }
        };
        if bias.is_some_and(|bias| bias.len() != outputs) {
            return None;
        }
        let mut bias = bias.unwrap_or_default().to_vec();
        bias.resize(padded, 0.0);
        Some(Linear {
            weights,
            bias,
            inputs,
            outputs,
        })
    }

    pub fn inputs(&self) -> usize {
        self.inputs
    }

    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The outputs of every row of `x`, [rows, outputs].
    pub fn rows(&self, x: &[f32]) -> Vec<f32> {
        let mut y = vec![0.0; x.len() / self.inputs.max(1) * self.outputs];
        self.run(x, &mut y);
        y
    }

    /// The same, into `y`.
    #[cfg_attr(
        all(target_arch = "wasm32", feature = "relaxed"),
        target_feature(enable = "relaxed-simd")
    )]
    pub fn run(&self, x: &[f32], y: &mut [f32]) {
        let rows = x.chunks(ROWS * self.inputs.max(1));
        let mut whole = Vec::new();
        for (x, y) in rows.zip(y.chunks_mut(ROWS * self.outputs.max(1))) {
            if let Weights::Bytes {
                pairs,
                scales,
                limit,
            } = &self.weights
            {
                let places = self.inputs.div_ceil(2);
                whole.clear();
                let mut steps = [1.0; ROWS];
                for (x, step) in x.chunks_exact(self.inputs).zip(&mut steps) {
                    *step = step_of(peak([x]), *limit);
                    let units = 1.0 / *step;
                    whole.extend(x.iter().map(|value| nearest(value * units) as i16));
                    whole.resize(whole.len().next_multiple_of(2), 0);
                }
                let blocks = pairs
                    .chunks_exact(places.max(1))
                    .zip(scales.chunks_exact(OUTPUTS));
                for (block, (pairs, scales)) in blocks.enumerate() {
                    if x.len() == ROWS * self.inputs {
                        self.whole_block(block, pairs, scales, &whole, steps, y);
                        continue;
                    }
                    let rows = whole.chunks_exact(2 * places).zip(steps);
                    for ((whole, step), y) in rows.zip(y.chunks_exact_mut(self.outputs)) {
                        self.whole_block(block, pairs, scales, whole, [step], y);
                    }
                }
            } else if let Weights::Floats(weights) = &self.weights {
                for (block, weights) in weights.chunks_exact(self.inputs.max(1)).enumerate() {
                    if x.len() == ROWS * self.inputs {
                        self.float_block::<ROWS>(block, weights, x, y);
                    } else {
                        let rows = x.chunks_exact(self.inputs);
                        for (x, y) in rows.zip(y.chunks_exact_mut(self.outputs)) {
                            self.float_block::<1>(block, weights, x, y);
                        }
                    }
                }
            }
        }
    }

    /// Sixteen outputs of `R` rows of integers.
    #[inline(always)]
    fn whole_block<const R: usize>(
        &self,
        block: usize,
        pairs: &[[i8; 2 * OUTPUTS]],
        scales: &[f32],
        whole: &[i16],
        steps: [f32; R],
        y: &mut [f32],
    ) {
        let width = 2 * pairs.len();
        assert!(whole.len() >= R * width && scales.len() == OUTPUTS);
        let mut sums = [[Sums::zero(); VECTORS]; R];
        for (place, pairs) in pairs.iter().enumerate() {
            // SAFETY: twice sixteen weights, and an even number of integers in each row.
            unsafe {
                let [first, second] = Pairs::load_bytes(pairs.as_ptr());
                let [third, fourth] = Pairs::load_bytes(pairs[OUTPUTS..].as_ptr());
                let weights = [first, second, third, fourth];
                for (row, sums) in sums.iter_mut().enumerate() {
                    let input = whole.as_ptr().add(row * width + 2 * place);
                    let input = Pairs::splat(input.cast::<i32>().read_unaligned());
                    *sums = from_fn(|vector| sums[vector].add_dot(weights[vector], input));
                }
            }
        }
        let bias = &self.bias[block * OUTPUTS..][..OUTPUTS];
        for (row, (sums, step)) in sums.into_iter().zip(steps).enumerate() {
            let mut outputs = [0.0; OUTPUTS];
            for (vector, sums) in sums.into_iter().enumerate() {
                // SAFETY: sixteen floats each.
                unsafe {
                    let scales = Floats::load(scales.as_ptr().add(LANES * vector));
                    let bias = Floats::load(bias.as_ptr().add(LANES * vector));
                    let output =
                        bias.add_product(sums.to_floats(), scales.times(Floats::splat(step)));
                    output.store(outputs.as_mut_ptr().add(LANES * vector));
                }
            }
            self.put(row, block, &outputs, y);
        }
    }

    /// Sixteen outputs of `R` rows of floats.
    #[inline(always)]
    fn float_block<const R: usize>(
        &self,
        block: usize,
        weights: &[[f32; OUTPUTS]],
        x: &[f32],
        y: &mut [f32],
    ) {
        let width = weights.len();
        assert!(x.len() >= R * width);
        let load = |values: &[f32; OUTPUTS]| -> [Floats; VECTORS] {
            // SAFETY: sixteen floats.
            from_fn(|vector| unsafe { Floats::load(values.as_ptr().add(LANES * vector)) })
        };
        let (bias, _) = self.bias[block * OUTPUTS..].as_chunks();
        let mut sums = [load(&bias[0]); R];
        for (place, weights) in weights.iter().enumerate() {
            let weights = load(weights);
            for (row, sums) in sums.iter_mut().enumerate() {
                // SAFETY: `width` inputs in each row.
                let input = Floats::splat(unsafe { *x.as_ptr().add(row * width + place) });
                *sums = from_fn(|vector| sums[vector].add_product(weights[vector], input));
            }
        }
        for (row, sums) in sums.into_iter().enumerate() {
            let mut outputs = [0.0; OUTPUTS];
            for (vector, sums) in sums.into_iter().enumerate() {
                // SAFETY: sixteen floats.
                unsafe { sums.store(outputs.as_mut_ptr().add(LANES * vector)) };
            }
            self.put(row, block, &outputs, y);
        }
    }

    /// Stores the real ones of sixteen outputs.
    #[inline(always)]
    fn put(&self, row: usize, block: usize, outputs: &[f32; OUTPUTS], y: &mut [f32]) {
        let y = &mut y[row * self.outputs..][..self.outputs][block * OUTPUTS..];
        // Nearly all blocks are whole, and a copy of known size is no call.
        if let Some(y) = y.first_chunk_mut() {
            *y = *outputs;
        } else {
            y.copy_from_slice(&outputs[..y.len()]);
        }
    }
}

/// The weights as the kernel reads them, and the largest sum of the magnitudes of an output's weights.
fn pack_bytes(
    bytes: &[i8],
    inputs: usize,
    outputs: usize,
    outputs_first: bool,
) -> (Vec<[i8; 2 * OUTPUTS]>, u32) {
    let places = inputs.div_ceil(2);
    let mut pairs = vec![[0; 2 * OUTPUTS]; outputs.div_ceil(OUTPUTS) * places];
    let mut magnitudes = vec![0; outputs];
    if outputs_first {
        for (output, row) in bytes.chunks_exact(inputs).enumerate() {
            let (block, lane) = (output / OUTPUTS, output % OUTPUTS);
            let pairs = &mut pairs[block * places..][..places];
            for (to, pair) in pairs.iter_mut().zip(row.chunks(2)) {
                to[2 * lane..][..pair.len()].copy_from_slice(pair);
            }
            magnitudes[output] = row
                .iter()
                .map(|weight| u32::from(weight.unsigned_abs()))
                .sum();
        }
    } else {
        for (input, row) in bytes.chunks_exact(outputs).enumerate() {
            for (block, weights) in row.chunks(OUTPUTS).enumerate() {
                let to = &mut pairs[block * places + input / 2][input % 2..];
                for (to, weight) in to.iter_mut().step_by(2).zip(weights) {
                    *to = *weight;
                }
            }
            for (sum, weight) in magnitudes.iter_mut().zip(row) {
                *sum += u32::from(weight.unsigned_abs());
            }
        }
    }
    (pairs, magnitudes.into_iter().max().unwrap_or(0))
}

fn pack_floats(
    floats: &[f32],
    inputs: usize,
    outputs: usize,
    outputs_first: bool,
) -> Vec<[f32; OUTPUTS]> {
    let mut weights = vec![[0.0; OUTPUTS]; outputs.div_ceil(OUTPUTS) * inputs];
    if outputs_first {
        for (output, row) in floats.chunks_exact(inputs).enumerate() {
            let weights = &mut weights[output / OUTPUTS * inputs..][..inputs];
            for (to, weight) in weights.iter_mut().zip(row) {
                to[output % OUTPUTS] = *weight;
            }
        }
    } else {
        for (input, row) in floats.chunks_exact(outputs).enumerate() {
            for (block, row) in row.chunks(OUTPUTS).enumerate() {
                weights[block * inputs + input][..row.len()].copy_from_slice(row);
            }
        }
    }
    weights
}

/// The largest magnitude of 16-bit inputs whose products with weights of this sum of magnitudes fit 32 bits.
pub fn largest_input(weights: u32) -> f32 {
    (i32::MAX as u32 / weights.max(1)).min(i16::MAX as u32) as f32
}

/// What one unit of an input is worth when `peak` becomes `limit`.
pub fn step_of(peak: f32, limit: f32) -> f32 {
    if peak > 1e-30 { peak / limit } else { 1.0 }
}

#[cfg(test)]
mod tests;
