//! What is done before it is needed, when there is nothing more urgent.

use super::{ChunkStream, SpeakOptions, Synthesizer};
use crate::Error;

/// Said once without being heard, so that the first sentence of a reader is not the first that the machine ever says.
const SENTENCE: &str = "今天天气不错，早上好！";

/// Preparations that follow [`Synthesizer::prepare`], a bit with every call of `next`.
pub struct WarmUp {
    synthesizer: Synthesizer,
    chunks: ChunkStream,
}

impl WarmUp {
    pub(super) fn new(synthesizer: Synthesizer) -> Result<WarmUp, Error> {
        let options = SpeakOptions::default();
        Ok(WarmUp {
            chunks: synthesizer.patient().stream(SENTENCE, &options)?,
            synthesizer,
        })
    }
}

impl Iterator for WarmUp {
    type Item = Result<(), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let said = if self.synthesizer.vocoder.is_some() {
            self.chunks.next().map(|chunk| chunk.map(|_| ()))
        } else {
            self.chunks.draft().map(|mel| mel.map(|_| ())).transpose()
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
