//! Tones as they are spoken: 一, 不 and third tones.

use super::normalize::Style;
use super::pinyin::Spoken;

const NUMERALS: &str = "零〇一二三四五六七八九十百千万亿点";

/// Sets the surface tones.
pub fn apply(spoken: &mut [Spoken]) {
    for at in 0..spoken.len() {
        match spoken[at].character {
            '一' => yi(spoken, at),
            '不' => bu(spoken, at),
            _ => {}
        }
    }
    third_tones(spoken);
}

fn adjacent(spoken: &[Spoken], at: usize) -> bool {
    spoken
        .get(at + 1)
        .is_some_and(|next| next.glyph == spoken[at].last_glyph + 1)
}

fn bu(spoken: &mut [Spoken], at: usize) {
    if spoken[at].lexical.base() == "bu"
        && adjacent(spoken, at)
        && spoken[at + 1].lexical.tone() == 4
    {
        spoken[at].surface = spoken[at].surface.with_tone(2);
    }
}

fn yi(spoken: &mut [Spoken], at: usize) {
    if spoken[at].lexical.base() != "yi"
        || spoken[at].style == Style::Digits
        || !adjacent(spoken, at)
    {
        return;
    }
    let before = at
        .checked_sub(1)
        .filter(|&b| spoken[b].last_glyph + 1 == spoken[at].glyph)
        .map(|b| spoken[b].character);
    let after = spoken[at + 1].character;
    let counted = before.is_some_and(|c| c == '第' || c == '初' || NUMERALS.contains(c))
        || NUMERALS.contains(after) && !"百千万亿点".contains(after);
    if counted || after == '月' || after == '日' || after == '号' {
        return;
    }
    let tone = if matches!(spoken[at + 1].lexical.tone(), 4) || after == '个' {
        2
    } else {
        4
    };
    spoken[at].surface = spoken[at].surface.with_tone(tone);
}

/// Third tones before third tones, first within words, then between them where one is a single syllable.
fn third_tones(spoken: &mut [Spoken]) {
    let mut start = 0;
    while start < spoken.len() {
        let word = spoken[start].segment;
        let end = (start..spoken.len())
            .find(|&at| spoken[at].segment != word)
            .unwrap_or(spoken.len());
        within(&mut spoken[start..end]);
        start = end;
    }
    for at in (0..spoken.len().saturating_sub(1)).rev() {
        let (here, next) = (&spoken[at], &spoken[at + 1]);
        if here.segment == next.segment || !adjacent(spoken, at) {
            continue;
        }
        let single = |at: usize| {
            let same = |other: Option<&Spoken>| {
                other.is_some_and(|other| other.segment == spoken[at].segment)
            };
            !same(at.checked_sub(1).and_then(|b| spoken.get(b))) && !same(spoken.get(at + 1))
        };
        if here.surface.tone() == 3 && next.surface.tone() == 3 && (single(at) || single(at + 1)) {
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
