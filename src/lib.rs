//! langdu 朗读: Mandarin speech synthesis that runs in the browser, and natively.
//!
//! Text goes in, samples come out, the first of them within a tenth of a second or so:
//!
//! ```no_run
//! use langdu::{SpeakOptions, Synthesizer, Voice};
//!
//! let voice = Voice::open("models/xiaolang".as_ref())?;
//! let synthesizer = Synthesizer::new(voice)?;
//! let mut samples = Vec::new();
//! for chunk in synthesizer.stream("今天天气不错，早上好！", &SpeakOptions::default())? {
//!     let chunk = chunk?;
//!     // Play it at once; `chunk.marks` tells which characters are being spoken when.
//!     samples.extend(chunk.samples);
//! }
//! let file = std::fs::File::create("早上好.wav")?;
//! langdu::wav::write(file, synthesizer.manifest().sample_rate, &samples)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The rooms
//!
//! ```text
//! text ─► text ─► symbols ─► sambert ─► mel frames ─► hifigan ─► samples ─► player
//!                               └──── nn: graphs under tract ────┘
//! ```
//!
//! Data flows one way, and everything in it is a plain type.
//!
//! - [`text`] reads: sentences, numbers, words, pinyin, tones, pauses.
//! - [`sambert`] gives the symbols their durations and pitch, and makes mel frames.
//! - [`hifigan`] turns mel frames into samples.
//! - [`nn`] loads and runs the networks; the only room that names tract.
//! - [`voice`] checks a voice pack: a manifest and six ONNX graphs.
//! - [`speech`] joins them into a lazy stream of chunks.
//! - [`cache`] keeps what has been spoken, so that it is not made again: mel frames of words, sound of sentences, sound of
//!   fixed parts of templates.
//! - [`wav`] writes files, `encode`, which browsers lack, those of other formats as well.
//! - `serve`, a cargo feature, answers over HTTP.
//!
//! In the browser the crate runs in a Web Worker; `www/` holds that worker, the client that drives it, and the player.
//!
//! # Streaming is exact
//!
//! Causal layers carry their left context as state and the postnet looks a few frames ahead, so the chunks joined equal
//! the sentence made in one piece, to 1e-4, whatever their sizes. No seams are blended, except
//! where words out of the cache meet new ones: there the mel frames of both are, over a few frames. A vocoder that is not causal, as
//! some converted voices have, works in overlapping windows instead, which join as exactly but delay the first sound.
//!
//! # Errors
//!
//! Every error has a message for people and a stable code for programs, see [`Error::code`]. No input panics.

pub mod cache;
#[cfg(not(target_arch = "wasm32"))]
pub mod encode;
pub mod error;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod goldens;
pub mod hifigan;
pub use langdu_nn as nn;
pub mod sambert;
#[cfg(feature = "serve")]
pub mod serve;
pub mod speech;
pub mod text;
pub mod voice;
pub mod wav;
#[cfg(target_arch = "wasm32")]
pub mod web;

pub use error::Error;
pub use speech::{Chunk, ChunkStream, Mark, SpeakOptions, Synthesizer};
pub use voice::Voice;
