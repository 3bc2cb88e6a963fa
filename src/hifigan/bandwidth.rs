//! Sound above the vocoder's own band, by spectral band replication (Dietz et al. 2002, as in HE-AAC): what lies lower is copied
//! upwards, band by band, each as loud as a small network reads off the mel. Hisses lie there more than anything else, and a hiss
//! sounds like another: `models/train/bandwidth.py` teaches the loudness.

use std::f64::consts::PI;

use super::filter::{band_pass, low_pass};
use crate::nn::{dot, joint_filter};
use crate::voice::extension::{Extension, Layer};

/// Samples of the vocoder that each new one is made of, half before it and half behind: as many as the sound comes later by.
const TAPS: usize = 32;
/// Loudest and softest that a band gets, as natural logarithms of its factor.
const LOUDEST: f32 = 4.0;
const SOFTEST: f32 = -8.0;

/// Periods for which factors stay: a millisecond.
const HELD: usize = 5;

/// Makes sound fill a wider band, at a higher rate.
pub struct BandwidthExtension {
    settings: Extension,
    /// Samples of a frame, once it is made wider.
    hop: usize,
    /// For each place in a period, a filter for what is there already and one for each band.
    filters: Vec<Vec<[f32; TAPS]>>,
}

/// What one sentence hands on from piece to piece.
#[derive(Default)]
pub struct Progress {
    /// The last samples, and the factors of the last frame's bands.
    past: [f32; TAPS],
    factors: Option<Vec<f32>>,
}

impl BandwidthExtension {
    /// For a voice that is heard at this rate.
    pub fn new(settings: Extension, sample_rate: u32, hop: usize) -> BandwidthExtension {
        let [from, to] = [settings.sample_rate, sample_rate].map(f64::from);
        let shift = f64::from(settings.shift);
        let filters = (0..settings.period(sample_rate)).map(|number| {
            let place = (number as f64 * from / to).fract();
            let turn = 2.0 * PI * number as f64 * shift / to;
            let copies = settings.edges.windows(2).map(|edges| {
                let band = [edges[0], edges[1]].map(|edge| (f64::from(edge) - shift) * 2.0 / from);
                band_pass(place, band, turn)
            });
            let all = [low_pass(place, 1.0)].into_iter().chain(copies);
            all.map(|taps| taps.map(|tap| tap as f32)).collect()
        });
        BandwidthExtension {
            filters: filters.collect(),
            hop,
            settings,
        }
    }

    /// Takes the next samples of a sentence, whole frames of them, with the mel of each frame, and returns as many frames.
    pub fn push(&self, progress: &mut Progress, samples: &[f32], mel: &[f32]) -> Vec<f32> {
        let (from, to) = (self.settings.hop, self.hop);
        let heard = [&progress.past[..], samples].concat();
        let mut made = Vec::with_capacity(samples.len() / from * to);
        for (frame, row) in mel.chunks_exact(self.settings.bins()).enumerate() {
            let factors = self.factors_of(row);
            let before = progress.factors.take().unwrap_or_else(|| factors.clone());
            for begin in (0..to).step_by(HELD * self.filters.len()) {
                let end = (begin + HELD * self.filters.len()).min(to);
                let share = (begin + end) as f32 / (2 * to) as f32;
                let ends = before.iter().zip(&factors);
                let between: Vec<f32> = ends
                    .map(|(before, now)| before + (now - before) * share)
                    .collect();
                let filters = self.filters.iter();
                let filters: Vec<_> = filters
                    .map(|filters| joint_filter(&filters[0], &filters[1..], &between))
                    .collect();
                let places = (begin..end).map(|sample| frame * from + sample * from / to + 1);
                let taps = places.map_while(|first| heard.get(first..first + TAPS));
                let sound = taps.zip(filters.iter().cycle());
                made.extend(sound.map(|(taps, filter)| dot(filter, taps)));
            }
            progress.factors = Some(factors);
        }
        progress.past.copy_from_slice(&heard[heard.len() - TAPS..]);
        made
    }

    /// What each band is multiplied by in a frame.
    fn factors_of(&self, mel: &[f32]) -> Vec<f32> {
        let mut hidden = layer(&self.settings.hidden, mel);
        for value in &mut hidden {
            *value = value.tanh();
        }
        let logarithms = layer(&self.settings.output, &hidden);
        logarithms
            .into_iter()
            .map(|logarithm| logarithm.clamp(SOFTEST, LOUDEST).exp())
            .collect()
    }
}

/// What comes out of a layer, before any other function.
fn layer(layer: &Layer, values: &[f32]) -> Vec<f32> {
    let rows = layer.weight.iter().zip(&layer.bias);
    rows.map(|(row, bias)| dot(row, values) + bias).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of a frame's mel.
    const BINS: usize = 2;

    /// Two bands whose factors are 0.5 and the exponential of the first value of the mel.
    fn extension() -> BandwidthExtension {
        let settings = Extension {
            sample_rate: 16_000,
            hop: 200,
            shift: 4000,
            edges: vec![8000, 9500, 11_000],
            hidden: Layer {
                weight: vec![vec![1e-2, 0.0]],
                bias: vec![0.0],
            },
            output: Layer {
                weight: vec![vec![0.0], vec![100.0]],
                bias: vec![0.5f32.ln(), 0.0],
            },
        };
        BandwidthExtension::new(settings, 24_000, 300)
    }

    /// Sound of all at once.
    fn whole(samples: &[f32], mel: &[f32]) -> Vec<f32> {
        extension().push(&mut Progress::default(), samples, mel)
    }

    fn sine(hertz: f64, rate: f64, count: usize) -> Vec<f32> {
        let turn = |at: usize| 2.0 * PI * at as f64 * hertz / rate;
        (0..count).map(|at| turn(at).sin() as f32).collect()
    }

    /// The amplitude that a part of a sound at 24 kHz has at this frequency; the part begins `from` samples behind the start.
    fn amplitude(part: &[f32], from: usize, hertz: f64) -> f64 {
        let turns = part.iter().enumerate().map(|(at, &sample)| {
            let turn = 2.0 * PI * (from + at) as f64 * hertz / 24_000.0;
            (
                f64::from(sample) * turn.cos(),
                f64::from(sample) * turn.sin(),
            )
        });
        let (real, imaginary) = turns.fold((0.0, 0.0), |(a, b), (c, d)| (a + c, b + d));
        2.0 * f64::hypot(real, imaginary) / part.len() as f64
    }

    #[test]
    fn what_is_there_stays_and_is_heard_again_higher_up() {
        let mel = [0.25f32.ln(), 9.0].repeat(40);
        for (hertz, copied) in [(1000.0, 0.0), (4750.0, 0.5), (6250.0, 0.25)] {
            let made = whole(&sine(hertz, 16_000.0, 8000), &mel);
            assert_eq!(made.len(), 12_000);
            let own = amplitude(&made[300..], 300, hertz);
            assert!((own - 1.0).abs() < 0.02, "{hertz}: {own}");
            let copy = amplitude(&made[300..], 300, hertz + 4000.0);
            assert!((copy - copied).abs() < 0.03, "{hertz}: {copy}");
            // Nothing else: no image beside the copy.
            let rest: f64 = made[300..]
                .iter()
                .map(|&sample| f64::from(sample).powi(2))
                .sum();
            let rest = rest / (made.len() - 300) as f64 - (own * own + copy * copy) / 2.0;
            assert!(rest.abs() < 2e-3, "{hertz}: {rest}");
        }
    }

    #[test]
    fn whatever_the_pieces_the_sound_is_the_same() {
        let sound = sine(5100.0, 16_000.0, 4000);
        let mel: Vec<f32> = (0..20)
            .flat_map(|frame| [-0.1 * frame as f32, 0.0])
            .collect();
        let at_once = whole(&sound, &mel);
        let (extension, mut progress) = (extension(), Progress::default());
        let mut joined = Vec::new();
        let mut start = 0;
        for count in [3, 1, 6, 0, 10] {
            let end = start + count;
            joined.extend(extension.push(
                &mut progress,
                &sound[start * 200..end * 200],
                &mel[start * BINS..end * BINS],
            ));
            start = end;
        }
        assert_eq!(joined, at_once);
    }

    #[test]
    fn a_band_grows_louder_without_a_step() {
        let mel: Vec<f32> = (0..20)
            .flat_map(|frame| [if frame < 10 { -6.0 } else { 0.0 }, 0.0])
            .collect();
        let made = whole(&sine(6250.0, 16_000.0, 4000), &mel);
        let copy = |from: usize| {
            let part = &made[from..from + 150];
            let own = amplitude(part, from, 6250.0);
            assert!((own - 1.0).abs() < 0.05, "{own}");
            amplitude(part, from, 10_250.0)
        };
        let levels = [copy(2700), copy(3000), copy(3150), copy(3300)];
        assert!(levels[0] < 0.05 && levels[3] > 0.9, "{levels:?}");
        assert!(
            levels[1] > 0.1 && levels[1] < 0.4 && levels[2] < 0.9,
            "{levels:?}"
        );
    }
}
