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
}
