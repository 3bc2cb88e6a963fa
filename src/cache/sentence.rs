//! The sound of whole sentences: what names it, and how it is packed.

use sha2::{Digest, Sha256};

use super::Cache;
use super::store::{self, Key, Store};
use crate::SpeakOptions;
use crate::text::symbols::Symbol;

/// A sentence as it has been spoken, before its volume was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Frames of each symbol.
    pub durations: Vec<usize>,
    /// 16-bit PCM at the voice's sample rate.
    pub samples: Vec<i16>,
}

/// Names sentences by all that their sound depends on: the voice, the engine, how it is spoken, and its symbols. The
/// symbols are what the text has become after normalisation, readings, tones and pauses, so that 不错。 and 不错！ are one sentence.
#[derive(Clone)]
pub struct SentenceKeys {
    prefix: Sha256,
}

impl SentenceKeys {
    /// `voice` is the text of the voice's manifest, which holds the hashes of its files.
    pub fn new(voice: &str) -> SentenceKeys {
        let mut prefix = Sha256::new();
        prefix.update(Sha256::digest(voice));
        prefix.update(env!("CARGO_PKG_VERSION"));
        prefix.update([0]);
        SentenceKeys { prefix }
    }

    /// The name of a sentence of these symbols, spoken so.
    pub fn key(&self, symbols: &[Symbol], options: &SpeakOptions) -> Key {
        let mut hash = self.prefix.clone();
        hash.update(&options.emotion);
        hash.update([0]);
        for value in [options.intensity, options.speed, options.pitch] {
            hash.update(value.to_le_bytes());
        }
        for symbol in symbols {
            let fields = [
                symbol.phone.as_str(),
                symbol.tone,
                symbol.syllable_flag,
                symbol.word_segment,
            ];
            for field in fields {
                hash.update(field);
                hash.update([0]);
            }
        }
        let mut key = [0; 16];
        key.copy_from_slice(&hash.finalize()[..16]);
        Key(key)
    }
}

/// Where recordings are looked for, and left.
pub trait Recordings {
    /// The recording, if it can be had without waiting.
    fn find(&self, key: Key) -> Option<Recording>;

    fn keep(&self, key: Key, recording: &Recording);
}

impl<S: Store> Recordings for Cache<S> {
    fn find(&self, key: Key) -> Option<Recording> {
        let sealed = self.look_up(key);
        let recording = sealed.and_then(|sealed| Recording::unpack(store::open(&sealed)?));
        self.count(recording.is_some());
        recording
    }

    fn keep(&self, key: Key, recording: &Recording) {
        Cache::keep(self, key, &recording.pack());
    }
}

impl Recording {
    /// Number of symbols, their durations, the samples; all little-endian.
    pub fn pack(&self) -> Vec<u8> {
        let mut packed = Vec::with_capacity(4 + 4 * self.durations.len() + 2 * self.samples.len());
        packed.extend((self.durations.len() as u32).to_le_bytes());
        for &duration in &self.durations {
            packed.extend((duration as u32).to_le_bytes());
        }
        for sample in &self.samples {
            packed.extend(sample.to_le_bytes());
        }
        packed
    }

    /// Reads what [`Recording::pack`] writes; nothing from anything else.
    pub fn unpack(packed: &[u8]) -> Option<Recording> {
        let (count, rest) = packed.split_first_chunk::<4>()?;
        let count = u32::from_le_bytes(*count) as usize;
        let (durations, samples) = rest.split_at_checked(count.checked_mul(4)?)?;
        let (durations, _) = durations.as_chunks::<4>();
        let (samples, []) = samples.as_chunks::<2>() else {
            return None;
        };
        Some(Recording {
            durations: durations
                .iter()
                .map(|&duration| u32::from_le_bytes(duration) as usize)
                .collect(),
            samples: samples
                .iter()
                .map(|&sample| i16::from_le_bytes(sample))
                .collect(),
        })
    }

    /// Samples as they are stored, from -1..=1.
    pub fn pcm(samples: &[f32]) -> impl Iterator<Item = i16> {
        samples
            .iter()
            .map(|sample| (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)).round() as i16)
    }

    /// The samples in -1..=1.
    pub fn samples(&self) -> Vec<f32> {
        self.samples
            .iter()
            .map(|&sample| f32::from(sample) / f32::from(i16::MAX))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;
    use proptest::prelude::*;

    fn symbol(phone: &str, tone: &'static str) -> Symbol {
        Symbol {
            phone: phone.into(),
            tone,
            syllable_flag: "s_begin",
            word_segment: "word_begin",
            span: Span { start: 0, end: 1 },
        }
    }

    #[test]
    fn every_part_of_a_key_counts() {
        let options = SpeakOptions::default();
        let symbols = [symbol("n_c", "tone3")];
        let key = |voice: &str, symbols: &[Symbol], options: &SpeakOptions| {
            SentenceKeys::new(voice).key(symbols, options)
        };
        let spoken = |change: fn(&mut SpeakOptions)| {
            let mut options = options.clone();
            change(&mut options);
            key("voice", &symbols, &options)
        };
        let changed = [
            key("voice", &symbols, &options),
            key("another", &symbols, &options),
            key("voice", &[symbol("n_c", "tone4")], &options),
            key("voice", &[symbol("l_c", "tone3")], &options),
            spoken(|options| options.speed = 1.5),
            spoken(|options| options.pitch = 1.0),
            spoken(|options| options.intensity = 0.5),
            spoken(|options| options.emotion = "sad".into()),
        ];
        for (at, key) in changed.iter().enumerate() {
            assert!(!changed[..at].contains(key), "part {at} does not count");
        }
        assert_eq!(spoken(|options| options.volume = 2.0), changed[0]);
        let elsewhere = Symbol {
            span: Span { start: 7, end: 9 },
            ..symbol("n_c", "tone3")
        };
        assert_eq!(key("voice", &[elsewhere], &options), changed[0]);
    }

    proptest! {
        #[test]
        fn recordings_can_be_read_back(durations in prop::collection::vec(0..100_000usize, 0..50), samples: Vec<i16>) {
            let recording = Recording { durations, samples };
            prop_assert_eq!(Recording::unpack(&recording.pack()), Some(recording));
        }

        #[test]
        fn anything_can_be_tried(bytes: Vec<u8>) {
            Recording::unpack(&bytes);
        }

        #[test]
        fn samples_come_back_within_a_step(samples in prop::collection::vec(-1.0f32..=1.0, 0..50)) {
            let recording = Recording { durations: vec![], samples: Recording::pcm(&samples).collect() };
            // half a step of 16 bits, and the rounding of the single-precision products and quotients
            let tolerance = 0.5 / f32::from(i16::MAX) + 2.0 * f32::EPSILON;
            for (before, after) in samples.iter().zip(recording.samples()) {
                prop_assert!((before - after).abs() <= tolerance);
            }
        }
    }
}
