//! WAV files: 16 bit, one channel.

use std::io::{Seek, Write};

use crate::Error;

/// Writes a whole WAV file. Samples are clipped to -1..=1.
pub fn write(out: impl Write + Seek, sample_rate: u32, samples: &[f32]) -> Result<(), Error> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::new(out, spec)?;
    for &sample in samples {
        writer.write_sample(quantize(sample))?;
    }
    writer.finalize()?;
    Ok(())
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
}
