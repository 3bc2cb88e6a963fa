//! Convolutions in time that carry their left context from run to run, with the activation before them and the sum
//! after them.
//!
//! Signals are rows of channels. There are no copies of the input for every tap: a tap reads the same rows, shifted. With int8
//! weights the input is rounded to integers of up to 16 bits, two channels in a lane, as in [`super::linear`]; frames that are rounded
//! by the same step are convolved together.

use std::array::from_fn;
use std::ops::Range;

use super::linear::{largest_input, step_of};
use super::simd::{Floats, LANES, Pairs, Sums, larger, nearest, pair, peak};
use super::{Tensor, Values};

/// Output channels that are computed together.
const ROWS: usize = 4;
/// Weights of one convolution. The largest of a real vocoder has half of them.
const LARGEST: usize = 1 << 23;
/// Columns that are computed together: two vectors, so that the sums fill eight registers.
const COLUMNS: usize = 2 * LANES;

/// A convolution of stride 1.
#[derive(Debug)]
pub struct Convolution {
    weights: Weights,
    bias: Vec<[f32; ROWS]>,
    out: usize,
    width: usize,
    taps: usize,
    dilation: usize,
    ahead: Option<usize>,
}

#[derive(Debug)]
enum Weights {
    /// For every `ROWS` output channels: two input channels, tap, output channel.
    Pairs {
        weights: Vec<[i32; ROWS]>,
        /// What one unit of each output channel's sum is worth.
        scales: Vec<[f32; ROWS]>,
        /// The largest magnitude of an input that cannot overflow a sum.
        limit: f32,
    },
    /// For every `ROWS` output channels.
    Floats(Vec<FloatBlock>),
}

/// Weights of `ROWS` output channels.
#[derive(Debug)]
struct FloatBlock {
    /// All other taps have no weight but zero.
    taps: Range<usize>,
    /// For every input channel: tap, output channel.
    weights: Vec<[f32; ROWS]>,
}

/// Memory that convolutions share.
#[derive(Default)]
pub struct Scratch {
    joined: Vec<f32>,
    peaks: Vec<f32>,
    pairs: Vec<i32>,
}

/// The numbers of output channels, input channels and taps.
pub type Shape = [usize; 3];

impl Convolution {
    /// `place` tells where `weight` holds the value for an output channel, an input channel and a tap, nothing for zero;
    /// `slice` tells which of its scales belongs to an output channel. The taps end at a column itself and the context is
    /// carried, or they reach `ahead` columns beyond it and there are zeros on both sides. Nothing if all that does not fit.
    pub fn new(
        weight: &Tensor,
        bias: &[f32],
        [out, width, taps]: Shape,
        dilation: usize,
        ahead: Option<usize>,
        place: impl Fn([usize; 3]) -> Option<usize>,
        slice: impl Fn(usize) -> usize,
    ) -> Option<Convolution> {
        let size = [out, width, taps]
            .into_iter()
            .try_fold(1, usize::checked_mul)?;
        if bias.len() != out || dilation == 0 || !(1..=LARGEST).contains(&size) {
            return None;
        }
        if ahead.is_some_and(|ahead| ahead > (taps - 1) * dilation) {
            return None;
        }
        let rows = |values: &dyn Fn(usize) -> f32| {
            let blocks = (0..out).step_by(ROWS);
            let value = |channel: usize| if channel < out { values(channel) } else { 0.0 };
            let rows = blocks.map(|block| std::array::from_fn(|row| value(block + row)));
            rows.collect::<Vec<[f32; ROWS]>>()
        };
        let place = |row: usize, channel: usize, tap: usize| {
            (row < out && channel < width).then(|| place([row, channel, tap]))?
        };
        let weights = match &weight.values {
            Values::Bytes { bytes, scales, .. } => {
                if (0..out).any(|row| slice(row) >= scales.len()) {
                    return None;
                }
                let at = |row: usize, channel: usize, tap: usize| {
                    let place = place(row, channel, tap);
                    place.map_or(0, |place| i32::from(bytes.get(place).copied().unwrap_or(0)))
                };
                let places =
                    || (0..width).flat_map(|channel| (0..taps).map(move |tap| (channel, tap)));
                let magnitude = |row: usize| {
                    let weights =
                        places().map(|(channel, tap)| at(row, channel, tap).unsigned_abs());
                    weights.sum::<u32>()
                };
                let limit = largest_input((0..out).map(magnitude).max().unwrap_or(0));
                let mut weights = Vec::with_capacity(out.div_ceil(ROWS) * width.div_ceil(2) * taps);
                for block in (0..out).step_by(ROWS) {
                    for channel in (0..width).step_by(2) {
                        weights.extend((0..taps).map(|tap| {
                            std::array::from_fn::<_, ROWS, _>(|row| {
                                pair(
                                    at(block + row, channel, tap),
                                    at(block + row, channel + 1, tap),
                                )
                            })
                        }));
                    }
                }
                Weights::Pairs {
                    weights,
                    scales: rows(&|channel| scales[slice(channel)]),
                    limit,
                }
            }
            Values::Floats(floats) => {
                let at = |row: usize, channel: usize, tap: usize| {
                    let place = place(row, channel, tap);
                    place.map_or(0.0, |place| floats.get(place).copied().unwrap_or(0.0))
                };
                let blocks = (0..out).step_by(ROWS).map(|block| {
                    let rows = |channel: usize, tap: usize| -> [f32; ROWS] {
                        from_fn(|row| at(block + row, channel, tap))
                    };
                    let weighs =
                        |tap: &usize| (0..width).any(|channel| rows(channel, *tap) != [0.0; ROWS]);
                    let first = (0..taps).find(weighs).unwrap_or(0);
                    let last = (first..taps).rfind(weighs).unwrap_or(first);
                    let taps = first..last + 1;
                    let places =
                        (0..width).flat_map(|channel| taps.clone().map(move |tap| (channel, tap)));
                    let weights = places.map(|(channel, tap)| rows(channel, tap)).collect();
                    FloatBlock { taps, weights }
                });
                Weights::Floats(blocks.collect())
            }
        };
        Some(Convolution {
            weights,
            bias: rows(&|channel| bias[channel]),
            out,
            width,
            taps,
            dilation,
            ahead,
        })
    }

    /// Output and input channels.
    pub fn channels(&self) -> [usize; 2] {
        [self.out, self.width]
    }

    /// Whether nothing is heard before it is there.
    pub fn is_causal(&self) -> bool {
        self.ahead.is_none()
    }

    /// Values of the left context that is carried, for all channels.
    pub fn context(&self) -> usize {
        match self.ahead {
            None => self.width.saturating_mul(self.reach()),
            Some(_) => 0,
        }
    }

    fn reach(&self) -> usize {
        (self.taps - 1) * self.dilation
    }

    /// Convolves `context` [in, reach] followed by LeakyReLU of `x` [in, columns], and adds the result to `y`
    /// [out, columns]. The context is replaced by the next one. Where inputs are rounded, it is by a step for every `frame`
    /// columns, all for 0, so that frames are the same in any run.
    #[cfg_attr(
        all(target_arch = "wasm32", feature = "relaxed"),
        target_feature(enable = "relaxed-simd")
    )]
    pub fn run(
        &self,
        x: &[f32],
        slope: f32,
        frame: usize,
        context: &mut [f32],
        y: &mut [f32],
        scratch: &mut Scratch,
    ) {
        let columns = x.len() / self.width;
        if columns == 0 {
            return;
        }
        let reach = self.reach();
        let row = reach + columns.next_multiple_of(COLUMNS);
        let joined = &mut scratch.joined;
        joined.resize(self.width * row, 0.0);
        let left = reach - self.ahead.unwrap_or(0);
        for (channel, joined) in joined.chunks_exact_mut(row).enumerate() {
            let (before, rest) = joined.split_at_mut(left);
            let (inside, beyond) = rest.split_at_mut(columns);
            for (to, &from) in inside.iter_mut().zip(&x[channel * columns..][..columns]) {
                let low = from * slope;
                *to = larger(low, from);
            }
            beyond.fill(0.0);
            if self.ahead.is_some() {
                before.fill(0.0);
            } else {
                let context = &mut context[channel * reach..][..reach];
                before.copy_from_slice(context);
                context.copy_from_slice(&joined[columns..][..reach]);
            }
        }
        match &self.weights {
            Weights::Floats(blocks) => {
                for (number, block) in blocks.iter().enumerate() {
                    self.blocks(number, columns, 0..columns, y, |start, bias| {
                        let mut sums = bias.map(|bias| [Floats::splat(bias); 2]);
                        self.sum_floats(block, &joined[start..], row, &mut sums);
                        sums
                    });
                }
            }
            Weights::Pairs { limit, .. } => {
                peaks_of(joined, row, &mut scratch.peaks);
                let frame = if frame == 0 { columns } else { frame };
                let frames = (0..columns).step_by(frame).map(|from| {
                    let peak = peak([&scratch.peaks[from..reach + columns.min(from + frame)]]);
                    (from, power_of_two(step_of(peak, *limit)))
                });
                let mut frames = frames.peekable();
                while let Some((from, step)) = frames.next() {
                    while frames.next_if(|(_, next)| *next == step).is_some() {}
                    let to = frames.peek().map_or(columns, |(next, _)| *next);
                    let rows = joined.chunks_exact(row);
                    let rows = rows.map(|row| &row[from..reach + to]);
                    self.add_rounded(rows, step, from..to, columns, y, &mut scratch.pairs);
                }
            }
        }
    }

    /// Adds to a range of columns what comes of `rows`, the inputs of those columns and `reach` before, rounded to multiples of `step`.
    #[inline(always)]
    fn add_rounded<'a>(
        &self,
        rows: impl Iterator<Item = &'a [f32]>,
        step: f32,
        range: Range<usize>,
        columns: usize,
        y: &mut [f32],
        pairs: &mut Vec<i32>,
    ) {
        let Weights::Pairs {
            weights, scales, ..
        } = &self.weights
        else {
            return;
        };
        let reached = self.reach() + range.len().next_multiple_of(COLUMNS);
        to_pairs(rows, 1.0 / step, reached, pairs);
        let blocks = weights.chunks_exact(self.width.div_ceil(2) * self.taps);
        for (block, (weights, scales)) in blocks.zip(scales).enumerate() {
            self.blocks(block, columns, range.clone(), y, |start, bias| {
                let sums = self.sum_pairs(weights, &pairs[start..], reached);
                let mut floats = bias.map(|bias| [Floats::splat(bias); 2]);
                for ((floats, sums), scale) in floats.iter_mut().zip(sums).zip(scales) {
                    let scale = Floats::splat(scale * step);
                    for (float, sum) in floats.iter_mut().zip(sums) {
                        *float = float.add_product(sum.to_floats(), scale);
                    }
                }
                floats
            });
        }
    }

    /// Adds to a range of columns of a block's rows what `tile` makes, which counts columns from the range's start.
    #[inline(always)]
    fn blocks(
        &self,
        block: usize,
        columns: usize,
        range: Range<usize>,
        y: &mut [f32],
        tile: impl Fn(usize, [f32; ROWS]) -> [[Floats; 2]; ROWS],
    ) {
        let bias = self.bias[block];
        let rows = ROWS.min(self.out - block * ROWS);
        let y = &mut y[block * ROWS * columns..][..rows * columns];
        for start in (0..range.len()).step_by(COLUMNS) {
            let sums = tile(start, bias);
            for (y, sums) in y.chunks_exact_mut(columns).zip(sums) {
                let y = &mut y[range.clone()][start..];
                if let Some(y) = y.get_mut(..COLUMNS) {
                    add_to(y, sums);
                } else {
                    let mut last = [0.0; COLUMNS];
                    last[..y.len()].copy_from_slice(y);
                    add_to(&mut last, sums);
                    y.copy_from_slice(&last[..y.len()]);
                }
            }
        }
    }

    #[inline(always)]
    fn sum_floats(
        &self,
        block: &FloatBlock,
        input: &[f32],
        row: usize,
        sums: &mut [[Floats; 2]; ROWS],
    ) {
        assert!(input.len() >= (self.width - 1) * row + self.reach() + COLUMNS);
        let mut local = *sums;
        // Blocks have no tap beyond the last of all.
        let input = &input[block.taps.start * self.dilation..];
        for (channel, weights) in block.weights.chunks_exact(block.taps.len()).enumerate() {
            for (tap, weights) in weights.iter().enumerate() {
                // SAFETY: the last channel's last tap reaches COLUMNS values, as asserted.
                let [left, right] = unsafe {
                    let from = input.as_ptr().add(channel * row + tap * self.dilation);
                    [Floats::load(from), Floats::load(from.add(LANES))]
                };
                for (sums, &weight) in local.iter_mut().zip(weights) {
                    let weight = Floats::splat(weight);
                    *sums = [
                        sums[0].add_product(left, weight),
                        sums[1].add_product(right, weight),
                    ];
                }
            }
        }
        *sums = local;
    }

    #[inline(always)]
    fn sum_pairs(&self, weights: &[[i32; ROWS]], input: &[i32], row: usize) -> [[Sums; 2]; ROWS] {
        assert!(input.len() >= (self.width.div_ceil(2) - 1) * row + self.reach() + COLUMNS);
        let mut sums = [[Sums::zero(); 2]; ROWS];
        for (channels, weights) in weights.chunks_exact(self.taps).enumerate() {
            for (tap, weights) in weights.iter().enumerate() {
                // SAFETY: the last channels' last tap reaches COLUMNS values, as asserted.
                let [left, right] = unsafe {
                    let from = input.as_ptr().add(channels * row + tap * self.dilation);
                    [Pairs::load(from), Pairs::load(from.add(LANES))]
                };
                for (sums, &weight) in sums.iter_mut().zip(weights) {
                    let weight = Pairs::splat(weight);
                    *sums = [
                        sums[0].add_dot(left, weight),
                        sums[1].add_dot(right, weight),
                    ];
                }
            }
        }
        sums
    }
}

/// Adds two vectors to eight values.
#[inline(always)]
fn add_to(y: &mut [f32], sums: [Floats; 2]) {
    for (y, sum) in y.chunks_exact_mut(LANES).zip(sums) {
        // SAFETY: four values.
        unsafe { Floats::load(y.as_ptr()).add(sum).store(y.as_mut_ptr()) };
    }
}

/// The largest magnitude of every column of rows of `row` values.
fn peaks_of(rows: &[f32], row: usize, peaks: &mut Vec<f32>) {
    peaks.clear();
    peaks.resize(row, 0.0);
    for row in rows.chunks_exact(row) {
        for (peak, value) in peaks.iter_mut().zip(row) {
            *peak = larger(*peak, value.abs());
        }
    }
}

/// The smallest power of two that is no smaller. Neighbours mostly have the same one, and are then convolved together.
fn power_of_two(step: f32) -> f32 {
    const MANTISSA: u32 = (1 << 23) - 1;
    f32::from_bits((step.to_bits() + MANTISSA) & !MANTISSA)
}

/// Rounds rows to integers of `units` per one, each two rows into one of `length` pairs. A last row without a second is paired
/// with zeros, and zeros follow each row.
fn to_pairs<'a>(
    mut rows: impl Iterator<Item = &'a [f32]>,
    units: f32,
    length: usize,
    pairs: &mut Vec<i32>,
) {
    pairs.clear();
    pairs.reserve(length * rows.size_hint().0.div_ceil(2));
    while let Some(first) = rows.next() {
        if let Some(second) = rows.next() {
            let both = first.iter().zip(second);
            pairs.extend(
                both.map(|(first, second)| pair(nearest(first * units), nearest(second * units))),
            );
        } else {
            pairs.extend(first.iter().map(|first| pair(nearest(first * units), 0)));
        }
        pairs.resize(pairs.len().next_multiple_of(length), 0);
    }
}

#[cfg(test)]
mod tests;
