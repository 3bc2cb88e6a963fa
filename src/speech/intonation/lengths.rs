//! Shortest lengths: what stands alone is not rushed.

use super::clauses::Clauses;
use crate::sambert::Inflection;
use crate::text::Sentence;
use crate::text::symbols::Symbol;

/// Percent of every duration, by the number of syllables of a phrase that stands alone. Longer ones are as the voice has them: they share
/// their words with other sentences in the cache. Set so that the short sentences in `models/train/moods` sound as long as the teacher
/// has them.
const PERCENT: [u16; 3] = [100, 120, 110];

/// Milliseconds from the silence before to the end of the last syllable, by the number of syllables, of one with a tone and of one with
/// the neutral tone. The end of what is lengthened dies away, so that the symbols last longer than what is heard.
const SHORTEST: [[u16; 2]; 3] = [[515, 515], [680, 700], [850, 800]];

/// Of one syllable in the falling tone, which is the shortest, unless its vowel is a simple one, which dies away sooner.
const FALLING: u16 = 415;
/// Percent and milliseconds of two syllables that end in 吧 or 吗: the one is cut short, the other drawn out.
const PARTICLES: [(&str, u16, u16); 2] = [("b_c", 95, 0), ("m_c", 165, 800)];

/// Gives phrases of a few syllables, in dialogue too, their length. Interjections without an initial, such
/// as 嗯, are as short as the voice has them.
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
        if count > PERCENT.len() || own.0.len() > 1 || interjection {
            continue;
        }
        let neutral = *tone == "tone5";
        let vowel = symbols[last.end - 1].phone.trim_end_matches("_c");
        let particle = PARTICLES.iter().find(|(initial, ..)| phone == initial);
        let usual = SHORTEST[count - 1][usize::from(neutral)];
        let (percent, least) = match (count, particle) {
            (1, _) if *tone == "tone4" && vowel.len() > 1 => (PERCENT[0], FALLING),
            (2, Some(&(_, percent, least))) if neutral => (percent, least),
            _ => (PERCENT[count - 1], usual),
        };
        for place in own.syllables().cloned().flatten() {
            curve[place].duration = curve[place].duration * percent / 100;
        }
        curve[last.end - 1].least_ms = least;
    }
}
