//! Silence where a pause is written.
//!
//! A voice that has learned to run short clauses together holds the sounds on either side through the pause that it is told to
//! make. So what ends fades away there, what begins fades in, and between them nothing is heard.

use std::f32::consts::PI;
use std::ops::Range;

use crate::sambert::Inflection;

/// Milliseconds in which the sound before a pause dies away, and the one after it begins.
const FADE_OUT: u64 = 70;
const FADE_IN: u64 = 35;

/// The pauses of a sentence, in samples of its stream.
#[derive(Debug, Default, Clone)]
pub struct Hush {
    pauses: Vec<Range<u64>>,
    fade_out: u64,
    fade_in: u64,
}

impl Hush {
    /// `durations`: frames of `hop` samples of each symbol of a sentence that begins at sample `start`. Pauses too short for both fades are
    /// left to the voice.
    pub fn new(
        durations: &[usize],
        curve: &[Inflection],
        hop: usize,
        start: u64,
        sample_rate: u32,
    ) -> Hush {
        let [fade_out, fade_in] =
            [FADE_OUT, FADE_IN].map(|fade| fade * u64::from(sample_rate) / 1000);
        let mut end = start;
        let spans = durations.iter().map(|frames| {
            let begin = end;
            end += (frames * hop) as u64;
            begin..end
        });
        let written = spans.zip(curve).filter(|(span, inflection)| {
            inflection.pause_ms.is_some() && span.end - span.start >= fade_out + fade_in
        });
        Hush {
            pauses: written.map(|(span, _)| span).collect(),
            fade_out,
            fade_in,
        }
    }

    /// Silences what of the pauses lies in these samples, the first of which is the stream's sample `start`.
    pub fn apply(&self, samples: &mut [f32], start: u64) {
        let end = start + samples.len() as u64;
        for pause in &self.pauses {
            for at in pause.start.max(start)..pause.end.min(end) {
                let before = falling(at - pause.start, self.fade_out);
                let after = falling(pause.end - at, self.fade_in);
                samples[(at - start) as usize] *= before.max(after);
            }
        }
    }
}

/// From 1 to 0 over a fade.
fn falling(at: u64, fade: u64) -> f32 {
    let share = at as f32 / fade.max(1) as f32;
    0.5 + 0.5 * (PI * share.min(1.0)).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pause(ms: u16) -> Inflection {
        Inflection {
            pause_ms: Some(ms),
            ..Inflection::default()
        }
    }

    #[test]
    fn written_pauses_are_silent_in_whatever_chunks_they_come() {
        let none = Inflection::default();
        let curve = [none, pause(300), none, pause(60), none];
        let hush = Hush::new(&[10, 24, 10, 5, 10], &curve, 200, 1000, 16_000);
        let mut whole = vec![1.0; 59 * 200];
        hush.apply(&mut whole, 1000);
        assert!(whole[..2000].iter().all(|&sample| sample == 1.0));
        assert!(
            whole[2000 + 1120..6800 - 560]
                .iter()
                .all(|&sample| sample.abs() < 1e-6)
        );
        assert!(whole[6800..].iter().all(|&sample| sample == 1.0));
        let mut parts = vec![1.0; 59 * 200];
        for (number, part) in parts.chunks_mut(777).enumerate() {
            hush.apply(part, 1000 + 777 * number as u64);
        }
        assert_eq!(parts, whole);
    }
}
