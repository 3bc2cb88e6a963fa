//! The network that chooses among the readings of a polyphonic character: g2pM (Park and Lee, 2020).
//!
//! Embedding 64, one bidirectional LSTM with 32 units a direction, dense 64 -> 32 -> classes.

use std::ops::Range;
use std::sync::OnceLock;

use super::data::{self, Sections};
use super::reading::Reading;
use crate::nn::{Lstm, dot};

const WIDTH: usize = 64;
const UNITS: usize = 32;
const GATES: usize = 4 * UNITS;
const UNKNOWN: usize = 1;
/// The network's own marks of the start and the end of a sentence.
const START: char = '시';
const END: char = '끝';

/// The network and its tables.
pub struct Polyphones {
    /// Characters, ascending, and their rows in the embedding.
    letters: Vec<u16>,
    ids: Vec<u16>,
    classes: Vec<Reading>,
    /// Polyphonic characters, ascending, and where their classes are in `choices`.
    candidates: Vec<(u16, Range<usize>)>,
    choices: Vec<u16>,
    /// Rows of int8, kept as they are in the file: few of them are ever read.
    embedding: &'static [u8],
    embedding_scales: Vec<f32>,
    /// Forwards and backwards; none without the file.
    lstm: [Option<Lstm>; 2],
    dense: Vec<f32>,
    dense_bias: Vec<f32>,
    output: Vec<f32>,
    output_bias: Vec<f32>,
}

/// The bundled network.
pub fn polyphones() -> &'static Polyphones {
    static NETWORK: OnceLock<Polyphones> = OnceLock::new();
    NETWORK.get_or_init(|| Polyphones::read(data::file("polyphones.bin")))
}

/// The readings among which a character has to be told; none where it has but one.
pub fn readings_of(character: char) -> Vec<Reading> {
    let network = polyphones();
    let classes = network.options(character).unwrap_or(&[]).iter();
    classes
        .filter_map(|&class| network.classes.get(usize::from(class)).copied())
        .collect()
}

/// Takes weights off the file in the order they were written.
struct Weights<'a> {
    integers: &'a [u8],
    floats: &'a [f32],
}

impl Weights<'_> {
    fn matrix(&mut self, rows: usize, columns: usize) -> Vec<f32> {
        let (integers, rest) = self
            .integers
            .split_at((rows * columns).min(self.integers.len()));
        self.integers = rest;
        let scales = self.vector(rows);
        let mut matrix = Vec::with_capacity(integers.len());
        for (row, scale) in integers.chunks(columns).zip(scales) {
            matrix.extend(row.iter().map(|&weight| f32::from(weight as i8) * scale));
        }
        matrix
    }

    fn vector(&mut self, length: usize) -> Vec<f32> {
        let (floats, rest) = self.floats.split_at(length.min(self.floats.len()));
        self.floats = rest;
        floats.to_vec()
    }
}

impl Polyphones {
    fn read(file: &'static [u8]) -> Self {
        let mut sections = Sections::new(file);
        let (letters, ids) = (sections.words(), sections.words());
        let classes: Vec<Reading> = sections
            .words()
            .into_iter()
            .map(Reading::from_code)
            .collect();
        let choices = sections.words();
        let mut candidates = Vec::new();
        let mut at = 0;
        while let [character, count, ..] = choices[at..] {
            let end = (at + 2 + usize::from(count)).min(choices.len());
            candidates.push((character, at + 2..end));
            at = end;
        }
        let rows = ids.iter().max().map_or(0, |&id| usize::from(id) + 1);
        let integers = sections.bytes();
        let floats = sections.floats();
        let mut weights = Weights {
            integers,
            floats: &floats,
        };
        let (embedding, rest) = integers.split_at((rows * WIDTH).min(integers.len()));
        weights.integers = rest;
        let embedding_scales = weights.vector(rows);
        let dense_bias = weights.vector(UNITS);
        let dense = weights.matrix(UNITS, 2 * UNITS);
        let output_bias = weights.vector(classes.len());
        let output = weights.matrix(classes.len(), UNITS);
        let biases: Vec<Vec<f32>> = (0..4).map(|_| weights.vector(GATES)).collect();
        let direction = |input, hidden, [of_input, of_hidden]: [usize; 2]| {
            let biases = biases[of_input].iter().zip(&biases[of_hidden]);
            let bias = biases.map(|(a, b)| a + b).collect::<Vec<f32>>();
            Lstm::new(WIDTH, input, hidden, &bias)
        };
        let (hidden, hidden_back) = (weights.matrix(GATES, UNITS), weights.matrix(GATES, UNITS));
        let (input, input_back) = (weights.matrix(GATES, WIDTH), weights.matrix(GATES, WIDTH));
        Self {
            letters,
            ids,
            classes,
            candidates,
            choices,
            embedding,
            embedding_scales,
            lstm: [
                direction(input, hidden, [0, 2]),
                direction(input_back, hidden_back, [1, 3]),
            ],
            dense,
            dense_bias,
            output,
            output_bias,
        }
    }

    /// The classes of a polyphonic character.
    fn options(&self, character: char) -> Option<&[u16]> {
        let code = u16::try_from(character as u32).ok()?;
        let at = self
            .candidates
            .binary_search_by_key(&code, |&(other, _)| other)
            .ok()?;
        self.choices.get(self.candidates[at].1.clone())
    }

    fn id(&self, character: char) -> usize {
        let code = u16::try_from(character as u32).unwrap_or(0);
        let at = self.letters.binary_search(&code).ok();
        at.and_then(|at| self.ids.get(at))
            .map_or(UNKNOWN, |&id| usize::from(id))
    }

    /// Whether the character has several readings.
    pub fn is_polyphonic(&self, character: char) -> bool {
        self.options(character).is_some()
    }

    /// Readings and their probabilities for the characters of `text` at `targets`; `None` for those that have one reading.
    pub fn choose(&self, text: &[char], targets: &[usize]) -> Vec<Option<(Reading, f32)>> {
        let (Some(&first), Some(&last)) = (targets.iter().min(), targets.iter().max()) else {
            return Vec::new();
        };
        let id = |&c: &char| self.id(c);
        let ids: Vec<usize> = std::iter::once(&START)
            .chain(text)
            .chain(std::iter::once(&END))
            .map(id)
            .collect();
        // One place on: the text begins behind a mark. No further than anybody asks.
        let forward = self.states(&ids[..(last + 2).min(ids.len())], false);
        let backward = self.states(ids.get(first + 1..).unwrap_or(&[]), true);
        let choose = |&target: &usize| {
            let options = self.options(*text.get(target)?)?;
            let places = [(&forward, target + 1), (&backward, target - first)];
            let states = places.map(|(states, at)| states.get(at * UNITS..(at + 1) * UNITS));
            let state = [states[0]?, states[1]?].concat();
            let row = |row: &[f32], bias: &f32| (dot(row, &state) + bias).max(0.0);
            let hidden: Vec<f32> = self
                .dense
                .chunks(2 * UNITS)
                .zip(&self.dense_bias)
                .map(|(r, b)| row(r, b))
                .collect();
            let score = |&class: &u16| {
                let class = usize::from(class);
                Some((
                    class,
                    dot(
                        self.output.get(class * UNITS..(class + 1) * UNITS)?,
                        &hidden,
                    ) + self.output_bias.get(class)?,
                ))
            };
            let scores: Vec<(usize, f32)> = options.iter().filter_map(score).collect();
            let &(class, top) = scores.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
            let total: f32 = scores.iter().map(|(_, score)| (score - top).exp()).sum();
            Some((self.classes[class], 1.0 / total))
        };
        targets.iter().map(choose).collect()
    }

    /// The hidden states [places, UNITS] of one direction.
    fn states(&self, ids: &[usize], backwards: bool) -> Vec<f32> {
        let Some(lstm) = &self.lstm[usize::from(backwards)] else {
            return Vec::new();
        };
        let mut x = vec![0.0; ids.len() * WIDTH];
        for (x, &id) in x.chunks_exact_mut(WIDTH).zip(ids) {
            let scale = self.embedding_scales.get(id).copied().unwrap_or(0.0);
            let row = self.embedding.get(id * WIDTH..(id + 1) * WIDTH);
            for (value, &weight) in x.iter_mut().zip(row.unwrap_or(&[])) {
                *value = f32::from(weight as i8) * scale;
            }
        }
        let (mut hidden, mut cell) = ([0.0; UNITS], [0.0; UNITS]);
        lstm.run(&x, &vec![1.0; ids.len()], backwards, &mut hidden, &mut cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_by_context() {
        let text: Vec<char> = "然而，他红了20年以后，他竟退出了大家的视线。"
            .chars()
            .collect();
        let at = text.iter().position(|&c| c == '了').unwrap();
        let said = polyphones().choose(&text, &[at]);
        assert_eq!(said[0].unwrap().0.to_string(), "le5");
    }

    #[test]
    fn names_what_it_chooses_among() {
        let named = |c| -> Vec<String> { readings_of(c).iter().map(Reading::to_string).collect() };
        assert!(
            ["chang2", "zhang3"]
                .iter()
                .all(|said| named('长').contains(&said.to_string()))
        );
        assert!(named('山').is_empty());
    }
}
