//! What can be wrong with a request to read something in a certain way. Plain text never fails.

/// Why a user lexicon, an SSML document or a template cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("the lexicon entry for {word:?} says nothing")]
    Lexicon { word: String },
    #[error("SSML, character {at}: {reason}")]
    Ssml {
        /// Position in the document, in characters.
        at: usize,
        reason: String,
    },
    #[error(
        "{0:?} is no template: it needs something to say beside its slots, and braces around their names"
    )]
    Template(String),
}

impl TextError {
    /// The stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            TextError::Lexicon { .. } => "E_TEXT_LEXICON",
            TextError::Ssml { .. } => "E_TEXT_SSML",
            TextError::Template(_) => "E_TEXT_TEMPLATE",
        }
    }
}

/// What is wrong at a position of an SSML document.
pub fn ssml_error(at: usize, reason: &str) -> TextError {
    TextError::Ssml {
        at,
        reason: reason.into(),
    }
}
