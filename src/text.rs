//! The text front end: raw text to sentences of syllables and pauses.
//!
//! ```text
//! raw text -> sentence  cut lazily, so that a book starts at once   (split)
//!          -> parts     sentences that fit a template, cut at its slots (template)
//!          -> letters   one form per character, emoji by name       (source)
//!          -> control   inline pinyin, a user lexicon, SSML         (user, ssml)
//!          -> words said in full: numbers, dates, units, signs      (normalize)
//!          -> words     dictionary, least cost                      (segment)
//!          -> readings  phrases, then a small network               (pinyin, polyphone)
//!          -> tones as spoken                                       (sandhi)
//!          -> pauses    #1 to #4                                    (prosody)
//!          -> symbols   what Sambert reads                          (symbols)
//! ```
//!
//! ```
//! use langdu::text::{Unit, sentences};
//!
//! let sentence = sentences("长[chang2]大了2岁。").next().unwrap();
//! assert_eq!(sentence.normalized, "长大了两岁。");
//! let Unit::Syllable(first) = &sentence.units[0] else { panic!() };
//! assert_eq!((first.pinyin.as_str(), first.tone), ("chang", 2));
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
mod error;
mod latin;
mod lexicon;
mod names;
mod pinyin;
mod polyphone;
mod prosody;
mod reading;
mod sandhi;
mod segment;
mod sentence;
mod source;
mod split;
mod ssml;
mod template;
mod user;

pub use error::TextError;
pub use reading::Reading;
pub use sentence::{Bookmark, Break, Pause, Sentence, Style, Syllable, Unit, Word};
pub use template::{FixedPart, Templates};
pub use user::UserLexicon;

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
    sentences_with(text, Arc::default())
}

/// As [`sentences`], with a lexicon of the user's.
pub fn sentences_with(text: impl Into<Arc<str>>, lexicon: Arc<UserLexicon>) -> Sentences {
    let raw = Raw::Text(split::RawSentences::new(text));
    Sentences::new(raw, lexicon)
}

/// The sentences of an SSML document. Spans are positions in the document.
///
/// Fails with `E_TEXT_SSML` and the position where the document is malformed or asks for what is not supported.
pub fn ssml_sentences(document: &str, lexicon: Arc<UserLexicon>) -> Result<Sentences, TextError> {
    let raw = Raw::Parts(ssml::parse(document)?.into_iter());
    Ok(Sentences::new(raw, lexicon))
}

/// The sentences of a part of a template that is the same whatever the slots hold.
pub fn fixed_sentences(part: &FixedPart) -> Sentences {
    let lexicon = Arc::<UserLexicon>::default();
    let ready = part.analyse(&lexicon).into_iter();
    let raw = Raw::Parts(Vec::new().into_iter());
    Sentences {
        ready,
        ..Sentences::new(raw, lexicon)
    }
}

/// Iterator of [`sentences`]; it owns its text.
pub struct Sentences {
    raw: Raw,
    lexicon: Arc<UserLexicon>,
    templates: Arc<Templates>,
    ready: std::vec::IntoIter<Sentence>,
    /// Whether anything has been said yet.
    started: bool,
}

enum Raw {
    Text(split::RawSentences),
    Parts(std::vec::IntoIter<ssml::Part>),
}

impl Sentences {
    /// The styles that the text asks for; plain text asks for none.
    pub fn styles(&self) -> impl Iterator<Item = &Style> {
        let parts = match &self.raw {
            Raw::Text(_) => &[],
            Raw::Parts(parts) => parts.as_slice(),
        };
        parts.iter().map(|part| &part.style)
    }

    fn new(raw: Raw, lexicon: Arc<UserLexicon>) -> Sentences {
        Sentences {
            raw,
            lexicon,
            templates: Arc::default(),
            ready: Vec::new().into_iter(),
            started: false,
        }
    }

    /// The same text, its sentences cut into parts where they fit a template. SSML is left as it is.
    pub fn with_templates(self, templates: Arc<Templates>) -> Sentences {
        Sentences { templates, ..self }
    }
}

impl Iterator for Sentences {
    type Item = Sentence;

    fn next(&mut self) -> Option<Sentence> {
        loop {
            if let Some(sentence) = self.ready.next() {
                return Some(sentence);
            }
            self.ready = match &mut self.raw {
                Raw::Text(text) => {
                    let parts = self.templates.cut(text.next()?);
                    let mut sentences = Vec::new();
                    for part in parts {
                        let first = !self.started && sentences.is_empty();
                        sentences.extend(part.analyse(&self.lexicon, first));
                    }
                    sentences
                }
                Raw::Parts(parts) => sentence::analyse_part(&parts.next()?, &self.lexicon),
            }
            .into_iter();
            self.started |= self.ready.len() > 0;
        }
    }
}
