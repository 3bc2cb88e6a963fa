//! Tags, attributes and entities.

use crate::text::error::{TextError, ssml_error as wrong};
use crate::text::utterance::{Mood, Span, Style};

pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    /// Position of its `<`.
    pub at: usize,
    pub empty: bool,
}

pub enum Event {
    Text { character: char, span: Span },
    Start(Element),
    End { name: String, at: usize },
}

/// Iterator over the events of a document; ends after the first error.
pub struct Events {
    characters: Vec<char>,
    at: usize,
    failed: bool,
}

impl Events {
    pub fn new(document: &str) -> Self {
        Self {
            characters: document.chars().collect(),
            at: 0,
            failed: false,
        }
    }

    fn rest_starts_with(&self, text: &str) -> bool {
        text.chars()
            .enumerate()
            .all(|(offset, c)| self.characters.get(self.at + offset) == Some(&c))
    }

    /// Position of `text` from the current one on.
    fn position_of(&self, text: &str) -> Option<usize> {
        let text: Vec<char> = text.chars().collect();
        (self.at..self.characters.len()).find(|&at| self.characters[at..].starts_with(&text))
    }

    fn skip(&mut self, end: &str, what: &str) -> Result<(), TextError> {
        let found = self
            .position_of(end)
            .ok_or_else(|| wrong(self.at, &format!("{what} is not closed")))?;
        self.at = found + end.chars().count();
        Ok(())
    }

    fn event(&mut self) -> Result<Option<Event>, TextError> {
        loop {
            let at = self.at;
            match self.characters.get(at) {
                None => return Ok(None),
                Some('<') if self.rest_starts_with("<!--") => self.skip("-->", "the comment")?,
                Some('<') if self.rest_starts_with("<?") => self.skip("?>", "the instruction")?,
                Some('<') => return self.tag().map(Some),
                Some('&') => return self.entity().map(Some),
                Some(&character) => {
                    self.at += 1;
                    return Ok(Some(Event::Text {
                        character,
                        span: Span {
                            start: at,
                            end: at + 1,
                        },
                    }));
                }
            }
        }
    }

    fn entity(&mut self) -> Result<Event, TextError> {
        let at = self.at;
        let length = self.characters[at..]
            .iter()
            .take(12)
            .position(|&c| c == ';');
        let name: String = self.characters[at + 1..at + length.unwrap_or(1).max(1)]
            .iter()
            .collect();
        let number = |digits: &str, radix| {
            u32::from_str_radix(digits, radix)
                .ok()
                .and_then(char::from_u32)
        };
        let character = match name.as_str() {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => match (name.strip_prefix("#x"), name.strip_prefix('#')) {
                (Some(digits), _) => number(digits, 16),
                (_, Some(digits)) => number(digits, 10),
                _ => None,
            },
        };
        let (Some(character), Some(length)) = (character, length) else {
            return Err(wrong(at, "unknown entity"));
        };
        self.at += length + 1;
        Ok(Event::Text {
            character,
            span: Span {
                start: at,
                end: self.at,
            },
        })
    }

    fn tag(&mut self) -> Result<Event, TextError> {
        let at = self.at;
        self.at += 1;
        let closing = self.characters.get(self.at) == Some(&'/');
        self.at += usize::from(closing);
        let name = self.name();
        if name.is_empty() {
            return Err(wrong(at, "a tag without a name"));
        }
        let mut attributes = Vec::new();
        loop {
            self.space();
            match self.characters.get(self.at) {
                Some('>') => {
                    self.at += 1;
                    let element = Element {
                        name,
                        attributes,
                        at,
                        empty: false,
                    };
                    return Ok(if closing {
                        Event::End {
                            name: element.name,
                            at,
                        }
                    } else {
                        Event::Start(element)
                    });
                }
                Some('/') if !closing && self.characters.get(self.at + 1) == Some(&'>') => {
                    self.at += 2;
                    return Ok(Event::Start(Element {
                        name,
                        attributes,
                        at,
                        empty: true,
                    }));
                }
                Some(_) if !closing => {
                    attributes.push(self.attribute().ok_or_else(|| {
                        wrong(at, &format!("an attribute of <{name}> is malformed"))
                    })?)
                }
                _ => return Err(wrong(at, &format!("the tag {name:?} is not closed"))),
            }
        }
    }

    fn attribute(&mut self) -> Option<(String, String)> {
        let name = self.name();
        self.space();
        (!name.is_empty() && self.characters.get(self.at) == Some(&'=')).then_some(())?;
        self.at += 1;
        self.space();
        let quote = *self
            .characters
            .get(self.at)
            .filter(|c| matches!(c, '"' | '\''))?;
        let start = self.at + 1;
        let length = self.characters[start..].iter().position(|&c| c == quote)?;
        self.at = start + length + 1;
        Some((
            name,
            self.characters[start..start + length].iter().collect(),
        ))
    }

    fn name(&mut self) -> String {
        let start = self.at;
        while self
            .characters
            .get(self.at)
            .is_some_and(|c| c.is_ascii_alphanumeric() || "-_:.".contains(*c))
        {
            self.at += 1;
        }
        self.characters[start..self.at].iter().collect()
    }

    fn space(&mut self) {
        while self
            .characters
            .get(self.at)
            .is_some_and(|c| c.is_whitespace())
        {
            self.at += 1;
        }
    }
}

impl Iterator for Events {
    type Item = Result<Event, TextError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let event = self.event().transpose();
        self.failed = matches!(event, Some(Err(_)));
        event
    }
}

impl Element {
    pub fn value(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn required(&self, name: &str) -> Result<&str, TextError> {
        self.value(name).ok_or_else(|| {
            wrong(
                self.at,
                &format!("<{}> needs the attribute {name:?}", self.name),
            )
        })
    }

    /// `500ms`, `1.5s`
    pub fn milliseconds(&self, time: &str) -> Result<u32, TextError> {
        let number =
            |digits: &str, factor: f32| digits.trim().parse::<f32>().ok().map(|n| n * factor);
        let milliseconds = match time.strip_suffix("ms") {
            Some(digits) => number(digits, 1.0),
            None => time
                .strip_suffix('s')
                .and_then(|digits| number(digits, 1000.0)),
        };
        match milliseconds {
            Some(n) if (0.0..=60_000.0).contains(&n) => Ok(n as u32),
            _ => Err(wrong(
                self.at,
                &format!("the time {time:?} is not of the form 500ms or 1.5s"),
            )),
        }
    }

    /// Whether an `emphasis` element gives any.
    pub fn emphasis(&self) -> Result<bool, TextError> {
        match self.value("level").unwrap_or("moderate") {
            "strong" | "moderate" => Ok(true),
            "reduced" | "none" => Ok(false),
            other => Err(wrong(self.at, &format!("level {other:?} is unknown"))),
        }
    }

    /// The style inside a `prosody`, `emotion`, `mood` or `voice` element.
    pub fn style(&self, outside: &Style) -> Result<Style, TextError> {
        let mut style = outside.clone();
        let number = |name: &str, value: &str, range: std::ops::RangeInclusive<f32>| {
            let bad = || {
                wrong(
                    self.at,
                    &format!("{name} {value:?} is out of range or malformed"),
                )
            };
            value
                .parse::<f32>()
                .ok()
                .filter(|n| range.contains(n))
                .ok_or_else(bad)
        };
        if self.name == "voice" {
            style.voice = Some(self.required("name")?.to_string());
            return Ok(style);
        }
        if self.name == "emotion" {
            style.emotion = Some(self.required("category")?.to_string());
            style.intensity = self
                .value("intensity")
                .map(|value| number("intensity", value, 0.0..=1.0))
                .transpose()?;
            return Ok(style);
        }
        if self.name == "mood" {
            let name = self.required("name")?;
            if !Mood::is_choice(name) {
                return Err(wrong(self.at, &format!("mood {name:?} is unknown")));
            }
            style.mood = Some(name.to_string());
            return Ok(style);
        }
        if let Some(rate) = self.value("rate") {
            let named = [
                ("x-slow", 0.5),
                ("slow", 0.8),
                ("medium", 1.0),
                ("default", 1.0),
                ("fast", 1.25),
                ("x-fast", 1.6),
            ];
            let percent = rate
                .strip_suffix('%')
                .map(|n| number("rate", n, 50.0..=200.0).map(|n| n / 100.0));
            let found = named
                .iter()
                .find(|(name, _)| *name == rate)
                .map(|(_, n)| Ok(*n));
            style.rate = Some(
                found
                    .or(percent)
                    .unwrap_or_else(|| number("rate", rate, 0.5..=2.0))?,
            );
        }
        if let Some(pitch) = self.value("pitch") {
            let named = [
                ("x-low", -4.0),
                ("low", -2.0),
                ("medium", 0.0),
                ("default", 0.0),
                ("high", 2.0),
                ("x-high", 4.0),
            ];
            let found = named
                .iter()
                .find(|(name, _)| *name == pitch)
                .map(|(_, n)| Ok(*n));
            style.pitch = Some(found.unwrap_or_else(|| {
                number(
                    "pitch",
                    pitch.strip_suffix("st").unwrap_or(pitch),
                    -6.0..=6.0,
                )
            })?);
        }
        if let Some(volume) = self.value("volume") {
            let named = [
                ("silent", 0.0),
                ("x-soft", 0.3),
                ("soft", 0.6),
                ("medium", 1.0),
                ("default", 1.0),
                ("loud", 1.4),
                ("x-loud", 2.0),
            ];
            let found = named
                .iter()
                .find(|(name, _)| *name == volume)
                .map(|(_, n)| Ok(*n));
            style.volume = Some(
                found
                    .unwrap_or_else(|| number("volume", volume, 0.0..=100.0).map(|n| n / 100.0))?,
            );
        }
        Ok(style)
    }
}
