//! The error of the whole crate: a message for people and a stable code for programs.

use crate::nn::ModelError;
use crate::speech::OptionError;
use crate::text::TextError;
use crate::voice::VoiceError;

/// Anything that can keep a text from being spoken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the text has nothing to say")]
    TextEmpty,
    #[error(transparent)]
    Text(#[from] TextError),
    #[error(transparent)]
    Option(#[from] OptionError),
    #[error(transparent)]
    Voice(#[from] VoiceError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error("cannot write the audio: {0}")]
    Audio(#[from] hound::Error),
}

impl Error {
    /// The stable code, such as `E_TEXT_EMPTY`. It never changes for the same cause.
    pub fn code(&self) -> &'static str {
        match self {
            Error::TextEmpty => "E_TEXT_EMPTY",
            Error::Text(error) => error.code(),
            Error::Option(error) => error.code(),
            Error::Voice(error) => error.code(),
            Error::Model(error) => error.code(),
            Error::Audio(_) => "E_AUDIO_WRITE",
        }
    }
}
