//! The near silence that a voice begins a text with: it is left out, so that the first sample handed over is about to be heard.

use super::{Chunk, Cue, Mark};

/// Softer than this is not heard: 40 dB below the usual peak of a voice.
const AUDIBLE: f32 = 0.006;
/// Seconds that are kept in front of the first audible sample.
const KEPT: f64 = 0.005;
/// Seconds that are left out at most: a voice that begins more softly means it.
const LONGEST: f64 = 0.1;

/// Cuts the first samples of a job, and moves all that follows. What is cut does not depend on where chunks end.
pub(super) struct LeadIn {
    /// Whether nothing audible has come yet.
    open: bool,
    /// Samples left out so far.
    cut: u64,
    kept: usize,
    longest: u64,
    /// The last samples, which may be in front of the first audible one, and what is said of those left out: for the next chunk.
    held: Vec<f32>,
    marks: Vec<Mark>,
    cues: Vec<Cue>,
    /// Whether the present chunk is kept back, and how many samples of those before it begins with.
    holds: bool,
    joined: u64,
}

impl LeadIn {
    pub fn new(sample_rate: u32) -> LeadIn {
        let samples = |seconds: f64| (seconds * f64::from(sample_rate)) as u64;
        LeadIn {
            open: true,
            cut: 0,
            kept: samples(KEPT) as usize,
            longest: samples(LONGEST),
            held: Vec::new(),
            marks: Vec::new(),
            cues: Vec::new(),
            holds: false,
            joined: 0,
        }
    }

    /// The job begins with something else, or in silence that is wanted.
    pub fn close(&mut self) {
        self.open = false;
    }

    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Cuts the next samples that a voice has made, at its own volume. `more`: the sentence goes on behind them.
    pub fn trim(&mut self, samples: &mut Vec<f32>, more: bool) {
        self.joined = self.held.len() as u64;
        samples.splice(..0, self.held.drain(..));
        self.holds = false;
        if !self.open {
            return;
        }
        let audible = samples.iter().position(|sample| sample.abs() > AUDIBLE);
        let count = audible.unwrap_or(samples.len()).saturating_sub(self.kept);
        let count = count.min((self.longest - self.cut) as usize);
        samples.drain(..count);
        self.cut += count as u64;
        self.open = audible.is_none() && self.cut < self.longest;
        self.holds = self.open && more;
        if self.holds {
            self.held = std::mem::take(samples);
        }
    }

    /// The chunk at its place among what is given out.
    pub fn shift(&mut self, mut chunk: Chunk) -> Chunk {
        self.marks.append(&mut chunk.marks);
        self.cues.append(&mut chunk.cues);
        let cut = self.cut;
        let moved = |at: u64| at.saturating_sub(cut);
        chunk.start = moved(chunk.start.saturating_sub(self.joined));
        self.joined = 0;
        if self.holds {
            return chunk;
        }
        let marks = self.marks.drain(..).map(|mark| Mark {
            start: moved(mark.start),
            end: moved(mark.end),
            ..mark
        });
        chunk.marks = marks.collect();
        let cues = self.cues.drain(..).map(|cue| Cue {
            at: moved(cue.at),
            ..cue
        });
        chunk.cues = cues.collect();
        chunk
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    fn samples(silent: usize, sounding: usize) -> Vec<f32> {
        let silent = std::iter::repeat_n(0.001, silent);
        silent.chain(std::iter::repeat_n(0.1, sounding)).collect()
    }

    /// The samples of chunks, each of which begins where those before it end, and the marks.
    fn given_out(lengths: &[usize], sound: &[f32], marks: &[Mark]) -> (Vec<f32>, Vec<Mark>) {
        let mut lead_in = LeadIn::new(16000);
        let (mut samples, mut given) = (Vec::new(), Vec::new());
        let mut start = 0;
        for (number, &length) in lengths.iter().enumerate() {
            let mut piece = sound[start..start + length].to_vec();
            lead_in.trim(&mut piece, number + 1 < lengths.len());
            let here = |mark: &&Mark| (start..start + length).contains(&(mark.start as usize));
            let chunk = lead_in.shift(Chunk {
                samples: piece,
                start: start as u64,
                marks: marks.iter().filter(here).cloned().collect(),
                cues: Vec::new(),
                begins: None,
                last: false,
            });
            assert_eq!(chunk.start, samples.len() as u64);
            samples.extend(chunk.samples);
            given.extend(chunk.marks);
            start += length;
        }
        (samples, given)
    }

    #[test]
    fn silence_ahead_of_the_first_sound_is_cut() {
        let mut lead_in = LeadIn::new(16000);
        let mut first = samples(500, 100);
        lead_in.trim(&mut first, true);
        assert_eq!(first, samples(80, 100));
        let mut later = samples(500, 100);
        lead_in.trim(&mut later, true);
        assert_eq!(later, samples(500, 100));
    }

    #[test]
    fn wherever_chunks_end_as_much_is_cut() {
        let mark = |start, end| Mark {
            span: Span::default(),
            start,
            end,
        };
        let marks = [mark(0, 460), mark(460, 800)];
        for silent in [0, 40, 203, 300, 720, 2500] {
            let sound = [samples(silent, 2980 - silent), samples(20, 0)].concat();
            let (whole, marked) = given_out(&[3000], &sound, &marks);
            assert_eq!(whole.len(), 3000 - silent.saturating_sub(80).min(1600));
            for piece in [1, 50, 200, 500, 1000] {
                let (joined, given) = given_out(&vec![piece; 3000 / piece], &sound, &marks);
                assert_eq!(joined, whole, "{silent}, {piece}");
                assert_eq!(given, marked, "{silent}, {piece}");
            }
        }
    }

    #[test]
    fn what_is_never_audible_is_cut_but_not_far() {
        let silence = samples(500, 0);
        for lengths in [&[500][..], &[200, 200, 100]] {
            assert_eq!(given_out(lengths, &silence, &[]).0.len(), 80);
        }
        let silence = samples(4000, 0);
        for lengths in [&[4000][..], &[500, 3500]] {
            assert_eq!(given_out(lengths, &silence, &[]).0.len(), 2400);
        }
    }
}
