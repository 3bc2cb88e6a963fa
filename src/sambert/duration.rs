//! Durations: autoregressive over the symbols of a sentence.

use super::Sambert;
use crate::nn::{ModelError, Value};

/// The longest that a symbol may last, in frames at normal speed. No real one comes near;
/// it bounds the memory where a network is untrained or a model file is odd.
const LONGEST: f32 = 400.0;

pub struct Durations {
    /// Whole frames of each symbol.
    pub frames: Vec<usize>,
    /// The longest, in frames before rounding.
    pub longest: f32,
}

impl Sambert {
    /// `condition` has one row per symbol; `given` the frames of those whose duration is known. The speed divides the frames
    /// before they are rounded.
    pub(super) fn durations(
        &self,
        condition: &[f32],
        given: &[Option<usize>],
        speed: f32,
    ) -> Result<Durations, ModelError> {
        let symbols = given.len();
        let width = condition.len() / symbols.max(1);
        let mut state = self.duration.start()?;
        let mut previous = Value::f32(&[1, 1], &[0.0]);
        let mut spoken = Durations {
            frames: Vec::with_capacity(symbols),
            longest: 0.0,
        };
        for (row, given) in condition.chunks_exact(width.max(1)).zip(given) {
            let inputs = [
                ("condition", Value::f32(&[1, width], row)),
                ("previous", previous),
            ];
            let [duration] = self.duration.run(&mut state, &inputs, ["duration"])?;
            // The network works in log(frames + 1).
            let frames = duration.as_f32().first().copied().unwrap_or(0.0).exp() - 1.0;
            let frames = frames.clamp(0.0, LONGEST) / speed;
            let frames = given.map_or(frames, |given| given as f32);
            spoken.longest = spoken.longest.max(frames);
            spoken.frames.push((frames + 0.5).floor() as usize);
            previous = match given {
                Some(_) => Value::f32(&[1, 1], &[(frames * speed + 1.0).ln()]),
                None => duration,
            };
        }
        if let Some(last) = spoken.frames.last_mut()
            && spoken.longest < 0.5
        {
            // A sentence never vanishes altogether: its place in time is needed.
            *last = 1;
        }
        Ok(spoken)
    }
}
