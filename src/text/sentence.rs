//! From a raw sentence to sentences of syllables and pauses.

use super::normalize::{Glyph, normalize};
use super::pinyin::{Spoken, readings};
use super::segment::{Segment, segment};
use super::split::RawSentence;
use super::user::{UserLexicon, inline};
use super::{Span, erhua, prosody, sandhi, source, ssml};

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

/// How a sentence shall be said; `None` leaves it to the caller's options.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Style {
    pub emotion: Option<String>,
    /// From neutral, 0, to the full emotion, 1.
    pub intensity: Option<f32>,
    /// Speed, 0.5 to 2.
    pub rate: Option<f32>,
    /// Semitones, -6 to 6.
    pub pitch: Option<f32>,
    /// Factor, 0 to 2.
    pub volume: Option<f32>,
}

/// A named position of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bookmark {
    pub name: String,
    /// Position in the input, in characters.
    pub at: usize,
}

/// What is spoken in one go: it ends in a pause #4 (a part of a template that goes on: #3), and has a pause after every
/// prosodic word.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentence {
    pub span: Span,
    pub normalized: String,
    pub words: Vec<Word>,
    pub units: Vec<Unit>,
    pub style: Style,
    /// Whether the sentence ends here: a long one is cut into pieces, and a part of a template may go on.
    pub complete: bool,
    /// Silence asked for after the sentence.
    pub silence_ms: u32,
    pub bookmarks: Vec<Bookmark>,
    /// Whether it is a part of a template that is the same whatever the slots hold.
    pub fixed: bool,
}

/// Most symbols of a sentence: two for a syllable, one for a pause.
const LONGEST: usize = 240;

/// Most symbols of the first sentence of a text where it has a comma to cut it at: the sooner it is short, the sooner it is heard.
const LONGEST_FIRST: usize = 90;

/// Analyses a raw sentence; empty when there is nothing to say in it. `first`: nothing has been said before it.
pub(super) fn analyse(raw: &RawSentence, lexicon: &UserLexicon, first: bool) -> Vec<Sentence> {
    let glyphs = normalize(&lexicon.apply(inline(source::fold(raw))));
    let segments = segment(&glyphs);
    let mut spoken = readings(&glyphs, &segments);
    erhua::join(&mut spoken, &segments);
    sandhi::apply(&mut spoken, &segments);
    let breaks = prosody::breaks(&glyphs, &segments);
    let mut sentences = Vec::new();
    let mut start = 0;
    while start < segments.len() {
        let short = (first && sentences.is_empty())
            .then(|| piece(&segments, &spoken, &breaks, start, LONGEST_FIRST))
            .filter(|&end| breaks[segments[end - 1].end - 1] >= Some(Break::Major));
        let end = short.unwrap_or_else(|| piece(&segments, &spoken, &breaks, start, LONGEST));
        sentences.extend(assemble(&glyphs, &segments, &spoken, &breaks, start..end));
        start = end;
    }
    if let Some(last) = sentences.last_mut() {
        last.complete = true;
    }
    sentences
}

/// Analyses a part of an SSML document.
pub(super) fn analyse_part(part: &ssml::Part, lexicon: &UserLexicon) -> Vec<Sentence> {
    let raw = part.sentences();
    let mut sentences: Vec<Sentence> = raw
        .iter()
        .flat_map(|raw| analyse(raw, lexicon, false))
        .collect();
    for sentence in &mut sentences {
        sentence.style = part.style.clone();
    }
    for bookmark in &part.bookmarks {
        let at = sentences.partition_point(|sentence| sentence.span.end <= bookmark.at);
        let at = at.min(sentences.len().saturating_sub(1));
        if let Some(sentence) = sentences.get_mut(at) {
            sentence.bookmarks.push(bookmark.clone());
        }
    }
    if let Some(last) = sentences.last_mut() {
        last.silence_ms = part.silence_ms;
    }
    sentences
}

/// End of the longest piece from segment `first` on that is short enough, at the strongest pause in its later part.
fn piece(
    segments: &[Segment],
    spoken: &[Spoken],
    breaks: &[Option<Break>],
    first: usize,
    longest: usize,
) -> usize {
    let mut syllables = spoken[spoken.partition_point(|s| s.segment < first)..]
        .iter()
        .peekable();
    let mut symbols = 0;
    let mut best = None;
    for at in first..segments.len() {
        while syllables
            .next_if(|syllable| syllable.segment == at)
            .is_some()
        {
            symbols += 2;
        }
        symbols += breaks[segments[at].start..segments[at].end]
            .iter()
            .flatten()
            .count();
        if symbols > longest {
            return best.map_or(at.max(first + 1), |(_, at)| at + 1);
        }
        let pause = breaks[segments[at].end - 1];
        if symbols > longest / 3 && best.is_none_or(|(strongest, _)| pause >= strongest) {
            best = Some((pause, at));
        }
    }
    segments.len()
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
            let more = syllables
                .peek()
                .is_some_and(|next| next.last_glyph == syllable.last_glyph);
            if !more {
                let glyph = syllable.last_glyph;
                pause(breaks[glyph], glyphs[glyph].span.end, &mut units);
            }
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
        style: Style::default(),
        complete: false,
        silence_ms: 0,
        bookmarks: Vec::new(),
        fixed: false,
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

#[cfg(test)]
mod tests {
    use crate::text::{Break, Unit, sentences};

    fn syllables(text: &str) -> Vec<usize> {
        let count = |unit: &&Unit| matches!(unit, Unit::Syllable(_));
        sentences(text)
            .map(|sentence| sentence.units.iter().filter(count).count())
            .collect()
    }

    #[test]
    fn the_first_sentence_of_a_text_is_short() {
        let clause = "今天的天气真是好极了，";
        let long = format!("{}。", clause.repeat(6));
        let found = syllables(&format!("{long}{long}"));
        assert!(
            found[0] <= 40 && found.iter().sum::<usize>() == 120,
            "{found:?}"
        );
        assert_eq!(found.last(), Some(&60), "{found:?}");
        assert_eq!(syllables("今天天气不错，早上好！"), [9]);
    }

    #[test]
    fn every_sentence_ends_in_its_pause() {
        for sentence in sentences("好。（）“走”吧？！行") {
            assert!(
                matches!(sentence.units.last(), Some(Unit::Pause(pause)) if pause.strength == Break::Sentence)
            );
        }
    }
}
