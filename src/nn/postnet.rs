//! A chunk of the postnet (KAN-TTS: `PostNet`), a few frames behind its input.

use tract_onnx::tract_core::internal::*;

use super::fsmn::Layer;
use super::network::{Network, floats};
use super::tensors::File;
use langdu_kernels::layers::add;
use langdu_kernels::linear::Linear;
use langdu_kernels::lstm::Lstm;

#[derive(Debug)]
pub struct Postnet {
    layers: Vec<Layer>,
    lstm: Lstm,
    project: Linear,
    /// Frames that each layer looks ahead.
    ahead: usize,
}

impl Postnet {
    pub fn read(file: &File) -> Option<Postnet> {
        if file.inputs() != ["frames", "valid"] {
            return None;
        }
        let layers = Layer::read_all(file, "mel_postnet.fsmn")?;
        let delay = file.fixed_shape("residual");
        let delay = delay.map_or(Some(0), |shape| shape.first().copied())?;
        let ahead = delay / layers.len();
        let postnet = Postnet {
            ahead,
            lstm: Lstm::read(file, "mel_postnet.lstm", 0)?,
            project: Linear::read(file, "mel_postnet.fc")?,
            layers,
        };
        let fits = postnet.layers.iter().all(|layer| layer.taps() > ahead)
            && delay == postnet.delay()
            && postnet.lstm.inputs() == postnet.layers.last()?.width()
            && postnet.project.inputs() == postnet.lstm.hidden()
            && postnet.project.outputs() == postnet.layers.first()?.inputs()
            && file.count("LSTM") == 1;
        fits.then_some(postnet)
    }

    fn delay(&self) -> usize {
        self.layers.len() * self.ahead
    }
}

/// Puts `rows` after those that `state` carries, which then carries the last ones.
fn extended(state: &mut [f32], rows: &[f32]) -> Vec<f32> {
    let extended = [&*state, rows].concat();
    state.copy_from_slice(&extended[rows.len()..]);
    extended
}

impl Network for Postnet {
    /// What each layer's memory has seen and what is added to its output later, the LSTM's state, the frames added last.
    fn state(&self) -> usize {
        let layers = self.layers.iter().map(|layer| {
            let skipped = if layer.is_residual() { self.ahead } else { 0 };
            (layer.taps() - 1 + skipped) * layer.width()
        });
        layers.sum::<usize>() + 2 * self.lstm.hidden() + self.delay() * self.project.outputs()
    }

    fn shapes(&self, inputs: &[Vec<TDim>]) -> Vec<Vec<TDim>> {
        vec![inputs[0].to_vec()]
    }

    fn run(&self, inputs: &[TValue], mut state: &mut [f32]) -> TractResult<Vec<Vec<f32>>> {
        let (frames, valid) = (floats(&inputs[0])?, floats(&inputs[1])?);
        let (count, delay) = (inputs[0].shape()[0], self.delay());
        ensure!(
            valid.len() == count + delay,
            "{} frames are said to be valid or not",
            valid.len()
        );
        let mut next = |count: usize| state.split_off_mut(..count).context("the state is short");
        let mut x = frames.to_vec();
        for (number, layer) in self.layers.iter().enumerate() {
            let known = &valid[delay - number * self.ahead..][..count];
            let seen = layer.taps() - 1;
            let rows = extended(next(seen * layer.width())?, &layer.feed_forward(&x, known));
            let mut y = layer.remember(&rows, seen - self.ahead);
            if layer.is_residual() {
                add(&mut y, &extended(next(self.ahead * layer.width())?, &x));
            }
            x = y;
        }
        let (hidden, cell) = (next(self.lstm.hidden())?, next(self.lstm.hidden())?);
        let hidden = self.lstm.run(&x, valid, false, hidden, cell);
        let mut mel = self.project.rows(&hidden);
        add(
            &mut mel,
            &extended(next(delay * self.project.outputs())?, frames),
        );
        Ok(vec![mel])
    }
}
