//! The harmonic source of an NSF vocoder (Wang et al. 2019, as in KAN-TTS): sines at multiples of F0, and noise.

use std::f64::consts::TAU;

use crate::nn::source::{add_noise, mixed};
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
    noise: Noise,
}

/// Adds noise of variance 1 times a level to samples of a harmonic, a function of the first one's position and the harmonic.
pub type Noise = fn(level: f32, position: u64, harmonic: u32, samples: &mut [f32]);

impl HarmonicSource {
    pub fn new(settings: manifest::HarmonicSource, hop: usize, sample_rate: u32) -> HarmonicSource {
        HarmonicSource::with(settings, hop, sample_rate, add_noise)
    }

    /// A source with noise of one's own.
    pub fn with(
        settings: manifest::HarmonicSource,
        hop: usize,
        sample_rate: u32,
        noise: Noise,
    ) -> HarmonicSource {
        let start: fn(u64) -> f64 = if settings.in_phase { |_| 0.0 } else { phase };
        let offsets = (0..settings.harmonics as u64).map(|harmonic| start(harmonic).sin_cos());
        HarmonicSource {
            offsets: offsets.collect(),
            settings,
            hop,
            sample_rate: f64::from(sample_rate),
            phase: 0.0,
            position: 0,
            noise,
        }
    }

    pub fn harmonics(&self) -> usize {
        self.settings.harmonics
    }

    /// The source of the next frame's samples, one row per harmonic, from its normalised F0 and its voicing.
    pub fn frame(&mut self, f0: f32, voicing: f32) -> Vec<f32> {
        let mut rows = vec![0.0; self.hop * self.harmonics()];
        let step = self.hertz(f0) / self.sample_rate;
        let voiced = voicing >= self.settings.uv_threshold;
        if voiced {
            self.add_sines(step, &mut rows);
        }
        let noise = if voiced {
            self.settings.noise
        } else {
            self.settings.sine_amplitude * UNVOICED_SHARE
        };
        for (harmonic, row) in rows.chunks_exact_mut(self.hop).enumerate() {
            (self.noise)(noise, self.position, harmonic as u32, row);
        }
        self.phase = (self.phase + self.hop as f64 * step).fract();
        self.position += self.hop as u64;
        rows
    }

    /// F0 in Hz. Values that are no number run on the floor.
    fn hertz(&self, f0: f32) -> f64 {
        let manifest::HarmonicSource {
            f0_mean,
            f0_std,
            f0_floor,
            ..
        } = self.settings;
        let hertz = f0 * f0_std + f0_mean;
        f64::from(hertz.max(f0_floor)).min(self.sample_rate / 2.0)
    }

    /// Adds the sines of a frame whose fundamental turns by `step` cycles a sample. Sine and cosine of an angle are turned on by
    /// another's, both from sample to sample and from harmonic to harmonic: one of each is worked out in a frame.
    fn add_sines(&self, step: f64, rows: &mut [f32]) {
        let turn = (TAU * step).sin_cos();
        let mut first = (TAU * self.phase).sin_cos();
        let mut fundamental = Vec::with_capacity(self.hop);
        for _ in 0..self.hop {
            first = turned(first, turn);
            fundamental.push(first);
        }
        let mut angles = fundamental.clone();
        let harmonics = rows.chunks_exact_mut(self.hop).zip(&self.offsets);
        for (row, &offset) in harmonics {
            let columns = row.iter_mut().zip(&mut angles).zip(&fundamental);
            for ((value, angle), &fundamental) in columns {
                *value += self.settings.sine_amplitude * turned(*angle, offset).0 as f32;
                *angle = turned(*angle, fundamental);
            }
        }
    }
}

/// Sine and cosine of the sum of two angles, from theirs.
fn turned((sine, cosine): (f64, f64), (other_sine, other_cosine): (f64, f64)) -> (f64, f64) {
    (
        sine * other_cosine + cosine * other_sine,
        cosine * other_cosine - sine * other_sine,
    )
}

/// Where a harmonic starts, in radians: the fundamental at zero, the others anywhere, the same in every sentence.
fn phase(harmonic: u64) -> f64 {
    if harmonic == 0 {
        0.0
    } else {
        let bits = mixed(u32::MAX - harmonic as u32);
        TAU * f64::from(bits) / f64::from(u32::MAX)
    }
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
            in_phase: false,
        }
    }

    fn frames(contour: &[(f32, f32)]) -> Vec<Vec<f32>> {
        let mut source = HarmonicSource::new(settings(), HOP, 16000);
        let frame = |&(f0, voicing): &(f32, f32)| source.frame(f0, voicing);
        contour.iter().map(frame).collect()
    }

    /// Sines at multiples of 210 Hz that start at `phase`.
    fn check_sines(settings: manifest::HarmonicSource, phase: fn(u64) -> f64) {
        let mut source = HarmonicSource::new(settings, HOP, 16000);
        for number in 0..4 {
            let frame = source.frame(0.0, 1.0);
            for (harmonic, row) in frame.chunks_exact(HOP).enumerate() {
                for (index, &value) in row.iter().enumerate() {
                    let cycles = 210.0 * (number * HOP + index + 1) as f64 / 16000.0;
                    let angle = TAU * cycles * (harmonic + 1) as f64 + phase(harmonic as u64);
                    assert!(
                        (f64::from(value) - 0.1 * angle.sin()).abs() < 0.012,
                        "harmonic {harmonic} at {index} of frame {number}"
                    );
                }
            }
        }
    }

    #[test]
    fn harmonics_are_sines_at_multiples() {
        check_sines(settings(), phase);
    }

    #[test]
    fn harmonics_in_phase_start_together() {
        let settings = manifest::HarmonicSource {
            in_phase: true,
            ..settings()
        };
        check_sines(settings, |_| 0.0);
    }

    #[test]
    fn noise_is_normal_enough() {
        let rows = frames(&[(0.0, 0.0); 40]).concat();
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
        let rows = frames(&[
            (f32::NAN, 1.0),
            (f32::INFINITY, 1.0),
            (-1e30, 1.0),
            (0.0, f32::NAN),
        ])
        .concat();
        assert!(rows.iter().all(|value| value.abs() < 0.2));
    }
}
