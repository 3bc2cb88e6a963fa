//! Whose voices a pack has.

use serde::{Deserialize, Serialize};

use super::manifest::{is_file_name, is_name};

/// Characters of a description.
const LONGEST_DESCRIPTION: usize = 200;
/// Speeds of one speaker.
const MOST_SPEEDS: usize = 8;

/// One of those whose voices a pack has.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "SpeakerEntry")]
pub struct Speaker {
    pub name: String,
    /// `female` or `male`, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<String>,
    pub description: Description,
    /// A recording, relative to `voice.json`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample: Option<String>,
    /// Other rows of the speaker table, in which the same speaker has learned another speed.
    #[serde(skip_serializing)]
    pub speeds: Vec<SpeedRow>,
    /// For one whom the networks do not know.
    #[serde(skip_serializing)]
    pub made_of: Option<MadeOf>,
}

/// How a speaker is made of one that the networks know.
#[derive(Debug, Clone, Deserialize)]
pub struct MadeOf {
    /// That one's name.
    pub speaker: String,
    /// Times the length of that one's vocal tract, 0.8 to 1.25: resonances and pitch are as many times lower.
    pub vocal_tract: f32,
    /// By how much that one raises the voice besides, -8 to 8.
    pub semitones: f32,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub struct SpeedRow {
    /// Times the normal speed, 0.5 to 2.
    pub speed: f32,
    pub row: usize,
}

/// A short text in Chinese and English.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Description {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zh: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

/// A name alone, as converted packs have it, or all that is known.
#[derive(Deserialize)]
#[serde(untagged)]
enum SpeakerEntry {
    Name(String),
    Known {
        name: String,
        sex: Option<String>,
        #[serde(default)]
        description: Description,
        sample: Option<String>,
        #[serde(default)]
        speeds: Vec<SpeedRow>,
        made_of: Option<MadeOf>,
    },
}

impl From<SpeakerEntry> for Speaker {
    fn from(entry: SpeakerEntry) -> Speaker {
        match entry {
            SpeakerEntry::Name(name) => Speaker {
                name,
                sex: None,
                description: Description::default(),
                sample: None,
                speeds: Vec::new(),
                made_of: None,
            },
            SpeakerEntry::Known {
                name,
                sex,
                description,
                sample,
                speeds,
                made_of,
            } => Speaker {
                name,
                sex,
                description,
                sample,
                speeds,
                made_of,
            },
        }
    }
}

impl Speaker {
    /// Rows of the speaker table with their weights for a speed (more than 0), for the speaker whose own row is given, and how
    /// many times faster yet the speech must be made: between two speeds that were learned lies a blend of them.
    pub fn at_speed(&self, own: usize, speed: f32) -> ([(usize, f32); 2], f32) {
        let mut learned: Vec<(f32, usize)> = self
            .speeds
            .iter()
            .map(|learned| (learned.speed, learned.row))
            .chain([(1.0, own)])
            .collect();
        learned.sort_by(|a, b| a.0.total_cmp(&b.0));
        let above = learned.iter().position(|learned| learned.0 >= speed);
        let above = above.unwrap_or(learned.len() - 1);
        let (slower, faster) = (learned[above.saturating_sub(1)], learned[above]);
        let reached = speed.clamp(slower.0, faster.0);
        let share = if faster.0 > slower.0 {
            (reached / slower.0).ln() / (faster.0 / slower.0).ln()
        } else {
            0.0
        };
        let blend = [(slower.1, 1.0 - share), (faster.1, share)];
        (blend, speed / reached)
    }

    /// Whether names and texts are such as a page can show, every row is one of the table, and who it is made of is among
    /// those `known` to the networks.
    pub(super) fn fits(&self, rows: usize, known: &[Speaker]) -> bool {
        let learned = |of: &SpeedRow| (0.5..=2.0).contains(&of.speed) && of.row < rows;
        let Description { zh, en } = &self.description;
        let short = |text: &String| text.chars().count() <= LONGEST_DESCRIPTION;
        let inside = |path: &String| path.split('/').all(is_file_name);
        is_name(&self.name)
            && self
                .sex
                .as_ref()
                .is_none_or(|sex| sex == "female" || sex == "male")
            && [zh, en].into_iter().flatten().all(short)
            && self.sample.as_ref().is_none_or(inside)
            && self.speeds.len() <= MOST_SPEEDS
            && self.speeds.iter().all(learned)
            && self.made_of.as_ref().is_none_or(|made| made.fits(known))
    }
}

impl MadeOf {
    fn fits(&self, known: &[Speaker]) -> bool {
        (0.8..=1.25).contains(&self.vocal_tract)
            && (-8.0..=8.0).contains(&self.semitones)
            && known.iter().any(|speaker| speaker.name == self.speaker)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speaker_is_made_of_one_that_is_known() {
        let known: Vec<Speaker> = serde_json::from_str(r#"["her"]"#).unwrap();
        let fits = |speaker: &str, vocal_tract: f32, semitones: f32| {
            let made = MadeOf {
                speaker: speaker.into(),
                vocal_tract,
                semitones,
            };
            made.fits(&known)
        };
        assert!(fits("her", 1.19, -6.0));
        assert!(!fits("him", 1.19, -6.0));
        assert!(!fits("her", 1.5, -6.0));
        assert!(!fits("her", f32::NAN, -6.0));
        assert!(!fits("her", 1.19, -12.0));
    }

    #[test]
    fn a_speed_is_a_blend_of_those_that_were_learned() {
        let json =
            r#"{"name": "a", "speeds": [{"speed": 1.3, "row": 7}, {"speed": 0.8, "row": 5}]}"#;
        let speaker: Speaker = serde_json::from_str(json).unwrap();
        let at = |speed| {
            let ([slower, faster], rest) = speaker.at_speed(2, speed);
            let weights = (slower.1 * 100.0).round() + (faster.1 * 100.0).round();
            assert_eq!(weights, 100.0);
            let percent = (faster.1 * 100.0).round();
            (slower.0, faster.0, percent, (rest * 100.0).round())
        };
        assert_eq!(at(1.0), (5, 2, 100.0, 100.0));
        assert_eq!(at(1.14), (2, 7, 50.0, 100.0));
        assert_eq!(at(1.3), (2, 7, 100.0, 100.0));
        assert_eq!(at(2.0), (2, 7, 100.0, 154.0));
        assert_eq!(at(0.5).3, 63.0);
        let plain: Speaker = serde_json::from_str("\"F7\"").unwrap();
        assert_eq!(plain.at_speed(1, 1.7), ([(1, 1.0), (1, 0.0)], 1.7));
    }
}
