//! The harmonic source of an NSF vocoder (Wang et al. 2019, as in KAN-TTS): sines at multiples of F0, and noise.

use std::f64::consts::TAU;

use crate::voice::manifest;

/// In unvoiced frames the noise has a third of the sines' amplitude.
const UNVOICED_SHARE: f32 = 1.0 / 3.0;

/// The source signal of one sentence, made in order. It depends only on the pitch and on the position, never on how
/// the frames are grouped: the phase is exact to f64 and the noise is a function of the sample's number.
pub struct HarmonicSource {
    settings: manifest::HarmonicSource,
    hop: usize,
    sample_rate: f64,
    /// Cycles of the fundamental so far, modulo one.
    phase: f64,
    /// Where each harmonic starts, sine and cosine of its phase.
    offsets: Vec<(f64, f64)>,
    /// Samples made so far.
    position: u64,
}

impl HarmonicSource {
    pub fn new(settings: manifest::HarmonicSource, hop: usize, sample_rate: u32) -> HarmonicSource {
        // The fundamental starts at zero, the others anywhere, the same way in every sentence.
        let offset = |harmonic: usize| {
            if harmonic == 0 {
                0.0
            } else {
                TAU * unit(hash(u64::MAX, harmonic as u64))
            }
        };
        let offsets = (0..settings.harmonics)
            .map(|harmonic| offset(harmonic).sin_cos())
            .collect();
        HarmonicSource {
            settings,
            hop,
            sample_rate: f64::from(sample_rate),
            phase: 0.0,
            offsets,
            position: 0,
        }
    }

    pub fn harmonics(&self) -> usize {
        self.settings.harmonics
    }

    /// `frames` gives the normalised F0 and the voicing of each frame. Returns the source of these frames' samples,
    /// one row per harmonic.
    pub fn advance(&mut self, frames: impl ExactSizeIterator<Item = (f32, f32)>) -> Vec<f32> {
        let length = frames.len() * self.hop;
        let mut rows = vec![0.0; length * self.harmonics()];
        for (index, (f0, voicing)) in frames.enumerate() {
            let voiced = voicing >= self.settings.uv_threshold;
            let step = self.hertz(f0, voiced) / self.sample_rate;
            for column in index * self.hop..(index + 1) * self.hop {
                self.sample(step, voiced, &mut rows, column, length);
            }
        }
        rows
    }

    /// F0 in Hz. Unvoiced frames and values that are no number run on the floor.
    fn hertz(&self, f0: f32, voiced: bool) -> f64 {
        let manifest::HarmonicSource {
            f0_mean,
            f0_std,
            f0_floor,
            ..
        } = self.settings;
        let hertz = if voiced {
            f0 * f0_std + f0_mean
        } else {
            f0_floor
        };
        f64::from(hertz.max(f0_floor)).min(self.sample_rate / 2.0)
    }

    /// Writes one sample of every harmonic and moves on.
    fn sample(&mut self, step: f64, voiced: bool, rows: &mut [f32], column: usize, length: usize) {
        self.phase = (self.phase + step).fract();
        let (sine, cosine) = (TAU * self.phase).sin_cos();
        let manifest::HarmonicSource {
            sine_amplitude,
            noise,
            ..
        } = self.settings;
        // Sine and cosine of harmonic h, turned on by the fundamental's angle for h + 1.
        let (mut sine_h, mut cosine_h) = (sine, cosine);
        for (harmonic, &(offset_sine, offset_cosine)) in self.offsets.iter().enumerate() {
            let random = normal(hash(self.position, harmonic as u64));
            rows[harmonic * length + column] = if voiced {
                sine_amplitude * (sine_h * offset_cosine + cosine_h * offset_sine) as f32
                    + noise * random
            } else {
                sine_amplitude * UNVOICED_SHARE * random
            };
            (sine_h, cosine_h) = (
                sine_h * cosine + cosine_h * sine,
                cosine_h * cosine - sine_h * sine,
            );
        }
        self.position += 1;
    }
}

/// 64 well mixed bits from a position and a stream (SplitMix64's finalizer).
fn hash(position: u64, stream: u64) -> u64 {
    let mut bits = position
        .wrapping_mul(64)
        .wrapping_add(stream)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// A number in 0..1.
fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

/// A number of mean 0 and variance 1, near enough normal for noise: four 16-bit numbers added up.
fn normal(bits: u64) -> f32 {
    let sum = (0..4)
        .map(|part| (bits >> (16 * part) & 0xFFFF) as f32)
        .sum::<f32>();
    (sum / 65535.0 - 2.0) * 3f32.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOP: usize = 200;

    fn settings() -> manifest::HarmonicSource {
        manifest::HarmonicSource {
            harmonics: 8,
            f0_mean: 210.0,
            f0_std: 55.0,
            f0_floor: 30.0,
            uv_threshold: 0.6,
            sine_amplitude: 0.1,
            noise: 0.003,
        }
    }

    fn contour(frames: usize) -> Vec<(f32, f32)> {
        (0..frames)
            .map(|frame| {
                (
                    (frame as f32 * 0.7).sin() * 2.0,
                    if frame % 5 == 0 { 0.2 } else { 0.9 },
                )
            })
            .collect()
    }

    fn whole(frames: &[(f32, f32)]) -> Vec<f32> {
        HarmonicSource::new(settings(), HOP, 16000).advance(frames.iter().copied())
    }

    #[test]
    fn chunks_join_to_the_same_source() {
        let frames = contour(23);
        let whole = whole(&frames);
        let mut source = HarmonicSource::new(settings(), HOP, 16000);
        let mut start = 0;
        for size in [1, 7, 3, 12] {
            let rows = source.advance(frames[start..start + size].iter().copied());
            for (harmonic, row) in rows.chunks_exact(size * HOP).enumerate() {
                let from = harmonic * whole.len() / 8 + start * HOP;
                assert_eq!(row, &whole[from..from + size * HOP]);
            }
            start += size;
        }
        assert_eq!(start, frames.len());
    }

    #[test]
    fn harmonics_are_sines_at_multiples() {
        let frames = [(0.0, 1.0); 4];
        let rows = whole(&frames);
        let offset = |harmonic: usize| {
            if harmonic == 0 {
                0.0
            } else {
                TAU * unit(hash(u64::MAX, harmonic as u64))
            }
        };
        for (harmonic, row) in rows.chunks_exact(4 * HOP).enumerate() {
            for (index, &value) in row.iter().enumerate() {
                let angle = TAU * 210.0 * (index + 1) as f64 / 16000.0 * (harmonic + 1) as f64
                    + offset(harmonic);
                assert!(
                    (f64::from(value) - 0.1 * angle.sin()).abs() < 0.012,
                    "harmonic {harmonic} at {index}"
                );
            }
        }
    }

    #[test]
    fn noise_is_normal_enough() {
        let rows = whole(&[(0.0, 0.0); 40]);
        let mean = rows.iter().sum::<f32>() / rows.len() as f32;
        let variance = rows.iter().map(|value| value * value).sum::<f32>() / rows.len() as f32;
        assert!(mean.abs() < 1e-3, "{mean}");
        assert!(
            (variance.sqrt() / (0.1 / 3.0) - 1.0).abs() < 0.01,
            "{variance}"
        );
    }

    #[test]
    fn odd_pitch_is_harmless() {
        let rows = whole(&[
            (f32::NAN, 1.0),
            (f32::INFINITY, 1.0),
            (-1e30, 1.0),
            (0.0, f32::NAN),
        ]);
        assert!(rows.iter().all(|value| value.abs() < 0.2));
    }
}
