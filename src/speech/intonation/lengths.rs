//! Shortest lengths: what stands alone is not rushed.

use super::clauses::Clauses;
use crate::sambert::Inflection;
use crate::text::Sentence;
use crate::text::symbols::Symbol;

/// Most syllables of a phrase that has a shortest length.
const SHORT: usize = 3;

/// By the number of syllables: percent of every duration, and milliseconds from the silence before to the end of the last
/// syllable, of one with a tone and of one with the neutral tone. Set so that the twenty sentences in `models/train/moods` sound as
/// long as the teacher has them; the end of what is lengthened dies away, so that the symbols last longer.
const SHORTEST: [(u16, [u16; 2]); SHORT] =
    [(100, [515, 515]), (120, [680, 700]), (110, [850, 800])];

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
        let interjection = count == 1 && matches!(&*symbols[last.start].phone, "ga" | "ge" | "go");
        if count > SHORT || own.0.len() > 1 || interjection {
            continue;
        }
        let neutral = symbols[last.start].tone == "tone5";
        let (percent, least) = SHORTEST[count - 1];
        for place in own.syllables().cloned().flatten() {
            curve[place].duration = curve[place].duration * percent / 100;
        }
        curve[last.end - 1].least_ms = least[usize::from(neutral)];
    }
}
