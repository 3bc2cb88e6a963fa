//! Template sentences: a text with slots, such as 现在是北京时间{时间}整, cut where a joint can't be heard.
//!
//! What stays the same whatever the slots hold is spoken as parts of their own, so that it can be made ahead. A part ends in
//! a pause, where speech is silent: at a mark of the text, or in front of a slot when enough has been said before it. The
//! few syllables between a slot and the next mark go with the slot.

use std::ops::Range;

use super::error::TextError;
use super::options::TextOptions;
use super::sentence;
use super::split::RawSentences;
use super::steps::{Layout, RawSentence};
use super::utterance::Sentence;

/// Characters that must come before a slot since the last mark, for a pause there to sound natural.
const BEFORE_SLOT: usize = 4;

/// The templates of a page.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    templates: Vec<Template>,
}

/// A raw sentence with slots.
#[derive(Debug, Clone)]
struct Template {
    /// With a slot between each two.
    fixed: Vec<Fixed>,
    /// The marks at its end, which tell how it is said.
    closing: Vec<char>,
}

#[derive(Debug, Clone)]
struct Fixed {
    characters: Vec<char>,
    /// The part that is spoken by itself; empty when there is none.
    part: Range<usize>,
}

/// A part that is the same in every sentence of its template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedPart {
    characters: Vec<char>,
    /// Whether it is the end of the sentence.
    ends: bool,
}

/// A part of a raw sentence.
pub(super) struct Part {
    raw: RawSentence,
    fixed: bool,
    ends: bool,
}

impl Templates {
    /// Reads templates; a slot is a name in braces. Fails where a brace is left alone, two slots touch, or nothing but slots
    /// is there.
    pub fn parse<T: AsRef<str>>(texts: &[T]) -> Result<Templates, TextError> {
        let mut templates = Vec::new();
        for text in texts.iter().map(AsRef::as_ref) {
            let before = templates.len();
            for raw in RawSentences::new(text) {
                let (start, body) = trim(&raw.characters);
                let closing = &raw.characters[start + body.len()..];
                templates.extend(Template::parse(body, closing, text)?);
            }
            if templates.len() == before {
                return Err(TextError::Template(text.into()));
            }
        }
        Ok(Templates { templates })
    }

    /// Adds other templates; where several fit a sentence, the first one counts.
    pub fn extend(&mut self, others: Templates) {
        self.templates.extend(others.templates);
    }

    /// Every part that can be made ahead.
    pub fn fixed_parts(&self) -> Vec<FixedPart> {
        let mut parts: Vec<FixedPart> = Vec::new();
        for template in &self.templates {
            let last = template.fixed.len() - 1;
            for (at, fixed) in template.fixed.iter().enumerate() {
                let ends = at == last;
                let mut characters = fixed.characters[fixed.part.clone()].to_vec();
                if ends && !characters.is_empty() {
                    characters.extend(&template.closing);
                }
                let part = FixedPart { characters, ends };
                if !part.characters.is_empty() && !parts.contains(&part) {
                    parts.push(part);
                }
            }
        }
        parts
    }

    /// Cuts a raw sentence by the first template that fits; one that fits none stays whole.
    pub(super) fn cut(&self, raw: RawSentence) -> Vec<Part> {
        let found = self
            .templates
            .iter()
            .find_map(|template| template.cut(&raw));
        found.unwrap_or_else(|| {
            vec![Part {
                raw,
                fixed: false,
                ends: true,
            }]
        })
    }
}

impl Template {
    /// Nothing for a raw sentence that says nothing.
    fn parse(
        characters: &[char],
        closing: &[char],
        text: &str,
    ) -> Result<Option<Template>, TextError> {
        let wrong = || TextError::Template(text.into());
        let mut pieces = vec![Vec::new()];
        let mut rest = characters.iter();
        while let Some(&character) = rest.next() {
            match character {
                '{' => {
                    let name: Vec<char> = rest
                        .by_ref()
                        .copied()
                        .take_while(|&character| character != '}')
                        .collect();
                    let closed = characters[characters.len() - rest.len() - 1] == '}';
                    let apart =
                        pieces.len() == 1 || pieces.last().is_some_and(|last| !last.is_empty());
                    if name.is_empty() || name.contains(&'{') || !closed || !apart {
                        return Err(wrong());
                    }
                    pieces.push(Vec::new());
                }
                '}' => return Err(wrong()),
                character => pieces.last_mut().ok_or_else(wrong)?.push(character),
            }
        }
        if pieces
            .concat()
            .iter()
            .all(|&character| !is_spoken(character))
        {
            return if pieces.len() > 1 {
                Err(wrong())
            } else {
                Ok(None)
            };
        }
        let last = pieces.len() - 1;
        let fixed = pieces
            .into_iter()
            .enumerate()
            .map(|(at, characters)| Fixed {
                part: part(&characters, at > 0, at < last),
                characters,
            })
            .collect();
        let closing = closing.to_vec();
        Ok(Some(Template { fixed, closing }))
    }

    fn cut(&self, raw: &RawSentence) -> Option<Vec<Part>> {
        let (start, characters) = trim(&raw.characters);
        let [first, others @ ..] = &self.fixed[..] else {
            return None;
        };
        let mut at = first.characters.len();
        if !characters.starts_with(&first.characters) {
            return None;
        }
        let mut own = vec![first.part.clone()];
        for (index, fixed) in others.iter().enumerate() {
            let length = fixed.characters.len();
            // A slot holds a character at least.
            let place = if index == others.len() - 1 {
                characters
                    .ends_with(&fixed.characters)
                    .then(|| characters.len() - length)
            } else {
                characters
                    .get(at + 1..)?
                    .windows(length)
                    .position(|window| window == fixed.characters)
                    .map(|offset| at + 1 + offset)
            };
            let place = place.filter(|&place| place > at)?;
            own.push(place + fixed.part.start..place + fixed.part.end);
            at = place + length;
        }
        if at != characters.len() {
            return None;
        }
        let mut parts = Vec::new();
        let mut done = 0;
        let mut give = |range: Range<usize>, fixed| {
            if !range.is_empty() {
                let mut piece = raw.slice(range.clone());
                if fixed {
                    // What is made ahead must not depend on where it stands.
                    let ends = piece.layout.ends;
                    piece.layout = Layout {
                        ends,
                        ..Layout::default()
                    };
                }
                parts.push(Part {
                    raw: piece,
                    fixed,
                    ends: raw.ends && range.end == raw.characters.len(),
                });
            }
        };
        for range in own.into_iter().filter(|range| !range.is_empty()) {
            // What was trimmed off both ends goes with the outer parts.
            let begin = if range.start == 0 {
                0
            } else {
                start + range.start
            };
            let end = if range.end == characters.len() {
                raw.characters.len()
            } else {
                start + range.end
            };
            give(done..begin, false);
            give(begin..end, true);
            done = end;
        }
        give(done..raw.characters.len(), false);
        Some(parts)
    }
}

impl FixedPart {
    /// Its sentences, as they are in a text that fits the template.
    pub(super) fn analyse(&self, options: &TextOptions) -> Vec<Sentence> {
        let part = Part {
            raw: RawSentence {
                ends: self.ends,
                ..RawSentence::plain(self.characters.clone(), 0)
            },
            fixed: true,
            ends: self.ends,
        };
        part.analyse(options, false)
    }
}

impl Part {
    /// `first`: nothing has been said before it.
    pub(super) fn analyse(&self, options: &TextOptions, first: bool) -> Vec<Sentence> {
        let mut sentences = sentence::analyse(&self.raw, options, first && !self.fixed);
        for sentence in &mut sentences {
            sentence.fixed = self.fixed;
        }
        if let Some(last) = sentences.last_mut()
            && !self.ends
        {
            sentence::pause_only(last);
        }
        sentences
    }
}

/// What of the fixed characters is spoken by itself, between slots or the ends of the sentence.
fn part(characters: &[char], after_slot: bool, before_slot: bool) -> Range<usize> {
    let start = match characters.iter().position(|&character| is_mark(character)) {
        _ if !after_slot => 0,
        Some(mark) => mark + 1,
        None => return 0..0,
    };
    let last_mark = characters.iter().rposition(|&character| is_mark(character));
    let tail = last_mark.map_or(0, |mark| mark + 1);
    let spoken = |range: Range<usize>| {
        let characters = characters.get(range).unwrap_or_default();
        characters
            .iter()
            .filter(|&&character| is_spoken(character))
            .count()
    };
    let end = if before_slot && spoken(tail.max(start)..characters.len()) < BEFORE_SLOT {
        tail
    } else {
        characters.len()
    };
    if spoken(start..end) == 0 {
        0..0
    } else {
        start..end
    }
}

/// The characters between what is not spoken at both ends, and the position of the first. A closing brace is kept.
fn trim(characters: &[char]) -> (usize, &[char]) {
    let kept = |&character: &char| is_spoken(character) || matches!(character, '{' | '}');
    let start = characters.iter().position(kept).unwrap_or(characters.len());
    let end = characters
        .iter()
        .rposition(kept)
        .map_or(start, |last| last + 1);
    (start, &characters[start..end])
}

fn is_spoken(character: char) -> bool {
    character.is_alphanumeric()
}

/// Where speech pauses.
fn is_mark(character: char) -> bool {
    matches!(character, '，' | '；' | '：' | ',' | ';' | ':')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The parts of a text, those that are fixed in brackets.
    fn cut(templates: &[&str], text: &str) -> String {
        let templates = Templates::parse(templates).unwrap();
        let parts = RawSentences::new(text).flat_map(|raw| templates.cut(raw));
        let shown = parts.map(|part| {
            let text: String = part.raw.characters.iter().collect();
            if part.fixed {
                format!("[{text}]")
            } else {
                text
            }
        });
        shown.collect::<Vec<_>>().join("|")
    }

    #[test]
    fn cuts_where_a_pause_is_natural() {
        let time = ["现在是北京时间{时间}整"];
        assert_eq!(
            cut(&time, "现在是北京时间八点整。"),
            "[现在是北京时间]|八点整。"
        );
        assert_eq!(
            cut(&["您好，请问有什么可以帮您？"], "您好，请问有什么可以帮您"),
            "[您好，请问有什么可以帮您]"
        );
        assert_eq!(
            cut(
                &["请{姓名}到{窗口}号窗口，祝您愉快。"],
                "请王先生到三号窗口，祝您愉快！"
            ),
            "请王先生到三号窗口，|[祝您愉快！]"
        );
        assert_eq!(
            cut(
                &["{姓名}，您的订单{号码}已发货，请注意查收"],
                "张女士，您的订单12已发货，请注意查收。"
            ),
            "张女士，|[您的订单]|12已发货，|[请注意查收。]"
        );
    }

    #[test]
    fn what_is_made_ahead_asks_as_the_sentence_does() {
        let text = "您好，请问有什么可以帮您？";
        let part = &Templates::parse(&[text]).unwrap().fixed_parts()[0];
        let made = part.analyse(&TextOptions::default());
        let said: Vec<Sentence> = crate::text::sentences(text).collect();
        assert_eq!(made[0].phrases, said[0].phrases);
        assert_eq!(made[0].units, said[0].units);
    }

    #[test]
    fn leaves_alone_what_does_not_fit() {
        let time = ["现在是北京时间{时间}整"];
        for text in [
            "现在是北京时间整",
            "现在是北京时间八点",
            "他说现在是北京时间八点整",
            "好。",
        ] {
            assert_eq!(cut(&time, text), text);
        }
    }

    #[test]
    fn refuses_what_is_no_template() {
        for text in [
            "",
            "。",
            "{时间}",
            "{a}{b}好",
            "好{a",
            "好a}",
            "好{}",
            "好{a{b}}",
        ] {
            assert!(Templates::parse(&[text]).is_err(), "{text}");
        }
    }

    #[test]
    fn a_part_sounds_the_same_ahead_and_in_place() {
        let templates = Templates::parse(&["您的订单{号码}已发货，请注意查收。"]).unwrap();
        let options = TextOptions::default();
        let ahead: Vec<_> = templates
            .fixed_parts()
            .iter()
            .flat_map(|part| part.analyse(&options))
            .collect();
        let text = super::super::sentences("您的订单9527已发货，请注意查收！");
        let placed = text.with_templates(std::sync::Arc::new(templates));
        let placed: Vec<_> = placed.filter(|sentence| sentence.fixed).collect();
        let symbols = |sentences: &[Sentence]| {
            let all = sentences
                .iter()
                .flat_map(|sentence| crate::text::symbols::symbols(sentence, Default::default()));
            all.map(|symbol| (symbol.phone, symbol.tone, symbol.word_segment))
                .collect::<Vec<_>>()
        };
        assert_eq!(ahead.len(), 2);
        assert_eq!(symbols(&ahead), symbols(&placed));
    }

    proptest! {
        #[test]
        fn nothing_is_lost(slot in "[一-三a，。{}]{0,6}", template in "[好的，。{}a]{0,12}") {
            let text: String = template.replace("{a}", &slot);
            if let Ok(templates) = Templates::parse(&[template.as_str()]) {
                let parts = RawSentences::new(text.as_str()).flat_map(|raw| templates.cut(raw));
                let joined: String = parts.flat_map(|part| part.raw.characters).collect();
                prop_assert_eq!(joined, text);
            }
        }
    }
}
