//! What a phrase does, from its marks and words: it states, asks, exclaims, commands, calls, trails off or breaks off.

use super::names::is_surname;
use super::steps::{Glyph, Segment, SegmentKind};
use super::utterance::{Mood, Span};

/// The moods by the names that options and SSML use.
const NAMES: [(&str, Mood); 10] = [
    ("statement", Mood::Statement),
    ("particle-question", Mood::ParticleQuestion),
    ("question", Mood::PlainQuestion),
    ("word-question", Mood::WordQuestion),
    ("exclamation", Mood::Exclamation),
    ("command", Mood::Command),
    ("trailing", Mood::Trailing),
    ("broken-off", Mood::BrokenOff),
    ("call", Mood::Call),
    ("verse", Mood::Verse),
];

const PARTICLES: [&str; 9] = ["吗", "么", "嘛", "吧", "呢", "啊", "呀", "哦", "啦"];
/// What a question word begins with or holds.
const ASKING: [&str; 15] = [
    "什么", "谁", "哪", "怎", "为何", "何时", "何处", "如何", "多少", "多久", "多大", "多远", "啥",
    "咋", "干吗",
];
/// Words of that form which do not ask.
const NOT_ASKING: [&str; 6] = ["时不时", "动不动", "怎奈", "谁知", "哪怕", "几乎"];
const CALLED: [&str; 36] = [
    "妈", "妈妈", "爸", "爸爸", "爹", "娘", "爷爷", "奶奶", "姥姥", "姥爷", "外婆", "外公", "哥",
    "哥哥", "姐", "姐姐", "弟弟", "妹妹", "叔叔", "阿姨", "舅舅", "姑姑", "老师", "先生", "小姐",
    "师傅", "师父", "大夫", "医生", "同学", "大哥", "大姐", "老板", "喂", "嘿", "孩子",
];
const COMMANDING: [&str; 34] = [
    "别", "快", "请", "不要", "不许", "不准", "给我", "赶快", "赶紧", "快点", "站住", "住手",
    "住口", "闭嘴", "滚", "走开", "让开", "放手", "放开", "出去", "进来", "过来", "起来", "回来",
    "下来", "坐下", "开门", "动手", "小心", "当心", "注意", "停", "快跑", "安静",
];
/// Most syllables of a command and of a call.
const LONGEST_COMMAND: usize = 8;
const LONGEST_CALL: usize = 4;

/// The text decides.
pub const AUTO: &str = "auto";
/// Everything is said like a statement.
pub const NEUTRAL: &str = "neutral";

impl Mood {
    /// Whether options and SSML may ask for this: `auto`, `neutral` or a mood.
    pub fn is_choice(name: &str) -> bool {
        matches!(name, AUTO | NEUTRAL) || Mood::named(name).is_some()
    }

    /// The mood of this name: `statement`, `question`, `particle-question`, `word-question`, `exclamation`, `command`, `trailing`,
    /// `broken-off`, `call`, `verse`.
    pub fn named(name: &str) -> Option<Mood> {
        let found = NAMES.iter().find(|(known, _)| *known == name);
        found.map(|&(_, mood)| mood)
    }
}

/// The mood of a phrase, and the words that its question is about. `segments` are its words and marks without those that end it,
/// `marks` what ends it. `open`: it ends where speech does, with its sentence or a quotation.
pub fn mood(
    glyphs: &[Glyph],
    segments: &[Segment],
    marks: &str,
    open: bool,
) -> (Mood, Option<Span>) {
    let has = |wanted: &[char]| marks.contains(wanted);
    let clause = segments.rsplit(|segment| segment.kind == SegmentKind::Mark);
    let clause = Clause::new(glyphs, clause.into_iter().next().unwrap_or(segments));
    let whole = segments.len() == clause.words.len();
    let asks = has(&['？', '?']);
    let silent = !has(&['！', '!', '…', '—']);
    if asks || silent && clause.ends_in(&PARTICLES[..1]) {
        let focus = clause.asking();
        return match focus {
            _ if clause.ends_in(&PARTICLES[..3]) => (Mood::ParticleQuestion, None),
            Some(word) => (Mood::WordQuestion, Some(word)),
            None if clause.is_choice() => (Mood::WordQuestion, None),
            None if clause.ends_in(&PARTICLES) => (Mood::ParticleQuestion, None),
            None => (Mood::PlainQuestion, None),
        };
    }
    let mood = if has(&['！', '!']) {
        if whole && clause.calls() {
            Mood::Call
        } else if clause.commands() {
            Mood::Command
        } else {
            Mood::Exclamation
        }
    } else if marks.contains('…') || marks.contains("...") {
        Mood::Trailing
    } else if has(&['—']) && open {
        Mood::BrokenOff
    } else {
        Mood::Statement
    };
    (mood, None)
}

/// 别动 and the like, as one word.
fn forbids(word: &str) -> bool {
    let verb = word.strip_prefix('别');
    verb.is_some_and(|verb| !verb.is_empty() && !"人的处墅名".contains(verb))
}

/// The words of the last clause of a phrase.
struct Clause {
    words: Vec<(String, &'static str, Span)>,
}

impl Clause {
    fn new(glyphs: &[Glyph], segments: &[Segment]) -> Clause {
        let words = segments.iter().filter_map(|segment| {
            let own = &glyphs[segment.start..segment.end];
            let spans = own.iter().map(|glyph| glyph.span);
            let text = own.iter().map(|glyph| glyph.character).collect();
            Some((text, segment.tag, spans.reduce(Span::join)?))
        });
        Clause {
            words: words.collect(),
        }
    }

    fn length(&self) -> usize {
        self.words
            .iter()
            .map(|(word, ..)| word.chars().count())
            .sum()
    }

    fn ends_in(&self, particles: &[&str]) -> bool {
        let last = self.words.last();
        self.words.len() > 1 && last.is_some_and(|(word, ..)| particles.contains(&word.as_str()))
    }

    /// The question word, or the verb that is asked about as in 是不是.
    fn asking(&self) -> Option<Span> {
        let asks = |word: &str| {
            let number = word.starts_with('几');
            let known = ASKING.iter().any(|asking| word.contains(asking));
            (known || number) && !NOT_ASKING.contains(&word)
        };
        let word = self.words.iter().find(|(word, ..)| asks(word));
        word.map(|&(.., span)| span).or_else(|| self.a_not_a())
    }

    fn a_not_a(&self) -> Option<Span> {
        if let Some(&(.., span)) = self.words.iter().find(|(word, ..)| word == "是否") {
            return Some(span);
        }
        let letters = self.words.iter().flat_map(|(word, _, span)| {
            let not = NOT_ASKING.contains(&word.as_str());
            word.chars().map(move |letter| (letter, *span, not))
        });
        let letters: Vec<_> = letters.collect();
        let found = letters.windows(3).find(|letters| {
            matches!(letters[1].0, '不' | '没') && letters[0].0 == letters[2].0 && !letters[0].2
        })?;
        Some(found[0].1.join(found[2].1))
    }

    fn is_choice(&self) -> bool {
        let word = self.words.iter().position(|(word, ..)| word == "还是");
        word.is_some_and(|at| at > 0 && at + 1 < self.words.len())
    }

    fn calls(&self) -> bool {
        let named = |(at, (word, tag, _)): (usize, &(String, &'static str, Span))| {
            tag.starts_with("nr")
                || CALLED.contains(&word.as_str())
                || "老小阿".contains(word)
                || at == 0 && self.words.len() > 1 && is_surname(word)
        };
        self.length() <= LONGEST_CALL && self.words.iter().enumerate().all(named)
    }

    fn commands(&self) -> bool {
        let Some((first, ..)) = self.words.first() else {
            return false;
        };
        self.length() <= LONGEST_COMMAND
            && (COMMANDING.contains(&first.as_str()) || forbids(first))
            && !self.ends_in(&["了", "啦", "的"])
    }
}
