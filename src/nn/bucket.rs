//! One graph, compiled for a few lengths of its time axis.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Graph, ModelError, Source};

/// A graph with one free size, compiled when a length is first needed.
pub struct Buckets {
    source: Source,
    symbol: &'static str,
    sizes: Vec<usize>,
    compiled: Mutex<BTreeMap<usize, Arc<Graph>>>,
}

impl Buckets {
    /// `symbol` is the name of the free size in the file, `sizes` the preferred lengths.
    pub fn new(source: Source, symbol: &'static str, sizes: &[usize]) -> Buckets {
        let mut sizes = sizes.to_vec();
        sizes.sort_unstable();
        Buckets {
            source,
            symbol,
            sizes,
            compiled: Mutex::default(),
        }
    }

    /// The smallest preferred length that holds `length`, or the next multiple of the largest one.
    pub fn size_for(&self, length: usize) -> usize {
        let largest = self.sizes.last().copied().unwrap_or(1);
        self.sizes
            .iter()
            .copied()
            .find(|&size| size >= length)
            .unwrap_or(length.div_ceil(largest) * largest)
    }

    /// Compiles the smallest preferred length that is not compiled yet; false when there is none.
    pub fn prepare_next(&self) -> Result<bool, ModelError> {
        let compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = self.sizes.iter().find(|size| !compiled.contains_key(size));
        let missing = missing.copied();
        drop(compiled);
        missing.map_or(Ok(false), |size| self.exactly(size).map(|_| true))
    }

    /// The graph for exactly `size` positions.
    pub fn exactly(&self, size: usize) -> Result<Arc<Graph>, ModelError> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(graph) = compiled.get(&size) {
            return Ok(graph.clone());
        }
        let graph = Arc::new(self.source.compile(&[(self.symbol, size)])?);
        compiled.insert(size, graph.clone());
        Ok(graph)
    }
}
