//! Speech: text to chunks of samples with marks, made lazily. The heart of the crate; no browser in it.
//!
//! A [`Synthesizer`] holds a voice ready to run and is cheap to clone. [`Synthesizer::stream`] checks the options and gives
//! a [`ChunkStream`], an iterator that does one chunk of work per call. Nothing in it grows with the text: one sentence
//! is looked at a time. Dropping the stream cancels the job.

mod chunk;
mod emotions;
mod hush;
mod intonation;
mod lead_in;
mod marks;
mod options;
mod pieces;
mod recorder;
mod replay;
mod stream;
mod timings;
mod upcoming;
mod vocal_tract;
mod warm_up;

use std::ops::Range;
use std::sync::Arc;

use crate::Error;
use crate::hifigan::Vocoder;
use crate::sambert::{Control, EmotionBlend, Sambert};
use crate::text::symbols::Phones;
use crate::text::{FixedPart, Mood, Sentences, Templates, fixed_sentences, sentences};
use crate::voice::speakers::MadeOf;
use crate::voice::{Manifest, Networks, Voice};

pub use chunk::{Chunk, Mel, SentenceStart, Source};
pub use emotions::{EmotionTemplate, EmotionTemplates};
pub use marks::{Cue, Mark};
pub use options::{OptionError, SpeakOptions};
pub use pieces::Pieces;
pub use stream::ChunkStream;
pub use timings::{Clock, Timings};
pub use warm_up::WarmUp;

/// Speeds that are said as such; slower and faster speech is said so and read out at another tempo.
const SAID: Range<f32> = 0.65..1.3;

/// Semitones from its own pitch beyond which a voice breaks.
const FARTHEST: f32 = 12.0;

/// Semitones above its own pitch beyond which what an acoustic model says blurs. The rest is left to the source of the vocoder.
const HIGHEST_SAID: f32 = 4.0;

/// A voice, ready to speak.
#[derive(Clone)]
pub struct Synthesizer {
    manifest: Arc<Manifest>,
    sambert: Arc<Sambert>,
    vocoder: Option<Arc<Vocoder>>,
    emotions: Arc<EmotionTemplates>,
    templates: Arc<Templates>,
    pieces: Pieces,
    clock: Clock,
}

impl Synthesizer {
    /// Parses the graphs of a voice. They are compiled when they are first needed, or by
    /// [`Synthesizer::prepare`].
    pub fn new(voice: Voice) -> Result<Synthesizer, Error> {
        Synthesizer::of(voice.networks()?)
    }

    /// A voice whose graphs have been parsed. If the vocoder's has not, it runs elsewhere: the streams are read by
    /// [`ChunkStream::draft`] and [`ChunkStream::finish`].
    pub fn of(mut networks: Networks) -> Result<Synthesizer, Error> {
        let here = networks.has("vocoder");
        let vocoder = here.then(|| Vocoder::new(&mut networks)).transpose()?;
        Ok(Synthesizer {
            sambert: Arc::new(Sambert::new(&mut networks)?),
            manifest: Arc::new(networks.manifest),
            vocoder: vocoder.map(Arc::new),
            emotions: Arc::default(),
            templates: Arc::default(),
            pieces: Pieces::default(),
            clock: timings::system_clock,
        })
    }

    /// The same voice, working in pieces of other sizes. The samples stay the same to 1e-4.
    pub fn with_pieces(self, pieces: Pieces) -> Synthesizer {
        Synthesizer { pieces, ..self }
    }

    /// Measures [`Timings`] by this clock, where the system has none of its own.
    pub fn with_clock(self, clock: Clock) -> Synthesizer {
        Synthesizer { clock, ..self }
    }

    /// The same voice with emotion templates. Fails with `E_OPTION_TEMPLATE` where a factor is out of range.
    pub fn with_emotions(self, emotions: EmotionTemplates) -> Result<Synthesizer, OptionError> {
        emotions::check(&emotions)?;
        let emotions = Arc::new(emotions);
        Ok(Synthesizer { emotions, ..self })
    }

    /// The same voice, that speaks sentences which fit a template in parts, see [`Templates`].
    pub fn with_templates(self, templates: Templates) -> Synthesizer {
        let templates = Arc::new(templates);
        Synthesizer { templates, ..self }
    }

    /// Speaks a part of a template as it sounds in every sentence that fits, in short chunks: the work is done ahead, and must
    /// give way at any time.
    pub fn stream_part(
        &self,
        part: &FixedPart,
        options: &SpeakOptions,
    ) -> Result<ChunkStream, Error> {
        self.patient()
            .stream_sentences(fixed_sentences(part), options)
    }

    /// The phones the voice has.
    fn phones(&self) -> Phones {
        self.sambert.phones()
    }

    /// The same voice, working in the shortest chunks, so that it gives way to more urgent work.
    fn patient(&self) -> Synthesizer {
        let pieces = Pieces {
            longest_chunk: self.pieces.first_chunk,
            ..self.pieces.clone()
        };
        self.clone().with_pieces(pieces)
    }

    /// What the voice is.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Compiles what the first short sentence needs.
    pub fn prepare(&self) -> Result<(), Error> {
        self.sambert.prepare(self.pieces.piece)?;
        let vocoder = self.vocoder.as_ref();
        vocoder.map_or(Ok(()), |vocoder| vocoder.prepare(self.pieces.piece))
    }

    /// The rest of the preparations: says a sentence to nobody and compiles what longer sentences need.
    pub fn warm_up(&self) -> Result<WarmUp, Error> {
        self.prepare()?;
        Ok(WarmUp::new(self.clone()))
    }

    /// Begins to speak a text. Fails at once for options out of range and for a text with nothing to say.
    pub fn stream(
        &self,
        text: impl Into<Arc<str>>,
        options: &SpeakOptions,
    ) -> Result<ChunkStream, Error> {
        self.stream_sentences(sentences(text), options)
    }

    /// As [`Synthesizer::stream`], for text read with a user lexicon or as SSML: [`crate::text::sentences_with`] and
    /// [`crate::text::ssml_sentences`]. Styles that this voice cannot follow fail at once, too.
    pub fn stream_sentences(
        &self,
        sentences: Sentences,
        options: &SpeakOptions,
    ) -> Result<ChunkStream, Error> {
        self.control(options)?;
        for style in sentences.styles() {
            self.control(&options.styled(style))?;
        }
        let sentences = match Mood::named(&options.mood) {
            Some(Mood::Verse) => sentences.as_verse(),
            _ => sentences,
        };
        let sentences = sentences.with_templates(self.templates.clone());
        ChunkStream::new(self.clone(), sentences, options.clone())
    }

    /// The place of a speaker.
    fn speaker(&self, name: &str) -> Result<usize, OptionError> {
        let names = || self.manifest.speakers.iter().map(|speaker| &speaker.name);
        names()
            .position(|known| known == name)
            .ok_or_else(|| OptionError::Speaker {
                given: name.into(),
                supported: names().cloned().collect(),
            })
    }

    /// The place of the speaker asked for, or of the first, and how the sound is changed where the networks do not know that
    /// one: then it is the place of another.
    fn likeness(&self, options: &SpeakOptions) -> Result<(usize, Option<&MadeOf>), OptionError> {
        let place = options.speaker.as_deref();
        let place = place.map_or(Ok(0), |name| self.speaker(name))?;
        let speaker = self.manifest.speakers.get(place);
        let Some(made) = speaker.and_then(|speaker| speaker.made_of.as_ref()) else {
            return Ok((place, None));
        };
        Ok((self.speaker(&made.speaker)?, Some(made)))
    }

    /// Samples of a frame as they are heard.
    fn hop(&self, control: &Control) -> usize {
        (self.manifest.hop as f32 * control.vocal_tract).round() as usize
    }

    /// The options in the terms of the model.
    fn control(&self, options: &SpeakOptions) -> Result<Control, OptionError> {
        options.check()?;
        let supported = &self.manifest.emotions.supported;
        let pause = self.manifest.emotions.pause;
        let neutral = supported.get(options::NEUTRAL).copied();
        let template = self.emotions.get(&options.emotion);
        let emotion = match supported.get(&options.emotion) {
            Some(&row) => row,
            None if options.emotion == options::NEUTRAL => pause,
            None if template.is_some() => neutral.unwrap_or(pause),
            None => {
                let supported = supported.keys().chain(self.emotions.keys()).cloned();
                return Err(OptionError::Emotion {
                    given: options.emotion.clone(),
                    supported: supported.collect(),
                });
            }
        };
        let emotion = EmotionBlend::new(neutral.unwrap_or(pause), emotion, options.intensity);
        let template = template.copied().unwrap_or_default().at(options.intensity);
        let (row, made) = self.likeness(options)?;
        let semitones = options.pitch + made.map_or(0.0, |made| made.semitones);
        let raised = (semitones.clamp(-FARTHEST, FARTHEST) / 12.0).exp2() * template.pitch_scale;
        let ratio = match self.manifest.vocoder.source {
            Some(_) => raised.min((HIGHEST_SAID / 12.0).exp2()),
            None => raised,
        };
        let source_scale = raised / ratio;
        let pitch_shift = match self.manifest.pitch {
            Some(pitch) => pitch.mean * (ratio - 1.0) / pitch.std,
            None if semitones == 0.0 => 0.0,
            None => return Err(OptionError::PitchUnsupported),
        };
        let hop = self.manifest.hop as f32;
        let vocal_tract = made.map_or(1.0, |made| (made.vocal_tract * hop).round() / hop);
        let wanted = options.speed * vocal_tract / template.duration_scale;
        let said = wanted.clamp(SAID.start, SAID.end);
        let (speaker, speed) = match self.manifest.speakers.get(row) {
            Some(speaker) => speaker.at_speed(row, said),
            None => ([(row, 1.0), (row, 0.0)], said),
        };
        let plain = Control::plain(emotion);
        let pitch_level = self.manifest.pitch;
        let pitch_level = pitch_level.map_or(plain.pitch_level, |pitch| pitch.mean / pitch.std);
        Ok(Control {
            speaker,
            speed,
            tempo: wanted / said,
            vocal_tract,
            source_scale,
            pitch_scale: ratio,
            pitch_shift,
            energy_scale: template.energy_scale,
            pitch_level,
            ..plain
        })
    }
}
