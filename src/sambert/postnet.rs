//! The postnet: refines frames in chunks, a fixed number of frames behind the decoder.

use super::Sambert;
use crate::Error;
use crate::nn::{State, Value};

/// The progress of the postnet through a sentence.
#[derive(Default)]
pub struct Delay {
    state: Option<State>,
    /// Frames pushed so far.
    pushed: usize,
}

impl Delay {
    /// Whether every frame of a sentence of `length` frames has come out.
    pub fn finished(&self, sambert: &Sambert, length: usize) -> bool {
        self.pushed >= length + sambert.look_ahead
    }

    /// Takes `count` decoded frames, of which those past `length` are padding, and returns the frames that are
    /// complete: what was pushed `look_ahead` frames earlier.
    pub fn push(
        &mut self,
        sambert: &Sambert,
        frames: &[f32],
        count: usize,
        length: usize,
    ) -> Result<Vec<f32>, Error> {
        let graph = sambert.postnet.exactly(count)?;
        let look_ahead = sambert.look_ahead;
        // All frames before `now` have been pushed; `valid` tells of the times from now - look_ahead on.
        let now = self.pushed;
        let valid = (now..now + count + look_ahead)
            .map(|time| f32::from((look_ahead..length + look_ahead).contains(&time)))
            .collect::<Vec<_>>();
        let mut state = match self.state.take() {
            Some(state) => state,
            None => graph.start()?,
        };
        let inputs = [
            ("frames", Value::f32(&[count, sambert.channels], frames)),
            ("valid", Value::f32(&[count + look_ahead], &valid)),
        ];
        let [mel] = graph.run(&mut state, &inputs, ["mel"])?;
        self.state = Some(state);
        self.pushed += count;
        let first = look_ahead.saturating_sub(now).min(count);
        let last = (length + look_ahead)
            .saturating_sub(now)
            .clamp(first, count);
        let complete = mel
            .as_f32()
            .get(first * sambert.channels..last * sambert.channels);
        Ok(complete.unwrap_or_default().to_vec())
    }
}
