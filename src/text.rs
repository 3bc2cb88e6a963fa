//! The text front end: raw text to sentences of syllables and pauses.
//!
//! ```text
//! raw text -> sentence  cut lazily, so that a book starts at once   (split)
//!          -> parts     sentences that fit a template, cut at its slots (template)
//!          -> plain     without Markdown, HTML, LaTeX               (markup)
//!          -> letters   one form per character, emoji               (source)
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

pub mod mood;
pub mod report;
pub mod symbols;

mod breath;
mod characters;
mod context;
pub(crate) mod data;
mod english;
mod erhua;
mod error;
mod latin;
mod layout;
mod lexicon;
mod markup;
mod names;
mod normalize;
mod options;
mod pauses;
mod phrases;
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
mod style;
mod template;
mod user;
mod utterance;
mod verse;

#[cfg(target_arch = "wasm32")]
pub use data::provide;
pub use error::TextError;
pub use options::{Accent, Erhua, Input, Symbols, TextOptions};
pub use polyphone::readings_of;
pub use reading::Reading;
pub use template::{FixedPart, Templates};
pub use user::UserLexicon;
pub use utterance::{
    Bookmark, Break, English, EnglishSyllable, Mood, Pause, Phrase, Place, Sentence, Setting, Span,
    Style, Syllable, Unit, Word, Written,
};

/// The sentences of a text, made one at a time: neither memory nor the time to the first one grows with the text.
///
/// Nothing that can be said gives no sentence at all.
pub fn sentences(text: impl Into<Arc<str>>) -> Sentences {
    sentences_with(text, TextOptions::default())
}

/// As [`sentences`], read in a certain way: with a lexicon of the user's, as Markdown, and so on.
pub fn sentences_with(text: impl Into<Arc<str>>, options: impl Into<TextOptions>) -> Sentences {
    let raw = Raw::Text(Box::new(RawText {
        sentences: layout::LaidOut::new(split::RawSentences::new(text)),
        markup: markup::Markup::default(),
    }));
    Sentences::new(raw, options.into())
}

/// The sentences of an SSML document. Spans are positions in the document.
///
/// Fails with `E_TEXT_SSML` and the position where the document is malformed or asks for what is not supported.
pub fn ssml_sentences(
    document: &str,
    options: impl Into<TextOptions>,
) -> Result<Sentences, TextError> {
    let parts = ssml::parse(document)?;
    let styles = parts.iter().map(|part| part.style.clone()).collect();
    let raw = Raw::Parts(Box::new(ssml::PartSentences::new(parts)));
    Ok(Sentences {
        styles,
        ..Sentences::new(raw, options.into())
    })
}

/// Where the raw sentences of a text begin, in characters. More text may change the last of them, and no other.
pub fn sentence_starts(text: &str) -> Vec<usize> {
    split::RawSentences::new(text)
        .map(|raw| raw.start)
        .collect()
}

/// How much of a text that is still being written no more text can change, in characters: the sentences before the one begun
/// last, but for a line that the next one may show to be verse.
pub fn settled(text: &str) -> usize {
    layout::settled(split::RawSentences::new(text))
}

/// Where the raw sentences of an SSML document begin, in characters of the document.
pub fn ssml_sentence_starts(document: &str) -> Result<Vec<usize>, TextError> {
    ssml::starts(document)
}

/// The sentences of a part of a template that is the same whatever the slots hold.
pub fn fixed_sentences(part: &FixedPart) -> Sentences {
    let options = TextOptions::default();
    let ready = part.analyse(&options).into_iter();
    let raw = Raw::Parts(Box::new(ssml::PartSentences::new(Vec::new())));
    Sentences {
        ready,
        ..Sentences::new(raw, options)
    }
}

/// Iterator of [`sentences`]; it owns its text.
pub struct Sentences {
    raw: Raw,
    options: TextOptions,
    templates: Arc<Templates>,
    ready: std::vec::IntoIter<Sentence>,
    styles: Vec<Style>,
    /// Whether anything has been said yet.
    started: bool,
    /// Sentences that end before this character are left out.
    from: usize,
    /// Raw sentences from this character on are left out.
    until: usize,
    /// Whether there were any.
    left_out: bool,
    /// Whether all of it is verse.
    verse: bool,
}

enum Raw {
    Text(Box<RawText>),
    Parts(Box<ssml::PartSentences>),
}

struct RawText {
    sentences: layout::LaidOut,
    markup: markup::Markup,
}

impl Sentences {
    /// The styles that the text asks for; plain text asks for none.
    pub fn styles(&self) -> impl Iterator<Item = &Style> {
        self.styles.iter()
    }

    fn new(raw: Raw, options: TextOptions) -> Sentences {
        Sentences {
            raw,
            options,
            templates: Arc::default(),
            ready: Vec::new().into_iter(),
            styles: Vec::new(),
            started: false,
            from: 0,
            until: usize::MAX,
            left_out: false,
            verse: false,
        }
    }

    /// The sentences from the one with the character `from` on. `continued`: something has been said before this text, so that
    /// the first sentence is cut like all others.
    pub fn starting_at(self, from: usize, continued: bool) -> Sentences {
        let started = continued;
        Sentences {
            started,
            from,
            ..self
        }
    }

    /// The sentences that begin before the character `until`; what follows is only looked at.
    pub fn ending_at(self, until: usize) -> Sentences {
        Sentences { until, ..self }
    }

    /// Whether the text goes on behind the last sentence.
    pub fn stop_short(&self) -> bool {
        self.left_out
    }

    /// Whether something has been said before the next sentence.
    pub fn continues(&self) -> bool {
        self.started
    }

    /// The same text, its sentences cut into parts where they fit a template. SSML is left as it is.
    pub fn with_templates(self, templates: Arc<Templates>) -> Sentences {
        Sentences { templates, ..self }
    }

    /// The same text, read as verse.
    pub fn as_verse(self) -> Sentences {
        Sentences {
            verse: true,
            ..self
        }
    }
}

impl Iterator for Sentences {
    type Item = Sentence;

    fn next(&mut self) -> Option<Sentence> {
        loop {
            match self.ready.next() {
                Some(sentence) if sentence.span.end <= self.from => continue,
                Some(sentence) => return Some(sentence),
                None => {}
            }
            self.ready = match &mut self.raw {
                Raw::Text(text) => {
                    let mut raw = text.sentences.next()?;
                    if raw.start >= self.until {
                        self.left_out = true;
                        return None;
                    }
                    raw.layout.verse |= self.verse;
                    let end = raw.start + raw.characters.len();
                    // What stands before is read for its markup alone.
                    let raw = text.markup.strip(raw, &self.options);
                    if end <= self.from {
                        continue;
                    }
                    let mut sentences = Vec::new();
                    for part in self.templates.cut(raw) {
                        let first = !self.started && sentences.is_empty();
                        sentences.extend(part.analyse(&self.options, first));
                    }
                    sentences
                }
                Raw::Parts(parts) => {
                    let (options, verse) = (&self.options, self.verse);
                    parts.next(verse, |raw| sentence::analyse(raw, options, false))?
                }
            }
            .into_iter();
            self.started |= self.ready.len() > 0;
        }
    }
}
