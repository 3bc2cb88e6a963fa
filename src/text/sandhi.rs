//! Tones as they are spoken: neutral tones, 一, 不 and third tones.

use super::lexicon::lexicon;
use super::steps::{Manner, Segment, Spoken};

const NUMERALS: &str = "零〇一二三四五六七八九十百千万亿点";

/// Sets the surface tones.
pub fn apply(spoken: &mut [Spoken], segments: &[Segment]) {
    neutral_tones(spoken, segments);
    for at in 0..spoken.len() {
        if spoken[at].forced {
            continue;
        }
        match spoken[at].character {
            '一' => yi(spoken, segments, at),
            '不' => bu(spoken, at),
            '个' => ge(spoken, segments, at),
            _ => {}
        }
    }
    third_tones(spoken);
}

/// Whether the syllable after this one follows it without a mark between them.
fn adjacent(spoken: &[Spoken], at: usize) -> bool {
    spoken
        .get(at + 1)
        .is_some_and(|next| next.glyph == spoken[at].last_glyph + 1)
}

fn before(spoken: &[Spoken], at: usize) -> Option<&Spoken> {
    spoken
        .get(at.checked_sub(1)?)
        .filter(|b| b.last_glyph + 1 == spoken[at].glyph)
}

/// Last syllables of words such as 朋友, also at the end of a longer word.
fn neutral_tones(spoken: &mut [Spoken], segments: &[Segment]) {
    for at in 1..spoken.len() {
        let word = spoken[at].segment;
        let last = spoken.get(at + 1).is_none_or(|next| next.segment != word);
        // 老头 has a neutral tone, 老头儿 has not.
        let full = spoken[at].forced || spoken[at].rhotic;
        if !last || spoken[at - 1].segment != word || full {
            continue;
        }
        let pair = [spoken[at - 1].character, spoken[at].character];
        let listed = |entry| lexicon().ends_neutral(entry);
        if segments[word].entry.is_some_and(listed) || lexicon().find(&pair).is_some_and(listed) {
            spoken[at].surface = spoken[at].surface.with_tone(5);
        }
    }
}

fn bu(spoken: &mut [Spoken], at: usize) {
    if spoken[at].lexical.base() == "bu"
        && adjacent(spoken, at)
        && spoken[at + 1].lexical.tone() == 4
    {
        spoken[at].surface = spoken[at].surface.with_tone(2);
    }
}

fn yi(spoken: &mut [Spoken], segments: &[Segment], at: usize) {
    if spoken[at].lexical.base() != "yi"
        || spoken[at].manner == Manner::Digits
        || !adjacent(spoken, at)
    {
        return;
    }
    let previous = before(spoken, at);
    let next = &spoken[at + 1];
    let word = spoken[at].segment;
    let ends_word = next.segment != word && previous.is_some_and(|b| b.segment == word);
    let kept = segments[word]
        .entry
        .is_some_and(|entry| lexicon().keeps_first_tone(entry));
    let counted = previous.is_some_and(|b| {
        b.character == '第' || b.character == '初' || NUMERALS.contains(b.character)
    }) || NUMERALS.contains(next.character) && !"百千万亿点".contains(next.character)
        || "月号".contains(next.character)
        || next.character == '日' && previous.is_some_and(|b| "月号".contains(b.character));
    // 一点一点 counts steps.
    let letter = |at: usize| spoken.get(at).map(|syllable| syllable.character);
    let steps = [at, at.wrapping_sub(2)].into_iter().any(|first| {
        let words = [0, 1, 2, 3].map(|offset| letter(first.wrapping_add(offset)));
        words == ['一', '点', '一', '点'].map(Some)
    });
    let counted = counted && !steps;
    // 一点五, 一比三, 一到三
    let number = !steps
        && "点比到至".contains(next.character)
        && spoken
            .get(at + 2)
            .is_some_and(|after| NUMERALS.contains(after.character));
    if ends_word || kept || counted || number {
        return;
    }
    let fourth = next.lexical.tone() == 4 || next.character == '个';
    spoken[at].surface = spoken[at].surface.with_tone(if fourth { 2 } else { 4 });
}

/// 个 as a measure word is neutral except after 一 and other counts.
fn ge(spoken: &mut [Spoken], segments: &[Segment], at: usize) {
    if spoken[at].lexical.base() != "ge" {
        return;
    }
    let Some(previous) = before(spoken, at) else {
        return;
    };
    let verb = previous.segment != spoken[at].segment && segments[previous.segment].tag == "v";
    if "这那两是有像换找弄".contains(previous.character) || verb {
        spoken[at].surface = spoken[at].surface.with_tone(5);
    }
}

/// Third tones before third tones: within words by the tones of the dictionary, then between words, from the end of the
/// sentence to its start, by the tones as spoken.
fn third_tones(spoken: &mut [Spoken]) {
    let mut start = 0;
    while start < spoken.len() {
        let word = spoken[start].segment;
        let end = (start..spoken.len()).find(|&at| spoken[at].segment != word);
        let end = end.unwrap_or(spoken.len());
        within(&mut spoken[start..end]);
        start = end;
    }
    for at in (0..spoken.len().saturating_sub(1)).rev() {
        let (here, next) = (&spoken[at], &spoken[at + 1]);
        let between = here.segment != next.segment && adjacent(spoken, at);
        if between && here.surface.tone() == 3 && next.surface.tone() == 3 {
            spoken[at].surface = here.surface.with_tone(2);
        }
    }
}

fn within(word: &mut [Spoken]) {
    let third = |syllable: &Spoken| syllable.surface.tone() == 3;
    if word.len() == 4 {
        let (left, right) = word.split_at_mut(2);
        within(left);
        within(right);
        return;
    }
    for at in 0..word.len().saturating_sub(1) {
        if third(&word[at]) && third(&word[at + 1]) {
            word[at].surface = word[at].surface.with_tone(2);
        }
    }
}
