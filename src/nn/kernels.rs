//! The inner loops of our operators, written so that the compiler makes SIMD of them.

use std::f32::consts::LOG2_E;

/// Softmax of every column of a row-major matrix with rows of `columns` values, in place.
pub fn softmax_columns(matrix: &mut [f32], columns: usize) {
    let mut peaks = vec![f32::NEG_INFINITY; columns];
    for row in matrix.chunks_exact(columns) {
        for (peak, &value) in peaks.iter_mut().zip(row) {
            *peak = peak.max(value);
        }
    }
    let mut sums = vec![0.0; columns];
    for row in matrix.chunks_exact_mut(columns) {
        for ((value, sum), peak) in row.iter_mut().zip(&mut sums).zip(&peaks) {
            *value = exp(*value - peak);
            *sum += *value;
        }
    }
    for sum in &mut sums {
        *sum = 1.0 / *sum;
    }
    for row in matrix.chunks_exact_mut(columns) {
        for (value, scale) in row.iter_mut().zip(&sums) {
            *value *= scale;
        }
    }
}

/// e^x to a few units in the last place, for x up to 88; far below zero it is the smallest normal number or so.
fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    // x = n ln 2 + rest. Adding and subtracting 1.5 * 2^23 rounds; ln 2 in two parts keeps the rest exact.
    const ROUND: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let n = (x * LOG2_E + ROUND) - ROUND;
    let rest = x - n * LN_2_HIGH - n * LN_2_LOW;
    let mut power = 1.0 / 720.0;
    for coefficient in [1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        power = power * rest + coefficient;
    }
    // 2^n, straight into the exponent's bits.
    power * f32::from_bits(((n as i32 + 127) << 23) as u32)
}

/// Output channels that are computed together.
const ROWS: usize = 4;
/// Columns that are computed together: as many as fill eight registers with `ROWS`.
#[cfg(target_arch = "x86_64")]
const COLUMNS: usize = 16;
#[cfg(not(target_arch = "x86_64"))]
const COLUMNS: usize = 8;

/// The weights of a convolution in time, stride 1, packed for [`Taps::run`].
#[derive(Debug)]
pub struct Taps {
    /// For every `ROWS` output channels: input channel, tap, output channel.
    weights: Vec<[f32; ROWS]>,
    bias: Vec<[f32; ROWS]>,
    out: usize,
    width: usize,
    taps: usize,
    dilation: usize,
}

impl Taps {
    /// `weight` is [out, in, taps] row-major as in `shape`, `bias` is [out].
    pub fn new(weight: &[f32], bias: &[f32], shape: [usize; 3], dilation: usize) -> Taps {
        let [out, width, taps] = shape;
        let blocks = out.div_ceil(ROWS);
        let row = |block: usize| move |row: usize| block * ROWS + row;
        let at = |channel: usize, place: usize| {
            weight
                .get(channel * width * taps + place)
                .copied()
                .unwrap_or(0.0)
        };
        let pack =
            |block: usize, place: usize| std::array::from_fn(|lane| at(row(block)(lane), place));
        let places = |block: usize| (0..width * taps).map(move |place| (block, place));
        Taps {
            weights: (0..blocks)
                .flat_map(places)
                .map(|(block, place)| pack(block, place))
                .collect(),
            bias: (0..blocks)
                .map(|block| {
                    std::array::from_fn(|lane| bias.get(row(block)(lane)).copied().unwrap_or(0.0))
                })
                .collect(),
            out,
            width,
            taps,
            dilation,
        }
    }

    pub fn channels_out(&self) -> usize {
        self.out
    }

    /// Convolves the context followed by LeakyReLU of x. `x` is [in, n], `context` and `next` are
    /// [in, (taps - 1) * dilation], `y` is [out, n].
    pub fn run(&self, x: &[f32], context: &[f32], slope: f32, y: &mut [f32], next: &mut [f32]) {
        let columns = x.len() / self.width.max(1);
        let reach = (self.taps - 1) * self.dilation;
        let row = reach + columns.next_multiple_of(COLUMNS);
        let mut joined = vec![0.0; self.width * row];
        for (channel, joined) in joined.chunks_exact_mut(row).enumerate() {
            joined[..reach].copy_from_slice(&context[channel * reach..][..reach]);
            for (to, &from) in joined[reach..]
                .iter_mut()
                .zip(&x[channel * columns..][..columns])
            {
                *to = from.max(from * slope);
            }
            next[channel * reach..][..reach].copy_from_slice(&joined[columns..][..reach]);
        }
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
        {
            // SAFETY: the processor has both features.
            return unsafe { self.tiles_with_fma(&joined, row, columns, y) };
        }
        #[cfg(target_arch = "wasm32")]
        self.tiles(&joined, row, columns, y, wasm_tile);
        #[cfg(not(target_arch = "wasm32"))]
        self.tiles(&joined, row, columns, y, |taps, sums| {
            plain_tile(taps, sums, |a, b, sum| a * b + sum)
        });
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn tiles_with_fma(&self, joined: &[f32], row: usize, columns: usize, y: &mut [f32]) {
        self.tiles(joined, row, columns, y, |taps, sums| {
            plain_tile(taps, sums, f32::mul_add)
        });
    }

    /// Goes through the output in tiles of `ROWS` by `COLUMNS`; `tile` computes one.
    #[inline(always)]
    fn tiles(
        &self,
        joined: &[f32],
        row: usize,
        columns: usize,
        y: &mut [f32],
        tile: impl Fn(Tile, &mut Sums),
    ) {
        let blocks = self
            .weights
            .chunks_exact(self.width * self.taps)
            .zip(&self.bias);
        for (block, (weights, bias)) in blocks.enumerate() {
            for start in (0..columns).step_by(COLUMNS) {
                let mut sums = bias.map(|bias| [bias; COLUMNS]);
                let taps = Tile {
                    weights,
                    input: &joined[start..],
                    row,
                    taps: self.taps,
                    dilation: self.dilation,
                };
                tile(taps, &mut sums);
                let real = COLUMNS.min(columns - start);
                for (sums, y) in sums
                    .iter()
                    .zip(y.chunks_exact_mut(columns).skip(block * ROWS))
                {
                    y[start..start + real].copy_from_slice(&sums[..real]);
                }
            }
        }
    }
}

type Sums = [[f32; COLUMNS]; ROWS];

/// What one tile is computed from.
struct Tile<'a> {
    weights: &'a [[f32; ROWS]],
    /// The joined input from the tile's first column on.
    input: &'a [f32],
    row: usize,
    taps: usize,
    dilation: usize,
}

impl<'a> Tile<'a> {
    /// For every input channel its weights and what its taps reach.
    #[inline(always)]
    fn channels(&self) -> impl Iterator<Item = (&'a [[f32; ROWS]], &'a [f32])> {
        let (input, row) = (self.input, self.row);
        let reach = (self.taps - 1) * self.dilation + COLUMNS;
        let channels = self.weights.chunks_exact(self.taps).enumerate();
        channels.map(move |(channel, weights)| (weights, &input[channel * row..][..reach]))
    }
}

#[cfg(not(target_arch = "wasm32"))]
#[inline(always)]
fn plain_tile(tile: Tile, sums: &mut Sums, multiply_add: impl Fn(f32, f32, f32) -> f32) {
    let mut local = *sums;
    for (weights, input) in tile.channels() {
        for (input, weights) in input.windows(COLUMNS).step_by(tile.dilation).zip(weights) {
            for (sums, &weight) in local.iter_mut().zip(weights) {
                for (sum, &value) in sums.iter_mut().zip(input) {
                    *sum = multiply_add(weight, value, *sum);
                }
            }
        }
    }
    *sums = local;
}

/// By hand, because the compiler leaves the sums in memory: four times as fast.
#[cfg(target_arch = "wasm32")]
#[inline(always)]
fn wasm_tile(tile: Tile, sums: &mut Sums) {
    use core::arch::wasm32::{f32x4_add, f32x4_mul, f32x4_splat, v128, v128_load, v128_store};
    // SAFETY: a row of the sums holds COLUMNS, two vectors.
    let mut local = (*sums).map(|row| unsafe {
        [
            v128_load(row.as_ptr().cast::<v128>()),
            v128_load(row[4..].as_ptr().cast::<v128>()),
        ]
    });
    for (weights, input) in tile.channels() {
        let mut place = 0;
        for weights in weights {
            // SAFETY: `input` holds COLUMNS values after the last tap's place.
            let (left, right) = unsafe {
                let from = input.as_ptr().add(place);
                (
                    v128_load(from.cast::<v128>()),
                    v128_load(from.add(4).cast::<v128>()),
                )
            };
            for (sums, &weight) in local.iter_mut().zip(weights) {
                let weight = f32x4_splat(weight);
                *sums = [
                    f32x4_add(sums[0], f32x4_mul(left, weight)),
                    f32x4_add(sums[1], f32x4_mul(right, weight)),
                ];
            }
            place += tile.dilation;
        }
    }
    for (row, local) in sums.iter_mut().zip(local) {
        // SAFETY: as above.
        unsafe {
            v128_store(row.as_mut_ptr().cast::<v128>(), local[0]);
            v128_store(row[4..].as_mut_ptr().cast::<v128>(), local[1]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_near() {
        for step in -1740..1760 {
            let x = step as f32 * 0.05;
            let error = (exp(x) / x.exp() - 1.0).abs();
            assert!(error < 2e-6, "e^{x} is off by {error}");
        }
        assert!(exp(-1e9) < 1e-37 && exp(f32::NEG_INFINITY) < 1e-37);
    }

    #[test]
    fn softmax_equals_the_plain_formula() {
        for (rows, columns) in [(1, 1), (5, 3), (7, 16), (64, 33)] {
            let mut matrix = (0..rows * columns)
                .map(|index| ((index * 37 % 101) as f32 - 50.0) * 0.3)
                .collect::<Vec<_>>();
            matrix[0] = -1e9;
            let before = matrix.clone();
            softmax_columns(&mut matrix, columns);
            for column in 0..columns {
                let of = |row: usize| f64::from(before[row * columns + column]);
                let peak = (0..rows).map(of).fold(f64::NEG_INFINITY, f64::max);
                let sum = (0..rows).map(|row| (of(row) - peak).exp()).sum::<f64>();
                for row in 0..rows {
                    let expected = (of(row) - peak).exp() / sum;
                    assert!((f64::from(matrix[row * columns + column]) - expected).abs() < 1e-6);
                }
            }
        }
    }

    #[test]
    fn convolution_equals_the_plain_formula() {
        for (out, width, taps, dilation, columns) in [
            (1, 1, 1, 1, 1),
            (4, 3, 3, 1, 16),
            (5, 2, 3, 5, 7),
            (1, 8, 7, 1, 33),
            (9, 7, 11, 7, 50),
            (8, 4, 5, 3, 2),
        ] {
            let reach = (taps - 1) * dilation;
            let noise = |seed: usize| {
                move |index: usize| ((index * 7919 + seed) % 1009) as f32 / 504.5 - 1.0
            };
            let values =
                |seed: usize, count: usize| (0..count).map(noise(seed)).collect::<Vec<_>>();
            let (weight, bias) = (values(1, out * width * taps), values(2, out));
            let (x, context) = (values(3, width * columns), values(4, width * reach));
            let (mut y, mut next) = (vec![0.0; out * columns], vec![0.0; width * reach]);
            Taps::new(&weight, &bias, [out, width, taps], dilation)
                .run(&x, &context, 0.1, &mut y, &mut next);
            let joined = |channel: usize, time: usize| match time.checked_sub(reach) {
                None => context[channel * reach + time],
                Some(time) => {
                    let value = x[channel * columns + time];
                    if value > 0.0 { value } else { value * 0.1 }
                }
            };
            for channel in 0..width {
                for time in 0..reach {
                    assert_eq!(
                        next[channel * reach + time],
                        joined(channel, columns + time)
                    );
                }
            }
            for row in 0..out {
                for time in 0..columns {
                    let taps = (0..width * taps).map(|place| {
                        let (channel, tap) = (place / taps, place % taps);
                        f64::from(weight[row * width * taps + place])
                            * f64::from(joined(channel, time + tap * dilation))
                    });
                    let expected = taps.sum::<f64>() + f64::from(bias[row]);
                    let found = f64::from(y[row * columns + time]);
                    assert!(
                        (found - expected).abs() < 1e-4,
                        "{found} instead of {expected}"
                    );
                }
            }
        }
    }
}
