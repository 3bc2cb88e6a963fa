//! The vocoder in a worker of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use wasm_bindgen::prelude::*;

use crate::Error;
use crate::hifigan::{SampleStream, Vocoder};
use crate::speech::Pieces;
use crate::voice::{Manifest, Networks};

/// The vocoder of a voice, and the sentences that sound, by the number of their jobs.
#[wasm_bindgen]
pub struct EngineVocoder {
    vocoder: Arc<Vocoder>,
    piece: usize,
    sentences: BTreeMap<u32, SampleStream>,
}

#[wasm_bindgen]
impl EngineVocoder {
    /// The text of `voice.json` and the vocoder's graph, checked by [`super::voice::EngineVoice`].
    #[wasm_bindgen(constructor)]
    pub fn new(manifest: &str, graph: &[u8]) -> Result<EngineVocoder, JsValue> {
        let mut networks = Networks::new(Manifest::parse(manifest).map_err(Error::from)?);
        networks.read("vocoder", graph)?;
        let vocoder = Vocoder::new(&mut networks)?;
        let Pieces { piece, .. } = Pieces::default();
        vocoder.prepare(piece)?;
        Ok(EngineVocoder {
            vocoder: Arc::new(vocoder),
            piece,
            sentences: BTreeMap::new(),
        })
    }

    /// The samples of a job's next frames, rows of the voice's mel channels. `opens`: a sentence of so many frames begins.
    pub fn push(
        &mut self,
        job: u32,
        opens: Option<usize>,
        frames: &[f32],
    ) -> Result<Vec<f32>, JsValue> {
        if let Some(length) = opens {
            let sentence = SampleStream::new(self.vocoder.clone(), self.piece, length);
            self.sentences.insert(job, sentence);
        }
        let sentence = self.sentences.get_mut(&job);
        Ok(sentence.map_or(Ok(Vec::new()), |sentence| sentence.push(frames))?)
    }

    /// Forgets a job.
    pub fn cancel(&mut self, job: u32) {
        self.sentences.remove(&job);
    }
}
