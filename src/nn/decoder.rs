//! One step of the autoregressive mel decoder (KAN-TTS: `HybridAttentionDecoder`).
//!
//! Each layer attends to the steps behind it and, over rows of the memory, to those ahead. Keys and values of both lie in
//! rings of `window` rows that a step overwrites one row of; what a mask hides is not computed.

use tract_onnx::tract_core::internal::*;

use super::network::{Network, floats};
use super::tensors::File;
use langdu_kernels::layers::{LayerNorm, add, attend, relu};
use langdu_kernels::linear::Linear;

/// Scores below this are masked.
const MASKED: f32 = -1e8;

#[derive(Debug)]
pub struct Decoder {
    prenet: Vec<Linear>,
    project_in: Linear,
    layers: Vec<Layer>,
    norm: LayerNorm,
    project_out: Linear,
    heads: usize,
    window: usize,
    frames_per_step: usize,
}

#[derive(Debug)]
struct Layer {
    norm: LayerNorm,
    /// Query, key and value of the step itself.
    query_key_value: Linear,
    /// Key and value of a row of memory.
    memory_key_value: Linear,
    behind: Linear,
    ahead: Linear,
    feed_forward_norm: LayerNorm,
    widen: Linear,
    narrow: Linear,
}

impl Layer {
    fn read(file: &File, prefix: &str) -> Option<Layer> {
        let attention = format!("{prefix}.pnca_attn");
        let feed_forward = format!("{prefix}.pos_ffn");
        Some(Layer {
            norm: LayerNorm::read(file, &format!("{attention}.layer_norm"))?,
            query_key_value: Linear::read(file, &format!("{attention}.w_x_qkv"))?,
            memory_key_value: Linear::read(file, &format!("{attention}.w_h_kv"))?,
            behind: Linear::read(file, &format!("{attention}.fc_x"))?,
            ahead: Linear::read(file, &format!("{attention}.fc_h"))?,
            feed_forward_norm: LayerNorm::read(file, &format!("{feed_forward}.layer_norm"))?,
            widen: Linear::read(file, &format!("{feed_forward}.w_1"))?,
            narrow: Linear::read(file, &format!("{feed_forward}.w_2"))?,
        })
    }

    fn fits(&self, width: usize, memory: usize) -> bool {
        let sizes = |linear: &Linear| [linear.inputs(), linear.outputs()];
        [&self.norm, &self.feed_forward_norm].map(LayerNorm::width) == [width; 2]
            && sizes(&self.query_key_value) == [width, 3 * width]
            && sizes(&self.memory_key_value) == [memory, 2 * width]
            && [&self.behind, &self.ahead].map(sizes) == [[width; 2]; 2]
            && self.widen.inputs() == width
            && sizes(&self.narrow) == [self.widen.outputs(), width]
    }
}

impl Decoder {
    pub fn read(file: &File) -> Option<Decoder> {
        let inputs = [
            "memory",
            "memory_ahead",
            "previous",
            "history_mask",
            "future_mask",
        ];
        if file.inputs() != inputs {
            return None;
        }
        let prefix = "mel_decoder.mel_dec";
        let prenet = prenet(file, prefix)?;
        let count = file.numbered(|layer| format!("{prefix}.pnca.{layer}.pnca_attn.w_h_kv.weight"));
        let layers = (0..count).map(|layer| Layer::read(file, &format!("{prefix}.pnca.{layer}")));
        let layers = layers.collect::<Option<Vec<_>>>()?;
        let norm = LayerNorm::read(file, &format!("{prefix}.ln"))?;
        let width = norm.width();
        let [_, window, _] = file.fixed_shape("history")?[..] else {
            return None;
        };
        let [frames_per_step, channels] = file.fixed_shape("frames")?[..] else {
            return None;
        };
        let decoder = Decoder {
            prenet,
            project_in: Linear::read(file, &format!("{prefix}.dec_in_proj"))?,
            layers,
            norm,
            project_out: Linear::read(file, &format!("{prefix}.dec_out_proj"))?,
            heads: file.heads()?,
            window,
            frames_per_step,
        };
        let heard = decoder.prenet.last()?.outputs();
        let memory = decoder.project_in.inputs().checked_sub(heard)?;
        let fits = decoder.layers.iter().all(|layer| layer.fits(width, memory))
            && decoder.prenet.first()?.inputs() == channels
            && decoder.project_in.outputs() == width
            && decoder.project_out.inputs() == width
            && decoder.project_out.outputs() == frames_per_step * channels
            && width.is_multiple_of(decoder.heads)
            && window > 0
            && file.count("Softmax") == 2 * count;
        fits.then_some(decoder)
    }

    /// Values in a layer's ring.
    fn ring(&self) -> usize {
        self.window * 2 * self.norm.width()
    }
}

/// The layers in front of an autoregressive loop; all but the last are followed by ReLU.
pub fn prenet(file: &File, prefix: &str) -> Option<Vec<Linear>> {
    // ReLU and dropout take two places after each.
    let name = |layer: usize| format!("{prefix}.prenet.fcs.{}", 3 * layer);
    let count = file.numbered(|layer| format!("{}.weight", name(layer)));
    let layers = (0..count).map(|layer| Linear::read(file, &name(layer)));
    let layers = layers.collect::<Option<Vec<_>>>()?;
    let joined = layers
        .windows(2)
        .all(|pair| pair[0].outputs() == pair[1].inputs());
    joined.then_some(layers)
}

impl Network for Decoder {
    /// Where the two rings begin, then for every layer the rows behind and the rows ahead.
    fn state(&self) -> usize {
        2 + 2 * self.layers.len() * self.ring()
    }

    fn shapes(&self, _: &[Vec<TDim>]) -> Vec<Vec<TDim>> {
        let channels = self.project_out.outputs() / self.frames_per_step;
        vec![vec![self.frames_per_step.to_dim(), channels.to_dim()]]
    }

    fn run(&self, inputs: &[TValue], state: &mut [f32]) -> TractResult<Vec<Vec<f32>>> {
        let (memory, ahead, previous) = (
            floats(&inputs[0])?,
            floats(&inputs[1])?,
            floats(&inputs[2])?,
        );
        let (behind_mask, ahead_mask) = (floats(&inputs[3])?, floats(&inputs[4])?);
        let (window, width) = (self.window, self.norm.width());
        let row = 2 * width;
        let (places, rings) = state.split_at_mut(2);
        let [newest, entering] = [places[0], places[1]].map(|place| place as usize % window);
        let count = ahead.len() / memory.len().max(1);
        let oldest = (entering + count) % window;

        let mut heard = previous.to_vec();
        for (index, layer) in self.prenet.iter().enumerate() {
            if index > 0 {
                relu(&mut heard);
            }
            heard = layer.rows(&heard);
        }
        let mut x = self.project_in.rows(&[memory, &heard].concat());
        let scale = (width as f32).sqrt();
        x.iter_mut().for_each(|value| *value *= scale);

        let mut scores = Vec::with_capacity(window);
        for (layer, rings) in self
            .layers
            .iter()
            .zip(rings.chunks_exact_mut(2 * self.ring()))
        {
            let (behind, future) = rings.split_at_mut(self.ring());
            let query_key_value = layer.query_key_value.rows(&layer.norm.rows(&x));
            let (query, key_value) = query_key_value.split_at(width);
            behind[newest * row..][..row].copy_from_slice(key_value);
            let memory_key_value = layer.memory_key_value.rows(ahead);
            for (number, key_value) in memory_key_value.chunks_exact(row).enumerate() {
                future[(entering + number) % window * row..][..row].copy_from_slice(key_value);
            }
            // The masks go from the oldest row to the newest.
            let first = newest + 1;
            for (ring, mask, first, project) in [
                (&*behind, behind_mask, first, &layer.behind),
                (&*future, ahead_mask, oldest, &layer.ahead),
            ] {
                let seen = mask.iter().enumerate().filter(|(_, mask)| **mask > MASKED);
                let rows = seen.map(|(place, _)| &ring[(first + place) % window * row..][..row]);
                let rows = rows.collect::<Vec<_>>();
                let context = attend(query, &rows, self.heads, &mut scores);
                add(&mut x, &project.rows(&context));
            }
            let mut wide = layer.widen.rows(&layer.feed_forward_norm.rows(&x));
            relu(&mut wide);
            add(&mut x, &layer.narrow.rows(&wide));
        }
        places[0] = ((newest + 1) % window) as f32;
        places[1] = oldest as f32;
        Ok(vec![self.project_out.rows(&self.norm.rows(&x))])
    }
}
