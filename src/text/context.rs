//! Readings of function words and of others that are a character long, from the words beside them.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::data::table;
use super::reading::Reading;
use super::steps::{Glyph, Segment, SegmentKind};

/// A row of `models/text/tables/beside.tsv`: a reading, and the words of which one is before it and one behind; none: any.
struct Row {
    reading: Reading,
    before: Vec<&'static str>,
    behind: Vec<&'static str>,
}

/// The rows of each character.
fn rows() -> &'static HashMap<char, Vec<Row>> {
    static ROWS: OnceLock<HashMap<char, Vec<Row>>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let mut rows: HashMap<_, Vec<_>> = HashMap::new();
        for row in table("beside.tsv") {
            let [character, pinyin, before, behind] = row[..] else {
                continue;
            };
            let words = |list: &'static str| list.split(' ').filter(|word| *word != "-").collect();
            let reading = Reading::parse(pinyin);
            let row = reading.map(|reading| Row {
                reading,
                before: words(before),
                behind: words(behind),
            });
            rows.entry(character.chars().next().unwrap_or_default())
                .or_default()
                .extend(row);
        }
        rows
    })
}

/// The words around a character that is a word by itself.
struct Beside<'a> {
    glyphs: &'a [Glyph],
    /// The words of the clause before it and behind it, the nearest first.
    before: Vec<&'a Segment>,
    behind: Vec<&'a Segment>,
    /// Whether a bracket closes just before it.
    bracketed: bool,
}

impl<'a> Beside<'a> {
    fn previous(&self) -> Option<&'a Segment> {
        self.before.first().copied()
    }

    fn next(&self) -> Option<&'a Segment> {
        self.behind.first().copied()
    }

    fn word(&self, segment: Option<&Segment>) -> String {
        segment.map_or(String::new(), |s| {
            self.glyphs[s.start..s.end]
                .iter()
                .map(|glyph| glyph.character)
                .collect()
        })
    }

    fn previous_in(&self, words: &str) -> bool {
        let word = self.word(self.previous());
        !word.is_empty() && words.split(' ').any(|other| other == word)
    }

    fn next_in(&self, words: &str) -> bool {
        let word = self.word(self.next());
        !word.is_empty() && words.split(' ').any(|other| other == word)
    }

    /// Whether one of a row's words is on a side; none: any.
    fn has(&self, words: &[&str], side: &[&Segment], behind: bool) -> bool {
        words.is_empty() || words.iter().any(|word| self.is(word, side, behind))
    }

    /// `没` is beside the character, of `衣服|头发~没` one of two is anywhere before it; behind the character it is `了~面|泥`, and
    /// `了~<m>` has a number beside it.
    fn is(&self, word: &str, side: &[&Segment], behind: bool) -> bool {
        if word.starts_with('<') {
            return self.is_kind(word, side);
        }
        let (near, far) = match word.split_once('~') {
            Some((far, near)) if !behind => (near, far),
            Some(parts) => parts,
            None => (word, ""),
        };
        near.split('|').any(|near| {
            let (mut said, mut rest) = (String::new(), side);
            while said.len() < near.len() {
                let Some((first, others)) = rest.split_first() else {
                    return false;
                };
                let place = if behind { said.len() } else { 0 };
                said.insert_str(place, &self.word(Some(first)));
                rest = others;
            }
            let among = |segment: &&Segment| {
                let word = self.word(Some(segment));
                far.split('|').any(|far| far == word)
            };
            said == near && (far.is_empty() || self.is_kind(far, rest) || rest.iter().any(among))
        })
    }

    /// Whether the first word of a side is of a kind.
    fn is_kind(&self, kind: &str, side: &[&Segment]) -> bool {
        let first = side.first().copied();
        match (kind, tag(first)) {
            ("<end>", _) => first.is_none(),
            ("<any>", _) => first.is_some(),
            ("<)>", _) => self.bracketed,
            ("<nouns>", _) => side.len() > 1 && side.iter().all(|word| self.is_nominal(word)),
            ("<by>", _) => (1..3).any(|at| self.word(side.get(at).copied()) == "所"),
            ("<one>", _) => first.is_some_and(|word| word.end - word.start == 1),
            ("<m>", "m") | ("<n>", "n" | "nz" | "vn") | ("<v>", "v") | ("<r>", "r") => true,
            ("<m>", _) => self.word(first).starts_with('第'),
            _ => false,
        }
    }

    /// Whether a word can stand in what something is: no verb.
    fn is_nominal(&self, segment: &Segment) -> bool {
        segment
            .tag
            .starts_with(['n', 'm', 'q', 'f', 's', 't', 'b', 'j'])
            || "的之和及".contains(&self.word(Some(segment)))
    }

    fn fits(&self, row: &Row) -> bool {
        self.has(&row.before, &self.before, false) && self.has(&row.behind, &self.behind, true)
    }
}

fn spoken(segment: &&Segment) -> bool {
    segment.kind != SegmentKind::Mark
}

/// Part of speech; empty at a punctuation mark or an end.
fn tag(segment: Option<&Segment>) -> &'static str {
    segment.map_or("", |s| s.tag)
}

fn is_verbal(tag: &str) -> bool {
    matches!(tag, "v" | "d" | "p" | "a" | "i" | "l")
}

/// The reading of a word of one character at `segments[at]`; `None` where the neighbours do not tell.
pub fn function_word(glyphs: &[Glyph], segments: &[Segment], at: usize) -> Option<Reading> {
    let segment = &segments[at];
    if segment.end != segment.start + 1 {
        return None;
    }
    let character = glyphs[segment.start].character;
    let before: Vec<_> = segments[..at].iter().rev().take_while(spoken).collect();
    let behind: Vec<_> = segments[at + 1..].iter().take_while(spoken).collect();
    let mark = segments[..at]
        .last()
        .map(|mark| glyphs[mark.start].character);
    let beside = Beside {
        glyphs,
        before,
        behind,
        bracketed: mark.is_some_and(|mark| ")）".contains(mark)),
    };
    let rows = rows().get(&character);
    if let Some(row) = rows.and_then(|rows| rows.iter().find(|row| beside.fits(row))) {
        return Some(row.reading);
    }
    let pinyin = match character {
        '得' => de_of_degree(&beside)?,
        '地' => de_of_manner(&beside)?,
        '应' if is_verbal(tag(beside.next())) => "ying1",
        '子' if !beside
            .previous_in("其 之 有 无 得 一 二 两 三 四 五 六 七 八 九 长 次 幼 庶 父 母 独") =>
        {
            beside
                .previous()
                .filter(|p| p.end == p.start + 1 && p.tag != "nr")?;
            "zi5"
        }
        _ => return None,
    };
    Reading::parse(pinyin)
}

/// Words that say how much, behind 得.
const DEGREES: &str = "很 太 真 挺 好 非常 特别 十分 怎么样 怎样 如何 这么 那么 格外 极 极其 极为 更 最 厉害 不 不错 有点 有些 越来越 漂亮 \
    清楚 一塌糊涂 要命 要死 不行 不得了 够呛";

/// 得 after what it describes is de5, before what must be done dei3.
fn de_of_degree(beside: &Beside) -> Option<&'static str> {
    let must = matches!(tag(beside.next()), "v" | "d" | "p" | "r" | "a");
    // 你得多喝水
    let more = beside.next_in("多 少") && tag(beside.behind.get(1).copied()).starts_with('v');
    let must = must || more;
    let adverb = beside
        .previous_in("就 还 也 都 总 又 必 只 非 可 才 便 仍 真 至少 怎么也 一定 必须 那就 这就");
    let thing = tag(beside.next()).starts_with('n') || tag(beside.next()) == "m";
    let degree = beside.next_in(DEGREES)
        || beside
            .word(beside.next())
            .starts_with(['很', '太', '真', '更', '最', '极']);
    match tag(beside.previous()) {
        "n" | "f" | "q" | "m" if degree => Some("de5"),
        "u" if beside.next().is_some() => Some("de5"),
        _ if adverb && (must || thing) => Some("dei3"),
        "" | "r" | "d" | "t" | "c" if must => Some("dei3"),
        "n" | "nr" | "ns" | "nt" | "nz" if matches!(tag(beside.next()), "v" | "p" | "r") => {
            Some("dei3")
        }
        "v" | "a" | "b" | "z" | "i" | "l" | "vn" | "ad" | "an" if beside.next().is_some() => {
            Some("de5")
        }
        _ => None,
    }
}

/// 地 after an adverbial is de5, as a noun di4.
fn de_of_manner(beside: &Beside) -> Option<&'static str> {
    let previous = beside.previous()?;
    if repeats(beside.glyphs, previous.end) && beside.next().is_some() {
        return Some("de5");
    }
    let long = previous.end - previous.start >= 2;
    match previous.tag {
        "a" | "d" | "z" | "i" | "l" | "b" | "o" | "v" | "vn" | "ad" if long => Some("de5"),
        "n" if long && matches!(tag(beside.next()), "v" | "p") => Some("de5"),
        "p" | "m" | "r" | "ns" => Some("di4"),
        "o" => Some("de5"),
        _ => None,
    }
}

/// Whether the text before a place repeats itself: 重重, 高高兴兴, 绿油油, 一个一个, or goes by steps.
fn repeats(glyphs: &[Glyph], end: usize) -> bool {
    let back = |offset: usize| end.checked_sub(offset).map(|at| glyphs[at].character);
    let han = |offset: usize| back(offset).is_some_and(super::characters::is_han);
    let twice = back(1) == back(2) && han(1);
    let pairs = back(1) == back(3) && back(2) == back(4) && (1..=4).all(han);
    // 一遍又一遍, 一个字一个字
    let thrice = back(3) == Some('又') || back(3) == back(6);
    let again = back(1) == back(4) && back(2) == back(5) && thrice && han(2);
    // 一瘸一拐
    let steps = back(2) == Some('一') && back(4) == Some('一');
    twice || pairs || again || steps
}

/// The reading of the last character of a word where the word tells it: 地 of 默默地, 率 of 支持率, 得 of 坐得, but not of 获得.
pub fn ending(glyphs: &[Glyph], segment: &Segment) -> Option<&'static str> {
    const GETTING: &str = "获取博求征赢购募觅谋抢夺争换捕录赚测查猎心自难彼所乐喜兼独既易只已一不互并安始实相偶幸应乍";
    const MUST: &str = "总非必须";
    let [first, last] = [segment.start, segment.end - 1].map(|at| glyphs[at].character);
    let manner = || repeats(glyphs, segment.end - 1) || matches!(segment.tag, "d" | "z");
    match (last, segment.end - segment.start) {
        ('地', 3..) if manner() => Some("de5"),
        ('率', 3..) => Some("lv4"),
        ('得', 2) if MUST.contains(first) => Some("dei3"),
        ('得', 2) if !GETTING.contains(first) => Some("de5"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::characters::is_han;
    use super::*;

    #[test]
    fn every_row_of_the_table_counts() {
        const KINDS: &str = "<m> <n> <v> <r> <nouns> <by> <)> <one> <any> <end>";
        for row in table("beside.tsv") {
            let [character, pinyin, before, behind] = row[..] else {
                panic!("{row:?}");
            };
            assert!(
                character.chars().count() == 1 && character.chars().all(is_han),
                "{row:?}"
            );
            assert!(Reading::parse(pinyin).is_some(), "{row:?}");
            let words = before.split(' ').chain(behind.split(' '));
            for word in words.filter(|word| *word != "-") {
                for part in word.split(['~', '|']) {
                    assert!(
                        KINDS.split(' ').any(|kind| kind == part) || part.chars().all(is_han),
                        "{row:?}: {word}"
                    );
                }
            }
        }
    }
}
