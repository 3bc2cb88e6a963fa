//! The encoder and the pitch and energy predictors: whole sentences, padded to a preferred number of symbols.

use super::symbols::is_pause;
use super::{Control, EmotionBlend, Inflection, Sambert};
use crate::nn::{ModelError, State, Value};
use crate::text::symbols::Symbol;

/// What the encoder makes of a sentence, still padded.
pub struct Encoded {
    pub text_width: usize,
    pub size: usize,
    pub valid: Value,
    /// Text, speaker and emotion.
    pub hidden: [Value; 3],
}

impl Sambert {
    pub(super) fn encode(
        &self,
        symbols: &[Symbol],
        control: &Control,
    ) -> Result<Encoded, ModelError> {
        let size = self.encoder.size_for(symbols.len());
        let graph = self.encoder.exactly(size)?;
        let mut ids = Vec::with_capacity(size * 4);
        let mut emotions = vec![0.0; size * self.emotion_rows];
        let mut speakers = vec![0.0; size * self.speaker_rows];
        let pause = EmotionBlend(vec![(self.pause_row, 1.0)]);
        let rows = emotions
            .chunks_exact_mut(self.emotion_rows)
            .zip(speakers.chunks_exact_mut(self.speaker_rows));
        for (symbol, (emotion, speaker)) in symbols.iter().zip(rows) {
            ids.extend(self.ids.of(symbol));
            if is_pause(symbol) {
                &pause
            } else {
                &control.emotion
            }
            .fill(emotion);
            for (row, weight) in control.speaker {
                if let Some(place) = speaker.get_mut(row) {
                    *place += weight;
                }
            }
        }
        ids.resize(size * 4, 0);
        let positions = (1..=size)
            .map(|position| position as f32)
            .collect::<Vec<_>>();
        let valid = (0..size)
            .map(|index| f32::from(index < symbols.len()))
            .collect::<Vec<_>>();
        let valid = Value::f32(&[size], &valid);
        let inputs = [
            ("symbols", Value::i64(&[size, 4], &ids)),
            ("position", Value::f32(&[size], &positions)),
            ("valid", valid.clone()),
            (
                "speaker_weights",
                Value::f32(&[size, self.speaker_rows], &speakers),
            ),
            (
                "emotion_weights",
                Value::f32(&[size, self.emotion_rows], &emotions),
            ),
        ];
        let hidden = graph.run(
            &mut State::default(),
            &inputs,
            ["text", "speaker", "emotion"],
        )?;
        let text_width = hidden[0].shape().last().copied().unwrap_or(0);
        Ok(Encoded {
            text_width,
            size,
            valid,
            hidden,
        })
    }

    /// Adds pitch and energy. Returns one row per symbol: text, speaker and emotion side by side.
    pub(super) fn prosody(
        &self,
        encoded: &Encoded,
        symbols: usize,
        control: &Control,
    ) -> Result<Vec<f32>, ModelError> {
        let [condition] = self.predict(encoded, control, ["condition"])?;
        let mut rows = condition.as_f32().to_vec();
        rows.truncate(rows.len() / encoded.size * symbols);
        Ok(rows)
    }

    /// Runs the pitch and energy predictors.
    pub(super) fn predict<const N: usize>(
        &self,
        encoded: &Encoded,
        control: &Control,
        outputs: [&str; N],
    ) -> Result<[Value; N], ModelError> {
        let size = encoded.size;
        let graph = self.prosody.exactly(size)?;
        let curve = |value: &dyn Fn(Inflection) -> f32| {
            let values = (0..size).map(|symbol| value(control.inflection(symbol)));
            Value::f32(&[size], &values.collect::<Vec<_>>())
        };
        let [text, speaker, emotion] = encoded.hidden.clone();
        let inputs = [
            ("text", text),
            ("speaker", speaker),
            ("emotion", emotion),
            ("valid", encoded.valid.clone()),
            (
                "pitch_scale",
                curve(&|inflection| control.pitch_scale * inflection.pitch_scale()),
            ),
            (
                "pitch_shift",
                curve(&|inflection| {
                    inflection.pitch_shift(control.pitch_shift, control.pitch_level)
                }),
            ),
            ("energy_scale", curve(&|_| control.energy_scale)),
            (
                "energy_shift",
                curve(&|inflection| inflection.energy_shift()),
            ),
        ];
        graph.run(&mut State::default(), &inputs, outputs)
    }
}
