//! WAV files: 16 bit, one channel.

use std::io::{Seek, Write};

use crate::Error;

fn format(sample_rate: u32) -> hound::WavSpec {
    hound::WavSpec {
        channels: 1,
        sample_rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    }
}

/// Writes a whole WAV file. Samples are clipped to -1..=1.
pub fn write(out: impl Write + Seek, sample_rate: u32, samples: &[f32]) -> Result<(), Error> {
    let mut writer = hound::WavWriter::new(out, format(sample_rate))?;
    for &sample in samples {
        writer.write_sample(quantize(sample))?;
    }
    writer.finalize()?;
    Ok(())
}

/// The head of a WAV stream whose length nobody knows yet; the samples follow as [`pcm`].
pub fn endless_header(sample_rate: u32) -> Vec<u8> {
    format(sample_rate).into_header_for_infinite_file()
}

/// Bytes of that head.
const HEADER: usize = 44;

/// Tells the head of a stream that has come to its end how long it is.
pub fn close(stream: &mut [u8]) {
    let length = stream.len();
    if let Some(header) = stream.first_chunk_mut::<HEADER>() {
        header[4..8].copy_from_slice(&(length as u32 - 8).to_le_bytes());
        header[40..].copy_from_slice(&((length - HEADER) as u32).to_le_bytes());
    }
}

/// Samples as 16-bit PCM, little-endian.
pub fn pcm(samples: &[f32]) -> Vec<u8> {
    let quantized = samples.iter().map(|&sample| quantize(sample));
    quantized.flat_map(i16::to_le_bytes).collect()
}

/// A sample in -1..=1 as 16 bit PCM; a value that is no number is silence.
pub fn quantize(sample: f32) -> i16 {
    (sample.clamp(-1.0, 1.0) * 32767.0).round() as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_a_reader_reads() {
        let mut file = std::io::Cursor::new(Vec::new());
        write(&mut file, 16000, &[0.0, 0.5, -2.0, f32::NAN]).unwrap();
        file.set_position(0);
        let mut reader = hound::WavReader::new(file).unwrap();
        assert_eq!(reader.spec().sample_rate, 16000);
        assert_eq!(
            reader
                .samples::<i16>()
                .map(Result::unwrap)
                .collect::<Vec<_>>(),
            [0, 16384, -32767, 0]
        );
    }

    #[test]
    fn a_stream_is_a_file_once_its_length_is_known() {
        let samples = [0.0, 0.5, -0.25];
        let mut stream = [endless_header(16000), pcm(&samples)].concat();
        assert_eq!(stream[36..44], *b"data\xff\xff\xff\xff");
        close(&mut stream);
        let reader = hound::WavReader::new(&stream[..]).unwrap();
        assert_eq!(reader.spec().sample_rate, 16000);
        let read = reader.into_samples::<i16>().map_while(Result::ok);
        assert_eq!(read.collect::<Vec<_>>(), [0, 16384, -8192]);
    }
}
