//! From a raw sentence to sentences of syllables and pauses.

use super::normalize::{Glyph, normalize};
use super::pinyin::{Spoken, readings};
use super::segment::{Segment, segment};
use super::split::RawSentence;
use super::{Span, erhua, prosody, sandhi, source};

/// Strength of a pause, #1 to #4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Break {
    /// #1, between prosodic words.
    Word = 1,
    /// #2, between phrases.
    Minor = 2,
    /// #3, at a comma.
    Major = 3,
    /// #4, at the end of a sentence.
    Sentence = 4,
}

/// A syllable as it is spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Syllable {
    /// Without tone; `v` for ü, erhua as `wanr`.
    pub pinyin: String,
    /// Spoken tone, 1 to 5 (neutral).
    pub tone: u8,
    /// Tone before sandhi.
    pub lexical_tone: u8,
    pub character: char,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    pub strength: Break,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    Syllable(Syllable),
    Pause(Pause),
}

/// A word of the input; words that the normalisation has moved past each other share a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    pub span: Span,
}

/// What is spoken in one go: it ends in a pause #4, and has a pause after every prosodic word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    pub span: Span,
    pub normalized: String,
    pub words: Vec<Word>,
    pub units: Vec<Unit>,
}

/// Most syllables of a sentence.
const LONGEST: usize = 100;

/// Analyses a raw sentence; empty when there is nothing to say in it.
pub(super) fn analyse(raw: &RawSentence) -> Vec<Sentence> {
    let glyphs = normalize(&source::fold(&raw.characters, raw.start));
    let segments = segment(&glyphs);
    let mut spoken = readings(&glyphs, &segments);
    erhua::join(&mut spoken, &segments);
    sandhi::apply(&mut spoken, &segments);
    let breaks = prosody::breaks(&glyphs, &segments);
    let mut sentences = Vec::new();
    let mut first = 0;
    while first < segments.len() {
        let end = piece(&segments, &spoken, &breaks, first);
        sentences.extend(assemble(&glyphs, &segments, &spoken, &breaks, first..end));
        first = end;
    }
    sentences
}

/// End of the longest piece from segment `first` on that is short enough, at the strongest pause.
fn piece(segments: &[Segment], spoken: &[Spoken], breaks: &[Option<Break>], first: usize) -> usize {
    let start = spoken.partition_point(|syllable| syllable.segment < first);
    let Some(over) = spoken.get(start + LONGEST) else {
        return segments.len();
    };
    let limit = over.segment.max(first + 1);
    let pause = |at: usize| breaks[segments[at].end - 1];
    let late = |at: &usize| spoken.partition_point(|s| s.segment <= *at) - start >= LONGEST / 3;
    let strongest = (first..limit)
        .filter(late)
        .max_by_key(|&at| (pause(at), at));
    strongest.map_or(limit, |at| at + 1)
}

fn assemble(
    glyphs: &[Glyph],
    segments: &[Segment],
    spoken: &[Spoken],
    breaks: &[Option<Break>],
    range: std::ops::Range<usize>,
) -> Option<Sentence> {
    let mut units: Vec<Unit> = Vec::new();
    let mut words: Vec<Word> = Vec::new();
    let mut normalized = String::new();
    let mut span = glyphs[segments[range.start].start].span;
    let mut syllables = spoken[spoken.partition_point(|s| s.segment < range.start)..]
        .iter()
        .peekable();
    for at in range.clone() {
        let segment = &segments[at];
        let own = segment.start..segment.end;
        let here = glyphs[own.clone()]
            .iter()
            .map(|glyph| glyph.span)
            .reduce(Span::join)
            .unwrap_or(span);
        let text: String = glyphs[own].iter().map(|glyph| glyph.character).collect();
        normalized.push_str(&text);
        words.push(Word { text, span: here });
        span = span.join(here);
        while let Some(syllable) = syllables.next_if(|syllable| syllable.segment == at) {
            units.push(Unit::Syllable(voice(glyphs, syllable)));
            pause(
                breaks[syllable.last_glyph],
                glyphs[syllable.last_glyph].span.end,
                &mut units,
            );
        }
        pause(breaks[segment.end - 1], here.end, &mut units);
    }
    match units.last_mut()? {
        Unit::Pause(last) => last.strength = Break::Sentence,
        Unit::Syllable(last) => {
            let at = last.span.end;
            units.push(Unit::Pause(Pause {
                strength: Break::Sentence,
                span: Span { start: at, end: at },
            }));
        }
    }
    Some(Sentence {
        span,
        normalized,
        words,
        units,
    })
}

/// Adds a pause after a syllable, or strengthens the one that is there.
fn pause(strength: Option<Break>, at: usize, units: &mut Vec<Unit>) {
    match (strength, units.last_mut()) {
        (Some(strength), Some(Unit::Pause(last))) => last.strength = last.strength.max(strength),
        (Some(strength), Some(Unit::Syllable(_))) => {
            let span = Span { start: at, end: at };
            units.push(Unit::Pause(Pause { strength, span }));
        }
        _ => {}
    }
}

fn voice(glyphs: &[Glyph], spoken: &Spoken) -> Syllable {
    let rhotic = if spoken.rhotic { "r" } else { "" };
    Syllable {
        pinyin: format!("{}{rhotic}", spoken.surface.base()),
        tone: spoken.surface.tone(),
        lexical_tone: spoken.lexical.tone(),
        character: spoken.character,
        span: glyphs[spoken.glyph]
            .span
            .join(glyphs[spoken.last_glyph].span),
    }
}
