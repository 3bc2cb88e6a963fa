//! English words within Chinese text: phones of words and letters, and the Mandarin syllables nearest to them.
//!
//! A word is said where the dictionary knows it or it looks like one, and spelled where it looks like an abbreviation. Letter
//! case decides only what is short or unknown: JAVA is a word, IT is not.

mod dictionary;
mod nearest;
mod shapes;
pub mod syllables;
mod trees;

pub use shapes::cut;

use super::reading::Reading;
use super::steps::{Glyph, Segment, SegmentKind};
use syllables::Stressed;

/// A word, or a letter that is spelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its characters, half-open.
    pub start: usize,
    pub end: usize,
    pub phones: Vec<Stressed>,
    /// Mandarin syllables; never empty.
    pub nearest: Vec<Reading>,
}

/// The article before a word: no letter's name there.
const ARTICLE: &[Stressed] = &[("ah", 0)];

/// What is said for the segment of Latin letters at this place.
pub fn read(glyphs: &[Glyph], segments: &[Segment], at: usize) -> Vec<Said> {
    let segment = &segments[at];
    let part: Vec<char> = glyphs[segment.start..segment.end]
        .iter()
        .map(|glyph| glyph.character)
        .collect();
    if part != ['a'] || !before_a_word(glyphs, segments, at) {
        return shapes::read(&part);
    }
    vec![Said {
        start: 0,
        end: 1,
        phones: ARTICLE.to_vec(),
        nearest: nearest::nearest(ARTICLE),
    }]
}

/// Whether a space and a word of more than one letter follow.
fn before_a_word(glyphs: &[Glyph], segments: &[Segment], at: usize) -> bool {
    let end = glyphs[segments[at].end - 1].span.end;
    segments.get(at + 1).is_some_and(|next| {
        next.kind == SegmentKind::Latin
            && next.end - next.start > 1
            && glyphs[next.start].span.start > end
    })
}
