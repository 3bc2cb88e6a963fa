//! The inner loops of our operators, written so that the compiler makes SIMD of them.

use std::f32::consts::{FRAC_1_PI, LOG2_E};

use super::simd::larger;

/// Softmax of one row, in place.
pub fn softmax(row: &mut [f32]) {
    let peak = row.iter().copied().fold(f32::NEG_INFINITY, larger);
    let mut sum = 0.0;
    for value in &mut *row {
        *value = exp(*value - peak);
        sum += *value;
    }
    row.iter_mut().for_each(|value| *value /= sum);
}

/// e^x to a few units in the last place, for x up to 88; far below zero it is the smallest normal number or so.
pub fn exp(x: f32) -> f32 {
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

/// sin x to a few units in the last place of one, for x up to some thousands.
pub fn sin(x: f32) -> f32 {
    // x = n pi + rest; adding and subtracting 1.5 * 2^23 rounds, and leaves whether n is odd in the lowest bit.
    const ROUND: f32 = 12_582_912.0;
    const PI_HIGH: f32 = 3.140_625;
    const PI_LOW: f32 = 9.676_536e-4;
    let shifted = x * FRAC_1_PI + ROUND;
    let n = shifted - ROUND;
    let rest = x - n * PI_HIGH - n * PI_LOW;
    let square = rest * rest;
    let mut series = -1.0 / 39_916_800.0;
    for coefficient in [1.0 / 362_880.0, -1.0 / 5040.0, 1.0 / 120.0, -1.0 / 6.0] {
        series = series * square + coefficient;
    }
    let value = rest + rest * square * series;
    f32::from_bits(value.to_bits() ^ (shifted.to_bits() << 31))
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
        for count in [1, 2, 7, 64] {
            let values = (0..count).map(|index| ((index * 37 % 101) as f32 - 50.0) * 0.3);
            let values = values.collect::<Vec<_>>();
            let mut row = values.clone();
            softmax(&mut row);
            let sum = values
                .iter()
                .map(|value| f64::from(*value).exp())
                .sum::<f64>();
            for (found, value) in row.iter().zip(&values) {
                assert!((f64::from(*found) - f64::from(*value).exp() / sum).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn sin_is_near() {
        for step in -40_000..40_000 {
            let x = step as f32 * 0.013;
            let error = (f64::from(sin(x)) - f64::from(x).sin()).abs();
            assert!(error < 1e-6, "the sine of {x} is off by {error}");
        }
    }
}
