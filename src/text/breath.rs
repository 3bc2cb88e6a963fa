//! Where to breathe in a long clause.

use std::ops::Range;

use super::characters::is_han;
use super::steps::Glyph;
use super::utterance::{Break, Written};

/// Fewest syllables that are too many for one breath.
const LONGEST: usize = 14;
/// Fewest syllables on each side of a breath.
const SHORTEST: usize = 5;

/// Puts a short pause into clauses that are longer than a breath: at the phrase boundary nearest to the middle, at one between
/// prosodic words where there is none.
pub fn breathe(glyphs: &[Glyph], breaks: &[Option<Break>], written: &mut [Written]) {
    let mut start = 0;
    for at in 0..=breaks.len() {
        if at == breaks.len() || breaks[at] >= Some(Break::Major) {
            split(start..at, glyphs, breaks, written);
            start = at + 1;
        }
    }
}

fn split(
    clause: Range<usize>,
    glyphs: &[Glyph],
    breaks: &[Option<Break>],
    written: &mut [Written],
) {
    let spoken = |range: Range<usize>| {
        let glyphs = &glyphs[range];
        glyphs
            .iter()
            .filter(|glyph| is_han(glyph.character))
            .count()
    };
    let length = spoken(clause.clone());
    if length < LONGEST {
        return;
    }
    let cost = |at: usize| {
        let before = spoken(clause.start..at + 1);
        let weak = if breaks[at] == Some(Break::Word) {
            8
        } else {
            0
        };
        before.abs_diff(length - before) + weak
    };
    let allowed = |at: &usize| {
        let before = spoken(clause.start..at + 1);
        breaks[*at].is_some() && before >= SHORTEST && length - before >= SHORTEST
    };
    let best = clause.clone().filter(allowed).min_by_key(|&at| cost(at));
    if let Some(best) = best {
        written[best] = Written::Breath;
        split(clause.start..best + 1, glyphs, breaks, written);
        split(best + 1..clause.end, glyphs, breaks, written);
    }
}

#[cfg(test)]
mod tests {
    use crate::text::{Unit, Written, sentences};

    fn breaths(text: &str) -> usize {
        let units = sentences(text).flat_map(|sentence| sentence.units);
        units
            .filter(|unit| matches!(unit, Unit::Pause(pause) if pause.written == Written::Breath))
            .count()
    }

    #[test]
    fn long_clauses_alone_are_breathed_in() {
        assert_eq!(breaths("他昨天下午在学校门口。"), 0);
        assert_eq!(breaths("他昨天下午在学校，遇见了多年没联系的同学。"), 0);
        assert_eq!(
            breaths("他昨天下午在学校图书馆门口遇见了多年没有联系的老同学。"),
            1
        );
    }
}
