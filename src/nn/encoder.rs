//! The encoder of a sentence's symbols (KAN-TTS: `TextFftEncoder`).

use tract_onnx::tract_core::internal::*;

use super::network::{Network, floats};
use super::tensors::File;
use langdu_kernels::Stored;
use langdu_kernels::layers::{LayerNorm, add, attend, relu, scale_rows};
use langdu_kernels::linear::Linear;
use langdu_kernels::{Tensor, Values};

/// The tables of a symbol's features, in the order of the input's columns.
const TABLES: [&str; 4] = ["sy_emb", "tone_emb", "syllable_flag_emb", "ws_emb"];

#[derive(Debug)]
pub struct Encoder {
    tables: [Vec<f32>; TABLES.len()],
    /// Angle of each sine, and of each cosine, from one position to the next.
    angles: Vec<f32>,
    layers: Vec<Layer>,
    norm: LayerNorm,
    project: Linear,
    speaker: Linear,
    emotion: Linear,
    heads: usize,
}

#[derive(Debug)]
struct Layer {
    norm: LayerNorm,
    query_key_value: Linear,
    attended: Linear,
    feed_forward_norm: LayerNorm,
    /// Over a few rows at a time.
    widen: Linear,
    narrow: Linear,
}

impl Layer {
    fn read(file: &File, prefix: &str) -> Option<Layer> {
        let attention = format!("{prefix}.slf_attn");
        let feed_forward = format!("{prefix}.pos_ffn");
        let bias = file.vector(&format!("{feed_forward}.w_1.bias"))?;
        let widen = side_by_side(file.tensor(&format!("{feed_forward}.w_1.weight"))?)?;
        Some(Layer {
            norm: LayerNorm::read(file, &format!("{attention}.layer_norm"))?,
            query_key_value: Linear::read(file, &format!("{attention}.w_qkv"))?,
            attended: Linear::read(file, &format!("{attention}.fc"))?,
            feed_forward_norm: LayerNorm::read(file, &format!("{feed_forward}.layer_norm"))?,
            widen: Linear::new(&widen, true, Some(&bias))?,
            narrow: Linear::read(file, &format!("{feed_forward}.w_2"))?,
        })
    }

    fn fits(&self, inputs: usize, width: usize) -> bool {
        let sizes = |linear: &Linear| [linear.inputs(), linear.outputs()];
        [self.norm.width(), self.feed_forward_norm.width()] == [inputs, width]
            && sizes(&self.query_key_value) == [inputs, 3 * width]
            && sizes(&self.attended) == [width; 2]
            && self.widen.inputs() / width % 2 == 1
            && self.widen.inputs().is_multiple_of(width)
            && sizes(&self.narrow) == [self.widen.outputs(), width]
    }
}

/// A convolution's weight [out, in, taps] as one of [out, taps * in], for rows that lie side by side.
fn side_by_side(weight: Tensor) -> Option<Tensor> {
    let [out, width, taps] = *weight.shape.as_slice() else {
        return None;
    };
    Some(Tensor {
        shape: vec![out, taps * width],
        values: match weight.values {
            Values::Floats(floats) => Values::Floats(taps_first(&floats, width, taps)),
            Values::Bytes {
                bytes,
                scales,
                axis,
            } => Values::Bytes {
                bytes: taps_first(&bytes, width, taps),
                scales,
                axis,
            },
        },
    })
}

/// From the order channel, tap to the order tap, channel.
fn taps_first<T: Copy>(weights: &[T], width: usize, taps: usize) -> Vec<T> {
    let mut turned = Vec::with_capacity(weights.len());
    for row in weights.chunks_exact((width * taps).max(1)) {
        for tap in 0..taps {
            turned.extend(row[tap..].iter().step_by(taps));
        }
    }
    turned
}

impl Encoder {
    pub fn read(file: &File) -> Option<Encoder> {
        if file.inputs()
            != [
                "symbols",
                "position",
                "valid",
                "speaker_weights",
                "emotion_weights",
            ]
        {
            return None;
        }
        let prefix = "text_encoder.ling_enc";
        let angles = file.vector("position_angles")?;
        let tables = TABLES.map(|name| file.tensor(&format!("text_encoder.{name}.weight")));
        let embedded = 2 * angles.len();
        let fits = |table: &Option<Tensor>| {
            table
                .as_ref()
                .is_some_and(|table| table.shape.get(1) == Some(&embedded))
        };
        if !tables.iter().all(fits) {
            return None;
        }
        let count = file.numbered(|layer| format!("{prefix}.fft.{layer}.slf_attn.w_qkv.weight"));
        let layers = (0..count).map(|layer| Layer::read(file, &format!("{prefix}.fft.{layer}")));
        // Their scales belong to the rows of the table, not to the outputs.
        let blend = |name: &str| {
            let table = file.tensor(&format!("{name}.weight"))?;
            let values = Values::Floats(table.to_floats());
            Linear::new(&Tensor { values, ..table }, false, None)
        };
        let encoder = Encoder {
            tables: tables.map(|table| table.map_or(Vec::new(), |table| table.to_floats())),
            angles,
            layers: layers.collect::<Option<_>>()?,
            norm: LayerNorm::read(file, &format!("{prefix}.ln"))?,
            project: Linear::read(file, "text_encoder.ling_proj")?,
            speaker: blend("spk_tokenizer")?,
            emotion: blend("emo_tokenizer")?,
            heads: file.heads()?,
        };
        let width = encoder.norm.width();
        let layers = encoder.layers.iter().enumerate();
        let fits = layers
            .clone()
            .all(|(number, layer)| layer.fits(if number == 0 { embedded } else { width }, width))
            && encoder.project.inputs() == width
            && width.is_multiple_of(encoder.heads)
            && file.count("Softmax") == count
            && count > 0;
        fits.then_some(encoder)
    }

    /// The embedded symbols and their places in the sentence.
    fn embed(&self, symbols: &[i64], positions: &[f32]) -> TractResult<Vec<f32>> {
        let width = 2 * self.angles.len();
        let scale = (self.norm.width() as f32).sqrt();
        let mut x = vec![0.0; positions.len() * width];
        let rows = x
            .chunks_exact_mut(width)
            .zip(symbols.chunks_exact(TABLES.len()));
        for ((row, symbol), position) in rows.zip(positions) {
            for (table, &feature) in self.tables.iter().zip(symbol) {
                let feature = usize::try_from(feature)?;
                let vector = table.chunks_exact(width).nth(feature);
                add(
                    row,
                    vector.with_context(|| format!("no symbol has the feature {feature}"))?,
                );
            }
            let (sines, cosines) = row.split_at_mut(self.angles.len());
            for ((sine, cosine), angle) in sines.iter_mut().zip(cosines).zip(&self.angles) {
                let angle = position * angle;
                *sine = *sine * scale + angle.sin();
                *cosine = *cosine * scale + angle.cos();
            }
        }
        Ok(x)
    }
}

impl Network for Encoder {
    fn state(&self) -> usize {
        0
    }

    fn shapes(&self, inputs: &[Vec<TDim>]) -> Vec<Vec<TDim>> {
        let parts = [&self.project, &self.speaker, &self.emotion];
        parts
            .map(|part| vec![inputs[0][0].clone(), part.outputs().to_dim()])
            .to_vec()
    }

    fn run(&self, inputs: &[TValue], _: &mut [f32]) -> TractResult<Vec<Vec<f32>>> {
        let symbols = inputs[0].try_as_plain_ram()?.as_slice::<i64>()?;
        let [positions, valid, speaker, emotion] = [1, 2, 3, 4].map(|input| floats(&inputs[input]));
        let (positions, valid) = (positions?, valid?);
        // Nothing is heard of the padding.
        let count = valid
            .iter()
            .rposition(|&valid| valid != 0.0)
            .map_or(0, |last| last + 1);
        let (size, valid) = (valid.len(), &valid[..count]);
        let width = self.norm.width();
        let mut x = self.embed(symbols, &positions[..count])?;
        let mut scores = Vec::with_capacity(count);
        for layer in &self.layers {
            let query_key_value = layer.query_key_value.rows(&layer.norm.rows(&x));
            let rows = query_key_value.chunks_exact(3 * width);
            let seen = rows.clone().zip(valid).filter(|(_, valid)| **valid != 0.0);
            let seen = seen.map(|(row, _)| &row[width..]).collect::<Vec<_>>();
            let context =
                rows.flat_map(|row| attend(&row[..width], &seen, self.heads, &mut scores));
            let context = context.collect::<Vec<_>>();
            let attended = layer.attended.rows(&context);
            if x.len() == attended.len() {
                add(&mut x, &attended);
            } else {
                x = attended;
            }
            let side = layer.widen.inputs() / width / 2 * width;
            let mut padded = vec![0.0; side];
            padded.extend(layer.feed_forward_norm.rows(&x));
            scale_rows(&mut padded[side..], width, valid);
            padded.resize(padded.len() + side, 0.0);
            let windows = (0..count).flat_map(|row| &padded[row * width..][..layer.widen.inputs()]);
            let mut wide = layer.widen.rows(&windows.copied().collect::<Vec<_>>());
            relu(&mut wide);
            add(&mut x, &layer.narrow.rows(&wide));
        }
        let mut text = self.project.rows(&self.norm.rows(&x));
        scale_rows(&mut text, self.project.outputs(), valid);
        text.resize(size * self.project.outputs(), 0.0);
        Ok(vec![
            text,
            self.speaker.rows(speaker?),
            self.emotion.rows(emotion?),
        ])
    }
}
