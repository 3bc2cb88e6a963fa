//! A voice on its way into the engine.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use crate::Error;
use crate::cache::keys::Keys;
use crate::voice::{Manifest, Networks, sha256};

/// A voice whose files are checked and read one by one, as they arrive.
#[wasm_bindgen]
pub struct EngineVoice {
    pub(super) networks: Networks,
    pub(super) keys: Keys,
    apart: bool,
}

#[wasm_bindgen]
impl EngineVoice {
    /// `manifest`: the text of `voice.json`. With `apart` the vocoder runs elsewhere.
    #[wasm_bindgen(constructor)]
    pub fn new(manifest: &str, apart: bool) -> Result<EngineVoice, JsValue> {
        let keys = Keys::new(manifest);
        let manifest = Manifest::parse(manifest).map_err(Error::from)?;
        Ok(EngineVoice {
            networks: Networks::new(manifest),
            keys,
            apart,
        })
    }

    /// Checks and reads the file of a graph. `digest`: its SHA-256 in hexadecimal, where the browser computes it.
    pub fn read(
        &mut self,
        graph: &str,
        file: &Uint8Array,
        digest: Option<String>,
    ) -> Result<(), JsValue> {
        let listed = self.networks.manifest.file(graph).map_err(Error::from)?;
        let digest = digest.unwrap_or_else(|| sha256(&file.to_vec()));
        listed
            .check(file.length().into(), &digest)
            .map_err(Error::from)?;
        if graph != "vocoder" || !self.apart {
            self.networks.read(graph, &file.to_vec())?;
        }
        Ok(())
    }
}
