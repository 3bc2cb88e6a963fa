//! Numbers with units, money, percentages and fractions.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::line::{Kind, Line, Output};
use super::number::{cardinal, decimal, digits};
use crate::text::data::rows;
use crate::text::steps::Manner;

/// A written number: `1,234.50`.
pub struct Figure {
    pub whole: String,
    pub fraction: Option<String>,
    /// The token after it.
    pub end: usize,
}

impl Figure {
    pub fn said(&self) -> String {
        if self.fraction.is_none() && self.whole.len() > 1 && self.whole.starts_with('0') {
            return digits(&self.whole);
        }
        decimal(&self.whole, self.fraction.as_deref())
    }
}

/// The number that starts at a token.
pub fn figure(line: &Line, at: usize) -> Option<Figure> {
    let mut whole = line.number(at)?.to_string();
    let mut end = at + 1;
    if whole.len() <= 3 && !whole.starts_with('0') {
        let mut grouped = whole.clone();
        let mut next = end;
        while line.any(next, ",") && line.number(next + 1).is_some_and(|group| group.len() == 3) {
            grouped.push_str(line.number(next + 1).unwrap_or(""));
            next += 2;
        }
        if !(line.any(next, ",") && line.number(next + 1).is_some()) {
            (whole, end) = (grouped, next);
        }
    }
    let mut fraction = None;
    let version = line.is(end + 2, ".") && line.number(end + 3).is_some();
    if let Some(digits) = line
        .number(end + 1)
        .filter(|_| line.is(end, ".") && !version)
    {
        fraction = Some(digits.to_string());
        end += 2;
    }
    Some(Figure {
        whole,
        fraction,
        end,
    })
}

fn table(text: &'static str) -> (HashMap<&'static str, &'static str>, usize) {
    let map: HashMap<_, _> = rows(text)
        .filter_map(|row| Some((*row.first()?, *row.get(1)?)))
        .collect();
    let longest = map.keys().map(|key| key.chars().count()).max().unwrap_or(0);
    (map, longest)
}

/// The longest key of a table that the text starts with, not followed by a letter.
fn longest(
    text: &str,
    table: &(HashMap<&'static str, &'static str>, usize),
) -> Option<(usize, &'static str)> {
    let ends = text
        .char_indices()
        .skip(1)
        .map(|(at, _)| at)
        .chain([text.len()])
        .take(table.1);
    ends.filter_map(|end| {
        let (key, after) = text.split_at_checked(end)?;
        let cut = key.ends_with(|c: char| c.is_ascii_alphanumeric())
            && after.starts_with(|c: char| c.is_ascii_alphanumeric());
        (!cut)
            .then(|| table.0.get(key).map(|said| (end, *said)))
            .flatten()
    })
    .last()
}

/// The unit that starts at a token: how many bytes, and how it is said.
pub fn unit(line: &Line, at: usize) -> Option<(usize, &'static str)> {
    static UNITS: OnceLock<(HashMap<&'static str, &'static str>, usize)> = OnceLock::new();
    let units = UNITS.get_or_init(|| table(include_str!("../../../models/text/units.tsv")));
    longest(line.from(at), units)
}

/// Money with its currency before the number: $5, ￥13.5万, HKD13.
pub fn money(line: &Line, at: usize, output: &mut Output) -> Option<usize> {
    static CURRENCIES: OnceLock<(HashMap<&'static str, &'static str>, usize)> = OnceLock::new();
    if !matches!(line.kind(at), Some(Kind::Sign | Kind::Latin)) {
        return None;
    }
    let currencies =
        CURRENCIES.get_or_init(|| table(include_str!("../../../models/text/currencies.tsv")));
    let text = line.from(at);
    let ends = text
        .char_indices()
        .skip(1)
        .map(|(at, _)| at)
        .take(currencies.1);
    let (length, name) = ends
        .filter_map(|end| currencies.0.get(&text[..end]).map(|name| (end, *name)))
        .last()?;
    let start = line.skip_space(line.token_after(at, length));
    let figure = figure(line, start)?;
    let mut end = figure.end;
    output.word(line, start, end, &figure.said(), Manner::Cardinal);
    while line.any(end, "万亿千百") {
        output.part(line, end, end + 1, line.text(end), Manner::Cardinal);
        end += 1;
    }
    if !line.from(end).starts_with(name) {
        output.word(line, at, start, name, Manner::Plain);
    }
    Some(end)
}

/// Fractions: 1/2, 1 / 2.
pub fn fraction(line: &Line, at: usize, output: &mut Output) -> Option<usize> {
    let above = line.number(at)?;
    let slash = line.skip_space(at + 1);
    let below = line.skip_space(slash + 1);
    let spaced = (slash != at + 1) == (below != slash + 1);
    if !line.is(slash, "/")
        || !spaced
        || line
            .previous(at)
            .is_some_and(|c| c.is_ascii_alphabetic() || "./".contains(c))
    {
        return None;
    }
    let denominator = line.number(below).filter(|d| d.contains(|c| c != '0'))?;
    if line.is(below + 1, "/")
        || line.is(below + 1, ".") && line.number(below + 2).is_some()
        || line.kind(below + 1) == Some(Kind::Latin)
    {
        return None;
    }
    output.word(
        line,
        at,
        below + 1,
        &format!("{}分之{}", plain(denominator), plain(above)),
        Manner::Cardinal,
    );
    Some(below + 1)
}

fn plain(number: &str) -> String {
    cardinal(number).replace('两', "二")
}

/// Characters after a number that make 2 两.
const MEASURES: &str = "个只天年次位名条张种件本家台辆座栋幢棵朵匹头套双对副块片面根支枝架艘把杯瓶碗盘袋箱包盒瓣句段篇首份项起场轮局门届股户口人间层栋小分周星秒万亿千百米吨斤倍元岁顿趟遍阵处所笔课道题封部盏株";

/// A number with what may follow it: 35%, 12.5kg, 300w, 2个.
pub fn quantity(line: &Line, at: usize, output: &mut Output) -> Option<usize> {
    let figure = figure(line, at)?;
    let mut end = figure.end;
    let ordinal = line.previous(at) == Some('第');
    let spaced = line.skip_space(end);
    let mut said = figure.said();
    if let Some((length, name)) =
        unit(line, spaced).filter(|_| !ordinal && is_unit_context(line, at, spaced, end))
    {
        let after = line.token_after(spaced, length);
        if name.ends_with("之") {
            output.word(
                line,
                at,
                after,
                &format!("{name}{}", said.replace('两', "二").replace("二千", "两千")),
                Manner::Cardinal,
            );
            return Some(after);
        }
        if said == "二" {
            said = "两".into();
        }
        output.word(line, at, end, &said, Manner::Cardinal);
        output.word(line, spaced, after, name, Manner::Plain);
        return Some(after);
    }
    if let Some(percent) = shared_percent(line, end) {
        said = format!("{percent}{}", said.replace('两', "二"));
    }
    if said == "二"
        && !ordinal
        && line.any(end, MEASURES)
        && !line.from(end).starts_with("年级")
        && !line.from(end).starts_with("月")
    {
        said = "两".into();
    }
    let manner = if ordinal {
        Manner::Digits
    } else {
        Manner::Cardinal
    };
    output.word(line, at, end, &said, manner);
    while line.any(end, "万亿") {
        output.part(line, end, end + 1, line.text(end), manner);
        end += 1;
    }
    Some(end)
}

/// A single letter far from its number, or a model name, is no unit.
fn is_unit_context(line: &Line, at: usize, start: usize, end: usize) -> bool {
    let text = line.text(start);
    let lonely = start != end && text.len() == 1 && text.is_ascii();
    let model = line.previous(at).is_some_and(|c| c.is_ascii_alphabetic());
    !lonely && !model
}

/// In 10-20% the first number is a percentage too.
fn shared_percent(line: &Line, end: usize) -> Option<&'static str> {
    if !line.any(end, "-~–—至到") {
        return None;
    }
    let second = figure(line, end + 1)?;
    match line.text(second.end) {
        "%" => Some("百分之"),
        "‰" => Some("千分之"),
        _ => None,
    }
}
