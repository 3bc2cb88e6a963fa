//! The first step: a sentence cut into runs of one kind, its spaces noted and left out.

use std::ops::Range;

use crate::text::characters::is_han;
use crate::text::options::Symbols;
use crate::text::steps::Letter;
use crate::text::utterance::Span;

/// What a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Digits.
    Number,
    Latin,
    Han,
    /// Superscript digits and signs.
    Super,
    /// Subscript digits.
    Sub,
    /// A number in a circle or in brackets, of one character.
    Circled,
    /// A fraction of one character.
    Vulgar,
    /// A Roman numeral of one character.
    Roman,
    Sign,
}

/// A run of one kind; Chinese characters and signs are single.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub kind: Kind,
    start: usize,
    end: usize,
    /// Whether a space comes before it.
    spaced: bool,
}

/// The tokens of a sentence. Texts of them hold a single space where the input has any.
pub struct Line<'a> {
    letters: &'a [Letter],
    /// Places of the letters that are no spaces.
    places: Vec<usize>,
    text: String,
    /// Byte offset in `text` of each place, and one past the end.
    offsets: Vec<usize>,
    tokens: Vec<Token>,
    /// Signs that are said by their names.
    pub symbols: Symbols,
}

const SUPERSCRIPTS: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const SUBSCRIPTS: &str = "₀₁₂₃₄₅₆₇₈₉";
const VULGAR: [(char, u8, u8); 18] = [
    ('½', 1, 2),
    ('⅓', 1, 3),
    ('⅔', 2, 3),
    ('¼', 1, 4),
    ('¾', 3, 4),
    ('⅕', 1, 5),
    ('⅖', 2, 5),
    ('⅗', 3, 5),
    ('⅘', 4, 5),
    ('⅙', 1, 6),
    ('⅚', 5, 6),
    ('⅐', 1, 7),
    ('⅛', 1, 8),
    ('⅜', 3, 8),
    ('⅝', 5, 8),
    ('⅞', 7, 8),
    ('⅑', 1, 9),
    ('⅒', 1, 10),
];

/// Numerator and denominator of a fraction of one character.
pub fn vulgar(character: char) -> Option<(u8, u8)> {
    let found = VULGAR.iter().find(|(other, ..)| *other == character)?;
    Some((found.1, found.2))
}

/// The value of a number in a circle or in brackets.
pub fn circled(character: char) -> Option<u32> {
    let code = character as u32;
    let from = |first: char, value: u32| code - first as u32 + value;
    Some(match character {
        '⓪' | '⓿' => 0,
        '①'..='⑳' => from('①', 1),
        '⑴'..='⒇' => from('⑴', 1),
        '⒈'..='⒛' => from('⒈', 1),
        '❶'..='❿' => from('❶', 1),
        '➀'..='➉' => from('➀', 1),
        '➊'..='➓' => from('➊', 1),
        '⓫'..='⓴' => from('⓫', 11),
        '⓵'..='⓾' => from('⓵', 1),
        '㉑'..='㉟' => from('㉑', 21),
        '㊱'..='㊿' => from('㊱', 36),
        '㈠'..='㈩' => from('㈠', 1),
        '㊀'..='㊉' => from('㊀', 1),
        _ => return None,
    })
}

/// The value of a Roman numeral of one character.
pub fn roman(character: char) -> Option<u32> {
    match character {
        'Ⅰ'..='Ⅻ' => Some(character as u32 - 'Ⅰ' as u32 + 1),
        'ⅰ'..='ⅻ' => Some(character as u32 - 'ⅰ' as u32 + 1),
        _ => None,
    }
}

/// Superscripts and subscripts as plain digits and signs.
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|c| {
            let digit = |set: &str| set.chars().position(|other| other == c);
            match c {
                '⁺' => '+',
                '⁻' => '-',
                'ⁿ' => 'n',
                _ => digit(SUPERSCRIPTS)
                    .or_else(|| digit(SUBSCRIPTS))
                    .and_then(|digit| char::from_digit(digit as u32, 10))
                    .unwrap_or(c),
            }
        })
        .collect()
}

/// Whether a character keeps a value of its own beside digits, so that folding must leave it alone.
pub fn stands_apart(character: char) -> bool {
    !matches!(
        kind(character),
        Kind::Number | Kind::Latin | Kind::Han | Kind::Sign
    )
}

fn kind(character: char) -> Kind {
    match character {
        '0'..='9' => Kind::Number,
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}'
            if character.is_alphabetic() || character.is_ascii() =>
        {
            Kind::Latin
        }
        _ if is_han(character) => Kind::Han,
        '⁺' | '⁻' | 'ⁿ' => Kind::Super,
        _ if SUPERSCRIPTS.contains(character) => Kind::Super,
        _ if SUBSCRIPTS.contains(character) => Kind::Sub,
        _ if circled(character).is_some() => Kind::Circled,
        _ if vulgar(character).is_some() => Kind::Vulgar,
        _ if roman(character).is_some() => Kind::Roman,
        _ => Kind::Sign,
    }
}

impl<'a> Line<'a> {
    pub fn new(letters: &'a [Letter]) -> Self {
        let mut line = Self {
            letters,
            places: Vec::new(),
            text: String::new(),
            offsets: Vec::new(),
            tokens: Vec::new(),
            symbols: Symbols::default(),
        };
        let mut spaced = false;
        for (at, letter) in letters.iter().enumerate() {
            if letter.folded == ' ' {
                spaced = true;
                continue;
            }
            if spaced && !line.text.is_empty() {
                line.text.push(' ');
            }
            let place = line.places.len();
            line.places.push(at);
            line.offsets.push(line.text.len());
            line.text.push(letter.folded);
            let joined = matches!(letter.folded, '\'' | '’')
                && letters
                    .get(at + 1)
                    .is_some_and(|next| next.folded.is_ascii_alphabetic())
                && line
                    .tokens
                    .last()
                    .is_some_and(|last| last.kind == Kind::Latin);
            let kind = if joined {
                Kind::Latin
            } else {
                kind(letter.folded)
            };
            let runs = matches!(kind, Kind::Number | Kind::Latin | Kind::Super | Kind::Sub);
            match line.tokens.last_mut() {
                Some(last) if last.kind == kind && runs && !spaced => last.end = place + 1,
                _ => line.tokens.push(Token {
                    kind,
                    start: place,
                    end: place + 1,
                    spaced,
                }),
            }
            spaced = false;
        }
        line.offsets.push(line.text.len());
        line
    }

    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    pub fn kind(&self, token: usize) -> Option<Kind> {
        Some(self.tokens.get(token)?.kind)
    }

    /// Whether there is a space before the token; also at the start and past the end.
    pub fn spaced(&self, token: usize) -> bool {
        self.tokens
            .get(token)
            .is_none_or(|t| t.spaced || t.start == 0)
    }

    /// Whether a tab stands before the token.
    pub fn tabbed(&self, token: usize) -> bool {
        self.tokens.get(token).is_some_and(|t| {
            let before = t
                .start
                .checked_sub(1)
                .map_or(0, |last| self.places[last] + 1);
            let spaces = &self.letters[before..self.places[t.start]];
            spaces.iter().any(|space| space.shown == '\t')
        })
    }

    /// Whether the tokens `range` stand without spaces between them.
    pub fn glued(&self, range: Range<usize>) -> bool {
        range.end <= self.len() && (range.start + 1..range.end).all(|token| !self.spaced(token))
    }

    fn end_of(&self, token: &Token) -> usize {
        let last = self.letters[self.places[token.end - 1]].folded;
        self.offsets[token.end - 1] + last.len_utf8()
    }

    /// The characters of a token; empty past the end.
    pub fn text(&self, token: usize) -> &str {
        self.tokens
            .get(token)
            .map_or("", |t| &self.text[self.offsets[t.start]..self.end_of(t)])
    }

    /// Everything from a token on.
    pub fn from(&self, token: usize) -> &str {
        self.tokens
            .get(token)
            .map_or("", |t| &self.text[self.offsets[t.start]..])
    }

    /// Everything before a token, without the space at the end.
    pub fn before(&self, token: usize) -> &str {
        self.tokens.get(token).map_or(&*self.text, |t| {
            self.text[..self.offsets[t.start]].trim_end()
        })
    }

    /// The digits of a number token.
    pub fn number(&self, token: usize) -> Option<&str> {
        (self.kind(token) == Some(Kind::Number)).then(|| self.text(token))
    }

    pub fn is(&self, token: usize, text: &str) -> bool {
        self.text(token) == text
    }

    /// Whether the token is one character, and one of these.
    pub fn any(&self, token: usize, signs: &str) -> bool {
        let mut characters = self.text(token).chars();
        matches!((characters.next(), characters.next()), (Some(c), None) if signs.contains(c))
    }

    /// The character before a token; a space where there is one, `None` at the start.
    pub fn previous(&self, token: usize) -> Option<char> {
        match self.tokens.get(token) {
            Some(t) if t.start == 0 => None,
            Some(t) if t.spaced => Some(' '),
            _ => self.before(token).chars().next_back(),
        }
    }

    /// The last character before a token that is no space.
    pub fn near(&self, token: usize) -> Option<char> {
        self.before(token).chars().next_back()
    }

    /// The token that starts at or after `bytes` bytes past the start of `token`.
    pub fn token_after(&self, token: usize, bytes: usize) -> usize {
        let target = self.tokens.get(token).map_or(0, |t| self.offsets[t.start]) + bytes;
        (token..self.len())
            .find(|&t| self.offsets[self.tokens[t].start] >= target)
            .unwrap_or(self.len())
    }

    /// Span of the tokens `from..to`.
    pub fn span(&self, from: usize, to: usize) -> Span {
        let (first, last) = (
            self.tokens[from].start,
            self.tokens[to.max(from + 1).min(self.len()) - 1].end - 1,
        );
        self.letters[self.places[first]]
            .span
            .join(self.letters[self.places[last]].span)
    }

    /// The letters of a token.
    pub fn letters(&self, token: usize) -> impl Iterator<Item = &'a Letter> + '_ {
        let range = self.tokens.get(token).map_or(0..0, |t| t.start..t.end);
        self.places[range].iter().map(|&at| &self.letters[at])
    }

    /// Whether the user has given a reading to a letter of the tokens.
    pub fn is_forced(&self, range: Range<usize>) -> bool {
        range
            .flat_map(|token| self.letters(token))
            .any(|letter| letter.forced.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::source::fold_text;

    fn tokens(text: &str) -> String {
        let letters = fold_text(text);
        let line = Line::new(&letters);
        let shown = |t: usize| format!("{}{}", if line.spaced(t) { "_" } else { "" }, line.text(t));
        (0..line.len()).map(shown).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn cuts_runs_and_notes_spaces() {
        assert_eq!(tokens("1995 年ab12"), "_1995 _年 ab 12");
        assert_eq!(tokens("例①1992年"), "_例 ① 1992 年");
        assert_eq!(tokens("10⁶人 3½个"), "_10 ⁶ 人 _3 ½ 个");
    }
}
