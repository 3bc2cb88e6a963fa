//! Outputs of the original KAN-TTS code, for tests: numpy archives in `../shared/kan-tts`, and voices that
//! `models/convert/tests/packs.py` made from the same checkpoints. Tests are skipped where either is missing.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zip::ZipArchive;

use crate::Voice;

#[path = "../tests/shared/skip.rs"]
mod skip;

/// A numpy archive.
pub struct Goldens(ZipArchive<File>);

impl Goldens {
    /// `am_golden` or `voc_golden`.
    pub fn open(name: &str) -> Option<Goldens> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/kan-tts");
        let file = File::open(path.join(name).with_extension("npz")).ok();
        if file.is_none() {
            skip::skip(&format!("there is no {name} in {}", path.display()));
        }
        Some(Goldens(ZipArchive::new(file?).unwrap()))
    }

    pub fn floats(&mut self, name: &str) -> Vec<f32> {
        self.numbers(name).map(f32::from_le_bytes).collect()
    }

    pub fn integers(&mut self, name: &str) -> Vec<usize> {
        let number = |bytes| i32::from_le_bytes(bytes).try_into().unwrap();
        self.numbers(name).map(number).collect()
    }

    /// The four bytes of each number of an array.
    fn numbers(&mut self, name: &str) -> impl Iterator<Item = [u8; 4]> {
        let mut bytes = Vec::new();
        let mut file = self.0.by_name(&format!("{name}.npy")).unwrap();
        file.read_to_end(&mut bytes).unwrap();
        // Magic and version take eight bytes, then comes the length of the header.
        let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
        bytes.drain(..header);
        let numbers = bytes.chunks_exact(4).map(|bytes| bytes.try_into().unwrap());
        numbers.collect::<Vec<_>>().into_iter()
    }
}

/// A voice among the test packs.
pub fn voice(name: &str) -> Option<Voice> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/voices")
        .join(name);
    if !path.exists() {
        skip::skip(&format!(
            "there is no {}, ./build.sh test makes it",
            path.display()
        ));
        return None;
    }
    Some(Voice::open(&path).unwrap())
}

/// The lines of a text file of the conformance data.
pub fn lines(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/kan-tts")
        .join(name);
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(str::to_string).collect()
}

/// The largest difference.
pub fn worst(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    let differences = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, |worst, next| {
        if next > worst || next.is_nan() {
            next
        } else {
            worst
        }
    })
}

/// The root mean square of the differences.
pub fn rms(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    let squares = found.iter().zip(expected).map(|(a, b)| (a - b).powi(2));
    (squares.sum::<f32>() / found.len() as f32).sqrt()
}

/// Fails with the error where it is above the bound, and tells it otherwise.
#[track_caller]
pub fn check(what: &str, error: f32, bound: f32) {
    println!("{what}: {error:.1e}");
    assert!(error <= bound, "{what}: {error} is above {bound}");
}
