//! The crate as JavaScript sees it: two classes, [`worker::Engine`] and [`cache::EngineCache`], that live in a Web Worker.
//! `www/worker.ts` drives them.

pub mod cache;
pub mod messages;
pub mod worker;
