//! How much work is done at a time.

/// Frames per run of the postnet and the vocoder, and frames per chunk.
///
/// Graphs run on fixed sizes, so a sentence is cut into pieces of two sizes: short ones for the beginning, where every
/// millisecond counts, and for the end; long ones in between, which cost less per frame. Chunks start short and double,
/// so that the player never waits for one that is too long to be made in the time it has left.
#[derive(Debug, Clone)]
pub struct Pieces {
    pub short: usize,
    pub long: usize,
    /// Frames of the first chunk, doubled with every further one.
    pub first_chunk: usize,
    pub longest_chunk: usize,
}

impl Default for Pieces {
    /// 0.15 s at first, up to a bit over a second, for 80 frames per second.
    fn default() -> Pieces {
        Pieces {
            short: 12,
            long: 48,
            first_chunk: 12,
            longest_chunk: 96,
        }
    }
}

impl Pieces {
    /// The sizes that the graphs will run with.
    pub fn sizes(&self) -> [usize; 2] {
        [self.short.max(1), self.long.max(1)]
    }

    /// The next piece towards `wanted` frames: a long one where it is used to its end or nearly so.
    pub fn next(&self, wanted: usize) -> usize {
        let [short, long] = self.sizes();
        if wanted + short > long { long } else { short }
    }

    /// Frames of the chunk that follows one of `previous` frames.
    pub fn grow(&self, previous: usize) -> usize {
        (previous * 2)
            .min(self.longest_chunk)
            .max(self.first_chunk)
            .max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_grow_to_the_longest() {
        let pieces = Pieces::default();
        let sizes =
            std::iter::successors(Some(pieces.first_chunk), |&size| Some(pieces.grow(size)));
        assert_eq!(sizes.take(6).collect::<Vec<_>>(), [12, 24, 48, 96, 96, 96]);
    }

    #[test]
    fn long_pieces_are_well_used() {
        let pieces = Pieces::default();
        assert_eq!(
            [1, 12, 36, 37, 48, 96].map(|wanted| pieces.next(wanted)),
            [12, 12, 12, 48, 48, 48]
        );
    }
}
