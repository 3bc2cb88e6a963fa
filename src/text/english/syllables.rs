//! Phones of ARPAbet in syllables: as many consonants as English allows go with the vowel after them.

use crate::text::utterance::EnglishSyllable;

/// The phone set, in the order of KAN-TTS.
pub const PHONES: [&str; 39] = [
    "aa", "ae", "ah", "ao", "aw", "ay", "b", "ch", "d", "dh", "eh", "er", "ey", "f", "g", "hh",
    "ih", "iy", "jh", "k", "l", "m", "n", "ng", "ow", "oy", "p", "r", "s", "sh", "t", "th", "uh",
    "uw", "v", "w", "y", "z", "zh",
];

/// Pairs of consonants that begin words.
const ONSETS: &str = "pl pr py bl br by tr tw dr dw kl kr kw ky gl gr gw fl fr fy thr thw shr sl sw sp st sk sm sn sf hhy my ny vy";
const LONGEST_ONSETS: &str = "spl spr spy str skr skw sky skl";

/// Whether the phone is a vowel.
pub fn is_vowel(phone: &str) -> bool {
    phone.starts_with(['a', 'e', 'i', 'o', 'u'])
}

/// A phone and the stress of a vowel: 0 none, 1 primary, 2 secondary.
pub type Stressed = (&'static str, u8);

/// Phones written as `hh ah0 l ow1`; what is no phone is left out.
pub fn parse(phones: &str) -> Vec<Stressed> {
    let phone = |written: &str| {
        let name = written.trim_end_matches(|c: char| c.is_ascii_digit());
        let stress = written[name.len()..].parse().unwrap_or(0);
        let known = PHONES.iter().find(|&&phone| phone == name)?;
        Some((*known, stress))
    };
    phones.split_whitespace().filter_map(phone).collect()
}

/// Cuts phones into syllables; consonants without a vowel are one syllable.
pub fn cut(phones: &[Stressed]) -> Vec<EnglishSyllable> {
    let vowels: Vec<usize> = (0..phones.len())
        .filter(|&at| is_vowel(phones[at].0))
        .collect();
    let mut starts = vec![0];
    for pair in vowels.windows(2) {
        let between: Vec<&str> = phones[pair[0] + 1..pair[1]].iter().map(|p| p.0).collect();
        starts.push(pair[1] - onset(&between));
    }
    starts.push(phones.len());
    let syllable = |range: &[usize]| {
        let own = phones.get(range[0]..range[1])?;
        (!own.is_empty()).then(|| EnglishSyllable {
            phones: own.iter().map(|&(phone, _)| phone).collect(),
            stress: own.iter().map(|&(_, stress)| stress).max().unwrap_or(0),
        })
    };
    starts.windows(2).filter_map(syllable).collect()
}

/// How many of the consonants between two vowels begin the second syllable.
fn onset(consonants: &[&str]) -> usize {
    let listed = |length: usize, list: &str| {
        consonants
            .len()
            .checked_sub(length)
            .map(|first| consonants[first..].concat())
            .is_some_and(|onset| list.split(' ').any(|other| other == onset))
    };
    if listed(3, LONGEST_ONSETS) {
        3
    } else if listed(2, ONSETS) {
        2
    } else {
        usize::from(consonants.last().is_some_and(|&last| last != "ng"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(phones: &str) -> String {
        let syllable = |s: EnglishSyllable| format!("{}{}", s.phones.join(" "), s.stress);
        let all: Vec<String> = cut(&parse(phones)).into_iter().map(syllable).collect();
        all.join(" . ")
    }

    #[test]
    fn consonants_go_with_the_vowel_after_them() {
        assert_eq!(
            shown("m aa1 r k ah0 t ih0 ng"),
            "m aa r1 . k ah0 . t ih ng0"
        );
        assert_eq!(shown("eh1 k s t r ah0"), "eh k1 . s t r ah0");
        assert_eq!(shown("s ih1 ng er0"), "s ih ng1 . er0");
        assert_eq!(shown("sh"), "sh0");
        assert_eq!(shown(""), "");
    }
}
