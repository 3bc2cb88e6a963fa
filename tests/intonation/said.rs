//! A spoken text, measured: pitch, level and length of its syllables.

use std::ops::Range;

use langdu::{ChunkStream, Synthesizer};

/// A spoken text: its samples, and those of each syllable.
pub struct Said {
    /// Samples a second.
    pub rate: usize,
    pub samples: Vec<f32>,
    pub syllables: Vec<Range<usize>>,
}

pub fn collect(synthesizer: &Synthesizer, stream: ChunkStream) -> Said {
    let mut said = Said {
        rate: synthesizer.manifest().sample_rate as usize,
        samples: Vec::new(),
        syllables: Vec::new(),
    };
    for chunk in stream {
        let chunk = chunk.unwrap();
        said.samples.extend(chunk.samples);
        let marks = chunk.marks.iter();
        let places = marks.map(|mark| mark.start as usize..mark.end as usize);
        said.syllables.extend(places);
    }
    said
}

/// F0 in Hz of 40 ms by autocorrelation, where it is voiced.
fn f0(window: &[f32], rate: usize) -> Option<f32> {
    let energy = |samples: &[f32]| samples.iter().map(|x| x * x).sum::<f32>();
    let similarity = |lag: usize| {
        let (a, b) = (&window[..window.len() - lag], &window[lag..]);
        let product: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
        product / (energy(a) * energy(b)).sqrt().max(1e-9)
    };
    let lags: Vec<f32> = (0..rate / 90).map(similarity).collect();
    let shortest = rate / 550;
    let best = lags[shortest..].iter().copied().fold(0.0, f32::max);
    // The first peak that is nearly the best: not an octave below.
    let lag = (shortest..lags.len() - 1)
        .find(|&lag| lags[lag] > 0.9 * best && lags[lag] >= lags[lag + 1])?;
    (best > 0.7 && energy(window) > 1.6e-5 * window.len() as f32).then(|| rate as f32 / lag as f32)
}

impl Said {
    /// Median F0 of these syllables in semitones.
    pub fn pitch(&self, syllables: &[Range<usize>]) -> f32 {
        let windows = syllables.iter().flat_map(|syllable| {
            let all = &self.samples[syllable.clone()];
            all.windows(self.rate / 25).step_by(self.rate / 200)
        });
        let mut pitches: Vec<f32> = windows
            .filter_map(|window| f0(window, self.rate))
            .map(|f0| 12.0 * f0.log2())
            .collect();
        pitches.sort_by(f32::total_cmp);
        pitches[pitches.len() / 2]
    }

    pub fn whole(&self) -> f32 {
        self.pitch(&self.syllables)
    }

    pub fn last(&self) -> f32 {
        self.pitch(&self.syllables[self.syllables.len() - 1..])
    }

    pub fn first(&self, count: usize) -> f32 {
        self.pitch(&self.syllables[..count])
    }

    /// Decibels of all syllables.
    pub fn level(&self) -> f32 {
        let sound = self.syllables.iter().cloned().flatten();
        let squares = sound.map(|at| self.samples[at].powi(2)).sum::<f32>();
        let count: usize = self.syllables.iter().map(ExactSizeIterator::len).sum();
        10.0 * (squares / count as f32).log10()
    }

    /// Milliseconds between the syllables.
    pub fn gaps(&self) -> Vec<f32> {
        let pairs = self.syllables.windows(2);
        pairs
            .map(|pair| (pair[1].start - pair[0].end) as f32 * 1000.0 / self.rate as f32)
            .collect()
    }

    pub fn longest_gap(&self) -> f32 {
        self.gaps().into_iter().fold(0.0, f32::max)
    }

    /// Milliseconds within 25 dB of the loudest 5 ms.
    pub fn sounding(&self) -> f32 {
        let blocks = self.samples.chunks(self.rate / 200);
        let levels: Vec<f32> = blocks
            .map(|block| block.iter().map(|x| x * x).sum::<f32>())
            .collect();
        let loudest = levels.iter().copied().fold(0.0, f32::max);
        let loud = |level: &f32| *level > loudest * 10f32.powf(-2.5);
        let (first, last) = (levels.iter().position(loud), levels.iter().rposition(loud));
        ((last.unwrap() - first.unwrap() + 1) * 5) as f32
    }
}
