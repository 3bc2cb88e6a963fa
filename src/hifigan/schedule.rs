//! Which frames become sound when: what the vocoder will do, without doing it.

/// The progress of a sentence through the vocoder, in frames.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// Frames of the sentence, frames taken in, and frames whose samples have been made.
    length: usize,
    taken: usize,
    made: usize,
    /// Frames that come out of one run, and frames that a run needs to see on each side of them.
    run: usize,
    halo: usize,
}

impl Schedule {
    /// For a sentence of `length` frames, in pieces of `piece` frames, and a vocoder of this halo.
    pub fn new(halo: usize, piece: usize, length: usize) -> Schedule {
        Schedule {
            length,
            taken: 0,
            made: 0,
            run: run(halo, piece),
            halo,
        }
    }

    /// Frames that come out of one run, the last one's padding included.
    pub fn run(&self) -> usize {
        self.run
    }

    /// Takes frames in.
    pub fn take(&mut self, frames: usize) {
        self.taken += frames;
    }

    /// The next run, if it can be made: its first frame, and how many of its frames belong to the sentence. After the last
    /// frame of the sentence all the rest can be made.
    pub fn next_run(&mut self) -> Option<(usize, usize)> {
        let complete = self.taken >= self.length || self.taken >= self.made + self.run + self.halo;
        if self.made >= self.length || !complete {
            return None;
        }
        let first = self.made;
        self.made += self.run;
        Some((first, self.run.min(self.length - first)))
    }
}

/// Frames whose samples come out of one run: a piece, or as many as make a window with two halos worth while.
pub fn run(halo: usize, piece: usize) -> usize {
    let piece = piece.max(1);
    (2 * halo).div_ceil(piece).max(1) * piece
}
