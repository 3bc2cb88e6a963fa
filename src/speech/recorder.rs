//! Recordings of sentences, made while they are spoken for the first time.

use std::rc::Rc;

use crate::cache::Records;
use crate::cache::keys::Keys;
use crate::cache::sentence::Recording;
use crate::cache::store::{Key, Level};
use crate::sambert::Control;
use crate::text::symbols::Symbol;

/// Finds recordings of the sentences of a job, and makes new ones.
pub(super) struct Recorder {
    pub keys: Keys,
    pub records: Rc<dyn Records>,
}

/// A recording in the making.
pub(super) struct Tape {
    key: Key,
    recording: Recording,
}

impl Recorder {
    /// `fixed`: the sentence is a fixed part of a template.
    pub fn key(&self, symbols: &[Symbol], control: &Control, fixed: bool) -> Key {
        let level = if fixed {
            Level::Template
        } else {
            Level::Sentence
        };
        self.keys.key(level, symbols, control)
    }

    /// The recording of a sentence of `symbols` symbols.
    pub fn find(&self, key: Key, symbols: usize) -> Option<Recording> {
        let recording = Recording::unpack(&self.records.find(key)?)?;
        (recording.durations.len() == symbols).then_some(recording)
    }

    pub fn begin(&self, key: Key, durations: &[usize]) -> Tape {
        Tape {
            key,
            recording: Recording {
                durations: durations.to_vec(),
                samples: Vec::new(),
            },
        }
    }

    pub fn keep(&self, tape: &Tape) {
        self.records.keep(tape.key, &tape.recording.pack());
    }
}

impl Tape {
    pub fn record(&mut self, samples: &[f32]) {
        self.recording.samples.extend(Recording::pcm(samples));
    }
}
