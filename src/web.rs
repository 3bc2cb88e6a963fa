//! The crate as JavaScript sees it: one class, [`worker::Engine`], that lives in a Web Worker. `www/worker.ts` drives it.

pub mod messages;
pub mod worker;
