//! Filters by which sound is read off between its samples.

use std::f64::consts::PI;

/// The taps for a place so far behind the sample in the middle: all below this share of the bandwidth. A constant stays what it is.
pub fn low_pass<const TAPS: usize>(place: f64, share: f64) -> [f64; TAPS] {
    let taps = windowed::<TAPS>(place, share);
    let sum: f64 = taps.iter().sum();
    taps.map(|tap| tap / sum)
}

/// The taps for what lies between two shares of the bandwidth, whose phase is turned by so much. Bands that lie side by side make
/// up what lies between the first and the last.
pub fn band_pass<const TAPS: usize>(place: f64, [low, high]: [f64; 2], turn: f64) -> [f64; TAPS] {
    let taps = windowed::<TAPS>(place, (high - low) / 2.0);
    let middle = PI * (low + high) / 2.0;
    std::array::from_fn(|at| 2.0 * taps[at] * (turn - middle * away::<TAPS>(place, at)).cos())
}

/// A sine cardinal of this share of the bandwidth, under a Hann window.
fn windowed<const TAPS: usize>(place: f64, share: f64) -> [f64; TAPS] {
    std::array::from_fn(|at| {
        let away = away::<TAPS>(place, at);
        let angle = PI * away * share;
        let cardinal = if angle == 0.0 {
            1.0
        } else {
            angle.sin() / angle
        };
        let window = 0.5 + 0.5 * (2.0 * PI * away / TAPS as f64).cos();
        share * cardinal * window
    })
}

/// Samples that a tap lies behind the place.
fn away<const TAPS: usize>(place: f64, at: usize) -> f64 {
    at as f64 - (TAPS / 2 - 1) as f64 - place
}
