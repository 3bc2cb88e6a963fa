//! What is done before it is needed, when there is nothing more urgent.

use super::{ChunkStream, SpeakOptions, Synthesizer};
use crate::Error;

/// Said once without being heard, so that the first sentence of a reader is not the first that the machine ever says.
const SENTENCE: &str = "今天天气不错，早上好！";

/// Preparations that follow [`Synthesizer::prepare`], a bit with every call of `next`.
pub struct WarmUp {
    synthesizer: Synthesizer,
    /// Begun by the first call: to read its text is the first bit.
    chunks: Option<ChunkStream>,
}

impl WarmUp {
    pub(super) fn new(synthesizer: Synthesizer) -> WarmUp {
        WarmUp {
            synthesizer,
            chunks: None,
        }
    }
}

impl Iterator for WarmUp {
    type Item = Result<(), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let Some(chunks) = &mut self.chunks else {
            let patient = self.synthesizer.patient();
            let chunks = patient.stream(SENTENCE, &SpeakOptions::default());
            return Some(chunks.map(|chunks| self.chunks = Some(chunks)));
        };
        let said = if self.synthesizer.vocoder.is_some() {
            chunks.next().map(|chunk| chunk.map(|_| ()))
        } else {
            chunks.draft().map(|mel| mel.map(|_| ())).transpose()
        };
        if said.is_some() {
            return said;
        }
        match self.synthesizer.sambert.prepare_next() {
            Ok(more) => more.then_some(Ok(())),
            Err(error) => Some(Err(error)),
        }
    }
}
