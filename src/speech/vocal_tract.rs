//! A speaker made of another one: sound read out slower sounds as if it came out of a longer vocal tract, with all its
//! resonances and its pitch lower, as a man's are beside a woman's. What is to be read out slower is spoken faster before.

use crate::hifigan::low_pass;

/// Samples that each new one is made of, half before it and half behind: as many as the sound comes later by.
const TAPS: usize = 24;

/// Share of the bandwidth that is kept.
const PASSED: f64 = 0.94;

/// Reads the sound of one sentence out at another rate.
pub struct VocalTract {
    /// So many samples become so many.
    from: usize,
    to: usize,
    /// One filter of `TAPS` for each place between two samples.
    filters: Vec<[f32; TAPS]>,
    /// The last samples.
    past: Vec<f32>,
}

impl VocalTract {
    /// For sound of `from` samples a frame that shall have `to`.
    pub fn new(from: usize, to: usize) -> VocalTract {
        let divisor = greatest_common_divisor(from, to);
        let (from, to) = (from / divisor, to / divisor);
        let band = PASSED * (to as f64 / from as f64).min(1.0);
        let filters =
            (0..to).map(|place| low_pass(place as f64 / to as f64, band).map(|tap| tap as f32));
        VocalTract {
            from,
            to,
            filters: filters.collect(),
            past: vec![0.0; TAPS],
        }
    }

    /// Takes the next samples, whole frames of them, and returns as many frames.
    pub fn push(&mut self, samples: &[f32]) -> Vec<f32> {
        let heard = [&self.past[..], samples].concat();
        let count = samples.len() * self.to / self.from;
        let made = (0..count).map(|sample| {
            let (whole, place) = (sample * self.from / self.to, sample * self.from % self.to);
            let taps = heard[whole + 1..].iter().zip(&self.filters[place]);
            taps.map(|(sample, tap)| sample * tap).sum()
        });
        let made = made.collect();
        self.past.copy_from_slice(&heard[samples.len()..]);
        made
    }
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 {
        a.max(1)
    } else {
        greatest_common_divisor(b, a % b)
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;

    /// A sine of so many samples a turn.
    fn sine(turn: f64, count: usize) -> Vec<f32> {
        (0..count)
            .map(|at| (2.0 * PI * at as f64 / turn).sin() as f32)
            .collect()
    }

    #[test]
    fn a_longer_tract_lowers_every_tone() {
        for (from, to) in [(200, 238), (200, 180)] {
            let made = VocalTract::new(from, to).push(&sine(20.0, 4000));
            assert_eq!(made.len(), 4000 * to / from);
            // The sound comes later by half the taps.
            let late = (TAPS / 2) as f64;
            let ratio = from as f64 / to as f64;
            for (at, &sample) in made.iter().enumerate().skip(TAPS * 2) {
                let wanted = (2.0 * PI * (at as f64 * ratio - late) / 20.0).sin() as f32;
                assert!((sample - wanted).abs() < 2e-3, "{at}: {sample}, {wanted}");
            }
        }
    }

    #[test]
    fn whatever_the_pieces_the_sound_is_the_same() {
        let sound = sine(37.0, 2000);
        let whole = VocalTract::new(200, 238).push(&sound);
        let mut tract = VocalTract::new(200, 238);
        let pieces = [600, 200, 800, 400].iter().scan(0, |start, count| {
            *start += count;
            Some(*start - count..*start)
        });
        let joined: Vec<f32> = pieces.flat_map(|piece| tract.push(&sound[piece])).collect();
        assert_eq!(joined, whole);
    }
}
