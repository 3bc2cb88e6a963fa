//! A voice pack: the manifest `voice.json` and the six graphs it names, checked against their sizes and hashes.

mod contract;
pub mod extension;
pub mod manifest;
mod networks;
#[cfg(not(target_arch = "wasm32"))]
mod pack;
pub mod speakers;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::Error;

pub use manifest::Manifest;
pub use networks::Networks;
#[cfg(not(target_arch = "wasm32"))]
pub use pack::Pack;

/// The graphs of a voice, in the order in which sound is made.
pub const GRAPHS: [&str; 6] = [
    "encoder", "prosody", "duration", "decoder", "postnet", "vocoder",
];

/// A voice pack that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VoiceError {
    #[error("the voice has no file `{0}`")]
    Missing(String),
    #[error("`{path}` is incomplete: {found} of {expected} bytes")]
    Truncated {
        path: String,
        found: u64,
        expected: u64,
    },
    #[error("`{0}` is not the file that the voice was published with")]
    Hash(String),
    #[error("the voice cannot be read: {0}")]
    Format(String),
    #[error("there is no voice `{0}`")]
    Unknown(String),
}

impl VoiceError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            VoiceError::Missing(_) => "E_VOICE_MISSING",
            VoiceError::Truncated { .. } => "E_VOICE_TRUNCATED",
            VoiceError::Hash(_) => "E_VOICE_HASH",
            VoiceError::Format(_) => "E_VOICE_FORMAT",
            VoiceError::Unknown(_) => "E_VOICE_UNKNOWN",
        }
    }
}

/// A checked voice pack in memory.
pub struct Voice {
    pub manifest: Manifest,
    graphs: BTreeMap<String, Vec<u8>>,
}

impl Voice {
    /// Checks the files against the manifest. `files` maps a graph's name (see [`GRAPHS`]) to the bytes of its file.
    pub fn new(manifest_json: &str, files: BTreeMap<String, Vec<u8>>) -> Result<Voice, VoiceError> {
        Voice::digested(manifest_json, files, |_, bytes| sha256(bytes))
    }

    /// As [`Voice::new`], where somebody faster has computed the SHA-256 of each graph's file, in hexadecimal.
    pub fn digested(
        manifest_json: &str,
        mut files: BTreeMap<String, Vec<u8>>,
        digest: impl Fn(&str, &[u8]) -> String,
    ) -> Result<Voice, VoiceError> {
        let manifest = Manifest::parse(manifest_json)?;
        let mut graphs = BTreeMap::new();
        for name in GRAPHS {
            let file = manifest.file(name)?;
            let bytes = files
                .remove(name)
                .ok_or_else(|| VoiceError::Missing(file.path.clone()))?;
            file.check(bytes.len() as u64, &digest(name, &bytes))?;
            graphs.insert(name.to_string(), bytes);
        }
        Ok(Voice { manifest, graphs })
    }

    /// Reads a voice pack from its folder, or from a zip archive of it.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn open(path: &std::path::Path) -> Result<Voice, VoiceError> {
        let name = || path.display().to_string();
        let pack = if path.is_dir() {
            Pack::read(path)?
        } else {
            let archive = std::fs::read(path).map_err(|_| VoiceError::Unknown(name()))?;
            Pack::unzip(&archive)?
        };
        Voice::new(&pack.manifest, pack.files)
    }

    /// Reads all of its graphs.
    pub fn networks(&self) -> Result<Networks, Error> {
        let mut networks = Networks::new(self.manifest.clone());
        for (name, bytes) in &self.graphs {
            networks.read(name, bytes)?;
        }
        Ok(networks)
    }

    /// The bytes of a graph's file.
    pub fn graph(&self, name: &str) -> Result<&[u8], VoiceError> {
        self.graphs
            .get(name)
            .map(Vec::as_slice)
            .ok_or_else(|| VoiceError::Missing(name.to_string()))
    }
}

impl manifest::File {
    /// Compares size and SHA-256 with those in the manifest.
    pub fn check(&self, bytes: u64, digest: &str) -> Result<(), VoiceError> {
        if bytes < self.bytes {
            return Err(VoiceError::Truncated {
                path: self.path.clone(),
                found: bytes,
                expected: self.bytes,
            });
        }
        if digest.eq_ignore_ascii_case(&self.sha256) {
            Ok(())
        } else {
            Err(VoiceError::Hash(self.path.clone()))
        }
    }
}

/// In hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
