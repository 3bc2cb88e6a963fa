//! Numbers with units, money, percentages and fractions.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::classes::{Class, Item};
use super::contexts::{begins, ends, longest as longest_word};
use super::number::{decimal, digits};
use super::tokens::{Kind, Line};
use crate::text::data::table;

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
    // `1,234` and `1 , 234`
    let even = |mark: usize| line.spaced(mark) == line.spaced(mark + 1);
    if whole.len() <= 3 && !whole.starts_with('0') {
        let mut grouped = whole.clone();
        let mut next = end;
        let group = |next: usize| {
            let group = line.number(next + 1)?;
            (line.any(next, ",") && group.len() == 3 && even(next)).then_some(group)
        };
        while let Some(group) = group(next) {
            grouped.push_str(group);
            next += 2;
        }
        if !(line.any(next, ",") && line.number(next + 1).is_some() && !line.spaced(next + 1)) {
            (whole, end) = (grouped, next);
        }
    }
    let mut fraction = None;
    let version = line.is(end + 2, ".") && line.number(end + 3).is_some();
    if let Some(digits) = line
        .number(end + 1)
        .filter(|_| line.is(end, ".") && !version && even(end))
    {
        end += 2;
        // 200.00元
        let round = digits == "00" && (line.is(end, "元") || at > 0 && line.any(at - 1, "$¥￥"));
        fraction = (!round).then(|| digits.to_string());
    }
    Some(Figure {
        whole,
        fraction,
        end,
    })
}

type Names = (HashMap<&'static str, &'static str>, usize);

fn names(file: &str) -> Names {
    let map: HashMap<_, _> = table(file)
        .filter_map(|row| Some((*row.first()?, *row.get(1)?)))
        .collect();
    let longest = map.keys().map(|key| key.chars().count()).max().unwrap_or(0);
    (map, longest)
}

/// The longest key of a table that the text starts with, not followed by a letter.
fn longest(text: &str, names: &Names) -> Option<(usize, &'static str)> {
    let ends = text
        .char_indices()
        .skip(1)
        .map(|(at, _)| at)
        .chain([text.len()])
        .take(names.1);
    ends.filter_map(|end| {
        let (key, after) = text.split_at_checked(end)?;
        let cut = key.ends_with(|c: char| c.is_ascii_alphanumeric())
            && after.starts_with(|c: char| c.is_ascii_alphanumeric());
        (!cut)
            .then(|| names.0.get(key).map(|said| (end, *said)))
            .flatten()
    })
    .last()
}

/// The unit that starts at a token: how many bytes, and how it is said.
pub fn unit(line: &Line, at: usize) -> Option<(usize, &'static str)> {
    static UNITS: OnceLock<Names> = OnceLock::new();
    let units = UNITS.get_or_init(|| names("units.tsv"));
    longest(line.from(at), units)
}

/// Money with its currency before the number: $5, ￥13.5万, HKD13.
pub fn money(line: &Line, at: usize) -> Option<Vec<Item>> {
    static CURRENCIES: OnceLock<Names> = OnceLock::new();
    if !matches!(line.kind(at), Some(Kind::Sign | Kind::Latin)) {
        return None;
    }
    let currencies = CURRENCIES.get_or_init(|| names("currencies.tsv"));
    let text = line.from(at);
    let ends = text
        .char_indices()
        .skip(1)
        .map(|(at, _)| at)
        .take(currencies.1);
    let (length, name) = ends
        .filter_map(|end| currencies.0.get(&text[..end]).map(|name| (end, *name)))
        .last()?;
    let start = line.token_after(at, length);
    let mut end = figure(line, start)?.end;
    while line.any(end, "万亿千百") {
        end += 1;
    }
    let said = line.from(end).starts_with(name);
    let name = if said { "" } else { name };
    let mut items = vec![Item::new(at, end, Class::Money(name))];
    if line.any(end, "-~–—至到") {
        let next = line.token_after(
            end + 1,
            if line.from(end + 1).starts_with(&text[..length]) {
                length
            } else {
                0
            },
        );
        if let Some(second) = figure(line, next).filter(|_| line.number(next).is_some()) {
            let mut last = second.end;
            while line.any(last, "万亿千百") {
                last += 1;
            }
            // 5到8美元: the name once, at the end
            let first = if name.is_empty() {
                items[0].class.clone()
            } else {
                Class::Money("")
            };
            items[0].class = first;
            items.push(Item::new(end, end + 1, Class::Said("到".into())));
            items.push(Item::new(next, last, Class::Money(name)));
        }
    }
    Some(items)
}

/// Fractions: 1/2, 1 / 2, 3½.
pub fn fraction(line: &Line, at: usize) -> Option<Vec<Item>> {
    if line.kind(at) == Some(Kind::Vulgar) {
        return Some(vec![Item::new(at, at + 1, Class::Mixed)]);
    }
    let above = line.number(at)?;
    if line.kind(at + 1) == Some(Kind::Vulgar) {
        return Some(vec![Item::new(at, at + 2, Class::Mixed)]);
    }
    let below = at + 2;
    let even = line.spaced(at + 1) == line.spaced(below);
    if !line.is(at + 1, "/")
        || !even
        || line
            .previous(at)
            .is_some_and(|c| c.is_ascii_alphabetic() || "./".contains(c))
    {
        return None;
    }
    let denominator = line.number(below).filter(|d| d.contains(|c| c != '0'))?;
    // 第3/10页
    if line.near(at) == Some('第')
        && let Some(unit) = line
            .text(below + 1)
            .chars()
            .next()
            .filter(|&c| "页章集题关轮步回期节讲课".contains(c))
    {
        return Some(vec![
            Item::new(at, at + 1, Class::Cardinal),
            Item::new(at + 1, at + 2, Class::Said(format!("{unit}共"))),
            Item::new(below, below + 1, Class::Cardinal),
        ]);
    }
    let pressure = super::contexts::lately(line.before(at), 8, "pressure")
        || line.from(below + 1).starts_with("mmHg");
    if pressure && above.len() >= 2 && denominator.len() >= 2 {
        let mut items = vec![
            Item::new(at, at + 1, Class::Cardinal),
            Item::new(at + 1, at + 2, Class::Said("比".into())),
        ];
        items.extend(quantity(line, below)?);
        return Some(items);
    }
    // 225/45 R18: width and height of a tyre
    if above.len() == 3 && line.text(below + 1).starts_with(['R', 'Z']) {
        return Some(vec![
            Item::new(at, at + 1, Class::Cardinal),
            Item::new(at + 1, at + 2, Class::Silent),
            Item::new(below, below + 1, Class::Cardinal),
        ]);
    }
    let longer = line.is(below + 1, "/")
        || line.is(below + 1, ".") && line.number(below + 2).is_some() && !line.spaced(below + 2)
        || line.kind(below + 1) == Some(Kind::Latin)
            && !line.spaced(below + 1)
            && line.previous(at) != Some('=');
    (!longer).then(|| vec![Item::new(at, below + 1, Class::Fraction)])
}

/// A number with what may follow it: 35%, 12.5kg, 300w, 2个.
pub fn quantity(line: &Line, at: usize) -> Option<Vec<Item>> {
    let figure = figure(line, at)?;
    let end = figure.end;
    let ordinal = line.near(at) == Some('第');
    if let Some((length, name)) =
        unit(line, end).filter(|&(length, _)| !ordinal && is_unit_context(line, at, end, length))
    {
        let after = line.token_after(end, length);
        if name.ends_with("之") {
            return Some(vec![Item::new(at, after, Class::Share(name))]);
        }
        // 年薪100W, 1W元
        let amount = name == "瓦"
            && (line.any(after, "元块") || super::contexts::lately(line.before(at), 5, "amount"));
        let name = if amount { "万" } else { name };
        let (after, rate) = rate(line, after);
        let item = Item::new(at, after, Class::Measure(format!("{name}{rate}")));
        let apart = at > 0 && line.spaced(at) && line.number(at - 1).is_some();
        let pause = apart.then(|| Item::new(at, at + 1, Class::Pause));
        return Some(pause.into_iter().chain([item]).collect());
    }
    if let Some(share) = shared_share(line, end) {
        return Some(vec![Item::new(at, end, Class::Share(share))]);
    }
    // DDR5 16GB
    let apart = at > 0 && line.spaced(at) && line.number(at - 1).is_some();
    let ratio = line.any(at.wrapping_sub(1), ":：") && at >= 2 && line.number(at - 2).is_some();
    let after = line.from(end);
    let minutes = line.any(end, "分秒") && line.near(at) == Some('点');
    let measured = begins(after, "measure") && !begins(after, "measure-not");
    let counted = measured && !(ordinal || ratio || minutes || line.is(end, "月"));
    // 2～3个, 2、3个
    let two = line.is(at, "2")
        && line.any(end, "-~–—～至到、或")
        && line.number(end + 1).is_some()
        && begins(line.from(end + 2), "measure")
        && !begins(line.from(end + 2), "measure-not");
    let after_letter = line.previous(at).is_some_and(|c| c.is_ascii_alphabetic());
    let counted = counted && !after_letter || two && !ordinal && !ratio;
    if two && counted && line.is(end, "、") && line.is(end + 1, "3") {
        return Some(vec![
            Item::new(at, end, Class::Count),
            Item::new(end, end + 1, Class::Silent),
        ]);
    }
    if let Some(items) = scientific(line, at, &figure) {
        return Some(items);
    }
    let class = match (ordinal, counted) {
        (true, _) => Class::Ordinal,
        (_, true) => Class::Count,
        _ => Class::Cardinal,
    };
    let mut last = end;
    while line.any(last, "万亿") {
        last += 1;
    }
    let mut items = vec![Item::new(at, last, class)];
    if apart {
        items.insert(0, Item::new(at, at + 1, Class::Pause));
    }
    if last == end
        && end == at + 1
        && figure.fraction.is_none()
        && line.is(end, "+")
        && is_plus(line, end)
    {
        items.push(Item::new(end, end + 1, Class::Said("加".into())));
    }
    Some(items)
}

/// 1.5e-3, 5e10
fn scientific(line: &Line, at: usize, figure: &Figure) -> Option<Vec<Item>> {
    let end = figure.end;
    let minus = line.is(end + 1, "-");
    let exponent = if minus { end + 2 } else { end + 1 };
    let sign = line.is(end, "e") || line.is(end, "E") && (minus || figure.fraction.is_some());
    let power = line.number(exponent).filter(|power| power.len() <= 3)?;
    if !sign || !line.glued(at..exponent + 1) {
        return None;
    }
    let minus = if minus { "负" } else { "" };
    let power = decimal(power, None);
    let said = format!("乘十的{minus}{power}次方");
    Some(vec![
        Item::new(at, end, Class::Cardinal),
        Item::new(end, exponent + 1, Class::Said(said)),
    ])
}

/// A unit without a number: 单位 m², kg/m³, 元/m².
pub fn lone_unit(line: &Line, at: usize) -> Option<Vec<Item>> {
    // 10^8m/s
    let powered = at > 1 && line.is(at - 2, "^");
    if line.previous(at).is_some_and(|c| c.is_ascii_alphanumeric()) && !powered {
        return None;
    }
    let (length, name) = unit(line, at)?;
    let key = &line.from(at)[..length];
    let compound = key.contains(['/', '²', '³', '·']) || key.len() > 1 && key.ends_with(['2', '3']);
    let after = line.token_after(at, length);
    let (end, rate) = rate(line, after);
    let clear =
        compound || !rate.is_empty() && (key.len() > 1 || line.kind(after + 1) == Some(Kind::Han));
    let whole = !matches!(line.kind(end), Some(Kind::Latin | Kind::Number)) || line.spaced(end);
    (clear && whole && !name.is_empty())
        .then(|| vec![Item::new(at, end, Class::Said(format!("{name}{rate}")))])
}

/// 6000+, with nothing to add behind it.
fn is_plus(line: &Line, at: usize) -> bool {
    !matches!(line.kind(at + 1), Some(Kind::Number | Kind::Latin))
        && !line.spaced(at)
        && !line.any(at + 1, "+=")
}

/// What a unit is divided by: the token after it, and how it is said.
pub fn rate(line: &Line, at: usize) -> (usize, String) {
    if !line.is(at, "/") {
        return (at, String::new());
    }
    // L/100km; 0℃/10℃ are two of a kind
    let whole = |number: &str| number.trim_end_matches('0') == "1" || number == "24";
    let (number, start) = match figure(line, at + 1) {
        Some(figure) if figure.fraction.is_none() && whole(&figure.whole) => {
            (figure.said(), figure.end)
        }
        Some(_) => return (at, String::new()),
        None => (String::new(), at + 1),
    };
    if let Some((length, name)) =
        unit(line, start).filter(|(_, name)| !name.ends_with(['之', '度']))
    {
        return (line.token_after(start, length), format!("每{number}{name}"));
    }
    match longest_word(line.from(start), "rate") {
        Some(name) => (
            line.token_after(start, name.len()),
            format!("每{number}{name}"),
        ),
        None => (at, String::new()),
    }
}

/// A single letter far from its number, or a model name, is no unit. `length`: bytes of the unit.
fn is_unit_context(line: &Line, at: usize, start: usize, length: usize) -> bool {
    let text = line.text(start);
    let lonely = line.spaced(start)
        && length == 1
        && text.len() == 1
        && text.is_ascii()
        && !text.starts_with('%')
        && !line.is(start + 1, "/");
    // 5A is a rank more often than a current.
    if length == 1 && text == "A" && !(line.before(start).contains("V/") || line.is(at + 1, ".")) {
        return false;
    }
    let letter = text.len() == 1 && text.starts_with(|c: char| c.is_ascii_alphabetic());
    let model = line.previous(at).is_some_and(|c| c.is_ascii_alphabetic());
    let named = ends(line.before(at), "code-before") && letter;
    !lonely && !model && !named
}

/// In 10-20% the first number is a percentage too.
fn shared_share(line: &Line, end: usize) -> Option<&'static str> {
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
