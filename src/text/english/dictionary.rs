//! The dictionary: words in alphabetical order, most of them said as the trees say them.

use std::sync::OnceLock;

use super::syllables::{Stressed, parse};
use super::trees::Trees;
use crate::text::data::{self, Sections};

pub struct Dictionary {
    letters: Vec<u8>,
    /// Start of each word in `letters`, and one past the end.
    starts: Vec<u32>,
    phones: &'static [u8],
    /// Start of each word's phones.
    phone_starts: Vec<u32>,
    trees: Trees,
}

/// The bundled dictionary.
pub fn dictionary() -> &'static Dictionary {
    static DICTIONARY: OnceLock<Dictionary> = OnceLock::new();
    DICTIONARY.get_or_init(|| Dictionary::read(data::file("english.bin")))
}

impl Dictionary {
    fn read(file: &'static [u8]) -> Self {
        let mut sections = Sections::new(file);
        let names: Vec<Stressed> = sections
            .text()
            .split(' ')
            .map(|name| parse(name).first().copied().unwrap_or(("ah", 0)))
            .collect();
        let (shared, suffixes, phones) = (sections.bytes(), sections.text(), sections.bytes());
        let (mut letters, mut starts) = (Vec::with_capacity(suffixes.len() * 2), vec![0]);
        let mut previous = 0;
        for (suffix, &same) in suffixes.split('\n').zip(shared) {
            let start = letters.len();
            let same = usize::from(same).min(start - previous);
            letters.extend_from_within(previous..previous + same);
            letters.extend_from_slice(suffix.as_bytes());
            starts.push(letters.len() as u32);
            previous = start;
        }
        let mut phone_starts = Vec::with_capacity(starts.len());
        let mut at = 0;
        for piece in phones.split(|&phone| phone == 0) {
            phone_starts.push(at);
            at += piece.len() as u32 + 1;
        }
        Self {
            letters,
            starts,
            phones,
            phone_starts,
            trees: Trees::read(names, &mut sections),
        }
    }

    fn word(&self, index: usize) -> &[u8] {
        &self.letters[self.starts[index] as usize..self.starts[index + 1] as usize]
    }

    fn find(&self, word: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.starts.len() - 1);
        while low < high {
            let middle = low.midpoint(high);
            match self.word(middle).cmp(word.as_bytes()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Whether the word, in lower case, is listed.
    pub fn knows(&self, word: &str) -> bool {
        self.find(word).is_some()
    }

    /// The phones of a listed word, in lower case.
    pub fn phones(&self, word: &str) -> Option<Vec<Stressed>> {
        let index = self.find(word)?;
        let start = *self.phone_starts.get(index)? as usize;
        let own = self.phones.get(start..)?;
        let length = own.iter().position(|&phone| phone == 0).unwrap_or(0);
        Some(match length {
            0 => self.trees.say(word),
            _ => self.trees.named(&own[..length]),
        })
    }

    /// The phones of any word in lower case, by its letters.
    pub fn guess(&self, word: &str) -> Vec<Stressed> {
        self.trees.say(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(phones: &[Stressed]) -> String {
        let phone = |&(name, stress): &Stressed| match super::super::syllables::is_vowel(name) {
            true => format!("{name}{stress}"),
            false => name.to_string(),
        };
        phones.iter().map(phone).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn knows_words_and_guesses_others() {
        let said = |word: &str| shown(&dictionary().phones(word).unwrap());
        assert_eq!(said("marketing"), "m aa1 r k ah0 t ih0 ng");
        assert_eq!(said("java"), "jh aa1 v ah0");
        assert_eq!(said("chatgpt"), "ch ae2 t jh iy2 p iy2 t iy1");
        assert!(dictionary().phones("zzyzx").is_none());
        assert_eq!(shown(&dictionary().guess("blick")), "b l ih1 k");
    }

    #[test]
    fn letters_to_sound_on_words_held_out() {
        let (mut wrong, mut all, mut words) = (0, 0, 0);
        for row in data::rows(include_str!("../../../tests/fixtures/held_out_words.tsv")) {
            let phones: Vec<&str> = parse(row[1]).iter().map(|phone| phone.0).collect();
            let said: Vec<&str> = dictionary().guess(row[0]).iter().map(|p| p.0).collect();
            wrong += distance(&said, &phones);
            all += phones.len();
            words += 1;
        }
        let error = wrong as f64 / all as f64;
        println!("{words} words: {error:.4} of the phones wrong");
        assert!(words > 500 && error < 0.12, "{error}");
    }

    fn distance(a: &[&str], b: &[&str]) -> usize {
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, x) in a.iter().enumerate() {
            let mut diagonal = std::mem::replace(&mut row[0], i + 1);
            for (j, y) in b.iter().enumerate() {
                let cost = diagonal + usize::from(x != y);
                diagonal = row[j + 1];
                row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
            }
        }
        row[b.len()]
    }
}
