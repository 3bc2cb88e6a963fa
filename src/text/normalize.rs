//! From written to spoken text: numbers, dates, times, money, units, signs.

pub mod number;

mod date;
mod line;
mod quantity;
mod sequence;
mod sign;
mod web;

use super::steps::{Glyph, Letter};
use line::{Kind, Line, Output};

/// Tries to say what starts at a token; gives the token to go on with.
type Rule = fn(&Line, usize, &mut Output) -> Option<usize>;

/// In order: the first rule that fits wins.
const RULES: [Rule; 9] = [
    web::address,
    date::date,
    sequence::telephone,
    date::time,
    quantity::money,
    quantity::fraction,
    sequence::sequence,
    quantity::quantity,
    sign::sign,
];

/// Normalises one sentence.
pub fn normalize(letters: &[Letter]) -> Vec<Glyph> {
    let line = Line::new(letters);
    let mut output = Output::default();
    let mut token = 0;
    while token < line.len() {
        let next = match line.kind(token) {
            Some(Kind::Han) => None,
            _ => RULES
                .iter()
                .find_map(|rule| rule(&line, token, &mut output)),
        };
        token = next.unwrap_or_else(|| {
            output.keep(&line, token);
            token + 1
        });
    }
    output.glyphs
}
