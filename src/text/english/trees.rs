//! Letter to sound by decision trees, one a letter, as `models/text/english.py` trains them.

use super::syllables::{Stressed, is_vowel};
use crate::text::data::Sections;

/// Letters that are asked for on either side, and phones before.
const REACH: isize = 4;
const BEFORE: usize = 3;
const LEAF: u8 = 255;

pub struct Trees {
    /// Phones by number; 0 is none.
    names: Vec<Stressed>,
    pieces: Vec<Vec<u8>>,
    roots: Vec<u16>,
    questions: &'static [u8],
    values: &'static [u8],
    /// Where to go on when the answer is no; yes is the next node.
    no: Vec<u16>,
}

impl Trees {
    pub fn read(names: Vec<Stressed>, sections: &mut Sections<'static>) -> Self {
        let pieces = sections.bytes().split(|&phone| phone == 0);
        let pieces = pieces.map(<[u8]>::to_vec).collect();
        Self {
            names,
            pieces,
            roots: sections.words(),
            questions: sections.bytes(),
            values: sections.bytes(),
            no: sections.words(),
        }
    }

    /// Phones by their numbers in the file.
    pub fn named(&self, numbers: &[u8]) -> Vec<Stressed> {
        let name = |&number: &u8| self.names.get(usize::from(number).checked_sub(1)?).copied();
        numbers.iter().filter_map(name).collect()
    }

    /// The phones of a word in lower case; what is no letter is left out.
    pub fn say(&self, word: &str) -> Vec<Stressed> {
        let letters: Vec<u8> = word.bytes().filter_map(number).collect();
        let mut said: Vec<u8> = Vec::with_capacity(letters.len() * 2);
        for at in 0..letters.len() {
            let around = (-REACH..=REACH)
                .filter(|&offset| offset != 0)
                .map(|offset| {
                    let place = at.checked_add_signed(offset);
                    place
                        .and_then(|place| letters.get(place))
                        .copied()
                        .unwrap_or(0)
                });
            let before = (1..=BEFORE).map(|back| {
                let place = said.len().checked_sub(back);
                place.map_or(0, |place| said[place])
            });
            let features: Vec<u8> = around.chain(before).collect();
            let piece = self.leaf(letters[at], &features);
            said.extend(
                piece
                    .and_then(|piece| self.pieces.get(piece))
                    .into_iter()
                    .flatten(),
            );
        }
        stressed(self.named(&said))
    }

    fn leaf(&self, letter: u8, features: &[u8]) -> Option<usize> {
        let mut node = usize::from(*self.roots.get(usize::from(letter) - 1)?);
        loop {
            let (question, value) = (*self.questions.get(node)?, *self.values.get(node)?);
            if question == LEAF {
                return Some(usize::from(value));
            }
            let yes = features.get(usize::from(question)) == Some(&value);
            let next = if yes {
                node + 1
            } else {
                usize::from(*self.no.get(node)?)
            };
            if next <= node {
                return None;
            }
            node = next;
        }
    }
}

fn number(letter: u8) -> Option<u8> {
    match letter {
        b'a'..=b'z' => Some(letter - b'a' + 1),
        b'\'' => Some(27),
        _ => None,
    }
}

/// With one primary stress: the first of several, or an early vowel where there is none.
fn stressed(mut phones: Vec<Stressed>) -> Vec<Stressed> {
    let mut main = None;
    for (at, phone) in phones.iter_mut().enumerate() {
        if phone.1 == 1 && main.is_some() {
            phone.1 = 2;
        } else if phone.1 == 1 {
            main = Some(at);
        }
    }
    if main.is_none() {
        let second = phones.iter().position(|phone| phone.1 == 2);
        let vowel = second.or_else(|| phones.iter().position(|phone| is_vowel(phone.0)));
        if let Some(at) = vowel {
            phones[at].1 = 1;
        }
    }
    phones
}
