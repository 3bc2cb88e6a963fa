//! The acoustic model: symbols to mel frames.
//!
//! Sambert (Li et al. 2020, as in KAN-TTS) runs in two parts. [`Sambert::plan`] reads a whole sentence: encoder, pitch
//! and energy, durations, and the length regulator that lays the symbols out in time. [`MelStream`] then makes the
//! frames bit by bit: an autoregressive decoder, three frames a step, and a postnet that looks a few frames ahead. Beyond the speeds
//! that can be said, the frames are read out at another tempo.

mod decoder;
mod duration;
mod emotion;
mod encoder;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod goldens;
mod inflection;
mod length;
mod postnet;
mod splice;
mod symbols;
mod tempo;

use std::ops::Range;
use std::sync::Arc;

use crate::Error;
use crate::nn::{Buckets, Graph};
use crate::text::symbols::{Phones, Symbol};
use crate::voice::Networks;

pub use emotion::EmotionBlend;
use encoder::Encoded;
pub use inflection::Inflection;
pub use splice::Known;
use tempo::Tempo;

/// Preferred numbers of symbols in a sentence.
const SYMBOL_SIZES: [usize; 3] = [40, 80, 160];

/// How a sentence shall be said, in the terms of the model.
#[derive(Debug, Clone)]
pub struct Control {
    /// Two rows of the speaker table and their weights, which sum to one.
    pub speaker: [(usize, f32); 2],
    pub emotion: EmotionBlend,
    /// Divides the durations: 2 is twice as fast.
    pub speed: f32,
    /// How many times faster yet what is spoken so is read out, see [`tempo`].
    pub tempo: f32,
    /// Times the length of the voice's own vocal tract, of which the sound is made afterwards.
    pub vocal_tract: f32,
    /// Times the pitch that is spoken, at which the vocoder's source runs.
    pub source_scale: f32,
    /// Applied to the normalised pitch of each symbol: `pitch * pitch_scale + pitch_shift`.
    pub pitch_scale: f32,
    pub pitch_shift: f32,
    /// Applied to the normalised energy of each symbol.
    pub energy_scale: f32,
    /// What is done to each symbol besides; what it does not reach is left alone.
    pub curve: Vec<Inflection>,
    /// Mean of the voice's pitch in terms of its standard deviation: what a ratio of pitches is about.
    pub pitch_level: f32,
}

impl Control {
    /// As the voice's first speaker has learned it.
    pub fn plain(emotion: EmotionBlend) -> Control {
        Control {
            speaker: [(0, 1.0), (0, 0.0)],
            emotion,
            speed: 1.0,
            tempo: 1.0,
            vocal_tract: 1.0,
            source_scale: 1.0,
            pitch_scale: 1.0,
            pitch_shift: 0.0,
            energy_scale: 1.0,
            curve: Vec::new(),
            pitch_level: inflection::PITCH_LEVEL,
        }
    }

    /// What is done to a symbol.
    pub fn inflection(&self, symbol: usize) -> Inflection {
        self.curve.get(symbol).copied().unwrap_or_default()
    }
}

/// The acoustic model of a voice.
pub struct Sambert {
    encoder: Buckets,
    prosody: Buckets,
    duration: Graph,
    decoder: Buckets,
    postnet: Buckets,
    ids: symbols::Ids,
    pause_row: usize,
    speaker_rows: usize,
    emotion_rows: usize,
    channels: usize,
    bins: usize,
    window: usize,
    frames_per_step: usize,
    look_ahead: usize,
    frames_per_ms: f32,
}

/// A sentence laid out in time.
pub struct Plan {
    /// Frames of each symbol as it sounds.
    pub durations: Vec<usize>,
    /// Frames of each symbol as it is spoken.
    spoken: Vec<usize>,
    tempo: f32,
    memory: length::Memory,
    splice: splice::Splice,
    /// Half width of the attention bands, in decoder steps.
    band: usize,
}

impl Plan {
    /// Frames of the whole sentence as it sounds.
    pub fn frames(&self) -> usize {
        self.durations.iter().sum()
    }
}

impl Sambert {
    /// Takes its five networks out of those of a voice.
    pub fn new(networks: &mut Networks) -> Result<Sambert, Error> {
        let encoder = networks.take("encoder")?;
        let prosody = networks.take("prosody")?;
        let duration = networks.take("duration")?;
        let decoder = networks.take("decoder")?;
        let postnet = networks.take("postnet")?;
        let manifest = &networks.manifest;
        let window = manifest.decoder.window;
        Ok(Sambert {
            encoder: Buckets::new(encoder, "T", &SYMBOL_SIZES),
            prosody: Buckets::new(prosody, "T", &SYMBOL_SIZES),
            duration: duration.compile(&[])?,
            decoder: Buckets::new(decoder, "R", &[1, window]),
            postnet: Buckets::new(postnet, "n", &[]),
            ids: symbols::Ids::new(&manifest.symbols),
            pause_row: manifest.emotions.pause,
            speaker_rows: manifest.encoder.speaker_rows,
            emotion_rows: manifest.encoder.emotion_rows,
            channels: manifest.mel.channels,
            bins: manifest.mel.bins,
            window,
            frames_per_step: manifest.decoder.frames_per_step,
            look_ahead: manifest.postnet.look_ahead,
            frames_per_ms: manifest.sample_rate as f32 / manifest.hop as f32 / 1000.0,
        })
    }

    /// The phones the voice has.
    pub fn phones(&self) -> Phones {
        self.ids.voice_phones()
    }

    /// Compiles what a short sentence needs, the postnet for the number of frames that [`MelStream::advance`] will be called
    /// with.
    pub fn prepare(&self, frames: usize) -> Result<(), Error> {
        self.encoder.exactly(SYMBOL_SIZES[0])?;
        self.prosody.exactly(SYMBOL_SIZES[0])?;
        while self.decoder.prepare_next()? {}
        self.postnet.exactly(frames)?;
        Ok(())
    }

    /// Compiles one more graph that longer sentences need; false when there is none left.
    pub fn prepare_next(&self) -> Result<bool, Error> {
        Ok(self.encoder.prepare_next()? || self.prosody.prepare_next()?)
    }

    /// Reads a sentence: how long each symbol lasts, and what the decoder shall say.
    pub fn plan(&self, symbols: &[Symbol], control: &Control) -> Result<Plan, Error> {
        self.plan_around(symbols, control, &[])
    }

    /// As [`Sambert::plan`], with parts that have been made before, in the order of the sentence. They keep their
    /// durations, and the decoder is spared their frames.
    pub fn plan_around(
        &self,
        symbols: &[Symbol],
        control: &Control,
        known: &[Known],
    ) -> Result<Plan, Error> {
        let mut given = vec![None; symbols.len()];
        for part in known {
            for (place, &duration) in given[part.symbols.clone()].iter_mut().zip(&part.durations) {
                *place = Some(duration);
            }
        }
        let plan = match given.iter().copied().collect::<Option<Vec<usize>>>() {
            Some(spoken) => Plan {
                durations: tempo::sounding(&spoken, control.tempo),
                tempo: control.tempo,
                memory: length::Memory::silent(spoken.iter().sum()),
                splice: splice::Splice::default(),
                spoken,
                band: 0,
            },
            None => self.lay_out(&self.encode(symbols, control)?, &given, control)?,
        };
        let splice = splice::Splice::new(known, &plan.spoken, self.channels, self.frames_per_step);
        Ok(Plan { splice, ..plan })
    }

    /// Gives encoded symbols their places in time.
    /// `given` holds the durations that are known.
    fn lay_out(
        &self,
        encoded: &Encoded,
        given: &[Option<usize>],
        control: &Control,
    ) -> Result<Plan, Error> {
        let condition = self.prosody(encoded, given.len(), control)?;
        let spoken = self.durations(&condition, given, control)?;
        let memory = length::regulate(
            &condition,
            encoded.text_width,
            &spoken.frames,
            self.frames_per_step,
        );
        let longest = spoken.longest / self.frames_per_step as f32;
        let band = ((longest + 0.5).floor() as usize).min(self.window - 1);
        Ok(Plan {
            durations: tempo::sounding(&spoken.frames, control.tempo),
            spoken: spoken.frames,
            tempo: control.tempo,
            memory,
            splice: splice::Splice::default(),
            band,
        })
    }
}

/// The mel frames of one sentence, made in order.
pub struct MelStream {
    sambert: Arc<Sambert>,
    plan: Plan,
    decoder: decoder::Steps,
    postnet: postnet::Delay,
    /// All frames out of the decoder.
    decoded: Vec<f32>,
    /// Values of them that have gone to the postnet.
    refined: usize,
    tempo: Tempo,
}

impl MelStream {
    pub fn new(sambert: Arc<Sambert>, plan: Plan) -> MelStream {
        let decoder = decoder::Steps::new(&sambert);
        let (spoken, sounding) = (plan.memory.frames, plan.frames());
        let tempo = Tempo::new(plan.tempo, sambert.channels, sambert.bins, spoken, sounding);
        MelStream {
            tempo,
            sambert,
            plan,
            decoder,
            postnet: postnet::Delay::default(),
            decoded: Vec::new(),
            refined: 0,
        }
    }

    /// Whether all frames have been made.
    pub fn is_finished(&self) -> bool {
        self.postnet
            .finished(&self.sambert, self.plan.memory.frames)
    }

    /// Decodes `count` frames and sends them through the postnet. Returns the frames that are complete, rows of
    /// `channels` values: the same number, fewer at the beginning and at the end, and more or fewer at another tempo.
    pub fn advance(&mut self, count: usize) -> Result<Vec<f32>, Error> {
        let end = self.refined + count * self.sambert.channels;
        while self.decoded.len() < end
            && self
                .decoder
                .step(&self.sambert, &self.plan, &mut self.decoded)?
        {}
        self.decoded.resize(self.decoded.len().max(end), 0.0);
        let frames = &self.decoded[self.refined..end];
        self.refined = end;
        let refined = self
            .postnet
            .push(&self.sambert, frames, count, self.plan.memory.frames)?;
        Ok(self.tempo.push(refined))
    }

    /// These symbols as the decoder speaks them: the frames of each, and the rows, once they have been made.
    pub fn decoded(&self, symbols: Range<usize>) -> (&[usize], &[f32]) {
        let durations = &self.plan.spoken[symbols.clone()];
        let frames = |symbols: Range<usize>| self.plan.spoken[symbols].iter().sum::<usize>();
        let start = frames(0..symbols.start);
        let end = start + frames(symbols);
        let channels = self.sambert.channels;
        let rows = self.decoded.get(start * channels..end * channels);
        (durations, rows.unwrap_or_default())
    }
}
