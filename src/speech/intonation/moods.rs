//! The shapes of moods.
//!
//! - Shen 1990, The Prosody of Mandarin Chinese: in a question the whole range is raised, its lower line too.
//! - Liu and Xu 2005, Parallel encoding of focus and interrogative meaning in Mandarin intonation, Phonetica 62: the rise of a
//!   question over a statement grows like an exponential towards the end; focus widens its word and narrows what follows.
//! - Yuan 2006, Mechanisms of question intonation in Mandarin, ISCSLP: a higher phrase curve and stronger final tones; at the
//!   end a falling tone is flattened and a rising one steepened.
//!
//! The amounts for exclamations, commands, calls and sentences that trail or break off are choices, within what is said of
//! them in the phonetic literature, and were settled by measuring the voice.

use super::Bend;
use super::clauses::{Clause, Clauses, holds};
use crate::speech::options::NEUTRAL;
use crate::text::symbols::Symbol;
use crate::text::{Mood, Span};

/// Syllables over which the rise towards the end of a question grows e-fold.
const RISE: f32 = 1.5;

/// How much of a mood there is in an emotion: exclamations of a voice that is stirred already stand out less, and sound less clean the
/// further they are from what it has learned.
pub fn share(mood: Mood, emotion: &str) -> f32 {
    match mood {
        Mood::Exclamation if emotion != NEUTRAL => 0.5,
        _ => 1.0,
    }
}

/// Adds the shape of a mood to a phrase. `focus`: its question word.
pub fn shape(
    mood: Mood,
    focus: Option<Span>,
    phrase: &Clauses,
    symbols: &[Symbol],
    bends: &mut [Bend],
    amount: f32,
) {
    let Some(last) = phrase.0.last() else {
        return;
    };
    let mut give = |clause: &Clause, bend: &dyn Fn(usize, usize) -> Bend| {
        for (at, syllable) in clause.iter().enumerate() {
            for place in syllable.clone() {
                bends[place].add(bend(at, clause.len() - 1 - at).scaled(amount));
            }
        }
    };
    let tone = |syllables: &Clause| symbols[syllables[syllables.len() - 1].start].tone;
    match mood {
        Mood::Statement => {}
        Mood::PlainQuestion => {
            let wider = if tone(last) == "tone4" { 0.0 } else { 0.25 };
            give(last, &|_, left| question(1.5, 1.75, wider, left));
        }
        Mood::ParticleQuestion => {
            // 吧 asks for less than 吗.
            let asks = &symbols[last[last.len() - 1].start].phone;
            let strength = if asks == "b_c" { 0.5 } else { 1.0 };
            give(last, &|_, left| {
                question(0.75, 0.9, 0.1, left).scaled(strength)
            });
        }
        Mood::WordQuestion => {
            for clause in &phrase.0 {
                asked(clause, focus, symbols, &mut give);
            }
        }
        Mood::Exclamation => {
            for (number, clause) in phrase.0.iter().enumerate() {
                give(clause, &|at, _| Bend {
                    semitones: 0.75,
                    range: 0.15,
                    decibels: 2.5,
                    duration: if number == 0 && at < 2 { -0.05 } else { 0.0 },
                });
            }
        }
        Mood::Command => {
            let fall = 3.5 / (last.len().max(2) - 1) as f32;
            give(last, &|at, _| Bend {
                semitones: 1.5 - fall * at as f32,
                range: 0.1,
                decibels: 1.0,
                duration: -0.05,
            });
        }
        Mood::Trailing => {
            let step = 1.0 / last.len() as f32;
            give(last, &|at, left| {
                let through = (at + 1) as f32 * step;
                Bend {
                    semitones: -0.5 - through,
                    range: -0.15,
                    decibels: -1.0 - 1.5 * through,
                    duration: if left == 0 { 0.65 } else { 0.1 },
                }
            });
        }
        Mood::BrokenOff => give(last, &|_, left| Bend {
            semitones: 0.5,
            duration: if left == 0 { -0.2 } else { 0.0 },
            ..Bend::default()
        }),
        // What is a syllable alone is long already.
        Mood::Call => give(last, &|at, left| Bend {
            semitones: 2.0,
            range: -0.1,
            decibels: 1.5,
            duration: if left == 0 && at > 0 { 0.3 } else { 0.05 },
        }),
        Mood::Verse => {
            for clause in &phrase.0 {
                // 2+3, 4+3: the foot before the last three is held a little, the rhyme word longer.
                give(clause, &|_, left| Bend {
                    duration: match left {
                        0 => 0.35,
                        3 => 0.25,
                        _ => 0.1,
                    },
                    range: 0.1,
                    ..Bend::default()
                });
            }
            give(last, &|_, left| Bend {
                semitones: if left < 3 { -0.5 } else { 0.0 },
                ..Bend::default()
            });
        }
    }
}

/// Register, and the rise towards the end in semitones; the final tone is wider.
fn question(register: f32, rise: f32, wider: f32, left: usize) -> Bend {
    Bend {
        semitones: register + rise * (-(left as f32) / RISE).exp(),
        range: if left == 0 { wider } else { wider / 2.0 },
        ..Bend::default()
    }
}

/// A question with a question word: the word carries the focus, what follows is narrower, the end does not rise.
fn asked(
    clause: &Clause,
    focus: Option<Span>,
    symbols: &[Symbol],
    give: &mut impl FnMut(&Clause, &dyn Fn(usize, usize) -> Bend),
) {
    let word = |at: usize| {
        let here = symbols[clause[at].start].span;
        focus.is_some_and(|focus| holds(focus, here))
    };
    let first = (0..clause.len()).find(|&at| word(at));
    give(clause, &|at, _| {
        let focused = Bend {
            semitones: 1.5,
            range: 0.25,
            decibels: 0.5,
            duration: 0.05,
        };
        match first {
            Some(_) if word(at) => focused,
            Some(first) if at > first => Bend {
                range: -0.15,
                ..Bend::default()
            },
            _ => Bend {
                semitones: 0.5,
                ..Bend::default()
            },
        }
    });
}
