//! What `voice.json` says of sound above the vocoder's own band.

use serde::Deserialize;

/// Bands, values of the hidden layer, and samples after which the filters begin anew, at most.
const MOST_BANDS: usize = 16;
const WIDEST: usize = 256;
const LONGEST_PERIOD: usize = 64;

/// Sound above the band of the vocoder, which is a copy of what lies lower, as loud as a small network says.
#[derive(Debug, Clone, Deserialize)]
pub struct Extension {
    /// Samples per second and per frame of what the vocoder makes.
    pub sample_rate: u32,
    pub hop: usize,
    /// Hertz that the copy lies above what it is made of.
    pub shift: u32,
    /// Where its bands begin, and where the last one ends, in Hertz.
    pub edges: Vec<u32>,
    /// From the mel of a frame to a layer with a hyperbolic tangent behind it, and from there to the natural logarithm of the
    /// factor of each band.
    pub hidden: Layer,
    pub output: Layer,
}

/// Rows of weights, one for each value that comes out, and what is added.
#[derive(Debug, Clone, Deserialize)]
pub struct Layer {
    pub weight: Vec<Vec<f32>>,
    pub bias: Vec<f32>,
}

impl Extension {
    /// Values of a mel that it goes by.
    pub fn bins(&self) -> usize {
        self.hidden.weight.first().map_or(1, Vec::len)
    }

    /// Bands.
    pub fn bands(&self) -> usize {
        self.edges.len() - 1
    }

    /// Samples of such a rate after which copy, samples and those of the vocoder lie to each other as before.
    pub fn period(&self, sample_rate: u32) -> usize {
        let steps = [self.sample_rate, self.shift].map(u64::from);
        let ends = |count: &usize| {
            let count = *count as u64;
            let over = |step: u64| (count * step).is_multiple_of(u64::from(sample_rate));
            steps.into_iter().all(over)
        };
        let period = (1..=LONGEST_PERIOD).find(ends);
        period.unwrap_or(usize::MAX)
    }

    /// Whether it can be made: of a mel of so many bins, for a voice of this rate and hop.
    pub(super) fn fits(&self, bins: usize, sample_rate: u32, hop: usize) -> bool {
        let lasts_as_long =
            self.hop as u64 * u64::from(sample_rate) == hop as u64 * u64::from(self.sample_rate);
        let ascend = self.edges.windows(2).all(|edges| edges[0] < edges[1]);
        let [lowest, highest] = [self.edges.first(), self.edges.last()].map(|edge| edge.copied());
        let (lowest, highest) = (lowest.unwrap_or(0), highest.unwrap_or(0));
        (2..=MOST_BANDS + 1).contains(&self.edges.len())
            && (8000..sample_rate).contains(&self.sample_rate)
            && (1..=4096).contains(&self.hop)
            && lasts_as_long
            && ascend
            && lowest >= self.shift
            && highest <= sample_rate / 2
            && highest - self.shift <= self.sample_rate / 2
            && hop.is_multiple_of(self.period(sample_rate))
            && self.hidden.fits(bins, self.hidden.bias.len())
            && self.output.fits(self.hidden.bias.len(), self.bands())
    }
}

impl Layer {
    fn fits(&self, inputs: usize, outputs: usize) -> bool {
        let weights = self.weight.iter().flatten();
        (1..=WIDEST).contains(&outputs)
            && [self.weight.len(), self.bias.len()] == [outputs; 2]
            && self.weight.iter().all(|row| row.len() == inputs)
            && weights.chain(&self.bias).all(|value| value.abs() <= 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extension() -> Extension {
        let layer = |inputs, outputs| Layer {
            weight: vec![vec![0.0; inputs]; outputs],
            bias: vec![0.0; outputs],
        };
        Extension {
            sample_rate: 16_000,
            hop: 200,
            shift: 4000,
            edges: vec![8000, 9000, 10_000],
            hidden: layer(80, 3),
            output: layer(3, 2),
        }
    }

    #[test]
    fn what_cannot_be_made_does_not_fit() {
        assert!(extension().fits(80, 24_000, 300));
        assert!(!extension().fits(81, 24_000, 300));
        assert!(!extension().fits(80, 24_000, 301));
        assert!(!extension().fits(80, 16_000, 200));
        let wrong: [fn(&mut Extension); 11] = [
            |wrong| wrong.edges.truncate(1),
            |wrong| wrong.edges.clear(),
            |wrong| wrong.edges[1] = 7000,
            |wrong| wrong.edges[2] = 12_001,
            |wrong| wrong.edges[0] = 3999,
            |wrong| wrong.shift = 1,
            |wrong| wrong.shift = 0,
            |wrong| wrong.sample_rate = 0,
            |wrong| wrong.hop = 0,
            |wrong| wrong.hidden.weight[2][79] = f32::NAN,
            |wrong| wrong.output.bias.push(0.0),
        ];
        for (number, change) in wrong.iter().enumerate() {
            let mut wrong = extension();
            change(&mut wrong);
            assert!(!wrong.fits(80, 24_000, 300), "{number}");
        }
    }
}
