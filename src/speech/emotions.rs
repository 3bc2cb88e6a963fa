//! Emotion templates: how an emotion changes pitch, tempo and loudness, set by the page beside what the voice has learned.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::OptionError;

/// Factors for Sambert's variance adaptor, all 1 when left out.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EmotionTemplate {
    /// Of the pitch in Hz, 0.5 to 2; of the normalised pitch where the voice does not know its Hz.
    pub pitch_scale: f32,
    /// Of every duration, 0.5 to 2.
    pub duration_scale: f32,
    /// Of the normalised energy, 0 to 2.
    pub energy_scale: f32,
}

/// Templates by the name of their emotion. An emotion that the voice has not learned is spoken by its template alone.
pub type EmotionTemplates = BTreeMap<String, EmotionTemplate>;

impl Default for EmotionTemplate {
    fn default() -> EmotionTemplate {
        EmotionTemplate {
            pitch_scale: 1.0,
            duration_scale: 1.0,
            energy_scale: 1.0,
        }
    }
}

impl EmotionTemplate {
    /// The template of an emotion at this intensity: from none, 0, to all of it, 1.
    pub(super) fn at(self, intensity: f32) -> EmotionTemplate {
        EmotionTemplate {
            pitch_scale: self.pitch_scale.powf(intensity),
            duration_scale: self.duration_scale.powf(intensity),
            energy_scale: self.energy_scale.powf(intensity),
        }
    }
}

/// Checks every range; NaN is in none of them.
pub(super) fn check(templates: &EmotionTemplates) -> Result<(), OptionError> {
    for (name, template) in templates {
        let within = (0.5..=2.0).contains(&template.pitch_scale)
            && (0.5..=2.0).contains(&template.duration_scale)
            && (0.0..=2.0).contains(&template.energy_scale);
        if !within {
            return Err(OptionError::Template(name.clone()));
        }
    }
    Ok(())
}
