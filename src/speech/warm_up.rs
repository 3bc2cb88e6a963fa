//! What is done before it is needed, when there is nothing more urgent.

use super::{ChunkStream, SpeakOptions, Synthesizer};
use crate::Error;

/// Said once without being heard, so that the first sentence of a reader is not the first that the machine ever says.
const SENTENCE: &str = "今天天气不错，早上好！";

/// Read without being said, so that what reads numbers, words of other languages and speech has been compiled as well, and is compiled
/// well: the engines of browsers do so for what has run a while.
const TEXTS: [&str; 3] = [
    "“你去不去？”他问，“行长还了那间银行一百二十块钱……”",
    "第12章：2026年3月8号下午2点半，WiFi只有30%（约3.5GB）！",
    "长江边上，音乐会刚开始，一个小孩儿笑着说：妈妈，我们都得走了。",
];

/// How often each of them is read.
const ROUNDS: usize = 8;

/// Preparations that follow [`Synthesizer::prepare`], a bit with every call of `next`.
pub struct WarmUp {
    synthesizer: Synthesizer,
    /// Begun by the first call: to read its text is the first bit.
    chunks: Option<ChunkStream>,
    /// Texts that are still to be read.
    texts: std::iter::Take<std::iter::Cycle<std::array::IntoIter<&'static str, 3>>>,
}

impl WarmUp {
    pub(super) fn new(synthesizer: Synthesizer) -> WarmUp {
        WarmUp {
            synthesizer,
            chunks: None,
            texts: TEXTS.into_iter().cycle().take(ROUNDS * TEXTS.len()),
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
            Ok(true) => return Some(Ok(())),
            Ok(false) => (),
            Err(error) => return Some(Err(error)),
        }
        let text = self.texts.next()?;
        let read = self.synthesizer.stream(text, &SpeakOptions::default());
        Some(read.map(|_| ()))
    }
}
