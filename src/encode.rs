//! Samples as the bytes of a format, while they are made. MP3 and Opus are cargo features.

#[cfg(feature = "mp3")]
mod mp3;
#[cfg(feature = "opus")]
mod opus;

use crate::wav;

#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// A format, or a rate of one, that can't be made here.
    #[error("{0}")]
    Format(String),
    #[error("the encoder failed")]
    Failed,
}

impl EncodeError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            EncodeError::Format(_) => "E_OPTION_FORMAT",
            EncodeError::Failed => "E_AUDIO_WRITE",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Wav,
    /// 16 bit, little-endian, without any head.
    Pcm,
    #[cfg(feature = "mp3")]
    Mp3,
    #[cfg(feature = "opus")]
    Opus,
}

impl Format {
    /// Those that can be made here.
    pub const NAMES: &[&str] = &[
        "wav",
        "pcm",
        #[cfg(feature = "mp3")]
        "mp3",
        #[cfg(feature = "opus")]
        "opus",
    ];

    /// Fails with `E_OPTION_FORMAT` for what can't be made here.
    pub fn parse(name: &str) -> Result<Format, EncodeError> {
        match name {
            "wav" => Ok(Format::Wav),
            "pcm" => Ok(Format::Pcm),
            #[cfg(feature = "mp3")]
            "mp3" => Ok(Format::Mp3),
            #[cfg(feature = "opus")]
            "opus" => Ok(Format::Opus),
            _ => {
                let made = Format::NAMES.join(", ");
                Err(EncodeError::Format(format!(
                    "`{name}` cannot be made here; there is {made}"
                )))
            }
        }
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Format::Wav => "audio/wav",
            Format::Pcm => "audio/pcm",
            #[cfg(feature = "mp3")]
            Format::Mp3 => "audio/mpeg",
            #[cfg(feature = "opus")]
            Format::Opus => "audio/ogg",
        }
    }

    pub fn extension(self) -> &'static str {
        match self {
            Format::Wav => "wav",
            Format::Pcm => "pcm",
            #[cfg(feature = "mp3")]
            Format::Mp3 => "mp3",
            #[cfg(feature = "opus")]
            Format::Opus => "opus",
        }
    }

    /// An encoder, and what goes before the first sample.
    pub fn encoder(self, sample_rate: u32) -> Result<(Encoder, Vec<u8>), EncodeError> {
        match self {
            Format::Wav => Ok((Encoder::Pcm, wav::endless_header(sample_rate))),
            Format::Pcm => Ok((Encoder::Pcm, Vec::new())),
            #[cfg(feature = "mp3")]
            Format::Mp3 => {
                let encoder = Encoder::Mp3(Box::new(mp3::encoder(sample_rate)?));
                Ok((encoder, Vec::new()))
            }
            #[cfg(feature = "opus")]
            Format::Opus => {
                let (encoder, head) = opus::Encoder::new(sample_rate)?;
                Ok((Encoder::Opus(Box::new(encoder)), head))
            }
        }
    }

    /// Tells the head of a whole file how long it is, where it has to know.
    pub fn close(self, file: &mut [u8]) {
        if self == Format::Wav {
            wav::close(file);
        }
    }
}

pub enum Encoder {
    Pcm,
    #[cfg(feature = "mp3")]
    Mp3(Box<mp3lame_encoder::Encoder>),
    #[cfg(feature = "opus")]
    Opus(Box<opus::Encoder>),
}

impl Encoder {
    pub fn encode(&mut self, samples: &[f32]) -> Result<Vec<u8>, EncodeError> {
        match self {
            Encoder::Pcm => Ok(wav::pcm(samples)),
            #[cfg(feature = "mp3")]
            Encoder::Mp3(encoder) => mp3::encode(encoder, samples),
            #[cfg(feature = "opus")]
            Encoder::Opus(encoder) => encoder.encode(samples),
        }
    }

    /// What comes after the last sample.
    pub fn finish(&mut self) -> Result<Vec<u8>, EncodeError> {
        match self {
            Encoder::Pcm => Ok(Vec::new()),
            #[cfg(feature = "mp3")]
            Encoder::Mp3(encoder) => mp3::finish(encoder),
            #[cfg(feature = "opus")]
            Encoder::Opus(encoder) => encoder.finish(),
        }
    }
}
