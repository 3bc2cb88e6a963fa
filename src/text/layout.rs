//! Where a raw sentence stands: in its paragraph, in a quotation, in verse.

use super::pauses::Written;
use super::split::RawSentences;
use super::steps::{Layout, RawSentence};
use super::utterance::Place;
use super::verse;

/// Longest heading in characters.
const LONGEST_HEADING: usize = 30;

/// The raw sentences of a text, each with its layout; blanks between them are left out.
pub struct LaidOut {
    raw: RawSentences,
    /// What comes next, and the line ends in front of it.
    held: Option<RawSentence>,
    /// Whether the next sentence begins a line.
    begins: bool,
    /// What the line is, if it is more than a line.
    line: Written,
    quoted: bool,
    /// Length of the lines of verse before.
    verse: Option<usize>,
}

impl LaidOut {
    pub fn new(raw: RawSentences) -> LaidOut {
        LaidOut {
            raw,
            held: None,
            begins: true,
            line: Written::Nothing,
            quoted: false,
            verse: None,
        }
    }

    /// The next one that is not blank, and the line ends in front of it.
    fn spoken(&mut self) -> (usize, Option<RawSentence>) {
        let mut lines = 0;
        for raw in self.raw.by_ref() {
            if is_blank(&raw) {
                lines += line_ends(&raw.characters);
            } else {
                return (lines, Some(raw));
            }
        }
        (lines, None)
    }
}

impl Iterator for LaidOut {
    type Item = RawSentence;

    fn next(&mut self) -> Option<RawSentence> {
        let mut raw = match self.held.take() {
            Some(raw) => raw,
            None => self.spoken().1?,
        };
        let (blank, next) = self.spoken();
        let own = raw.characters.iter().rev();
        let trailing: Vec<char> = own.take_while(|c| c.is_whitespace()).copied().collect();
        let lines = blank + line_ends(&trailing);
        let over = lines > 0 || next.is_none();
        let length = verse::line(&raw.characters);
        let beside = |other: Option<usize>| length.is_some() && length == other;
        let follows = next.as_ref().and_then(|next| verse::line(&next.characters));
        let alone = self.begins && over && length == Some(7);
        if self.begins {
            self.line = kind(&raw.characters);
        }
        raw.layout = Layout {
            place: Place {
                first: self.begins && !over,
                last: over && !self.begins,
            },
            begins: self.begins,
            ends: match lines {
                0 => Written::Nothing,
                1 if self.line == Written::Nothing => Written::Line,
                1 => self.line,
                _ => self.line.longer(Written::Paragraph),
            },
            quoted: self.quoted,
            verse: alone || beside(follows) || beside(self.verse),
        };
        for character in &raw.characters {
            match character {
                '“' | '「' => self.quoted = true,
                '”' | '」' => self.quoted = false,
                _ => {}
            }
        }
        self.quoted &= lines == 0;
        self.begins = lines > 0;
        self.verse = length;
        self.held = next;
        Some(raw)
    }
}

/// Where the sentence begins that more text may still change, or one before it that it may show to be verse.
pub fn settled(sentences: RawSentences) -> usize {
    let mut settled = 0;
    let mut before: Option<RawSentence> = None;
    for raw in sentences.filter(|raw| !is_blank(raw)) {
        settled = match &before {
            Some(line) if verse::line(&line.characters).is_some() => line.start,
            _ => raw.start,
        };
        before = Some(raw);
    }
    settled
}

fn is_blank(raw: &RawSentence) -> bool {
    raw.characters.iter().all(|c| c.is_whitespace())
}

fn line_ends(characters: &[char]) -> usize {
    let ends = characters.iter().enumerate().filter(|&(at, &character)| {
        let pair = character == '\n' && at > 0 && characters[at - 1] == '\r';
        matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}') && !pair
    });
    ends.count()
}

fn trimmed(characters: &[char]) -> &[char] {
    let kept = |character: &char| !character.is_whitespace();
    let start = characters.iter().position(kept).unwrap_or(0);
    let end = characters.iter().rposition(kept).map_or(0, |last| last + 1);
    &characters[start..end.max(start)]
}

fn kind(line: &[char]) -> Written {
    if is_heading(line) {
        Written::Heading
    } else if is_item(line) {
        Written::Item
    } else {
        Written::Nothing
    }
}

/// `# 标题`, 第三章 and the like, without a mark at its end.
fn is_heading(characters: &[char]) -> bool {
    let line = trimmed(characters);
    let number = |character: &&char| {
        character.is_ascii_digit() || "〇零一二三四五六七八九十百千两".contains(**character)
    };
    let chapter = line.first() == Some(&'第') && {
        let digits = line[1..].iter().take_while(number).count();
        let unit = line.get(1 + digits);
        digits > 0 && unit.is_some_and(|unit| "章回节卷部集篇幕".contains(*unit))
    };
    let ends = line.last().is_some_and(|last| last.is_alphanumeric());
    line.first() == Some(&'#') || chapter && ends && line.len() <= LONGEST_HEADING
}

/// `- `, `1. `, （一） and the like.
fn is_item(characters: &[char]) -> bool {
    let line = trimmed(characters);
    let digits = line
        .iter()
        .take_while(|character| character.is_ascii_digit());
    let after = line.get(digits.count().max(1));
    match line.first() {
        Some('-' | '*' | '+') => after == Some(&' '),
        Some('•' | '·' | '●') => true,
        Some('（' | '(') => line
            .iter()
            .take(5)
            .any(|character| matches!(character, '）' | ')')),
        Some(first) if first.is_ascii_digit() => after.is_some_and(|c| ".、)）".contains(*c)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layouts(text: &str) -> Vec<Layout> {
        LaidOut::new(RawSentences::new(text))
            .map(|raw| raw.layout)
            .collect()
    }

    #[test]
    fn paragraphs_begin_and_end() {
        let places: Vec<_> = layouts("一句。两句。三句。\n四句。\n\n五句。六句。")
            .iter()
            .map(|layout| (layout.place.first, layout.place.last, layout.ends))
            .collect();
        let nothing = Written::Nothing;
        assert_eq!(
            places,
            [
                (true, false, nothing),
                (false, false, nothing),
                (false, true, Written::Line),
                (false, false, Written::Paragraph),
                (true, false, nothing),
                (false, true, nothing),
            ]
        );
    }

    #[test]
    fn headings_and_items_are_told_from_lines() {
        let ends = |text: &str| layouts(text)[0].ends;
        assert_eq!(ends("第三回 宴桃园豪杰三结义\n话说"), Written::Heading);
        assert_eq!(ends("# 标题\n正文"), Written::Heading);
        assert_eq!(ends("第三章我没看懂。\n正文"), Written::Line);
        assert_eq!(ends("- 苹果\n- 梨"), Written::Item);
        assert_eq!(ends("1. 苹果\n2. 梨"), Written::Item);
        assert_eq!(ends("-5度\n冷"), Written::Line);
    }

    #[test]
    fn quotations_reach_over_sentences_but_not_lines() {
        let quoted = |text: &str| -> Vec<bool> {
            layouts(text).iter().map(|layout| layout.quoted).collect()
        };
        assert_eq!(quoted("他说：“好。我走。”他走了。"), [false, true, false]);
        assert_eq!(quoted("“好。\n他走了。"), [false, false]);
    }
}
