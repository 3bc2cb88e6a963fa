//! The chunks of one job.

use std::collections::VecDeque;
use std::sync::Arc;

use super::marks::{Mark, marks};
use super::{Synthesizer, Timings};
use crate::Error;
use crate::hifigan::SampleStream;
use crate::sambert::{Control, MelStream};
use crate::text::symbols::symbols;
use crate::text::{Sentence, Sentences, sentences};

/// A piece of audio.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// One channel, -1..=1, at the voice's sample rate.
    pub samples: Vec<f32>,
    /// Position of the first sample in the job.
    pub start: u64,
    /// The syllables that begin in this chunk.
    pub marks: Vec<Mark>,
    /// Whether the job ends with this chunk.
    pub last: bool,
}

/// The chunks of a text, made one at a time by `next`. After an error the stream is at its end.
pub struct ChunkStream {
    synthesizer: Synthesizer,
    control: Control,
    volume: f32,
    sentences: Sentences,
    upcoming: Option<Sentence>,
    current: Option<Utterance>,
    /// Samples given out so far.
    position: u64,
    chunk_frames: usize,
    timings: Timings,
}

/// The sentence being spoken.
struct Utterance {
    mel: MelStream,
    samples: SampleStream,
    /// Frames that await the vocoder, rows of `channels` values.
    frames: Vec<f32>,
    channels: usize,
    /// Marks not given out yet.
    marks: VecDeque<Mark>,
}

impl ChunkStream {
    pub(super) fn new(
        synthesizer: Synthesizer,
        text: Arc<str>,
        control: Control,
        volume: f32,
    ) -> Result<ChunkStream, Error> {
        let mut stream = ChunkStream {
            chunk_frames: synthesizer.pieces.first_chunk,
            sentences: sentences(text),
            synthesizer,
            control,
            volume,
            upcoming: None,
            current: None,
            position: 0,
            timings: Timings::default(),
        };
        stream.read_ahead();
        if stream.upcoming.is_none() {
            Err(Error::TextEmpty)
        } else {
            Ok(stream)
        }
    }

    /// Time spent so far.
    pub fn timings(&self) -> Timings {
        self.timings
    }

    /// Reads the next sentence out of the text.
    fn read_ahead(&mut self) {
        let started = (self.synthesizer.clock)();
        self.upcoming = self.sentences.next();
        self.timings.text_ms += (self.synthesizer.clock)() - started;
    }

    /// Plans the upcoming sentence. Returns nothing at the end of the text.
    fn begin(&mut self) -> Result<Option<Utterance>, Error> {
        let Some(sentence) = self.upcoming.take() else {
            return Ok(None);
        };
        let clock = self.synthesizer.clock;
        let started = clock();
        let symbols = symbols(&sentence);
        let read = clock();
        let sambert = &self.synthesizer.sambert;
        let plan = sambert.plan(&symbols, &self.control)?;
        let (hop, channels) = (
            self.synthesizer.manifest.hop,
            self.synthesizer.manifest.mel.channels,
        );
        let marks = marks(&symbols, &plan.durations, hop, self.position);
        let mel = MelStream::new(sambert.clone(), plan)?;
        self.timings.text_ms += read - started;
        self.timings.sambert_ms += clock() - read;
        self.read_ahead();
        Ok(Some(Utterance {
            mel,
            samples: SampleStream::new(self.synthesizer.vocoder.clone()),
            frames: Vec::new(),
            channels,
            marks: marks.into(),
        }))
    }

    /// Makes up to `chunk_frames` frames of the current sentence.
    fn speak(&mut self, utterance: &mut Utterance) -> Result<Vec<f32>, Error> {
        let Synthesizer {
            ref pieces, clock, ..
        } = self.synthesizer;
        let channels = utterance.channels;
        let mut samples = Vec::new();
        let mut made = 0;
        while made < self.chunk_frames {
            let started = clock();
            let piece = pieces.next(self.chunk_frames - made);
            while utterance.frames.len() < piece * channels && !utterance.mel.is_finished() {
                let missing = piece - utterance.frames.len() / channels;
                utterance
                    .frames
                    .extend(utterance.mel.advance(pieces.next(missing))?);
            }
            let waiting = utterance.frames.len() / channels;
            let decoded = clock();
            self.timings.sambert_ms += decoded - started;
            if waiting == 0 {
                break;
            }
            // Past the end of the sentence the vocoder is fed padding, which a causal one cannot hear before.
            let piece = if waiting < piece {
                pieces.next(waiting)
            } else {
                piece
            };
            let real = waiting.min(piece);
            let mut frames = utterance
                .frames
                .drain(..real * channels)
                .collect::<Vec<_>>();
            frames.resize(piece * channels, 0.0);
            let mut piece_samples = utterance.samples.push(&frames, piece)?;
            piece_samples.truncate(real * self.synthesizer.manifest.hop);
            samples.extend(piece_samples);
            self.timings.vocoder_ms += clock() - decoded;
            made += real;
        }
        Ok(samples)
    }

    fn chunk(&mut self) -> Result<Option<Chunk>, Error> {
        let Some(mut utterance) = self
            .current
            .take()
            .map_or_else(|| self.begin(), |current| Ok(Some(current)))?
        else {
            return Ok(None);
        };
        let mut samples = self.speak(&mut utterance)?;
        for sample in &mut samples {
            *sample = (*sample * self.volume).clamp(-1.0, 1.0);
        }
        let start = self.position;
        self.position += samples.len() as u64;
        self.chunk_frames = self.synthesizer.pieces.grow(self.chunk_frames);
        let over = utterance.frames.is_empty() && utterance.mel.is_finished();
        let begun = |mark: &Mark| over || mark.start < self.position;
        let count = utterance
            .marks
            .iter()
            .take_while(|mark| begun(mark))
            .count();
        let marks = utterance.marks.drain(..count).collect();
        self.current = (!over).then_some(utterance);
        let last = self.current.is_none() && self.upcoming.is_none();
        Ok(Some(Chunk {
            samples,
            start,
            marks,
            last,
        }))
    }
}

impl Iterator for ChunkStream {
    type Item = Result<Chunk, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let chunk = self.chunk();
        if chunk.is_err() {
            self.current = None;
            self.upcoming = None;
        }
        chunk.transpose()
    }
}
