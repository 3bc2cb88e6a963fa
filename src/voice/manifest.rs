//! `voice.json`: what a voice is, the sizes of its networks and its symbol tables. `models/README.md` documents it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::VoiceError;
use super::extension::Extension;
use super::speakers::Speaker;

/// The version of the format that this crate reads.
const FORMAT: u32 = 1;
/// Bytes of `voice.json`.
pub const LARGEST_MANIFEST: u64 = 1 << 20;
/// Bytes of all graphs together.
const LARGEST_VOICE: u64 = 512 << 20;
/// Entries of a table, and bytes of a name.
const MOST_NAMES: usize = 4096;
const LONGEST_NAME: usize = 64;
/// Widths and table rows of the encoder.
const WIDEST: usize = 4096;

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
    /// In the order of the speaker table; the first speaks where none is asked for.
    #[serde(default)]
    pub speakers: Vec<Speaker>,
    pub emotions: Emotions,
    /// Statistics of F0 in Hz, where known: the pitch can then be moved by semitones.
    pub pitch: Option<Statistics>,
    /// Silence after the last sentence of a text, for a voice that has learned none of its own.
    #[serde(default)]
    pub sentence_pause_ms: u32,
    pub mel: Mel,
    pub encoder: Encoder,
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
pub struct Encoder {
    /// Widths of what it makes of a symbol.
    pub text: usize,
    pub speaker: usize,
    pub emotion: usize,
    /// Rows of the two tables.
    pub speaker_rows: usize,
    pub emotion_rows: usize,
}

impl Encoder {
    /// Width of text, speaker and emotion side by side.
    pub fn condition(&self) -> usize {
        self.text + self.speaker + self.emotion
    }
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
    /// What is added above its band, for a voice that is heard at a higher rate than the vocoder's.
    pub extension: Option<Extension>,
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
    /// The name of a file beside `voice.json`.
    pub path: String,
    pub bytes: u64,
    /// Hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Reads `voice.json` and checks that its sizes make sense.
    pub fn parse(json: &str) -> Result<Manifest, VoiceError> {
        if json.len() as u64 > LARGEST_MANIFEST {
            return Err(VoiceError::Format("voice.json: too large".into()));
        }
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

    /// Samples per second and per frame of what the vocoder makes.
    pub fn vocoded(&self) -> (u32, usize) {
        let extension = self.vocoder.extension.as_ref();
        extension.map_or((self.sample_rate, self.hop), |extension| {
            (extension.sample_rate, extension.hop)
        })
    }

    /// Bytes of all graphs together.
    pub fn bytes(&self) -> u64 {
        let bytes = self.files.values().map(|file| file.bytes);
        bytes.fold(0, u64::saturating_add)
    }

    fn check(&self) -> Result<(), &'static str> {
        let in_range = |value: usize, most: usize| (1..=most).contains(&value);
        let encoder = &self.encoder;
        let known = self.speakers.iter();
        let known = known.take_while(|speaker| speaker.made_of.is_none());
        let known = &self.speakers[..known.count()];
        let widths = [
            encoder.text,
            encoder.speaker,
            encoder.emotion,
            encoder.speaker_rows,
            encoder.emotion_rows,
        ];
        let mut rows = self
            .emotions
            .supported
            .values()
            .chain([&self.emotions.pause]);
        let rules = [
            (self.format == FORMAT, "unknown format"),
            (is_name(&self.name) && is_name(&self.language), "name"),
            ((8000..=192_000).contains(&self.sample_rate), "sample_rate"),
            (in_range(self.hop, 4096), "hop"),
            (self.symbols.fit(), "symbols"),
            (
                widths.iter().all(|&width| in_range(width, WIDEST)),
                "encoder",
            ),
            (
                in_range(self.emotions.supported.len(), MOST_NAMES)
                    && self.emotions.supported.keys().all(|name| is_name(name))
                    && rows.all(|&row| row < encoder.emotion_rows),
                "emotions",
            ),
            (
                known.len() <= encoder.speaker_rows
                    && (self.pitch.is_some() || known.len() == self.speakers.len())
                    && self.speakers[known.len()..]
                        .iter()
                        .all(|speaker| speaker.made_of.is_some())
                    && self
                        .speakers
                        .iter()
                        .all(|speaker| speaker.fits(encoder.speaker_rows, known)),
                "speakers",
            ),
            (self.pitch.is_none_or(Statistics::fit), "pitch"),
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
            (
                self.vocoder
                    .source
                    .as_ref()
                    .is_none_or(|source| source.fits() && self.mel.channels >= self.mel.bins + 2),
                "vocoder.source",
            ),
            (
                self.vocoder.extension.as_ref().is_none_or(|extension| {
                    extension.fits(self.mel.bins, self.sample_rate, self.hop)
                }),
                "vocoder.extension",
            ),
            (self.sentence_pause_ms <= 5000, "sentence_pause_ms"),
            (
                self.files.values().all(|file| is_file_name(&file.path)),
                "files: a path is not the name of a file",
            ),
            (self.bytes() <= LARGEST_VOICE, "files: too large"),
        ];
        rules
            .into_iter()
            .find(|(holds, _)| !holds)
            .map_or(Ok(()), |(_, what)| Err(what))
    }
}

impl SymbolTables {
    fn fit(&self) -> bool {
        let tables = [
            &self.sy,
            &self.tone,
            &self.syllable_flag,
            &self.word_segment,
        ];
        let fits = |table: &&Vec<String>| {
            (1..=MOST_NAMES).contains(&table.len())
                && table.iter().all(|name| name.len() <= LONGEST_NAME)
        };
        tables.iter().all(fits)
    }
}

impl Statistics {
    /// Whether these can be of a human voice.
    fn fit(self) -> bool {
        (10.0..=2000.0).contains(&self.mean) && (0.1..=2000.0).contains(&self.std)
    }
}

impl HarmonicSource {
    /// The value of an F0 that is so many times that of a value.
    pub fn scaled(&self, value: f32, times: f32) -> f32 {
        ((self.f0_mean + self.f0_std * value) * times - self.f0_mean) / self.f0_std
    }

    /// NaN is in no range.
    fn fits(&self) -> bool {
        (1..=64).contains(&self.harmonics)
            && (10.0..=2000.0).contains(&self.f0_mean)
            && (0.1..=2000.0).contains(&self.f0_std)
            && (0.0..=2000.0).contains(&self.f0_floor)
            && (-100.0..=100.0).contains(&self.uv_threshold)
            && (0.0..=1.0).contains(&self.sine_amplitude)
            && (0.0..=1.0).contains(&self.noise)
    }
}

/// Something short to read, without control characters.
pub(super) fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len()) && !name.chars().any(char::is_control)
}

/// A file that lies beside `voice.json`, on every system.
pub(super) fn is_file_name(path: &str) -> bool {
    is_name(path) && !path.contains(['/', '\\', ':']) && path != "." && path != ".."
}
