//! The third step: classes to the characters that are said.

use super::classes::{Class, Item};
use super::number::{cardinal, decimal, digits, digits_yao};
use super::quantity::figure;
use super::tokens::{Kind, Line, plain, vulgar};
use crate::text::english;
use crate::text::steps::{Bound, Glyph, Manner};

/// The normalised text.
pub fn say(line: &Line, items: &[Item]) -> Vec<Glyph> {
    let mut writer = Writer {
        line,
        glyphs: Vec::with_capacity(line.len() * 2),
    };
    for item in items {
        let first = writer.glyphs.len();
        writer.item(item);
        writer.keep_readings(item, first);
    }
    writer.glyphs
}

struct Writer<'a> {
    line: &'a Line<'a>,
    glyphs: Vec<Glyph>,
}

impl Writer<'_> {
    fn item(&mut self, item: &Item) {
        let &Item { from, to, .. } = item;
        let number = || self.line.number(from).unwrap_or("");
        match &item.class {
            Class::Keep => (from..to).for_each(|token| self.keep(token)),
            Class::Silent => {}
            Class::Pause => self.word(item, "，", Manner::Plain),
            Class::Digits => self.groups(item, &digits(number())),
            Class::Dialled => self.groups(item, &digits_yao(number())),
            Class::Cardinal => self.number(item, self.said(from), Manner::Cardinal),
            Class::Count => self.number(item, counted(self.said(from)), Manner::Cardinal),
            Class::Ordinal => self.number(item, self.said(from), Manner::Digits),
            Class::BareYear => self.word(item, &digits(number()), Manner::Digits),
            Class::Year => self.dated(item, &digits(number()), "年"),
            Class::Month => self.dated(item, &cardinal(number()), "月"),
            Class::Day => self.dated(item, &cardinal(number()), "日"),
            Class::Hour => self.dated(item, &counted(cardinal(number())), "点"),
            Class::Minute => self.dated(item, &padded(number()), "分"),
            Class::Second => self.dated(item, &padded(number()), "秒"),
            Class::Money(name) | Class::Share(name) => self.amount(item, name),
            Class::Measure(name) => {
                let figure = figure(self.line, from);
                let end = figure.map_or(from + 1, |figure| figure.end).min(to);
                let said = counted(self.said(from));
                self.write(from, end, &said, Manner::Cardinal, true);
                self.write(end, to, name, Manner::Plain, true);
            }
            Class::Fraction => {
                let below = self.line.text(to - 1);
                let said = format!("{}分之{}", bare(below), bare(number()));
                self.word(item, &said, Manner::Cardinal);
            }
            Class::Mixed => {
                let sign = self.line.text(to - 1).chars().next().and_then(vulgar);
                let (above, below) = sign.unwrap_or((1, 1));
                let part = format!(
                    "{}分之{}",
                    bare(&below.to_string()),
                    bare(&above.to_string())
                );
                let whole = match to - from {
                    1 => String::new(),
                    _ => format!("{}又", self.said(from)),
                };
                self.word(item, &format!("{whole}{part}"), Manner::Cardinal);
            }
            Class::Power => self.power(item),
            Class::Single(value) => {
                self.word(item, &cardinal(&value.to_string()), Manner::Digits);
            }
            Class::Version => self.version(item),
            Class::Said(text) => self.word(item, text, Manner::Plain),
            Class::Spelled => {
                for token in from..to {
                    for letter in self.line.letters(token) {
                        self.push(letter.shown, letter.span, Manner::Plain, Bound::Start);
                    }
                }
            }
        }
    }

    /// A number, and 万 and 亿 after it.
    fn number(&mut self, item: &Item, said: String, manner: Manner) {
        let &Item { from, to, .. } = item;
        let end = figure(self.line, from).map_or(to, |figure| figure.end.min(to));
        self.write(from, end, &said, manner, true);
        for token in end..to {
            let power = self.line.text(token);
            self.write(token, token + 1, power, manner, false);
        }
    }

    /// The number at a token in words.
    fn said(&self, token: usize) -> String {
        figure(self.line, token).map_or_else(String::new, |figure| figure.said())
    }

    /// A number with the written unit, where the item holds it, or with `unit`.
    fn dated(&mut self, item: &Item, said: &str, unit: &str) {
        let &Item { from, to, .. } = item;
        self.write(from, from + 1, said, Manner::Digits, true);
        if to > from + 1 && self.line.kind(from + 1) == Some(Kind::Han) {
            let unit = self.line.text(from + 1);
            self.write(from + 1, to, unit, Manner::Plain, false);
        } else {
            self.write(from, to, unit, Manner::Plain, false);
        }
    }

    /// Money, whose sign comes first and name last, and a share, said before its number.
    fn amount(&mut self, item: &Item, name: &str) {
        let &Item { from, to, .. } = item;
        let start = (from..to).find(|&token| self.line.number(token).is_some());
        let start = start.unwrap_or(from);
        let end = figure(self.line, start).map_or(start + 1, |figure| figure.end);
        if let Class::Share(_) = item.class {
            let said = self.said(start);
            let said = said.replace('两', "二").replace("二千", "两千");
            self.word(item, &format!("{name}{said}"), Manner::Cardinal);
            return;
        }
        self.write(
            start,
            end,
            &counted(self.said(start)),
            Manner::Cardinal,
            true,
        );
        for token in end..to {
            let power = self.line.text(token);
            if "百千万亿".contains(power) {
                self.write(token, token + 1, power, Manner::Cardinal, false);
            }
        }
        self.write(from, to, name, Manner::Plain, true);
    }

    fn power(&mut self, item: &Item) {
        let exponent = plain(self.line.text(item.to - 1));
        let text = match exponent.as_str() {
            "2" => "的平方".to_string(),
            "3" => "的立方".to_string(),
            other => {
                let minus = if other.starts_with('-') { "负" } else { "" };
                let bare = other.trim_start_matches(['-', '+']);
                let bare = match bare.parse::<u32>() {
                    Ok(_) => self::bare(bare),
                    Err(_) => bare.to_string(),
                };
                format!("的{minus}{bare}次方")
            }
        };
        self.word(item, &text, Manner::Plain);
    }

    fn version(&mut self, item: &Item) {
        let mut start = true;
        for token in item.from..item.to {
            let text = self.line.text(token);
            let said = match self.line.kind(token) {
                Some(Kind::Number) if text.len() > 2 => digits_yao(text),
                Some(Kind::Number) if text.starts_with('0') => digits(text),
                Some(Kind::Number) => cardinal(text),
                _ => "点".into(),
            };
            self.write(token, token + 1, &said, Manner::Digits, start);
            start = false;
        }
    }

    fn word(&mut self, item: &Item, text: &str, manner: Manner) {
        self.write(item.from, item.to, text, manner, true);
    }

    /// Digits in the groups in which people say them, each a word: 138 0013 8000.
    fn groups(&mut self, item: &Item, digits: &str) {
        let first = self.glyphs.len();
        self.word(item, digits, Manner::Digits);
        let mut at = first;
        for length in group_lengths(self.glyphs.len() - first) {
            at += length;
            if let Some(glyph) = self.glyphs.get_mut(at) {
                glyph.bound = Bound::Start;
            }
        }
    }

    fn write(&mut self, from: usize, to: usize, text: &str, manner: Manner, start: bool) {
        let span = self.line.span(from, to);
        let mut bound = if start { Bound::Start } else { Bound::Inside };
        for character in text.chars() {
            let latin = character.is_ascii_alphabetic();
            let own = if latin { Bound::Start } else { bound };
            self.push(character, span, manner, own);
            bound = if latin { Bound::Start } else { Bound::Inside };
        }
    }

    fn push(&mut self, character: char, span: crate::text::Span, manner: Manner, bound: Bound) {
        self.glyphs.push(Glyph {
            character,
            span,
            manner,
            bound,
            forced: None,
        });
    }

    /// Passes a token on as it is.
    fn keep(&mut self, token: usize) {
        let latin = self.line.kind(token) == Some(Kind::Latin);
        let starts = match latin {
            true => english::cut(
                &self
                    .line
                    .letters(token)
                    .map(|l| l.folded)
                    .collect::<Vec<_>>(),
            ),
            false => Vec::new(),
        };
        for (at, letter) in self.line.letters(token).enumerate() {
            let bound = match latin {
                false => Bound::Free,
                true if starts.contains(&at) => Bound::Start,
                true => Bound::Inside,
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

    /// A character that is said as it is written keeps the reading the user has given it.
    fn keep_readings(&mut self, item: &Item, first: usize) {
        if item.class == Class::Keep || !self.line.is_forced(item.from..item.to) {
            return;
        }
        for token in item.from..item.to {
            for letter in self.line.letters(token).filter(|l| l.forced.is_some()) {
                let same = |glyph: &&mut Glyph| glyph.character == letter.folded;
                if let Some(glyph) = self.glyphs[first..].iter_mut().find(same) {
                    glyph.forced = letter.forced;
                }
            }
        }
    }
}

/// How many of so many digits are said in one go: threes and fours, up to five together.
fn group_lengths(digits: usize) -> Vec<usize> {
    let fours = |digits: usize| {
        let mut lengths = vec![4; digits / 4];
        match digits % 4 {
            0 => {}
            1 => lengths.iter_mut().rev().take(1).for_each(|last| *last += 1),
            rest => lengths.push(rest),
        }
        lengths
    };
    match digits {
        0..6 => vec![digits],
        6 | 9 => vec![3; digits / 3],
        7 | 11 => [vec![3], fours(digits - 3)].concat(),
        10 => vec![3, 3, 4],
        18 => vec![3, 3, 4, 4, 4],
        _ => fours(digits),
    }
}

/// 2 before a measure word is 两.
fn counted(said: String) -> String {
    if said == "二" { "两".into() } else { said }
}

fn bare(number: &str) -> String {
    decimal(number, None).replace('两', "二")
}

fn padded(number: &str) -> String {
    let zero = number.starts_with('0') && !number.trim_start_matches('0').is_empty();
    format!("{}{}", if zero { "零" } else { "" }, cardinal(number))
}
