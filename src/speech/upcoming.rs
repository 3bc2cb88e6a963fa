//! The sentence that is spoken next.

use super::recorder::Recorder;
use super::{OptionError, SpeakOptions, Synthesizer, intonation};
use crate::cache::store::Key;
use crate::sambert::Control;
use crate::text::symbols::{Symbol, symbols};
use crate::text::{Bookmark, Sentence, Span, Unit};

/// The sentence that is spoken next.
pub(super) struct Upcoming {
    pub span: Span,
    pub symbols: Vec<Symbol>,
    pub control: Control,
    /// Samples of a frame as they are heard.
    pub hop: usize,
    pub volume: f32,
    /// Whether it is a fixed part of a template.
    pub fixed: bool,
    pub bookmarks: Vec<Bookmark>,
    /// Samples from the end of its last sound to the next sentence.
    pub pause: u64,
    /// Samples of silence that are asked for there.
    pub silence: u64,
}

impl Upcoming {
    pub fn new(
        sentence: Sentence,
        synthesizer: &Synthesizer,
        options: &SpeakOptions,
    ) -> Result<Upcoming, OptionError> {
        let options = options.styled(&sentence.style);
        let symbols = symbols(&sentence, synthesizer.phones());
        let mut control = synthesizer.control(&options)?;
        // The model's own speed may differ, as some speakers have learned to be fast; pauses keep to the caller's.
        let pace = control.speed * control.tempo / control.vocal_tract;
        let pauses = options.pauses * pace / options.speed;
        control.curve = intonation::curve(&sentence, &symbols, &options, pauses);
        let written = match sentence.units.last() {
            Some(Unit::Pause(pause)) => pause.written.milliseconds(),
            _ => None,
        };
        let samples_per_ms = f64::from(synthesizer.manifest.sample_rate) / 1000.0;
        let pause_ms = f64::from(written.unwrap_or(0)) * f64::from(options.pauses / options.speed);
        Ok(Upcoming {
            span: sentence.span,
            symbols,
            hop: synthesizer.hop(&control),
            control,
            volume: options.volume,
            fixed: sentence.fixed,
            bookmarks: sentence.bookmarks,
            pause: (pause_ms * samples_per_ms) as u64,
            silence: (f64::from(sentence.silence_ms) * samples_per_ms) as u64,
        })
    }

    pub fn key(&self, recorder: &Recorder) -> Key {
        recorder.key(&self.symbols, &self.control, self.fixed)
    }
}

/// The characters that these symbols say.
pub(super) fn extent(symbols: &[Symbol]) -> Option<Span> {
    let spans = symbols.iter().map(|symbol| symbol.span);
    spans
        .filter(|span| span.end > span.start)
        .reduce(Span::join)
}
