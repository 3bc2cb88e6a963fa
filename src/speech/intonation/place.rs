//! What the place of words in the text adds: quotation and parenthesis, emphasis, lists, paragraphs, the end of a long sentence.

use super::Bend;
use super::clauses::{Clauses, holds, pauses};
use crate::text::symbols::Symbol;
use crate::text::{Phrase, Place, Sentence, Setting, Span, Written};

/// Syllables from which on the end of a sentence is held up.
const LONG: usize = 14;

/// Share by which a quotation of so many syllables is longer within what the narrator says: voices hurry over it there. Set so
/// that those in `models/train/moods` last as long as alone.
const ANSWER: [f32; 3] = [0.5, 0.2, 0.15];

/// Quoted speech is `dialogue` semitones higher; a parenthesis lower, narrower and softer.
pub fn setting(phrase: &Phrase, dialogue: f32, alone: bool, own: &Clauses, bends: &mut [Bend]) {
    let answer = ANSWER.get(own.count().wrapping_sub(1)).filter(|_| !alone);
    let bend = match phrase.setting {
        Setting::Plain => return,
        Setting::Quoted => Bend {
            semitones: dialogue,
            duration: answer.copied().unwrap_or_default(),
            ..Bend::default()
        },
        Setting::Aside => Bend {
            semitones: -1.0,
            range: -0.15,
            decibels: -1.0,
            duration: -0.05,
        },
    };
    for place in own.syllables().cloned().flatten() {
        bends[place].add(bend);
    }
}

/// A wider pitch on words with emphasis, and a narrower one after them to the end of the clause (Xu 1999, Effects of tone and
/// focus on the formation and alignment of F0 contours, Journal of Phonetics 27).
pub fn focus(spans: &[Span], clauses: &Clauses, symbols: &[Symbol], bends: &mut [Bend]) {
    for clause in &clauses.0 {
        let mut after = false;
        for syllable in clause {
            let here = symbols[syllable.start].span;
            let focused = spans.iter().any(|&span| holds(span, here));
            after |= focused;
            let bend = match (focused, after) {
                (true, _) => Bend {
                    semitones: 1.0,
                    range: 0.4,
                    decibels: 1.0,
                    duration: 0.1,
                },
                (false, true) => Bend {
                    semitones: -0.5,
                    range: -0.25,
                    ..Bend::default()
                },
                _ => continue,
            };
            for place in syllable.clone() {
                bends[place].add(bend);
            }
        }
    }
}

/// What is listed rises with each item but the last.
pub fn lists(sentence: &Sentence, clauses: &Clauses, symbols: &[Symbol], bends: &mut [Bend]) {
    let items = pauses(sentence, symbols).filter(|&(_, written)| written == Written::Enumeration);
    for (at, _) in items {
        let before = clauses.syllables().rev().find(|item| item.end <= at);
        for place in before.cloned().into_iter().flatten() {
            bends[place].add(Bend {
                semitones: 1.0,
                ..Bend::default()
            });
        }
    }
}

/// The first sentence of a paragraph starts a little higher, the last one ends a little lower and slower.
pub fn paragraph(at: Place, clauses: &Clauses, bends: &mut [Bend]) {
    let (Some(first), Some(last)) = (clauses.0.first(), clauses.0.last()) else {
        return;
    };
    if at.first {
        for (number, syllable) in first.iter().enumerate() {
            for place in syllable.clone() {
                bends[place].semitones += (0.75 - 0.25 * (number / 2) as f32).max(0.0);
            }
        }
    }
    if at.last {
        for (left, syllable) in last.iter().rev().enumerate().take(6) {
            for place in syllable.clone() {
                bends[place].add(Bend {
                    semitones: (-0.75 + 0.25 * (left / 2) as f32).min(0.0),
                    duration: if left < 2 { 0.1 } else { 0.05 },
                    ..Bend::default()
                });
            }
        }
    }
}

/// The end of a long sentence, where the voice is down to a murmur, is held up. By pitch alone: louder it sounds less clean (DNSMOS, 123
/// held-out sentences).
pub fn end(clauses: &Clauses, bends: &mut [Bend]) {
    if clauses.count() < LONG {
        return;
    }
    for place in clauses.syllables().rev().take(6).cloned().flatten() {
        bends[place].semitones += 0.5;
    }
}
