//! Readings of function words, from the words beside them.

use super::reading::Reading;
use super::steps::{Glyph, Segment, SegmentKind};

/// The words around a character that is a word by itself.
struct Beside<'a> {
    glyphs: &'a [Glyph],
    previous: Option<&'a Segment>,
    next: Option<&'a Segment>,
}

impl Beside<'_> {
    fn word(&self, segment: Option<&Segment>) -> String {
        segment.map_or(String::new(), |s| {
            self.glyphs[s.start..s.end]
                .iter()
                .map(|glyph| glyph.character)
                .collect()
        })
    }

    fn previous_in(&self, words: &str) -> bool {
        let word = self.word(self.previous);
        !word.is_empty() && words.split(' ').any(|other| other == word)
    }

    fn next_in(&self, words: &str) -> bool {
        let word = self.word(self.next);
        !word.is_empty() && words.split(' ').any(|other| other == word)
    }
}

/// Part of speech; empty at a punctuation mark or an end.
fn tag(segment: Option<&Segment>) -> &'static str {
    segment.map_or("", |s| s.tag)
}

fn is_verbal(tag: &str) -> bool {
    matches!(tag, "v" | "d" | "p" | "a" | "i" | "l")
}

/// The reading of a function word at `segments[at]`; `None` where the neighbours do not tell.
pub fn function_word(glyphs: &[Glyph], segments: &[Segment], at: usize) -> Option<Reading> {
    let segment = &segments[at];
    if segment.end != segment.start + 1 {
        return None;
    }
    let spoken = |s: &&Segment| s.kind != SegmentKind::Mark;
    let beside = Beside {
        glyphs,
        previous: at
            .checked_sub(1)
            .and_then(|b| segments.get(b))
            .filter(spoken),
        next: segments.get(at + 1).filter(spoken),
    };
    let counted = tag(beside.previous) == "m";
    let pinyin = match glyphs[segment.start].character {
        '得' => de_of_degree(&beside)?,
        '地' => de_of_manner(&beside)?,
        '为' => wei(&beside)?,
        '只' if counted || beside.previous_in("犬 船 羊 牛 这 那 每 几") => "zhi1",
        '只' if beside.next.is_some() => "zhi3",
        '应' if is_verbal(tag(beside.next)) => "ying1",
        '子' if !beside
            .previous_in("其 之 有 无 得 一 二 两 三 四 五 六 七 八 九 长 次 幼 庶 父 母 独") =>
        {
            beside
                .previous
                .filter(|p| p.end == p.start + 1 && p.tag != "nr")?;
            "zi5"
        }
        '啦' if beside.next.is_none() => "la5",
        '哇' if beside.next.is_none() => "wa5",
        '和' if beside.previous_in("我 你 他 她 要 没 能 胡 诈 自摸")
            && beside.next_in("了 牌") =>
        {
            "hu2"
        }
        '行' if counted || beside.word(beside.previous).starts_with('第') => "hang2",
        '更' if counted => "geng1",
        '重' if counted => "chong2",
        '弄' => {
            if counted {
                "long4"
            } else {
                "nong4"
            }
        }
        '卷' if beside.next_in("起 走 了 着 成 进 上") && !counted => "juan3",
        '塞' if beside.next_in("进 入 了 在 到 着 满 给") || tag(beside.previous) == "v" => {
            "sai1"
        }
        '钻' if beside.next_in("进 出 了 到 着 入 研") => "zuan1",
        '教' if beside.next.is_some_and(|n| n.tag == "r") || beside.next_in("书 会 给") => {
            "jiao1"
        }
        '数' if beside.next_in("了 着 不 出 一 数 钱 钞票 星星") => "shu3",
        '长' if beside.next_in("着 了 出 得 出来 在 满 胖 高") => "zhang3",
        '种' if counted || beside.previous_in("这 那 每 几 各") => "zhong3",
        _ => return None,
    };
    Reading::parse(pinyin)
}

/// 得 after what it describes is de5, before what must be done dei3.
fn de_of_degree(beside: &Beside) -> Option<&'static str> {
    let must = matches!(tag(beside.next), "v" | "d" | "p" | "r" | "a");
    let adverb = beside
        .previous_in("就 还 也 都 总 又 必 只 非 可 才 便 仍 真 至少 怎么也 一定 必须 那就 这就");
    let thing = tag(beside.next).starts_with('n') || tag(beside.next) == "m";
    match tag(beside.previous) {
        _ if adverb && (must || thing) => Some("dei3"),
        "" | "r" | "d" | "t" | "c" if must => Some("dei3"),
        "n" | "nr" | "ns" | "nt" | "nz" if matches!(tag(beside.next), "v" | "p") => Some("dei3"),
        "v" | "a" | "z" | "i" | "l" | "vn" if beside.next.is_some() => Some("de5"),
        _ => None,
    }
}

/// 地 after an adverbial is de5, as a noun di4.
fn de_of_manner(beside: &Beside) -> Option<&'static str> {
    let previous = beside.previous?;
    if repeats(beside.glyphs, previous.end) && beside.next.is_some() {
        return Some("de5");
    }
    let long = previous.end - previous.start >= 2;
    match previous.tag {
        "a" | "d" | "z" | "i" | "l" | "b" | "o" | "v" | "vn" | "ad" if long => Some("de5"),
        "n" if long && matches!(tag(beside.next), "v" | "p") => Some("de5"),
        "p" | "m" | "r" | "ns" => Some("di4"),
        "o" => Some("de5"),
        _ => None,
    }
}

/// Whether the text before a place repeats itself: 重重, 高高兴兴, 绿油油, 一个一个.
fn repeats(glyphs: &[Glyph], end: usize) -> bool {
    let back = |offset: usize| end.checked_sub(offset).map(|at| glyphs[at].character);
    let han = |offset: usize| back(offset).is_some_and(super::characters::is_han);
    let twice = back(1) == back(2) && han(1);
    let pairs = back(1) == back(3) && back(2) == back(4) && (1..=4).all(han);
    // 一遍又一遍
    let again = back(1) == back(4) && back(2) == back(5) && back(3) == Some('又') && han(2);
    twice || pairs || again
}

/// 地 at the end of a word that says how: 默默地.
pub fn ends_in_manner(glyphs: &[Glyph], segment: &Segment) -> bool {
    segment.end - segment.start >= 3
        && glyphs[segment.end - 1].character == '地'
        && (repeats(glyphs, segment.end - 1) || matches!(segment.tag, "d" | "z"))
}

/// 为 "for" is wei4, "as, to be" wei2.
fn wei(beside: &Beside) -> Option<&'static str> {
    const AUXILIARIES: &str = "要 将 会 能 可以 愿意 愿 决定 表示 试图 打算 准备 正在 在 已经 已 曾 甘 专门 亲自 一直 不断 主动 反对 努力 用于 \
        是 就是 都是 只是 也 又 还 却 就 只 没 没有 不 别 仍 仅 或 纷纷 特地 特意";
    const WHOM: &str = "我 你 您 他 她 它 我们 你们 他们 她们 它们 咱们 自己 大家 人们 本 谁 何";
    let next = beside.next?;
    if next.tag == "m" && next.end - next.start >= 2
        || beside.previous_in("图 均 皆 实 改 分 归 终 渐 作 更 最 最高 合计 依次")
    {
        return Some("wei2");
    }
    if beside.previous.is_none()
        || beside.previous_in(AUXILIARIES)
        || beside.next_in(WHOM)
        || beside.next_in("了 什么 啥 何")
    {
        return Some("wei4");
    }
    None
}
