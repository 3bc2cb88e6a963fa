//! Symbols to rows of the embedding tables.

use std::collections::HashMap;

use crate::text::symbols::{ENGLISH, Phones, Symbol};
use crate::voice::manifest::SymbolTables;

/// Pauses from weak to strong.
const PAUSES: [&str; 4] = ["#1", "#2", "#3", "#4"];

/// The rows of a voice's symbol tables.
pub struct Ids {
    phones: HashMap<String, i64>,
    tones: HashMap<String, i64>,
    syllable_flags: HashMap<String, i64>,
    word_segments: HashMap<String, i64>,
}

impl Ids {
    pub fn new(tables: &SymbolTables) -> Ids {
        let rows = |table: &[String]| {
            (0..)
                .zip(table)
                .map(|(row, symbol)| (symbol.clone(), row))
                .collect()
        };
        Ids {
            phones: rows(&tables.sy),
            tones: rows(&tables.tone),
            syllable_flags: rows(&tables.syllable_flag),
            word_segments: rows(&tables.word_segment),
        }
    }

    /// The phones the voice has beyond those of Mandarin: English where every phone of ARPAbet has a row.
    pub fn voice_phones(&self) -> Phones {
        let has = |phone: &&str| self.phones.contains_key(*phone);
        Phones {
            english: ENGLISH.iter().all(has),
        }
    }

    /// The rows of a symbol: phone, tone, syllable flag, word segment. What a table lacks becomes its nearest entry.
    pub fn of(&self, symbol: &Symbol) -> [i64; 4] {
        [
            nearest(&self.phones, nearby_phones(&symbol.phone)),
            nearest(&self.tones, [symbol.tone, "tone5", "tone_none"]),
            nearest(&self.syllable_flags, [symbol.syllable_flag, "s_none"]),
            nearest(&self.word_segments, [symbol.word_segment, "word_none"]),
        ]
    }
}

/// Whether a symbol is a pause and no phone.
pub fn is_pause(symbol: &Symbol) -> bool {
    symbol.phone.starts_with('#')
}

fn nearest(rows: &HashMap<String, i64>, candidates: impl IntoIterator<Item: AsRef<str>>) -> i64 {
    candidates
        .into_iter()
        .find_map(|name| rows.get(name.as_ref()).copied())
        .unwrap_or(0)
}

/// A phone and its replacements, best first: a weaker pause, then a stronger one; a plain final for an r-coloured one.
fn nearby_phones(phone: &str) -> Vec<String> {
    let mut nearby = vec![phone.to_string()];
    if let Some(strength) = PAUSES.iter().position(|pause| *pause == phone) {
        let (weaker, stronger) = (&PAUSES[..strength], &PAUSES[strength + 1..]);
        nearby.extend(
            weaker
                .iter()
                .rev()
                .chain(stronger)
                .map(|pause| pause.to_string()),
        );
    } else if let Some(plain) = phone.strip_suffix("r_c") {
        nearby.push(format!("{plain}_c"));
    }
    nearby
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(symbols: &[&str]) -> HashMap<String, i64> {
        (0..)
            .zip(symbols)
            .map(|(row, symbol)| (symbol.to_string(), row))
            .collect()
    }

    #[test]
    fn missing_phones_become_the_nearest() {
        let table = rows(&["a_c", "an_c", "er_c", "#1", "#3"]);
        let row = |phone| nearest(&table, nearby_phones(phone));
        assert_eq!([row("an_c"), row("anr_c"), row("er_c")], [1, 1, 2]);
        assert_eq!([row("#1"), row("#2"), row("#3"), row("#4")], [3, 3, 4, 4]);
        assert_eq!(row("unheard"), 0);
    }
}
