//! Marks: what is being said when.

use crate::text::Span;
use crate::text::symbols::Symbol;

/// A syllable and when it sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The characters of the input that are being said.
    pub span: Span,
    /// Sample positions in the job, half-open.
    pub start: u64,
    pub end: u64,
}

/// The marks of a sentence that starts at sample `start`. `durations` are the frames of each symbol.
pub fn marks(symbols: &[Symbol], durations: &[usize], hop: usize, start: u64) -> Vec<Mark> {
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
