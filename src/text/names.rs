//! Chinese names: a surname, and the characters after it that make a given name.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::data::table;
use super::lexicon::lexicon;
use super::reading::Reading;
use super::steps::{Glyph, Segment};

/// Least cost of a character in a given name; cheaper ones are words of their own.
const LEAST_COST: f32 = 7.0;

/// What comes after a surname: 任先生, 单老师.
const TITLES: &str = "先生 女士 老师 小姐 太太 总 总监 经理 主任 教授 博士 医生 大夫 校长 院长 局长 部长 处长 科长 书记 市长 县长 省长 主席 董事长 董 \
     同学 同志 师傅 阿姨 叔叔 大爷 大妈 奶奶 爷爷 姑娘 公子 夫人 律师 法官 警官 教练 导演 编辑 记者 工 队长 将军 司令 姓 某 氏 家人 家 老板";
/// Titles of one character that are common words are titles only at the end.
const SHORT_TITLES: &str = "总 董 工 姓 某 氏 家";

/// Least cost of a rare character.
const RARE: f32 = 10.5;

struct Surname {
    /// The reading, where it differs from the usual one.
    reading: Option<Reading>,
    /// Whether the character is a common word, too, and needs a title or a whole name beside it.
    word: bool,
    /// Whether nothing but a title tells.
    title: bool,
}

fn surnames() -> &'static HashMap<char, Surname> {
    static SURNAMES: OnceLock<HashMap<char, Surname>> = OnceLock::new();
    let row = |row: Vec<&str>| {
        let character = row.first()?.chars().next()?;
        let reading = row.get(1).and_then(|pinyin| Reading::parse(pinyin));
        let note = row.get(2).copied();
        let title = note == Some("title");
        Some((
            character,
            Surname {
                reading,
                word: title || note == Some("word"),
                title,
            },
        ))
    };
    SURNAMES.get_or_init(|| table("surnames.tsv").filter_map(row).collect())
}

/// Whether a word is a surname of one character.
pub fn is_surname(word: &str) -> bool {
    let mut characters = word.chars();
    let first = characters.next();
    characters.next().is_none() && first.is_some_and(|first| surnames().contains_key(&first))
}

/// The reading of a character as a surname.
pub fn surname_reading(character: char) -> Option<Reading> {
    surnames().get(&character)?.reading
}

fn is_given(segment: &Segment) -> bool {
    let cost = segment
        .entry
        .map_or(f32::INFINITY, |entry| lexicon().cost(entry));
    let function = matches!(
        segment.tag,
        "u" | "p" | "c" | "r" | "m" | "q" | "y" | "f" | "k" | "e" | "t"
    );
    segment.end - segment.start == 1 && !function && cost >= LEAST_COST
}

/// Joins the characters of given names after surnames in a run of words.
pub fn join(glyphs: &[Glyph], segments: Vec<Segment>) -> Vec<Segment> {
    let mut joined: Vec<Segment> = Vec::with_capacity(segments.len());
    let mut at = 0;
    while at < segments.len() {
        let surname = segments[at];
        let begins = begins(glyphs, joined.last());
        joined.push(surname);
        at += 1;
        if surname.end - surname.start > 1 {
            continue;
        }
        let Some(entry) = surnames().get(&glyphs[surname.start].character) else {
            continue;
        };
        let length = segments[at..]
            .iter()
            .take(2)
            .take_while(|segment| is_given(segment))
            .count();
        let rare = |segment: &Segment| {
            segment
                .entry
                .is_none_or(|entry| lexicon().cost(entry) >= RARE)
                && segment.tag != "v"
        };
        let whole = !entry.title && begins && length == 2 && segments[at..at + 2].iter().any(rare);
        if length > 0 && (!entry.word || whole) {
            let (start, end) = (segments[at].start, segments[at + length - 1].end);
            let entry = segments[at].entry.filter(|_| length == 1);
            joined.push(Segment {
                start,
                end,
                tag: "nr",
                entry,
                given: true,
                ..surname
            });
            at += length;
        }
    }
    joined
}

/// Whether a name may begin behind this word: 曾 and 任 are words of their own behind who did it, unless that is what
/// somebody is, 老师曾红.
fn begins(glyphs: &[Glyph], before: Option<&Segment>) -> bool {
    before.is_none_or(|before| {
        matches!(before.tag, "x" | "c" | "p" | "v" | "u")
            || before.tag == "n" && "家员手师军长者生".contains(glyphs[before.end - 1].character)
    })
}

/// The reading of a surname behind 姓 or before a title: the segment is one character, and the next begins with a title.
pub fn titled(glyphs: &[Glyph], segments: &[Segment], at: usize) -> Option<Reading> {
    let segment = &segments[at];
    if segment.end - segment.start != 1 {
        return None;
    }
    let entry = surnames().get(&glyphs[segment.start].character)?;
    let called = at.checked_sub(1).map(|before| segments[before]);
    if called.is_some_and(|word| word.end - word.start == 1 && glyphs[word.start].character == '姓')
    {
        return entry.reading;
    }
    let next = segments
        .get(at + 1)
        .filter(|next| next.start == segment.end)?;
    let word: String = glyphs[next.start..next.end]
        .iter()
        .map(|glyph| glyph.character)
        .collect();
    let title = TITLES.split_whitespace().any(|title| title == word);
    let short = SHORT_TITLES.split(' ').any(|title| title == word);
    let counted = at
        .checked_sub(1)
        .is_some_and(|before| matches!(segments[before].tag, "m" | "r" | "d" | "q"));
    let begins = begins(glyphs, called.as_ref());
    let honoured = short && (!entry.word || begins && word == "总");
    let titled = title && !short && !counted && (begins || !entry.word || entry.title);
    entry.reading.filter(|_| titled || honoured)
}
