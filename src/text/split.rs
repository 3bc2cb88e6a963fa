//! Cutting the input into raw sentences, lazily.

use std::sync::Arc;

use super::characters::{is_comma, is_han, is_terminal};
use super::lexicon::lexicon;
use super::steps::RawSentence;

/// Length in characters from which a raw sentence is cut at its last comma.
const LONG: usize = 240;
/// Longest raw sentence in characters; without a comma it is cut between words.
const LONGEST: usize = 480;
/// How far back a place between two words is looked for.
const REACH: usize = 24;

/// Iterator over the raw sentences of a text, which it owns.
pub struct RawSentences {
    text: Arc<str>,
    /// Bytes of the text read so far.
    read: usize,
    position: usize,
    /// Characters read but not given out yet.
    held: Vec<char>,
}

impl RawSentences {
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self {
            text: text.into(),
            read: 0,
            position: 0,
            held: Vec::new(),
        }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.read..].chars().next()
    }

    fn read(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.read += character.len_utf8();
        Some(character)
    }

    fn give(&mut self, length: usize, ends: bool) -> RawSentence {
        let rest = self.held.split_off(length);
        let characters = std::mem::replace(&mut self.held, rest);
        let start = self.position;
        self.position += characters.len();
        RawSentence {
            ends,
            ..RawSentence::plain(characters, start)
        }
    }
}

impl Iterator for RawSentences {
    type Item = RawSentence;

    fn next(&mut self) -> Option<RawSentence> {
        // What is held after a cut holds no sentence end.
        loop {
            let Some(character) = self.read() else {
                let length = self.held.len();
                return (length > 0).then(|| self.give(length, true));
            };
            self.held.push(character);
            if ends_sentence(character, &self.held, self.peek()) {
                while let Some(next) = self.peek() {
                    if !(is_closing(next) || is_terminal(next)) || self.held.len() >= LONGEST {
                        break;
                    }
                    let closing = self.read();
                    self.held.extend(closing);
                }
                let length = self.held.len();
                return Some(self.give(length, true));
            }
            if self.held.len() >= LONGEST || self.held.len() >= LONG && is_comma(character) {
                let length = cut(&self.held);
                return Some(self.give(length, false));
            }
        }
    }
}

fn ends_sentence(character: char, held: &[char], next: Option<char>) -> bool {
    match character {
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => true,
        '!' | '?' => next.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '='),
        '.' => {
            let word = held
                .iter()
                .rev()
                .skip(1)
                .take_while(|c| c.is_ascii_alphabetic())
                .count();
            // `1. ` begins a list
            let before = &held[..held.len() - 1];
            let spoken = before.iter().filter(|c| !c.is_whitespace());
            let list = spoken.clone().all(char::is_ascii_digit) && (1..4).contains(&spoken.count());
            // `a.m. ` and `J. Smith` go on.
            !(list && next.is_some_and(|c| c == ' ' || is_han(c)))
                && word != 1
                && next.is_none_or(|c| c.is_whitespace() || (is_han(c) && word > 1))
        }
        _ => is_terminal(character),
    }
}

fn is_closing(character: char) -> bool {
    matches!(
        character,
        '”' | '’' | '」' | '』' | '）' | '】' | '》' | '〉' | ')' | ']' | '"' | '〞' | '!' | '?'
    )
}

/// Where to cut characters that hold no sentence end: at the last comma, else at a space, else between words, never in brackets.
fn cut(held: &[char]) -> usize {
    let mut inside = vec![false; held.len() + 1];
    let mut open = None;
    for (at, &character) in held.iter().enumerate() {
        match character {
            '[' | '（' | '(' | '$' if open.is_none() => open = Some(at),
            ']' | '）' | ')' | '$' => {
                let start = open.take().unwrap_or(at);
                inside[start..at].fill(true);
            }
            _ => {}
        }
    }
    let joins = |at: usize| {
        let letter = |c: Option<&char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        letter(held.get(at)) && letter(held.get(at.wrapping_sub(1)))
            || held.get(at) == Some(&'[')
            || matches!(held.get(at.wrapping_sub(1)), Some('.' | ',' | ':')) && letter(held.get(at))
    };
    let last = |accept: fn(char) -> bool, least: usize| {
        let fits = |&at: &usize| accept(held[at - 1]) && !inside[at - 1] && !joins(at);
        (least.max(1)..=held.len()).rev().find(fits)
    };
    let quarter = held.len() / 4;
    last(is_comma, quarter)
        .or_else(|| {
            last(
                |c| c.is_whitespace() || "”’」』）)》】".contains(c),
                held.len() / 2,
            )
        })
        .or_else(|| {
            let between = |&at: &usize| !inside[at - 1] && !joins(at) && !in_word(held, at);
            (held.len().saturating_sub(REACH).max(1)..held.len())
                .rev()
                .find(between)
        })
        .or_else(|| {
            (quarter.max(1)..held.len())
                .rev()
                .find(|&at| !inside[at - 1] && !joins(at))
        })
        .unwrap_or(held.len())
}

/// Whether a word of the dictionary lies across the place.
fn in_word(held: &[char], at: usize) -> bool {
    (at.saturating_sub(5)..at).any(|start| {
        let mut across = false;
        let end = held.len().min(start + 8);
        lexicon().prefixes(&held[start..end], |length, _| across |= start + length > at);
        across
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<String> {
        RawSentences::new(text)
            .map(|raw| raw.characters.into_iter().collect())
            .collect()
    }

    #[test]
    fn cuts_after_closing_quotes() {
        assert_eq!(
            pieces("他说：“走吧！”然后走了。好"),
            ["他说：“走吧！”", "然后走了。", "好"]
        );
        assert_eq!(pieces("8:00 a.m. 开会 12.5元"), ["8:00 a.m. 开会 12.5元"]);
        assert_eq!(pieces("OK. Good"), ["OK.", " Good"]);
    }

    #[test]
    fn long_ones_are_cut_outside_words_and_brackets() {
        for text in [
            "我们今天去公园看花,然后回家吃饭,再看电视,".repeat(20),
            "还款[huan2 kuan3]".repeat(80),
            "今天天气不错我们去公园散步吧".repeat(60),
        ] {
            let all = pieces(&text);
            assert!(all.len() > 1 && all.concat() == text);
            for piece in &all[..all.len() - 1] {
                let end = piece.chars().next_back().unwrap();
                assert!(",]吧步园们天气错".contains(end), "{piece}");
                assert_eq!(piece.matches('[').count(), piece.matches(']').count());
            }
        }
    }

    #[test]
    fn positions_add_up_however_long() {
        let text = "长句子，".repeat(5000);
        let mut position = 0;
        for raw in RawSentences::new(text.as_str()) {
            assert_eq!(raw.start, position);
            assert!(raw.characters.len() <= LONGEST);
            position += raw.characters.len();
        }
        assert_eq!(position, text.chars().count());
    }
}
