//! One direction of an LSTM over rows of time.

use super::layers::{add, lstm_step};
use super::linear::Linear;
use super::{Stored, Tensor, Values};

/// Input, forget, cell and output gate in the order of ONNX.
const ONNX_GATES: [usize; 4] = [0, 2, 3, 1];
/// Added to the input and output gates where a row is not valid.
const CLOSED: f32 = -1e4;

/// An LSTM that stays at its state where a row is not valid and the state is zero.
#[derive(Debug)]
pub struct Lstm {
    input: Linear,
    recurrent: Linear,
    /// Where the input, forget, cell and output gates lie among the gates.
    order: [usize; 4],
}

impl Lstm {
    /// One direction: 0 is forwards, 1 is backwards.
    pub fn read(file: &impl Stored, prefix: &str, direction: usize) -> Option<Lstm> {
        let suffix = ["", "_reverse"][direction];
        let [input, recurrent] =
            ["ih", "hh"].map(|kind| file.tensor(&format!("{prefix}.weight_{kind}_l0{suffix}")));
        let (input, recurrent): (Tensor, Tensor) = (input?, recurrent?);
        let gates = *input.shape.first()?;
        let biases = file.vector(&format!("{prefix}.bias"))?;
        let bias = biases.get(direction * 2 * gates..(direction + 1) * 2 * gates)?;
        let (of_input, of_recurrent) = bias.split_at(gates);
        let bias = of_input.iter().zip(of_recurrent).map(|(a, b)| a + b);
        Lstm::of(&input, &recurrent, &bias.collect::<Vec<_>>(), ONNX_GATES)
    }

    /// From weights [4 units, inputs] and [4 units, units] and as many biases, whose gates lie in the order input, forget,
    /// cell, output; none where their numbers do not fit together.
    pub fn new(inputs: usize, input: Vec<f32>, recurrent: Vec<f32>, bias: &[f32]) -> Option<Lstm> {
        let gates = bias.len();
        let tensor = |columns: usize, weights: Vec<f32>| {
            (weights.len() == gates * columns).then_some(Tensor {
                shape: vec![gates, columns],
                values: Values::Floats(weights),
            })
        };
        let (input, recurrent) = (tensor(inputs, input)?, tensor(gates / 4, recurrent)?);
        Lstm::of(&input, &recurrent, bias, [0, 1, 2, 3])
    }

    fn of(input: &Tensor, recurrent: &Tensor, bias: &[f32], order: [usize; 4]) -> Option<Lstm> {
        let lstm = Lstm {
            input: Linear::new(input, true, Some(bias))?,
            recurrent: Linear::new(recurrent, true, None)?,
            order,
        };
        let gates = bias.len();
        let fits = lstm.recurrent.outputs() == gates && 4 * lstm.hidden() == gates;
        fits.then_some(lstm)
    }

    pub fn inputs(&self) -> usize {
        self.input.inputs()
    }

    pub fn hidden(&self) -> usize {
        self.recurrent.inputs()
    }

    /// The hidden states after every row of `x`, from the last to the first if `backwards`. `hidden` and `cell` move on.
    pub fn run(
        &self,
        x: &[f32],
        valid: &[f32],
        backwards: bool,
        hidden: &mut [f32],
        cell: &mut [f32],
    ) -> Vec<f32> {
        let size = self.hidden();
        let mut gates = self.input.rows(x);
        let mut recurrent = vec![0.0; 4 * size];
        let count = gates.len() / (4 * size);
        let mut y = vec![0.0; count * size];
        for number in 0..count {
            let time = if backwards {
                count - 1 - number
            } else {
                number
            };
            let gates = &mut gates[time * 4 * size..][..4 * size];
            self.recurrent.run(hidden, &mut recurrent);
            add(gates, &recurrent);
            for gate in [self.order[0], self.order[3]] {
                let closed = CLOSED * (1.0 - valid[time]);
                gates[gate * size..][..size]
                    .iter_mut()
                    .for_each(|value| *value += closed);
            }
            lstm_step(gates, self.order, hidden, cell);
            y[time * size..][..size].copy_from_slice(hidden);
        }
        y
    }
}
