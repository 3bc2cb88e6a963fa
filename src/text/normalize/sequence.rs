//! Numbers read digit by digit: telephones, identifiers, models, versions.

use super::line::{Kind, Line, Output};
use super::number::{cardinal, digits, digits_yao, roman};
use super::quantity::figure;
use crate::text::characters::is_han;
use crate::text::steps::Manner;

/// Words before a number that is dialled or typed.
const DIALLED: [&str; 24] = [
    "电话", "手机", "热线", "拨打", "致电", "尾号", "号码", "密码", "邮编", "账号", "卡号", "学号",
    "工号", "证号", "单号", "编号", "房间", "传真", "微信", "给", "QQ", "号", "转", "群",
];

/// Telephone numbers and numbers that follow a word such as 尾号.
pub fn telephone(line: &Line, at: usize, output: &mut Output) -> Option<usize> {
    if line.is(at, "+")
        && line.number(at + 1).is_some_and(|n| n.len() <= 3)
        && !line.previous(at).is_some_and(|c| c.is_ascii_alphanumeric())
    {
        let next = line.skip_space(at + 2);
        let next = if line.is(next, "-") { next + 1 } else { next };
        if line.number(next).is_some_and(|n| n.len() >= 7) {
            output.word(line, at, at + 2, &digits(line.text(at + 1)), Manner::Digits);
            output.word(
                line,
                next,
                next + 1,
                &digits_yao(line.text(next)),
                Manner::Digits,
            );
            return Some(next + 1);
        }
    }
    let first = line.number(at)?;
    if line
        .previous(at)
        .is_some_and(|c| c.is_ascii_alphanumeric() || c == '.')
    {
        return None;
    }
    let mobile = first.len() == 11
        && first.starts_with('1')
        && !first.starts_with("10")
        && !first.ends_with("0000");
    let mut end = at + 1;
    while line.any(end, "-") && line.number(end + 1).is_some() {
        end += 2;
    }
    let groups: Vec<&str> = (at..end).step_by(2).map(|t| line.text(t)).collect();
    let landline = match groups.as_slice() {
        [area, number] => {
            area.starts_with('0') && area.len() <= 4 && area.len() >= 3 && number.len() >= 7
        }
        [_, _, _, ..] => true,
        _ => false,
    };
    let before = line
        .before(at)
        .trim_end_matches([':', ' ', '是', '为', '“', '"', '(', '（', '：']);
    let number = first.len() >= 3
        && groups.len() == 1
        && DIALLED.iter().any(|word| before.ends_with(word))
        && !line.any(end, ".,")
        && line.kind(line.skip_space(end)) != Some(Kind::Latin)
        && !line.any(end, "元个次年人台部条块万亿%");
    if !(mobile || landline || number) {
        return None;
    }
    for token in (at..end).step_by(2) {
        output.word(
            line,
            token,
            token + 1,
            &digits_yao(line.text(token)),
            Manner::Digits,
        );
    }
    Some(end)
}

/// Models, versions, Roman numerals, numbers with leading zeros and very long ones.
pub fn sequence(line: &Line, at: usize, output: &mut Output) -> Option<usize> {
    if line.kind(at) == Some(Kind::Latin) {
        return numeral(line, at, output);
    }
    let number = line.number(at)?;
    let previous = line.previous(at);
    let after_letter = previous.is_some_and(|c| c.is_ascii_alphabetic())
        || previous == Some('-')
            && line
                .before(at)
                .trim_end_matches('-')
                .ends_with(|c: char| c.is_ascii_alphabetic());
    let dotted = line.is(at + 1, ".") && line.number(at + 2).is_some();
    let version = dotted && line.is(at + 3, ".") && line.number(at + 4).is_some();
    if version || after_letter && dotted {
        let mut end = at;
        loop {
            let said = if line.text(end).len() > 2 {
                digits_yao(line.text(end))
            } else {
                cardinal_or_digits(line.text(end))
            };
            output.word(line, end, end + 1, &said, Manner::Digits);
            end += 1;
            if !(line.is(end, ".") && line.number(end + 1).is_some()) {
                return Some(end);
            }
            output.part(line, end, end + 1, "点", Manner::Digits);
            end += 1;
        }
    }
    if line.any(at + 1, ".,") && figure(line, at).is_some_and(|figure| figure.end > at + 1) {
        return None;
    }
    let before_letter = previous != Some('第')
        && line.kind(at + 1) == Some(Kind::Latin)
        && line.text(at + 1).len() <= 2
        && number.len() >= 3
        && line.text(at + 1).chars().all(|c| c.is_ascii_uppercase())
        && !matches!(line.text(at + 1), "GB" | "MB" | "TB" | "KB");
    let padded =
        number.len() > 1 && number.starts_with('0') && !line.any(line.skip_space(at + 1), "%‰");
    let long = previous != Some('第')
        && (number.len() == 8 || number.len() > 10)
        && !number.ends_with("000")
        && line.kind(at + 1) != Some(Kind::Han);
    let called = is_name(line, at, number);
    let model = after_letter && number.len() >= 3 && !number.ends_with("00");
    if !(padded || long || called || model || before_letter) {
        return None;
    }
    let said = if model || before_letter {
        digits_yao(number)
    } else {
        digits(number)
    };
    output.word(line, at, at + 1, &said, Manner::Digits);
    Some(at + 1)
}

/// Numbers known by their digits.
const CALLED: [&str; 16] = [
    "985", "618", "211", "110", "119", "114", "911", "996", "315", "12306", "12315", "12345",
    "12333", "10086", "10010", "95588",
];

/// A number that names something: bus 128, a flight, an asteroid, a house in a street.
fn is_name(line: &Line, at: usize, number: &str) -> bool {
    let (before, after) = (line.before(at), line.from(at + 1));
    let house = number.len() >= 4
        && after.starts_with('号')
        && before.ends_with(['路', '街', '道', '巷', '弄']);
    let known =
        CALLED.contains(&number) && !line.any(at + 1, "个米元人年岁次天分块条名位吨克万亿%.:");
    let born = number.len() == 2
        && number.ends_with(['0', '5'])
        && after.starts_with('后')
        && !after.starts_with("后面")
        && !before.ends_with(is_han);
    if born {
        return true;
    }
    if number.len() < 3 || before.ends_with('第') {
        return false;
    }
    known
        || [
            "室",
            "房间",
            "包间",
            "路",
            "型",
            "团",
            "号航班",
            "次航班",
            "次列车",
            "航班",
        ]
        .iter()
        .any(|word| after.starts_with(word))
            && !after.starts_with("路人")
        || ["小行星", "航班", "航班号", "车次"]
            .iter()
            .any(|word| before.ends_with(word))
        || house
}

fn cardinal_or_digits(number: &str) -> String {
    if number.starts_with('0') {
        digits(number)
    } else {
        cardinal(number)
    }
}

/// Roman numerals beside Chinese characters, such as 第II章.
fn numeral(line: &Line, at: usize, output: &mut Output) -> Option<usize> {
    let text = line.text(at);
    let ordinal = line.previous(at) == Some('第');
    let beside =
        ordinal || line.previous(at).is_none_or(is_han) && line.kind(at + 1) == Some(Kind::Han);
    let clear = text.len() >= 2
        && text.chars().all(|c| "IVX".contains(c))
        && text.contains('I')
        && text != "VI";
    let value = roman(text).filter(|_| beside && (clear || ordinal))?;
    output.word(
        line,
        at,
        at + 1,
        &cardinal(&value.to_string()),
        Manner::Digits,
    );
    Some(at + 1)
}
