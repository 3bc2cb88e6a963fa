//! How much work is done at a time.

/// Frames per run of the postnet and the vocoder, and frames per chunk.
///
/// Graphs run on one fixed size, a small one: it costs no more per frame than a large one, wastes little at the end of a
/// sentence and lets the first chunk out early. Chunks start short and double, so that the player never waits for one
/// that is too long to be made in the time it has left.
#[derive(Debug, Clone)]
pub struct Pieces {
    pub piece: usize,
    /// Frames of the first chunk, doubled with every further one.
    pub first_chunk: usize,
    pub longest_chunk: usize,
}

impl Default for Pieces {
    /// 0.15 s at first, up to a bit over a second, for 80 frames per second.
    fn default() -> Pieces {
        Pieces {
            piece: 6,
            first_chunk: 12,
            longest_chunk: 96,
        }
    }
}

impl Pieces {
    /// Frames of the chunk that follows one of `previous` frames.
    pub fn grow(&self, previous: usize) -> usize {
        (previous * 2).min(self.longest_chunk).max(self.first_chunk)
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
}
