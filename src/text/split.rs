//! Cutting the input into raw sentences, lazily.

use std::sync::Arc;

use super::characters::{is_han, is_terminal};
use super::steps::RawSentence;

/// Longest raw sentence in characters; a longer one is cut at its last comma, or anywhere.
const LONGEST: usize = 240;

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

    fn give(&mut self, length: usize) -> RawSentence {
        let rest = self.held.split_off(length);
        let characters = std::mem::replace(&mut self.held, rest);
        let start = self.position;
        self.position += characters.len();
        RawSentence::plain(characters, start)
    }
}

impl Iterator for RawSentences {
    type Item = RawSentence;

    fn next(&mut self) -> Option<RawSentence> {
        // What is held after a cut holds no sentence end.
        loop {
            let Some(character) = self.read() else {
                let length = self.held.len();
                return (length > 0).then(|| self.give(length));
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
                return Some(self.give(length));
            }
            if self.held.len() >= LONGEST {
                let length = cut(&self.held);
                return Some(self.give(length));
            }
        }
    }
}

fn ends_sentence(character: char, held: &[char], next: Option<char>) -> bool {
    match character {
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => true,
        '!' | '?' => next.is_none_or(|c| !c.is_ascii_alphanumeric()),
        '.' => {
            let word = held
                .iter()
                .rev()
                .skip(1)
                .take_while(|c| c.is_ascii_alphabetic())
                .count();
            // `a.m. ` and `J. Smith` go on.
            word != 1 && next.is_none_or(|c| c.is_whitespace() || (is_han(c) && word > 1))
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

/// Where to cut characters that hold no sentence end.
fn cut(held: &[char]) -> usize {
    let last = |accept: fn(char) -> bool| {
        held.iter()
            .rposition(|&c| accept(c))
            .filter(|&at| at >= LONGEST / 4)
    };
    let at = last(|c| matches!(c, '，' | '；' | '：' | ';' | '…' | '—'))
        .or_else(|| last(|c| matches!(c, '、' | ' ' | '\t' | '\u{3000}')))
        .or_else(|| last(|c| !c.is_ascii_alphanumeric()));
    at.map_or(held.len(), |at| at + 1)
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
