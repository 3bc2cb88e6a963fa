//! Verse: lines of one length, and where they pause.

use std::ops::Range;

use super::characters::is_han;
use super::steps::Glyph;
use super::utterance::{Break, Written};

/// Modern words of a single character, which classical verse has not.
const MODERN: &str = "的了着们吗呢吧啊呀这那哪很都就还把被给让跟和没你他她它个么什些啦嘛喂";

/// Length of the lines of a raw sentence that looks like verse: at least two, of three to seven characters, all alike.
pub fn line(characters: &[char]) -> Option<usize> {
    let mut lines = characters.split(|character| !is_han(*character));
    let mut length = None;
    let mut count = 0;
    let alike = lines.by_ref().filter(|line| !line.is_empty()).all(|line| {
        count += 1;
        let modern = line.iter().any(|character| MODERN.contains(*character));
        !modern && *length.get_or_insert(line.len()) == line.len()
    });
    let plain = |character: &char| {
        is_han(*character) || character.is_whitespace() || "，。；！？、".contains(*character)
    };
    let verse = alike && count >= 2 && characters.iter().all(plain);
    length.filter(|length| verse && matches!(length, 3 | 4 | 5 | 7))
}

/// Feet and line ends of verse instead of the pauses of prose: 2+3, 4+3 with a lighter one after the first two, 2+2.
pub fn scan(glyphs: &[Glyph], breaks: &mut [Option<Break>], written: &mut [Written]) {
    let mut start = 0;
    for at in 0..=glyphs.len() {
        if glyphs.get(at).is_some_and(|glyph| is_han(glyph.character)) {
            continue;
        }
        foot(start..at, breaks, written);
        start = at + 1;
    }
    for written in written {
        if matches!(written, Written::Comma | Written::Semicolon) {
            *written = Written::Verse;
        }
    }
}

fn foot(line: Range<usize>, breaks: &mut [Option<Break>], written: &mut [Written]) {
    let feet: &[usize] = match line.len() {
        4 | 5 => &[2],
        7 => &[2, 4],
        _ => return,
    };
    breaks[line.start..line.end - 1].fill(None);
    for &foot in feet {
        let at = line.start + foot - 1;
        breaks[at] = Some(Break::Word);
        if foot + 3 == line.len() {
            written[at] = Written::Foot;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verse_is_told_from_prose() {
        let length = |text: &str| line(&text.chars().collect::<Vec<_>>());
        assert_eq!(length("床前明月光，疑是地上霜。"), Some(5));
        assert_eq!(length("两岸猿声啼不住，轻舟已过万重山。\n"), Some(7));
        assert_eq!(length("人之初，性本善。"), Some(3));
        assert_eq!(length("今天天气好，我们出去玩。"), None);
        assert_eq!(length("白日依山尽。"), None);
        assert_eq!(length("春眠不觉晓，处处闻鸟。"), None);
        assert_eq!(length("1234，5678。"), None);
    }
}
