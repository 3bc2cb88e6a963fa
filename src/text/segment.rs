//! Words: the cheapest cover of the text by dictionary words.

use super::characters::is_han;
use super::lexicon::{Entry, lexicon};
use super::names;
use super::steps::{Bound, Glyph, Segment, SegmentKind};

/// Cost of a character that is no word by itself.
const UNKNOWN: f32 = 16.0;
/// Longest word in glyphs; what is longer is cut.
const LONGEST: usize = 20;
/// Cost of a number written in characters, of any length.
const NUMERAL: f32 = 9.0;
const NUMERALS: &str = "零〇一二三四五六七八九十百千万亿两";

/// Words, marks and runs of Latin letters of a normalised sentence; spaces separate and are left out.
pub fn segment(glyphs: &[Glyph]) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut at = 0;
    while at < glyphs.len() {
        let glyph = &glyphs[at];
        let forced = |end: usize| {
            glyphs
                .get(end)
                .is_some_and(|next| next.bound == Bound::Inside)
        };
        let mut end = at + 1;
        if glyph.bound != Bound::Free {
            while forced(end) && end - at < LONGEST {
                end += 1;
            }
            segments.push(fixed(glyphs, at, end));
        } else if is_han(glyph.character) {
            while glyphs
                .get(end)
                .is_some_and(|next| next.bound == Bound::Free && is_han(next.character))
            {
                end += 1;
            }
            cover(glyphs, at, end, &mut segments);
        } else if glyph.character != ' ' {
            segments.push(Segment {
                start: at,
                end,
                kind: SegmentKind::Mark,
                tag: "x",
                entry: None,
                given: false,
            });
        }
        at = end;
    }
    segments
}

/// A word whose bounds the normalisation has set.
fn fixed(glyphs: &[Glyph], start: usize, end: usize) -> Segment {
    let text: Vec<char> = glyphs[start..end]
        .iter()
        .map(|glyph| glyph.character)
        .collect();
    let kind = match text[0] {
        c if is_han(c) => SegmentKind::Han,
        c if c.is_alphabetic() => SegmentKind::Latin,
        _ => SegmentKind::Mark,
    };
    let entry = lexicon().find(&text);
    let number = NUMERALS.contains(text[0]);
    let tag = match entry {
        _ if number && text.last().is_some_and(|&c| "年月日".contains(c)) => "t",
        _ if number => "m",
        Some(entry) => lexicon().tag(entry),
        None => "n",
    };
    Segment {
        start,
        end,
        kind,
        tag,
        entry,
        given: false,
    }
}

/// Cuts a run of Chinese characters into words by dynamic programming.
fn cover(glyphs: &[Glyph], from: usize, to: usize, segments: &mut Vec<Segment>) {
    let lexicon = lexicon();
    let text: Vec<char> = glyphs[from..to]
        .iter()
        .map(|glyph| glyph.character)
        .collect();
    // best[i]: cost of the first i characters, and the last word's start and entry
    let mut best: Vec<(f32, usize, Option<Entry>)> = vec![(f32::INFINITY, 0, None); text.len() + 1];
    best[0].0 = 0.0;
    for at in 0..text.len() {
        let base = best[at].0;
        let mut offer = |length: usize, cost: f32, entry: Option<Entry>| {
            if base + cost < best[at + length].0 {
                best[at + length] = (base + cost, at, entry);
            }
        };
        offer(1, UNKNOWN, None);
        lexicon.prefixes(&text[at..], |length, entry| {
            offer(length, lexicon.cost(entry), Some(entry))
        });
        let run = text[at..]
            .iter()
            .take(LONGEST)
            .take_while(|&&c| NUMERALS.contains(c))
            .count();
        if run >= 2 {
            offer(run, NUMERAL, None);
            if text.get(at + run).is_some_and(|&c| "年月日".contains(c)) {
                offer(run + 1, NUMERAL, None);
            }
        }
    }
    let mut words = Vec::new();
    let mut end = text.len();
    while end > 0 {
        let (_, start, entry) = best[end];
        let number = NUMERALS.contains(text[start]) && end - start >= 2;
        let tag = match entry {
            Some(entry) => lexicon.tag(entry),
            None if number => "m",
            None => "n",
        };
        words.push(Segment {
            start: from + start,
            end: from + end,
            kind: SegmentKind::Han,
            tag,
            entry,
            given: false,
        });
        end = start;
    }
    words.reverse();
    segments.extend(names::join(glyphs, words));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{normalize, source};

    fn words(text: &str) -> Vec<String> {
        let glyphs = normalize::normalize(&source::fold_text(text), Default::default());
        segment(&glyphs)
            .iter()
            .map(|s| glyphs[s.start..s.end].iter().map(|g| g.character).collect())
            .collect()
    }

    #[test]
    fn cuts_into_words() {
        assert_eq!(
            words("他说，我们去2次北京"),
            ["他", "说", "，", "我们", "去", "两", "次", "北京"]
        );
        assert_eq!(words("1996年4月1日"), ["一九九六年", "四月", "一日"]);
    }
}
