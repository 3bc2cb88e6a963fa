//! A sentence as tokens, and what the rules write.

use crate::text::characters::is_han;
use crate::text::steps::{Bound, Glyph, Letter, Manner};
use crate::text::utterance::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Number,
    Latin,
    Han,
    Space,
    Sign,
}

#[derive(Clone, Copy, Debug)]
struct Token {
    kind: Kind,
    start: usize,
    end: usize,
}

/// A sentence cut into runs of digits and of Latin letters; every other character is a token of its own.
pub struct Line<'a> {
    pub letters: &'a [Letter],
    text: String,
    /// Byte offset in `text` of each letter, and one past the end.
    offsets: Vec<usize>,
    tokens: Vec<Token>,
}

fn kind(character: char) -> Kind {
    match character {
        '0'..='9' => Kind::Number,
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}'
            if character.is_alphabetic() || character.is_ascii() =>
        {
            Kind::Latin
        }
        ' ' => Kind::Space,
        _ if is_han(character) => Kind::Han,
        _ => Kind::Sign,
    }
}

impl<'a> Line<'a> {
    pub fn new(letters: &'a [Letter]) -> Self {
        let mut line = Self {
            letters,
            text: String::new(),
            offsets: vec![0],
            tokens: Vec::new(),
        };
        for (at, letter) in letters.iter().enumerate() {
            line.text.push(letter.folded);
            line.offsets.push(line.text.len());
            let kind = kind(letter.folded);
            match line.tokens.last_mut() {
                Some(last) if last.kind == kind && matches!(kind, Kind::Number | Kind::Latin) => {
                    last.end = at + 1
                }
                _ => line.tokens.push(Token {
                    kind,
                    start: at,
                    end: at + 1,
                }),
            }
        }
        line
    }

    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    pub fn kind(&self, token: usize) -> Option<Kind> {
        Some(self.tokens.get(token)?.kind)
    }

    /// The characters of a token; empty past the end.
    pub fn text(&self, token: usize) -> &str {
        self.tokens.get(token).map_or("", |t| {
            &self.text[self.offsets[t.start]..self.offsets[t.end]]
        })
    }

    /// Everything from a token on.
    pub fn from(&self, token: usize) -> &str {
        self.tokens
            .get(token)
            .map_or("", |t| &self.text[self.offsets[t.start]..])
    }

    /// Everything before a token.
    pub fn before(&self, token: usize) -> &str {
        self.tokens
            .get(token)
            .map_or(&self.text, |t| &self.text[..self.offsets[t.start]])
    }

    /// The digits of a number token.
    pub fn number(&self, token: usize) -> Option<&str> {
        (self.kind(token) == Some(Kind::Number)).then(|| self.text(token))
    }

    pub fn is(&self, token: usize, text: &str) -> bool {
        self.text(token) == text
    }

    /// Whether the token is one of these characters.
    pub fn any(&self, token: usize, signs: &str) -> bool {
        let text = self.text(token);
        let mut characters = text.chars();
        matches!((characters.next(), characters.next()), (Some(c), None) if signs.contains(c))
    }

    /// The next token that is no space.
    pub fn skip_space(&self, token: usize) -> usize {
        (token..self.len())
            .find(|&t| self.kind(t) != Some(Kind::Space))
            .unwrap_or(self.len())
    }

    /// The last character before a token; `None` at the start.
    pub fn previous(&self, token: usize) -> Option<char> {
        self.before(token).chars().next_back()
    }

    /// The first token that starts at or after `bytes` bytes past the start of `token`.
    pub fn token_after(&self, token: usize, bytes: usize) -> usize {
        let target = self.before(token).len() + bytes;
        (token..self.len())
            .find(|&t| self.offsets[self.tokens[t].start] >= target)
            .unwrap_or(self.len())
    }

    /// Span of the tokens `from..to`.
    pub fn span(&self, from: usize, to: usize) -> Span {
        let (first, last) = (
            self.tokens[from].start,
            self.tokens[to.max(from + 1) - 1].end - 1,
        );
        self.letters[first].span.join(self.letters[last].span)
    }

    fn letters_of(&self, token: usize) -> &'a [Letter] {
        self.tokens
            .get(token)
            .map_or(&[], |t| &self.letters[t.start..t.end])
    }
}

/// The normalised text as it grows.
#[derive(Default)]
pub struct Output {
    pub glyphs: Vec<Glyph>,
}

impl Output {
    /// Says `text` as one word for the tokens `from..to`.
    pub fn word(&mut self, line: &Line, from: usize, to: usize, text: &str, manner: Manner) {
        self.write(line, from, to, text, manner, true);
    }

    /// Says `text` as part of the word before it.
    pub fn part(&mut self, line: &Line, from: usize, to: usize, text: &str, manner: Manner) {
        self.write(line, from, to, text, manner, false);
    }

    fn write(
        &mut self,
        line: &Line,
        from: usize,
        to: usize,
        text: &str,
        manner: Manner,
        start: bool,
    ) {
        let span = line.span(from, to);
        for (at, character) in text.chars().enumerate() {
            let bound = if at == 0 && start {
                Bound::Start
            } else {
                Bound::Inside
            };
            self.glyphs.push(Glyph {
                character,
                span,
                manner,
                bound,
                forced: None,
            });
        }
    }

    /// Passes a token on as it is.
    pub fn keep(&mut self, line: &Line, token: usize) {
        let latin = line.kind(token) == Some(Kind::Latin);
        for (at, letter) in line.letters_of(token).iter().enumerate() {
            let bound = match (latin, at) {
                (false, _) => Bound::Free,
                (true, 0) => Bound::Start,
                (true, _) => Bound::Inside,
            };
            self.glyphs.push(Glyph {
                character: letter.shown,
                span: letter.span,
                manner: Manner::Plain,
                bound,
                forced: letter.forced,
            });
        }
    }
}
