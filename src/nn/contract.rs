//! What a graph has to take and give, checked before anything is built from it.
//!
//! A file is checked twice: as it is stored, so that nothing read from it can be out of proportion, and as the graph that it has
//! become, whose sizes are the true ones. What passes cannot fail for its sizes when it runs.

use std::collections::HashSet;

use tract_onnx::pb::tensor_proto::{DataLocation, DataType};
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Dimension;
use tract_onnx::pb::type_proto::Value as Type;
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, TensorProto, ValueInfoProto};
use tract_onnx::tract_core::internal::*;

use super::tensors;

/// Operators that the graphs of a voice are made of. None runs a graph of its own.
const OPERATORS: [&str; 27] = [
    "Add",
    "Concat",
    "Conv",
    "ConvTranspose",
    "Cos",
    "DequantizeLinear",
    "Div",
    "Expand",
    "Gather",
    "Identity",
    "LSTM",
    "LeakyRelu",
    "MatMul",
    "Mul",
    "ReduceMean",
    "Relu",
    "Reshape",
    "Sigmoid",
    "Sin",
    "Slice",
    "Softmax",
    "Sqrt",
    "Squeeze",
    "Sub",
    "Tanh",
    "Transpose",
    "Unsqueeze",
];
/// Nodes, stored tensors and values of a graph; the largest voice has some hundreds.
const MOST_PARTS: usize = 20_000;
const MOST_AXES: usize = 4;
const LARGEST_SIZE: i64 = 1 << 20;
/// An open size is written as `n`, `n + 6` or `200*n`.
const LONGEST_SIZE: usize = 24;
/// Of strides, dilations, paddings, kernels and widths in attributes.
const LARGEST_ATTRIBUTE: i64 = 2048;
/// Copies that an operator makes: those of a frame's mask, one a sample.
const LARGEST_EXPANSION: i64 = 4096;
/// Weights beyond this are no weights.
const LARGEST_WEIGHT: f32 = 1e12;
/// Floats that are carried from run to run.
const LARGEST_STATE: usize = 1 << 22;

/// The inputs that the state does not carry, the outputs, and the tables whose rows are chosen by number.
#[derive(Default)]
pub struct Contract {
    pub inputs: Vec<Port>,
    pub outputs: Vec<Port>,
    /// Fixed sizes of what is carried from run to run, where they matter.
    pub states: Vec<Port>,
    /// Name of a weight, and the rows that it has at least.
    pub tables: Vec<(&'static str, usize)>,
}

pub struct Port {
    pub name: &'static str,
    pub integers: bool,
    pub shape: Vec<Size>,
}

#[derive(Debug, Clone, Copy)]
pub enum Size {
    Fixed(usize),
    /// `times * symbol + plus`.
    Open {
        symbol: &'static str,
        times: usize,
        plus: usize,
    },
    /// Fixed in the file, whatever it is.
    Any,
}

impl Size {
    /// How much it is where the free sizes are these; what is not said is 1.
    pub fn at(&self, sizes: &[(&str, usize)]) -> usize {
        match *self {
            Size::Fixed(size) => size,
            Size::Open {
                symbol,
                times,
                plus,
            } => {
                let size = sizes.iter().find(|(name, _)| *name == symbol);
                size.map_or(1, |(_, size)| size * times + plus)
            }
            Size::Any => 1,
        }
    }
}

impl Port {
    pub fn floats<const N: usize>(name: &'static str, shape: [Size; N]) -> Port {
        Port {
            name,
            integers: false,
            shape: shape.to_vec(),
        }
    }

    pub fn integers<const N: usize>(name: &'static str, shape: [Size; N]) -> Port {
        Port {
            integers: true,
            ..Port::floats(name, shape)
        }
    }
}

impl Contract {
    /// Checks the graph as it is stored.
    pub fn check_file(&self, graph: &GraphProto) -> Result<(), String> {
        let parts = [
            graph.node.len(),
            graph.initializer.len(),
            graph.input.len(),
            graph.output.len(),
        ];
        if parts.iter().any(|&count| count > MOST_PARTS) {
            return Err("too many parts".into());
        }
        if !graph.sparse_initializer.is_empty() {
            return Err("sparse tensors".into());
        }
        graph.node.iter().try_for_each(check_node)?;
        check_expansions(graph)?;
        check_names(graph)?;
        graph.initializer.iter().try_for_each(check_tensor)?;
        for value in graph.input.iter().chain(&graph.output) {
            check_value(value)?;
        }
        let sides = [
            (&self.inputs, &graph.input),
            (&self.states, &graph.input),
            (&self.outputs, &graph.output),
        ];
        for (ports, values) in sides {
            ports.iter().try_for_each(|port| port.check(values))?;
        }
        self.check_inputs(graph)?;
        let file = tensors::File::new(graph);
        for &(name, rows) in &self.tables {
            let found = file.rows(name).unwrap_or(rows);
            if found < rows {
                return Err(format!("{name} has {found} rows for {rows} names"));
            }
        }
        Ok(())
    }

    /// Every input is one of the contract's or carried from run to run.
    fn check_inputs(&self, graph: &GraphProto) -> Result<(), String> {
        let carried = |name: &str| {
            let next = format!("next_{name}");
            graph.output.iter().any(|output| output.name == next)
        };
        let mut state = 0usize;
        for input in &graph.input {
            let name = input.name.as_str();
            if self.inputs.iter().any(|port| port.name == name) {
                continue;
            }
            if !carried(name) {
                return Err(format!("an input `{name}` that nobody gives"));
            }
            let sizes = dimensions(input).into_iter().flatten();
            let size = sizes.fold(1usize, |product, size| match size {
                Some(Dimension::DimValue(size)) => product.saturating_mul(*size as usize),
                _ => usize::MAX,
            });
            state = state.saturating_add(size);
        }
        if state > LARGEST_STATE {
            return Err("too much to carry from run to run".into());
        }
        Ok(())
    }

    /// Checks the graph that has been built.
    pub fn check_model(&self, model: &TypedModel) -> Result<(), String> {
        let mut state = 0usize;
        for &outlet in &model.inputs {
            let name = &model.node(outlet.node).name;
            if self.inputs.iter().all(|port| port.name != name) {
                let fact = model
                    .outlet_fact(outlet)
                    .map_err(|error| error.to_string())?;
                let size = fact.shape.volume().to_usize();
                state = state.saturating_add(size.unwrap_or(usize::MAX));
            }
        }
        if state > LARGEST_STATE {
            return Err("too much to carry from run to run".into());
        }
        let outlets = model.inputs.iter().chain(&model.outputs);
        let named = outlets.map(|&outlet| {
            let label = model.outlet_label(outlet);
            (label.unwrap_or(&model.node(outlet.node).name), outlet)
        });
        let named = named.collect::<Vec<_>>();
        for port in self.inputs.iter().chain(&self.outputs) {
            let outlet = named.iter().find(|(name, _)| *name == port.name);
            let outlet = outlet
                .ok_or_else(|| format!("there is no `{}`", port.name))?
                .1;
            let fact = model
                .outlet_fact(outlet)
                .map_err(|error| error.to_string())?;
            let kind = if port.integers {
                i64::datum_type()
            } else {
                f32::datum_type()
            };
            let fits = fact.datum_type == kind
                && fact.rank() == port.shape.len()
                && fact
                    .shape
                    .iter()
                    .zip(&port.shape)
                    .all(|(found, size)| size.is(found, model));
            if !fits {
                return Err(format!("`{}` is {fact:?}", port.name));
            }
        }
        Ok(())
    }
}

impl Port {
    fn check(&self, values: &[ValueInfoProto]) -> Result<(), String> {
        let value = values.iter().find(|value| value.name == self.name);
        let value = value.ok_or_else(|| format!("there is no `{}`", self.name))?;
        let sizes = dimensions(value).ok_or_else(|| format!("`{}` has no shape", self.name))?;
        let sizes = sizes.collect::<Vec<_>>();
        let fits = sizes.len() == self.shape.len()
            && sizes
                .iter()
                .zip(&self.shape)
                .all(|(found, size)| match (found, size) {
                    (Some(Dimension::DimValue(found)), Size::Fixed(size)) => {
                        usize::try_from(*found) == Ok(*size)
                    }
                    (Some(Dimension::DimValue(_)), Size::Any) => true,
                    (Some(Dimension::DimParam(_)), Size::Open { .. }) => true,
                    _ => false,
                });
        if !fits {
            let shape = &self.shape;
            return Err(format!("`{}` is {sizes:?} instead of {shape:?}", self.name));
        }
        Ok(())
    }
}

impl Size {
    /// Whether a size of a graph is this one: tried for two values of its symbol.
    fn is(self, found: &TDim, model: &TypedModel) -> bool {
        match self {
            Size::Fixed(size) => found.to_usize().ok() == Some(size),
            Size::Any => found.to_usize().is_ok(),
            Size::Open {
                symbol,
                times,
                plus,
            } => [1i64, 30].into_iter().all(|value| {
                let values = SymbolValues::default().with(&model.symbols.sym(symbol), value);
                let wanted = times as i64 * value + plus as i64;
                found.eval(&values).to_i64().ok() == Some(wanted)
            }),
        }
    }
}

/// The sizes of a tensor, if it is one.
fn dimensions(value: &ValueInfoProto) -> Option<impl Iterator<Item = Option<&Dimension>>> {
    let Type::TensorType(tensor) = value.r#type.as_ref()?.value.as_ref()?;
    let dimensions = tensor.shape.as_ref()?.dim.iter();
    Some(dimensions.map(|dimension| dimension.value.as_ref()))
}

fn check_value(value: &ValueInfoProto) -> Result<(), String> {
    let name = &value.name;
    let Some(sizes) = dimensions(value) else {
        return Err(format!("`{name}` is no tensor"));
    };
    let mut axes = 0;
    for size in sizes {
        axes += 1;
        let known = match size {
            Some(Dimension::DimValue(size)) => (1..=LARGEST_SIZE).contains(size),
            Some(Dimension::DimParam(size)) => {
                let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" +*_".contains(&byte);
                size.len() <= LONGEST_SIZE && size.bytes().all(plain)
            }
            None => false,
        };
        if !known {
            return Err(format!("a size of `{name}`"));
        }
    }
    if axes > MOST_AXES {
        return Err(format!("`{name}` has {axes} axes"));
    }
    Ok(())
}

fn check_node(node: &NodeProto) -> Result<(), String> {
    let kind = node.op_type.as_str();
    if !OPERATORS.contains(&kind) || !node.domain.is_empty() {
        return Err(format!("an operator `{kind}`"));
    }
    if node.output.is_empty() || node.input.is_empty() {
        return Err(format!("{kind} without inputs or outputs"));
    }
    let within = |attribute: &AttributeProto| {
        let mut integers = attribute.ints.iter().chain([&attribute.i]);
        let mut floats = attribute.floats.iter().chain([&attribute.f]);
        integers.all(|value| value.abs() <= LARGEST_ATTRIBUTE)
            && floats.all(|value| value.is_finite())
            && attribute.t.is_none()
            && attribute.g.is_none()
            && attribute.graphs.is_empty()
            && attribute.tensors.is_empty()
    };
    match node.attribute.iter().find(|attribute| !within(attribute)) {
        Some(attribute) => Err(format!("{} of {kind}", attribute.name)),
        None => Ok(()),
    }
}

/// Every name that something is taken from is one of an input, of what is stored, or of what a node makes.
fn check_names(graph: &GraphProto) -> Result<(), String> {
    let inputs = graph.input.iter().map(|input| &input.name);
    let stored = graph.initializer.iter().map(|tensor| &tensor.name);
    let made = graph.node.iter().flat_map(|node| &node.output);
    let known: HashSet<&String> = inputs.chain(stored).chain(made).collect();
    let taken = graph.node.iter().flat_map(|node| &node.input);
    let outputs = graph.output.iter().map(|output| &output.name);
    // An input that is left out has no name.
    let mut taken = taken.filter(|name| !name.is_empty()).chain(outputs);
    match taken.find(|name| !known.contains(name)) {
        Some(name) => Err(format!("nothing makes `{name}`")),
        None => Ok(()),
    }
}

/// What is made of copies of something is not out of proportion.
fn check_expansions(graph: &GraphProto) -> Result<(), String> {
    let file = tensors::File::new(graph);
    let expansions = graph.node.iter().filter(|node| node.op_type == "Expand");
    for node in expansions {
        let sizes = file.shape_of(node);
        let sizes = sizes.ok_or("Expand to a size that is not stored")?;
        let copies = sizes
            .iter()
            .try_fold(1i64, |copies, size| copies.checked_mul(*size));
        if !copies.is_some_and(|copies| (1..=LARGEST_EXPANSION).contains(&copies)) {
            return Err(format!("Expand to {sizes:?}"));
        }
    }
    Ok(())
}

/// A tensor has as many values as its sizes say, and all of them are numbers.
fn check_tensor(tensor: &TensorProto) -> Result<(), String> {
    let name = &tensor.name;
    let mut sizes = tensor.dims.iter().map(|&size| usize::try_from(size).ok());
    let count = sizes.try_fold(1usize, |product, size| product.checked_mul(size?));
    let count = count.ok_or_else(|| format!("the size of `{name}`"))?;
    let raw = tensor.raw_data.len();
    let (width, listed) = match DataType::try_from(tensor.data_type) {
        Ok(DataType::Float) => (4, tensor.float_data.len()),
        Ok(DataType::Int64) => (8, tensor.int64_data.len()),
        Ok(DataType::Int32) => (4, tensor.int32_data.len()),
        Ok(DataType::Int8) => (1, tensor.int32_data.len()),
        _ => return Err(format!("the type of `{name}`")),
    };
    let whole = if raw > 0 {
        count.checked_mul(width) == Some(raw)
    } else {
        count == listed
    };
    if !whole
        || tensor.dims.len() > MOST_AXES
        || tensor.data_location == Some(DataLocation::External as i32)
        || !tensor.external_data.is_empty()
    {
        return Err(format!("the values of `{name}`"));
    }
    if width == 4 && tensor.data_type == DataType::Float as i32 {
        let (raw, _) = tensor.raw_data.as_chunks::<4>();
        let raw = raw.iter().map(|&bytes| f32::from_le_bytes(bytes));
        let mut values = raw.chain(tensor.float_data.iter().copied());
        // Also false for what is no number.
        if !values.all(|value| value.abs() <= LARGEST_WEIGHT) {
            return Err(format!("a value of `{name}`"));
        }
    }
    Ok(())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
