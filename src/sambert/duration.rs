//! Durations: autoregressive over the symbols of a sentence.

use super::{Control, Sambert};
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
    /// `condition` has one row per symbol; `given` the frames of those whose duration is known. Inflections act on what the
    /// network says, which does not hear of them; the speed divides the frames before they are rounded.
    pub(super) fn durations(
        &self,
        condition: &[f32],
        given: &[Option<usize>],
        control: &Control,
    ) -> Result<Durations, ModelError> {
        let symbols = given.len();
        let width = condition.len() / symbols.max(1);
        let mut state = self.duration.start()?;
        let mut previous = Value::f32(&[1, 1], &[0.0]);
        let mut spoken = Durations {
            frames: Vec::with_capacity(symbols),
            longest: 0.0,
        };
        let rows = condition.chunks_exact(width.max(1)).zip(given);
        for (symbol, (row, given)) in rows.enumerate() {
            let inputs = [
                ("condition", Value::f32(&[1, width], row)),
                ("previous", previous),
            ];
            let [duration] = self.duration.run(&mut state, &inputs, ["duration"])?;
            // The network works in log(frames + 1).
            let frames = duration.as_f32().first().copied().unwrap_or(0.0).exp() - 1.0;
            let frames = frames.clamp(0.0, LONGEST);
            let inflection = control.inflection(symbol);
            let inflected = inflection.frames(frames, self.frames_per_ms);
            let lasting = given.map_or(inflected / control.speed, |given| given as f32);
            // A pause of a set length is silenced, so that nothing has to attend to it.
            let heard = match inflection.pause_ms {
                Some(_) => frames / control.speed,
                None => lasting,
            };
            spoken.longest = spoken.longest.max(heard);
            spoken.frames.push((lasting + 0.5).floor() as usize);
            previous = match given {
                Some(_) => Value::f32(&[1, 1], &[(lasting * control.speed + 1.0).ln()]),
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
