//! One step of the autoregressive duration predictor (KAN-TTS: `VarRnnARPredictor`).

use tract_onnx::tract_core::internal::*;

use super::decoder::prenet;
use super::network::{Network, floats};
use super::tensors::File;
use langdu_kernels::Stored;
use langdu_kernels::layers::{add, lstm_step, relu};
use langdu_kernels::linear::Linear;

/// Input, forget, cell and output gate in the order of the file.
const GATES: [usize; 4] = [0, 1, 2, 3];

#[derive(Debug)]
pub struct Duration {
    prenet: Vec<Linear>,
    layers: Vec<Layer>,
    project: Linear,
    hidden: usize,
}

#[derive(Debug)]
struct Layer {
    input: Linear,
    recurrent: Linear,
    bias: Vec<f32>,
}

impl Duration {
    pub fn read(file: &File) -> Option<Duration> {
        if file.inputs() != ["previous", "condition"] {
            return None;
        }
        let prefix = "variance_adaptor.duration_predictor";
        let [_, condition] = file.fixed_shape("condition")?[..] else {
            return None;
        };
        let count = file.numbered(|layer| format!("{prefix}.lstm.bias_l{layer}"));
        let layers = (0..count).map(|layer| {
            Some(Layer {
                input: Linear::read(file, &format!("{prefix}.lstm.ih_l{layer}"))?,
                recurrent: Linear::read(file, &format!("{prefix}.lstm.hh_l{layer}"))?,
                bias: file.vector(&format!("{prefix}.lstm.bias_l{layer}"))?,
            })
        });
        let layers = layers.collect::<Option<Vec<_>>>()?;
        let duration = Duration {
            prenet: prenet(file, prefix)?,
            hidden: layers.first()?.recurrent.inputs(),
            layers,
            project: Linear::read(file, &format!("{prefix}.fc"))?,
        };
        let mut width = duration.prenet.last()?.outputs() + condition;
        let hidden = duration.hidden;
        for layer in &duration.layers {
            if [layer.input.inputs(), layer.input.outputs()] != [width, 4 * hidden]
                || [layer.recurrent.inputs(), layer.recurrent.outputs()] != [hidden, 4 * hidden]
                || layer.bias.len() != 4 * hidden
            {
                return None;
            }
            width = hidden;
        }
        let fits = duration.prenet.first()?.inputs() == 1
            && duration.project.inputs() == hidden
            && duration.project.outputs() == 1
            && file.count("Sigmoid") == 3 * count;
        fits.then_some(duration)
    }
}

impl Network for Duration {
    /// Hidden and cell of every layer.
    fn state(&self) -> usize {
        2 * self.layers.len() * self.hidden
    }

    fn shapes(&self, _: &[Vec<TDim>]) -> Vec<Vec<TDim>> {
        vec![vec![1.to_dim(), 1.to_dim()]]
    }

    fn run(&self, inputs: &[TValue], state: &mut [f32]) -> TractResult<Vec<Vec<f32>>> {
        let (previous, condition) = (floats(&inputs[0])?, floats(&inputs[1])?);
        let mut x = previous.to_vec();
        for layer in &self.prenet {
            x = layer.rows(&x);
            relu(&mut x);
        }
        x.extend(condition);
        for (layer, state) in self
            .layers
            .iter()
            .zip(state.chunks_exact_mut(2 * self.hidden))
        {
            let (hidden, cell) = state.split_at_mut(self.hidden);
            let mut gates = layer.input.rows(&x);
            add(&mut gates, &layer.recurrent.rows(hidden));
            add(&mut gates, &layer.bias);
            lstm_step(&gates, GATES, hidden, cell);
            x = hidden.to_vec();
        }
        let mut duration = self.project.rows(&x);
        relu(&mut duration);
        Ok(vec![duration])
    }
}
