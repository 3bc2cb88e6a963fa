//! Sentences that have been recorded, on their way out.

use super::marks::Timeline;
use crate::cache::sentence::Recording;

/// Seconds of the first piece: soon unpacked, and longer than any lead-in.
const FIRST: f64 = 0.2;

/// A recording that is given out in two pieces, so that the first is not kept waiting by the rest.
pub(super) struct Replay {
    recording: Recording,
    pub timeline: Timeline,
    /// Samples that have been given out.
    given: usize,
    first: usize,
    pub volume: f32,
    /// Samples of silence behind it.
    pub pause: usize,
}

impl Replay {
    pub fn new(
        recording: Recording,
        timeline: Timeline,
        sample_rate: u32,
        volume: f32,
        pause: usize,
    ) -> Replay {
        Replay {
            recording,
            timeline,
            given: 0,
            first: (FIRST * f64::from(sample_rate)) as usize,
            volume,
            pause,
        }
    }

    /// The next samples, at the volume that they were recorded at.
    pub fn next_piece(&mut self) -> Vec<f32> {
        let length = self.recording.samples.len();
        let end = if self.given == 0 {
            self.first.min(length)
        } else {
            length
        };
        let samples = self.recording.samples(self.given..end);
        self.given = end;
        samples
    }

    pub fn is_over(&self) -> bool {
        self.given == self.recording.samples.len()
    }
}
