//! The near silence that a voice begins a text with: it is left out, so that the first sample handed over is about to be heard.

use super::{Chunk, Cue, Mark};

/// Softer than this is not heard: 40 dB below the usual peak of a voice.
const AUDIBLE: f32 = 0.006;
/// Seconds that are kept in front of the first audible sample.
const KEPT: f64 = 0.005;
/// Seconds that are left out at most: a voice that begins more softly means it.
const LONGEST: f64 = 0.1;

/// Cuts the first samples of a job, and moves all that follows.
pub(super) struct LeadIn {
    /// Whether nothing audible has come yet.
    open: bool,
    /// Samples left out so far.
    cut: u64,
    kept: usize,
    longest: u64,
}

impl LeadIn {
    pub fn new(sample_rate: u32) -> LeadIn {
        let samples = |seconds: f64| (seconds * f64::from(sample_rate)) as u64;
        LeadIn {
            open: true,
            cut: 0,
            kept: samples(KEPT) as usize,
            longest: samples(LONGEST),
        }
    }

    /// The job begins with something else, or in silence that is wanted.
    pub fn close(&mut self) {
        self.open = false;
    }

    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Cuts the next samples that a voice has made, at its own volume.
    pub fn trim(&mut self, samples: &mut Vec<f32>) {
        if !self.open {
            return;
        }
        let audible = samples.iter().position(|sample| sample.abs() > AUDIBLE);
        let count = audible.unwrap_or(samples.len()).saturating_sub(self.kept);
        let count = count.min((self.longest - self.cut) as usize);
        samples.drain(..count);
        self.cut += count as u64;
        self.open = audible.is_none() && self.cut < self.longest;
    }

    /// The chunk at its place among what is given out.
    pub fn shift(&self, chunk: Chunk) -> Chunk {
        let moved = |at: u64| at.saturating_sub(self.cut);
        let marks = chunk.marks.into_iter().map(|mark| Mark {
            start: moved(mark.start),
            end: moved(mark.end),
            ..mark
        });
        let cues = chunk.cues.into_iter().map(|cue| Cue {
            at: moved(cue.at),
            ..cue
        });
        Chunk {
            start: moved(chunk.start),
            marks: marks.collect(),
            cues: cues.collect(),
            ..chunk
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(silent: usize, sounding: usize) -> Vec<f32> {
        let silent = std::iter::repeat_n(0.001, silent);
        silent.chain(std::iter::repeat_n(0.1, sounding)).collect()
    }

    #[test]
    fn silence_ahead_of_the_first_sound_is_cut() {
        let mut lead_in = LeadIn::new(16000);
        let mut first = samples(500, 100);
        lead_in.trim(&mut first);
        assert_eq!(first, samples(80, 100));
        let mut later = samples(500, 100);
        lead_in.trim(&mut later);
        assert_eq!(later, samples(500, 100));
    }

    #[test]
    fn it_may_reach_into_the_next_chunk_but_not_far() {
        let mut lead_in = LeadIn::new(16000);
        let mut chunk = samples(500, 0);
        lead_in.trim(&mut chunk);
        assert_eq!(chunk.len(), 80);
        let mut chunk = samples(4000, 0);
        lead_in.trim(&mut chunk);
        assert_eq!(chunk.len(), 4000 - (1600 - 420));
        let mut chunk = samples(4000, 0);
        lead_in.trim(&mut chunk);
        assert_eq!(chunk.len(), 4000);
    }
}
