//! English: phones of words and letters, in syllables.

pub mod syllables;
