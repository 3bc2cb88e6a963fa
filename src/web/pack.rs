//! Voice packs that people bring along as one file.

use wasm_bindgen::prelude::*;

use crate::Error;
use crate::voice::Pack;

/// The files of a voice out of a zip archive, not compared with their hashes yet: [`super::worker::Engine`] does that.
#[wasm_bindgen]
pub struct VoicePack(Pack);

#[wasm_bindgen]
impl VoicePack {
    /// Unpacks the archive. An error is an `Error` with a `code`.
    pub fn unzip(archive: &[u8]) -> Result<VoicePack, JsValue> {
        Ok(VoicePack(Pack::unzip(archive).map_err(Error::from)?))
    }

    /// The text of `voice.json`.
    #[wasm_bindgen(getter)]
    pub fn manifest(&self) -> String {
        self.0.manifest.clone()
    }

    /// The bytes of a graph's file; empty for a name that is none.
    pub fn graph(&self, name: &str) -> Vec<u8> {
        self.0.files.get(name).cloned().unwrap_or_default()
    }
}
