//! The engine inside a Web Worker: a voice, and the jobs that are being spoken with it.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::cache::EngineCache;
use super::messages::{self, Info, ReadingOptions, Stats, Utf16Offsets};
use super::voice::EngineVoice;
use crate::cache::Cache;
use crate::cache::indexed_db::IndexedDb;
use crate::cache::keys::Keys;
use crate::speech::{EmotionTemplates, WarmUp};
use crate::text::{FixedPart, Templates};
use crate::{Chunk, ChunkStream, Error, SpeakOptions, Synthesizer};

#[wasm_bindgen]
extern "C" {
    /// Milliseconds of the worker's clock.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn now() -> f64;
}

/// Makes a panic readable in the console before it ends the worker.
#[wasm_bindgen(start)]
pub fn begin() {
    console_error_panic_hook::set_once();
}

/// A voice ready to speak, and its jobs by number. Every error is an `Error` with a `code`.
#[wasm_bindgen]
pub struct Engine {
    synthesizer: Synthesizer,
    keys: Keys,
    cache: Option<Cache<IndexedDb>>,
    warm_up: WarmUp,
    templates: Templates,
    /// The fixed parts of all templates.
    parts: Vec<FixedPart>,
    jobs: BTreeMap<u32, Job>,
}

struct Job {
    chunks: ChunkStream,
    offsets: Utf16Offsets,
    samples: u64,
}

#[wasm_bindgen]
impl Engine {
    /// Makes a voice ready to speak, all of whose files have been read; what [`Engine::warm_up`] does can wait. If its vocoder runs
    /// elsewhere, jobs are done by [`Engine::draft`] and [`Engine::finish`]. `text` holds the files of `models/text/*.bin`, joined;
    /// fails with `E_VERSION` where they are not those of this build.
    #[wasm_bindgen(constructor)]
    pub fn new(voice: EngineVoice, text: Vec<u8>) -> Result<Engine, JsValue> {
        if !crate::text::provide(text) {
            return Err(messages::error(
                "E_VERSION",
                "the data of the texts is of another build",
            ));
        }
        let synthesizer = Synthesizer::of(voice.networks)?.with_clock(now);
        let warm_up = synthesizer.warm_up()?;
        Ok(Engine {
            synthesizer,
            keys: voice.keys,
            cache: None,
            warm_up,
            templates: Templates::default(),
            parts: Vec::new(),
            jobs: BTreeMap::new(),
        })
    }

    /// Does a bit of what is better done before it is needed; false when all is done.
    #[wasm_bindgen(js_name = warmUp)]
    pub fn warm_up(&mut self) -> Result<bool, JsValue> {
        Ok(self.warm_up.next().transpose()?.is_some())
    }

    /// Speaks from this cache from now on what it can, and leaves there what is new.
    #[wasm_bindgen(js_name = setCache)]
    pub fn set_cache(&mut self, cache: &EngineCache) {
        self.cache = Some(cache.handle());
    }

    /// Name, language, sample rate and emotions of the voice.
    #[wasm_bindgen(unchecked_return_type = "EngineInfo")]
    pub fn info(&self) -> Result<JsValue, JsValue> {
        messages::to_js(&Info::from(self.synthesizer.manifest()))
    }

    /// Where the raw sentences of a text begin, in UTF-16 units. More text may change the last of them, and no other.
    #[wasm_bindgen(js_name = sentenceStarts)]
    pub fn sentence_starts(&self, text: &str, ssml: bool) -> Result<Vec<u32>, JsValue> {
        messages::sentence_starts(text, ssml)
    }

    /// How much of a text that is still being written no more text can change, in UTF-16 units.
    pub fn settled(&self, text: &str) -> u32 {
        messages::settled(text)
    }

    /// How a text would be read: its Mandarin syllables with their tones, without a sound being made.
    #[wasm_bindgen(unchecked_return_type = "EngineReading[]")]
    pub fn readings(&self, text: &str, reading: JsValue) -> Result<JsValue, JsValue> {
        messages::readings(text, messages::from_js(reading)?)
    }

    /// Takes a job on: its number, the text, how it shall be read (`ssml`, `lexicon`, `from`, `until`, `continued`) and how it shall be spoken (`emotion`,
    /// `intensity`, `mood`, `speed`, `pitch`, `volume`, `pauses`, `dialogue`).
    pub fn start(
        &mut self,
        job: u32,
        text: String,
        reading: JsValue,
        options: JsValue,
    ) -> Result<(), JsValue> {
        let reading: ReadingOptions = messages::from_js(reading)?;
        let options: SpeakOptions = messages::from_js(options)?;
        let text: Arc<str> = text.into();
        let sentences = reading
            .sentences(text.clone())
            .map_err(|error| messages::text_error(&error, &text))?;
        let chunks = self.synthesizer.stream_sentences(sentences, &options)?;
        self.insert(job, chunks, text);
        Ok(())
    }

    /// Sets how emotions change the voice: name to `pitch_scale`, `duration_scale` and `energy_scale`.
    #[wasm_bindgen(js_name = setEmotions)]
    pub fn set_emotions(&mut self, templates: JsValue) -> Result<(), JsValue> {
        let templates: EmotionTemplates = messages::from_js(templates)?;
        let changed = self.synthesizer.clone().with_emotions(templates);
        self.synthesizer = changed.map_err(Error::from)?;
        Ok(())
    }

    /// Adds template sentences. Returns the numbers of their fixed parts, for [`Engine::start_part`].
    #[wasm_bindgen(js_name = addTemplates)]
    pub fn add_templates(&mut self, texts: Vec<String>) -> Result<Vec<u32>, JsValue> {
        let added = Templates::parse(&texts).map_err(Error::from)?;
        let first = self.parts.len() as u32;
        self.parts.extend(added.fixed_parts());
        self.templates.extend(added);
        let templates = self.templates.clone();
        self.synthesizer = self.synthesizer.clone().with_templates(templates);
        Ok((first..self.parts.len() as u32).collect())
    }

    /// Forgets all template sentences.
    #[wasm_bindgen(js_name = clearTemplates)]
    pub fn clear_templates(&mut self) {
        self.parts.clear();
        self.templates = Templates::default();
        self.synthesizer = self
            .synthesizer
            .clone()
            .with_templates(Templates::default());
    }

    /// Takes a job on that makes a fixed part of a template ahead.
    #[wasm_bindgen(js_name = startPart)]
    pub fn start_part(&mut self, job: u32, part: u32, emotion: String) -> Result<(), JsValue> {
        let Some(part) = self.parts.get(part as usize) else {
            return Ok(());
        };
        let options = SpeakOptions {
            emotion,
            ..SpeakOptions::default()
        };
        let chunks = self.synthesizer.stream_part(part, &options)?;
        self.insert(job, chunks, "".into());
        Ok(())
    }

    /// Makes the job's next chunk; undefined when there is none. `left`: seconds of sound that the player still has.
    #[wasm_bindgen(unchecked_return_type = "EngineChunk | undefined")]
    pub fn next(&mut self, job: u32, left: Option<f64>) -> Result<JsValue, JsValue> {
        let Some(job) = self.jobs.get_mut(&job) else {
            return Ok(JsValue::UNDEFINED);
        };
        job.set_left(left);
        let chunk = job.chunks.next().transpose()?;
        job.deliver(chunk)
    }

    /// The mel of the job's next chunk, for a vocoder that runs elsewhere; undefined when there is none.
    #[wasm_bindgen(unchecked_return_type = "EngineMel | undefined")]
    pub fn draft(&mut self, job: u32, left: Option<f64>) -> Result<JsValue, JsValue> {
        let Some(job) = self.jobs.get_mut(&job) else {
            return Ok(JsValue::UNDEFINED);
        };
        job.set_left(left);
        let mel = job.chunks.draft()?;
        mel.map_or(Ok(JsValue::UNDEFINED), messages::mel)
    }

    /// Completes the job's oldest draft by the vocoder's samples and its work in milliseconds.
    #[wasm_bindgen(unchecked_return_type = "EngineChunk | undefined")]
    pub fn finish(&mut self, job: u32, samples: Vec<f32>, ms: f64) -> Result<JsValue, JsValue> {
        let Some(job) = self.jobs.get_mut(&job) else {
            return Ok(JsValue::UNDEFINED);
        };
        let chunk = job.chunks.finish(samples, ms);
        job.deliver(chunk)
    }

    /// Fetches the recording of the job's next sentence where the store has one, or else those of its words; undefined when
    /// there is nothing to wait for.
    #[wasm_bindgen(js_name = lookAhead, unchecked_return_type = "Promise<void> | undefined")]
    pub fn look_ahead(&self, job: u32) -> JsValue {
        let away = || {
            let chunks = &self.jobs.get(&job)?.chunks;
            let cache = self.cache.clone()?;
            let sentence = chunks.upcoming_key()?;
            let mut keys = if cache.has(sentence) {
                vec![sentence]
            } else {
                chunks.upcoming_word_keys()
            };
            keys.retain(|&key| cache.is_away(key));
            (!keys.is_empty()).then(|| {
                future_to_promise(async move {
                    cache.fetch(&keys).await;
                    Ok(JsValue::UNDEFINED)
                })
            })
        };
        away().map_or(JsValue::UNDEFINED, JsValue::from)
    }

    /// What the job has cost so far; undefined for a job that is not known.
    #[wasm_bindgen(unchecked_return_type = "EngineStats | undefined")]
    pub fn stats(&self, job: u32) -> Result<JsValue, JsValue> {
        let Some(job) = self.jobs.get(&job) else {
            return Ok(JsValue::UNDEFINED);
        };
        messages::to_js(&Stats::new(job.samples, job.chunks.timings()))
    }

    /// Forgets the job, wherever it is.
    pub fn cancel(&mut self, job: u32) {
        self.jobs.remove(&job);
    }
}

impl Engine {
    fn insert(&mut self, job: u32, mut chunks: ChunkStream, text: Arc<str>) {
        if let Some(cache) = &self.cache {
            chunks = chunks.with_recordings(self.keys.clone(), Rc::new(cache.clone()));
        }
        let job_of_text = Job {
            chunks,
            offsets: Utf16Offsets::new(text),
            samples: 0,
        };
        self.jobs.insert(job, job_of_text);
    }
}

impl Job {
    fn set_left(&mut self, seconds: Option<f64>) {
        if let Some(seconds) = seconds {
            self.chunks.set_left(seconds);
        }
    }

    fn deliver(&mut self, chunk: Option<Chunk>) -> Result<JsValue, JsValue> {
        let Some(chunk) = chunk else {
            return Ok(JsValue::UNDEFINED);
        };
        self.samples += chunk.samples.len() as u64;
        messages::chunk(chunk, &mut self.offsets)
    }
}
