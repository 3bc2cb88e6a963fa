//! Recordings of sentences, made while they are spoken for the first time.

use std::rc::Rc;

use super::SpeakOptions;
use crate::cache::sentence::{Recording, Recordings, SentenceKeys};
use crate::cache::store::Key;
use crate::text::symbols::Symbol;

/// Finds recordings of the sentences of a job, and makes new ones.
pub(super) struct Recorder {
    pub keys: SentenceKeys,
    pub recordings: Rc<dyn Recordings>,
}

/// A recording in the making.
pub(super) struct Tape {
    key: Key,
    recording: Recording,
}

impl Recorder {
    pub fn find(&self, symbols: &[Symbol], options: &SpeakOptions) -> Option<Recording> {
        let recording = self.recordings.find(self.keys.key(symbols, options))?;
        (recording.durations.len() == symbols.len()).then_some(recording)
    }

    pub fn begin(&self, symbols: &[Symbol], options: &SpeakOptions, durations: &[usize]) -> Tape {
        Tape {
            key: self.keys.key(symbols, options),
            recording: Recording {
                durations: durations.to_vec(),
                samples: Vec::new(),
            },
        }
    }

    pub fn keep(&self, tape: &Tape) {
        self.recordings.keep(tape.key, &tape.recording);
    }
}

impl Tape {
    pub fn record(&mut self, samples: &[f32]) {
        self.recording.samples.extend(Recording::pcm(samples));
    }
}
