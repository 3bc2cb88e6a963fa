//! `voice.json`: what a voice is, the sizes of its networks and its symbol tables. `models/README.md` documents it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::VoiceError;

/// The version of the format that this crate reads.
const FORMAT: u32 = 1;

#[derive(Debug, Clone, Deserialize)]
pub struct Manifest {
    pub format: u32,
    pub name: String,
    pub language: String,
    /// Samples per second.
    pub sample_rate: u32,
    /// Samples per frame.
    pub hop: usize,
    pub symbols: SymbolTables,
    pub emotions: Emotions,
    /// Statistics of F0 in Hz, where known: the pitch can then be moved by semitones.
    pub pitch: Option<Statistics>,
    /// Silence after each sentence at normal speed, for a voice that has learned none of its own.
    #[serde(default)]
    pub sentence_pause_ms: u32,
    pub mel: Mel,
    pub decoder: Decoder,
    pub postnet: Postnet,
    pub vocoder: Vocoder,
    pub files: BTreeMap<String, File>,
}

/// The row of each symbol in the embedding tables is its position in these lists.
#[derive(Debug, Clone, Deserialize)]
pub struct SymbolTables {
    pub sy: Vec<String>,
    pub tone: Vec<String>,
    pub syllable_flag: Vec<String>,
    pub word_segment: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Emotions {
    /// Name to row of the emotion table, only those that the voice has learned.
    pub supported: BTreeMap<String, usize>,
    /// The row that pauses carry.
    pub pause: usize,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Statistics {
    pub mean: f32,
    pub std: f32,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Mel {
    /// Mel bands.
    pub bins: usize,
    /// Values per frame: the mel bands, and F0 and voicing for a voice with a harmonic source.
    pub channels: usize,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Decoder {
    /// Steps that the attention windows span, the current one included.
    pub window: usize,
    /// Frames made by one step.
    pub frames_per_step: usize,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Postnet {
    /// Frames that the postnet needs to see before it can finish one.
    pub look_ahead: usize,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Vocoder {
    pub causal: bool,
    /// Frames that a vocoder which is not causal needs to see on each side of those it makes.
    #[serde(default)]
    pub halo: usize,
    /// The harmonic source, for a voice that has one.
    pub source: Option<HarmonicSource>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct HarmonicSource {
    /// Sines, the fundamental included.
    pub harmonics: usize,
    /// F0 in Hz is `mean + std * value`.
    pub f0_mean: f32,
    pub f0_std: f32,
    /// Lowest F0 in Hz.
    pub f0_floor: f32,
    /// A frame is voiced from this value of its voicing channel on.
    pub uv_threshold: f32,
    /// Amplitude of the sines.
    pub sine_amplitude: f32,
    /// Standard deviation of the noise beside the sines.
    pub noise: f32,
    /// All harmonics start at the same phase, which makes pulses of them; elsewhere each at one of its own.
    #[serde(default)]
    pub in_phase: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub struct File {
    /// Relative to `voice.json`.
    pub path: String,
    pub bytes: u64,
    /// Hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Reads `voice.json` and checks that its sizes make sense.
    pub fn parse(json: &str) -> Result<Manifest, VoiceError> {
        let manifest: Manifest =
            serde_json::from_str(json).map_err(|error| VoiceError::Format(error.to_string()))?;
        manifest
            .check()
            .map_err(|what| VoiceError::Format(format!("voice.json: {what}")))?;
        Ok(manifest)
    }

    /// The file of a graph.
    pub fn file(&self, graph: &str) -> Result<&File, VoiceError> {
        self.files
            .get(graph)
            .ok_or_else(|| VoiceError::Format(format!("voice.json names no file for `{graph}`")))
    }

    fn check(&self) -> Result<(), &'static str> {
        let tables = &self.symbols;
        let tables = [
            &tables.sy,
            &tables.tone,
            &tables.syllable_flag,
            &tables.word_segment,
        ];
        let in_range = |value: usize, most: usize| (1..=most).contains(&value);
        let source_fits = self.vocoder.source.as_ref().is_none_or(|source| {
            in_range(source.harmonics, 64)
                && self.mel.channels >= self.mel.bins + 2
                && source.f0_floor.is_finite()
        });
        let rules = [
            (self.format == FORMAT, "unknown format"),
            (in_range(self.sample_rate as usize, 192_000), "sample_rate"),
            (in_range(self.hop, 4096), "hop"),
            (
                tables.iter().all(|table| !table.is_empty()),
                "an empty symbol table",
            ),
            (!self.emotions.supported.is_empty(), "no emotion"),
            (
                in_range(self.mel.bins, 1024)
                    && (self.mel.bins..=2048).contains(&self.mel.channels),
                "mel",
            ),
            (
                in_range(self.decoder.window, 1024) && in_range(self.decoder.frames_per_step, 16),
                "decoder",
            ),
            (self.postnet.look_ahead <= 1024, "postnet"),
            (
                self.vocoder.halo <= 1024 && self.vocoder.causal == (self.vocoder.halo == 0),
                "vocoder.halo",
            ),
            (source_fits, "vocoder.source"),
            (self.sentence_pause_ms <= 5000, "sentence_pause_ms"),
        ];
        rules
            .into_iter()
            .find(|(holds, _)| !holds)
            .map_or(Ok(()), |(_, what)| Err(what))
    }
}
