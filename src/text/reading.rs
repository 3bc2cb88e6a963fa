//! Syllables as codes, and the default reading of a character.

use std::sync::OnceLock;

use super::data::{self, Sections};

/// A toneless base and a tone, packed: `base * 5 + tone - 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reading(u16);

struct Table {
    bases: Vec<&'static str>,
    defaults: Vec<u16>,
    settled: &'static str,
}

/// Vowels with the marks of the tones 1 to 4.
const MARKED: [(char, &str); 6] = [
    ('a', "āáǎà"),
    ('e', "ēéěè"),
    ('i', "īíǐì"),
    ('o', "ōóǒò"),
    ('u', "ūúǔù"),
    ('v', "ǖǘǚǜ"),
];
const FIRST: u32 = 0x3400;
const NONE: u16 = 0xffff;

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut sections = Sections::new(data::file("characters.bin"));
        Table {
            bases: sections.text().split('\n').collect(),
            defaults: sections.words(),
            settled: sections.text(),
        }
    })
}

impl Reading {
    pub fn from_code(code: u16) -> Self {
        Self(code)
    }

    /// From a toneless base (`lv` for lü) and a tone 1 to 5; `None` when the base is no Mandarin syllable.
    pub fn new(base: &str, tone: u8) -> Option<Self> {
        let index = table().bases.binary_search(&base).ok()?;
        (1..=5)
            .contains(&tone)
            .then(|| Self((index * 5) as u16 + u16::from(tone) - 1))
    }

    /// From numeric pinyin such as `chang2` or `lü4`; no digit or 0 is the neutral tone.
    pub fn parse(pinyin: &str) -> Option<Self> {
        let spelled = pinyin
            .trim()
            .to_lowercase()
            .replace("u:", "v")
            .replace('ü', "v");
        let base = spelled.trim_end_matches(|c: char| c.is_ascii_digit());
        let tone = match spelled[base.len()..].parse::<u8>() {
            Ok(tone @ 1..=5) => tone,
            Ok(0) => 5,
            Ok(_) => return None,
            Err(_) if base.len() == spelled.len() => 5,
            Err(_) => return None,
        };
        Self::new(base, tone)
    }

    /// From pinyin with tone marks and spaces, such as `qiū cí`; `None` where a syllable is none or no tone is marked.
    pub fn marked(pinyin: &str) -> Option<Vec<Self>> {
        let mut readings = Vec::new();
        let mut any = false;
        for syllable in pinyin
            .split([' ', '\'', '’', '，', ','])
            .filter(|s| !s.is_empty())
        {
            let (mut base, mut tone) = (String::new(), 5);
            for letter in syllable.to_lowercase().chars() {
                let marked = MARKED.iter().find_map(|(plain, marked)| {
                    let at = marked.chars().position(|c| c == letter)?;
                    Some((*plain, at as u8 + 1))
                });
                match marked {
                    Some((plain, marked)) => {
                        base.push(plain);
                        tone = marked;
                        any = true;
                    }
                    None if letter == 'ü' => base.push('v'),
                    None if letter == 'ɡ' => base.push('g'),
                    None if letter.is_ascii_lowercase() => base.push(letter),
                    None => return None,
                }
            }
            readings.push(Self::new(&base, tone)?);
        }
        (any && !readings.is_empty()).then_some(readings)
    }

    pub fn base(self) -> &'static str {
        table()
            .bases
            .get(usize::from(self.0 / 5))
            .copied()
            .unwrap_or("en")
    }

    pub fn tone(self) -> u8 {
        (self.0 % 5) as u8 + 1
    }

    pub fn with_tone(self, tone: u8) -> Self {
        Self(self.0 / 5 * 5 + u16::from(tone.clamp(1, 5)) - 1)
    }
}

impl std::fmt::Display for Reading {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}{}", self.base(), self.tone())
    }
}

/// The usual reading of a Han character (CJK Unified and Extension A); `None` for anything else.
pub fn default_reading(character: char) -> Option<Reading> {
    if character == '〇' {
        return Reading::new("ling", 2);
    }
    let index = (character as u32).checked_sub(FIRST)? as usize;
    match table().defaults.get(index) {
        None | Some(&NONE) => None,
        Some(&code) => Some(Reading(code)),
    }
}

/// A character that is read so by default.
pub fn homophone(reading: Reading) -> char {
    let unified = (0x4e00 - FIRST) as usize;
    let codes = table().defaults.get(unified..).unwrap_or(&[]);
    let at = codes
        .iter()
        .position(|&code| code == reading.0)
        .unwrap_or(0);
    char::from_u32(0x4e00 + at as u32).unwrap_or('一')
}

/// Whether the character has its default reading wherever no word says otherwise.
pub fn is_settled(character: char) -> bool {
    table().settled.contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_and_prints() {
        assert_eq!(Reading::parse("chang2").unwrap().to_string(), "chang2");
        assert_eq!(Reading::parse("lü4").unwrap().to_string(), "lv4");
        assert_eq!(Reading::parse("de").unwrap().to_string(), "de5");
        let marked = Reading::marked("qiū cí").unwrap();
        assert_eq!(
            marked.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["qiu1", "ci2"]
        );
        assert!(Reading::marked("hello").is_none());
        assert!(Reading::parse("xyz1").is_none());
        assert!(Reading::parse("chang9").is_none());
    }

    #[test]
    fn every_unified_character_is_covered_or_absent() {
        assert_eq!(default_reading('中').unwrap().to_string(), "zhong1");
        assert!(default_reading('a').is_none());
        let covered = ('\u{4e00}'..='\u{9fa5}')
            .filter(|&c| default_reading(c).is_some())
            .count();
        assert!(covered > 20_000, "{covered}");
    }
}
