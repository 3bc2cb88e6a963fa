//! From written to spoken text in three steps: tokens, their classes, words. Each can be printed, see [`explain`].

pub mod number;
pub mod tokens;

mod classes;
mod code;
mod contexts;
mod date;
mod math;
mod quantity;
mod sign;
mod spaces;
mod web;
mod words;

use super::options::Symbols;
use super::steps::{Glyph, Letter};
use tokens::Line;

/// Normalises one sentence.
pub fn normalize(letters: &[Letter], symbols: Symbols) -> Vec<Glyph> {
    let mut line = Line::new(letters);
    line.symbols = symbols;
    words::say(&line, &classes::classify(&line))
}

/// The tokens of a sentence with their classes, a row each: to see why a number is said as it is.
pub fn explain(letters: &[Letter]) -> Vec<String> {
    let line = Line::new(letters);
    let tokens = |from, to| {
        (from..to)
            .map(|t| line.text(t))
            .collect::<Vec<_>>()
            .join(" ")
    };
    classes::classify(&line)
        .into_iter()
        .filter(|item| item.class != classes::Class::Keep)
        .map(|item| format!("{:?}\t{}", item.class, tokens(item.from, item.to)))
        .collect()
}
