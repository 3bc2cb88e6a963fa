//! The networks of a voice, out of the files of its graphs.

use std::collections::BTreeMap;

use super::{Manifest, VoiceError};
use crate::Error;
use crate::nn::Source;

/// The networks of a voice. Each is read by itself, so that one can be while the file of another is still on its way; the bytes
/// are not needed afterwards.
pub struct Networks {
    pub manifest: Manifest,
    sources: BTreeMap<String, Source>,
}

impl Networks {
    /// Those of a voice with this manifest, none of which has been read.
    pub fn new(manifest: Manifest) -> Networks {
        Networks {
            manifest,
            sources: BTreeMap::new(),
        }
    }

    /// Reads the file of a graph, which has to keep the contract of the manifest.
    pub fn read(&mut self, graph: &str, bytes: &[u8]) -> Result<(), Error> {
        let source = Source::parse(graph, bytes, &self.manifest.contract(graph))?;
        self.sources.insert(graph.to_string(), source);
        Ok(())
    }

    /// Whether a graph has been read, and not been taken yet.
    pub fn has(&self, graph: &str) -> bool {
        self.sources.contains_key(graph)
    }

    /// Takes a network out. Fails with `E_VOICE_MISSING` where it has not been read.
    pub(crate) fn take(&mut self, graph: &str) -> Result<Source, VoiceError> {
        let missing = || VoiceError::Missing(graph.to_string());
        self.sources.remove(graph).ok_or_else(missing)
    }
}
