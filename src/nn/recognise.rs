//! Which of our networks a graph is.

use std::sync::Arc;

use tract_onnx::pb::GraphProto;

use super::network::Network;
use super::tensors::File;
use super::{decoder, duration, encoder, postnet, prosody, vocoder};

/// The network of a graph as the converter writes it, nothing for any other.
pub fn recognise(graph: &GraphProto) -> Option<Arc<dyn Network>> {
    let file = File::new(graph);
    let network: Arc<dyn Network> = match graph.name.as_str() {
        "duration" => Arc::new(duration::Duration::read(&file)?),
        "decoder" => Arc::new(decoder::Decoder::read(&file)?),
        "encoder" => Arc::new(encoder::Encoder::read(&file)?),
        "postnet" => Arc::new(postnet::Postnet::read(&file)?),
        "prosody" => Arc::new(prosody::Prosody::read(&file)?),
        "vocoder" => Arc::new(vocoder::Vocoder::read(&file)?),
        _ => return None,
    };
    file.is_read().then_some(network)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
