//! Shortest lengths: what stands alone is not rushed.

use super::clauses::Clauses;
use crate::sambert::Inflection;
use crate::text::symbols::Symbol;
use crate::text::{Sentence, Setting};

/// Percent of every duration, by the number of syllables of a phrase that stands alone. Longer ones are as the voice has them: they share
/// their words with other sentences in the cache. Set so that the short sentences in `models/train/moods` sound as long as the teacher
/// has them.
const PERCENT: [u16; 4] = [100, 120, 110, 115];

/// Milliseconds from the silence before to the end of the last syllable, by the number of syllables, of one with a tone and of one with
/// the neutral tone. The end of what is lengthened dies away, so that the symbols last longer than what is heard.
const SHORTEST: [[u16; 2]; 4] = [[515, 515], [705, 700], [850, 800], [0, 0]];

/// Of one syllable in the falling tone, which is the shortest, unless its vowel is a simple one, which dies away sooner.
const FALLING: u16 = 415;
/// Percent and milliseconds of two syllables that end in 吧 or 吗: the one is cut short, the other drawn out.
const PARTICLES: [(&str, u16, u16); 2] = [("b_c", 95, 0), ("m_c", 165, 800)];
/// Of interjections without an initial, such as 嗯.
const INTERJECTION: u16 = 235;

/// Gives phrases of a few syllables, in dialogue too, their length. What the narrator says around a quotation does not stand alone.
pub fn floors(
    sentence: &Sentence,
    clauses: &Clauses,
    symbols: &[Symbol],
    curve: &mut [Inflection],
) {
    for phrase in &sentence.phrases {
        let own = clauses.within(symbols, phrase.span);
        let count = own.count();
        let Some(last) = own.syllables().next_back() else {
            continue;
        };
        let Symbol { phone, tone, .. } = &symbols[last.start];
        let interjection = count == 1 && matches!(&**phone, "ga" | "ge" | "go");
        let alone = sentence.phrases.len() == 1 || phrase.setting == Setting::Quoted;
        if !alone || count > PERCENT.len() || own.0.len() > 1 {
            continue;
        }
        let neutral = *tone == "tone5";
        let vowel = symbols[last.end - 1].phone.trim_end_matches("_c");
        let initial = PARTICLES.iter().find(|(initial, ..)| phone == initial);
        let particle = initial.filter(|_| neutral && vowel == "a");
        let usual = SHORTEST[count - 1][usize::from(neutral)];
        let (percent, least) = match (count, particle) {
            (1, _) if interjection => (PERCENT[0], INTERJECTION),
            (1, _) if *tone == "tone4" && vowel.len() > 1 => (PERCENT[0], FALLING),
            (2, Some(&(_, percent, least))) => (percent, least),
            _ => (PERCENT[count - 1], usual),
        };
        for place in own.syllables().cloned().flatten() {
            curve[place].duration = curve[place].duration * percent / 100;
        }
        curve[last.end - 1].least_ms = least;
    }
}
