//! Readings before sandhi: phrases of the dictionary first, then the network, then the usual reading.

use super::context::{ending, function_word};
use super::english;
use super::lexicon::{Entry, lexicon};
use super::names::{surname_reading, titled};
use super::polyphone::polyphones;
use super::reading::{Reading, default_reading, is_settled};
use super::steps::{Glyph, Manner, Segment, SegmentKind, Spoken};
use super::style;

/// Syllables of a segmented sentence. Characters without a reading are skipped.
pub fn readings(glyphs: &[Glyph], segments: &[Segment]) -> Vec<Spoken> {
    let mut chosen: Vec<Option<Reading>> = vec![None; glyphs.len()];
    let mut open = Vec::new();
    for segment in segments
        .iter()
        .filter(|segment| segment.kind == SegmentKind::Han)
    {
        by_dictionary(glyphs, segment, &mut chosen, &mut open);
    }
    for segment in segments {
        if let Some(pinyin) = ending(glyphs, segment) {
            chosen[segment.end - 1] = Reading::parse(pinyin);
            open.retain(|&at| at + 1 != segment.end);
        }
    }
    for (index, segment) in segments.iter().enumerate() {
        if let Some(reading) = function_word(glyphs, segments, index) {
            chosen[segment.start] = Some(reading);
            open.retain(|&at| at != segment.start);
        }
    }
    for pair in segments.windows(2).filter(|pair| pair[1].given) {
        let surname = pair[0].start;
        if let Some(reading) = surname_reading(glyphs[surname].character) {
            chosen[surname] = Some(reading);
            open.retain(|&at| at != surname);
        }
    }
    let old = style::classical(glyphs, segments);
    for (index, segment) in segments.iter().enumerate() {
        let reading = titled(glyphs, segments, index).or_else(|| {
            old[segment.start]
                .then(|| old_reading(glyphs, segments, index))
                .flatten()
        });
        if let Some(reading) = reading {
            chosen[segment.start] = Some(reading);
            open.retain(|&at| at != segment.start);
        }
    }
    for (at, glyph) in glyphs
        .iter()
        .enumerate()
        .filter(|(_, glyph)| glyph.forced.is_some())
    {
        chosen[at] = glyph.forced;
        open.retain(|&other| other != at);
    }
    let text: Vec<char> = glyphs.iter().map(|glyph| glyph.character).collect();
    for (at, said) in open.iter().zip(polyphones().choose(&text, &open)) {
        chosen[*at] = said.map(|(reading, _)| reading);
    }
    let mut spoken = Vec::new();
    for (index, segment) in segments.iter().enumerate() {
        let syllable = |reading: Reading, glyph: usize, last_glyph: usize| Spoken {
            lexical: reading,
            surface: reading,
            rhotic: false,
            forced: glyphs[glyph].forced.is_some(),
            character: glyphs[glyph].character,
            manner: glyphs[glyph].manner,
            segment: index,
            glyph,
            last_glyph,
        };
        match segment.kind {
            SegmentKind::Mark => {}
            SegmentKind::Han => {
                for at in segment.start..segment.end {
                    spoken.extend(
                        chosen[at]
                            .or_else(|| default_reading(text[at]))
                            .map(|reading| syllable(reading, at, at)),
                    );
                }
            }
            SegmentKind::Latin => {
                for said in english::read(glyphs, segments, index) {
                    let (first, last) = (segment.start + said.start, segment.start + said.end - 1);
                    let nearest = said.nearest.into_iter();
                    spoken.extend(nearest.map(|reading| Spoken {
                        forced: true,
                        ..syllable(reading, first, last)
                    }));
                }
            }
        }
    }
    spoken
}

/// Readings of the old language, of characters that are words by themselves.
fn old_reading(glyphs: &[Glyph], segments: &[Segment], at: usize) -> Option<Reading> {
    let segment = &segments[at];
    let single = segment.end - segment.start == 1;
    let mark = |other: Option<&Segment>| other.is_none_or(|s| s.kind == SegmentKind::Mark);
    let first = mark(at.checked_sub(1).and_then(|before| segments.get(before)));
    let last = mark(segments.get(at + 1));
    let pinyin = match glyphs[segment.start].character {
        '宁' if single && !last => "ning4",
        '还' if single && last => "huan2",
        '朝' if single && (first || last) => "zhao1",
        '骑' if single && last => "ji4",
        _ => return None,
    };
    Reading::parse(pinyin)
}

/// Before these 子 is no suffix but a noun of its own, zi3.
const STEMS_OF_ZI: &str = "其之因男女父母君孔孟老庄荀墨孙电原质中离分粒量光核弟学才王太天棋莲瓜石鱼虾孢精卵游浪赤臣骄逆独长次幼养义皇世嫡庶公李九童亲种";

/// What the dictionary knows of a word; the polyphonic characters it says nothing about are left `open`.
fn by_dictionary(
    glyphs: &[Glyph],
    segment: &Segment,
    chosen: &mut [Option<Reading>],
    open: &mut Vec<usize>,
) {
    let text: Vec<char> = glyphs[segment.start..segment.end]
        .iter()
        .map(|glyph| glyph.character)
        .collect();
    let generated = glyphs[segment.start].manner != Manner::Plain;
    let mut at = 0;
    while at < text.len() {
        let whole = if at == 0 {
            segment
                .entry
                .filter(|&entry| is_known(entry))
                .map(|entry| (text.len(), entry))
        } else {
            None
        };
        match whole.or_else(|| longest_known(&text[at..])) {
            Some((length, entry)) => {
                match lexicon().special(entry) {
                    Some(readings) => readings.enumerate().for_each(|(offset, reading)| {
                        chosen[segment.start + at + offset] = Some(reading)
                    }),
                    None => (at..at + length).for_each(|offset| {
                        chosen[segment.start + offset] = default_reading(text[offset])
                    }),
                }
                at += length;
            }
            None => {
                let character = text[at];
                if character == '子'
                    && at > 0
                    && at + 1 == text.len()
                    && !STEMS_OF_ZI.contains(text[at - 1])
                {
                    chosen[segment.start + at] = Reading::parse("zi5");
                } else if !generated
                    && polyphones().is_polyphonic(character)
                    && !is_settled(character)
                {
                    open.push(segment.start + at);
                }
                at += 1;
            }
        }
    }
}

fn is_known(entry: Entry) -> bool {
    lexicon().is_plain(entry) || lexicon().special(entry).is_some()
}

/// The longest word inside a compound whose reading is known.
fn longest_known(text: &[char]) -> Option<(usize, Entry)> {
    let mut longest = None;
    lexicon().prefixes(text, |length, entry| {
        if length > 1 && is_known(entry) {
            longest = Some((length, entry));
        }
    });
    longest
}
