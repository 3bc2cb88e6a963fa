//! The crate as JavaScript sees it: [`worker::Engine`], [`cache::EngineCache`] and [`pack::VoicePack`], that live in a Web
//! Worker. `www/worker.ts` drives them.

pub mod cache;
pub mod messages;
pub mod pack;
pub mod worker;
