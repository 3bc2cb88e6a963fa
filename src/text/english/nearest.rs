//! The Mandarin syllables nearest to English phones, as names are written in Chinese: 马克, 斯特里特.
//!
//! A syllable becomes one of Mandarin where its consonants and vowel make one; a consonant that Mandarin cannot put there
//! becomes a light syllable of its own. Stress is a high or a falling tone.

use super::syllables::{Stressed, cut, is_vowel};
use crate::text::reading::Reading;
use crate::text::utterance::EnglishSyllable;

const NEUTRAL: u8 = 5;

/// The syllables for some phones; at least one.
pub fn nearest(phones: &[Stressed]) -> Vec<Reading> {
    let syllables = cut(phones);
    let mut said = Vec::new();
    for (at, syllable) in syllables.iter().enumerate() {
        push(syllable, at + 1 == syllables.len(), &mut said);
    }
    if said.is_empty() {
        said.extend(Reading::new("en", NEUTRAL));
    }
    said
}

fn push(syllable: &EnglishSyllable, last: bool, said: &mut Vec<Reading>) {
    let phones = &syllable.phones;
    let Some(vowel) = phones.iter().position(|phone| is_vowel(phone)) else {
        phones.iter().for_each(|phone| light(phone, said));
        return;
    };
    let (onset, coda) = (&phones[..vowel], &phones[vowel + 1..]);
    let (first, glide) = match onset {
        [.., before, glide @ ("w" | "y")] if *before != "r" => {
            (&onset[..onset.len() - 2], Some((*before, *glide)))
        }
        [outer @ .., _] => (outer, None),
        [] => (onset, None),
    };
    first.iter().for_each(|phone| light(phone, said));
    let consonant = glide.map(|(before, _)| before).or(onset.last().copied());
    let stressed = syllable.stress > 0;
    let tone = match syllable.stress {
        0 => NEUTRAL,
        1 if last => 4,
        _ => 1,
    };
    let nasal = coda
        .first()
        .filter(|phone| matches!(**phone, "n" | "m" | "ng"));
    let (final_, used) = rhyme(
        phones[vowel],
        nasal.copied(),
        stressed,
        last && coda.len() == 1,
    );
    let glide = match glide {
        Some((_, "w")) => "u",
        Some(_) => "i",
        None => "",
    };
    join(consonant.unwrap_or(""), glide, final_, tone, said);
    if matches!(phones[vowel], "oy") {
        said.extend(Reading::new("yi", NEUTRAL));
    }
    for (at, phone) in coda.iter().enumerate() {
        let taken = at == 0 && used;
        let silent_r = *phone == "r" && matches!(phones[vowel], "aa" | "ao" | "er" | "ow");
        let repeated = *phone == "l" && coda.len() > 1;
        if !taken && !silent_r && !repeated {
            light(phone, said);
        }
    }
}

/// The final for a vowel, and whether it holds the nasal after it.
fn rhyme(vowel: &str, nasal: Option<&str>, stressed: bool, open: bool) -> (&'static str, bool) {
    let back = nasal == Some("ng");
    // an m that ends the word is heard as one
    let lip = nasal == Some("m") && open;
    if nasal.is_some() && !lip {
        let found = match (vowel, back) {
            ("aa" | "ao", false) => "ang",
            ("ae" | "ah" | "aa" | "ao", true) => "ang",
            ("ae", false) => "an",
            ("ah", false) if stressed => "an",
            ("ah" | "eh" | "er", false) => "en",
            ("ey", _) | ("eh", true) => "en",
            ("ih" | "iy", true) => "ing",
            ("ih" | "iy", false) => "in",
            ("ow", _) => "ong",
            ("uw" | "uh", _) => "un",
            _ => "",
        };
        if !found.is_empty() {
            return (found, true);
        }
    }
    let plain = match vowel {
        "aa" => "a",
        "ae" => {
            if nasal.is_some() {
                "a"
            } else {
                "ai"
            }
        }
        "ah" => {
            if stressed {
                "a"
            } else {
                "e"
            }
        }
        "ao" => "ao",
        "aw" => "ao",
        "ay" => "ai",
        "eh" => "ai",
        "er" => "e",
        "ey" => "ei",
        "ih" | "iy" => "i",
        "ow" => "ou",
        "oy" => "uo",
        _ => "u",
    };
    (plain, false)
}

/// Initials for a consonant, best first; which of them goes with the final the table of syllables tells.
fn initials(consonant: &str) -> &'static [&'static str] {
    match consonant {
        "b" => &["b"],
        "ch" => &["q", "ch"],
        "d" => &["d"],
        "dh" => &["z", "d"],
        "f" => &["f"],
        "g" => &["g", "j"],
        "hh" => &["h", "x"],
        "jh" => &["j", "zh"],
        "k" => &["k", "j"],
        "l" => &["l"],
        "m" => &["m"],
        "n" => &["n"],
        "p" => &["p"],
        "r" => &["r", "l"],
        "s" => &["s", "x"],
        "sh" => &["sh", "x"],
        "t" => &["t"],
        "th" => &["s", "x"],
        "v" => &["w", "f"],
        "w" => &["w"],
        "y" => &["y"],
        "z" => &["z", "j"],
        "zh" => &["r", "zh"],
        _ => &[""],
    }
}

fn join(consonant: &str, glide: &str, final_: &'static str, tone: u8, said: &mut Vec<Reading>) {
    let mut new = |base: &str| match Reading::new(base, tone) {
        Some(reading) => {
            said.push(reading);
            true
        }
        None => false,
    };
    // see is xi, ri is rui: after these an i is another vowel
    let buzzing = |initial: &str| matches!(initial, "s" | "z" | "c" | "sh" | "zh" | "ch" | "r");
    for initial in initials(consonant) {
        let base = match (*initial, final_) {
            ("", "i" | "in" | "ing") => format!("y{final_}"),
            ("", "u") => "wu".into(),
            ("", "un") => "wen".into(),
            ("", "uo") => "wo".into(),
            ("", "ong") => "weng".into(),
            ("y", "e" | "ei") => "ye".into(),
            ("y", "ai") => "ya".into(),
            ("y", "u") => "you".into(),
            ("w", "i") => "wei".into(),
            ("w", "ou") => "wo".into(),
            ("w", "in" | "un" | "e") => {
                "wen".replace("wen", if final_ == "e" { "wo" } else { "wen" })
            }
            ("w", "ao") => "wo".into(),
            ("r", "i" | "ei" | "ai") => "rui".into(),
            ("b" | "p" | "m" | "f", "e" | "uo") => format!("{initial}o"),
            ("f", "i") => "fei".into(),
            ("b" | "p" | "m" | "f" | "w", "ong") => format!("{initial}eng"),
            ("q" | "j" | "x", "a" | "ao" | "ang") => format!("{initial}i{final_}"),
            ("q" | "j" | "x", "ou") => format!("{initial}iu"),
            ("q" | "j" | "x", "ei" | "ai") => format!("{initial}ie"),
            ("q" | "j" | "x", "an" | "en") => {
                format!("{initial}i{}", if final_ == "an" { "an" } else { "n" })
            }
            (initial, "i" | "in" | "ing") if buzzing(initial) => continue,
            (_, final_) if !glide.is_empty() => {
                let with = match (glide, final_) {
                    ("u", "i") => "ui".into(),
                    ("i", "u") => "iu".into(),
                    (glide, final_) => format!("{glide}{final_}"),
                };
                format!("{initial}{with}")
            }
            _ => format!("{initial}{final_}"),
        };
        if new(&base) {
            return;
        }
    }
    // Neither fits: the consonant alone, then the rest.
    if !consonant.is_empty() {
        light(consonant, said);
        let rest = match glide {
            "u" => "w",
            "i" => "y",
            _ => "",
        };
        join(rest, "", final_, tone, said);
    } else if let Some(reading) = Reading::new("e", tone) {
        said.push(reading);
    }
}

/// A consonant as a light syllable.
fn light(phone: &str, said: &mut Vec<Reading>) {
    let base = match phone {
        "b" => "bu",
        "ch" => "qi",
        "d" | "dh" => "de",
        "f" | "v" => "fu",
        "g" => "ge",
        "hh" => "he",
        "jh" => "ji",
        "k" => "ke",
        "l" => "er",
        "m" => "mu",
        "n" | "ng" => "en",
        "p" => "pu",
        "r" => "er",
        "s" | "th" => "si",
        "sh" | "zh" => "shi",
        "t" => "te",
        "w" => "wu",
        "y" => "yi",
        "z" => "zi",
        _ => "e",
    };
    said.extend(Reading::new(base, NEUTRAL));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::english::syllables::parse;

    fn shown(phones: &str) -> String {
        let said = nearest(&parse(phones));
        said.iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn sounds_like_the_word() {
        assert_eq!(shown("m aa1 r k ah0 t ih0 ng"), "ma1 ke5 ting5");
        assert_eq!(shown("f ih1 k s"), "fei4 ke5 si5");
        assert_eq!(shown("jh aa1 v ah0"), "jia1 wo5");
        assert_eq!(shown("s t r iy1 t"), "si5 te5 rui4 te5");
        assert_eq!(shown("r ih0 p ao1 r t"), "rui5 pao4 te5");
        assert_eq!(shown("sh"), "shi5");
    }
}
