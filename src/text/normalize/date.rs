//! Dates and times of day.

use super::line::{Kind, Line, Output};
use super::number::{cardinal, digits};
use crate::text::steps::Manner;

fn value(number: &str) -> u32 {
    number.parse().unwrap_or(u32::MAX)
}

fn is_year(number: &str) -> bool {
    number.len() == 4 && (1000..3000).contains(&value(number))
}

fn is_month(number: &str) -> bool {
    number.len() <= 2 && (1..=12).contains(&value(number))
}

fn is_day(number: &str) -> bool {
    number.len() <= 2 && (1..=31).contains(&value(number))
}

/// Dates such as 2025-09-28, 2012/3/4, 2008.08, 08/2008, 08-08, 1998年, 2934ad.
pub fn date(line: &Line, at: usize, output: &mut Output) -> Option<usize> {
    let first = line.number(at)?;
    let previous = line.previous(at);
    if previous.is_some_and(|c| c.is_ascii_alphabetic())
        && first.len() == 4
        && line.is(at + 1, "年")
    {
        return named(line, at, first, output);
    }
    if previous.is_some_and(|c| c.is_ascii_alphanumeric() || c == '.') {
        return None;
    }
    numeric(line, at, first, output).or_else(|| named(line, at, first, output))
}

fn numeric(line: &Line, at: usize, first: &str, output: &mut Output) -> Option<usize> {
    if !line.any(at + 1, "-/.") {
        return None;
    }
    let second = line.number(at + 2)?;
    let more = line.text(at + 3) == line.text(at + 1) && line.number(at + 4).is_some();
    let hyphenated = line.any(line.skip_space(at.wrapping_sub(1)), "-/") && at > 0;
    if more {
        let third = line.number(at + 4)?;
        if (is_year(first) && is_month(second) && is_day(third))
            && !(line.text(at + 5) == line.text(at + 1) && line.number(at + 6).is_some())
        {
            say(line, at, &digits(first), "年", output);
            say(line, at + 2, &cardinal(second), "月", output);
            say(line, at + 4, &cardinal(third), "日", output);
            return Some(at + 5);
        }
        return None;
    }
    let padded =
        |number: &str| number.len() == 2 && (number.starts_with('0') || !line.is(at + 1, "."));
    if is_year(first)
        && is_month(second)
        && (second.starts_with('0') || line.is(at + 1, "/"))
        && second.len() <= 2
        && !hyphenated
    {
        say(line, at, &digits(first), "年", output);
        say(line, at + 2, &cardinal(second), "月", output);
        return Some(at + 3);
    }
    if is_month(first) && padded(first) && is_year(second) && first.len() == 2 {
        say(line, at + 2, &digits(second), "年", output);
        say(line, at, &cardinal(first), "月", output);
        return Some(at + 3);
    }
    if first.starts_with('0')
        && is_month(first)
        && first.len() == 2
        && is_day(second)
        && second.len() == 2
    {
        say(line, at, &cardinal(first), "月", output);
        say(line, at + 2, &cardinal(second), "日", output);
        return Some(at + 3);
    }
    None
}

fn say(line: &Line, at: usize, number: &str, unit: &str, output: &mut Output) {
    output.word(line, at, at + 1, number, Manner::Digits);
    output.part(line, at, at + 1, unit, Manner::Plain);
}

/// A number before 年, 月, 日 or 号, or with an era after it.
fn named(line: &Line, at: usize, first: &str, output: &mut Output) -> Option<usize> {
    let era = line.skip_space(at + 1);
    let lower = line
        .from(era)
        .get(..4)
        .unwrap_or(line.from(era))
        .to_ascii_lowercase();
    if (3..=4).contains(&first.len())
        && (lower.starts_with("b.c.") || lower.starts_with("ad") || lower.starts_with("bc"))
    {
        let (name, end) = match lower.as_str() {
            "b.c." => ("公元前", line.token_after(era, 4)),
            _ if lower.starts_with("bc") && line.text(era).len() == 2 => ("公元前", era + 1),
            _ if lower.starts_with("ad") && line.text(era).len() == 2 => ("公元", era + 1),
            _ => return None,
        };
        output.word(line, at, end, name, Manner::Plain);
        output.word(line, at, end, &digits(first), Manner::Digits);
        output.part(line, at, end, "年", Manner::Plain);
        return Some(end);
    }
    let unit = line.text(at + 1);
    if is_year(first) && in_list_of_years(line, at) {
        output.word(line, at, at + 1, &digits(first), Manner::Digits);
        return Some(at + 1);
    }
    let said = match unit {
        "年" if reads_as_year(line, at, first) => digits(first),
        "月" if is_month(first) && !line.is(at + 2, "份") || unit == "月" && is_month(first) => {
            cardinal(first)
        }
        "日" | "号" if is_day(first) => cardinal(first),
        _ => return None,
    };
    output.word(line, at, at + 1, &said, Manner::Digits);
    let glyph = line.text(at + 1);
    output.part(line, at + 1, at + 2, glyph, Manner::Plain);
    Some(at + 2)
}

/// Characters after a number that show it is no year.
const COUNTED: &str =
    "个只名位次条张种件家台辆座人元块米斤吨天月级号多余来几万亿倍分点岁户亩股页字字款吨度";

/// A year without 年 of its own: 2000至2007年, 1993、1994年, 《…》(1928).
fn in_list_of_years(line: &Line, at: usize) -> bool {
    let bracketed = line.any(at + 1, ")）")
        && line.previous(at).is_some_and(|c| "(（".contains(c))
        && line
            .before(at)
            .trim_end_matches(['(', '（'])
            .ends_with(|c: char| !c.is_ascii_alphanumeric());
    let mut next = at;
    while line.any(next + 1, "至到或和与-~—–、及") && line.number(next + 2).is_some_and(is_year)
    {
        next += 2;
    }
    let recent = (1500..2100).contains(&value(line.text(at)));
    let start = line.before(at).trim().is_empty();
    let comma = line.any(at + 1, ",，") && (1900..2100).contains(&value(line.text(at)));
    let named =
        line.kind(at + 1) == Some(Kind::Han) && (2001..2040).contains(&value(line.text(at)));
    let heading = start && (comma || named && !line.any(at + 1, COUNTED));
    bracketed && recent || heading || next > at && line.is(next + 1, "年")
}

/// Whether a number before 年 names a year instead of counting years.
fn reads_as_year(line: &Line, at: usize, number: &str) -> bool {
    let before = line.before(at);
    let reign = ["民国", "昭和", "平成", "大正", "明治", "天文", "令和"]
        .iter()
        .any(|era| before.ends_with(era));
    let era = ["公元", "公元前", "西元", "西元前", "前"]
        .iter()
        .any(|era| before.ends_with(era));
    let dated = line.number(at + 2).is_some_and(is_month) && line.is(at + 3, "月");
    let counted = counts_years(line, at);
    match number.len() {
        4 => is_year(number) || era,
        3 => era || dated || !counted && !number.ends_with('0'),
        2 => dated || reign || number.starts_with('0') || number.starts_with('9') && !counted,
        _ => false,
    }
}

/// Whether the words beside a number of years tell how long something took.
fn counts_years(line: &Line, at: usize) -> bool {
    let before = line.before(at);
    let after = line.from(at + 2);
    let long = [
        "近", "约", "了", "长达", "达", "每", "满", "第", "过", "有", "共", "经", "历时", "超",
        "余", "多", "已", "这",
    ];
    let lasting = [
        "代", "后", "前", "来", "内", "间", "多", "的", "以", "之", "历史", "时间", "时光", "左右",
        "期", "余",
    ];
    long.iter().any(|word| before.ends_with(word))
        || lasting.iter().any(|word| after.starts_with(word))
}

/// Times of day: 12:30, 14:05:09, 8:00 a.m.
pub fn time(line: &Line, at: usize, output: &mut Output) -> Option<usize> {
    let hour = line.number(at)?;
    if !line.is(at + 1, ":") || hour.len() > 2 || value(hour) > 24 || line.previous(at) == Some(':')
    {
        return None;
    }
    let minute = line
        .number(at + 2)
        .filter(|m| m.len() == 2 && value(m) < 60)?;
    if is_contest(line.before(at)) {
        return None;
    }
    let second = line
        .is(at + 3, ":")
        .then(|| line.number(at + 4))
        .flatten()
        .filter(|s| s.len() == 2 && value(s) < 60);
    let mut end = if second.is_some() { at + 5 } else { at + 3 };
    let half = line.skip_space(end);
    let lower = line
        .from(half)
        .get(..4)
        .unwrap_or(line.from(half))
        .to_ascii_lowercase();
    for (mark, name) in [
        ("a.m.", "上午"),
        ("p.m.", "下午"),
        ("am", "上午"),
        ("pm", "下午"),
    ] {
        if lower.starts_with(mark) && (mark.len() == 4 || line.text(half).len() == 2) {
            end = line.token_after(half, mark.len());
            output.word(line, half, end, name, Manner::Plain);
            break;
        }
    }
    output.word(
        line,
        at,
        at + 1,
        &cardinal(hour).replace("二", if value(hour) == 2 { "两" } else { "二" }),
        Manner::Digits,
    );
    output.part(line, at, at + 1, "点", Manner::Plain);
    if value(minute) > 0 || second.is_some() {
        output.word(line, at + 2, at + 3, &padded(minute), Manner::Digits);
        output.part(line, at + 2, at + 3, "分", Manner::Plain);
    }
    if let Some(second) = second {
        output.word(line, at + 4, at + 5, &padded(second), Manner::Digits);
        output.part(line, at + 4, at + 5, "秒", Manner::Plain);
    }
    Some(end)
}

fn padded(number: &str) -> String {
    let zero = if number.starts_with('0') && value(number) > 0 {
        "零"
    } else {
        ""
    };
    format!("{zero}{}", cardinal(number))
}

/// Whether the text before two numbers speaks of a contest.
pub fn is_contest(before: &str) -> bool {
    let near: String = before
        .chars()
        .rev()
        .take(12)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    [
        "比分", "胜", "负", "战", "赢", "输", "击败", "平", "领先", "落后", "扳", "逆转", "球",
    ]
    .iter()
    .any(|word| near.contains(word))
}
