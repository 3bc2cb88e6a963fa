//! Whose voices a pack has.

use serde::{Deserialize, Serialize};

use super::manifest::{is_file_name, is_name};

/// Characters of a description.
const LONGEST_DESCRIPTION: usize = 200;

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
    },
}

impl From<SpeakerEntry> for Speaker {
    fn from(entry: SpeakerEntry) -> Speaker {
        let (name, sex, description, sample) = match entry {
            SpeakerEntry::Name(name) => (name, None, Description::default(), None),
            SpeakerEntry::Known {
                name,
                sex,
                description,
                sample,
            } => (name, sex, description, sample),
        };
        Speaker {
            name,
            sex,
            description,
            sample,
        }
    }
}

impl Speaker {
    /// Whether names and texts are such as a page can show.
    pub(super) fn fits(&self) -> bool {
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
    }
}
