//! Dates, times of day, and the headings of chapters.

use super::classes::{Class, Item};
use super::contexts::{begins, ends, lately, soon};
use super::number::{cardinal, digits};
use super::tokens::{Kind, Line};

pub fn value(number: &str) -> u32 {
    number.parse().unwrap_or(u32::MAX)
}

pub fn is_year(number: &str) -> bool {
    number.len() == 4 && (1000..3000).contains(&value(number))
}

fn is_recent(number: &str) -> bool {
    number.len() == 4 && (1500..2100).contains(&value(number))
}

fn is_month(number: &str) -> bool {
    number.len() <= 2 && (1..=12).contains(&value(number))
}

fn is_day(number: &str) -> bool {
    number.len() <= 2 && (1..=31).contains(&value(number))
}

/// A pause between the number of a chapter and its title.
pub fn heading(line: &Line, at: usize) -> Option<Vec<Item>> {
    let chapter = line.any(at, "章回节卷篇集部幕话折讲课") && line.spaced(at + 1);
    let number = |c: char| c.is_ascii_digit() || "零〇一二三四五六七八九十百千两".contains(c);
    let named = line.before(at).trim_end_matches(number).ends_with('第');
    // 卷一 总论
    let volume = number(line.text(at).chars().next().unwrap_or(' '))
        && line.spaced(at + 1)
        && line
            .before(at)
            .trim_end_matches(number)
            .ends_with(['卷', '篇', '章', '集'])
        && line.before(at).chars().count() <= 3;
    let title = at + 1 < line.len() && line.kind(at + 1) != Some(Kind::Sign);
    let item = |class| Item::new(at, at + 1, class);
    ((chapter && named || volume) && title).then(|| vec![item(Class::Keep), item(Class::Pause)])
}

/// Dates such as 2025-09-28, 2012/3/4, 12/31/2025, 2008.08, 08/2008, 08-08, 1998年, 2934ad.
pub fn date(line: &Line, at: usize) -> Option<Vec<Item>> {
    let first = line.number(at)?;
    let previous = line.previous(at);
    if previous.is_some_and(|c| c.is_ascii_alphabetic())
        && first.len() == 4
        && line.is(at + 1, "年")
    {
        return named(line, at, first);
    }
    if previous.is_some_and(|c| c.is_ascii_alphanumeric() || c == '.') {
        return None;
    }
    season(line, at, first)
        .or_else(|| event(line, at, first))
        .or_else(|| numeric(line, at, first))
        .or_else(|| named(line, at, first))
}

/// 2023/24赛季, 2023/2024学年, 2023-24赛季
fn season(line: &Line, at: usize, first: &str) -> Option<Vec<Item>> {
    let second = line.number(at + 2)?;
    // 李白(701-762)
    let bracketed = line.near(at).is_some_and(|c| "(（".contains(c)) && line.any(at + 3, ")）");
    if bracketed
        && line.any(at + 1, "-–—~")
        && first.len() == 3
        && (value(first) + 1..value(first) + 120).contains(&value(second))
    {
        return Some(vec![
            Item::new(at, at + 1, Class::BareYear),
            Item::new(at + 1, at + 2, Class::Said("到".into())),
            Item::new(at + 2, at + 3, Class::BareYear),
        ]);
    }
    let next = value(first).saturating_add(1).to_string();
    let follows = second == next || second.len() == 2 && next.ends_with(second);
    (is_recent(first)
        && follows
        && line.any(at + 1, "/-–—~")
        && begins(line.from(at + 3), "span-after"))
    .then(|| {
        vec![
            Item::new(at, at + 1, Class::BareYear),
            Item::new(at + 1, at + 2, Class::Said("到".into())),
            Item::new(at + 2, at + 3, Class::Digits),
        ]
    })
}

/// 12.1-12.12 where the words beside it speak of a time.
fn day_range(line: &Line, at: usize) -> Option<Vec<Item>> {
    let day = |at: usize| {
        let dated =
            line.number(at).is_some_and(is_month) && line.number(at + 2).is_some_and(is_day);
        dated && line.is(at + 1, ".") && line.glued(at..at + 3)
    };
    let told = lately(line.before(at), 8, "date-word") || soon(line.from(at + 7), 4, "date-word");
    (day(at) && line.any(at + 3, "-~–—～至到") && day(at + 4) && told).then(|| {
        let parts = [
            (0, Class::Month),
            (2, Class::Day),
            (3, Class::Said("到".into())),
            (4, Class::Month),
            (6, Class::Day),
        ];
        let items = parts
            .into_iter()
            .map(|(offset, class)| Item::new(at + offset, at + offset + 1, class));
        items.collect()
    })
}

/// A day that has become a name: 9·18, 3.15晚会, 11.11大促.
fn event(line: &Line, at: usize, first: &str) -> Option<Vec<Item>> {
    let second = line.number(at + 2)?;
    if !is_month(first) || !is_day(second) || !line.glued(at..at + 3) {
        return None;
    }
    if let Some(items) = day_range(line, at) {
        return Some(items);
    }
    let history = line.is(at + 1, "·");
    let named = line.is(at + 1, ".") && begins(line.from(at + 3), "event-after");
    if !(history || named) {
        return None;
    }
    let said = match (value(first), value(second)) {
        (a, b) if a == b && a > 10 && !history => format!("双{}", cardinal(second)),
        (10.., _) if !history => cardinal(first) + &cardinal(second),
        _ => digits(first) + &digits(second),
    };
    Some(vec![Item::new(at, at + 3, Class::Said(said))])
}

fn numeric(line: &Line, at: usize, first: &str) -> Option<Vec<Item>> {
    if !line.any(at + 1, "-/.") || !line.glued(at..at + 3) {
        return None;
    }
    let second = line.number(at + 2)?;
    let parts = |classes: &[(usize, Class)]| {
        let item = |(token, class): &(usize, Class)| Item::new(*token, token + 1, class.clone());
        classes.iter().map(item).collect::<Vec<_>>()
    };
    let more = line.text(at + 3) == line.text(at + 1) && line.number(at + 4).is_some();
    let hyphenated = at > 0 && line.any(at - 1, "-/");
    if more && line.glued(at + 2..at + 5) {
        let third = line.number(at + 4)?;
        if line.text(at + 5) == line.text(at + 1) && line.number(at + 6).is_some() {
            return None;
        }
        let dated = |year, month, day| {
            let mut items = parts(&[
                (year, Class::Year),
                (month, Class::Month),
                (day, Class::Day),
            ]);
            if let Some(last) = items.last_mut() {
                last.to = last.to.max(at + 5);
            }
            items
        };
        if is_year(first) && is_month(second) && is_day(third) {
            return Some(dated(at, at + 2, at + 4));
        }
        let closing = |mut items: Vec<Item>| {
            items.push(Item::new(at + 4, at + 5, Class::Silent));
            items
        };
        if is_year(third) && first.len() <= 2 && second.len() <= 2 {
            if is_month(first) && is_day(second) {
                let year = Item::new(at + 4, at + 5, Class::Year);
                let rest = parts(&[(at, Class::Month), (at + 2, Class::Day)]);
                return Some(closing([vec![year], rest].concat()));
            }
            if is_day(first) && is_month(second) {
                let year = Item::new(at + 4, at + 5, Class::Year);
                let rest = parts(&[(at + 2, Class::Month), (at, Class::Day)]);
                return Some(closing([vec![year], rest].concat()));
            }
        }
        return None;
    }
    let padded =
        |number: &str| number.len() == 2 && (number.starts_with('0') || !line.is(at + 1, "."));
    let ending = |mut items: Vec<Item>| {
        items.push(Item::new(at + 2, at + 3, Class::Silent));
        items
    };
    if is_year(first)
        && is_month(second)
        && (second.starts_with('0') || line.is(at + 1, "/"))
        && second.len() <= 2
        && !hyphenated
    {
        return Some(parts(&[(at, Class::Year), (at + 2, Class::Month)]));
    }
    if is_month(first) && padded(first) && is_year(second) && first.len() == 2 {
        return Some(ending(parts(&[(at + 2, Class::Year), (at, Class::Month)])));
    }
    if first.starts_with('0')
        && is_month(first)
        && first.len() == 2
        && is_day(second)
        && second.len() == 2
    {
        return Some(parts(&[(at, Class::Month), (at + 2, Class::Day)]));
    }
    None
}

/// A number before 年, 月, 日 or 号, or with an era after it.
fn named(line: &Line, at: usize, first: &str) -> Option<Vec<Item>> {
    if let Some(items) = before_era(line, at, first) {
        return Some(items);
    }
    if is_year(first) && in_list_of_years(line, at) {
        return Some(vec![Item::new(at, at + 1, Class::BareYear)]);
    }
    // 1990s
    if is_recent(first) && first.ends_with('0') && line.is(at + 1, "s") && !line.spaced(at + 1) {
        return Some(vec![
            Item::new(at, at + 1, Class::BareYear),
            Item::new(at + 1, at + 2, Class::Said("年代".into())),
        ]);
    }
    let unit = line.text(at + 1);
    let class = match unit {
        "年" if ends(line.before(at), "reign") && first.len() < 4 => Class::Ordinal,
        "年" if reads_as_year(line, at, first) => Class::Year,
        "月" if is_month(first) => Class::Month,
        "日" | "号" if is_day(first) && !line.is(at + 2, "楼") => Class::Day,
        _ => return None,
    };
    let to = if class == Class::Ordinal {
        at + 1
    } else {
        at + 2
    };
    Some(vec![Item::new(at, to, class)])
}

fn before_era(line: &Line, at: usize, first: &str) -> Option<Vec<Item>> {
    let era = at + 1;
    let rest = line.from(era);
    let lower = rest.get(..4).unwrap_or(rest).to_ascii_lowercase();
    if !(3..=4).contains(&first.len()) {
        return None;
    }
    let (name, end) = match lower.as_str() {
        "b.c." => ("公元前", line.token_after(era, 4)),
        _ if lower.starts_with("bc") && line.text(era).len() == 2 => ("公元前", era + 1),
        _ if lower.starts_with("ad") && line.text(era).len() == 2 => ("公元", era + 1),
        _ => return None,
    };
    Some(vec![
        Item::new(era, end, Class::Said(name.into())),
        Item::new(at, at + 1, Class::Year),
        Item::new(era, end, Class::Silent),
    ])
}

/// A year without 年 of its own: 2000至2007年, 1993、1994年, 《…》(1928), 2023级.
fn in_list_of_years(line: &Line, at: usize) -> bool {
    let number = line.text(at);
    let before = line.before(at);
    let after = line.from(at + 1);
    let closed = line.any(at + 1, ")）]】〕");
    let opened = line.near(at).is_some_and(|c| "(（[【〔".contains(c));
    let cited = closed && opened_before(before);
    let bracketed = closed && opened;
    let mut next = at;
    while line.any(next + 1, "至到或和与-~—–、及") && line.number(next + 2).is_some_and(is_year)
    {
        next += 2;
    }
    let start = before.is_empty();
    let comma = line.any(at + 1, ",，") && (1900..2100).contains(&value(number));
    let named = line.kind(at + 1) == Some(Kind::Han) && (2001..2040).contains(&value(number));
    let heading = start && (comma || named && !begins(after, "counted"));
    // A span of years is one as a whole: by what stands around it or by its other end.
    let span = next > at && is_recent(number);
    let whole = span && {
        let rest = line.from(next + 1);
        let rising = value(line.text(next)) > value(number);
        let inside = opened && line.any(next + 1, ")）]】");
        begins(rest, "span-after")
            || inside
            || ends(before, "year-before")
            || rising && !begins(rest, "counted") && line.kind(next + 1) != Some(Kind::Latin)
    };
    let second = at >= 2
        && line.any(at - 1, "至到-~—–")
        && line.number(at - 2).is_some_and(is_recent)
        && is_recent(number)
        && !begins(after, "counted")
        && value(line.text(at - 2)) < value(number)
        && line.kind(at + 1) != Some(Kind::Latin);
    let season = (1900..2100).contains(&value(number)) && begins(after, "year-after");
    let to_come = (1900..2100).contains(&value(number))
        && ends(before.trim_end_matches([':', '：', ' ']), "year-before")
        && !ends(before, "duration-before")
        && (line.len() == at + 1 || line.any(at + 1, "，。,；、）)"))
        && before.len() > 3;
    let marked = before.ends_with(['©', '®', '〔']) && (closed || !before.ends_with('〔'));
    (bracketed || cited || marked) && is_recent(number)
        || before.ends_with("公元") && closed_title(line, at)
        || heading
        || next > at && line.is(next + 1, "年") && !ends(before, "duration-before")
        || whole
        || second
        || season
        || to_come
}

/// (Li，2000)
fn opened_before(before: &str) -> bool {
    let comma = before.ends_with(['，', ',']);
    let start = before
        .char_indices()
        .rev()
        .take(40)
        .find(|(_, c)| "(（".contains(*c));
    comma && start.is_some_and(|(at, _)| !before[at..].contains(|c: char| c.is_ascii_digit()))
}

fn closed_title(line: &Line, at: usize) -> bool {
    line.any(at + 1, "》」”)），。、") || line.len() == at + 1
}

/// Whether a number before 年 names a year instead of counting years.
fn reads_as_year(line: &Line, at: usize, number: &str) -> bool {
    let before = line.before(at);
    let era = ends(before, "era");
    let dated = line.number(at + 2).is_some_and(is_month) && line.is(at + 3, "月");
    let counted = counts_years(line, at);
    match number.len() {
        4 => {
            let long = [
                "长达", "历时", "共计", "距今", "时隔", "超过", "将近", "近", "约",
            ];
            let counts = long.iter().any(|word| before.ends_with(word));
            let round = number.ends_with("00") || number.ends_with("50");
            (is_year(number) || era) && !(counts && round)
        }
        3 => {
            // 155年—220年
            let first = at.checked_sub(3).filter(|_| line.any(at - 1, "至到-~—–"));
            let since = first.is_some_and(|first| {
                line.is(at - 2, "年") && reads_as_year(line, first, line.text(first))
            });
            era || dated || since || !counted && !number.ends_with('0')
        }
        2 => {
            let past = value(number) >= 50;
            dated
                || number.starts_with('0')
                || !counted && begins(line.from(at + 2), "short-year-after")
                || number.starts_with('9') && !counted
                || past && !counted && line.is(at + 2, "的") && !ends(before, "duration-before")
        }
        _ => false,
    }
}

/// Whether the words beside a number of years tell how long something took.
fn counts_years(line: &Line, at: usize) -> bool {
    ends(line.before(at), "duration-before") || begins(line.from(at + 2), "duration-after")
}

/// Times of day: 12:30, 14:05:09, 8:00 a.m., 2点半.
pub fn time(line: &Line, at: usize) -> Option<Vec<Item>> {
    let mut items = clock(line, at)?;
    // 周三14:30 would run into 三十四点.
    if ends(line.before(at), "weekday") {
        items.insert(0, Item::new(at, at + 1, Class::Pause));
    }
    Some(items)
}

fn clock(line: &Line, at: usize) -> Option<Vec<Item>> {
    let hour = line.number(at)?;
    if line.is(at + 1, "点") {
        return oclock(line, at, hour);
    }
    if let Some(items) = primes(line, at).or_else(|| lasting(line, at)) {
        return Some(items);
    }
    // 3pm
    if let Some(half) = half_of_day(line, at, at + 1).filter(|_| (1..=12).contains(&value(hour))) {
        let closing = Item::new(at, half.to, Class::Silent);
        return Some(vec![half, Item::new(at, at + 1, Class::Hour), closing]);
    }
    if !line.is(at + 1, ":")
        || line.spaced(at + 1) != line.spaced(at + 2)
        || hour.len() > 2
        || value(hour) > 24
        || line.previous(at) == Some(':') && at >= 2 && line.number(at - 2).is_some()
    {
        return None;
    }
    let minute = line
        .number(at + 2)
        .filter(|m| m.len() == 2 && value(m) < 60)?;
    if lately(line.before(at), 8, "stopwatch") {
        return Some(stopwatch(line, at));
    }
    if super::sign::is_contest(line, at) && !ends(line.before(at), "half-hour") {
        return None;
    }
    let second = line
        .is(at + 3, ":")
        .then(|| line.number(at + 4))
        .flatten()
        .filter(|s| s.len() == 2 && value(s) < 60);
    let end = if second.is_some() { at + 5 } else { at + 3 };
    let mut items = Vec::new();
    let mut last = end;
    if let Some(half) = half_of_day(line, at, end) {
        last = half.to;
        items.push(half);
    }
    items.push(Item::new(at, at + 1, Class::Hour));
    let half = minute == "30" && second.is_none() && ends(line.before(at), "daypart");
    if half {
        items.push(Item::new(at + 2, at + 3, Class::Said("半".into())));
    } else if value(minute) > 0 || second.is_some() {
        items.push(Item::new(at + 2, at + 3, Class::Minute));
    }
    if second.is_some() {
        items.push(Item::new(at + 4, at + 5, Class::Second));
    }
    items.push(Item::new(end - 1, last, Class::Silent));
    Some(items)
}

/// am or pm at a token, of the time that begins at another; silent behind 下午.
fn half_of_day(line: &Line, time: usize, at: usize) -> Option<Item> {
    let text = line.from(at);
    let lower = text.get(..4).unwrap_or(text).to_ascii_lowercase();
    let marks = [
        ("a.m.", "上午"),
        ("p.m.", "下午"),
        ("am", "上午"),
        ("pm", "下午"),
    ];
    // PM2.5
    let whole =
        |mark: &str| mark.len() == 4 || line.text(at).len() == 2 && line.number(at + 1).is_none();
    let (mark, name) = marks
        .into_iter()
        .find(|(mark, _)| lower.starts_with(mark) && whole(mark))?;
    let class = match ends(line.before(time), "daypart") {
        true => Class::Silent,
        false => Class::Said(name.into()),
    };
    Some(Item::new(at, line.token_after(at, mark.len()), class))
}

/// 1h30min, 2h15m, 1h5min20s: what something takes.
fn lasting(line: &Line, at: usize) -> Option<Vec<Item>> {
    let mut items = Vec::new();
    let mut end = at;
    for (units, name) in [
        (&["h", "H"][..], "小时"),
        (&["min", "mins", "m"], "分"),
        (&["s", "sec"], "秒"),
    ] {
        let unit = units.contains(&line.text(end + 1)) && line.glued(end..end + 2);
        if line.number(end).is_none() || !unit || end > at && line.spaced(end) {
            break;
        }
        items.push(Item::new(end, end + 2, Class::Measure(name.into())));
        end += 2;
    }
    (items.len() > 1).then_some(items)
}

/// 2:03:23, 3:25 as what something took.
fn stopwatch(line: &Line, at: usize) -> Vec<Item> {
    let mut parts = vec![at, at + 2];
    if line.is(at + 3, ":") && line.number(at + 4).is_some() {
        parts.push(at + 4);
    }
    let names = ["小时", "分", "秒"];
    let names = names[names.len() - parts.len()..].iter();
    let mut items = Vec::new();
    for (&part, name) in parts.iter().zip(names) {
        items.push(Item::new(part, part + 1, Class::Count));
        let end = if part == parts[parts.len() - 1] {
            part + 1
        } else {
            part + 2
        };
        items.push(Item::new(end - 1, end, Class::Said((*name).into())));
    }
    items
}

/// 3'25" as what something took.
fn primes(line: &Line, at: usize) -> Option<Vec<Item>> {
    let second = line.number(at + 2).filter(|second| second.len() <= 2)?;
    let closes = line.is(at + 3, "\"") || line.any(at + 3, "'′″”");
    (line.any(at + 1, "'′’") && closes && value(second) < 60 && line.near(at) != Some('°')).then(
        || {
            let end = if line.any(at + 3, "'′") && line.any(at + 4, "'′") {
                at + 5
            } else {
                at + 4
            };
            vec![
                Item::new(at, at + 1, Class::Count),
                Item::new(at + 1, at + 2, Class::Said("分".into())),
                Item::new(at + 2, at + 3, Class::Ordinal),
                Item::new(at + 3, end, Class::Said("秒".into())),
            ]
        },
    )
}

/// 2点 is an hour, and 2点 after one is a part of a number in words elsewhere.
fn oclock(line: &Line, at: usize, hour: &str) -> Option<Vec<Item>> {
    let after = line.from(at + 2);
    let minute = line
        .number(at + 2)
        .filter(|m| m.len() <= 2 && value(m) < 60);
    let clock = value(hour) <= 24
        && (minute.is_some()
            || ends(line.before(at), "half-hour")
            || after.starts_with([
                '半', '整', '钟', '多', '左', '前', '后', '到', '至', '开', '了',
            ])
            || line.before(at).is_empty()
            || value(hour) == 2
                && !ends(line.before(at), "duration-before")
                && !after.starts_with("意见"));
    if !clock || line.previous(at) == Some('第') {
        return None;
    }
    let mut items = vec![Item::new(at, at + 2, Class::Hour)];
    if minute.is_some() && !line.is(at + 3, "分") {
        let class = if line.text(at + 2).starts_with('0') {
            Class::Digits
        } else {
            Class::Ordinal
        };
        items.push(Item::new(at + 2, at + 3, class));
    } else if minute.is_some() {
        items.push(Item::new(at + 2, at + 4, Class::Minute));
        if line.is(at + 4, "钟") {
            items.push(Item::new(at + 4, at + 5, Class::Keep));
        }
    }
    Some(items)
}
