//! What is done to a symbol's pitch, energy and duration at the variance adaptor, where every voice can be bent.

/// Mean of a voice's pitch in terms of its standard deviation, where the voice does not say: near 5 for read Mandarin.
pub const PITCH_LEVEL: f32 = 5.0;

/// Normalised energy per decibel.
const ENERGY_PER_DB: f32 = 0.25;

/// How one symbol differs from what the networks say. Whole steps, so that equal curves name equal records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Inflection {
    /// Hundredths of a semitone by which the pitch is raised.
    pub cents: i16,
    /// Percent of the pitch's distance from the voice's mean.
    pub range: u16,
    /// Tenths of a decibel.
    pub level: i16,
    /// Percent of the duration.
    pub duration: u16,
    /// The duration of a pause in milliseconds at normal speed, whatever the networks say.
    pub pause_ms: Option<u16>,
}

impl Default for Inflection {
    /// Nothing is done.
    fn default() -> Inflection {
        Inflection {
            cents: 0,
            range: 100,
            level: 0,
            duration: 100,
            pause_ms: None,
        }
    }
}

impl Inflection {
    fn ratio(self) -> f32 {
        (f32::from(self.cents) / 1200.0).exp2()
    }

    /// Factor of the normalised pitch.
    pub(super) fn pitch_scale(self) -> f32 {
        f32::from(self.range) / 100.0 * self.ratio()
    }

    /// What is added to the normalised pitch, where `shift` is added to all of the sentence. `level`: mean of the pitch in
    /// terms of its standard deviation.
    pub(super) fn pitch_shift(self, shift: f32, level: f32) -> f32 {
        let ratio = self.ratio();
        shift * ratio + level * (ratio - 1.0)
    }

    /// What is added to the normalised energy.
    pub(super) fn energy_shift(self) -> f32 {
        f32::from(self.level) / 10.0 * ENERGY_PER_DB
    }

    /// How long the symbol lasts at normal speed, instead of `frames`.
    pub(super) fn frames(self, frames: f32, frames_per_ms: f32) -> f32 {
        match self.pause_ms {
            Some(pause) => f32::from(pause) * frames_per_ms,
            None => frames * f32::from(self.duration) / 100.0,
        }
    }

    /// For the name of a record.
    pub fn to_bytes(self) -> [u8; 10] {
        let [a, b] = self.cents.to_le_bytes();
        let [c, d] = self.range.to_le_bytes();
        let [e, f] = self.level.to_le_bytes();
        let [g, h] = self.duration.to_le_bytes();
        let [i, j] = self.pause_ms.unwrap_or(u16::MAX).to_le_bytes();
        [a, b, c, d, e, f, g, h, i, j]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_octave_doubles_the_pitch() {
        let octave = Inflection {
            cents: 1200,
            ..Inflection::default()
        };
        // A pitch of mean 200 and deviation 40: 240 Hz is 1.
        let (scale, shift) = (octave.pitch_scale(), octave.pitch_shift(0.0, 5.0));
        assert!((200.0 + 40.0 * (scale + shift) - 480.0).abs() < 1e-3);
        // On top of a sentence that is an octave up already.
        let (scale, shift) = (2.0 * octave.pitch_scale(), octave.pitch_shift(5.0, 5.0));
        assert!((200.0 + 40.0 * (scale + shift) - 960.0).abs() < 1e-3);
    }

    #[test]
    fn nothing_changes_nothing() {
        let none = Inflection::default();
        assert_eq!(none.pitch_scale(), 1.0);
        assert_eq!(none.pitch_shift(0.7, 5.0), 0.7);
        assert_eq!(none.energy_shift(), 0.0);
        assert_eq!(none.frames(7.5, 0.08), 7.5);
    }

    #[test]
    fn a_pause_has_its_length_and_others_are_scaled() {
        let longer = Inflection {
            duration: 150,
            ..Inflection::default()
        };
        assert_eq!(longer.frames(8.0, 0.08), 12.0);
        let pause = Inflection {
            pause_ms: Some(300),
            ..Inflection::default()
        };
        assert_eq!(pause.frames(7.0, 0.08), 24.0);
    }
}
