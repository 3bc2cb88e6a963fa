//! Neural network graphs: loading, sizing and running them. The only room that names tract.
//!
//! A [`Source`] is an ONNX file that keeps its [`Contract`], parsed; its time axes may still be symbols. [`Source::compile`] fixes the symbols, which
//! gives a [`Graph`] that runs. A stage keeps a few [`Buckets`] and pads up to the next, because tract runs and optimises
//! graphs of fixed sizes far better than symbolic ones.
//!
//! The graphs that the converter writes run as a single operator each, in kernels of our own: `recognise` knows
//! them by the names in the file and reads the weights, `network` wires the operator into tract's graph. Their inner loops are in
//! `langdu_kernels`. Any other graph runs on tract's operators, if the feature `full` is on: browsers
//! get an engine without them, a third of the size.
//!
//! A streaming graph hands its state over by name: the output `next_x` of one run is the input `x` of the next.
//! [`Graph::start`] gives the zero [`State`] and [`Graph::run`] advances it, so that the stages never handle it.

mod bucket;
mod contract;
mod decoder;
mod duration;
mod encoder;
mod fsmn;
mod model;
mod network;
mod postnet;
mod prosody;
mod recognise;
mod tensors;
mod vocoder;
#[cfg(feature = "full")]
mod weights;

pub use bucket::Buckets;
pub use contract::{Contract, Port, Size};
pub use langdu_kernels::layers::{dot, joint_filter};
pub use langdu_kernels::lstm::Lstm;
pub use langdu_kernels::source;
pub use model::{Graph, Source, State, Value};

/// A graph that does not load or run.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error("the model file `{graph}` does not load: {reason}")]
    Load { graph: String, reason: String },
    #[error("the model `{graph}` failed: {reason}")]
    Run { graph: String, reason: String },
}

impl ModelError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ModelError::Load { .. } => "E_VOICE_FORMAT",
            ModelError::Run { .. } => "E_MODEL_RUN",
        }
    }
}
