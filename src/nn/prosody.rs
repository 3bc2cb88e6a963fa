//! Pitch and energy of a sentence's symbols (KAN-TTS: `VarFsmnRnnNARPredictor`, twice), and what follows is conditioned on.

use tract_onnx::tract_core::internal::*;

use super::fsmn::{Layer, memory_name};
use super::network::{Network, floats};
use super::tensors::{File, attribute};
use langdu_kernels::Stored;
use langdu_kernels::layers::{add, scale_rows};
use langdu_kernels::linear::Linear;
use langdu_kernels::lstm::Lstm;

#[derive(Debug)]
pub struct Prosody {
    pitch: Predictor,
    energy: Predictor,
}

/// Predicts one value per symbol, and embeds it.
#[derive(Debug)]
struct Predictor {
    layers: Vec<Layer>,
    /// Rows before its own that a layer's memory sees.
    behind: usize,
    forwards: Lstm,
    backwards: Lstm,
    project: Linear,
    embed: Linear,
}

impl Predictor {
    fn read(file: &File, name: &str) -> Option<Predictor> {
        let prefix = format!("variance_adaptor.{name}_predictor");
        let fsmn = format!("{prefix}.fsmn");
        let layers = Layer::read_all(file, &fsmn)?;
        let behind = |layer: usize| {
            let pads = &attribute(file.node(&memory_name(&fsmn, layer))?, "pads")?.ints;
            let all = pads.iter().sum::<i64>() + 1 == layers[layer].taps() as i64;
            usize::try_from(*pads.first()?)
                .ok()
                .filter(|&behind| all && behind < layers[layer].taps())
        };
        let first = behind(0)?;
        if (0..layers.len()).any(|layer| behind(layer) != Some(first)) {
            return None;
        }
        let lstm = format!("{prefix}.blstm");
        let mut embed = file.tensor(&format!("variance_adaptor.{name}_emb.weight"))?;
        if embed.shape.get(1) != Some(&1) {
            return None;
        }
        embed.shape.remove(1);
        let bias = file.vector(&format!("variance_adaptor.{name}_emb.bias"))?;
        let predictor = Predictor {
            behind: first,
            forwards: Lstm::read(file, &lstm, 0)?,
            backwards: Lstm::read(file, &lstm, 1)?,
            project: Linear::read(file, &format!("{prefix}.fc"))?,
            embed: Linear::new(&embed, true, Some(&bias))?,
            layers,
        };
        let width = predictor.layers.last()?.width();
        let hidden = predictor.forwards.hidden();
        let fits = [&predictor.forwards, &predictor.backwards]
            .iter()
            .all(|lstm| lstm.inputs() == width && lstm.hidden() == hidden)
            && predictor.project.inputs() == 2 * hidden
            && predictor.project.outputs() == 1;
        fits.then_some(predictor)
    }

    /// The value of each row, before it is scaled.
    fn predict(&self, x: &[f32], valid: &[f32]) -> Vec<f32> {
        let mut x = x.to_vec();
        for layer in &self.layers {
            let width = layer.width();
            let mut rows = vec![0.0; self.behind * width];
            rows.extend(layer.feed_forward(&x, valid));
            rows.resize(rows.len() + (layer.taps() - 1 - self.behind) * width, 0.0);
            let mut y = layer.remember(&rows, self.behind);
            if layer.is_residual() {
                add(&mut y, &x);
            }
            x = y;
        }
        let hidden = self.forwards.hidden();
        let run = |lstm: &Lstm, backwards: bool| {
            lstm.run(
                &x,
                valid,
                backwards,
                &mut vec![0.0; hidden],
                &mut vec![0.0; hidden],
            )
        };
        let (forwards, backwards) = (run(&self.forwards, false), run(&self.backwards, true));
        let pairs = forwards
            .chunks_exact(hidden)
            .zip(backwards.chunks_exact(hidden));
        let joined = pairs.flat_map(|(forwards, backwards)| [forwards, backwards].concat());
        self.project.rows(&joined.collect::<Vec<_>>())
    }

    /// A row for each value, from the values around it.
    fn embed(&self, values: &[f32]) -> Vec<f32> {
        let taps = self.embed.inputs();
        let mut padded = vec![0.0; taps / 2];
        padded.extend(values);
        padded.resize(values.len() + taps - 1, 0.0);
        self.embed
            .rows(&padded.windows(taps).flatten().copied().collect::<Vec<_>>())
    }
}

impl Prosody {
    pub fn read(file: &File) -> Option<Prosody> {
        let inputs = [
            "text",
            "speaker",
            "emotion",
            "valid",
            "pitch_scale",
            "pitch_shift",
            "energy_scale",
            "energy_shift",
        ];
        if file.inputs() != inputs {
            return None;
        }
        let [pitch, energy] = ["pitch", "energy"].map(|name| Predictor::read(file, name));
        let prosody = Prosody {
            pitch: pitch?,
            energy: energy?,
        };
        let embedded = [&prosody.pitch, &prosody.energy].map(|predictor| predictor.embed.outputs());
        let fits = prosody.pitch.layers.first()?.inputs()
            == prosody.energy.layers.first()?.inputs()
            && embedded[0] == embedded[1]
            && file.count("LSTM") == 2;
        fits.then_some(prosody)
    }
}

impl Network for Prosody {
    fn state(&self) -> usize {
        0
    }

    fn shapes(&self, inputs: &[Vec<TDim>]) -> Vec<Vec<TDim>> {
        let rows = inputs[3].to_vec();
        let width = self.pitch.layers[0].inputs().to_dim();
        vec![rows.clone(), rows.clone(), vec![rows[0].clone(), width]]
    }

    fn run(&self, inputs: &[TValue], _: &mut [f32]) -> TractResult<Vec<Vec<f32>>> {
        let inputs = inputs.iter().map(floats).collect::<TractResult<Vec<_>>>()?;
        let [
            parts @ ..,
            valid,
            pitch_scale,
            pitch_shift,
            energy_scale,
            energy_shift,
        ] = inputs.as_slice()
        else {
            bail!("inputs are missing")
        };
        let size = valid.len();
        // Nothing is heard of the padding.
        let count = valid
            .iter()
            .rposition(|&valid| valid != 0.0)
            .map_or(0, |last| last + 1);
        let valid = &valid[..count];
        let width = self.pitch.layers[0].inputs();
        let widths = parts.iter().map(|part| part.len() / size.max(1));
        let widths = widths.collect::<Vec<_>>();
        ensure!(
            widths.iter().sum::<usize>() == width && widths[0] == self.pitch.embed.outputs(),
            "rows of other widths"
        );
        let mut rows = Vec::with_capacity(size * width);
        for row in 0..count {
            for (part, width) in parts.iter().zip(&widths) {
                rows.extend_from_slice(&part[row * width..][..*width]);
            }
        }
        let x = rows.clone();
        let mut outputs = Vec::new();
        for (predictor, scale, shift) in [
            (&self.pitch, pitch_scale, pitch_shift),
            (&self.energy, energy_scale, energy_shift),
        ] {
            let mut values = predictor.predict(&x, valid);
            for (value, ((scale, shift), valid)) in
                values.iter_mut().zip(scale.iter().zip(*shift).zip(valid))
            {
                *value = (*value * scale + shift) * valid;
            }
            let embedded = predictor.embed(&values);
            for (row, embedded) in rows
                .chunks_exact_mut(width)
                .zip(embedded.chunks_exact(widths[0]))
            {
                add(row, embedded);
            }
            values.resize(size, 0.0);
            outputs.push(values);
        }
        scale_rows(&mut rows, width, valid);
        rows.resize(size * width, 0.0);
        outputs.push(rows);
        Ok(outputs)
    }
}
