//! Intonation: what a sentence's mood, its place in the text and its punctuation do to pitch, level and length of each symbol.
//!
//! The voice has learned tones, and the fall over a clause, from its recordings; what is done here is added to that. Pitch is
//! raised in semitones and widened about the voice's mean, so that every tone keeps its shape; the sources are named with each
//! shape. Values are whole steps, so that equal sentences are equal records.

mod clauses;
mod moods;
mod place;

use super::SpeakOptions;
use crate::sambert::Inflection;
use crate::text::symbols::Symbol;
use crate::text::{Mood, Sentence, mood};
use clauses::Clauses;

/// What is added to one symbol, 0 where nothing is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Bend {
    semitones: f32,
    /// Share by which the distance from the mean pitch grows.
    range: f32,
    decibels: f32,
    /// Share by which the duration grows.
    duration: f32,
}

impl Bend {
    fn add(&mut self, other: Bend) {
        self.semitones += other.semitones;
        self.range += other.range;
        self.decibels += other.decibels;
        self.duration += other.duration;
    }

    fn scaled(self, amount: f32) -> Bend {
        Bend {
            semitones: self.semitones * amount,
            range: self.range * amount,
            decibels: self.decibels * amount,
            duration: self.duration * amount,
        }
    }

    /// In steps that are too small to hear.
    fn inflection(self) -> Inflection {
        let steps = |value: f32, step: f32| (value / step).round() * step;
        Inflection {
            cents: steps(self.semitones * 100.0, 25.0).clamp(-1200.0, 1200.0) as i16,
            range: steps(100.0 + self.range * 100.0, 5.0).clamp(50.0, 200.0) as u16,
            level: steps(self.decibels * 10.0, 5.0).clamp(-100.0, 60.0) as i16,
            duration: steps(100.0 + self.duration * 100.0, 5.0).clamp(50.0, 200.0) as u16,
            ..Inflection::default()
        }
    }
}

/// What is done to each symbol of a sentence. `pauses` scales the pauses.
pub(super) fn curve(
    sentence: &Sentence,
    symbols: &[Symbol],
    options: &SpeakOptions,
    pauses: f32,
) -> Vec<Inflection> {
    let clauses = Clauses::new(sentence, symbols);
    let mut bends = vec![Bend::default(); symbols.len()];
    let forced = Mood::named(&options.mood);
    let alone = sentence.phrases.len() == 1;
    for phrase in &sentence.phrases {
        let part = clauses.within(symbols, phrase.span);
        if options.mood != mood::NEUTRAL {
            let mood = forced.unwrap_or(phrase.mood);
            let amount = options.intensity * moods::share(mood, &options.emotion);
            moods::shape(mood, phrase.focus, &part, symbols, &mut bends, amount);
        }
        place::setting(phrase, options.dialogue, alone, &part, &mut bends);
    }
    place::focus(&sentence.focus, &clauses, symbols, &mut bends);
    place::lists(sentence, &clauses, symbols, &mut bends);
    if options.mood != mood::NEUTRAL {
        place::paragraph(sentence.place, &clauses, &mut bends);
    }
    place::end(&clauses, &mut bends);
    let mut curve: Vec<Inflection> = bends.into_iter().map(Bend::inflection).collect();
    for (at, written) in clauses::pauses(sentence, symbols) {
        // The silence after the last symbol is not the model's.
        let inside = at + 1 < symbols.len();
        if let Some(ms) = written.milliseconds().filter(|_| inside) {
            curve[at].pause_ms = Some((ms as f32 * pauses) as u16);
        }
    }
    curve
}
