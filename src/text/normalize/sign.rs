//! Signs between and before numbers, and signs with a name.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::classes::{Class, Item};
use super::contexts::{begins, ends, lately, longest, soon};
use super::quantity::{figure, rate, unit};
use super::tokens::{Kind, Line};
use crate::text::characters::is_han;
use crate::text::data::table;

fn named(sign: &str) -> Option<&'static str> {
    static SIGNS: OnceLock<HashMap<&'static str, &'static str>> = OnceLock::new();
    let signs = || {
        table("signs.tsv")
            .filter_map(|row| Some((*row.first()?, *row.get(1)?)))
            .collect()
    };
    SIGNS.get_or_init(signs).get(sign).copied()
}

/// What stands on both sides of a sign.
struct Sides {
    number_before: bool,
    letter_before: bool,
    number_after: bool,
    operand_before: bool,
    operand_after: bool,
    han_before: bool,
    han_after: bool,
}

impl Sides {
    fn of(line: &Line, at: usize) -> Self {
        let before = line.before(at);
        let number_before = before.ends_with(|c: char| c.is_ascii_digit());
        let letter_before = before.ends_with(|c: char| c.is_ascii_alphabetic());
        let number_after = line.number(at + 1).is_some();
        let script = before.ends_with(|c: char| super::tokens::stands_apart(c));
        Self {
            number_before,
            letter_before,
            number_after,
            operand_before: number_before
                || letter_before
                || script
                || before.ends_with([')', '）', '%', '∞'])
                || before.ends_with(|c: char| ('α'..='ω').contains(&c)),
            operand_after: number_after
                || line.kind(at + 1) == Some(Kind::Latin)
                || line.any(at + 1, "(（-−√π∞±|")
                || line
                    .from(at + 1)
                    .starts_with(|c: char| ('Α'..='ω').contains(&c)),
            han_before: before.ends_with(is_han),
            han_after: line.kind(at + 1) == Some(Kind::Han),
        }
    }

    fn between(&self) -> bool {
        self.operand_before && self.operand_after
    }

    fn between_words(&self) -> bool {
        self.han_before && self.han_after
    }
}

/// Says a sign, or skips it where it is silent.
pub fn sign(line: &Line, at: usize) -> Option<Vec<Item>> {
    if line.kind(at) != Some(Kind::Sign) {
        return None;
    }
    if let Some(items) = by_name(line, at) {
        return Some(items);
    }
    let sides = Sides::of(line, at);
    let between = sides.between();
    let next = |offset: usize| line.text(at + offset);
    let said = |to: usize, text: &str| Some(vec![Item::new(at, to, Class::Said(text.into()))]);
    let one = |text: &str| said(at + 1, text);
    let glued = line.glued(at..at + 2);
    let words = sides.between_words();
    let bounds = sides.han_before || line.near(at).is_none_or(|c| "，、；：（(".contains(c));
    match line.text(at) {
        "-" | "−" if words && in_formula(line, at) => one("减"),
        "-" | "–" | "—" | "~" | "〜" | "～" | "‐" | "‑" | "―" => hyphen(line, at),
        "−" => minus(line, at, &sides),
        "°" | "℃" | "℉" => one(named(line.text(at))?),
        ":" | "：" | "∶" if is_port(line, at) => one("冒号"),
        ":" | "：" | "∶"
            if sides.number_before
                && sides.number_after
                && !line.spaced(at + 1)
                && !is_label(line, at) =>
        {
            one("比")
        }
        "=" if glued && next(1) == "=" => {
            let end = if next(2) == "=" { at + 3 } else { at + 2 };
            if sides.operand_before {
                said(end, "等于")
            } else {
                silent(at, end)
            }
        }
        "<" if glued && next(1) == "=" && sides.operand_before => said(at + 2, "小于等于"),
        ">" if glued && next(1) == "=" && sides.operand_before => said(at + 2, "大于等于"),
        "!" if glued && next(1) == "=" && sides.operand_before => said(at + 2, "不等于"),
        "=" if glued && next(1) == ">" => said(at + 2, "到"),
        "+" if sides.letter_before && glued && next(1) == "+" => {
            let mut end = at + 1;
            while line.is(end, "+") {
                end += 1;
            }
            said(end, &"加".repeat(end - at))
        }
        "+" if between || words => one("加"),
        "+" if !line.spaced(at) && (sides.letter_before || sides.han_before) => one("加"),
        "+" if sides.number_after && !sides.number_before => one("正"),
        "↑" | "↓" if !sides.number_after => None,
        "△" if line.kind(at + 1) == Some(Kind::Latin) => one("三角形"),
        "△" => None,
        "/" => slash(line, at, &sides),
        "=" if between
            || words
            || sides.han_before && sides.operand_after
            || sides.operand_before && sides.han_after =>
        {
            one("等于")
        }
        // 首页 > 新闻
        ">" | "›" | "»" if words && line.spaced(at) && line.spaced(at + 1) => {
            Some(vec![Item::new(at, at + 1, Class::Pause)])
        }
        "<" if sides.number_after && (between || bounds) => one("小于"),
        ">" if sides.number_after && (between || bounds) => one("大于"),
        "<" if between => one("小于"),
        ">" if between => one("大于"),
        "*" if sides.number_before && sides.number_after => one("乘"),
        "&" if sides.operand_before || sides.han_before => one("和"),
        "#" if line.previous(at).is_some_and(|c| c.is_ascii_digit()) => {
            let key = line.kind(at + 1) != Some(Kind::Han);
            one(if key { "井" } else { "号" })
        }
        "#" if line.previous(at) == Some('C') || line.previous(at) == Some('F') => one("井"),
        "@" if line.previous(at).is_some_and(|c| c.is_ascii_alphanumeric()) => one("艾特"),
        "." if glued
            && line.previous(at).is_some_and(is_han)
            && super::web::is_extension(line.text(at + 1)) =>
        {
            one("点")
        }
        // .NET
        "." if glued
            && line.kind(at + 1) == Some(Kind::Latin)
            && line.previous(at).is_some_and(|c| " ，、（(“".contains(c)) =>
        {
            one("点")
        }
        "×" if words && in_formula(line, at) => one("乘"),
        "×" if !sides.operand_before && !sides.number_after => None,
        "%" if !sides.number_before => one("百分号"),
        text => one(named(text)?),
    }
}

/// Whether words, numbers and signs of arithmetic lead from a sign to one of equality: 体积=长×宽.
fn in_formula(line: &Line, at: usize) -> bool {
    let within = |token: &usize| {
        matches!(line.kind(*token), Some(Kind::Han | Kind::Number)) || line.any(*token, "+-−×÷=")
    };
    let behind = (at..line.len()).take_while(within);
    let before = (0..at).rev().take_while(within);
    behind.chain(before).any(|token| line.is(token, "="))
}

/// The name of a mark that is said by it; the mark stays, for its pause and its mood.
fn by_name(line: &Line, at: usize) -> Option<Vec<Item>> {
    let mark = line.text(at);
    let said = |name: &str| Item::new(at, at + 1, Class::Said(name.into()));
    let keep = Item::new(at, at + 1, Class::Keep);
    let quote = match mark {
        "“" | "「" | "『" => Some(("左引号", true)),
        "”" | "」" | "』" => Some(("右引号", false)),
        "《" | "〈" => Some(("左书名号", true)),
        "》" | "〉" => Some(("右书名号", false)),
        _ => None,
    };
    if let Some((name, opens)) = quote.filter(|_| line.symbols.quotes) {
        return Some(match opens {
            true => vec![said(name), keep],
            false => vec![keep, said(name)],
        });
    }
    let name = match mark {
        "~" | "〜" | "～" if line.kind(at + 1).is_none_or(|kind| kind == Kind::Sign) => "波浪号",
        "★" | "☆" => "五角星",
        "●" | "○" | "•" | "◦" => "圆点",
        "■" | "□" | "▪" => "方块",
        "◆" | "◇" => "菱形",
        "▲" | "△" | "▼" | "►" | "▶" => "三角",
        "※" => "注意号",
        "✓" | "✔" | "☑" => "对号",
        "✗" | "✘" | "☒" => "叉号",
        _ => return None,
    };
    line.symbols.decoration.then(|| vec![said(name)])
}

fn silent(from: usize, to: usize) -> Option<Vec<Item>> {
    Some(vec![Item::new(from, to, Class::Silent)])
}

/// 元/吨, 次 / 分, 3/4 of something else, 语文/数学.
fn slash(line: &Line, at: usize, sides: &Sides) -> Option<Vec<Item>> {
    let said = |to, text: String| Some(vec![Item::new(at, to, Class::Said(text))]);
    let times = |c: char| "年月日时分秒周".contains(c);
    let date = line.near(at).is_some_and(times) && line.text(at + 1).starts_with(times);
    let power = line
        .before(at)
        .ends_with(|c: char| super::tokens::plain(&c.to_string()) != c.to_string())
        || at >= 2 && line.is(at - 2, "^");
    let rated = ends(line.before(at), "rate") && !date || power;
    let (end, name) = rate(line, at);
    let latin = unit(line, at + 1).is_some() && line.kind(at + 1) == Some(Kind::Latin);
    let after_number = line
        .before(at)
        .trim_end_matches(|c: char| is_han(c))
        .ends_with(|c: char| c.is_ascii_digit());
    let squared = unit(line, at + 1).is_some_and(|(length, _)| length > 1);
    if rated && !name.is_empty() && (!latin || after_number || power || squared) {
        return said(end, name);
    }
    if sides.number_before && sides.number_after {
        return said(at + 1, "比".into());
    }
    let single =
        |token: usize| line.kind(token) == Some(Kind::Latin) && line.text(token).len() == 1;
    if at > 0 && single(at - 1) && single(at + 1) && is_formula(line, at) {
        return said(at + 1, "除以".into());
    }
    if line.near(at).is_some_and(is_han) && line.kind(at + 1) == Some(Kind::Han) {
        return Some(vec![Item::new(at, at + 1, Class::Pause)]);
    }
    silent(at, at + 1)
}

/// 127.0.0.1:8080
fn is_port(line: &Line, at: usize) -> bool {
    let host = line.before(at);
    let bare = host.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    host[bare.len()..].matches('.').count() == 3 && line.number(at + 1).is_some()
}

/// PM2.5：52.0, a label and its value.
fn is_label(line: &Line, at: usize) -> bool {
    let bare = line
        .before(at)
        .trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    bare.ends_with(|c: char| c.is_ascii_alphabetic())
}

/// The sign U+2212 is always a minus.
fn minus(line: &Line, at: usize, sides: &Sides) -> Option<Vec<Item>> {
    let text = match sides.operand_before {
        true if sides.operand_after => "减",
        true => return silent(at, at + 1),
        false if is_cold(line, at + 1) => "零下",
        false if sides.operand_after => "负",
        false => return silent(at, at + 1),
    };
    Some(vec![Item::new(at, at + 1, Class::Said(text.into()))])
}

/// A hyphen is a range, a score, a minus, a pause, or silent.
fn hyphen(line: &Line, at: usize) -> Option<Vec<Item>> {
    let said = |text: &str| Some(vec![Item::new(at, at + 1, Class::Said(text.into()))]);
    let wave = line.any(at, "~〜～");
    if line.is(at, "-") && is_formula(line, at) {
        let sides = Sides::of(line, at);
        let operand = sides.operand_before && !line.any(at.wrapping_sub(1), "=<>≤≥≠");
        return said(if operand { "减" } else { "负" });
    }
    let Some(next) = line.number(at + 1) else {
        return without_number(line, at, wave);
    };
    let first = at.checked_sub(1).and_then(|before| line.number(before));
    if let Some(first) = first {
        if at >= 2
            && line.kind(at - 2) == Some(Kind::Latin)
            && !line.spaced(at - 1)
            && (next.len() >= 3 || next.len() == 1 && is_marker(line.text(at - 2)))
            && line.is(at, "-")
        {
            return silent(at, at + 1);
        }
        let door = next.len() >= 3 && lately(line.before(at - 1), 4, "door-before");
        if line.is(at, "-") && (door || ends(line.before(at - 1), "figure-before")) {
            return said("杠");
        }
        // 满300-50
        if line.is(at, "-") && line.before(at - 1).ends_with('满') {
            return said("减");
        }
        let time = at >= 3 && line.is(at - 2, ":") || line.is(at + 2, ":");
        let score = line.is(at, "-") && !time && is_score(line, at, first, next);
        return said(if score { "比" } else { "到" });
    }
    let previous = line.previous(at);
    let quantity = ends_in_quantity(line, at);
    if quantity && (wave || !line.spaced(at) || line.spaced(at + 1)) {
        return said("到");
    }
    match previous {
        _ if wave => said("到").filter(|_| line.near(at).is_some_and(|c| c.is_alphanumeric())),
        _ if is_cold(line, at + 1) => said("零下"),
        Some(c) if c.is_ascii_alphabetic() => silent(at, at + 1),
        Some(c) if is_han(c) && line.any(at, "–—―") => {
            Some(vec![Item::new(at, at + 1, Class::Pause)])
        }
        Some(c)
            if is_han(c)
                && !ends(line.before(at), "minus-before")
                && !line.before(at).ends_with("计算")
                && !is_percentage(line, at + 1)
                && !line.from(at + 1).starts_with("0.") =>
        {
            silent(at, at + 1)
        }
        _ if !line.any(at, "-") => None,
        _ => said("负"),
    }
}

/// 5-3=2, a²-b², x=-b/a: whether a sign of comparison stands in the formula around a token.
fn is_formula(line: &Line, at: usize) -> bool {
    let part = |token: usize| match line.kind(token) {
        Some(Kind::Number | Kind::Super | Kind::Sub) => true,
        Some(Kind::Latin) => line.text(token).len() <= 2,
        _ => line.any(token, ".+-−×÷*/^_()（）=<>≤≥≠"),
    };
    let start = (0..at)
        .rev()
        .take_while(|&token| part(token))
        .last()
        .unwrap_or(at);
    let end = (at + 1..line.len()).take_while(|&token| part(token)).last();
    (start..=end.unwrap_or(at)).any(|token| line.any(token, "=<>≤≥≠"))
}

/// CA19-9: capitals with digits, as substances and models have them.
fn is_marker(name: &str) -> bool {
    name.len() >= 2 && name.chars().all(|c| c.is_ascii_uppercase())
}

fn without_number(line: &Line, at: usize, wave: bool) -> Option<Vec<Item>> {
    let pause = || Some(vec![Item::new(at, at + 1, Class::Pause)]);
    if wave {
        // 周一~周五
        let paired = line.before(at).chars().rev().nth(1);
        let same = paired.is_some_and(|c| is_han(c) && line.from(at + 1).starts_with(c));
        return match same {
            true => Some(vec![Item::new(at, at + 1, Class::Said("到".into()))]),
            false => pause(),
        };
    }
    if line.any(at, "—―–") {
        // the mark itself is a pause
        return if line.is(at, "―") {
            silent(at, at + 1)
        } else {
            None
        };
    }
    if line.is(at + 1, ">") && line.glued(at..at + 2) {
        return Some(vec![Item::new(at, at + 2, Class::Said("到".into()))]);
    }
    let date = ends_in_quantity(line, at) && line.kind(at + 1) == Some(Kind::Han);
    let names = line.near(at).is_some_and(is_han) && line.kind(at + 1) == Some(Kind::Han);
    match date && !names {
        true => pause(),
        false if names && line.spaced(at) && line.spaced(at + 1) => pause(),
        false => silent(at, at + 1),
    }
}

/// Whether a number with its unit stands before the token: 3月, 5kg, 10%, 20℃.
fn ends_in_quantity(line: &Line, at: usize) -> bool {
    let before = line.before(at);
    let latin = before.trim_end_matches(|c: char| c.is_ascii_alphabetic() || "²³°μΩ".contains(c));
    if latin.len() < before.len() && latin.ends_with(|c: char| c.is_ascii_digit()) {
        return true;
    }
    let sign = before.char_indices().rev().take(3).find(|(start, _)| {
        longest(&before[*start..], "quantity-sign")
            .is_some_and(|sign| start + sign.len() == before.len())
            && before[..*start]
                .trim_end()
                .ends_with(|c: char| c.is_ascii_digit())
    });
    sign.is_some()
}

fn is_percentage(line: &Line, at: usize) -> bool {
    figure(line, at).is_some_and(|figure| line.any(figure.end, "%‰"))
}

/// Whether the number at a token is a temperature.
pub fn is_cold(line: &Line, at: usize) -> bool {
    let cold = |at: usize| {
        let figure = figure(line, at)?;
        begins(line.from(figure.end), "cold").then_some(())
    };
    // -3~8℃
    let range = |at: usize| {
        let end = figure(line, at)?.end;
        let second = if line.is(end + 1, "-") {
            end + 2
        } else {
            end + 1
        };
        line.any(end, "-~〜～–—到至")
            .then(|| cold(second))
            .flatten()
    };
    cold(at).or_else(|| range(at)).is_some()
}

/// Whether the text around two numbers speaks of a contest.
pub fn is_contest(line: &Line, at: usize) -> bool {
    lately(line.before(at), 12, "sport")
}

fn is_score(line: &Line, at: usize, first: &str, second: &str) -> bool {
    let (Ok(left), Ok(right)) = (first.parse::<u32>(), second.parse::<u32>()) else {
        return false;
    };
    let decimal =
        line.is(at + 2, ".") && line.number(at + 3).is_some() || at >= 2 && line.is(at - 2, ".");
    let counted = begins(line.from(at + 2), "quantity-sign")
        || begins(line.from(at + 2), "counted")
        || line.kind(at + 2) == Some(Kind::Latin) && !line.spaced(at + 2);
    if left > 200 || right > 200 || counted || decimal || line.spaced(at) && line.spaced(at + 1) {
        return false;
    }
    // 4-0 elsewhere in the sentence shows that its pairs of numbers are scores.
    let elsewhere = |token: usize| {
        let short = |token: usize| {
            let number = line.number(token).filter(|n| n.len() <= 2)?;
            number.parse::<u32>().ok()
        };
        line.is(token + 1, "-")
            && !line.is(token + 3, "-")
            && short(token).is_some_and(|a| short(token + 2).is_some_and(|b| a > b))
    };
    let before = line.before(at - 1);
    let after_han = before.ends_with(is_han)
        && !before.ends_with(['第', '约', '近', '每', '有', '为', '需', '在']);
    let nearby = at.saturating_sub(40)..line.len().min(at + 40);
    let contest = is_contest(line, at)
        || soon(line.from(at + 2), 6, "sport-after")
        || nearby.clone().any(elsewhere);
    left > right || left == 0 || right == 0 || contest || after_han && line.len() == at + 2
}
