//! Inputs made out of others.

use crate::coverage::compared;

/// Pseudo-random numbers (xorshift).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `end`, 0 where there is none.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() >> 11) as usize % end.max(1)
    }

    pub fn choose<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len())]
    }
}

/// Part of an input, at most so long.
pub fn window<'a>(input: &'a [u8], most: usize, random: &mut Random) -> &'a [u8] {
    let length = input.len().min(most);
    let start = random.below(input.len() - length + 1);
    &input[start..start + length]
}

/// Changes an input in a few places: bytes, ranges, words out of `words`, parts of `other`.
pub fn mutate(
    input: &mut Vec<u8>,
    other: &[u8],
    words: &[&[u8]],
    longest: usize,
    random: &mut Random,
) {
    for _ in 0..1 + random.below(6) {
        let at = random.below(input.len() + 1);
        let span = at..(at + 1 + random.below(12)).min(input.len());
        match random.below(10) {
            0 if at < input.len() => input[at] ^= 1 << random.below(8),
            1 if at < input.len() => input[at] = random.below(256) as u8,
            2 => drop(input.drain(span)),
            3 => {
                let copy = input[span].to_vec();
                let at = random.below(input.len() + 1);
                input.splice(at..at, copy.repeat(1 + random.below(8)));
            }
            4 if !other.is_empty() => {
                let from = random.below(other.len());
                let part = &other[from..(from + 1 + random.below(64)).min(other.len())];
                input.splice(span, part.iter().copied());
            }
            5 => {
                // A character that the code knows, or some other of Chinese text.
                let known = (0..8).find_map(|_| compared(random.below(4096)));
                let other = char::from_u32(0x4e00 + random.below(0x51a6) as u32);
                let either = if random.below(2) == 0 { known } else { other };
                let character = either.or(other).unwrap_or('好').to_string();
                input.splice(at..at, character.into_bytes());
            }
            6 => {
                // A number at a border.
                let size = random.below(64);
                let number = (1u64 << size).wrapping_sub(random.below(3) as u64);
                input.splice(at..at, number.to_string().into_bytes());
            }
            7 if at < input.len() => {
                input[at] = input[at]
                    .wrapping_add(random.below(9) as u8)
                    .wrapping_sub(4)
            }
            _ => {
                let word = random.choose(words).to_vec();
                input.splice(at..at, word);
            }
        }
    }
    input.truncate(longest);
}
