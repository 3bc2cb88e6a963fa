//! What a stream gives out.

use super::marks::{Cue, Mark};
use crate::text::Span;

/// A piece of audio.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// One channel, -1..=1, at the voice's sample rate.
    pub samples: Vec<f32>,
    /// Position of the first sample in the job.
    pub start: u64,
    /// The syllables that begin in this chunk.
    pub marks: Vec<Mark>,
    /// The bookmarks of the text that are reached in this chunk.
    pub cues: Vec<Cue>,
    /// The sentence that begins with this chunk, if one does.
    pub begins: Option<SentenceStart>,
    /// Whether the job ends with this chunk.
    pub last: bool,
}

/// A sentence that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentenceStart {
    /// Its characters in the input.
    pub span: Span,
    pub source: Source,
    /// Where some of it is made of words that have been spoken before: their characters.
    pub known: Vec<Span>,
}

/// Where the sound of a sentence comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Source {
    /// It is made for this job.
    #[serde(rename = "new")]
    New,
    /// Words of it have been spoken before.
    #[serde(rename = "L1")]
    Fragments,
    /// The sentence has been spoken before.
    #[serde(rename = "L2")]
    Sentence,
    /// It is a fixed part of a template, made ahead or spoken before.
    #[serde(rename = "L3")]
    Template,
}

/// What the vocoder makes the sound of a chunk of. Nothing for a chunk that has its sound already.
#[derive(Debug, Clone, PartialEq)]
pub struct Mel {
    /// The frames of the sentence, where one begins.
    pub opens: Option<usize>,
    /// Rows of the voice's mel channels.
    pub frames: Vec<f32>,
}
