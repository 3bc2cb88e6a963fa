//! Chinese names: a surname, and the characters after it that make a given name.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::data::rows;
use super::lexicon::lexicon;
use super::reading::Reading;
use super::steps::{Glyph, Segment};

/// Least cost of a character in a given name; cheaper ones are words of their own.
const LEAST_COST: f32 = 7.0;

/// Surnames, with the reading that differs from the usual one.
fn surnames() -> &'static HashMap<char, Option<Reading>> {
    static SURNAMES: OnceLock<HashMap<char, Option<Reading>>> = OnceLock::new();
    let row = |row: Vec<&str>| {
        let character = row.first()?.chars().next()?;
        Some((
            character,
            row.get(1).and_then(|pinyin| Reading::parse(pinyin)),
        ))
    };
    let table = include_str!("../../models/text/surnames.tsv");
    SURNAMES.get_or_init(|| rows(table).filter_map(row).collect())
}

/// The reading of a character as a surname.
pub fn surname_reading(character: char) -> Option<Reading> {
    surnames().get(&character).copied().flatten()
}

fn is_given(segment: &Segment) -> bool {
    let cost = segment
        .entry
        .map_or(f32::INFINITY, |entry| lexicon().cost(entry));
    let function = matches!(
        segment.tag,
        "u" | "p" | "c" | "r" | "m" | "q" | "y" | "f" | "k" | "e" | "t"
    );
    segment.end - segment.start == 1 && !function && cost >= LEAST_COST
}

/// Joins the characters of given names after surnames in a run of words.
pub fn join(glyphs: &[Glyph], segments: Vec<Segment>) -> Vec<Segment> {
    let mut joined: Vec<Segment> = Vec::with_capacity(segments.len());
    let mut at = 0;
    while at < segments.len() {
        let surname = segments[at];
        joined.push(surname);
        at += 1;
        if surname.end - surname.start > 1
            || !surnames().contains_key(&glyphs[surname.start].character)
        {
            continue;
        }
        let length = segments[at..]
            .iter()
            .take(2)
            .take_while(|segment| is_given(segment))
            .count();
        if length > 0 {
            let (start, end) = (segments[at].start, segments[at + length - 1].end);
            let entry = segments[at].entry.filter(|_| length == 1);
            joined.push(Segment {
                start,
                end,
                tag: "nr",
                entry,
                given: true,
                ..surname
            });
            at += length;
        }
    }
    joined
}
