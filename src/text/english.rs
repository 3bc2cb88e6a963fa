//! English words within Chinese text: phones of words and letters, and the Mandarin syllables nearest to them.
//!
//! A word is said where the dictionary knows it or it looks like one, and spelled where it looks like an abbreviation. Letter
//! case decides only what is short or unknown: JAVA is a word, IT is not.

mod dictionary;
mod nearest;
mod shapes;
pub mod syllables;
mod trees;

pub use shapes::{cut, read};

use super::reading::Reading;
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
