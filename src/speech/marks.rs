//! Marks: what is being said when.

use std::collections::VecDeque;

use crate::text::symbols::Symbol;
use crate::text::{Bookmark, Span};

/// A syllable and when it sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The characters of the input that are being said.
    pub span: Span,
    /// Sample positions in the job, half-open.
    pub start: u64,
    pub end: u64,
}

/// A bookmark of the text and when it is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    pub name: String,
    /// Sample position in the job.
    pub at: u64,
}

/// What a sentence says when, and has not been given out yet.
pub(super) struct Timeline {
    marks: VecDeque<Mark>,
    cues: VecDeque<Cue>,
}

impl Timeline {
    /// Of a sentence that starts at sample `start`. `durations` are the frames of each symbol, `hop` the samples of a frame.
    pub fn new(
        symbols: &[Symbol],
        durations: &[usize],
        hop: usize,
        start: u64,
        bookmarks: &[Bookmark],
    ) -> Timeline {
        let marks = marks(symbols, durations, hop, start);
        let end = start + (durations.iter().sum::<usize>() * hop) as u64;
        let cues = cues(bookmarks, &marks, end);
        Timeline {
            marks: marks.into(),
            cues: cues.into(),
        }
    }

    /// What comes before a sample, or all that is left.
    pub fn until(&mut self, end: Option<u64>) -> (Vec<Mark>, Vec<Cue>) {
        let before = |at: u64| end.is_none_or(|end| at < end);
        let begun = self.marks.iter().take_while(|mark| before(mark.start));
        let reached = self.cues.iter().take_while(|cue| before(cue.at));
        let (begun, reached) = (begun.count(), reached.count());
        (
            self.marks.drain(..begun).collect(),
            self.cues.drain(..reached).collect(),
        )
    }
}

/// When bookmarks are reached: with the first syllable after them, at the latest at `end`, where the sentence ends.
fn cues(bookmarks: &[Bookmark], marks: &[Mark], end: u64) -> Vec<Cue> {
    let reached = |bookmark: &Bookmark| {
        let next = marks.iter().find(|mark| mark.span.start >= bookmark.at);
        next.map_or(end, |mark| mark.start)
    };
    bookmarks
        .iter()
        .map(|bookmark| Cue {
            name: bookmark.name.clone(),
            at: reached(bookmark),
        })
        .collect()
}

/// The marks of a sentence that starts at sample `start`. `durations` are the frames of each symbol.
fn marks(symbols: &[Symbol], durations: &[usize], hop: usize, start: u64) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let mut now = start;
    for (symbol, &frames) in symbols.iter().zip(durations) {
        let end = now + (frames * hop) as u64;
        match symbol.syllable_flag {
            "s_begin" | "s_both" => marks.push(Mark {
                span: symbol.span,
                start: now,
                end,
            }),
            "s_middle" | "s_end" => {
                if let Some(mark) = marks.last_mut() {
                    mark.end = end;
                }
            }
            _ => {}
        }
        now = end;
    }
    marks
}
