//! The plain objects that cross into JavaScript. Their TypeScript declarations stand beside them.

use std::collections::BTreeMap;
use std::sync::Arc;

use js_sys::Float32Array;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

use crate::speech::{Cue, Mel, Source, Timings};
use crate::text::{
    Accent, Erhua, Input, Sentences, Span, Symbols, TextError, TextOptions, Unit, UserLexicon,
    readings_of, sentence_starts as text_starts, sentences_with, settled as text_settled,
    ssml_sentence_starts as ssml_starts, ssml_sentences,
};
use crate::voice::Manifest;
use crate::voice::speakers::Speaker;
use crate::{Chunk, Error};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = "
export interface EngineInfo { name: string; language: string; sampleRate: number; speakers: EngineSpeaker[]; emotions: string[]; pitch: boolean }
export interface EngineSpeaker { name: string; sex?: string; description: { zh?: string; en?: string }; sample?: string }
export interface EngineMark { charIndex: number; charLength: number; start: number; end: number }
export interface EngineCue { name: string; at: number }
export interface EngineChunk { samples: Float32Array<ArrayBuffer>; start: number; marks: EngineMark[]; cues: EngineCue[]; begins?: EngineSentence; last: boolean }
export interface EngineReading { charIndex: number; charLength: number; pinyin: string; choices: string[] }
export interface EngineMel { opens?: number; frames: Float32Array<ArrayBuffer> }
export interface EngineSentence { charIndex: number; charLength: number; source: 'new' | 'L1' | 'L2' | 'L3'; known: EnginePlace[] }
export interface EnginePlace { charIndex: number; charLength: number }
export interface EngineStats { samples: number; textMs: number; sambertMs: number; planMs: number; vocoderMs: number }
";

/// What a page needs to know of a voice.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Info<'a> {
    pub name: &'a str,
    pub language: &'a str,
    pub sample_rate: u32,
    pub speakers: &'a [Speaker],
    pub emotions: Vec<&'a str>,
    /// Whether the pitch can be changed.
    pub pitch: bool,
}

impl<'a> From<&'a Manifest> for Info<'a> {
    fn from(manifest: &'a Manifest) -> Info<'a> {
        Info {
            name: &manifest.name,
            language: &manifest.language,
            sample_rate: manifest.sample_rate,
            speakers: &manifest.speakers,
            emotions: manifest
                .emotions
                .supported
                .keys()
                .map(String::as_str)
                .collect(),
            pitch: manifest.pitch.is_some(),
        }
    }
}

/// The work done for a job.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    pub samples: u64,
    text_ms: f64,
    sambert_ms: f64,
    plan_ms: f64,
    vocoder_ms: f64,
}

impl Stats {
    pub fn new(samples: u64, timings: Timings) -> Stats {
        let Timings {
            text_ms,
            sambert_ms,
            plan_ms,
            vocoder_ms,
        } = timings;
        Stats {
            samples,
            text_ms,
            sambert_ms,
            plan_ms,
            vocoder_ms,
        }
    }
}

/// How a text is to be read.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct ReadingOptions {
    /// The text is an SSML document.
    ssml: bool,
    /// Words and how they are read, see [`UserLexicon`].
    lexicon: BTreeMap<String, String>,
    input: Input,
    symbols: Symbols,
    erhua: Erhua,
    accent: Accent,
    /// Where to begin, in UTF-16 units.
    from: usize,
    /// Where to end, in UTF-16 units, if there is more text than shall be said.
    until: Option<usize>,
    /// Something has been said before this text.
    continued: bool,
}

impl ReadingOptions {
    pub fn sentences(self, text: Arc<str>) -> Result<Sentences, TextError> {
        let from = characters(&text, self.from);
        let until = self
            .until
            .map_or(usize::MAX, |until| characters(&text, until));
        let options = TextOptions {
            lexicon: Arc::new(UserLexicon::new(self.lexicon)?),
            input: self.input,
            symbols: self.symbols,
            erhua: self.erhua,
            accent: self.accent,
        };
        let sentences = if self.ssml {
            ssml_sentences(&text, options)?
        } else {
            sentences_with(text, options)
        };
        Ok(sentences.starting_at(from, self.continued).ending_at(until))
    }
}

/// The character that so many UTF-16 units lead to.
fn characters(text: &str, units: usize) -> usize {
    let mut passed = 0;
    text.chars()
        .take_while(|character| {
            passed += character.len_utf16();
            passed <= units
        })
        .count()
}

/// Where the raw sentences of a text begin, in UTF-16 units.
pub fn sentence_starts(text: &str, ssml: bool) -> Result<Vec<u32>, JsValue> {
    let starts = if ssml {
        ssml_starts(text).map_err(|error| text_error(&error, text))?
    } else {
        text_starts(text)
    };
    let mut offsets = Utf16Offsets::new(text.into());
    let mut units = |start| offsets.locate(Span { start, end: start }).0 as u32;
    Ok(starts.into_iter().map(&mut units).collect())
}

/// How much of a text no more text can change, in UTF-16 units.
pub fn settled(text: &str) -> u32 {
    let end = text_settled(text);
    text.chars()
        .take(end)
        .map(|character| character.len_utf16() as u32)
        .sum()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SyllableMessage {
    char_index: usize,
    char_length: usize,
    pinyin: String,
    choices: Vec<String>,
}

/// The Mandarin syllables of a text with their tones as spoken, and what else their characters can be, at UTF-16 offsets.
pub fn readings(text: &str, options: ReadingOptions) -> Result<JsValue, JsValue> {
    let text: Arc<str> = text.into();
    let sentences = options
        .sentences(text.clone())
        .map_err(|error| text_error(&error, &text))?;
    let mut offsets = Utf16Offsets::new(text.clone());
    let mut syllables = Vec::new();
    for sentence in sentences {
        for unit in &sentence.units {
            let Unit::Syllable(said) = unit else { continue };
            let (char_index, char_length) = offsets.locate(said.span);
            syllables.push(SyllableMessage {
                char_index,
                char_length,
                pinyin: format!("{}{}", said.pinyin, said.tone),
                choices: readings_of(said.character)
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
            });
        }
    }
    to_js(&syllables)
}

#[derive(Serialize)]
struct CueMessage {
    name: String,
    at: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MarkMessage {
    char_index: usize,
    char_length: usize,
    start: u64,
    end: u64,
}

#[derive(Serialize)]
struct ChunkMessage {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    samples: Float32Array,
    start: u64,
    marks: Vec<MarkMessage>,
    cues: Vec<CueMessage>,
    begins: Option<SentenceMessage>,
    last: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlaceMessage {
    char_index: usize,
    char_length: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SentenceMessage {
    char_index: usize,
    char_length: usize,
    source: Source,
    known: Vec<PlaceMessage>,
}

#[derive(Serialize)]
struct MelMessage {
    opens: Option<usize>,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    frames: Float32Array,
}

/// What a vocoder makes the sound of a chunk of, copied out of the WebAssembly memory.
pub fn mel(Mel { opens, frames }: Mel) -> Result<JsValue, JsValue> {
    let frames = Float32Array::from(frames.as_slice());
    to_js(&MelMessage { opens, frames })
}

/// A chunk with its samples copied out of the WebAssembly memory and its marks in UTF-16 offsets.
pub fn chunk(chunk: Chunk, offsets: &mut Utf16Offsets) -> Result<JsValue, JsValue> {
    let begins = chunk.begins.map(|sentence| {
        let (char_index, char_length) = offsets.locate(sentence.span);
        let known = sentence.known.iter().map(|&word| {
            let (char_index, char_length) = offsets.locate(word);
            PlaceMessage {
                char_index,
                char_length,
            }
        });
        SentenceMessage {
            known: known.collect(),
            char_index,
            char_length,
            source: sentence.source,
        }
    });
    let marks = chunk.marks.iter().map(|mark| {
        let (char_index, char_length) = offsets.locate(mark.span);
        MarkMessage {
            char_index,
            char_length,
            start: mark.start,
            end: mark.end,
        }
    });
    let message = ChunkMessage {
        marks: marks.collect(),
        cues: chunk
            .cues
            .into_iter()
            .map(|Cue { name, at }| CueMessage { name, at })
            .collect(),
        samples: Float32Array::from(chunk.samples.as_slice()),
        start: chunk.start,
        begins,
        last: chunk.last,
    };
    to_js(&message)
}

/// A plain object.
pub fn to_js(message: &impl Serialize) -> Result<JsValue, JsValue> {
    Ok(serde_wasm_bindgen::to_value(message)?)
}

/// A plain object of options; refused with `E_OPTION_FORMAT`.
pub fn from_js<T: DeserializeOwned>(options: JsValue) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(options)
        .map_err(|failure| error("E_OPTION_FORMAT", &failure.to_string()))
}

/// The error of a text that can't be read so; `charIndex` is where the text is wrong, in UTF-16 units.
pub fn text_error(failure: &TextError, text: &str) -> JsValue {
    let error = error(failure.code(), &failure.to_string());
    if let TextError::Ssml { at, .. } = failure {
        let units: usize = text.chars().take(*at).map(char::len_utf16).sum();
        // Setting a property of a fresh, extensible object cannot fail.
        let _ = js_sys::Reflect::set(&error, &"charIndex".into(), &units.into());
    }
    error
}

/// A JavaScript `Error` with the stable code in its property `code`.
pub fn error(code: &str, message: &str) -> JsValue {
    let error = js_sys::Error::new(message);
    // Setting a property of a fresh, extensible object cannot fail.
    let _ = js_sys::Reflect::set(&error, &"code".into(), &code.into());
    error.into()
}

impl From<Error> for JsValue {
    fn from(failure: Error) -> JsValue {
        error(failure.code(), &failure.to_string())
    }
}

/// Finds character positions of a text in UTF-16 units. Nearby positions are found fast, wherever they are in the text.
pub struct Utf16Offsets {
    text: Arc<str>,
    /// The same place counted in bytes, in characters and in UTF-16 units.
    bytes: usize,
    chars: usize,
    units: usize,
}

impl Utf16Offsets {
    pub fn new(text: Arc<str>) -> Utf16Offsets {
        Utf16Offsets {
            text,
            bytes: 0,
            chars: 0,
            units: 0,
        }
    }

    /// Start and length of the span. What lies beyond the end of the text counts as its end.
    pub fn locate(&mut self, span: Span) -> (usize, usize) {
        while self.chars > span.start {
            let Some(previous) = self.text[..self.bytes].chars().next_back() else {
                break;
            };
            self.bytes -= previous.len_utf8();
            self.chars -= 1;
            self.units -= previous.len_utf16();
        }
        while self.chars < span.start {
            let Some(next) = self.text[self.bytes..].chars().next() else {
                break;
            };
            self.bytes += next.len_utf8();
            self.chars += 1;
            self.units += next.len_utf16();
        }
        let length = span.end.saturating_sub(span.start);
        (
            self.units,
            self.text[self.bytes..]
                .chars()
                .take(length)
                .map(char::len_utf16)
                .sum(),
        )
    }
}
