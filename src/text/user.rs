//! Readings given by the user: inline, as in `长[chang2]大`, and in a lexicon.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::characters::is_han;
use super::data::table;
use super::error::TextError;
use super::reading::{Reading, homophone};
use super::source::fold_text;
use super::steps::Letter;
use super::utterance::Span;

/// Words with the reading they shall have: pinyin with tone digits (`chong2 qing4`), or other text to say instead (`G P U`).
#[derive(Clone, Debug, Default)]
pub struct UserLexicon {
    /// A trie: from a node and a letter to the next node. Node 0 is the root.
    next: HashMap<(u32, char), u32>,
    /// What is said for the word that ends at a node.
    said: HashMap<u32, Said>,
}

#[derive(Clone, Debug)]
enum Said {
    /// One reading for each character of the word.
    Readings(Vec<Reading>),
    /// Other characters in its place.
    Text(Vec<(char, Option<Reading>)>),
}

impl UserLexicon {
    /// Fails with `E_TEXT_LEXICON` where a word is blank, or nothing of what to say for it can be said.
    pub fn new<W, S>(entries: impl IntoIterator<Item = (W, S)>) -> Result<Self, TextError>
    where
        W: AsRef<str>,
        S: AsRef<str>,
    {
        let mut lexicon = Self::default();
        for (word, said) in entries {
            let (word, said) = (word.as_ref(), said.as_ref());
            let letters: Vec<char> = fold_text(word.trim()).iter().map(|l| l.folded).collect();
            let spoken = fold_text(said).iter().any(|l| l.folded.is_alphanumeric());
            if letters.is_empty() || !spoken {
                return Err(TextError::Lexicon { word: word.into() });
            }
            let mut node = 0;
            for &letter in &letters {
                let fresh = lexicon.next.len() as u32 + 1;
                node = *lexicon.next.entry((node, letter)).or_insert(fresh);
            }
            lexicon.said.insert(node, say_instead(&letters, said));
        }
        Ok(lexicon)
    }

    /// Puts the lexicon's readings into the letters of a sentence.
    pub fn apply(&self, letters: Vec<Letter>) -> Vec<Letter> {
        if self.said.is_empty() {
            return letters;
        }
        let mut applied = Vec::with_capacity(letters.len());
        let mut at = 0;
        while at < letters.len() {
            let Some((length, said)) = self.find(&letters, at) else {
                applied.push(letters[at]);
                at += 1;
                continue;
            };
            let word = &letters[at..at + length];
            match said {
                Said::Readings(readings) => {
                    applied.extend(word.iter().zip(readings).map(|(letter, &reading)| Letter {
                        forced: letter.forced.or(Some(reading)),
                        ..*letter
                    }))
                }
                Said::Text(text) => applied.extend(instead(word, text)),
            }
            at += length;
        }
        applied
    }

    /// The longest word at `at` that does not cut a run of Latin letters or digits.
    fn find(&self, letters: &[Letter], at: usize) -> Option<(usize, &Said)> {
        let joins = |a: Option<&Letter>, b: Option<&Letter>| {
            let part =
                |letter: Option<&Letter>| letter.is_some_and(|l| l.folded.is_ascii_alphanumeric());
            part(a) && part(b)
        };
        let (mut node, mut found) = (0, None);
        for (offset, letter) in letters[at..].iter().enumerate() {
            let Some(&next) = self.next.get(&(node, letter.folded)) else {
                break;
            };
            node = next;
            let end = at + offset + 1;
            let whole = |said: &&Said| {
                let before = at.checked_sub(1).and_then(|b| letters.get(b));
                // a reading in the text itself comes before other words
                let read = matches!(said, Said::Text(_))
                    && letters[at..end]
                        .iter()
                        .any(|letter| letter.forced.is_some());
                !joins(before, letters.get(at))
                    && !joins(letters.get(end - 1), letters.get(end))
                    && !read
            };
            if let Some(said) = self.said.get(&node).filter(whole) {
                found = Some((offset + 1, said));
            }
        }
        found
    }
}

/// The readings of Taiwan's standard.
pub fn taiwan() -> &'static UserLexicon {
    static LEXICON: OnceLock<UserLexicon> = OnceLock::new();
    LEXICON.get_or_init(|| {
        let rows = table("taiwan.tsv").filter_map(|row| Some((*row.first()?, *row.get(1)?)));
        UserLexicon::new(rows).unwrap_or_default()
    })
}

/// Pinyin becomes readings where it fits the characters; where not, characters that are read so.
fn say_instead(word: &[char], said: &str) -> Said {
    let Some(readings) = pinyin(said) else {
        return Said::Text(
            fold_text(said)
                .iter()
                .map(|letter| (letter.folded, None))
                .collect(),
        );
    };
    let all_can_be = || word.iter().zip(&readings).all(|(&c, &r)| can_be(c, r));
    if readings.len() == word.len() && all_can_be() {
        return Said::Readings(readings);
    }
    Said::Text(
        readings
            .into_iter()
            .map(|reading| (homophone(reading), Some(reading)))
            .collect(),
    )
}

/// Letters for `text` in the place of `word`.
fn instead<'a>(
    word: &[Letter],
    text: &'a [(char, Option<Reading>)],
) -> impl Iterator<Item = Letter> + 'a {
    let span = word
        .iter()
        .map(|letter| letter.span)
        .reduce(Span::join)
        .unwrap_or_default();
    text.iter().map(move |&(folded, forced)| Letter {
        folded,
        shown: folded,
        span,
        forced,
    })
}

/// Syllables with a tone digit each; `None` when it is something else. Erhua is a reading of its own, that of the 儿: `wanr2`
/// is `wan2 er5`.
pub fn pinyin(text: &str) -> Option<Vec<Reading>> {
    let mut readings = Vec::new();
    for syllable in text.split_whitespace() {
        let base = syllable.trim_end_matches(|c: char| c.is_ascii_digit());
        let tone = &syllable[base.len()..];
        if tone.is_empty() {
            return None;
        }
        match (Reading::parse(syllable), base.strip_suffix('r')) {
            (Some(reading), _) => readings.push(reading),
            (None, Some(base)) => {
                readings.push(Reading::parse(&format!("{base}{tone}"))?);
                readings.push(Reading::new("er", NEUTRAL)?);
            }
            _ => return None,
        }
    }
    (!readings.is_empty()).then_some(readings)
}

/// Whether the reading can be that of the character: a neutral er is 儿 alone.
fn can_be(character: char, reading: Reading) -> bool {
    is_han(character) && (character == '儿' || reading.base() != "er" || reading.tone() != NEUTRAL)
}

/// Longest text between brackets that is looked at.
const LONGEST: usize = 60;
/// The neutral tone.
const NEUTRAL: u8 = 5;

/// Takes `[pinyin]` after Chinese characters as their reading. Other brackets stay.
pub fn inline(letters: Vec<Letter>) -> Vec<Letter> {
    if !letters.iter().any(|letter| letter.folded == '[') {
        return letters;
    }
    let mut kept: Vec<Letter> = Vec::with_capacity(letters.len());
    let mut at = 0;
    while at < letters.len() {
        let close = letters[at..]
            .iter()
            .take(LONGEST)
            .position(|letter| letter.folded == ']');
        let readings = close
            .filter(|_| letters[at].folded == '[')
            .and_then(|close| {
                let text: String = letters[at + 1..at + close]
                    .iter()
                    .map(|letter| letter.folded)
                    .collect();
                pinyin(&text).map(|readings| (close, readings))
            });
        let fits = |readings: &[Reading]| {
            let first = kept.len().checked_sub(readings.len())?;
            kept[first..]
                .iter()
                .zip(readings)
                .all(|(letter, &reading)| can_be(letter.folded, reading))
                .then_some(first)
        };
        match readings.and_then(|(close, readings)| Some((close, fits(&readings)?, readings))) {
            Some((close, first, readings)) => {
                for (letter, reading) in kept[first..].iter_mut().zip(readings) {
                    letter.forced = Some(reading);
                }
                at += close + 1;
            }
            None => {
                kept.push(letters[at]);
                at += 1;
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Unit, sentences, sentences_with};

    fn said(sentences: impl Iterator<Item = crate::text::Sentence>) -> String {
        let syllables = sentences
            .flat_map(|s| s.units)
            .filter_map(|unit| match unit {
                Unit::Syllable(s) => Some(format!("{}{}", s.pinyin, s.tone)),
                Unit::English(word) => {
                    let nearest = word.nearest.iter();
                    Some(
                        nearest
                            .map(|s| format!("{}{}", s.pinyin, s.tone))
                            .collect::<Vec<_>>()
                            .join(" "),
                    )
                }
                Unit::Pause(_) => None,
            });
        syllables.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn inline_pinyin_rules() {
        assert_eq!(said(sentences("长[chang2]大")), "chang2 da4");
        assert_eq!(said(sentences("还款[huan2 kuan3]了")), "huan2 kuan3 le5");
        assert_eq!(said(sentences("见[甲]")), "jian4 jia3");
        assert_eq!(said(sentences("女儿[nvr3]")), "nvr3");
        assert_eq!(said(sentences("花儿[hua1 er2]")), "hua1 er2");
        assert_eq!(said(sentences("花[huar1]")), said(sentences("花huar1")));
    }

    #[test]
    fn lexicon_gives_readings_and_texts() {
        let lexicon = UserLexicon::new([
            ("重庆", "zhong4 qing4"),
            ("GPU", "G P U"),
            ("iPhone", "ai4 feng1"),
            ("鸟儿", "niaor3"),
        ])
        .unwrap();
        let lexicon = std::sync::Arc::new(lexicon);
        assert_eq!(
            said(sentences_with("重庆", lexicon.clone())),
            "zhong4 qing4"
        );
        assert_eq!(said(sentences_with("GPU", lexicon.clone())), "ji4 pi4 you1");
        assert_eq!(said(sentences_with("iPhone", lexicon.clone())), "ai4 feng1");
        assert_eq!(
            said(sentences_with("鸟儿飞", lexicon.clone())),
            "niaor3 fei1"
        );
        for nothing in ["\u{200b}", "。", ""] {
            assert!(UserLexicon::new([("世界", nothing)]).is_err());
        }
        let own = UserLexicon::new([("长大", "zhang3 da4")]).unwrap();
        assert_eq!(
            said(sentences_with("长[chang2]大", std::sync::Arc::new(own))),
            "chang2 da4"
        );
        assert_eq!(said(sentences("10号[hao2]")), "shi2 hao2");
        assert_eq!(
            UserLexicon::new([("好", " ")]).unwrap_err().code(),
            "E_TEXT_LEXICON"
        );
    }
}
