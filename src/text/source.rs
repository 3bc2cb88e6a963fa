//! Characters of the input in one form each, with where they came from.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::characters::is_han;
use super::data::{self, Sections};
use super::normalize::tokens::stands_apart;
use super::options::Symbols;
use super::reading::Reading;
use super::steps::{Letter, RawSentence};
use super::utterance::Span;

/// Variants of characters and their plain forms, read where they lie.
struct Fold {
    keys: &'static [[u8; 4]],
    values: &'static [[u8; 4]],
    /// Characters of the plain forms that are longer than one.
    longer: &'static [[u8; 4]],
}

impl Fold {
    fn open() -> Self {
        let mut sections = Sections::new(data::file("fold.bin"));
        let mut numbers = || sections.bytes().as_chunks::<4>().0;
        Self {
            keys: numbers(),
            values: numbers(),
            longer: numbers(),
        }
    }

    /// The plain form of a character that has one.
    fn plain(&self, character: char) -> Option<impl Iterator<Item = char> + use<>> {
        let key = |bytes: &[u8; 4]| u32::from_le_bytes(*bytes);
        let at = self
            .keys
            .binary_search_by_key(&(character as u32), key)
            .ok()?;
        let value = self.values.get(at)?;
        let number = key(value);
        let plain = match number >> 31 {
            0 => std::slice::from_ref(value),
            _ => {
                let (length, start) = (number >> 24 & 0x7f, number & 0xff_ffff);
                self.longer.get(start as usize..(start + length) as usize)?
            }
        };
        Some(
            plain
                .iter()
                .filter_map(move |bytes| char::from_u32(u32::from_le_bytes(*bytes))),
        )
    }
}

/// Emoji by their first character, longest first: their characters and their name.
type Emoji = HashMap<char, Vec<(Vec<char>, &'static str)>>;

fn emoji_table() -> &'static Emoji {
    static TABLE: OnceLock<Emoji> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Emoji::new();
        let text = Sections::new(data::file("emoji.bin")).text();
        for (signs, name) in text.lines().filter_map(|line| line.split_once('\t')) {
            let signs: Vec<char> = signs.chars().collect();
            if let Some(&first) = signs.first() {
                table.entry(first).or_default().push((signs, name));
            }
        }
        for rows in table.values_mut() {
            rows.sort_by_key(|(signs, _)| std::cmp::Reverse(signs.len()));
        }
        table
    })
}

const VARIATION_SELECTOR: char = '\u{fe0f}';

/// Folds the characters of one sentence.
pub fn fold(raw: &RawSentence, symbols: Symbols) -> Vec<Letter> {
    let characters = &raw.characters;
    let mut letters = Vec::with_capacity(characters.len());
    let mut at = 0;
    while at < characters.len() {
        if let Some((length, name)) = emoji(&characters[at..]) {
            let span = raw.span(at).join(raw.span(at + length - 1));
            let name = if symbols.emoji { name } else { "" };
            let name = (at > 0)
                .then_some('，')
                .into_iter()
                .chain(name.chars())
                .chain((!name.is_empty()).then_some('，'));
            letters.extend(name.map(|folded| Letter {
                folded,
                shown: folded,
                span,
                forced: None,
            }));
            at += length;
            continue;
        }
        let before = letters.last().map(|letter: &Letter| letter.folded);
        let first = letters.len();
        push_folded(characters[at], raw.span(at), before, &mut letters);
        if let Some(letter) = letters.get_mut(first) {
            letter.forced = raw.forced(at);
        }
        at += 1;
    }
    by_words(&mut letters, &raw.characters);
    letters
}

/// Characters that are simplified in some words only.
fn by_words(letters: &mut [Letter], raw: &[char]) {
    const CASES: [(char, char, &str); 5] = [
        (
            '乾',
            '干',
            "乾坤 乾隆 乾卦 乾陵 乾县 乾元 康乾 乾清 乾道 乾宁 乾德 乾嘉 乾符",
        ),
        ('瞭', '了', "瞭望"),
        (
            '覆',
            '复',
            "覆盖 颠覆 倾覆 覆没 覆灭 覆辙 翻覆 天翻地覆 覆水 被覆 覆巢",
        ),
        ('馀', '余', ""),
        (
            '著',
            '着',
            "著名 著作 名著 原著 巨著 专著 论著 译著 遗著 土著 著者 编著 合著 拙著 卓著 昭著 显著 著称 著书 著述 著录 著有 所著 著文 著译 撰著 新著 主著",
        ),
    ];
    let traditional = letters.len() > 1
        && raw.iter().any(|&c| {
            let plain = Fold::open().plain(c).and_then(|mut plain| plain.next());
            is_han(c) && plain.is_some_and(|plain| is_han(plain) && plain != c)
        });
    for at in 0..letters.len() {
        let here = letters[at].folded;
        let Some((_, plain, kept)) = CASES.iter().find(|(from, ..)| *from == here) else {
            continue;
        };
        if here == '著' && !traditional {
            continue;
        }
        let pair = |first: Option<&Letter>, second: Option<&Letter>| match (first, second) {
            (Some(a), Some(b)) => String::from_iter([a.folded, b.folded]),
            _ => " ".into(),
        };
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        let (left, right) = (
            pair(before, letters.get(at)),
            pair(letters.get(at), letters.get(at + 1)),
        );
        if !kept.split(' ').any(|word| word == left || word == right) {
            letters[at].folded = *plain;
            letters[at].shown = *plain;
            if here == '乾' {
                letters[at].forced = letters[at].forced.or(Reading::parse("gan1"));
            }
        }
    }
    let pairs = [
        ('想', '像', '像', '象'),
        ('藉', '口', '藉', '借'),
        ('藉', '由', '藉', '借'),
        ('藉', '此', '藉', '借'),
    ];
    for at in 1..letters.len() {
        for (first, second, from, to) in pairs {
            if letters[at - 1].folded == first && letters[at].folded == second {
                let here = if from == first { at - 1 } else { at };
                letters[here].folded = to;
                letters[here].shown = to;
            }
        }
    }
}

/// Folds a short text that stands by itself.
pub fn fold_text(text: &str) -> Vec<Letter> {
    fold(
        &RawSentence::plain(text.chars().collect(), 0),
        Symbols::default(),
    )
}

fn push_folded(character: char, span: Span, before: Option<char>, letters: &mut Vec<Letter>) {
    let same = |folded| Letter {
        folded,
        shown: folded,
        span,
        forced: None,
    };
    match character {
        ' '..='~' => letters.push(same(character)),
        '々' => letters.push(same(before.filter(|&c| is_han(c)).unwrap_or('同'))),
        _ if character.is_whitespace() => letters.push(Letter {
            shown: character,
            ..same(' ')
        }),
        '‐' | '‑' | '﹣' | '－' => letters.push(same('-')),
        '−' => letters.push(same('−')),
        '⁄' | '∕' => letters.push(same('/')),
        '∶' => letters.push(same(':')),
        _ if stands_apart(character) => letters.push(same(character)),
        _ if character.is_control() || is_invisible(character) => {}
        _ => {
            let Some(plain) = Fold::open().plain(character) else {
                letters.push(same(character));
                return;
            };
            for folded in plain {
                let punctuation = folded.is_ascii_punctuation();
                let shown = if punctuation { character } else { folded };
                letters.push(Letter {
                    folded,
                    shown,
                    span,
                    forced: None,
                });
            }
        }
    }
}

/// The emoji at the start of `raw`: how many characters it takes, and its name.
fn emoji(raw: &[char]) -> Option<(usize, &'static str)> {
    let first = *raw.first()?;
    let keycap = matches!(raw.get(1), Some(&VARIATION_SELECTOR | &'\u{20e3}'));
    let sign = matches!(first, '\u{2030}'..='\u{2bff}' | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' | '\u{1f000}'..);
    if !sign && !keycap {
        return None;
    }
    emoji_table().get(&first)?.iter().find_map(|(signs, name)| {
        let mut at = 0;
        for sign in signs {
            while raw.get(at).is_some_and(|&c| c != *sign && is_modifier(c)) {
                at += 1;
            }
            if raw.get(at) != Some(sign) {
                return None;
            }
            at += 1;
        }
        while raw.get(at).copied().is_some_and(is_modifier) {
            at += 1;
        }
        Some((at, *name))
    })
}

fn is_modifier(character: char) -> bool {
    character == VARIATION_SELECTOR || ('\u{1f3fb}'..='\u{1f3ff}').contains(&character)
}

fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{300}'..='\u{36f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        fold_text(text).iter().map(|letter| letter.folded).collect()
    }

    #[test]
    fn folds_width_tradition_and_units() {
        assert_eq!(folded("２０１５年，寶貝"), "2015年，宝贝");
        assert_eq!(folded("㎏㎡"), "kgm2");
        assert_eq!(folded("①10⁶½"), "①10⁶½");
        assert_eq!(folded("天々"), "天天");
        assert_eq!(
            folded("著名作家穿著睡衣吃餅乾，乾隆"),
            "著名作家穿着睡衣吃饼干，乾隆"
        );
        assert_eq!(folded("著手"), "著手");
    }

    #[test]
    fn names_emoji() {
        let raw = RawSentence::plain("好👍🏻".chars().collect(), 0);
        let read = fold(&raw, Symbols::READ);
        assert!(read.iter().any(|letter| letter.folded == '拇'));
        assert_eq!(folded("好👍🏻"), "好，");
        assert_eq!(folded("12"), "12");
    }

    #[test]
    fn drops_what_is_invisible() {
        assert_eq!(folded("a\u{200b}\u{7}b"), "ab");
    }
}
