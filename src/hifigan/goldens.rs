//! The three flavours of the vocoder against the original's samples.

use super::source::HarmonicSource;
use super::*;
use crate::goldens::{Goldens, check, rms, voice, worst};

/// The samples of `frames`, made in pieces, without noise and with all harmonics starting at zero.
fn vocode(vocoder: &Arc<Vocoder>, frames: &[f32], piece: usize) -> Vec<f32> {
    let channels = vocoder.channels;
    let mut stream = SampleStream::new(vocoder.clone(), piece, frames.len() / channels);
    if let Some(mut settings) = vocoder.source.clone() {
        settings.in_phase = true;
        let (hop, rate) = (vocoder.hop, vocoder.sample_rate);
        stream.source = Some(HarmonicSource::with(settings, hop, rate, |_, _, _, _| ()));
    }
    let chunks = frames.chunks(5 * channels);
    chunks
        .flat_map(|chunk| stream.push(chunk).unwrap())
        .collect()
}

/// `input` and `expected` name arrays; `bound` is for the int8 voice, relative to the samples' own size.
fn compare(name: &str, input: &str, expected: &str, bound: f32) {
    let goldens = Goldens::open("voc_golden");
    let (Some(mut goldens), Some(exact), Some(small)) =
        (goldens, voice(&format!("{name}_f32")), voice(name))
    else {
        return;
    };
    let (input, expected) = (goldens.floats(input), goldens.floats(expected));
    let exact = Arc::new(Vocoder::new(&mut exact.networks().unwrap()).unwrap());
    for piece in [6, 23, 512] {
        let samples = vocode(&exact, &input, piece);
        check(
            &format!("{name}, pieces of {piece}"),
            worst(&samples, &expected),
            1e-4,
        );
    }
    let small = Arc::new(Vocoder::new(&mut small.networks().unwrap()).unwrap());
    let error = rms(&vocode(&small, &input, 6), &expected);
    let size = rms(&expected, &vec![0.0; expected.len()]);
    check(&format!("{name}, int8, relative"), error / size, bound);
}

#[test]
fn causal() {
    compare("zhitian", "mel", "causal_wav", 0.05);
}

#[test]
fn not_causal() {
    compare("noncausal", "mel", "noncausal_wav", 0.05);
}

#[test]
fn harmonic_source() {
    compare("nsf", "nsf_am_out", "nsf_wav_f64phase", 0.05);
}
