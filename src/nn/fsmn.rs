//! Feed-forward sequential memory networks, which the prosody predictors and the postnet are made of.
//!
//! Signals are rows of time, each a row of channels.

use super::tensors::File;
use langdu_kernels::Stored;
use langdu_kernels::layers::{add_products, relu, scale_rows};
use langdu_kernels::linear::Linear;

/// A feed-forward layer and a memory of what it made before and after (KAN-TTS: `FsmnEncoderV2`).
#[derive(Debug)]
pub struct Layer {
    widen: Linear,
    narrow: Linear,
    /// For every tap, the weights of the channels.
    memory: Vec<f32>,
}

impl Layer {
    /// The layers in a row under `prefix`.
    pub fn read_all(file: &File, prefix: &str) -> Option<Vec<Layer>> {
        let count = file.numbered(|layer| format!("{prefix}.ffn_lst.{layer}.w_1.weight"));
        let layers = (0..count).map(|layer| {
            let memory = file.tensor(&format!("{}.weight", memory_name(prefix, layer)))?;
            let [width, 1, taps] = *memory.shape.as_slice() else {
                return None;
            };
            let values = memory.to_floats();
            let layer = Layer {
                widen: Linear::read(file, &format!("{prefix}.ffn_lst.{layer}.w_1"))?,
                narrow: Linear::read(file, &format!("{prefix}.ffn_lst.{layer}.w_2"))?,
                memory: (0..taps * width)
                    .map(|place| values[place % width * taps + place / width])
                    .collect(),
            };
            (layer.width() == width && taps > 0 && layer.narrow.inputs() == layer.widen.outputs())
                .then_some(layer)
        });
        let layers = layers.collect::<Option<Vec<_>>>()?;
        let joined = layers
            .windows(2)
            .all(|pair| pair[0].width() == pair[1].inputs());
        (joined && !layers.is_empty()).then_some(layers)
    }

    pub fn inputs(&self) -> usize {
        self.widen.inputs()
    }

    pub fn width(&self) -> usize {
        self.narrow.outputs()
    }

    /// Rows that the memory sees at a time.
    pub fn taps(&self) -> usize {
        self.memory.len() / self.width()
    }

    /// Whether the input is added to the output.
    pub fn is_residual(&self) -> bool {
        self.inputs() == self.width()
    }

    /// What the feed-forward part makes of `x`, zero where `valid` is.
    pub fn feed_forward(&self, x: &[f32], valid: &[f32]) -> Vec<f32> {
        let mut wide = self.widen.rows(x);
        relu(&mut wide);
        let mut rows = self.narrow.rows(&wide);
        scale_rows(&mut rows, self.width(), valid);
        rows
    }

    /// The memory's rows, of `taps` rows of `rows` each, plus the row `centre` of these.
    pub fn remember(&self, rows: &[f32], centre: usize) -> Vec<f32> {
        let width = self.width();
        let count = (rows.len() / width + 1).saturating_sub(self.taps());
        let mut y = rows[centre * width..][..count * width].to_vec();
        for (time, y) in y.chunks_exact_mut(width).enumerate() {
            let seen = rows[time * width..].chunks_exact(width);
            for (row, weights) in seen.zip(self.memory.chunks_exact(width)) {
                add_products(y, row, weights);
            }
        }
        y
    }
}

/// The name of the convolution in a layer's memory.
pub fn memory_name(prefix: &str, layer: usize) -> String {
    format!("{prefix}.memory_block_lst.{layer}.conv_dw")
}
