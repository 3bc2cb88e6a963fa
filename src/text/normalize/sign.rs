//! Signs between and before numbers, and signs with a name.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::date::is_contest;
use super::line::{Kind, Line, Output};
use super::quantity::unit;
use crate::text::characters::is_han;
use crate::text::data::rows;
use crate::text::steps::Manner;

fn named(sign: &str) -> Option<&'static str> {
    static SIGNS: OnceLock<HashMap<&'static str, &'static str>> = OnceLock::new();
    let table = || {
        rows(include_str!("../../../models/text/signs.tsv"))
            .filter_map(|row| Some((*row.first()?, *row.get(1)?)))
            .collect()
    };
    SIGNS.get_or_init(table).get(sign).copied()
}

/// Says a sign, or skips it where it is silent.
pub fn sign(line: &Line, at: usize, output: &mut Output) -> Option<usize> {
    if line.kind(at) != Some(Kind::Sign) {
        return None;
    }
    let next = line.skip_space(at + 1);
    let before = line.before(at).trim_end();
    let number_before = before.ends_with(|c: char| c.is_ascii_digit());
    let number_after = line.number(next).is_some();
    let letter_before = before.ends_with(|c: char| c.is_ascii_alphabetic());
    let operand_before = number_before || letter_before || before.ends_with([')', '）', '²', '³']);
    let operand_after =
        number_after || line.kind(next) == Some(Kind::Latin) || line.any(next, "(（-√π");
    let between = operand_before && operand_after;
    let said = match line.text(at) {
        "-" | "–" | "—" | "~" | "〜" | "～" => return hyphen(line, at, output),
        ":" if number_before && number_after && next == at + 1 => "比",
        "+" if between => "加",
        "+" if letter_before || before.ends_with('+') => "加",
        "/" if line.previous(at).is_some_and(|c| UNITS.contains(c))
            && unit(line, at + 1).is_some() =>
        {
            let (length, name) = unit(line, at + 1)?;
            return say(
                line,
                at,
                line.token_after(at + 1, length),
                &format!("每{name}"),
                output,
            );
        }
        "+" if number_after && !number_before => "正",
        "=" if between => "等于",
        "<" if line.is(at + 1, "=") && operand_before => {
            return say(line, at, at + 2, "小于等于", output);
        }
        ">" if line.is(at + 1, "=") && operand_before => {
            return say(line, at, at + 2, "大于等于", output);
        }
        "!" if line.is(at + 1, "=") && between_after(line, at + 2) && operand_before => {
            return say(line, at, at + 2, "不等于", output);
        }
        "<" if between => "小于",
        ">" if between => "大于",
        "*" if number_before && number_after => "乘",
        "/" if number_before && number_after => "比",
        "/" if unit_slash(line, at) => "每",
        "&" if operand_before || line.previous(at).is_some_and(is_han) => "和",
        "#" if number_before && before.ends_with(|c: char| c.is_ascii_digit()) => "号",
        "×" if !operand_before && !number_after => return None,
        text => named(text)?,
    };
    say(line, at, at + 1, said, output)
}

fn between_after(line: &Line, at: usize) -> bool {
    matches!(
        line.kind(line.skip_space(at)),
        Some(Kind::Number | Kind::Latin)
    )
}

const UNITS: &str = "元吨人天月年日次斤克米个亩升件台瓦秒分时块平车";

/// 元/吨, 人/天
fn unit_slash(line: &Line, at: usize) -> bool {
    line.previous(at).is_some_and(|c| UNITS.contains(c)) && line.any(at + 1, UNITS)
}

fn say(line: &Line, from: usize, to: usize, text: &str, output: &mut Output) -> Option<usize> {
    output.word(line, from, to, text, Manner::Plain);
    Some(to)
}

/// A hyphen is a range, a score, a minus, or silent.
fn hyphen(line: &Line, at: usize, output: &mut Output) -> Option<usize> {
    let Some(next) = line.number(at + 1) else {
        let joins = line.previous(at).is_some_and(|c| c.is_ascii_alphanumeric())
            && line.kind(at + 1) == Some(Kind::Latin);
        let bullet = line.before(at).trim().is_empty();
        return (line.is(at, "-") && (joins || bullet)).then_some(at + 1);
    };
    let previous = line.previous(at);
    if let Some(first) = at.checked_sub(1).and_then(|before| line.number(before)) {
        if at >= 2 && line.kind(at - 2) == Some(Kind::Latin) && next.len() >= 3 && line.is(at, "-")
        {
            return Some(at + 1);
        }
        let time = at >= 3 && line.is(at - 2, ":") || line.is(at + 2, ":");
        let score = line.is(at, "-") && !time && is_score(line, at, first, next);
        return say(line, at, at + 1, if score { "比" } else { "到" }, output);
    }
    let range = !line.is(at, "-") && previous.is_some() || after_quantity(line, at);
    match previous {
        _ if range => say(line, at, at + 1, "到", output),
        Some(c) if c.is_ascii_alphabetic() => Some(at + 1),
        _ if !line.is(at, "-") => None,
        _ if is_cold(line, at + 1) => say(line, at, at + 1, "零下", output),
        Some(c)
            if is_han(c)
                && !"为是达到至于了约在低从".contains(c)
                && !line.before(at).ends_with("计算")
                && !is_percentage(line, at + 1) =>
        {
            Some(at + 1)
        }
        _ => say(line, at, at + 1, "负", output),
    }
}

/// Whether a number with its unit stands before the token: 3月, 5kg, 10%, 20℃.
fn after_quantity(line: &Line, at: usize) -> bool {
    let before = line.before(at);
    let bare = before.trim_end_matches(|c: char| {
        c.is_ascii_alphabetic() || "²³°%‰年月日号时点分秒岁元米度级万亿".contains(c)
    });
    bare.len() < before.len() && bare.ends_with(|c: char| c.is_ascii_digit())
}

fn is_percentage(line: &Line, at: usize) -> bool {
    let rest = line
        .from(at)
        .trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    rest.starts_with(['%', '‰'])
}

fn is_cold(line: &Line, at: usize) -> bool {
    let rest = line
        .from(at)
        .trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    ["°", "℃", "度", "摄氏"]
        .iter()
        .any(|unit| rest.starts_with(unit))
}

fn is_score(line: &Line, at: usize, first: &str, second: &str) -> bool {
    let (Ok(left), Ok(right)) = (first.parse::<u32>(), second.parse::<u32>()) else {
        return false;
    };
    let counted = line.any(
        line.skip_space(at + 2),
        "年月日号个人岁%米元天次倍名级吨小时分秒度只万亿千百",
    );
    let before = line.before(at - 1);
    let after_han = before.ends_with(is_han)
        && !before.ends_with(['第', '约', '近', '每', '有', '为', '需', '在']);
    // 4-0 elsewhere in the sentence shows that its pairs of numbers are scores.
    let elsewhere = |token: usize| {
        let short = |token: usize| {
            line.number(token)
                .filter(|n| n.len() <= 2)?
                .parse::<u32>()
                .ok()
        };
        line.is(token + 1, "-")
            && short(token).is_some_and(|a| short(token + 2).is_some_and(|b| a > b))
    };
    let contest = is_contest(before) || (0..line.len()).any(elsewhere);
    left <= 200
        && right <= 200
        && !counted
        && (left > right || left == 0 || right == 0 || contest || after_han && line.len() == at + 2)
}
