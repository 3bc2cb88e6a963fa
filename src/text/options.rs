//! How a text is read.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::user::UserLexicon;

/// What the text is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Input {
    /// As people type and paste it: marks that can be nothing else are taken as such.
    #[default]
    Text,
    Markdown,
    Html,
}

/// Whether signs that are seldom said are: emoji by name, reference marks, link targets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Symbols {
    #[default]
    Skip,
    Read,
}

/// Whether 儿 joins the syllable before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Erhua {
    /// As in the north: 玩儿 is one syllable, 女儿 two.
    #[default]
    Auto,
    /// As in the south: 儿 is left out where it would join.
    Never,
}

/// Whose standard readings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Accent {
    #[default]
    CN,
    TW,
}

/// How a text is read.
#[derive(Clone, Debug, Default)]
pub struct TextOptions {
    /// Words with readings of the user's.
    pub lexicon: Arc<UserLexicon>,
    pub input: Input,
    pub symbols: Symbols,
    pub erhua: Erhua,
    pub accent: Accent,
}

impl From<Arc<UserLexicon>> for TextOptions {
    fn from(lexicon: Arc<UserLexicon>) -> TextOptions {
        TextOptions {
            lexicon,
            ..TextOptions::default()
        }
    }
}
