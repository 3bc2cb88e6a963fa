//! The syllables of a sentence in their clauses.

use std::ops::Range;

use crate::text::symbols::Symbol;
use crate::text::{Sentence, Span, Unit, Written};

/// A syllable: its symbols.
pub type Syllable = Range<usize>;

/// The syllables between two pauses at which speech falls silent, breaths apart; never empty.
pub type Clause = Vec<Syllable>;

pub struct Clauses(pub Vec<Clause>);

impl Clauses {
    pub fn new(sentence: &Sentence, symbols: &[Symbol]) -> Clauses {
        let mut clauses = vec![Clause::new()];
        let breaths: Vec<usize> = pauses(sentence, symbols)
            .filter(|&(_, written)| written == Written::Breath)
            .map(|(at, _)| at)
            .collect();
        for (at, symbol) in symbols.iter().enumerate() {
            let last = clauses.len() - 1;
            match symbol.syllable_flag {
                "s_begin" | "s_both" => clauses[last].push(at..at + 1),
                "s_middle" | "s_end" => {
                    if let Some(syllable) = clauses[last].last_mut() {
                        syllable.end = at + 1;
                    }
                }
                _ if breaths.contains(&at) => {}
                _ if matches!(symbol.phone.as_str(), "#3" | "#4") => clauses.push(Clause::new()),
                _ => {}
            }
        }
        clauses.retain(|clause| !clause.is_empty());
        Clauses(clauses)
    }

    /// What of the clauses comes from these characters.
    pub fn within(&self, symbols: &[Symbol], span: Span) -> Clauses {
        let here = |syllable: &&Syllable| holds(span, symbols[syllable.start].span);
        let clauses = self.0.iter().map(|clause| {
            let own = clause.iter().filter(here);
            own.cloned().collect::<Clause>()
        });
        Clauses(clauses.filter(|clause| !clause.is_empty()).collect())
    }

    pub fn syllables(&self) -> impl DoubleEndedIterator<Item = &Syllable> {
        self.0.iter().flatten()
    }

    pub fn count(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }
}

/// The pauses of a sentence: their symbols, and what is written there.
pub fn pauses(sentence: &Sentence, symbols: &[Symbol]) -> impl Iterator<Item = (usize, Written)> {
    let written = sentence.units.iter().filter_map(|unit| match unit {
        Unit::Pause(pause) => Some(pause.written),
        _ => None,
    });
    let places = (0..symbols.len()).filter(|&at| symbols[at].phone.starts_with('#'));
    places.zip(written)
}

/// Whether characters begin inside others.
pub fn holds(outer: Span, inner: Span) -> bool {
    (outer.start..outer.end).contains(&inner.start)
}
