//! Numbers known by their digits: telephones, codes, models, versions; and the marks of lists.

use super::classes::{Class, Item};
use super::contexts::{begins, ends, lately};
use super::date::is_year;
use super::number::roman;
use super::quantity::figure;
use super::tokens::{Kind, Line, circled, roman as numeral_sign};
use crate::text::characters::is_han;

/// The mark of a list at the start of a sentence: `1. `, `2)`, `3、`, `- `, `①`.
pub fn list_mark(line: &Line, at: usize) -> Option<Vec<Item>> {
    if at > 0 {
        return next_mark(line, at);
    }
    if let Some(number) = line.number(0) {
        let dot = line.is(1, ".")
            && line.len() > 2
            && (line.spaced(2) || line.kind(2) == Some(Kind::Han));
        let bracket = line.any(1, ")）") && line.len() > 2;
        return (number.len() <= 3 && (dot || bracket || line.is(1, "、"))).then(|| {
            vec![
                Item::new(0, 1, Class::Ordinal),
                Item::new(1, 2, Class::Pause),
            ]
        });
    }
    if line.kind(0) == Some(Kind::Circled) && line.len() > 1 {
        let value = line.text(0).chars().next().and_then(circled)?;
        return Some(vec![
            Item::new(0, 1, Class::Single(value)),
            Item::new(0, 1, Class::Pause),
        ]);
    }
    let bullet = !line.symbols.decoration
        && line.any(0, "-*+•·▪◦●○■□◆◇★☆※►▶✓✔☑")
        && line.len() > 1
        && line.spaced(1);
    let below_zero = line.is(0, "-") && line.number(1).is_some() && super::sign::is_cold(line, 1);
    (bullet && !below_zero).then(|| vec![Item::new(0, 1, Class::Silent)])
}

/// The mark of a further entry on the same line, where the entry before it stands: `1.苹果 2.香蕉`.
fn next_mark(line: &Line, at: usize) -> Option<Vec<Item>> {
    let number = line.number(at).filter(|number| number.len() <= 2)?;
    let before = number.parse::<usize>().ok()?.checked_sub(1)?.to_string();
    let mark = line.text(at + 1);
    let listed = |token: usize| line.is(token, &before) && line.is(token + 1, mark);
    let stands = line.any(at + 1, ".、)）") && line.kind(at + 2) == Some(Kind::Han);
    (stands && line.spaced(at) && (0..at).any(listed)).then(|| {
        vec![
            Item::new(at, at + 1, Class::Pause),
            Item::new(at, at + 1, Class::Ordinal),
            Item::new(at + 1, at + 2, Class::Pause),
        ]
    })
}

/// Whether a word of the set stands before a number, behind it maybe 是, a colon and the like.
fn called(line: &Line, at: usize, set: &str) -> bool {
    let before = line.before(at);
    let bare = before.trim_end_matches([
        ':', ' ', '是', '为', '“', '"', '(', '（', '：', '=', '「', '【',
    ]);
    ends(bare, set) || ends(bare.trim_end_matches(['号', '码']), set)
}

/// Telephone numbers and numbers that follow a word such as 电话.
pub fn telephone(line: &Line, at: usize) -> Option<Vec<Item>> {
    if line.is(at, "+")
        && line.number(at + 1).is_some_and(|n| n.len() <= 3)
        && !line.previous(at).is_some_and(|c| c.is_ascii_alphanumeric())
    {
        let next = if line.is(at + 2, "-") { at + 3 } else { at + 2 };
        let groups = spaced_groups(line, next, "-");
        let length: usize = groups.iter().map(|&t| line.text(t).len()).sum();
        if length >= 7 {
            let mut items = vec![Item::new(at, at + 2, Class::Silent)];
            items[0] = Item::new(at + 1, at + 2, Class::Digits);
            items.extend(groups.iter().map(|&t| Item::new(t, t + 1, Class::Dialled)));
            return Some(items);
        }
    }
    let first = line.number(at)?;
    if line
        .previous(at)
        .is_some_and(|c| c.is_ascii_alphanumeric() || c == '.')
    {
        return None;
    }
    let groups = spaced_groups(line, at, "-");
    let hyphens = groups.len() > 1 && line.is(at + 1, "-");
    let mut groups = groups;
    // 010-6552 9988
    if let [area, number] = groups[..]
        && line.text(area).starts_with('0')
        && line.spaced(number + 1)
        && let Some(rest) = line.number(number + 1)
        && line.text(number).len() + rest.len() >= 7
    {
        groups.push(number + 1);
    }
    let lengths: Vec<usize> = groups.iter().map(|&t| line.text(t).len()).collect();
    let end = groups.last().map_or(at + 1, |last| last + 1);
    let area = line.before(at);
    let area = area.ends_with([')', '）'])
        && area
            .trim_end_matches([')', '）'])
            .rsplit(['(', '（'])
            .next()
            .is_some_and(|area| area.starts_with('0') && (3..=4).contains(&area.len()));
    let mobile = |text: &str| text.starts_with('1') && !text.starts_with("10");
    let fits = match lengths.as_slice() {
        [11] => mobile(first) && !first.ends_with("0000"),
        [3, 4, 4] => mobile(first) || first.starts_with("400") || first.starts_with('0'),
        [3, 3, 4] => first.starts_with(['4', '8']),
        [3..=4, 4] | [7..=8] if area => true,
        [3..=4, 3..=4, 4] if first.starts_with('0') => true,
        [3..=4, 7..=8] => first.starts_with('0'),
        [_, _, _, ..] if hyphens => true,
        // cards and accounts in groups
        [4, 4, 4, ..] => true,
        [3..=4, 4, ..] if lengths.len() > 3 => true,
        _ => false,
    };
    let plain = groups.len() == 1
        && first.len() >= 3
        && (called(line, at, "dial-before") || called(line, at, "code-before"))
        && !(line.any(end, ".,") && line.number(end + 1).is_some())
        && (!begins(line.from(end), "counted") || line.is(end, "号"))
        && line.kind(end) != Some(Kind::Latin);
    (fits || plain).then(|| dialled(line, at, end))
}

/// Number tokens from `at` on that are joined by a space or by one of these signs, all in the same way.
fn spaced_groups(line: &Line, at: usize, signs: &str) -> Vec<usize> {
    let mut groups = Vec::new();
    if line.number(at).is_none() {
        return groups;
    }
    groups.push(at);
    let hyphens = line.any(at + 1, signs) && line.number(at + 2).is_some();
    let mut next = at + 1;
    loop {
        if hyphens && line.any(next, signs) && line.number(next + 1).is_some() {
            groups.push(next + 1);
            next += 2;
        } else if !hyphens && line.number(next).is_some() && line.spaced(next) {
            groups.push(next);
            next += 1;
        } else {
            return groups;
        }
    }
}

fn dialled(line: &Line, from: usize, to: usize) -> Vec<Item> {
    (from..to)
        .map(|token| {
            let class = match line.kind(token) {
                Some(Kind::Number) => Class::Dialled,
                Some(Kind::Latin) => Class::Spelled,
                _ => Class::Silent,
            };
            Item::new(token, token + 1, class)
        })
        .collect()
}

/// What follows 验证码, 单号, GB and the like: digits, letters and hyphens.
pub fn code(line: &Line, at: usize) -> Option<Vec<Item>> {
    if !matches!(line.kind(at), Some(Kind::Number | Kind::Latin))
        || !called(line, at, "code-before") && !standard(line, at)
    {
        return None;
    }
    let mut end = at;
    while end < line.len() {
        let joins = end == at
            || !line.spaced(end)
            || line.number(end).is_some() && line.number(end - 1).is_some();
        let numbered = line.is(end, ".") && line.text(at).eq_ignore_ascii_case("no");
        let sign = (line.any(end, "-/_") || numbered)
            && matches!(line.kind(end + 1), Some(Kind::Number | Kind::Latin));
        let apart = line.is(end, "-") && line.spaced(end) && line.spaced(end + 1);
        let sign = sign && (line.glued(end..end + 2) || apart);
        let joins = joins || sign && apart || line.is(end - 1, "-") && line.spaced(end - 1);
        if !(joins
            && (matches!(line.kind(end), Some(Kind::Number | Kind::Latin)) || sign && end > at))
        {
            break;
        }
        end += 1;
    }
    let whole = at == 0
        || !line
            .previous(at)
            .is_some_and(|c| c.is_ascii_digit() || c == '.');
    let digits: usize = (at..end).filter_map(|t| line.number(t)).map(str::len).sum();
    let decimal = line.is(end, ".") && line.number(end + 1).is_some();
    let counted = begins(line.from(end), "counted") && digits < 6;
    (whole && digits >= 3 && !decimal && !counted).then(|| dialled(line, at, end))
}

/// GB/T 15109-2021: letters with a slash before the number of a standard.
fn standard(line: &Line, at: usize) -> bool {
    let kind = line.before(at);
    line.number(at).is_some_and(|n| n.len() >= 3)
        && [
            "GB/T", "DB/T", "YY/T", "QB/T", "JB/T", "HG/T", "T/T", "SJ/T", "YD/T", "GB/Z", "GBZ",
            "DL/T",
        ]
        .iter()
        .any(|name| kind.ends_with(name))
}

/// Models, versions, Roman numerals, numbers with leading zeros and very long ones.
pub fn sequence(line: &Line, at: usize) -> Option<Vec<Item>> {
    match line.kind(at)? {
        Kind::Latin => return numeral(line, at).or_else(|| dotted(line, at)),
        Kind::Circled | Kind::Roman => return single(line, at),
        Kind::Number => {}
        _ => return None,
    }
    let number = line.text(at);
    let previous = line.previous(at);
    let after_letter = previous.is_some_and(|c| c.is_ascii_alphabetic())
        || previous == Some('-')
            && line
                .before(at)
                .trim_end_matches('-')
                .ends_with(|c: char| c.is_ascii_alphabetic());
    let dotted = line.is(at + 1, ".") && line.number(at + 2).is_some() && line.glued(at..at + 3);
    let version = dotted && line.is(at + 3, ".") && line.number(at + 4).is_some();
    if version || after_letter && dotted {
        let mut end = at + 1;
        while line.is(end, ".") && line.number(end + 1).is_some() && line.glued(end - 1..end + 2) {
            end += 2;
        }
        return Some(vec![Item::new(at, end, Class::Version)]);
    }
    if line.any(at + 1, ".,") && figure(line, at).is_some_and(|figure| figure.end > at + 1) {
        return None;
    }
    let upper = |token: usize| line.text(token).chars().all(|c| c.is_ascii_uppercase());
    let before_letter = previous != Some('第')
        && line.kind(at + 1) == Some(Kind::Latin)
        && !line.spaced(at + 1)
        && line.text(at + 1).len() <= 2
        && number.len() >= 3
        && upper(at + 1)
        && super::quantity::unit(line, at + 1).is_none()
        && !(number.len() == 3 && line.any(at + 1, "GKTMB"));
    let lines = matches!(number, "480" | "720" | "1080" | "1440" | "2160")
        && line.any(at + 1, "pPi")
        && !line.spaced(at + 1);
    let padded = number.len() > 1 && number.starts_with('0') && !line.any(at + 1, "%‰");
    let long = previous != Some('第')
        && (number.len() == 8 || number.len() > 10)
        && !number.ends_with("000")
        && line.kind(at + 1) != Some(Kind::Han);
    let named = is_name(line, at, number) || is_chat(line, at, number);
    // abc_123
    let identifier = previous == Some('_');
    let hyphened = previous == Some('-') && after_letter;
    // ISO9001:2015
    let edition = previous == Some(':') && {
        let name = line.before(at).trim_end_matches(':');
        let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
        name.ends_with(|c: char| c.is_ascii_uppercase())
    };
    let model =
        number.len() >= 3 && (after_letter && (!number.ends_with("00") || hyphened) || edition);
    let again = number.len() >= 3
        && line.kind(at + 1) == Some(Kind::Latin)
        && line.text(at + 1).len() > 4
        && !line.spaced(at + 1);
    let spaced_model = is_spaced_model(line, at, number);
    let stock = number.len() == 6
        && line.near(at).is_some_and(|c| "(（".contains(c))
        && line.any(at + 1, ")）.")
        && line
            .before(at)
            .trim_end_matches(['(', '（'])
            .ends_with(is_han);
    let plate = (after_letter || previous == Some('·')) && is_plate(line, at);
    let product = number.len() >= 3
        && ends(line.before(at), "model-before")
        && !begins(line.from(at + 1), "measure")
        && line.kind(at + 1) != Some(Kind::Sub);
    if product && line.is(at + 1, "-") && line.number(at + 2).is_some() {
        return Some(vec![
            Item::new(at, at + 1, Class::Digits),
            Item::new(at + 1, at + 2, Class::Said("杠".into())),
            Item::new(at + 2, at + 3, Class::Digits),
        ]);
    }
    let split = number.len() == 2
        && line.before(at).ends_with(['秒', '米'])
        && is_split(line, at)
        && !begins(line.from(at + 1), "measure");
    let discount = number.len() == 2 && !number.ends_with('0') && line.is(at + 1, "折");
    if !(again
        || padded
        || discount
        || long
        || named
        || identifier
        || model
        || before_letter
        || spaced_model
        || split
        || stock
        || lines
        || product
        || plate)
    {
        return None;
    }
    let class = if model || stock || lines || before_letter || known(line, at, number) {
        Class::Dialled
    } else {
        Class::Digits
    };
    Some(vec![Item::new(at, at + 1, class)])
}

/// 9秒83, 1米78
fn is_split(line: &Line, at: usize) -> bool {
    at >= 2 && line.number(at - 2).is_some() && !line.spaced(at)
}

/// RTX 4090: capitals, a space, and a number that nothing counts.
fn is_spaced_model(line: &Line, at: usize, number: &str) -> bool {
    let Some(name) = at
        .checked_sub(1)
        .filter(|&b| line.kind(b) == Some(Kind::Latin))
    else {
        return false;
    };
    let text = line.text(name);
    let capital = text.chars().all(|c| c.is_ascii_uppercase()) && text.len() >= 2;
    (3..=5).contains(&number.len())
        && capital
        && !number.ends_with("00")
        && (!is_year(number) || matches!(text, "GTX" | "RTX" | "RX"))
        && !begins(line.from(at + 1), "counted")
        && super::quantity::unit(line, at + 1).is_none_or(|(length, _)| length == 1)
        && !line.any(at + 1, "%:/-~")
}

/// 鄂A5K83U: digits and letters in turn behind a character.
fn is_plate(line: &Line, at: usize) -> bool {
    let run = line.before(at);
    let bare = run.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '·');
    let run = &run[bare.len()..];
    let digits = run.chars().filter(char::is_ascii_digit).count();
    bare.ends_with(
        "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
            .chars()
            .collect::<Vec<_>>()
            .as_slice(),
    ) && run.starts_with(|c: char| c.is_ascii_uppercase())
        && (digits > 0 || run.chars().count() <= 2)
}

/// Numbers of emergency and service, and others that everybody calls by their digits.
fn known(line: &Line, at: usize, number: &str) -> bool {
    let (before, after) = (line.before(at), line.from(at + 1));
    let listed =
        begins(number, "known") && super::contexts::longest(number, "known") == Some(number);
    if !listed || begins(after, "counted") || line.any(at + 1, "%.:-~") {
        return false;
    }
    let service = number.len() >= 5 || number == "996";
    service
        || ends(before, "dial-known-before")
        || begins(after, "dial-known-after")
        || begins(after, "known-after")
        || line.any(at + 1, "、，。；！？”") && line.near(at).is_none_or(|c| !c.is_ascii_digit())
        || line.len() == at + 1
}

/// Digits that stand for words in messages, 666, 2333 and 1314, unless they count something.
fn is_chat(line: &Line, at: usize, number: &str) -> bool {
    let (before, after) = (line.before(at), line.from(at + 1));
    if begins(after, "counted") || line.any(at + 1, "%.:-~/") {
        return false;
    }
    let all = |digits: &str, digit: char| digits.len() > 2 && digits.chars().all(|c| c == digit);
    let laughs = number
        .strip_prefix('2')
        .is_some_and(|rest| all(rest, '3') || rest == "33" && ends(before, "laugh"));
    let meant = begins(after, "chat-after");
    let praise = all(number, '6')
        && (meant || line.len() == at + 1 || line.any(at + 1, "，。！～~!,"))
        && !ends(before, "chat-not");
    laughs || praise || matches!(number, "520" | "521" | "1314") && meant
}

/// A number that names something: bus 128, a flight, an asteroid, a house in a street.
fn is_name(line: &Line, at: usize, number: &str) -> bool {
    let (before, after) = (line.before(at), line.from(at + 1));
    let house = number.len() >= 4 && after.starts_with('号') && ends(before, "house-before");
    let room = (3..=4).contains(&number.len())
        && ends(before, "room-before")
        && !begins(after, "counted")
        && !begins(after, "measure");
    let door = line.is(at + 1, "-")
        && line.number(at + 2).is_some_and(|door| door.len() >= 3)
        && lately(before, 4, "door-before");
    if door {
        return true;
    }
    let room = room
        || at >= 2
            && line.is(at - 1, "-")
            && line.number(at - 2).is_some()
            && lately(line.before(at - 2), 4, "door-before");
    let born = number.len() == 2
        && number.ends_with(['0', '5'])
        && after.starts_with('后')
        && !after.starts_with("后面")
        && !before.ends_with(|c: char| is_han(c) && !"是个们代与和、的".contains(c));
    if born {
        return true;
    }
    if number.len() < 3 || before.ends_with('第') {
        return false;
    }
    known(line, at, number)
        || begins(after, "digits-after") && !begins(after, "model-not")
        || ends(before, "digits-before")
        || begins(after, "event-name")
        || room
        || house
}

/// Roman numerals in letters beside Chinese characters, such as 第II章.
fn numeral(line: &Line, at: usize) -> Option<Vec<Item>> {
    let text = line.text(at);
    let ordinal = line.previous(at) == Some('第');
    let before = line.previous(at);
    let beside = ordinal
        || before.is_none_or(is_han)
            && (line.kind(at + 1) == Some(Kind::Han) || before.is_some() && at + 1 == line.len());
    let clear = text.len() >= 2
        && text.chars().all(|c| "IVX".contains(c))
        && text.contains('I')
        && text != "VI";
    let value = roman(text).filter(|_| beside && (clear || ordinal))?;
    Some(vec![Item::new(at, at + 1, Class::Single(value))])
}

/// H.264, and No.1, which is said 第一 as far as ten.
fn dotted(line: &Line, at: usize) -> Option<Vec<Item>> {
    let name = line.text(at);
    // 1920x1080
    if name.eq_ignore_ascii_case("x")
        && at > 0
        && line.number(at - 1).is_some()
        && line.number(at + 1).is_some()
        && line.glued(at - 1..at + 2)
    {
        return Some(vec![
            Item::new(at, at + 1, Class::Said("乘".into())),
            Item::new(at + 1, at + 2, Class::Cardinal),
        ]);
    }
    let number = line.number(at + 2)?;
    if !line.is(at + 1, ".") || !line.glued(at + 1..at + 3) {
        return None;
    }
    if name.eq_ignore_ascii_case("no") {
        let first =
            number.parse::<u32>().is_ok_and(|value| value <= 10) && !number.starts_with('0');
        let said = if first { "第" } else { "编号" };
        let class = if first {
            Class::Ordinal
        } else {
            Class::Dialled
        };
        return Some(vec![
            Item::new(at, at + 2, Class::Said(said.into())),
            Item::new(at + 2, at + 3, class),
        ]);
    }
    if begins(&name.to_ascii_lowercase(), "numbered") && name.len() <= 4 {
        return Some(vec![
            Item::new(at, at + 1, Class::Keep),
            Item::new(at + 1, at + 2, Class::Silent),
            Item::new(at + 2, at + 3, Class::Ordinal),
        ]);
    }
    let model =
        name.len() == 1 && number.len() >= 3 && name.chars().all(|c| c.is_ascii_uppercase());
    model.then(|| {
        vec![
            Item::new(at, at + 1, Class::Keep),
            Item::new(at + 1, at + 2, Class::Said("点".into())),
            Item::new(at + 2, at + 3, Class::Digits),
        ]
    })
}

/// Numbers of one character. A mark in a circle after a word and before a mark refers to a note, and is silent.
fn single(line: &Line, at: usize) -> Option<Vec<Item>> {
    let sign = line.text(at).chars().next()?;
    if let Some(value) = numeral_sign(sign) {
        return Some(vec![Item::new(at, at + 1, Class::Single(value))]);
    }
    let value = circled(sign)?;
    let ends_clause = at + 1 == line.len() || line.any(at + 1, "。，；！？、”」,.;");
    let reference = ends_clause
        && !line.symbols.notes
        && line.near(at).is_some_and(is_han)
        && !ends(line.before(at), "reference-before");
    if reference {
        return Some(vec![Item::new(at, at + 1, Class::Silent)]);
    }
    let mut items = vec![Item::new(at, at + 1, Class::Single(value))];
    if at > 1 && line.kind(at - 1) == Some(Kind::Circled) {
        items.insert(0, Item::new(at, at + 1, Class::Pause));
        return Some(items);
    }
    // ①背景 ②方法, ①背景②方法
    let entry = line.spaced(at) || value > 1 && follows_entry(line, at, value - 1);
    if at > 0 && entry && !line.spaced(at + 1) && line.kind(at + 1) == Some(Kind::Han) {
        let pause = Item::new(at, at + 1, Class::Pause);
        return Some(vec![pause.clone(), items.remove(0), pause]);
    }
    let number = matches!(line.kind(at + 1), Some(Kind::Number));
    if number || line.near(at).is_some_and(|c| "，。；：:;".contains(c)) {
        items.push(Item::new(at, at + 1, Class::Pause));
    }
    Some(items)
}

/// Whether the entry before stands in the line, and begins it or follows a mark.
fn follows_entry(line: &Line, at: usize, before: u32) -> bool {
    (0..at).any(|token| {
        let sign = line.text(token).chars().next();
        line.kind(token) == Some(Kind::Circled)
            && sign.and_then(circled) == Some(before)
            && (before > 1 || line.near(token).is_none_or(|c| "：:，。；".contains(c)))
    })
}
