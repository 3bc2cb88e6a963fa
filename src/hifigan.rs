//! The vocoder: mel frames to samples.
//!
//! A HiFi-GAN generator (Kong et al. 2020, as in KAN-TTS). In a causal one every convolution carries its left context as
//! state, so that runs of any size join without a seam. Another one has no state: it sees whole windows, and what is
//! within `halo` frames of a window's edge is thrown away, so that its runs join as well. A voice with a harmonic source
//! (NSF) also feeds sines at multiples of F0.

mod bandwidth;
mod filter;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod goldens;
mod schedule;
mod source;

use std::sync::Arc;

use crate::Error;
use crate::nn::{Buckets, State, Value};
use crate::voice::Networks;

use bandwidth::{BandwidthExtension, Progress};
pub use filter::low_pass;
pub use schedule::Schedule;
use source::HarmonicSource;

/// The vocoder of a voice.
pub struct Vocoder {
    graph: Buckets,
    /// Mel bands, and values per frame as the acoustic model makes them.
    bins: usize,
    channels: usize,
    /// Samples per frame and per second of what the network makes.
    hop: usize,
    sample_rate: u32,
    /// What is added above its band.
    extension: Option<BandwidthExtension>,
    /// Frames that a run needs to see on each side of its own; none for a causal vocoder.
    halo: usize,
    source: Option<crate::voice::manifest::HarmonicSource>,
}

impl Vocoder {
    /// Takes the vocoder's network out of those of a voice.
    pub fn new(networks: &mut Networks) -> Result<Vocoder, Error> {
        let source = networks.take("vocoder")?;
        let manifest = &networks.manifest;
        let (sample_rate, hop) = manifest.vocoded();
        let extension = manifest.vocoder.extension.clone();
        Ok(Vocoder {
            graph: Buckets::new(source, "n", &[]),
            bins: manifest.mel.bins,
            channels: manifest.mel.channels,
            hop,
            sample_rate,
            extension: extension.map(|settings| {
                BandwidthExtension::new(settings, manifest.sample_rate, manifest.hop)
            }),
            halo: manifest.vocoder.halo,
            source: manifest.vocoder.source.clone(),
        })
    }

    /// Compiles the graph for streams that work in pieces of this many frames.
    pub fn prepare(&self, piece: usize) -> Result<(), Error> {
        self.graph
            .exactly(schedule::run(self.halo, piece) + 2 * self.halo)?;
        Ok(())
    }
}

/// The samples of one sentence, made in order.
pub struct SampleStream {
    vocoder: Arc<Vocoder>,
    state: Option<State>,
    source: Option<HarmonicSource>,
    /// How far the band above has come.
    extended: Progress,
    /// Frames of the sentence.
    length: usize,
    schedule: Schedule,
    /// Values of the source in one frame: `hop` for each harmonic.
    width: usize,
    /// Mel and source of the frames from `halo` before the next run on; zeros before the first frame.
    mel: Vec<f32>,
    sines: Vec<f32>,
}

impl SampleStream {
    /// For a sentence of `length` frames, in pieces of `piece` frames.
    pub fn new(vocoder: Arc<Vocoder>, piece: usize, length: usize) -> SampleStream {
        let source = vocoder.source.clone();
        let source =
            source.map(|source| HarmonicSource::new(source, vocoder.hop, vocoder.sample_rate));
        let width = source.as_ref().map_or(0, HarmonicSource::harmonics) * vocoder.hop;
        SampleStream {
            state: None,
            length,
            schedule: Schedule::new(vocoder.halo, piece, length),
            mel: vec![0.0; vocoder.halo * vocoder.bins],
            sines: vec![0.0; vocoder.halo * width],
            width,
            source,
            extended: Progress::default(),
            vocoder,
        }
    }

    /// Takes the next frames, rows of the acoustic model's channels, and returns the samples that are complete; after
    /// the last frame of the sentence, all the rest.
    pub fn push(&mut self, frames: &[f32]) -> Result<Vec<f32>, Error> {
        let Vocoder { bins, channels, .. } = *self.vocoder;
        let mut samples = Vec::new();
        for frame in frames.chunks_exact(channels) {
            self.schedule.take(1);
            self.mel.extend_from_slice(&frame[..bins]);
            if let Some(source) = &mut self.source {
                self.sines
                    .extend(source.frame(frame[bins], frame[bins + 1]));
            }
            while let Some((first, count)) = self.schedule.next_run() {
                samples.extend(self.run(first, count)?);
            }
        }
        Ok(samples)
    }

    /// One run of the graph, for `count` frames from `first` on. Past the end of the sentence it is fed zeros, which a causal one cannot hear before.
    fn run(&mut self, first: usize, count: usize) -> Result<Vec<f32>, Error> {
        let Vocoder {
            bins, hop, halo, ..
        } = *self.vocoder;
        let run = self.schedule.run();
        let window = run + 2 * halo;
        let graph = self.vocoder.graph.exactly(window)?;
        let mut state = match self.state.take() {
            Some(state) => state,
            None => graph.start()?,
        };
        let valid = (first..first + window)
            .map(|time| f32::from((halo..self.length + halo).contains(&time)))
            .collect::<Vec<_>>();
        let mut inputs = vec![
            (
                "mel",
                Value::f32(&[window, bins], &padded(&self.mel, window * bins)),
            ),
            ("valid", Value::f32(&[window], &valid)),
        ];
        let width = self.width;
        if width > 0 {
            let rows = rows(&self.sines, width, hop, window);
            inputs.push(("source", Value::f32(&[width / hop, window * hop], &rows)));
        }
        let [samples] = graph.run(&mut state, &inputs, ["samples"])?;
        self.state = Some(state);
        let samples = samples.as_f32().get(halo * hop..(halo + count) * hop);
        let samples = samples.unwrap_or_default();
        let samples = match &self.vocoder.extension {
            Some(extension) => {
                let mel = &self.mel[halo * bins..(halo + count) * bins];
                extension.push(&mut self.extended, samples, mel)
            }
            None => samples.to_vec(),
        };
        self.mel.drain(..(run * bins).min(self.mel.len()));
        self.sines.drain(..(run * width).min(self.sines.len()));
        Ok(samples)
    }
}

/// The first `length` values, with zeros after the last.
fn padded(values: &[f32], length: usize) -> Vec<f32> {
    let mut padded = values[..values.len().min(length)].to_vec();
    padded.resize(length, 0.0);
    padded
}

/// From frames of `width` values, `hop` for each harmonic, to one row for each harmonic. Of `count` frames those that are not
/// there are zero.
fn rows(frames: &[f32], width: usize, hop: usize, count: usize) -> Vec<f32> {
    let mut rows = vec![0.0; count * width];
    for (number, frame) in frames.chunks_exact(width).take(count).enumerate() {
        for (row, part) in rows
            .chunks_exact_mut(count * hop)
            .zip(frame.chunks_exact(hop))
        {
            row[number * hop..][..hop].copy_from_slice(part);
        }
    }
    rows
}
