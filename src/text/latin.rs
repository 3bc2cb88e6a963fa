//! Latin letters and common words, in Mandarin syllables.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::data;
use super::reading::Reading;

/// Readings and English phones, by letter or word.
type Table = HashMap<&'static str, (Vec<Reading>, &'static str)>;

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let readings = |pinyin: &str| pinyin.split(' ').filter_map(Reading::parse).collect();
        data::table("latin.tsv")
            .filter_map(|row| {
                let phones = row.get(2).copied().unwrap_or("");
                Some((*row.first()?, (readings(row.get(1)?), phones)))
            })
            .collect()
    })
}

/// The readings of a word that has its own, in lower case.
pub fn word(word: &str) -> Option<&'static [Reading]> {
    let own = table().get(word).filter(|_| word.len() > 1);
    own.map(|(readings, _)| readings.as_slice())
}

/// The name of a letter; accents are ignored.
pub fn letter(letter: char) -> &'static [Reading] {
    entry(letter).map_or(&[], |(readings, _)| readings.as_slice())
}

/// The English phones of a letter's name.
pub fn phones(letter: char) -> &'static str {
    entry(letter).map_or("", |(_, phones)| phones)
}

/// The letter without its accent, in lower case where it had one; `None` for what is no Latin letter.
pub fn plain(letter: char) -> Option<char> {
    Some(match letter {
        'a'..='z' | 'A'..='Z' | '\'' => letter,
        '’' => '\'',
        'à'..='å' | 'À'..='Å' | 'ā' | 'ă' | 'æ' | 'Æ' => 'a',
        'è'..='ë' | 'È'..='Ë' | 'ē' | 'ě' => 'e',
        'ì'..='ï' | 'Ì'..='Ï' | 'ī' | 'ǐ' => 'i',
        'ò'..='ö' | 'Ò'..='Ö' | 'ō' | 'ǒ' | 'ø' | 'Ø' => 'o',
        'ù'..='ü' | 'Ù'..='Ü' | 'ū' | 'ǔ' => 'u',
        'ç' | 'Ç' => 'c',
        'ñ' | 'Ñ' => 'n',
        'ß' => 's',
        'ý' | 'ÿ' => 'y',
        _ => return None,
    })
}

fn entry(letter: char) -> Option<&'static (Vec<Reading>, &'static str)> {
    let plain = plain(letter)?.to_ascii_lowercase();
    let mut buffer = [0; 4];
    table().get(&*plain.encode_utf8(&mut buffer))
}

#[cfg(test)]
mod tests {
    #[test]
    fn spells_or_reads() {
        assert_eq!(super::letter('W').len(), 3);
        assert_eq!(super::letter('é').len(), 1);
        assert!(super::word("hello").is_some());
    }
}
