//! What is kept of sentences while they are spoken for the first time: their sound, and the frames of their words.

use std::ops::Range;
use std::rc::Rc;

use crate::cache::Records;
use crate::cache::fragment::{self, Fragment};
use crate::cache::keys::Keys;
use crate::cache::sentence::Recording;
use crate::cache::store::{Key, Level};
use crate::sambert::{Control, Known, MelStream};
use crate::text::symbols::Symbol;

/// Finds recordings of the sentences of a job, and makes new ones.
pub(super) struct Recorder {
    pub keys: Keys,
    pub records: Rc<dyn Records>,
}

/// A recording in the making.
pub(super) struct Tape {
    key: Key,
    symbols: Vec<Symbol>,
    control: Control,
    /// Words that were known.
    known: Vec<Range<usize>>,
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

    /// Keeps a sentence that has been spoken to its end, and its words.
    pub fn keep(&self, tape: &Tape, mel: &MelStream) {
        self.records.keep(tape.key, &tape.recording.pack());
        for word in fragment::words(&tape.symbols) {
            if tape.known.contains(&word) {
                continue;
            }
            let (durations, frames) = mel.decoded(word.clone());
            let fragment = Fragment {
                durations: durations.to_vec(),
                frames: frames.to_vec(),
            };
            let key = fragment::key(&self.keys, &tape.symbols, &word, &tape.control);
            self.records.keep(key, &fragment.pack());
        }
    }

    /// The keys of the words of a sentence.
    pub fn word_keys(&self, symbols: &[Symbol], control: &Control) -> Vec<Key> {
        let words = fragment::words(symbols);
        let keys = words
            .iter()
            .map(|word| fragment::key(&self.keys, symbols, word, control));
        keys.collect()
    }

    /// The words of a sentence that have been spoken before, in frames of `channels` values.
    pub fn known_words(
        &self,
        symbols: &[Symbol],
        control: &Control,
        channels: usize,
    ) -> Vec<Known> {
        let words = fragment::words(symbols);
        let found = words.into_iter().filter_map(|word| {
            let key = fragment::key(&self.keys, symbols, &word, control);
            let fragment = Fragment::unpack(&self.records.find(key)?, channels)?;
            (fragment.durations.len() == word.len()).then_some(Known {
                symbols: word,
                durations: fragment.durations,
                frames: fragment.frames,
            })
        });
        found.collect()
    }
}

impl Tape {
    pub fn new(
        key: Key,
        symbols: Vec<Symbol>,
        control: Control,
        known: Vec<Range<usize>>,
        durations: Vec<usize>,
    ) -> Tape {
        Tape {
            key,
            symbols,
            control,
            known,
            recording: Recording {
                durations,
                samples: Vec::new(),
            },
        }
    }

    pub fn record(&mut self, samples: &[f32]) {
        self.recording.samples.extend(Recording::pcm(samples));
    }
}
