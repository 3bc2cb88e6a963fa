//! What the front end makes of a line of text, to print and to measure.

use serde::Serialize;

use super::normalize::explain;
use super::options::TextOptions;
use super::sentences_with;
use super::source::fold_text;
use super::utterance::{Span, Syllable, Unit};

/// `{"text", "normalized", "words", "syllables"}` of one line.
#[derive(Debug, Serialize)]
pub struct Report {
    pub text: String,
    pub normalized: String,
    /// The input cut into words, without its spaces.
    pub words: Vec<String>,
    pub syllables: Vec<ReportSyllable>,
}

#[derive(Debug, Serialize)]
pub struct ReportSyllable {
    pub char: String,
    /// Position of the syllable's first character in the input.
    pub at: usize,
    /// As spoken, tone digit last.
    pub pinyin: String,
    /// Before sandhi.
    pub lexical: String,
    /// Pause after the syllable, 0 to 4.
    #[serde(rename = "break")]
    pub pause: u8,
}

impl ReportSyllable {
    fn new(raw: &[char], said: &Syllable) -> Self {
        let own = raw.get(said.span.start..said.span.end).unwrap_or(&[]);
        Self {
            char: own.iter().collect(),
            at: said.span.start,
            pinyin: format!("{}{}", said.pinyin, said.tone),
            lexical: format!("{}{}", said.pinyin, said.lexical_tone),
            pause: 0,
        }
    }
}

/// What the numbers and signs of a line are taken for, a row each: class, tokens.
pub fn classes(text: &str) -> Vec<String> {
    explain(&fold_text(text))
}

/// Analyses a line.
pub fn report(text: &str, options: impl Into<TextOptions>) -> Report {
    let raw: Vec<char> = text.chars().collect();
    let (mut normalized, mut spans, mut syllables) = (String::new(), Vec::new(), Vec::new());
    for sentence in sentences_with(text, options) {
        normalized.push_str(&sentence.normalized);
        spans.extend(sentence.words.iter().map(|word| word.span));
        for unit in sentence.units {
            match unit {
                Unit::Syllable(said) => syllables.push(ReportSyllable::new(&raw, &said)),
                Unit::English(word) => syllables.extend(
                    word.nearest
                        .iter()
                        .map(|said| ReportSyllable::new(&raw, said)),
                ),
                Unit::Pause(pause) => {
                    if let Some(last) = syllables.last_mut() {
                        last.pause = last.pause.max(pause.strength as u8);
                    }
                }
            }
        }
    }
    Report {
        text: text.into(),
        normalized,
        words: words(&raw, spans),
        syllables,
    }
}

/// The words that cover the input: spans that overlap become one word, what lies between them goes character by character.
fn words(raw: &[char], mut spans: Vec<Span>) -> Vec<String> {
    spans.sort_by_key(|span| (span.start, span.end));
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start < last.end => *last = last.join(span),
            _ => merged.push(span),
        }
    }
    let (mut words, mut at) = (Vec::new(), 0);
    for span in merged.into_iter().chain(std::iter::once(Span {
        start: raw.len(),
        end: raw.len(),
    })) {
        words.extend(
            raw[at..span.start]
                .iter()
                .filter(|c| !c.is_whitespace())
                .map(char::to_string),
        );
        let word: String = raw[span.start..span.end]
            .iter()
            .filter(|c| !c.is_whitespace())
            .collect();
        words.extend((!word.is_empty()).then_some(word));
        at = span.end;
    }
    words
}
