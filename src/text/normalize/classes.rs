//! The second step: what each run of tokens is.

use super::tokens::{Kind, Line};
use super::{code, date, math, quantity, sign, spaces, web};

/// What tokens are, and so how they are said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Class {
    /// Passed on: Chinese characters, words, marks.
    Keep,
    /// Not said.
    Silent,
    /// A pause in the place of a sign.
    Pause,
    /// Digit by digit.
    Digits,
    /// Digit by digit, with 幺 for 1.
    Dialled,
    /// A number in words, a fraction part after a point.
    Cardinal,
    /// As [`Class::Cardinal`], with 两 for 2: before a measure word.
    Count,
    /// In words, 一 with its own tone.
    Ordinal,
    /// Digit by digit with 年.
    Year,
    /// Digit by digit with 年 unsaid.
    BareYear,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    /// An amount and what it is counted in.
    Money(&'static str),
    /// A number and its unit.
    Measure(String),
    /// A share: 百分之.
    Share(&'static str),
    /// Numerator and denominator in two numbers with a slash.
    Fraction,
    /// A fraction of one character, maybe behind a whole number.
    Mixed,
    /// A power of what stands before.
    Power,
    /// A number of one character: in a circle, Roman.
    Single(u32),
    /// Parts with points between them.
    Version,
    /// A sign with a name.
    Said(String),
    /// Letters that are spelled.
    Spelled,
}

/// Some tokens and their class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub from: usize,
    pub to: usize,
    pub class: Class,
}

impl Item {
    pub fn new(from: usize, to: usize, class: Class) -> Self {
        Self { from, to, class }
    }
}

/// Recognises what starts at a token; `None` where it is something else.
type Rule = fn(&Line, usize) -> Option<Vec<Item>>;

/// In order: the first rule that fits wins.
const RULES: [Rule; 13] = [
    web::address,
    code::list_mark,
    code::code,
    date::date,
    code::telephone,
    date::time,
    quantity::money,
    quantity::fraction,
    code::sequence,
    math::scripts,
    quantity::quantity,
    quantity::lone_unit,
    sign::sign,
];

/// The classes of a line, in order and without gaps.
pub fn classify(line: &Line) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::with_capacity(line.len());
    let pauses = spaces::pauses(line);
    let mut at = 0;
    while at < line.len() {
        let paused = items.last().is_none_or(|item| item.class == Class::Pause);
        if !paused && pauses.binary_search(&at).is_ok() {
            items.push(Item::new(at, at + 1, Class::Pause));
        }
        let found = match line.kind(at) {
            Some(Kind::Han) => date::heading(line, at),
            _ => RULES.iter().find_map(|rule| rule(line, at)),
        };
        let found = found.filter(|items| items.last().is_some_and(|last| last.to > at));
        match found {
            Some(found) => {
                at = found.last().map_or(at + 1, |last| last.to);
                items.extend(found);
            }
            None => {
                items.push(Item::new(at, at + 1, Class::Keep));
                at += 1;
            }
        }
    }
    items
}
