//! Which runs of letters are words, which are spelled, and where words written together part.

use super::dictionary::dictionary;
use super::nearest::nearest;
use super::syllables::{Stressed, parse};
use super::{Said, nearest};
use crate::text::data::table;
use crate::text::latin;

/// Longest word that is looked up in two halves.
const LONGEST: usize = 24;

/// Words that are spelled although the dictionary knows them: those that the table has in capitals are where they are written so.
fn is_spelled(word: &str, capitals: bool) -> bool {
    table("spelled.tsv").any(|row| row[0] == word || capitals && row[0].eq_ignore_ascii_case(word))
}

/// Where the parts of a run of Latin letters start: `getElementById` has four, `ChatGPT` is one.
pub fn cut(run: &[char]) -> Vec<usize> {
    let word = plain(run);
    if dictionary().knows(&word) || latin::word(&word).is_some() {
        return vec![0];
    }
    let upper = |at: usize| run.get(at).is_some_and(|c| c.is_uppercase());
    let lower = |at: usize| run.get(at).is_some_and(|c| c.is_lowercase());
    let mut starts = vec![0];
    for at in 1..run.len() {
        let hump = lower(at - 1) && upper(at);
        let end = upper(at - 1) && upper(at) && lower(at + 1) && !ends_in_plural(run, at);
        if hump || end {
            starts.push(at);
        }
    }
    starts
}

/// `GPUs`: the s after capitals is the plural's.
fn ends_in_plural(run: &[char], at: usize) -> bool {
    at + 2 == run.len() && run[at + 1] == 's'
}

/// Lower case without accents.
fn plain(run: &[char]) -> String {
    run.iter()
        .map(|&c| latin::plain(c).unwrap_or(c).to_ascii_lowercase())
        .collect()
}

/// What is said for a part of a run of Latin letters: one word, or letter by letter.
pub fn read(part: &[char]) -> Vec<Said> {
    let word = plain(part);
    if let Some(phones) = as_word(part, &word) {
        let own = latin::word(&word).map(<[_]>::to_vec);
        return vec![Said {
            start: 0,
            end: part.len(),
            nearest: own.unwrap_or_else(|| nearest::nearest(&phones)),
            phones,
        }];
    }
    let plural = capitals_with_s(part);
    let letters = part.len() - usize::from(plural);
    let mut said: Vec<Said> = Vec::with_capacity(letters);
    for (at, &letter) in part[..letters].iter().enumerate() {
        let readings = latin::letter(letter);
        if !readings.is_empty() {
            said.push(Said {
                start: at,
                end: at + 1,
                phones: parse(latin::phones(letter)),
                nearest: readings.to_vec(),
            });
        }
    }
    // The last letter is stressed most.
    for letter in said.iter_mut().rev().skip(1) {
        lessen(&mut letter.phones);
    }
    if let Some(last) = said.last_mut().filter(|_| plural) {
        last.end = part.len();
        last.phones.push(("z", 0));
        last.nearest.extend(nearest(&[("s", 0)]));
    }
    said
}

/// `GPUs`
fn capitals_with_s(part: &[char]) -> bool {
    part.len() > 2
        && matches!(part, [capitals @ .., 's'] if capitals.iter().all(|c| c.is_uppercase()))
}

/// The phones of what is said as a word; `None` for what is spelled.
fn as_word(part: &[char], word: &str) -> Option<Vec<Stressed>> {
    let capitals = part.iter().all(|c| c.is_uppercase());
    let plural = capitals_with_s(part);
    if part.len() < 2 || plural || is_spelled(word, capitals) || capitals && part.len() == 2 {
        return None;
    }
    if let Some(phones) = dictionary().phones(word) {
        return Some(phones);
    }
    if let Some(phones) = inflected(word) {
        return Some(phones);
    }
    if part.len() == 2 || capitals && part.len() == 3 || !sounds(word, capitals) {
        return None;
    }
    Some(compound(word).unwrap_or_else(|| dictionary().guess(word)))
}

/// A listed word with 's, s, ed or ing.
fn inflected(word: &str) -> Option<Vec<Stressed>> {
    let stem = |end: &str| {
        let stem = word.strip_suffix(end)?;
        (stem.len() > 2)
            .then(|| dictionary().phones(stem))
            .flatten()
    };
    let with = |mut phones: Vec<Stressed>, end: &[Stressed]| {
        phones.extend_from_slice(end);
        phones
    };
    if let Some(phones) = stem("'s").or_else(|| stem("s")) {
        let end: &[Stressed] = match phones.last()?.0 {
            "s" | "z" | "sh" | "zh" | "ch" | "jh" => &[("ih", 0), ("z", 0)],
            "p" | "t" | "k" | "f" | "th" => &[("s", 0)],
            _ => &[("z", 0)],
        };
        return Some(with(phones, end));
    }
    if let Some(phones) = stem("ing") {
        return Some(with(phones, &[("ih", 0), ("ng", 0)]));
    }
    let phones = stem("ed")?;
    let end: &[Stressed] = match phones.last()?.0 {
        "t" | "d" => &[("ih", 0), ("d", 0)],
        "p" | "k" | "f" | "s" | "sh" | "ch" | "th" => &[("t", 0)],
        _ => &[("d", 0)],
    };
    Some(with(phones, end))
}

/// Makes primary stress secondary.
fn lessen(phones: &mut [Stressed]) {
    for (_, stress) in phones {
        if *stress == 1 {
            *stress = 2;
        }
    }
}

/// Two listed words written together, the longer one first.
fn compound(word: &str) -> Option<Vec<Stressed>> {
    if !(6..=LONGEST).contains(&word.len()) || !word.is_ascii() {
        return None;
    }
    let halves = (3..=word.len() - 3).rev().filter_map(|at| {
        let (left, right) = word.split_at(at);
        Some((dictionary().phones(left)?, dictionary().phones(right)?))
    });
    let (mut left, mut right) = halves.max_by_key(|(left, right)| left.len().max(right.len()))?;
    lessen(&mut right);
    left.extend(right);
    Some(left)
}

/// Whether letters look like a word that can be said: with vowels, and without heaps of consonants. Capitals must look more so.
fn sounds(word: &str, capitals: bool) -> bool {
    let is_vowel = |c: char| "aeiouy".contains(c);
    let vowels = word.chars().filter(|&c| is_vowel(c)).count();
    if vowels == 0 {
        return false;
    }
    let mut run = 0;
    let longest = word
        .chars()
        .map(|c| {
            run = if is_vowel(c) { 0 } else { run + 1 };
            run
        })
        .max();
    let begins = word.chars().take_while(|&c| !is_vowel(c)).count();
    let ends = word.chars().rev().take_while(|&c| !is_vowel(c)).count();
    if !capitals {
        return longest <= Some(5);
    }
    let start = word
        .char_indices()
        .nth(2)
        .map_or(word, |(end, _)| &word[..end]);
    let cluster = begins < 2
        || [
            "bl", "br", "ch", "cl", "cr", "dr", "fl", "fr", "gl", "gr", "kr", "ph", "pl", "pr",
            "sc", "sh", "sk", "sl", "sm", "sn", "sp", "st", "sw", "th", "tr", "tw", "wh",
        ]
        .contains(&start);
    let doubled = word.starts_with(['a', 'e', 'i', 'o', 'u'])
        && word.chars().nth(1).is_some_and(|c| "aeiou".contains(c))
        && word.len() < 5;
    let close = word
        .chars()
        .rev()
        .take(2)
        .all(|c| !is_vowel(c) && !"lrnmst".contains(c))
        && ends > 1;
    cluster && !close && !doubled && ends < 3 && longest <= Some(3) && vowels * 4 >= word.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(word: &str) -> bool {
        let letters: Vec<char> = word.chars().collect();
        read(&letters).len() > 1
    }

    #[test]
    fn says_words_and_spells_abbreviations() {
        for word in [
            "NASA",
            "JAVA",
            "BUFF",
            "BAN",
            "buff",
            "iPhone",
            "OpenAI",
            "ChatGPT",
            "report",
            "GitHub",
            "Runtime",
            "marketing",
            "smartwatch",
            "don't",
            "UNESCO",
            "blicket",
            "it",
            "us",
            "Who",
        ] {
            assert!(!spelled(word), "{word}");
        }
        for word in [
            "IBM", "GPT", "HTTP", "CCTV", "npm", "AI", "IT", "USA", "WHO", "GPUs", "AIGC", "html",
            "LED", "GDP", "CNAS",
        ] {
            assert!(spelled(word), "{word}");
        }
    }

    #[test]
    fn stresses_the_last_letter_most() {
        let letters = "WHO".chars().collect::<Vec<_>>();
        let stresses = read(&letters).into_iter().map(|letter| {
            let stresses = letter.phones.iter().map(|&(_, stress)| stress);
            stresses.max().unwrap_or(0)
        });
        assert_eq!(stresses.collect::<Vec<_>>(), [2, 2, 1]);
    }

    #[test]
    fn parts_words_written_together() {
        let cut = |word: &str| cut(&word.chars().collect::<Vec<_>>());
        assert_eq!(cut("getElementById"), [0, 3, 10, 12]);
        assert_eq!(cut("GPTModel"), [0, 3]);
        assert_eq!(cut("ChatGPT"), [0]);
        assert_eq!(cut("GPUs"), [0]);
    }
}
