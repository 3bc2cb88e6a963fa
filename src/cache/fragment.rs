//! Mel frames of prosodic words: where they are in a sentence, what names them, and how they are packed.

use std::ops::Range;

use super::keys::Keys;
use super::store::{Key, Level};
use crate::sambert::Control;
use crate::text::symbols::Symbol;

/// A prosodic word and its pause as the decoder has made them, in front of the postnet.
#[derive(Debug, Clone, PartialEq)]
pub struct Fragment {
    /// Frames of each symbol.
    pub durations: Vec<usize>,
    /// Rows of the acoustic model's channels.
    pub frames: Vec<f32>,
}

/// The prosodic words of a sentence, each with the pause that ends it.
pub fn words(symbols: &[Symbol]) -> Vec<Range<usize>> {
    let mut start = 0;
    let pauses = (0..symbols.len()).filter(|&at| symbols[at].phone.starts_with('#'));
    pauses
        .map(|at| std::mem::replace(&mut start, at + 1)..at + 1)
        .filter(|word| word.len() > 1)
        .collect()
}

/// What names a word of a sentence: its symbols, how it is spoken, and which sounds it runs into before and after it. A sound
/// reaches a few frames across the border between two words, so that those at the border have to be the same.
pub fn key(keys: &Keys, symbols: &[Symbol], word: &Range<usize>, control: &Control) -> Key {
    let mut named = symbols[word.clone()].to_vec();
    let left = match symbols[..word.start] {
        [.., ref spoken, ref pause] if !is_silent(&pause.phone) => {
            [&pause.phone, &spoken.phone, spoken.tone]
        }
        _ => [SILENCE[0], SILENCE[0], SILENCE[1]],
    };
    let right = match (named.last_mut(), symbols.get(word.end)) {
        (Some(pause), Some(next)) if !is_silent(&pause.phone) => [&next.phone, next.tone],
        (Some(pause), _) => {
            // 早上好，and 早上好。are one word.
            pause.phone = "#4".into();
            SILENCE
        }
        _ => SILENCE,
    };
    let neighbours = [left[0], left[1], left[2], right[0], right[1]];
    // The curve of the sounds that it runs into counts as they do.
    let sound = |symbol: Option<usize>| symbol.map(|symbol| control.inflection(symbol));
    let before = sound(word.start.checked_sub(2)).filter(|_| left[1] != SILENCE[0]);
    let after = sound(Some(word.end)).filter(|_| right != SILENCE);
    let own = word.clone().map(|symbol| control.inflection(symbol));
    let curve = before.into_iter().chain(own).chain(after);
    keys.key_among(Level::Fragment, &named, control, curve, neighbours)
}

/// No mel frame has a larger value.
const LOUDEST: f32 = 1e4;

const SILENCE: [&str; 2] = ["silence", ""];

/// Whether speech falls silent at this pause.
fn is_silent(pause: &str) -> bool {
    matches!(pause, "#3" | "#4")
}

impl Fragment {
    /// Number of symbols, their durations, the largest magnitude, 16-bit frames in its terms; all little-endian.
    pub fn pack(&self) -> Vec<u8> {
        let peak = self
            .frames
            .iter()
            .fold(0f32, |peak, value| peak.max(value.abs()));
        let scale = f32::from(i16::MAX) / peak.max(f32::MIN_POSITIVE);
        let mut packed = Vec::with_capacity(8 + 2 * (self.durations.len() + self.frames.len()));
        packed.extend((self.durations.len() as u32).to_le_bytes());
        for &duration in &self.durations {
            packed.extend((duration as u16).to_le_bytes());
        }
        packed.extend(peak.to_le_bytes());
        for value in &self.frames {
            packed.extend(((value * scale).round() as i16).to_le_bytes());
        }
        packed
    }

    /// Reads what [`Fragment::pack`] writes; nothing from anything that has not `channels` values for each frame.
    pub fn unpack(packed: &[u8], channels: usize) -> Option<Fragment> {
        let (count, rest) = packed.split_first_chunk::<4>()?;
        let count = u32::from_le_bytes(*count) as usize;
        let (durations, rest) = rest.split_at_checked(count.checked_mul(2)?)?;
        let (peak, frames) = rest.split_first_chunk::<4>()?;
        let peak = Some(f32::from_le_bytes(*peak)).filter(|peak| *peak <= LOUDEST)?;
        let (durations, _) = durations.as_chunks::<2>();
        let (frames, []) = frames.as_chunks::<2>() else {
            return None;
        };
        let step = peak / f32::from(i16::MAX);
        let durations: Vec<usize> = durations
            .iter()
            .map(|&duration| u16::from_le_bytes(duration).into())
            .collect();
        let whole = durations.iter().sum::<usize>() * channels == frames.len();
        whole.then(|| Fragment {
            durations,
            frames: frames
                .iter()
                .map(|&value| f32::from(i16::from_le_bytes(value)) * step)
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sambert::{EmotionBlend, Inflection};
    use crate::text::{sentences, symbols::symbols};
    use proptest::prelude::*;

    fn keys_of(text: &str) -> Vec<Key> {
        let control = Control::plain(EmotionBlend(vec![(1, 1.0)]));
        let symbols = symbols(&sentences(text).next().unwrap(), Default::default());
        let words = words(&symbols);
        let keys = Keys::new("voice");
        words
            .iter()
            .map(|word| key(&keys, &symbols, word, &control))
            .collect()
    }

    #[test]
    fn words_are_known_among_neighbours_of_the_same_sound() {
        // 早上好 | 今天 | 天气 | 不错
        let said = keys_of("早上好，今天天气不错");
        assert_eq!(said.len(), 4);
        assert_eq!(keys_of("早上好！")[0], said[0]);
        // 明天 ends as 今天 does, and 不 begins as 不 does.
        assert_eq!(keys_of("明天天气不坏")[1], said[2]);
        assert_ne!(keys_of("天气不错")[0], said[2]);
        assert_ne!(keys_of("今天天气很好")[1], said[2]);
    }

    #[test]
    fn the_strength_of_the_pause_before_a_word_counts() {
        let control = Control::plain(EmotionBlend(vec![(1, 1.0)]));
        let mut symbols = symbols(
            &sentences("今天天气不错").next().unwrap(),
            Default::default(),
        );
        let last = words(&symbols).pop().unwrap();
        let named = |symbols: &[Symbol]| key(&Keys::new("voice"), symbols, &last, &control);
        let mut keys = ["#1", "#2", "#3", "#4"].map(|pause| {
            symbols[last.start - 1].phone = pause.into();
            named(&symbols)
        });
        // Both of the long ones are silence.
        assert_eq!(keys[2], keys[3]);
        keys.sort_unstable();
        let different = keys.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert_eq!(different, 2);
    }

    #[test]
    fn words_of_another_curve_are_others() {
        let symbols = symbols(
            &sentences("早上好，今天天气不错").next().unwrap(),
            Default::default(),
        );
        let named = |curve| {
            let control = Control {
                curve,
                ..Control::plain(EmotionBlend(vec![(1, 1.0)]))
            };
            let words = words(&symbols);
            let name = |word| key(&Keys::new("voice"), &symbols, word, &control);
            words.iter().map(name).collect::<Vec<_>>()
        };
        let mut curve = vec![Inflection::default(); symbols.len()];
        let plain = named(curve.clone());
        assert_eq!(plain, named(Vec::new()));
        curve[symbols.len() - 2].cents = 100;
        let raised = named(curve);
        assert_eq!(plain[..3], raised[..3]);
        assert_ne!(plain[3], raised[3]);
    }

    #[test]
    fn every_symbol_belongs_to_one_word() {
        let symbols = symbols(
            &sentences("早上好，今天天气不错").next().unwrap(),
            Default::default(),
        );
        let covered: Vec<usize> = words(&symbols).into_iter().flatten().collect();
        assert_eq!(covered, (0..symbols.len()).collect::<Vec<_>>());
    }

    proptest! {
        #[test]
        fn fragments_can_be_read_back(durations in prop::collection::vec(0..9usize, 0..9), value in -4f32..4.0) {
            let frames: usize = durations.iter().sum();
            let frames = (0..frames * 3).map(|at| value * (at as f32).sin()).collect();
            let fragment = Fragment { durations, frames };
            let read = Fragment::unpack(&fragment.pack(), 3).unwrap();
            prop_assert_eq!(&read.durations, &fragment.durations);
            for (before, after) in fragment.frames.iter().zip(&read.frames) {
                prop_assert!((before - after).abs() < 1e-4);
            }
        }

        #[test]
        fn anything_can_be_tried(bytes: Vec<u8>) {
            if let Some(fragment) = Fragment::unpack(&bytes, 3) {
                prop_assert_eq!(fragment.frames.len(), 3 * fragment.durations.iter().sum::<usize>());
            }
        }
    }
}
