//! Single graphs in the browser, for the benchmark: a graph as langdu runs it, and the same file under stock tract.

use std::collections::HashMap;
use std::sync::Arc;

use js_sys::{Array, Float32Array, Object, Reflect};
use langdu::nn::{Graph, Size, Source, State, Value};
use langdu::text;
use langdu::voice::Manifest;
use tract_onnx::prelude::*;
use wasm_bindgen::prelude::*;

/// Takes what texts are read by, `text.bin` beside the engine. Says whether it is of the same build.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
pub fn provide(text: Vec<u8>) -> bool {
    text::provide(text)
}

/// The symbols of a text: [phone, tone, syllable flag, word segment] of each.
#[wasm_bindgen]
pub fn symbols(text: String) -> Array {
    let symbols = text::sentences(text)
        .flat_map(|sentence| text::symbols::symbols(&sentence, Default::default()));
    let row = |symbol: text::symbols::Symbol| {
        [
            symbol.phone.as_str(),
            symbol.tone,
            symbol.syllable_flag,
            symbol.word_segment,
        ]
        .map(JsValue::from)
        .iter()
        .collect::<Array>()
    };
    symbols.map(row).collect()
}

/// A graph as langdu runs it. `inputs` of a run is an object of `Float32Array`s; the state stays inside.
#[wasm_bindgen]
pub struct LangduGraph {
    graph: Graph,
    state: State,
    inputs: Vec<(&'static str, Vec<usize>)>,
    output: String,
}

#[wasm_bindgen]
impl LangduGraph {
    /// Fixes `symbol` to `size`; runs give the values of `output`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        bytes: &[u8],
        symbol: &str,
        size: usize,
        output: String,
    ) -> Result<LangduGraph, JsError> {
        // The sizes of the bundled voice; the full-size vocoder has no harmonic source.
        let mut manifest = Manifest::parse(include_str!("../../../models/xiaolang/voice.json"))?;
        manifest.vocoder.source = None;
        let name = if output == "samples" {
            "vocoder"
        } else {
            "decoder"
        };
        let contract = manifest.contract(name);
        let sizes = [(symbol, size)];
        let length = |of: &Size| of.at(&sizes);
        let inputs = contract.inputs.iter();
        let inputs = inputs.map(|port| (port.name, port.shape.iter().map(length).collect()));
        let source = Source::parse(name, bytes, &contract)?;
        let graph = source.compile(&sizes)?;
        let state = graph.start()?;
        Ok(LangduGraph {
            graph,
            state,
            inputs: inputs.collect(),
            output,
        })
    }

    pub fn run(&mut self, inputs: &Object) -> Result<Vec<f32>, JsError> {
        let given = self.inputs.iter();
        let given = given
            .map(|(name, shape)| (*name, Value::f32(shape, &floats(inputs, name))))
            .collect::<Vec<_>>();
        let [output] = self
            .graph
            .run(&mut self.state, &given, [self.output.as_str()])?;
        Ok(output.as_f32().to_vec())
    }
}

/// A graph under tract as it is, sized and optimised as far as tract goes.
#[wasm_bindgen]
pub struct TractGraph {
    plan: Arc<TypedRunnableModel>,
    inputs: Vec<(String, Vec<usize>)>,
    outputs: Vec<String>,
    state: HashMap<String, TValue>,
    output: String,
}

#[wasm_bindgen]
impl TractGraph {
    #[wasm_bindgen(constructor)]
    pub fn new(
        bytes: &[u8],
        symbol: &str,
        size: usize,
        output: String,
    ) -> Result<TractGraph, JsError> {
        let open = || -> TractResult<TractGraph> {
            let model = tract_onnx::onnx()
                .with_ignore_output_shapes(true)
                .with_ignore_value_info(true)
                .model_for_read(&mut std::io::Cursor::new(bytes))?
                .into_typed()?
                .into_decluttered()?;
            let sizes = HashMap::from([(model.symbols.sym(symbol), TDim::from(size))]);
            let model = model.set_symbols(&sizes)?.into_decluttered()?;
            let mut inputs = Vec::new();
            for &outlet in &model.inputs {
                let shape = model.outlet_fact(outlet)?.shape.as_concrete();
                let shape = shape
                    .ok_or_else(|| TractError::msg("an open size"))?
                    .to_vec();
                inputs.push((model.node(outlet.node).name.clone(), shape));
            }
            let name = |outlet: &OutletId| match model.outlet_label(*outlet) {
                Some(label) => label.to_string(),
                None => model.node(outlet.node).name.clone(),
            };
            let outputs = model.outputs.iter().map(name).collect();
            Ok(TractGraph {
                plan: model.into_optimized()?.into_runnable()?,
                inputs,
                outputs,
                state: HashMap::new(),
                output,
            })
        };
        open().map_err(readable)
    }

    pub fn run(&mut self, inputs: &Object) -> Result<Vec<f32>, JsError> {
        let mut values = tvec!();
        for (name, shape) in &self.inputs {
            let value = match self.state.remove(&format!("next_{name}")) {
                Some(value) => value,
                None if Reflect::has(inputs, &name.into()).unwrap_or(false) => {
                    let tensor = Tensor::from_shape(shape, &floats(inputs, name));
                    tensor.map_err(readable)?.into_tvalue()
                }
                None => Tensor::zero::<f32>(shape).map_err(readable)?.into_tvalue(),
            };
            values.push(value);
        }
        let results = self.plan.run(values).map_err(readable)?;
        self.state = self.outputs.iter().cloned().zip(results).collect();
        let output = self
            .state
            .get(&self.output)
            .ok_or_else(|| JsError::new("no such output"))?;
        let output = output.try_as_plain_ram().map_err(readable)?;
        Ok(output.as_slice::<f32>().map_err(readable)?.to_vec())
    }
}

fn floats(inputs: &Object, name: &str) -> Vec<f32> {
    let value = Reflect::get(inputs, &name.into()).unwrap_or_default();
    Float32Array::new(&value).to_vec()
}

fn readable(error: TractError) -> JsError {
    JsError::new(&format!("{error:#}"))
}
