//! Loading, sizing and running one ONNX graph under tract.

use std::sync::Arc;

use prost::Message;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::{ToDim, ensure, format_err};

use super::{Contract, ModelError, network, recognise};

/// A tensor on its way into or out of a graph.
#[derive(Clone)]
pub struct Value(TValue);

impl Value {
    /// Floats in row-major order. `data` must hold exactly the product of `shape`.
    pub fn f32(shape: &[usize], data: &[f32]) -> Value {
        Value(tensor(shape, data))
    }

    /// Integers in row-major order. `data` must hold exactly the product of `shape`.
    pub fn i64(shape: &[usize], data: &[i64]) -> Value {
        Value(tensor(shape, data))
    }

    /// The floats in row-major order, nothing if the tensor holds another type.
    pub fn as_f32(&self) -> &[f32] {
        match self.0.try_as_plain_ram() {
            Ok(view) => view.as_slice::<f32>().unwrap_or_default(),
            Err(_) => &[],
        }
    }

    pub fn shape(&self) -> &[usize] {
        self.0.shape()
    }
}

/// A tensor of the wrong size becomes an empty one: the graph then refuses it by name, instead of a panic here.
fn tensor<T: Datum + Copy>(shape: &[usize], data: &[T]) -> TValue {
    match Tensor::from_shape(shape, data) {
        Ok(tensor) if shape.iter().product::<usize>() == data.len() => tensor.into_tvalue(),
        _ => Tensor::from(tract_ndarray::Array1::<f32>::zeros(0)).into_tvalue(),
    }
}

/// An ONNX file, parsed and simplified; sizes may still be symbols.
pub struct Source {
    name: String,
    model: TypedModel,
    /// Whether it is a network of ours: one operator, which leaves nothing to optimise.
    #[cfg(feature = "full")]
    whole: bool,
}

impl Source {
    /// Reads the bytes of an ONNX file that has to keep this contract. `name` is for messages.
    pub fn parse(name: &str, bytes: &[u8], contract: &Contract) -> Result<Source, ModelError> {
        let read = read(bytes, contract).map_err(|error| load_error(name, error))?;
        Ok(Source {
            name: name.to_string(),
            model: read.0,
            #[cfg(feature = "full")]
            whole: read.1,
        })
    }

    /// Fixes the symbolic sizes and optimises the graph for them.
    pub fn compile(&self, sizes: &[(&str, usize)]) -> Result<Graph, ModelError> {
        caught(|| self.plan(sizes)).map_err(|error| load_error(&self.name, error))
    }

    fn plan(&self, sizes: &[(&str, usize)]) -> TractResult<Graph> {
        let symbols = sizes
            .iter()
            .map(|(symbol, size)| (self.model.symbols.sym(symbol), size.to_dim()))
            .collect();
        #[cfg_attr(not(feature = "full"), expect(unused_mut))]
        let mut model = self.model.set_symbols(&symbols)?;
        #[cfg(feature = "full")]
        if !self.whole {
            model.declutter()?;
        }
        let inputs = model
            .inputs
            .iter()
            .map(|&outlet| {
                let name = model.node(outlet.node).name.clone();
                let shape = model.outlet_fact(outlet)?.shape.as_concrete();
                let shape = shape.ok_or_else(|| format_err!("the sizes of {name} are open"))?;
                Ok(Port {
                    name,
                    shape: shape.to_vec(),
                })
            })
            .collect::<TractResult<Vec<_>>>()?;
        let outputs = model
            .outputs
            .iter()
            .map(|&outlet| {
                let label = model.outlet_label(outlet);
                label.map_or_else(|| model.node(outlet.node).name.clone(), str::to_string)
            })
            .collect::<Vec<_>>();
        let carried = inputs
            .iter()
            .enumerate()
            .filter_map(|(input, port)| {
                let next = format!("next_{}", port.name);
                Some((input, outputs.iter().position(|output| *output == next)?))
            })
            .collect();
        #[cfg(feature = "full")]
        if !self.whole {
            model.optimize()?;
        }
        let plan = model.into_runnable()?;
        Ok(Graph {
            name: self.name.clone(),
            inputs,
            outputs,
            carried,
            plan,
        })
    }
}

/// The graph of a file, and whether it is a network of ours.
fn read(bytes: &[u8], contract: &Contract) -> TractResult<(TypedModel, bool)> {
    let file = ModelProto::decode(bytes)?;
    let graph = file.graph.as_ref();
    let graph = graph.ok_or_else(|| format_err!("no graph"))?;
    contract.check_file(graph).map_err(TractError::msg)?;
    let (model, whole) = match recognise::recognise(graph) {
        Some(network) => (network::wire(graph, network)?, true),
        None => (caught(|| generic(file))?, false),
    };
    contract.check_model(&model).map_err(TractError::msg)?;
    Ok((model, whole))
}

/// Tract panics on some graphs that no program writes. Where a panic can be caught, it is an error like any other.
fn caught<T>(work: impl FnOnce() -> TractResult<T>) -> TractResult<T> {
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    done.unwrap_or_else(|_| Err(format_err!("its operators do not fit together")))
}

/// Any other graph, on tract's operators.
#[cfg(feature = "full")]
fn generic(mut file: ModelProto) -> TractResult<TypedModel> {
    file.graph.as_mut().map(super::weights::dequantize);
    tract_onnx::onnx()
        .with_ignore_output_shapes(true)
        .with_ignore_value_info(true)
        .model_for_proto_model(&file)?
        .into_typed()?
        .into_decluttered()
}

/// An engine without tract's operators refuses it.
#[cfg(not(feature = "full"))]
fn generic(file: ModelProto) -> TractResult<TypedModel> {
    let nodes = file.graph.iter().flat_map(|graph| &graph.node);
    let operators = nodes.map(|node| node.op_type.as_str());
    let operators = operators.collect::<std::collections::BTreeSet<_>>();
    let operators = operators.into_iter().collect::<Vec<_>>().join(", ");
    Err(format_err!(
        "this engine is built without its operators: {operators}"
    ))
}

struct Port {
    name: String,
    shape: Vec<usize>,
}

/// A graph with fixed sizes, ready to run.
pub struct Graph {
    name: String,
    inputs: Vec<Port>,
    outputs: Vec<String>,
    /// (input, output) of each tensor that is carried from run to run.
    carried: Vec<(usize, usize)>,
    plan: Arc<TypedRunnableModel>,
}

/// What a streaming graph remembers between two runs. Interchangeable between the sizes of one graph.
#[derive(Clone, Default)]
pub struct State(Vec<TValue>);

impl Graph {
    /// The state before the first run: zeros.
    pub fn start(&self) -> Result<State, ModelError> {
        self.carried
            .iter()
            .map(|&(input, _)| Ok(Tensor::zero::<f32>(&self.inputs[input].shape)?.into_tvalue()))
            .collect::<TractResult<Vec<_>>>()
            .map(State)
            .map_err(|error| self.run_error(error))
    }

    /// Runs once and advances `state`. `inputs` are all the inputs that the state does not carry;
    /// the values of `outputs` come back in the order asked for.
    pub fn run<const N: usize>(
        &self,
        state: &mut State,
        inputs: &[(&str, Value)],
        outputs: [&str; N],
    ) -> Result<[Value; N], ModelError> {
        self.evaluate(state, inputs, outputs)
            .map_err(|error| self.run_error(error))
    }

    fn evaluate<const N: usize>(
        &self,
        state: &mut State,
        inputs: &[(&str, Value)],
        outputs: [&str; N],
    ) -> TractResult<[Value; N]> {
        let mut carried = std::mem::take(&mut state.0).into_iter();
        let mut values = tvec!();
        for (index, port) in self.inputs.iter().enumerate() {
            let value = if self.carried.iter().any(|(input, _)| *input == index) {
                carried
                    .next()
                    .ok_or_else(|| format_err!("the state lacks {}", port.name))?
            } else {
                let given = inputs.iter().find(|(name, _)| *name == port.name);
                given
                    .ok_or_else(|| format_err!("no value for {}", port.name))?
                    .1
                    .0
                    .clone()
            };
            ensure!(
                value.shape() == port.shape,
                "{} is {:?} instead of {:?}",
                port.name,
                value.shape(),
                port.shape
            );
            values.push(value);
        }
        let results = caught(|| self.plan.run(values))?;
        state.0 = self
            .carried
            .iter()
            .map(|&(_, output)| results[output].clone())
            .collect();
        let mut wanted = Vec::with_capacity(N);
        for name in outputs {
            let index = self.outputs.iter().position(|output| output == name);
            let index = index.ok_or_else(|| format_err!("there is no output {name}"))?;
            let value = Value(results[index].clone());
            let finite = value.as_f32().iter().all(|value| value.is_finite());
            ensure!(finite, "{name} holds values that are no numbers");
            wanted.push(value);
        }
        wanted
            .try_into()
            .map_err(|_| format_err!("outputs are missing"))
    }

    fn run_error(&self, error: TractError) -> ModelError {
        ModelError::Run {
            graph: self.name.clone(),
            reason: format!("{error:#}"),
        }
    }
}

fn load_error(graph: &str, error: TractError) -> ModelError {
    ModelError::Load {
        graph: graph.to_string(),
        reason: format!("{error:#}"),
    }
}
