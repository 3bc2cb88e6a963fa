//! The vocoder: mel frames to samples.
//!
//! A causal HiFi-GAN generator (Kong et al. 2020, as in KAN-TTS): every convolution carries its left context as state, so
//! chunks of any size join without a seam. A voice with a harmonic source (NSF) also feeds sines at multiples of F0.

mod source;

use std::sync::Arc;

use crate::Error;
use crate::nn::{Buckets, Source, State, Value};
use crate::voice::{Voice, VoiceError};

use source::HarmonicSource;

/// The vocoder of a voice.
pub struct Vocoder {
    graph: Buckets,
    /// Mel bands, and values per frame as the acoustic model makes them.
    bins: usize,
    channels: usize,
    hop: usize,
    sample_rate: u32,
    source: Option<crate::voice::manifest::HarmonicSource>,
}

impl Vocoder {
    pub fn new(voice: &Voice) -> Result<Vocoder, Error> {
        let manifest = &voice.manifest;
        if !manifest.vocoder.causal {
            return Err(
                VoiceError::Format("its vocoder is not causal and cannot stream".into()).into(),
            );
        }
        Ok(Vocoder {
            graph: Buckets::new(Source::parse("vocoder", voice.graph("vocoder")?)?, "n", &[]),
            bins: manifest.mel.bins,
            channels: manifest.mel.channels,
            hop: manifest.hop,
            sample_rate: manifest.sample_rate,
            source: manifest.vocoder.source.clone(),
        })
    }

    /// Compiles the graph for the numbers of frames that [`SampleStream::push`] will be called with.
    pub fn prepare(&self, sizes: &[usize]) -> Result<(), Error> {
        for &size in sizes {
            self.graph.exactly(size)?;
        }
        Ok(())
    }
}

/// The samples of one sentence, made in order.
pub struct SampleStream {
    vocoder: Arc<Vocoder>,
    state: Option<State>,
    source: Option<HarmonicSource>,
}

impl SampleStream {
    pub fn new(vocoder: Arc<Vocoder>) -> SampleStream {
        let source = vocoder.source.clone();
        let source =
            source.map(|source| HarmonicSource::new(source, vocoder.hop, vocoder.sample_rate));
        SampleStream {
            vocoder,
            state: None,
            source,
        }
    }

    /// Turns `count` frames, rows of the acoustic model's channels, into `count * hop` samples.
    pub fn push(&mut self, frames: &[f32], count: usize) -> Result<Vec<f32>, Error> {
        let Vocoder {
            bins,
            channels,
            hop,
            ..
        } = *self.vocoder;
        let graph = self.vocoder.graph.exactly(count)?;
        let mut state = match self.state.take() {
            Some(state) => state,
            None => graph.start()?,
        };
        let mel = frames
            .chunks_exact(channels)
            .flat_map(|frame| &frame[..bins])
            .copied()
            .collect::<Vec<_>>();
        let mut inputs = vec![("mel", Value::f32(&[count, bins], &mel))];
        if let Some(source) = &mut self.source {
            let pitch = frames
                .chunks_exact(channels)
                .map(|frame| (frame[bins], frame[bins + 1]));
            let sines = source.advance(pitch);
            inputs.push((
                "source",
                Value::f32(&[source.harmonics(), count * hop], &sines),
            ));
        }
        let [samples] = graph.run(&mut state, &inputs, ["samples"])?;
        self.state = Some(state);
        Ok(samples.as_f32().to_vec())
    }
}
