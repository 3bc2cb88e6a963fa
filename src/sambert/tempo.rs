//! Frames laid closer together, or further apart, than they were spoken.
//!
//! Nobody articulates at any speed. Beyond what a voice can say, its frames are read faster or slower, as a film is, before
//! they become sound: what was clear remains so, and the pitch keeps its height.

/// How frames of a sentence are read: `ratio` of them in the time of one.
pub struct Tempo {
    ratio: f64,
    /// Values of a frame, and how many of them pass from frame to frame; the others, F0 and voicing, jump.
    channels: usize,
    smooth: usize,
    /// Frames of the sentence as it is spoken, and as it sounds.
    spoken: usize,
    sounding: usize,
    /// Frames given out.
    made: usize,
    /// Spoken frames from `first` on.
    rows: Vec<f32>,
    first: usize,
}

impl Tempo {
    pub fn new(
        ratio: f32,
        channels: usize,
        smooth: usize,
        spoken: usize,
        sounding: usize,
    ) -> Tempo {
        Tempo {
            ratio: f64::from(ratio),
            channels,
            smooth,
            spoken,
            sounding,
            made: 0,
            rows: Vec::new(),
            first: 0,
        }
    }

    /// Takes the next spoken frames and returns those that sound and are complete.
    pub fn push(&mut self, frames: Vec<f32>) -> Vec<f32> {
        if self.ratio == 1.0 {
            return frames;
        }
        self.rows.extend(frames);
        let taken = self.first + self.rows.len() / self.channels;
        let mut sounding = Vec::new();
        while self.made < self.sounding {
            // the middle of a frame that sounds, among the middles of those spoken
            let last = self.spoken.saturating_sub(1);
            let at = ((self.made as f64 + 0.5) * self.ratio - 0.5).clamp(0.0, last as f64);
            let before = at as usize;
            let after = (before + 1).min(last);
            if after >= taken {
                break;
            }
            self.forget(before);
            self.between(after - before, (at - before as f64) as f32, &mut sounding);
            self.made += 1;
        }
        sounding
    }

    /// Drops the rows in front of this frame.
    fn forget(&mut self, frame: usize) {
        self.rows.drain(..(frame - self.first) * self.channels);
        self.first = frame;
    }

    /// What lies between the first row and the one `next` behind it.
    fn between(&self, next: usize, share: f32, sounding: &mut Vec<f32>) {
        let row = |row: usize| &self.rows[row * self.channels..(row + 1) * self.channels];
        let (before, after) = (row(0), row(next));
        let nearest = if share < 0.5 { before } else { after };
        let pairs = before.iter().zip(after).take(self.smooth);
        sounding.extend(pairs.map(|(before, after)| before + (after - before) * share));
        sounding.extend(&nearest[self.smooth..]);
    }
}

/// The frames of each symbol as it sounds. The ends of symbols stay where they are in time, to half a frame.
pub fn sounding(durations: &[usize], ratio: f32) -> Vec<usize> {
    let place = |frames: usize| (frames as f64 / f64::from(ratio)).round() as usize;
    let mut end = 0;
    let ends = durations.iter().map(|frames| {
        let begin = end;
        end += frames;
        (begin, end)
    });
    ends.map(|(begin, end)| place(end) - place(begin)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(ratio: f32, spoken: usize, piece: usize) -> Vec<f32> {
        // A ramp, and its numbers again as what jumps.
        let rows: Vec<f32> = (0..spoken).flat_map(|n| [n as f32, n as f32]).collect();
        let length = sounding(&[spoken], ratio)[0];
        let mut tempo = Tempo::new(ratio, 2, 1, spoken, length);
        let pieces = rows.chunks(2 * piece);
        let made: Vec<f32> = pieces.flat_map(|rows| tempo.push(rows.to_vec())).collect();
        assert_eq!(made.len(), 2 * length);
        made
    }

    #[test]
    fn frames_are_read_faster_and_slower() {
        let fast = read(2.0, 10, 3);
        let column = |made: &[f32], at: usize| made.iter().skip(at).step_by(2).copied().collect();
        let smooth: Vec<f32> = column(&fast, 0);
        assert_eq!(smooth, [0.5, 2.5, 4.5, 6.5, 8.5]);
        let jumping: Vec<f32> = column(&fast, 1);
        assert_eq!(jumping, [1.0, 3.0, 5.0, 7.0, 9.0]);
        let slow: Vec<f32> = column(&read(0.5, 3, 3), 0);
        assert_eq!(slow, [0.0, 0.25, 0.75, 1.25, 1.75, 2.0]);
        assert_eq!(read(1.0, 4, 1), [0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0]);
    }

    #[test]
    fn whatever_the_pieces_the_frames_are_the_same() {
        for ratio in [0.625, 1.3, 1.54, 2.0] {
            let whole = read(ratio, 41, 41);
            for piece in [1, 3, 12] {
                assert_eq!(read(ratio, 41, piece), whole);
            }
        }
    }

    #[test]
    fn symbols_end_where_they_did() {
        let spoken = [3, 0, 7, 1, 12, 5];
        for ratio in [0.625f32, 1.0, 1.54] {
            let (mut before, mut after) = (0, 0);
            for (spoken, sounding) in spoken.iter().zip(sounding(&spoken, ratio)) {
                before += spoken;
                after += sounding;
                assert!((before as f32 / ratio - after as f32).abs() <= 0.5);
            }
        }
        assert_eq!(sounding(&spoken, 1.0), spoken);
    }
}
