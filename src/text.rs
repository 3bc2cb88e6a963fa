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
//! Everything keeps the span of the input it came from. Data lies packed in `models/text/`. What passes between the steps is in
//! `steps`, what comes out in `utterance`; both lie below all others.

use std::sync::Arc;

pub mod report;
pub mod symbols;

mod characters;
mod context;
mod data;
mod english;
mod erhua;
mod error;
mod latin;
mod lexicon;
mod names;
mod normalize;
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
mod steps;
mod template;
mod user;
mod utterance;

pub use error::TextError;
pub use reading::Reading;
pub use template::{FixedPart, Templates};
pub use user::UserLexicon;
pub use utterance::{
    Bookmark, Break, English, EnglishSyllable, Mood, Pause, Quote, Sentence, Span, Style, Syllable,
    Unit, Word,
};

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
                Raw::Parts(parts) => analyse_part(&parts.next()?, &self.lexicon),
            }
            .into_iter();
            self.started |= self.ready.len() > 0;
        }
    }
}

/// Analyses a part of an SSML document.
fn analyse_part(part: &ssml::Part, lexicon: &UserLexicon) -> Vec<Sentence> {
    let raw = part.sentences();
    let mut sentences: Vec<Sentence> = raw
        .iter()
        .flat_map(|raw| sentence::analyse(raw, lexicon, false))
        .collect();
    for sentence in &mut sentences {
        sentence.style = part.style.clone();
    }
    for bookmark in &part.bookmarks {
        let at = sentences.partition_point(|sentence| sentence.span.end <= bookmark.at);
        let at = at.min(sentences.len().saturating_sub(1));
        if let Some(sentence) = sentences.get_mut(at) {
            sentence.bookmarks.push(bookmark.clone());
        }
    }
    if let Some(last) = sentences.last_mut() {
        last.silence_ms = part.silence_ms;
    }
    sentences
}
