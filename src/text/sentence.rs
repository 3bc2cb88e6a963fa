//! From a raw sentence to sentences of syllables and pauses.

use super::normalize::normalize;
use super::options::{Accent, TextOptions};
use super::pinyin::readings;
use super::segment::segment;
use super::steps::{Glyph, Manner, RawSentence, Segment, SegmentKind, Spoken};
use super::user::{inline, taiwan};
use super::utterance::{Break, English, Pause, Sentence, Span, Syllable, Unit, Word, Written};
use super::{breath, english, erhua, phrases, prosody, sandhi, source, verse};

/// Most symbols of a sentence: two for a syllable, one for a pause.
const LONGEST: usize = 240;

/// Most symbols of the first sentence of a text where it has a comma to cut it at: the sooner it is short, the sooner it is heard.
const LONGEST_FIRST: usize = 90;

/// Analyses a raw sentence; empty when there is nothing to say in it. `first`: nothing has been said before it.
pub(super) fn analyse(raw: &RawSentence, options: &TextOptions, first: bool) -> Vec<Sentence> {
    let letters = inline(source::fold(raw, options.symbols));
    let letters = options.lexicon.apply(letters);
    let letters = match options.accent {
        Accent::CN => letters,
        Accent::TW => taiwan().apply(letters),
    };
    let glyphs = normalize(&letters, options.symbols);
    let segments = segment(&glyphs);
    let mut spoken = readings(&glyphs, &segments);
    erhua::join(&mut spoken, &glyphs, &segments, options.erhua);
    sandhi::apply(&mut spoken, &segments);
    let mut pauses = Pauses::new(&glyphs, &segments);
    if raw.layout.verse {
        verse::scan(&glyphs, &mut pauses.breaks, &mut pauses.written);
    } else {
        breath::breathe(&glyphs, &pauses.breaks, &mut pauses.written);
    }
    let phrases = phrases::phrases(&glyphs, &segments, raw.layout);
    let breaks = &pauses.breaks;
    let mut sentences = Vec::new();
    let mut start = 0;
    while start < segments.len() {
        let short = (first && sentences.is_empty())
            .then(|| piece(&segments, &spoken, breaks, start, LONGEST_FIRST))
            .filter(|&end| breaks[segments[end - 1].end - 1] >= Some(Break::Major));
        let end = short.unwrap_or_else(|| piece(&segments, &spoken, breaks, start, LONGEST));
        let piece = assemble(&glyphs, &segments, &spoken, &pauses, start..end);
        let focused = |own: Span, focus: &&Span| focus.start < own.end && own.start < focus.end;
        sentences.extend(piece.map(|piece| {
            Sentence {
                phrases: phrases::of_piece(&phrases, start..end),
                focus: raw
                    .focus
                    .iter()
                    .filter(|focus| focused(piece.span, focus))
                    .copied()
                    .collect(),
                ..piece
            }
        }));
        start = end;
    }
    in_order(&mut sentences);
    if let Some(first) = sentences.first_mut() {
        first.place.first = raw.layout.place.first;
    }
    let last = sentences.len().saturating_sub(usize::from(raw.ends));
    sentences[..last].iter_mut().for_each(pause_only);
    if let Some(last) = sentences.get_mut(last) {
        last.complete = true;
        last.place.last = raw.layout.place.last;
        if let Some(Unit::Pause(pause)) = last.units.last_mut() {
            pause.written = pause.written.longer(raw.layout.ends);
        }
    }
    sentences
}

/// The name of a currency is said behind its amount, and may be in a later piece than the sign before it: pieces begin one after
/// the other all the same.
fn in_order(pieces: &mut [Sentence]) {
    let mut begun = 0;
    for Sentence { span, .. } in pieces {
        span.start = span.start.max(begun);
        span.end = span.end.max(span.start);
        begun = span.start;
    }
}

/// A piece that goes on ends in a comma's pause.
pub(super) fn pause_only(piece: &mut Sentence) {
    piece.complete = false;
    if let Some(Unit::Pause(pause)) = piece.units.last_mut() {
        pause.strength = Break::Major;
    }
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
    pauses: &Pauses,
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
        span = span.join(here);
        let mut english = match segment.kind {
            SegmentKind::Latin => english::read(glyphs, segments, at),
            _ => Vec::new(),
        }
        .into_iter();
        words.push(Word { text, span: here });
        let mut same_place = Vec::new();
        while let Some(syllable) = syllables.next_if(|syllable| syllable.segment == at) {
            same_place.push(voice(glyphs, syllable));
            let last = syllable.last_glyph;
            if syllables.peek().is_none_or(|next| next.last_glyph != last) {
                let said = std::mem::take(&mut same_place);
                let word = english
                    .next()
                    .map(|word| english::syllables::cut(&word.phones));
                match word.filter(|syllables| !syllables.is_empty()) {
                    Some(syllables) => units.push(Unit::English(English {
                        syllables,
                        span: said[0].span,
                        nearest: said,
                    })),
                    None => units.extend(said.into_iter().map(Unit::Syllable)),
                }
                pauses.add(last, glyphs[last].span.end, &mut units);
            }
        }
        pauses.add(segment.end - 1, here.end, &mut units);
    }
    match units.last_mut()? {
        Unit::Pause(last) => last.strength = Break::Sentence,
        last => {
            let at = last.span().end;
            units.push(Unit::Pause(Pause {
                strength: Break::Sentence,
                written: Written::Nothing,
                span: Span { start: at, end: at },
            }));
        }
    }
    Some(Sentence {
        span,
        normalized,
        words,
        units,
        ..Sentence::default()
    })
}

/// The pause after each glyph, and what is written there.
struct Pauses {
    breaks: Vec<Option<Break>>,
    written: Vec<Written>,
}

impl Pauses {
    fn new(glyphs: &[Glyph], segments: &[Segment]) -> Pauses {
        let mut pauses = Pauses {
            breaks: prosody::breaks(glyphs, segments),
            written: vec![Written::Nothing; glyphs.len()],
        };
        let marks = segments
            .iter()
            .filter(|segment| segment.kind == SegmentKind::Mark);
        for at in marks.map(|mark| mark.start) {
            pauses.written[at] = Written::mark(glyphs[at].character);
            if matches!(pauses.written[at], Written::Bracket | Written::Cell) {
                pauses.breaks[at] = Some(Break::Major);
            }
        }
        // Groups of digits: 138 0013 8000.
        let digits = |segment: &Segment| {
            let glyph = &glyphs[segment.start];
            segment.kind == SegmentKind::Han
                && glyph.manner == Manner::Digits
                && segment.end - segment.start >= 3
        };
        for pair in segments.windows(2).filter(|pair| pair.iter().all(digits)) {
            pauses.breaks[pair[0].end - 1] = Some(Break::Minor);
            pauses.written[pair[0].end - 1] = Written::Group;
        }
        pauses
    }

    /// Adds the pause after a glyph to what is said before it, or strengthens the one that is there.
    fn add(&self, glyph: usize, at: usize, units: &mut Vec<Unit>) {
        let (Some(strength), Some(last)) = (self.breaks[glyph], units.last_mut()) else {
            return;
        };
        let written = self.written[glyph];
        if let Unit::Pause(last) = last {
            last.strength = last.strength.max(strength);
            last.written = last.written.longer(written);
        } else {
            units.push(Unit::Pause(Pause {
                strength,
                written,
                span: Span { start: at, end: at },
            }));
        }
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
        let count = |unit: &&Unit| !matches!(unit, Unit::Pause(_));
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
