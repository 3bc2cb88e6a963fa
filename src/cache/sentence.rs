//! The sound of whole sentences, and how it is packed.

use std::ops::Range;

use crate::wav::quantize;

/// A sentence as it has been spoken, before its volume was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Frames of each symbol.
    pub durations: Vec<usize>,
    /// 16-bit PCM at the voice's sample rate.
    pub samples: Vec<i16>,
}

impl Recording {
    /// Number of symbols, their durations, the samples; all little-endian.
    pub fn pack(&self) -> Vec<u8> {
        let mut packed = Vec::with_capacity(4 + 4 * self.durations.len() + 2 * self.samples.len());
        packed.extend((self.durations.len() as u32).to_le_bytes());
        for &duration in &self.durations {
            packed.extend((duration as u32).to_le_bytes());
        }
        for sample in &self.samples {
            packed.extend(sample.to_le_bytes());
        }
        packed
    }

    /// Reads what [`Recording::pack`] writes; nothing from anything else.
    pub fn unpack(packed: &[u8]) -> Option<Recording> {
        let (count, rest) = packed.split_first_chunk::<4>()?;
        let count = u32::from_le_bytes(*count) as usize;
        let (durations, samples) = rest.split_at_checked(count.checked_mul(4)?)?;
        let (durations, _) = durations.as_chunks::<4>();
        let (samples, []) = samples.as_chunks::<2>() else {
            return None;
        };
        Some(Recording {
            durations: durations
                .iter()
                .map(|&duration| u32::from_le_bytes(duration) as usize)
                .collect(),
            samples: samples
                .iter()
                .map(|&sample| i16::from_le_bytes(sample))
                .collect(),
        })
    }

    /// Samples as they are stored, from -1..=1.
    pub fn pcm(samples: &[f32]) -> impl Iterator<Item = i16> {
        samples.iter().map(|&sample| quantize(sample))
    }

    /// Some of its samples, in -1..=1.
    pub fn samples(&self, part: Range<usize>) -> Vec<f32> {
        self.samples[part]
            .iter()
            .map(|&sample| f32::from(sample) / f32::from(i16::MAX))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn recordings_can_be_read_back(durations in prop::collection::vec(0..100_000usize, 0..50), samples: Vec<i16>) {
            let recording = Recording { durations, samples };
            prop_assert_eq!(Recording::unpack(&recording.pack()), Some(recording));
        }

        #[test]
        fn anything_can_be_tried(bytes: Vec<u8>) {
            Recording::unpack(&bytes);
        }

        #[test]
        fn samples_come_back_within_a_step(samples in prop::collection::vec(-1.0f32..=1.0, 0..50)) {
            let recording = Recording { durations: vec![], samples: Recording::pcm(&samples).collect() };
            // half a step of 16 bits, and the rounding of the single-precision products and quotients
            let tolerance = 0.5 / f32::from(i16::MAX) + 2.0 * f32::EPSILON;
            for (before, after) in samples.iter().zip(recording.samples(0..samples.len())) {
                prop_assert!((before - after).abs() <= tolerance);
            }
        }
    }
}
