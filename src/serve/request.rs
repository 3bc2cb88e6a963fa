//! What a client wants to hear, from JSON, a form or a query.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Form, FromRequest, Json, Multipart, Query, Request};
use axum::http::{Method, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::refusal::Refusal;
use super::{ServedVoice, Service};
use crate::SpeakOptions;
use crate::encode::Format;
use crate::text::{TextOptions, UserLexicon};

/// Bytes of a body.
pub const LARGEST_BODY: usize = 1 << 20;

/// What to say, and how.
pub struct Wish {
    pub text: String,
    pub ssml: bool,
    pub reading: TextOptions,
    pub options: SpeakOptions,
    pub voice: Arc<ServedVoice>,
    pub format: Format,
    /// The sound itself instead of its address, where the answer is JSON.
    pub base64: bool,
}

/// The fields of a request by their names.
pub struct Fields {
    values: Map<String, Value>,
    /// Everything is text.
    form: bool,
}

/// The fields that `tts` and `tts/stream` know.
const KNOWN: [&str; 19] = [
    "text",
    "speaker",
    "emotion",
    "intensity",
    "mood",
    "speed",
    "pitch",
    "volume",
    "pauses",
    "dialogue",
    "voice",
    "format",
    "ssml",
    "lexicon",
    "input",
    "symbols",
    "erhua",
    "accent",
    "audio",
];

impl Fields {
    /// Reads the query of a GET, or the body of a POST by its type.
    pub async fn read(request: Request) -> Result<Fields, Refusal> {
        if request.method() != Method::POST {
            let query = Query::<Vec<(String, String)>>::try_from_uri(request.uri());
            let Query(pairs) = query.map_err(|error| Refusal::Format(error.body_text()))?;
            return Ok(Fields::form(pairs));
        }
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        match kind.as_str() {
            "application/json" => {
                let body = Json::<Value>::from_request(request, &()).await;
                match body.map_err(|error| unreadable(error.status(), error.body_text()))? {
                    Json(Value::Object(values)) => Ok(Fields {
                        values,
                        form: false,
                    }),
                    Json(_) => Err(Refusal::Format("not an object".into())),
                }
            }
            "application/x-www-form-urlencoded" => {
                let body = Form::<Vec<(String, String)>>::from_request(request, &()).await;
                let Form(pairs) =
                    body.map_err(|error| unreadable(error.status(), error.body_text()))?;
                Ok(Fields::form(pairs))
            }
            "multipart/form-data" => {
                let body = Multipart::from_request(request, &()).await;
                let mut body =
                    body.map_err(|error| unreadable(error.status(), error.body_text()))?;
                let mut pairs = Vec::new();
                loop {
                    let field = body.next_field().await;
                    let refuse = |error: axum::extract::multipart::MultipartError| {
                        unreadable(error.status(), error.body_text())
                    };
                    let Some(field) = field.map_err(refuse)? else {
                        return Ok(Fields::form(pairs));
                    };
                    let name = field.name().unwrap_or_default().to_string();
                    pairs.push((name, field.text().await.map_err(refuse)?));
                }
            }
            _ => Err(Refusal::Type),
        }
    }

    fn form(pairs: Vec<(String, String)>) -> Fields {
        let values = pairs
            .into_iter()
            .map(|(name, value)| (name, Value::String(value)));
        Fields {
            values: values.collect(),
            form: true,
        }
    }

    fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.values.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(wrong(name, "text")),
        }
    }

    /// A text that is left empty counts as absent.
    fn given(&self, name: &str) -> Result<Option<&str>, Refusal> {
        Ok(self.text(name)?.filter(|text| !text.is_empty()))
    }

    /// A value by the name it has in JSON, the usual one where none is given.
    fn named<T: DeserializeOwned + Default>(&self, name: &str) -> Result<T, Refusal> {
        let Some(given) = self.given(name)? else {
            return Ok(T::default());
        };
        let value = serde_json::from_value(Value::String(given.into()));
        value.map_err(|error| Refusal::Option(format!("`{name}`: {error}")))
    }

    /// Words and how they are read: an object, in a form as JSON.
    fn lexicon(&self) -> Result<Arc<UserLexicon>, Refusal> {
        let wrong = || wrong("lexicon", "an object of texts");
        let words: Result<BTreeMap<String, String>, _> = match self.values.get("lexicon") {
            None | Some(Value::Null) => return Ok(Arc::default()),
            Some(Value::String(text)) if self.form && text.is_empty() => return Ok(Arc::default()),
            Some(Value::String(text)) if self.form => serde_json::from_str(text),
            Some(value) => BTreeMap::deserialize(value),
        };
        let lexicon = UserLexicon::new(words.map_err(|_| wrong())?);
        Ok(Arc::new(lexicon.map_err(crate::Error::from)?))
    }

    /// A field of a form that is left empty counts as absent.
    fn number(&self, name: &str, otherwise: f32) -> Result<f32, Refusal> {
        let value = match self.values.get(name) {
            None | Some(Value::Null) => return Ok(otherwise),
            Some(Value::String(text)) if self.form && text.is_empty() => return Ok(otherwise),
            Some(Value::String(text)) if self.form => text.parse().ok(),
            Some(value) => value.as_f64(),
        };
        value
            .map(|value| value as f32)
            .ok_or_else(|| wrong(name, "a number"))
    }

    fn flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.values.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(Value::String(text)) if self.form => match text.as_str() {
                "true" | "on" | "1" => Ok(true),
                "false" | "off" | "0" | "" => Ok(false),
                _ => Err(wrong(name, "true or false")),
            },
            Some(_) => Err(wrong(name, "true or false")),
        }
    }

    /// One of the names in `choices`, the first where none is given.
    fn choice<'a>(&self, name: &str, choices: &[&'a str]) -> Result<&'a str, Refusal> {
        let given = self.given(name)?.unwrap_or(choices[0]);
        let known = choices.iter().find(|choice| **choice == given);
        known.copied().ok_or_else(|| {
            Refusal::Option(format!(
                "`{name}` must be {}, not `{given}`",
                choices.join(" or ")
            ))
        })
    }

    /// The fields of `tts` and `tts/stream`; `usual` is the format where none is named.
    pub fn wish(&self, service: &Service, usual: Format) -> Result<Wish, Refusal> {
        if let Some(name) = self
            .values
            .keys()
            .find(|name| !KNOWN.contains(&name.as_str()))
        {
            return Err(Refusal::Option(format!("there is no option `{name}`")));
        }
        let voice = match self.given("voice")? {
            None => service.voices[0].clone(),
            Some(name) => service
                .voice(name)
                .ok_or_else(|| Refusal::Voice(name.into()))?,
        };
        let standard = SpeakOptions::default();
        Ok(Wish {
            text: service.within_limits(self.text("text")?)?,
            ssml: self.flag("ssml")?,
            reading: TextOptions {
                lexicon: self.lexicon()?,
                input: self.named("input")?,
                symbols: self.named("symbols")?,
                erhua: self.named("erhua")?,
                accent: self.named("accent")?,
            },
            options: SpeakOptions {
                speaker: self.given("speaker")?.map(Into::into),
                emotion: self.given("emotion")?.unwrap_or(&standard.emotion).into(),
                intensity: self.number("intensity", standard.intensity)?,
                mood: self.given("mood")?.unwrap_or(&standard.mood).into(),
                speed: self.number("speed", standard.speed)?,
                pitch: self.number("pitch", standard.pitch)?,
                volume: self.number("volume", standard.volume)?,
                pauses: self.number("pauses", standard.pauses)?,
                dialogue: self.number("dialogue", standard.dialogue)?,
            },
            voice,
            format: self.given("format")?.map_or(Ok(usual), Format::parse)?,
            base64: self.choice("audio", &["url", "base64"])? == "base64",
        })
    }

    /// The fields of `v1/audio/speech`. Clients send more than is of use here, and name the voices of other services: these
    /// mean the first voice. Speeds beyond what voices can do come as near as they can.
    pub fn cloud_wish(&self, service: &Service) -> Result<Wish, Refusal> {
        let voice = self.text("voice")?.and_then(|name| service.voice(name));
        let speed = self.number("speed", 1.0)?;
        if !(0.25..=4.0).contains(&speed) {
            return Err(Refusal::Speech(
                crate::speech::OptionError::Speed(speed).into(),
            ));
        }
        self.choice("stream_format", &["audio"])?;
        Ok(Wish {
            text: service.within_limits(self.text("input")?)?,
            ssml: false,
            reading: TextOptions::default(),
            options: SpeakOptions {
                speed: speed.clamp(0.5, 2.0),
                ..SpeakOptions::default()
            },
            voice: voice.unwrap_or_else(|| service.voices[0].clone()),
            format: Format::parse(self.text("response_format")?.unwrap_or("mp3"))?,
            base64: false,
        })
    }
}

impl Service {
    pub fn voice(&self, name: &str) -> Option<Arc<ServedVoice>> {
        let mut voices = self.voices.iter();
        let named = |voice: &&Arc<ServedVoice>| voice.synthesizer.manifest().name == name;
        voices.find(named).cloned()
    }

    fn within_limits(&self, text: Option<&str>) -> Result<String, Refusal> {
        let text = text.ok_or(crate::Error::TextEmpty)?;
        let longest = self.limits.longest;
        if text.chars().nth(longest).is_some() {
            return Err(Refusal::Size(format!(
                "the text has more than {longest} characters"
            )));
        }
        Ok(text.into())
    }
}

fn wrong(name: &str, wanted: &str) -> Refusal {
    Refusal::Option(format!("`{name}` must be {wanted}"))
}

fn unreadable(status: StatusCode, message: String) -> Refusal {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        Refusal::Size(format!("the body has more than {LARGEST_BODY} bytes"))
    } else {
        Refusal::Format(message)
    }
}
