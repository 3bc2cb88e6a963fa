//! What one step of the front end hands to the next: raw sentences, letters, glyphs, segments, spoken syllables.

use super::lexicon::Entry;
use super::reading::Reading;
use super::utterance::{Place, Span, Written};

/// What a raw sentence does not tell by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    pub place: Place,
    /// Whether it begins a line.
    pub begins: bool,
    /// What ends with it, beyond the sentence.
    pub ends: Written,
    /// Whether it begins inside quotation marks.
    pub quoted: bool,
    pub verse: bool,
}

/// A piece of the input and where it comes from.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct RawSentence {
    pub characters: Vec<char>,
    /// Position of the first character.
    pub start: usize,
    /// Where each character comes from, when it is not simply one after the other.
    pub spans: Vec<Span>,
    /// Readings given to characters, when there are any.
    pub readings: Vec<Option<Reading>>,
    /// Whether it goes to the end of a sentence; a long one is cut.
    pub ends: bool,
    pub layout: Layout,
    /// What is set off by bold type or an element.
    pub focus: Vec<Span>,
}

impl RawSentence {
    /// Characters that follow each other in the input from `start` on.
    pub fn plain(characters: Vec<char>, start: usize) -> Self {
        Self {
            characters,
            start,
            ends: true,
            ..Self::default()
        }
    }

    /// A part of it, which ends the sentence where it reaches its end.
    pub fn slice(&self, range: std::ops::Range<usize>) -> Self {
        Self {
            characters: self.characters[range.clone()].to_vec(),
            start: self.start + range.start,
            spans: self.spans.get(range.clone()).unwrap_or_default().to_vec(),
            readings: self
                .readings
                .get(range.clone())
                .unwrap_or_default()
                .to_vec(),
            ends: self.ends && range.end == self.characters.len(),
            layout: Layout {
                ends: match range.end == self.characters.len() {
                    true => self.layout.ends,
                    false => Written::Nothing,
                },
                ..self.layout
            },
            focus: self.focus.clone(),
        }
    }

    /// Where a character comes from.
    pub fn span(&self, at: usize) -> Span {
        let plain = Span {
            start: self.start + at,
            end: self.start + at + 1,
        };
        self.spans.get(at).copied().unwrap_or(plain)
    }

    /// The reading given to a character.
    pub fn forced(&self, at: usize) -> Option<Reading> {
        self.readings.get(at).copied().flatten()
    }
}

/// A character of the input, folded: half width, simplified, without variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letter {
    pub folded: char,
    /// What the normalised text shows when no rule takes the character.
    pub shown: char,
    pub span: Span,
    /// A reading the user has given.
    pub forced: Option<Reading>,
}

/// How a character of the normalised text came about; sandhi depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Plain,
    /// Said digit by digit, or an ordinal: 一 keeps its tone.
    Digits,
    /// A number in words.
    Cardinal,
}

/// Whether a word may start before a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The segmentation decides.
    Free,
    Start,
    Inside,
}

/// One character of the normalised text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyph {
    pub character: char,
    pub span: Span,
    pub manner: Manner,
    pub bound: Bound,
    /// A reading the user has given.
    pub forced: Option<Reading>,
}

/// A word of the normalised text, by glyph indices.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    pub start: usize,
    pub end: usize,
    pub kind: SegmentKind,
    /// Part of speech; `x` where there is none.
    pub tag: &'static str,
    pub entry: Option<Entry>,
    /// Whether it is the given name to the surname before it.
    pub given: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentKind {
    Han,
    Latin,
    Mark,
}

/// One syllable on its way to being spoken.
#[derive(Clone, Copy, Debug)]
pub struct Spoken {
    pub lexical: Reading,
    pub surface: Reading,
    /// Whether an 儿 has joined the final.
    pub rhotic: bool,
    /// Whether the user has given the reading.
    pub forced: bool,
    pub character: char,
    pub manner: Manner,
    /// Index of the segment, and of the first and the last glyph.
    pub segment: usize,
    pub glyph: usize,
    pub last_glyph: usize,
}
