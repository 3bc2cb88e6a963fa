//! A subset of SSML.
//!
//! | element | attributes |
//! |---|---|
//! | `speak` | the root |
//! | `p`, `s` | end a sentence |
//! | `break` | `time` (`500ms`, `1.5s`) or `strength` (`none` to `x-strong`); from 250 ms on it is silence between sentences |
//! | `phoneme` | `ph`: pinyin with tone digits (`chong2 qing4`) |
//! | `sub` | `alias`: what is said instead |
//! | `say-as` | `interpret-as`: `digits`, `telephone`, `cardinal`, `ordinal`, `characters`; `date`, `time` and the like are left to the normalisation |
//! | `prosody` | `rate` (0.5 to 2, `80%`, `slow`), `pitch` (semitones, `+2st`, `high`), `volume` (0 to 100, `loud`) |
//! | `voice` | `name`: one of the voice's speakers |
//! | `emotion` | `category`, `intensity` (0 to 1) |
//! | `mood` | `name`: `question`, `exclamation` and the like, see [`super::Mood::named`]; `auto`, `neutral` |
//! | `emphasis` | `level`: `strong` and `moderate` (the default) set off what is inside, `reduced` and `none` do not |
//! | `mark` | `name` |

mod markup;
mod say;

use super::error::{TextError, ssml_error as wrong};
use super::layout::LaidOut;
use super::reading::Reading;
use super::split::RawSentences;
use super::steps::RawSentence;
use super::utterance::{Bookmark, Sentence, Span, Style};
use markup::{Element, Event, Events};

/// Deepest nesting of elements.
const DEEPEST: usize = 32;
/// Elements whose content is said in a style of its own.
const STYLED: [&str; 4] = ["prosody", "emotion", "mood", "voice"];
/// A pause at least this long is silence between two sentences.
const SILENCE_MS: u32 = 250;
const LONGEST_SILENCE_MS: u32 = 60_000;

/// A run of text that is read in one style.
#[derive(Debug, Default)]
pub struct Part {
    characters: Vec<char>,
    spans: Vec<Span>,
    readings: Vec<Option<Reading>>,
    pub style: Style,
    /// Silence after the part.
    pub silence_ms: u32,
    pub bookmarks: Vec<Bookmark>,
    /// Words with emphasis.
    pub focus: Vec<Span>,
}

impl Part {
    fn push(&mut self, character: char, span: Span, reading: Option<Reading>) {
        self.characters.push(character);
        self.spans.push(span);
        self.readings.push(reading);
    }
}

/// The sentences of a document's parts, one at a time.
pub struct PartSentences {
    parts: std::vec::IntoIter<Part>,
    /// The part that is read, and what is left of it.
    current: Option<(Part, LaidOut)>,
    /// The last sentences said: what comes between them and the next ones belongs to them.
    held: Vec<Sentence>,
    /// Bookmarks for the next sentence.
    bookmarks: Vec<Bookmark>,
    /// Silence before anything is said.
    lead_ms: u32,
}

impl PartSentences {
    pub fn new(parts: Vec<Part>) -> Self {
        Self {
            parts: parts.into_iter(),
            current: None,
            held: Vec::new(),
            bookmarks: Vec::new(),
            lead_ms: 0,
        }
    }

    /// The next sentences, as `analyse` makes them of a raw one; `None` at the end. `verse`: all of it is verse.
    pub fn next(
        &mut self,
        verse: bool,
        analyse: impl Fn(&RawSentence) -> Vec<Sentence>,
    ) -> Option<Vec<Sentence>> {
        loop {
            let Some((part, raws)) = &mut self.current else {
                let Some(mut part) = self.parts.next() else {
                    let mut last = std::mem::take(&mut self.held);
                    last.last_mut()?.bookmarks.append(&mut self.bookmarks);
                    return Some(last);
                };
                self.bookmarks.append(&mut part.bookmarks);
                let text: String = part.characters.iter().collect();
                self.current = Some((part, LaidOut::new(RawSentences::new(text))));
                continue;
            };
            let Some(mut raw) = raws.next() else {
                match self.held.last_mut() {
                    Some(last) => last.silence_ms = silence(last.silence_ms, part.silence_ms),
                    None => self.lead_ms = silence(self.lead_ms, part.silence_ms),
                }
                self.current = None;
                continue;
            };
            let mood = part.style.mood.as_deref();
            raw.layout.verse |= mood.map_or(verse, |mood| mood == "verse");
            let own = raw.start..raw.start + raw.characters.len();
            let mut said = analyse(&RawSentence {
                spans: part.spans[own.clone()].to_vec(),
                readings: part.readings[own].to_vec(),
                focus: part.focus.clone(),
                ..raw
            });
            let Some(first) = said.first_mut() else {
                continue;
            };
            first.lead_ms = std::mem::take(&mut self.lead_ms);
            for sentence in &mut said {
                sentence.style = part.style.clone();
                let end = sentence.span.end;
                let reached = self.bookmarks.partition_point(|mark| mark.at < end);
                sentence.bookmarks.extend(self.bookmarks.drain(..reached));
            }
            let held = std::mem::replace(&mut self.held, said);
            if !held.is_empty() {
                return Some(held);
            }
        }
    }
}

/// Where the raw sentences of a document begin.
pub fn starts(document: &str) -> Result<Vec<usize>, TextError> {
    let starts = |part: Part| {
        let text: String = part.characters.iter().collect();
        RawSentences::new(text).map(move |raw| part.spans[raw.start].start)
    };
    Ok(parse(document)?.into_iter().flat_map(starts).collect())
}

fn silence(first: u32, second: u32) -> u32 {
    first.saturating_add(second).min(LONGEST_SILENCE_MS)
}

/// An element that is open.
struct Open {
    name: String,
    /// The style outside.
    style: Style,
    /// Where its text starts, for an element that says something else instead.
    instead: Option<(say::Instead, usize)>,
    /// Where its text starts, for an element that gives emphasis.
    emphasis: Option<usize>,
}

#[derive(Default)]
struct Reader {
    parts: Vec<Part>,
    part: Part,
    open: Vec<Open>,
}

/// Reads a document into parts. Errors point at the character.
pub fn parse(document: &str) -> Result<Vec<Part>, TextError> {
    let mut reader = Reader::default();
    let mut seen = false;
    for event in Events::new(document) {
        match event? {
            Event::Text { character, span } if !reader.open.is_empty() => {
                let space = character.is_whitespace();
                let character = if space { ' ' } else { character };
                reader.part.push(character, span, None)
            }
            Event::Text { character, .. } if character.is_whitespace() => {}
            Event::Text { span, .. } => return Err(wrong(span.start, "text outside <speak>")),
            Event::Start(element) => {
                if reader.open.is_empty() && (seen || element.name != "speak") {
                    return Err(wrong(
                        element.at,
                        "the document must be one <speak> element",
                    ));
                }
                seen = true;
                reader.start(element)?;
            }
            Event::End { name, at } => reader.end(&name, at)?,
        }
    }
    match reader.open.last() {
        Some(open) => Err(wrong(
            document.chars().count(),
            &format!("<{}> is not closed", open.name),
        )),
        None if !seen => Err(wrong(0, "the document must be one <speak> element")),
        None => {
            reader.cut(0);
            Ok(reader.parts)
        }
    }
}

impl Reader {
    /// Ends the part; what follows is another sentence.
    fn cut(&mut self, silence_ms: u32) {
        let style = self.part.style.clone();
        let part = std::mem::replace(
            &mut self.part,
            Part {
                style,
                ..Part::default()
            },
        );
        self.parts.push(Part { silence_ms, ..part });
    }

    fn start(&mut self, element: Element) -> Result<(), TextError> {
        if self.open.len() >= DEEPEST {
            return Err(wrong(element.at, "elements are nested too deep"));
        }
        if self.open.iter().any(|open| open.instead.is_some()) {
            return Err(wrong(
                element.at,
                &format!(
                    "<{}> may hold only text",
                    self.open[self.open.len() - 1].name
                ),
            ));
        }
        let outside = self.part.style.clone();
        let (mut instead, mut emphasis) = (None, None);
        match element.name.as_str() {
            "speak" if self.open.is_empty() => {}
            "p" | "s" => self.cut(0),
            "break" => self.pause(&element)?,
            "mark" => {
                let name = element.required("name")?.to_string();
                self.part.bookmarks.push(Bookmark {
                    name,
                    at: element.at,
                });
            }
            "phoneme" | "sub" | "say-as" => {
                instead = Some((say::Instead::read(&element)?, self.part.characters.len()))
            }
            name if STYLED.contains(&name) => {
                self.cut(0);
                self.part.style = element.style(&outside)?;
            }
            "emphasis" => {
                emphasis = element.emphasis()?.then_some(self.part.characters.len());
            }
            name => {
                return Err(wrong(
                    element.at,
                    &format!("<{name}> is not supported here"),
                ));
            }
        }
        let (name, at) = (element.name, element.at);
        if matches!(name.as_str(), "break" | "mark") && element.empty {
            return Ok(());
        }
        self.open.push(Open {
            name: name.clone(),
            style: outside,
            instead,
            emphasis,
        });
        if element.empty {
            self.end(&name, at)?;
        }
        Ok(())
    }

    fn end(&mut self, name: &str, at: usize) -> Result<(), TextError> {
        let open = self.open.pop().filter(|open| open.name == name);
        let open = open.ok_or_else(|| wrong(at, &format!("</{name}> closes nothing")))?;
        if let Some((instead, first)) = open.instead {
            let text: String = self.part.characters.drain(first..).collect();
            let spans: Vec<Span> = self.part.spans.drain(first..).collect();
            let all = spans.iter().copied().reduce(Span::join);
            let all = all.unwrap_or(Span { start: at, end: at });
            self.part.readings.truncate(first);
            let said = instead.say(&text);
            // What is only read in another way keeps its places; other text stands for the whole.
            let same = said
                .iter()
                .map(|&(character, _)| character)
                .eq(text.chars());
            for (index, (character, reading)) in said.into_iter().enumerate() {
                let own = spans.get(index).filter(|_| same);
                self.part
                    .push(character, own.copied().unwrap_or(all), reading);
            }
        }
        let spans = open.emphasis.and_then(|first| self.part.spans.get(first..));
        let emphasised = spans.and_then(|spans| spans.iter().copied().reduce(Span::join));
        self.part.focus.extend(emphasised);
        if matches!(name, "p" | "s") || STYLED.contains(&name) {
            self.cut(0);
            self.part.style = open.style;
        }
        Ok(())
    }

    fn pause(&mut self, element: &Element) -> Result<(), TextError> {
        let time = element
            .value("time")
            .map(|time| element.milliseconds(time))
            .transpose()?;
        let milliseconds = match (time, element.value("strength").unwrap_or("medium")) {
            (Some(time), _) => time,
            (None, "none") => return Ok(()),
            (None, "x-weak" | "weak" | "medium") => 0,
            (None, "strong") => 400,
            (None, "x-strong") => 800,
            (None, other) => {
                return Err(wrong(element.at, &format!("strength {other:?} is unknown")));
            }
        };
        if time == Some(0) {
            return Ok(());
        }
        if milliseconds >= SILENCE_MS {
            self.cut(milliseconds.min(LONGEST_SILENCE_MS));
        } else {
            self.part.push(
                '，',
                Span {
                    start: element.at,
                    end: element.at,
                },
                None,
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::text::{Sentence, TextError, Unit, ssml_sentences};

    fn read(document: &str) -> Result<Vec<Sentence>, TextError> {
        Ok(ssml_sentences(document, crate::text::TextOptions::default())?.collect())
    }

    fn said(document: &str) -> String {
        let sentences = read(document).unwrap();
        let syllables = sentences
            .iter()
            .flat_map(|s| &s.units)
            .filter_map(|unit| match unit {
                Unit::Syllable(s) => Some(format!("{}{}", s.pinyin, s.tone)),
                Unit::English(word) => {
                    let nearest = word.nearest.iter();
                    Some(
                        nearest
                            .map(|s| format!("{}{}", s.pinyin, s.tone))
                            .collect::<Vec<_>>()
                            .join(" "),
                    )
                }
                Unit::Pause(_) => None,
            });
        syllables.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn says_what_is_asked() {
        assert_eq!(
            said(
                "<speak><phoneme alphabet=\"pinyin\" ph=\"chong2 qing4\">重庆</phoneme>人</speak>"
            ),
            "chong2 qing4 ren2"
        );
        assert_eq!(
            said("<speak><sub alias='万维网'>W3</sub></speak>"),
            "wan4 wei2 wang3"
        );
        assert_eq!(
            said("<speak><say-as interpret-as='digits'>12</say-as></speak>"),
            "yao1 er4"
        );
        assert_eq!(said("<speak>A &amp; B</speak>"), "ei1 he2 bi4");
    }

    #[test]
    fn styles_and_silence_cut_sentences() {
        let document = "<speak>你好<break time='1s'/><emotion category='happy' intensity='0.5'>走吧<mark name='m'/>走</emotion><prosody rate='fast' pitch='+2st'>快</prosody></speak>";
        let sentences = read(document).unwrap();
        assert_eq!(sentences.len(), 3);
        assert_eq!(sentences[0].silence_ms, 1000);
        assert_eq!(sentences[1].style.emotion.as_deref(), Some("happy"));
        assert_eq!(sentences[1].bookmarks[0].name, "m");
        assert_eq!(sentences[2].style.pitch, Some(2.0));
        assert!(sentences[2].style.emotion.is_none());
        let first = &sentences[0].span;
        assert_eq!((first.start, first.end), (7, 9));
    }

    #[test]
    fn a_voice_speaks_what_is_inside() {
        let document = "<speak>他说<voice name='dalang'>走吧<prosody rate='2'>快走</prosody></voice>就走了</speak>";
        let sentences = read(document).unwrap();
        let voices = sentences.iter().map(|s| s.style.voice.as_deref());
        let voices: Vec<_> = voices.collect();
        assert_eq!(voices, [None, Some("dalang"), Some("dalang"), None]);
        assert!(read("<speak><voice>好</voice></speak>").is_err());
    }

    #[test]
    fn blanks_between_elements_lose_nothing() {
        let document = "<speak>\n<p>你好</p>\n<break time='1s'/>\n<mark name='a'/>\n<p>再见</p> <mark name='b'/></speak>";
        let sentences = read(document).unwrap();
        assert_eq!(sentences.len(), 2);
        assert_eq!(sentences[0].silence_ms, 1000);
        let names = sentences[1].bookmarks.iter().map(|mark| mark.name.as_str());
        assert_eq!(names.collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn an_element_without_content_says_the_same_as_one_closed_at_once() {
        for instead in ["<sub alias='万维网'/>", "<sub alias='万维网'></sub>"] {
            assert_eq!(
                said(&format!("<speak>你{instead}</speak>")),
                "ni3 wan4 wei2 wang3"
            );
        }
        assert_eq!(said("<speak><phoneme ph='hao3'/></speak>"), "hao3");
    }

    #[test]
    fn line_ends_are_spaces_and_silence_adds_up() {
        let one = read("<speak>今天天气\n  不错。</speak>").unwrap();
        assert_eq!(one.len(), 1);
        let lead = read(
            "<speak><break time='3s'/>你好<break time='3s'/>（）<break time='3s'/>再见</speak>",
        )
        .unwrap();
        let silences: Vec<_> = lead.iter().map(|s| (s.lead_ms, s.silence_ms)).collect();
        assert_eq!(silences, [(3000, 6000), (0, 0)]);
        let none = read("<speak>你<break time='0ms'/>好</speak>").unwrap();
        assert_eq!(none[0].units.len(), 3);
    }

    #[test]
    fn errors_point_at_the_character() {
        for (document, at) in [
            ("你好", 0),
            ("<speak>好", 8),
            ("<speak><x/></speak>", 7),
            ("<speak>好</s></speak>", 8),
            ("<speak><break time='x'/></speak>", 7),
            ("<speak>&huh;</speak>", 7),
            ("<speak><phoneme ph='zzz'>好</phoneme></speak>", 7),
            ("<speak a=b></speak>", 0),
        ] {
            match read(document) {
                Err(TextError::Ssml { at: found, reason }) => {
                    assert_eq!(found, at, "{document}: {reason}")
                }
                other => panic!("{document}: {other:?}"),
            }
        }
    }
}
