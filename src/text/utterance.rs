//! What the front end gives out: sentences of syllables, English words and pauses.
//!
//! English words are phones of ARPAbet in lower case, the set of KAN-TTS: `aa ae ah ao aw ay b ch d dh eh er ey f g hh ih iy jh k l
//! m n ng ow oy p r s sh t th uh uw v w y z zh`, in syllables with a stress of 0 to 2. Beside them stand the Mandarin syllables that
//! sound most like them, for a voice that has no English phones; [`super::symbols`] takes the one or the other.

pub use super::pauses::Written;

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

/// Strength of a pause, #1 to #4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Break {
    /// #1, between prosodic words.
    Word = 1,
    /// #2, between phrases.
    Minor = 2,
    /// #3, at a comma.
    Major = 3,
    /// #4, at the end of a sentence.
    Sentence = 4,
}

/// A syllable as it is spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Syllable {
    /// Without tone; `v` for ü, erhua as `wanr`.
    pub pinyin: String,
    /// Spoken tone, 1 to 5 (neutral).
    pub tone: u8,
    /// Tone before sandhi.
    pub lexical_tone: u8,
    pub character: char,
    pub span: Span,
}

/// A syllable of an English word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnglishSyllable {
    /// ARPAbet in lower case, without stress digits; never empty.
    pub phones: Vec<&'static str>,
    /// 0 none, 1 primary, 2 secondary.
    pub stress: u8,
}

/// An English word, or the name of one letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct English {
    pub syllables: Vec<EnglishSyllable>,
    /// The Mandarin syllables that sound most like it; never empty.
    pub nearest: Vec<Syllable>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    pub strength: Break,
    /// What stands there.
    pub written: Written,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    Syllable(Syllable),
    English(English),
    Pause(Pause),
}

impl Unit {
    /// Where the unit comes from.
    pub fn span(&self) -> Span {
        match self {
            Unit::Syllable(syllable) => syllable.span,
            Unit::English(word) => word.span,
            Unit::Pause(pause) => pause.span,
        }
    }
}

/// A word of the input; words that the normalisation has moved past each other share a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    pub span: Span,
}

/// What a phrase does, as far as its melody follows from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mood {
    #[default]
    Statement,
    /// A question that ends in 吗, 吧, 呢 or the like.
    ParticleQuestion,
    /// A question without a particle or a question word: 你真的要走？
    PlainQuestion,
    /// A question with 谁, 什么, 怎么 or the like, or of the form 是不是.
    WordQuestion,
    Exclamation,
    Command,
    /// Ends in …… and dies away.
    Trailing,
    /// Broken off by ——.
    BrokenOff,
    /// Calls somebody by name.
    Call,
    /// Lines of verse.
    Verse,
}

/// Who says a phrase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Setting {
    #[default]
    Plain,
    /// In quotation marks.
    Quoted,
    /// In brackets.
    Aside,
}

/// What is said in one mood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    pub span: Span,
    pub mood: Mood,
    pub setting: Setting,
    /// The word that its question is about.
    pub focus: Option<Span>,
}

/// Where a sentence stands in a paragraph of several sentences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Place {
    pub first: bool,
    pub last: bool,
}

/// How a sentence shall be said; `None` leaves it to the caller's options.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Style {
    /// The speaker's name.
    pub voice: Option<String>,
    pub emotion: Option<String>,
    /// From neutral, 0, to the full emotion, 1.
    pub intensity: Option<f32>,
    /// Speed, 0.5 to 2.
    pub rate: Option<f32>,
    /// Semitones, -6 to 6.
    pub pitch: Option<f32>,
    /// Factor, 0 to 2.
    pub volume: Option<f32>,
    /// Name of a mood, see [`super::Mood::named`].
    pub mood: Option<String>,
}

/// A named position of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bookmark {
    pub name: String,
    /// Position in the input, in characters.
    pub at: usize,
}

/// What is spoken in one go: it ends in a pause #4 (a piece that goes on: #3), and has a pause after every prosodic word.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sentence {
    pub span: Span,
    pub normalized: String,
    pub words: Vec<Word>,
    pub units: Vec<Unit>,
    /// Its phrases, in order.
    pub phrases: Vec<Phrase>,
    /// Words with emphasis.
    pub focus: Vec<Span>,
    pub place: Place,
    pub style: Style,
    /// Whether the sentence ends here: a long one is cut into pieces, and a part of a template may go on.
    pub complete: bool,
    /// Silence asked for before the first sentence of a text.
    pub lead_ms: u32,
    /// Silence asked for after the sentence.
    pub silence_ms: u32,
    pub bookmarks: Vec<Bookmark>,
    /// Whether it is a part of a template that is the same whatever the slots hold.
    pub fixed: bool,
}
