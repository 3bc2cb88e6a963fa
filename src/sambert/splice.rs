//! Frames that are known from earlier: the decoder is spared the steps that would make them again.
//!
//! Between what is known and what is made, the decoder runs a little into the known frames: ahead of a joint it hears
//! them as its own past, so that it goes on from where they end, and over a joint both are blended.

use std::ops::Range;

/// Frames on the known side of a joint over which known and made frames are blended.
const BLEND: usize = 3;

/// Steps over known frames that the decoder takes before it makes frames of its own.
const RUN_UP: usize = 2;

/// A part of a sentence as the decoder has made it before.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// Its symbols.
    pub symbols: Range<usize>,
    /// Frames of each of them.
    pub durations: Vec<usize>,
    /// Rows of `channels` values, in front of the postnet.
    pub frames: Vec<f32>,
}

/// The known frames of a sentence, each in its place.
#[derive(Debug, Default)]
pub struct Splice {
    /// Rows for the whole sentence, zeros where nothing is known; empty when nothing is.
    frames: Vec<f32>,
    /// How much of each frame is the known one, 0 to 1.
    weights: Vec<f32>,
    /// Whether each step has to be made.
    made: Vec<bool>,
}

impl Splice {
    /// `durations` are those of all symbols of the sentence, `known` in the order of the sentence.
    pub fn new(
        known: &[Known],
        durations: &[usize],
        channels: usize,
        frames_per_step: usize,
    ) -> Splice {
        if known.is_empty() {
            return Splice::default();
        }
        let length = durations.iter().sum::<usize>();
        let steps = length.div_ceil(frames_per_step);
        let mut frames = vec![0.0; steps * frames_per_step * channels];
        let mut certain = vec![false; length];
        for part in known {
            let start = durations[..part.symbols.start].iter().sum::<usize>();
            let count = part.durations.iter().sum::<usize>();
            frames[start * channels..(start + count) * channels].copy_from_slice(&part.frames);
            certain[start..start + count].fill(true);
        }
        let weights = blend(&certain);
        let mut made: Vec<bool> = weights
            .chunks(frames_per_step)
            .map(|step| step.iter().any(|&weight| weight < 1.0))
            .collect();
        for step in 0..steps {
            if made[step] {
                made[step.saturating_sub(RUN_UP)..step].fill(true);
            }
        }
        Splice {
            frames,
            weights,
            made,
        }
    }

    /// Whether the decoder has to make this step.
    pub fn is_made(&self, step: usize) -> bool {
        self.made.get(step).copied().unwrap_or(true)
    }

    /// The frames of a step out of what the decoder has made of it, or nothing when it was spared.
    pub fn frames(
        &self,
        step: usize,
        made: &[f32],
        channels: usize,
        frames_per_step: usize,
    ) -> Vec<f32> {
        let first = step * frames_per_step;
        let Some(known) = self
            .frames
            .get(first * channels..(first + frames_per_step) * channels)
        else {
            return made.to_vec();
        };
        if made.is_empty() {
            return known.to_vec();
        }
        let rows = made
            .chunks(channels)
            .zip(known.chunks(channels))
            .enumerate();
        rows.flat_map(|(row, (made, known))| {
            let weight = self.weights.get(first + row).copied().unwrap_or(0.0);
            let blended = made.iter().zip(known);
            blended.map(move |(made, known)| made + (known - made) * weight)
        })
        .collect()
    }
}

/// Weights that rise from the edges of what is certain inwards; the ends of the sentence are no edges.
fn blend(certain: &[bool]) -> Vec<f32> {
    let mut weights: Vec<f32> = certain.iter().map(|&certain| f32::from(certain)).collect();
    for joint in 1..certain.len() {
        if certain[joint - 1] == certain[joint] {
            continue;
        }
        for distance in 0..BLEND {
            let place = if certain[joint] {
                Some(joint + distance)
            } else {
                joint.checked_sub(distance + 1)
            };
            let Some(weight) = place.and_then(|place| weights.get_mut(place)) else {
                continue;
            };
            *weight = weight.min((distance + 1) as f32 / (BLEND + 1) as f32);
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(symbols: Range<usize>, durations: &[usize], value: f32) -> Known {
        Known {
            symbols,
            durations: durations.to_vec(),
            frames: vec![value; durations.iter().sum()],
        }
    }

    #[test]
    fn known_steps_are_spared_and_joints_are_blended() {
        // Ten steps of three frames: the first 9 frames are made, then 15 are known, then 6 are made.
        let splice = Splice::new(&[known(1..3, &[10, 5], 1.0)], &[9, 10, 5, 6], 1, 3);
        let made: Vec<bool> = (0..10).map(|step| splice.is_made(step)).collect();
        let expected = [1, 1, 1, 1, 0, 1, 1, 1, 1, 1].map(|made| made == 1);
        assert_eq!(made, expected);
        assert_eq!(splice.frames(2, &[0.0; 3], 1, 3), [0.0; 3]);
        assert_eq!(splice.frames(3, &[0.0; 3], 1, 3), [0.25, 0.5, 0.75]);
        assert_eq!(splice.frames(4, &[], 1, 3), [1.0; 3]);
        assert_eq!(splice.frames(7, &[0.0; 3], 1, 3), [0.75, 0.5, 0.25]);
    }

    #[test]
    fn a_sentence_that_is_known_needs_no_step() {
        let parts = [known(0..1, &[4], 1.0), known(1..2, &[3], 2.0)];
        let splice = Splice::new(&parts, &[4, 3], 1, 3);
        assert!((0..3).all(|step| !splice.is_made(step)));
        assert_eq!(splice.frames(1, &[], 1, 3), [1.0, 2.0, 2.0]);
    }

    #[test]
    fn nothing_known_changes_nothing() {
        let splice = Splice::new(&[], &[4, 3], 1, 3);
        assert!((0..3).all(|step| splice.is_made(step)));
        assert_eq!(splice.frames(1, &[5.0; 3], 1, 3), [5.0; 3]);
    }
}
