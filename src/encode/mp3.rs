//! MP3, by LAME.

use mp3lame_encoder::{Bitrate, Builder, Encoder, FlushNoGap, MonoPcm, max_required_buffer_size};

use super::EncodeError;
use crate::wav;

/// Bytes that LAME may still hold when the sound ends.
const REST: usize = 7200;

/// 64 kbit/s, beyond which a voice of 24 kHz has little to gain.
pub fn encoder(sample_rate: u32) -> Result<Encoder, EncodeError> {
    let wrong = |error| EncodeError::Format(format!("no MP3 at {sample_rate} Hz: {error}"));
    let builder = Builder::new().ok_or(EncodeError::Failed)?;
    builder
        .with_num_channels(1)
        .and_then(|builder| builder.with_sample_rate(sample_rate))
        .and_then(|builder| builder.with_brate(Bitrate::Kbps64))
        .and_then(|builder| builder.with_to_write_vbr_tag(false))
        .and_then(Builder::build)
        .map_err(wrong)
}

pub fn encode(encoder: &mut Encoder, samples: &[f32]) -> Result<Vec<u8>, EncodeError> {
    let samples: Vec<i16> = samples
        .iter()
        .map(|&sample| wav::quantize(sample))
        .collect();
    let mut bytes = Vec::with_capacity(max_required_buffer_size(samples.len()));
    let encoded = encoder.encode_to_vec(MonoPcm(&samples), &mut bytes);
    encoded.map_err(|_| EncodeError::Failed)?;
    Ok(bytes)
}

pub fn finish(encoder: &mut Encoder) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::with_capacity(REST);
    let flushed = encoder.flush_to_vec::<FlushNoGap>(&mut bytes);
    flushed.map_err(|_| EncodeError::Failed)?;
    Ok(bytes)
}
