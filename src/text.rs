//! The text front end: raw text to sentences of syllables and pauses.
//!
//! ```text
//! raw text -> fold      one form per character, emoji by name       (source)
//!          -> sentence  cut lazily, so that a book starts at once   (split)
//!          -> words said in full: numbers, dates, units, signs      (normalize)
//!          -> words     dictionary, least cost                      (segment)
//!          -> readings  phrases, then a small network               (pinyin, polyphone)
//!          -> tones as spoken                                       (sandhi)
//!          -> pauses    #1 to #4                                    (prosody)
//!          -> symbols   what Sambert reads                          (symbols)
//! ```
//!
//! Everything keeps the span of the input it came from. Data lies packed in `models/text/`.

use std::sync::Arc;

pub mod normalize;
pub mod report;
pub mod symbols;

mod context;
mod data;
mod erhua;
mod latin;
mod lexicon;
mod pinyin;
mod polyphone;
mod prosody;
mod reading;
mod sandhi;
mod segment;
mod sentence;
mod source;
mod split;

pub use reading::Reading;
pub use sentence::{Break, Pause, Sentence, Syllable, Unit, Word};

/// Half-open range of Unicode scalar positions (char indices) in the raw input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    /// The smallest span that holds both.
    pub fn join(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

/// The sentences of a text, made one at a time: neither memory nor the time to the first one grows with the text.
///
/// Nothing that can be said gives no sentence at all.
pub fn sentences(text: impl Into<Arc<str>>) -> Sentences {
    Sentences {
        raw: split::RawSentences::new(text),
        ready: Vec::new().into_iter(),
    }
}

/// Iterator of [`sentences`].
pub struct Sentences {
    raw: split::RawSentences,
    ready: std::vec::IntoIter<Sentence>,
}

impl Iterator for Sentences {
    type Item = Sentence;

    fn next(&mut self) -> Option<Sentence> {
        loop {
            if let Some(sentence) = self.ready.next() {
                return Some(sentence);
            }
            self.ready = sentence::analyse(&self.raw.next()?).into_iter();
        }
    }
}
