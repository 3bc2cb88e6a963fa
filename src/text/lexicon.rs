//! The packed word list: costs, parts of speech and readings of words.

use std::ops::Range;
use std::sync::OnceLock;

use super::data::{self, Sections};
use super::reading::Reading;

/// The words in code point order, so that the words with a common prefix are neighbours.
pub struct Lexicon {
    letters: Vec<u16>,
    /// Start of each word in `letters`, and one past the end.
    starts: Vec<u32>,
    costs: &'static [u8],
    tags: &'static [u8],
    kinds: &'static [u8],
    special: Vec<u16>,
    /// Words with a special reading, ascending, and where their readings start.
    special_starts: Vec<(u32, u32)>,
    tag_names: Vec<&'static str>,
}

/// One word of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry(u32);

const COST_UNIT: f32 = 1.0 / 8.0;
/// What is known of a word: how it is read in the two low bits, and marks.
const KNOWN: u8 = 3;
const PLAIN: u8 = 1;
const SPECIAL: u8 = 2;
const NEUTRAL: u8 = 4;
const FIRST_TONE: u8 = 8;

/// The bundled word list.
pub fn lexicon() -> &'static Lexicon {
    static LEXICON: OnceLock<Lexicon> = OnceLock::new();
    LEXICON.get_or_init(|| Lexicon::read(data::file("words.bin")))
}

impl Lexicon {
    fn read(file: &'static [u8]) -> Self {
        let mut sections = Sections::new(file);
        let alphabet = sections.words();
        let (shared, fresh, suffixes) = (sections.bytes(), sections.bytes(), sections.bytes());
        let (costs, tags, kinds, special) = (
            sections.bytes(),
            sections.bytes(),
            sections.bytes(),
            sections.words(),
        );
        let tag_names = sections.text().split(' ').collect();
        let count = [
            shared.len(),
            fresh.len(),
            costs.len(),
            tags.len(),
            kinds.len(),
        ]
        .into_iter()
        .min()
        .unwrap_or(0);
        let (mut letters, mut starts) =
            (Vec::with_capacity(count * 3), Vec::with_capacity(count + 1));
        starts.push(0);
        let mut special_starts = Vec::new();
        let (mut previous, mut special_start, mut read) = (0usize, 0u32, 0usize);
        for word in 0..count {
            let start = letters.len();
            let same = usize::from(shared[word]).min(start - previous);
            letters.extend_from_within(previous..previous + same);
            for _ in 0..fresh[word] {
                let rank = match suffixes.get(read..read + 2) {
                    Some(&[high, low]) => usize::from(high) << 8 | usize::from(low),
                    _ => 0,
                };
                letters.push(alphabet.get(rank).copied().unwrap_or(0));
                read += 2;
            }
            starts.push(letters.len() as u32);
            if kinds[word] & KNOWN == SPECIAL {
                special_starts.push((word as u32, special_start));
                special_start += (letters.len() - start) as u32;
            }
            previous = start;
        }
        Self {
            letters,
            starts,
            costs,
            tags,
            kinds,
            special,
            special_starts,
            tag_names,
        }
    }

    fn word(&self, index: usize) -> &[u16] {
        &self.letters[self.starts[index] as usize..self.starts[index + 1] as usize]
    }

    /// Calls `found(length, entry)` for every word that `text` starts with, shortest first.
    pub fn prefixes(&self, text: &[char], mut found: impl FnMut(usize, Entry)) {
        let mut range = 0..self.starts.len() - 1;
        for (depth, &letter) in text.iter().enumerate() {
            let Ok(letter) = u16::try_from(letter as u32) else {
                return;
            };
            range = self.narrow(range, depth, letter);
            if range.is_empty() {
                return;
            }
            if self.word(range.start).len() == depth + 1 {
                found(depth + 1, Entry(range.start as u32));
            }
        }
    }

    /// The words of `range` (with a common prefix of `depth`) whose next letter is `letter`.
    fn narrow(&self, range: Range<usize>, depth: usize, letter: u16) -> Range<usize> {
        let first = |accept: &dyn Fn(Option<u16>) -> bool, range: Range<usize>| {
            let (mut low, mut high) = (range.start, range.end);
            while low < high {
                let middle = low.midpoint(high);
                if accept(self.word(middle).get(depth).copied()) {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            low
        };
        let start = first(&|next| next < Some(letter), range.clone());
        let end = first(&|next| next <= Some(letter), start..range.end);
        start..end
    }

    /// The entry of exactly this word.
    pub fn find(&self, word: &[char]) -> Option<Entry> {
        let mut last = None;
        self.prefixes(word, |length, entry| {
            if length == word.len() {
                last = Some(entry);
            }
        });
        last
    }

    /// Negative natural logarithm of the word's probability.
    pub fn cost(&self, entry: Entry) -> f32 {
        f32::from(self.costs[entry.0 as usize]) * COST_UNIT
    }

    /// Part of speech, in the tag set of the source dictionary.
    pub fn tag(&self, entry: Entry) -> &'static str {
        self.tag_names
            .get(usize::from(self.tags[entry.0 as usize]))
            .copied()
            .unwrap_or("x")
    }

    /// Whether the word is known to be read with the default reading of each character.
    pub fn is_plain(&self, entry: Entry) -> bool {
        self.kinds[entry.0 as usize] & KNOWN == PLAIN
    }

    /// Whether the last syllable is spoken in the neutral tone.
    pub fn ends_neutral(&self, entry: Entry) -> bool {
        self.kinds[entry.0 as usize] & NEUTRAL != 0
    }

    /// Whether 一 keeps its first tone in the word.
    pub fn keeps_first_tone(&self, entry: Entry) -> bool {
        self.kinds[entry.0 as usize] & FIRST_TONE != 0
    }

    /// The readings of a word that is not read by the defaults of its characters.
    pub fn special(&self, entry: Entry) -> Option<impl Iterator<Item = Reading> + '_> {
        let at = self
            .special_starts
            .binary_search_by_key(&entry.0, |&(word, _)| word)
            .ok()?;
        let start = self.special_starts[at].1 as usize;
        let codes = self
            .special
            .get(start..start + self.word(entry.0 as usize).len())?;
        Some(codes.iter().map(|&code| Reading::from_code(code)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(word: &str) -> Vec<char> {
        word.chars().collect()
    }

    #[test]
    fn finds_words_and_readings() {
        let lexicon = lexicon();
        let bank = lexicon.find(&chars("银行")).unwrap();
        let said: Vec<String> = lexicon
            .special(bank)
            .unwrap()
            .map(|r| r.to_string())
            .collect();
        assert_eq!(said, ["yin2", "hang2"]);
        assert_eq!(lexicon.tag(bank), "n");
        assert!(lexicon.find(&chars("银银银")).is_none());
    }

    #[test]
    fn prefixes_come_shortest_first() {
        let mut lengths = Vec::new();
        lexicon().prefixes(&chars("中华人民共和国成立"), |length, _| {
            lengths.push(length)
        });
        assert!(
            lengths.is_sorted() && lengths.contains(&2) && lengths.contains(&7),
            "{lengths:?}"
        );
    }
}
