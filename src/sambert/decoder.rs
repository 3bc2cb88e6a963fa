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
    /// Steps made since the last one that was spared.
    since: usize,
}

impl Steps {
    pub fn new(sambert: &Sambert) -> Steps {
        Steps {
            state: State::default(),
            previous: vec![0.0; sambert.channels],
            done: 0,
            since: 0,
        }
    }

    /// Makes the next frames, or takes those that are known, and appends them to `frames`. Returns false at the end of the
    /// sentence.
    pub fn step(
        &mut self,
        sambert: &Sambert,
        plan: &Plan,
        frames: &mut Vec<f32>,
    ) -> Result<bool, Error> {
        let (channels, frames_per_step) = (sambert.channels, sambert.frames_per_step);
        if self.done * frames_per_step >= plan.memory.frames {
            return Ok(false);
        }
        let made = if plan.splice.is_made(self.done) {
            self.make(sambert, plan)?
        } else {
            self.since = 0;
            Vec::new()
        };
        let blended = plan
            .splice
            .frames(self.done, &made, channels, frames_per_step);
        if let Some(last) = blended.rchunks_exact(channels).next() {
            self.previous.copy_from_slice(last);
        }
        frames.extend(blended);
        self.done += 1;
        Ok(true)
    }

    /// Runs the network.
    fn make(&mut self, sambert: &Sambert, plan: &Plan) -> Result<Vec<f32>, Error> {
        let (memory, step, window) = (&plan.memory, self.done, sambert.window);
        let Some(row) = memory.row(step) else {
            return Ok(vec![0.0; sambert.frames_per_step * sambert.channels]);
        };
        // The first step fills the whole look-ahead window, later ones move it on by one row.
        let entering = if self.since == 0 {
            self.state = sambert.decoder.exactly(window)?.start()?;
            step..step + window
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
        let reach_back = plan.band.min(self.since);
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
        self.since += 1;
        Ok(made.as_f32().to_vec())
    }
}
