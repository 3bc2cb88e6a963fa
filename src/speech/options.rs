//! How a text shall be spoken.

use serde::{Deserialize, Serialize};

use crate::text::mood::AUTO;
use crate::text::{Mood, Style};

/// The emotion that every voice has.
pub const NEUTRAL: &str = "neutral";

/// How a text shall be spoken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpeakOptions {
    /// A name among the voice's speakers; the first of them where missing.
    pub speaker: Option<String>,
    /// A name among the voice's emotions.
    pub emotion: String,
    /// From neutral, 0, to the full emotion and mood, 1.
    pub intensity: f32,
    /// `auto` takes from the text whether it asks, exclaims and so on; `neutral` says everything like a statement; or a mood for
    /// all of it, see [`crate::text::Mood::named`].
    pub mood: String,
    /// Times the normal speed, 0.5 to 2.
    pub speed: f32,
    /// Semitones above the voice's own pitch, -6 to 6.
    pub pitch: f32,
    /// Times the normal amplitude, 0 to 2. Samples stay within -1..=1.
    pub volume: f32,
    /// Times the normal length of pauses, 0 to 3.
    pub pauses: f32,
    /// Semitones by which quoted speech is above narration, -6 to 6.
    pub dialogue: f32,
}

impl Default for SpeakOptions {
    fn default() -> SpeakOptions {
        SpeakOptions {
            speaker: None,
            emotion: NEUTRAL.into(),
            intensity: 1.0,
            speed: 1.0,
            pitch: 0.0,
            volume: 1.0,
            mood: AUTO.into(),
            pauses: 1.0,
            dialogue: 0.5,
        }
    }
}

/// An option that this voice cannot follow.
#[derive(Debug, thiserror::Error)]
pub enum OptionError {
    #[error("there is no speaker `{given}`; this voice has {}", supported.join(", "))]
    Speaker {
        given: String,
        supported: Vec<String>,
    },
    #[error("there is no emotion `{given}`; this voice has {}", supported.join(", "))]
    Emotion {
        given: String,
        supported: Vec<String>,
    },
    #[error("the intensity must be 0 to 1, not {0}")]
    Intensity(f32),
    #[error("the speed must be 0.5 to 2, not {0}")]
    Speed(f32),
    #[error("the pitch must be -6 to 6 semitones, not {0}")]
    Pitch(f32),
    #[error("this voice cannot change its pitch")]
    PitchUnsupported,
    #[error("the volume must be 0 to 2, not {0}")]
    Volume(f32),
    #[error("there is no mood `{0}`")]
    Mood(String),
    #[error("the pauses must be 0 to 3 times as long, not {0}")]
    Pauses(f32),
    #[error("dialogue must be -6 to 6 semitones above narration, not {0}")]
    Dialogue(f32),
    #[error("the template of the emotion `{0}` is out of range")]
    Template(String),
}

impl OptionError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            OptionError::Speaker { .. } => "E_OPTION_SPEAKER",
            OptionError::Emotion { .. } => "E_OPTION_EMOTION",
            OptionError::Intensity(_) => "E_OPTION_INTENSITY",
            OptionError::Speed(_) => "E_OPTION_SPEED",
            OptionError::Pitch(_) | OptionError::PitchUnsupported => "E_OPTION_PITCH",
            OptionError::Volume(_) => "E_OPTION_VOLUME",
            OptionError::Mood(_) => "E_OPTION_MOOD",
            OptionError::Pauses(_) => "E_OPTION_PAUSES",
            OptionError::Dialogue(_) => "E_OPTION_DIALOGUE",
            OptionError::Template(_) => "E_OPTION_TEMPLATE",
        }
    }
}

impl SpeakOptions {
    /// The options inside text that has a style of its own: its speaker and emotion come instead of the caller's; its rate, pitch and
    /// volume come on top of them, as far as the ranges reach.
    pub fn styled(&self, style: &Style) -> SpeakOptions {
        let emotion = style.emotion.as_ref();
        let intensity = emotion.map_or(self.intensity, |_| 1.0);
        SpeakOptions {
            speaker: style.voice.as_ref().or(self.speaker.as_ref()).cloned(),
            emotion: emotion.unwrap_or(&self.emotion).clone(),
            intensity: style.intensity.unwrap_or(intensity),
            speed: (self.speed * style.rate.unwrap_or(1.0)).clamp(0.5, 2.0),
            pitch: (self.pitch + style.pitch.unwrap_or(0.0)).clamp(-6.0, 6.0),
            volume: (self.volume * style.volume.unwrap_or(1.0)).clamp(0.0, 2.0),
            mood: style.mood.as_ref().unwrap_or(&self.mood).clone(),
            ..*self
        }
    }

    /// Checks every range; NaN is in none of them.
    pub(super) fn check(&self) -> Result<(), OptionError> {
        if !Mood::is_choice(&self.mood) {
            return Err(OptionError::Mood(self.mood.clone()));
        }
        let within = |value: f32, low: f32, high: f32, error: fn(f32) -> OptionError| {
            if (low..=high).contains(&value) {
                Ok(())
            } else {
                Err(error(value))
            }
        };
        within(self.intensity, 0.0, 1.0, OptionError::Intensity)?;
        within(self.speed, 0.5, 2.0, OptionError::Speed)?;
        within(self.pitch, -6.0, 6.0, OptionError::Pitch)?;
        within(self.volume, 0.0, 2.0, OptionError::Volume)?;
        within(self.pauses, 0.0, 3.0, OptionError::Pauses)?;
        within(self.dialogue, -6.0, 6.0, OptionError::Dialogue)
    }
}
