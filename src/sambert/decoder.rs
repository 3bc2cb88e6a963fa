//! The autoregressive decoder: one step makes a few frames out of one row of memory.

use super::{Plan, Sambert};
use crate::Error;
use crate::nn::{State, Value};

/// Added to the scores of what a step must not attend to.
const MASKED: f32 = -1e9;

/// The progress of the decoder through a sentence.
pub struct Steps {
    state: State,
    /// The last frame made.
    pub previous: Vec<f32>,
    done: usize,
}

impl Steps {
    pub fn new(sambert: &Sambert) -> Result<Steps, Error> {
        let state = sambert.decoder.exactly(sambert.window)?.start()?;
        Ok(Steps {
            state,
            previous: vec![0.0; sambert.channels],
            done: 0,
        })
    }

    /// Makes the next frames and appends them to `frames`. Returns false at the end of the sentence.
    pub fn step(
        &mut self,
        sambert: &Sambert,
        plan: &Plan,
        frames: &mut Vec<f32>,
    ) -> Result<bool, Error> {
        let (memory, step, window) = (&plan.memory, self.done, sambert.window);
        let Some(row) = memory.row(step) else {
            return Ok(false);
        };
        // The first step fills the whole look-ahead window, later ones move it on by one row.
        let entering = if step == 0 {
            0..window
        } else {
            step + window - 1..step + window
        };
        let graph = sambert.decoder.exactly(entering.len())?;
        let mut ahead = vec![0.0; entering.len() * memory.width()];
        for (place, index) in ahead.chunks_exact_mut(memory.width()).zip(entering.clone()) {
            if let Some(row) = memory.row(index) {
                place.copy_from_slice(row);
            }
        }
        let reach_back = plan.band.min(step);
        let reach_ahead = plan.band.min(memory.steps() - 1 - step);
        let history = (0..window)
            .rev()
            .map(|back| if back <= reach_back { 0.0 } else { MASKED });
        let future = (0..window).map(|ahead| if ahead <= reach_ahead { 0.0 } else { MASKED });
        let inputs = [
            ("memory", Value::f32(&[1, row.len()], row)),
            (
                "memory_ahead",
                Value::f32(&[entering.len(), memory.width()], &ahead),
            ),
            (
                "previous",
                Value::f32(&[1, self.previous.len()], &self.previous),
            ),
            (
                "history_mask",
                Value::f32(&[1, window], &history.collect::<Vec<_>>()),
            ),
            (
                "future_mask",
                Value::f32(&[1, window], &future.collect::<Vec<_>>()),
            ),
        ];
        let [made] = graph.run(&mut self.state, &inputs, ["frames"])?;
        let made = made.as_f32();
        if let Some(last) = made.rchunks_exact(sambert.channels).next() {
            self.previous.copy_from_slice(last);
        }
        frames.extend_from_slice(made);
        self.done += 1;
        Ok(true)
    }
}
