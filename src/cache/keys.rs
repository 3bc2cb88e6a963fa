//! What names a record.

use sha2::{Digest, Sha256};

use super::store::{Key, Level};
use crate::sambert::{Control, Inflection};
use crate::text::symbols::Symbol;

/// Names speech by all that its sound depends on: the voice, the engine, how it is spoken, and its symbols. The symbols are what
/// the text has become after normalisation, readings, tones and pauses, so that 不错。 and 不错！ are one sentence.
#[derive(Clone)]
pub struct Keys {
    prefix: Sha256,
}

impl Keys {
    /// `voice` is the text of the voice's manifest, which holds the hashes of its files. The engine is named by a hash of the
    /// code that makes the sound, see `build.rs`.
    pub fn new(voice: &str) -> Keys {
        let mut prefix = Sha256::new();
        prefix.update(Sha256::digest(voice));
        prefix.update(env!("LANGDU_ENGINE"));
        prefix.update([0]);
        Keys { prefix }
    }

    /// The name of the sound of these symbols, spoken so. `control` holds speaker, emotion and template, speed and pitch as the model
    /// gets them; the volume does not matter.
    pub fn key(&self, level: Level, symbols: &[Symbol], control: &Control) -> Key {
        let curve = (0..symbols.len()).map(|symbol| control.inflection(symbol));
        self.key_among(level, symbols, control, curve, [])
    }

    /// The same for a part of a sentence with this part of its curve, among such neighbours.
    pub fn key_among<const N: usize>(
        &self,
        level: Level,
        symbols: &[Symbol],
        control: &Control,
        curve: impl Iterator<Item = Inflection>,
        neighbours: [&str; N],
    ) -> Key {
        let mut hash = self.prefix.clone();
        for (row, weight) in control.speaker.iter().chain(&control.emotion.0) {
            hash.update((*row as u64).to_le_bytes());
            hash.update(weight.to_le_bytes());
        }
        hash.update([0xff]);
        let Control {
            speed,
            tempo,
            vocal_tract,
            source_scale,
            pitch_scale,
            pitch_shift,
            energy_scale,
            ..
        } = control;
        // Words are kept as they are spoken, whatever becomes of them.
        let sounding = match level {
            Level::Fragment => [&1.0; 3],
            _ => [tempo, vocal_tract, source_scale],
        };
        for value in sounding {
            hash.update(value.to_le_bytes());
        }
        for value in [speed, pitch_scale, pitch_shift, energy_scale] {
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
        for inflection in curve {
            hash.update(inflection.to_bytes());
        }
        for neighbour in neighbours {
            hash.update(neighbour);
            hash.update([0]);
        }
        Key::new(level, hash.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sambert::EmotionBlend;
    use crate::text::Span;

    fn symbol(phone: &str, tone: &'static str) -> Symbol {
        Symbol {
            phone: phone.into(),
            tone,
            syllable_flag: "s_begin",
            word_segment: "word_begin",
            span: Span { start: 0, end: 1 },
        }
    }

    fn inflected(change: fn(&mut Inflection)) -> Inflection {
        let mut inflection = Inflection::default();
        change(&mut inflection);
        inflection
    }

    #[test]
    fn every_part_of_a_key_counts() {
        let control = Control::plain(EmotionBlend(vec![(1, 1.0)]));
        let symbols = [symbol("n_c", "tone3")];
        let key = |voice: &str, level, symbols: &[Symbol], control: &Control| {
            Keys::new(voice).key(level, symbols, control)
        };
        let spoken = |change: fn(&mut Control)| {
            let mut control = control.clone();
            change(&mut control);
            key("voice", Level::Sentence, &symbols, &control)
        };
        let changed = [
            spoken(|_| ()),
            key("another", Level::Sentence, &symbols, &control),
            key("voice", Level::Template, &symbols, &control),
            key(
                "voice",
                Level::Sentence,
                &[symbol("n_c", "tone4")],
                &control,
            ),
            key(
                "voice",
                Level::Sentence,
                &[symbol("l_c", "tone3")],
                &control,
            ),
            spoken(|control| control.speaker = [(1, 1.0), (1, 0.0)]),
            spoken(|control| control.speaker = [(0, 0.5), (1, 0.5)]),
            spoken(|control| control.speed = 1.5),
            spoken(|control| control.tempo = 1.5),
            spoken(|control| control.vocal_tract = 1.2),
            spoken(|control| control.source_scale = 1.1),
            spoken(|control| control.pitch_scale = 1.5),
            spoken(|control| control.pitch_shift = 1.0),
            spoken(|control| control.energy_scale = 1.3),
            spoken(|control| control.emotion = EmotionBlend(vec![(1, 0.5), (5, 0.5)])),
            spoken(|control| control.emotion = EmotionBlend(vec![(5, 1.0)])),
            spoken(|control| control.curve = vec![inflected(|it| it.cents = 100)]),
            spoken(|control| control.curve = vec![inflected(|it| it.range = 120)]),
            spoken(|control| control.curve = vec![inflected(|it| it.level = 10)]),
            spoken(|control| control.curve = vec![inflected(|it| it.duration = 120)]),
            spoken(|control| control.curve = vec![inflected(|it| it.pause_ms = Some(0))]),
        ];
        for (at, key) in changed.iter().enumerate() {
            assert!(!changed[..at].contains(key), "part {at} does not count");
        }
        let elsewhere = Symbol {
            span: Span { start: 7, end: 9 },
            ..symbol("n_c", "tone3")
        };
        assert_eq!(
            key("voice", Level::Sentence, &[elsewhere], &control),
            changed[0]
        );
    }

    #[test]
    fn words_are_the_same_whatever_becomes_of_their_sound() {
        let key = |change: fn(&mut Control)| {
            let mut control = Control::plain(EmotionBlend(vec![(1, 1.0)]));
            change(&mut control);
            Keys::new("voice").key(Level::Fragment, &[symbol("n_c", "tone3")], &control)
        };
        let plain = key(|_| ());
        assert_eq!(key(|control| control.tempo = 1.5), plain);
        assert_eq!(key(|control| control.vocal_tract = 1.2), plain);
        assert_eq!(key(|control| control.source_scale = 1.1), plain);
        assert_ne!(key(|control| control.speed = 1.5), plain);
    }
}
