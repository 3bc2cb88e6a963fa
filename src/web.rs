//! The crate as JavaScript sees it: [`worker::Engine`], its [`voice::EngineVoice`] and [`cache::EngineCache`], that
//! live in a Web Worker, driven by `www/worker/worker.ts`; and [`vocoder::EngineVocoder`] in another, driven by `www/worker/vocoder.ts`.

pub mod cache;
pub mod messages;
pub mod vocoder;
pub mod voice;
pub mod worker;
