//! Pauses between words, by two logistic regressions on the words around a boundary.
//!
//! `models/text/prosody.py` trains them and computes the same features.

use std::ops::Range;
use std::sync::OnceLock;

use super::data::{self, Sections};
use super::steps::{Glyph, Segment, SegmentKind};
use super::utterance::Break;

const BUCKETS: u32 = 4096;

/// Is there a boundary of this strength or a greater one?
struct Model {
    scale: f32,
    /// Logarithm of the odds from which there is one.
    threshold: f32,
    weights: &'static [u8],
}

impl Model {
    fn read(section: &'static [u8]) -> Self {
        let float = |at: usize| {
            let bytes = section.get(at..at + 4).and_then(|b| b.try_into().ok());
            f32::from_le_bytes(bytes.unwrap_or_default())
        };
        Self {
            scale: float(0),
            threshold: float(4),
            weights: section.get(8..).unwrap_or(&[]),
        }
    }

    fn says_yes(&self, features: &[u32]) -> bool {
        let weight = |&bucket: &u32| {
            let weight = self.weights.get(bucket as usize).copied().unwrap_or(0);
            i32::from(weight as i8)
        };
        features.iter().map(weight).sum::<i32>() as f32 * self.scale > self.threshold
    }
}

/// The models of a prosodic word boundary (#1) and of a phrase boundary (#2).
fn models() -> &'static [Model; 2] {
    static MODELS: OnceLock<[Model; 2]> = OnceLock::new();
    MODELS.get_or_init(|| {
        let mut sections = Sections::new(data::file("prosody.bin"));
        [Model::read(sections.bytes()), Model::read(sections.bytes())]
    })
}

/// The pause after each glyph; a mark carries the pause it stands for.
pub fn breaks(glyphs: &[Glyph], segments: &[Segment]) -> Vec<Option<Break>> {
    let mut breaks = vec![None; glyphs.len()];
    let mut first = 0;
    while first < segments.len() {
        if segments[first].kind == SegmentKind::Mark {
            let glyph = segments[first].start;
            breaks[glyph] = mark(glyphs, glyph);
            first += 1;
            continue;
        }
        let spoken = |at: &usize| segments[*at].kind != SegmentKind::Mark;
        let last = (first..segments.len())
            .find(|at| !spoken(at))
            .unwrap_or(segments.len());
        let clause = Clause {
            glyphs,
            segments: with_names(&segments[first..last]),
        };
        for at in 0..clause.segments.len() {
            let end = clause.segments[at].end;
            if at + 1 < clause.segments.len() {
                breaks[end - 1] = clause.strength(at);
            }
            within(glyphs, &clause.segments[at], &mut breaks);
        }
        first = last;
    }
    breaks
}

/// Words with a surname and a given name as one.
fn with_names(segments: &[Segment]) -> Vec<Segment> {
    let mut words: Vec<Segment> = Vec::with_capacity(segments.len());
    for segment in segments {
        match words.last_mut() {
            Some(surname) if segment.given => {
                *surname = Segment {
                    end: segment.end,
                    tag: "nr",
                    ..*surname
                }
            }
            _ => words.push(*segment),
        }
    }
    words
}

/// Long words are said in feet of two or three syllables.
fn within(glyphs: &[Glyph], segment: &Segment, breaks: &mut [Option<Break>]) {
    let length = segment.end - segment.start;
    if segment.kind != SegmentKind::Han || length < 4 || length == 4 && segment.tag == "ns" {
        return;
    }
    let mut foot = 0;
    for at in segment.start..segment.end - 2 {
        foot += 1;
        let unit = "百千万亿点年月之".contains(glyphs[at].character);
        if foot == 2 && !"百千万亿点年月之".contains(glyphs[at + 1].character)
            || foot == 3
            || unit && foot > 1
        {
            breaks[at] = Some(Break::Word);
            foot = 0;
        }
    }
}

/// The words between two marks.
struct Clause<'a> {
    glyphs: &'a [Glyph],
    segments: Vec<Segment>,
}

impl Clause<'_> {
    /// The pause after word `at`, which is not the last.
    fn strength(&self, at: usize) -> Option<Break> {
        let features = self.features(at);
        let [word, phrase] = models();
        match (phrase.says_yes(&features), word.says_yes(&features)) {
            (true, _) => Some(Break::Minor),
            (_, true) => Some(Break::Word),
            _ => self.leaves_a_language(at).then_some(Break::Word),
        }
    }

    /// Whether word `at` or the next one is in Latin letters, and they are not parts of one run of these.
    fn leaves_a_language(&self, at: usize) -> bool {
        let [left, right] = [&self.segments[at], &self.segments[at + 1]];
        let latin = [left, right].map(|segment| segment.kind == SegmentKind::Latin);
        let end = self.glyphs[left.end - 1].span.end;
        latin != [false; 2] && (latin != [true; 2] || end < self.glyphs[right.start].span.start)
    }

    fn length(&self, at: usize) -> u32 {
        self.segments
            .get(at)
            .map_or(0, |s| (s.end - s.start) as u32)
    }

    fn features(&self, at: usize) -> [u32; 29] {
        let before = at.wrapping_sub(1);
        let (left, right, after) = (at, at + 1, at + 2);
        let length = |at: usize| self.length(at).min(4);
        let tag = |at: usize| self.segments.get(at).map_or(0, |s| name(s.tag.chars()));
        let letter = |at: usize, last: bool| {
            let segment = &self.segments[at];
            let glyph = if last { segment.end - 1 } else { segment.start };
            name([self.glyphs[glyph].character].into_iter())
        };
        let single = |at: usize| {
            if self.length(at) == 1 {
                letter(at, false)
            } else {
                0
            }
        };
        let since = (0..=left).map(|at| self.length(at)).sum::<u32>().min(12);
        let until = (right..self.segments.len())
            .map(|at| self.length(at))
            .sum::<u32>()
            .min(12);
        let particle = (right..self.segments.len().min(right + 5))
            .position(|at| self.length(at) == 1 && letter(at, false) == '的' as u32);
        let particle = particle.map_or(9, |offset| offset as u32);
        let verb =
            |mut range: Range<usize>| u32::from(range.any(|at| self.segments[at].tag == "v"));
        [
            fold(&[0]),
            fold(&[1, length(left)]),
            fold(&[2, length(right)]),
            fold(&[3, length(left), length(right)]),
            fold(&[4, tag(left)]),
            fold(&[5, tag(right)]),
            fold(&[6, tag(left), tag(right)]),
            fold(&[7, length(left), tag(left)]),
            fold(&[8, length(right), tag(right)]),
            fold(&[9, length(left), length(right), tag(left), tag(right)]),
            fold(&[10, single(left)]),
            fold(&[11, single(right)]),
            fold(&[12, letter(left, true)]),
            fold(&[13, letter(right, false)]),
            fold(&[14, since]),
            fold(&[15, until]),
            fold(&[16, tag(before), tag(left)]),
            fold(&[17, tag(right), tag(after)]),
            fold(&[18, since.min(6), until.min(6)]),
            fold(&[19, (since + until).min(16)]),
            fold(&[20, length(before), length(left), length(right)]),
            fold(&[21, length(left), length(right), length(after)]),
            fold(&[22, single(left), length(right)]),
            fold(&[23, length(left), single(right)]),
            fold(&[24, since.min(4), length(right)]),
            fold(&[25, since.min(8) / 2, until.min(8) / 2]),
            fold(&[26, particle, tag(left)]),
            fold(&[27, since.min(8), tag(right)]),
            fold(&[
                28,
                verb(0..right),
                verb(right..self.segments.len()),
                tag(left),
            ]),
        ]
    }
}

/// A number for a text.
fn name(text: impl Iterator<Item = char>) -> u32 {
    text.fold(0, |state: u32, c| {
        state.wrapping_mul(131).wrapping_add(c as u32)
    })
}

/// FNV-1a over 32-bit numbers.
fn fold(values: &[u32]) -> u32 {
    let state = values.iter().fold(0x811c_9dc5, |state: u32, v| {
        (state ^ v).wrapping_mul(0x0100_0193)
    });
    (state ^ (state >> 15)) % BUCKETS
}

/// The pause a punctuation mark stands for.
fn mark(glyphs: &[Glyph], at: usize) -> Option<Break> {
    match glyphs[at].character {
        '，' | ',' | '；' | ';' | '：' | ':' | '、' | '…' | '—' | '。' | '！' | '？' | '.'
        | '!' | '?' | '｡' | '（' | '）' | '(' | ')' | '【' | '】' => Some(Break::Major),
        '“' | '”' | '"' | '《' | '》' | '「' | '」' | '·' | '/' | '|' => Some(Break::Word),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_as_the_trainer_does() {
        // as prosody.py computes them
        let (noun, verb, person) = (name("n".chars()), name("v".chars()), name("nr".chars()));
        let rows: [&[u32]; 5] = [
            &[0],
            &[3, 2, 1],
            &[6, noun, verb],
            &[13, name("的".chars())],
            &[28, 1, 0, person],
        ];
        assert_eq!(rows.map(fold), [1799, 2790, 280, 3013, 1723]);
        assert_eq!(name("nr".chars()), 131 * 110 + 114);
    }
}
