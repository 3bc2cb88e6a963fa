//! The length regulator: symbols repeated for as many frames as they last, several frames packed into a decoder step.

/// What the decoder shall say, one row per step.
pub struct Memory {
    rows: Vec<f32>,
    width: usize,
    /// Frames before they were padded to whole steps.
    pub frames: usize,
}

impl Memory {
    /// For a sentence whose frames are all known: nothing has to be said.
    pub fn silent(frames: usize) -> Memory {
        Memory {
            rows: Vec::new(),
            width: 0,
            frames,
        }
    }

    pub fn steps(&self) -> usize {
        self.rows.len() / self.width.max(1)
    }

    /// The row of a step, nothing past the end.
    pub fn row(&self, step: usize) -> Option<&[f32]> {
        self.rows.chunks_exact(self.width.max(1)).nth(step)
    }

    pub fn width(&self) -> usize {
        self.width
    }
}

/// `condition` has one row per symbol, its first `text_width` values are the text. A row of the result holds the text of
/// `frames_per_step` frames, each with its place inside its symbol added as sines and cosines, then the rest of the
/// first frame's row (speaker and emotion).
pub fn regulate(
    condition: &[f32],
    text_width: usize,
    durations: &[usize],
    frames_per_step: usize,
) -> Memory {
    let condition_width = condition.len() / durations.len().max(1);
    let width = text_width * frames_per_step + condition_width.saturating_sub(text_width);
    let frames = durations.iter().sum::<usize>();
    let mut memory = Memory {
        rows: Vec::new(),
        width,
        frames,
    };
    if condition_width < text_width || frames == 0 {
        return memory;
    }
    memory.rows = vec![0.0; frames.div_ceil(frames_per_step) * width];
    let symbols = condition.chunks_exact(condition_width).zip(durations);
    let mut sources = symbols.flat_map(|(row, &count)| (1..=count).map(move |place| (row, place)));
    for row in memory.rows.chunks_exact_mut(width) {
        let (texts, rest) = row.split_at_mut(text_width * frames_per_step);
        for (index, text) in texts.chunks_exact_mut(text_width).enumerate() {
            let source = sources.next();
            if let Some((symbol, _)) = source {
                text.copy_from_slice(&symbol[..text_width]);
                if index == 0 {
                    rest.copy_from_slice(&symbol[text_width..]);
                }
            }
            add_position(text, source.map_or(0, |(_, place)| place));
        }
    }
    memory
}

/// Adds sines in the even and cosines in the odd columns of the place inside the symbol: 1, 2, ..., or 0 for padding.
fn add_position(text: &mut [f32], place: usize) {
    let width = text.len() as f32;
    for (column, value) in text.iter_mut().enumerate() {
        let exponent = (column / 2 * 2) as f32 / width;
        let angle = place as f32 / 10000f32.powf(exponent);
        *value += if column % 2 == 0 {
            angle.sin()
        } else {
            angle.cos()
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_packs_and_pads() {
        // Two symbols of text [10, 20] and [30, 40], rest [5] and [6], for 2, 0 and 2 frames.
        let condition = [10.0, 20.0, 5.0, 0.0, 0.0, 9.0, 30.0, 40.0, 6.0];
        let memory = regulate(&condition, 2, &[2, 0, 2], 3);
        assert_eq!((memory.frames, memory.steps(), memory.width()), (4, 2, 7));
        let place = |n: f32| (n.sin(), n.cos());
        let ((s1, c1), (s2, c2)) = (place(1.0), place(2.0));
        assert_eq!(
            memory.row(0).unwrap(),
            [
                10.0 + s1,
                20.0 + c1,
                10.0 + s2,
                20.0 + c2,
                30.0 + s1,
                40.0 + c1,
                5.0
            ]
        );
        assert_eq!(
            memory.row(1).unwrap(),
            [30.0 + s2, 40.0 + c2, 0.0, 1.0, 0.0, 1.0, 6.0]
        );
        assert!(memory.row(2).is_none());
    }

    #[test]
    fn no_frames_give_no_rows() {
        assert_eq!(regulate(&[1.0, 2.0], 1, &[0], 3).steps(), 0);
        assert_eq!(regulate(&[], 32, &[], 3).steps(), 0);
    }
}
