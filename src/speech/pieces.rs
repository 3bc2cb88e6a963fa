//! How much work is done at a time.

/// Frames per run of the postnet and the vocoder, and frames per chunk.
///
/// Graphs run on one fixed size, a small one: it costs no more per frame than a large one, wastes little at the end of a
/// sentence and lets the first chunk out early. Chunks start short and grow with what the player has left, so that
/// it never waits for one that takes too long.
#[derive(Debug, Clone)]
pub struct Pieces {
    pub piece: usize,
    /// Frames of the first chunk, which is the shortest.
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
    /// Frames of the chunk that follows one of `previous` frames, 0 at first, where nobody waits for it.
    pub fn grow(&self, previous: usize) -> usize {
        (previous * 2).min(self.longest_chunk).max(self.first_chunk)
    }

    /// Frames of the next chunk, where a player has as much sound left as `left` frames and a frame takes `pace` times as
    /// long to make as to play: so many as are made in half of that time.
    pub fn in_time(&self, left: f64, pace: f64) -> usize {
        let affordable = (left / (2.0 * pace)).min(self.longest_chunk as f64);
        (affordable as usize).max(self.first_chunk)
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

    /// Frames left in the player after each chunk, on a machine of this pace that takes `pause` frames longer for every third.
    fn played(pace: f64, pause: f64) -> Vec<f64> {
        let pieces = Pieces::default();
        let mut left = pieces.first_chunk as f64;
        let levels = (1..60).map(|number| {
            let frames = pieces.in_time(left, pace);
            left -= frames as f64 * pace + if number % 3 == 0 { pause } else { 0.0 };
            let before = left;
            left += frames as f64;
            before
        });
        levels.collect()
    }

    #[test]
    fn the_player_never_runs_dry() {
        for pace in [0.01, 0.1, 0.4, 0.6, 0.9] {
            let levels = played(pace, 0.0);
            assert!(levels.iter().all(|&left| left > 0.0), "{pace}: {levels:?}");
        }
        assert!(played(0.5, 3.0).iter().all(|&left| left > 0.0));
    }

    #[test]
    fn fast_machines_soon_make_long_chunks() {
        let pieces = Pieces::default();
        assert_eq!(pieces.in_time(12.0, 0.1), 60);
        assert_eq!(pieces.in_time(60.0, 0.1), pieces.longest_chunk);
        assert_eq!(pieces.in_time(0.0, 0.1), pieces.first_chunk);
        assert_eq!(pieces.in_time(12.0, 0.0), pieces.longest_chunk);
    }
}
