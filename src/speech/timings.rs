//! Where the time goes.

use serde::Serialize;

/// Milliseconds since some fixed moment.
pub type Clock = fn() -> f64;

/// Milliseconds spent so far in each stage of a job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Timings {
    pub text_ms: f64,
    pub sambert_ms: f64,
    /// Of Sambert's: reading whole sentences, until their first frame is begun.
    pub plan_ms: f64,
    pub vocoder_ms: f64,
}

impl Timings {
    pub fn total_ms(&self) -> f64 {
        self.text_ms + self.sambert_ms + self.vocoder_ms
    }
}

/// The system's clock. In the browser Rust has none, and this one stands still.
pub fn system_clock() -> f64 {
    #[cfg(not(target_arch = "wasm32"))]
    {
        static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        START
            .get_or_init(std::time::Instant::now)
            .elapsed()
            .as_secs_f64()
            * 1000.0
    }
    #[cfg(target_arch = "wasm32")]
    0.0
}
