//! Samples as the bytes of a format, while they are made.

use super::refusal::Refusal;
use crate::wav;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Wav,
    /// 16 bit, little-endian, without any head.
    Pcm,
    #[cfg(feature = "mp3")]
    Mp3,
}

impl Format {
    /// Fails with `E_OPTION_FORMAT` for what can't be made here.
    pub fn parse(name: &str) -> Result<Format, Refusal> {
        match name {
            "wav" => Ok(Format::Wav),
            "pcm" => Ok(Format::Pcm),
            #[cfg(feature = "mp3")]
            "mp3" => Ok(Format::Mp3),
            _ => {
                let made = Format::NAMES.join(", ");
                Err(Refusal::Option(format!(
                    "`{name}` cannot be made here; there is {made}"
                )))
            }
        }
    }

    #[cfg(feature = "mp3")]
    pub const NAMES: &[&str] = &["wav", "pcm", "mp3"];
    #[cfg(not(feature = "mp3"))]
    pub const NAMES: &[&str] = &["wav", "pcm"];

    pub fn content_type(self) -> &'static str {
        match self {
            Format::Wav => "audio/wav",
            Format::Pcm => "audio/pcm",
            #[cfg(feature = "mp3")]
            Format::Mp3 => "audio/mpeg",
        }
    }

    pub fn extension(self) -> &'static str {
        match self {
            Format::Wav => "wav",
            Format::Pcm => "pcm",
            #[cfg(feature = "mp3")]
            Format::Mp3 => "mp3",
        }
    }

    /// An encoder, and what goes before the first sample.
    pub fn encoder(self, sample_rate: u32) -> Result<(Encoder, Vec<u8>), Refusal> {
        match self {
            Format::Wav => Ok((Encoder::Pcm, wav::endless_header(sample_rate))),
            Format::Pcm => Ok((Encoder::Pcm, Vec::new())),
            #[cfg(feature = "mp3")]
            Format::Mp3 => Ok((
                Encoder::Mp3(Box::new(mp3::encoder(sample_rate)?)),
                Vec::new(),
            )),
        }
    }

    /// The bytes of a whole file.
    pub fn file(self, sample_rate: u32, samples: &[f32]) -> Result<Vec<u8>, Refusal> {
        if self == Format::Wav {
            let mut file = std::io::Cursor::new(Vec::with_capacity(44 + 2 * samples.len()));
            wav::write(&mut file, sample_rate, samples)?;
            return Ok(file.into_inner());
        }
        let (mut encoder, mut bytes) = self.encoder(sample_rate)?;
        bytes.extend(encoder.encode(samples)?);
        bytes.extend(encoder.finish()?);
        Ok(bytes)
    }
}

pub enum Encoder {
    Pcm,
    #[cfg(feature = "mp3")]
    Mp3(Box<mp3lame_encoder::Encoder>),
}

impl Encoder {
    pub fn encode(&mut self, samples: &[f32]) -> Result<Vec<u8>, Refusal> {
        match self {
            Encoder::Pcm => Ok(wav::pcm(samples)),
            #[cfg(feature = "mp3")]
            Encoder::Mp3(encoder) => mp3::encode(encoder, samples),
        }
    }

    /// What comes after the last sample.
    pub fn finish(&mut self) -> Result<Vec<u8>, Refusal> {
        match self {
            Encoder::Pcm => Ok(Vec::new()),
            #[cfg(feature = "mp3")]
            Encoder::Mp3(encoder) => mp3::finish(encoder),
        }
    }
}

#[cfg(feature = "mp3")]
mod mp3 {
    use mp3lame_encoder::{
        Bitrate, Builder, Encoder, FlushNoGap, MonoPcm, max_required_buffer_size,
    };

    use super::Refusal;

    /// Bytes that LAME may still hold when the sound ends.
    const REST: usize = 7200;

    /// 64 kbit/s, beyond which a voice of 16 kHz has nothing to gain.
    pub fn encoder(sample_rate: u32) -> Result<Encoder, Refusal> {
        let wrong = |error| Refusal::Option(format!("no MP3 at {sample_rate} Hz: {error}"));
        let builder = Builder::new().ok_or(Refusal::Dead)?;
        builder
            .with_num_channels(1)
            .and_then(|builder| builder.with_sample_rate(sample_rate))
            .and_then(|builder| builder.with_brate(Bitrate::Kbps64))
            .and_then(|builder| builder.with_to_write_vbr_tag(false))
            .and_then(Builder::build)
            .map_err(wrong)
    }

    pub fn encode(encoder: &mut Encoder, samples: &[f32]) -> Result<Vec<u8>, Refusal> {
        let samples: Vec<i16> = samples
            .iter()
            .map(|&sample| crate::wav::quantize(sample))
            .collect();
        let mut bytes = Vec::with_capacity(max_required_buffer_size(samples.len()));
        let encoded = encoder.encode_to_vec(MonoPcm(&samples), &mut bytes);
        encoded.map_err(|_| Refusal::Dead)?;
        Ok(bytes)
    }

    pub fn finish(encoder: &mut Encoder) -> Result<Vec<u8>, Refusal> {
        let mut bytes = Vec::with_capacity(REST);
        let flushed = encoder.flush_to_vec::<FlushNoGap>(&mut bytes);
        flushed.map_err(|_| Refusal::Dead)?;
        Ok(bytes)
    }
}
