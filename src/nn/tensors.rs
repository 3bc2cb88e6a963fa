//! What an ONNX file stores, as the networks of our own read it: by the names that the converter gives.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use langdu_kernels::{Stored, Tensor, Values, little_endian, signed_bytes};
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Size;
use tract_onnx::pb::type_proto::Value as Type;
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, TensorProto};

/// The stored tensors and the nodes of a graph. Remembers which weights have been read, so that a graph with more in
/// it than its reader knows of is not mistaken for one that it knows.
pub struct File<'a> {
    pub graph: &'a GraphProto,
    initializers: HashMap<&'a str, &'a TensorProto>,
    nodes: HashMap<&'a str, &'a NodeProto>,
    read: RefCell<HashSet<&'a str>>,
}

impl<'a> File<'a> {
    pub fn new(graph: &'a GraphProto) -> File<'a> {
        let initializers = graph.initializer.iter();
        let nodes = graph.node.iter();
        File {
            graph,
            initializers: initializers
                .map(|tensor| (tensor.name.as_str(), tensor))
                .collect(),
            nodes: nodes.map(|node| (node.name.as_str(), node)).collect(),
            read: RefCell::default(),
        }
    }

    /// The names of the inputs that no `next_` output carries from run to run, in order.
    pub fn inputs(&self) -> Vec<&'a str> {
        let outputs = self.graph.output.iter().map(|output| output.name.as_str());
        let outputs = outputs.collect::<HashSet<_>>();
        let inputs = self.graph.input.iter().map(|input| input.name.as_str());
        inputs
            .filter(|name| !outputs.contains(format!("next_{name}").as_str()))
            .collect()
    }

    /// The shape of an input or output whose sizes are all fixed.
    pub fn fixed_shape(&self, name: &str) -> Option<Vec<usize>> {
        let values = self.graph.input.iter().chain(&self.graph.output);
        let value = values.into_iter().find(|value| value.name == name)?;
        let Type::TensorType(tensor) = value.r#type.as_ref()?.value.as_ref()?;
        let sizes = tensor.shape.as_ref()?.dim.iter();
        let sizes = sizes.map(|size| match size.value {
            Some(Size::DimValue(size)) => usize::try_from(size).ok(),
            _ => None,
        });
        sizes.collect()
    }

    /// The rows of a stored table.
    pub fn rows(&self, name: &str) -> Option<usize> {
        let stored = self.initializers.get(name);
        let stored = stored.or_else(|| self.initializers.get(format!("{name}.int8").as_str()));
        usize::try_from(*stored?.dims.first()?).ok()
    }

    pub fn node(&self, name: &str) -> Option<&'a NodeProto> {
        self.nodes.get(name).copied()
    }

    /// How many nodes there are of a kind.
    pub fn count(&self, operator: &str) -> usize {
        let nodes = self.graph.node.iter();
        nodes.filter(|node| node.op_type == operator).count()
    }

    /// How many of the `name(0)`, `name(1)`, ... are stored, in either form.
    pub fn numbered(&self, name: impl Fn(usize) -> String) -> usize {
        let stored = |name: String| {
            self.initializers.contains_key(name.as_str())
                || self
                    .initializers
                    .contains_key(format!("{name}.int8").as_str())
        };
        (0..).take_while(|&number| stored(name(number))).count()
    }

    /// The integers that the second input of a node stands for.
    pub fn shape_of(&self, node: &NodeProto) -> Option<Vec<i64>> {
        let stored = self.initializers.get(node.input.get(1)?.as_str())?;
        let integers = stored.raw_data.chunks_exact(8);
        (stored.data_type == DataType::Int64 as i32).then(|| {
            integers
                .map(|bytes| bytes.try_into().map_or(0, i64::from_le_bytes))
                .collect()
        })
    }

    /// How many heads the attentions have, at least one: the first reshaping into three axes gives [rows, heads, columns of a head].
    pub fn heads(&self) -> Option<usize> {
        let nodes = self.graph.node.iter();
        let mut splits = nodes
            .filter(|node| node.op_type == "Reshape")
            .filter_map(|node| self.shape_of(node));
        let split = splits.find(|shape| shape.len() == 3)?;
        usize::try_from(split[1]).ok().filter(|&heads| heads > 0)
    }

    /// Whether every stored weight has been read. Small constants have names without a dot.
    pub fn is_read(&self) -> bool {
        let read = self.read.borrow();
        self.initializers
            .keys()
            .all(|name| !name.contains('.') || read.contains(name))
    }

    fn stored(&self, name: &str) -> Option<&'a TensorProto> {
        let (&name, &tensor) = self.initializers.get_key_value(name)?;
        self.read.borrow_mut().insert(name);
        Some(tensor)
    }
}

impl Stored for File<'_> {
    fn tensor(&self, name: &str) -> Option<Tensor> {
        let Some(stored) = self.stored(name) else {
            let [bytes, scale] = [format!("{name}.int8"), format!("{name}.scale")];
            let (bytes, scale) = (self.stored(&bytes)?, self.stored(&scale)?);
            let shape = shape(bytes)?;
            let axis = attribute(self.node(name)?, "axis")?.i.try_into().ok()?;
            let scales = floats(scale)?;
            let values = signed_bytes(&bytes.raw_data);
            let right = bytes.data_type == DataType::Int8 as i32
                && values.len() == shape.iter().product::<usize>()
                && shape.get(axis) == Some(&scales.len());
            return right.then_some(Tensor {
                shape,
                values: Values::Bytes {
                    bytes: values,
                    scales,
                    axis,
                },
            });
        };
        let (shape, floats) = (shape(stored)?, floats(stored)?);
        (floats.len() == shape.iter().product::<usize>()).then_some(Tensor {
            shape,
            values: Values::Floats(floats),
        })
    }

    fn vector(&self, name: &str) -> Option<Vec<f32>> {
        floats(self.stored(name)?)
    }
}

/// The attribute of a node.
pub fn attribute<'a>(node: &'a NodeProto, name: &str) -> Option<&'a AttributeProto> {
    node.attribute
        .iter()
        .find(|attribute| attribute.name == name)
}

fn shape(tensor: &TensorProto) -> Option<Vec<usize>> {
    tensor
        .dims
        .iter()
        .map(|&size| usize::try_from(size).ok())
        .collect()
}

fn floats(tensor: &TensorProto) -> Option<Vec<f32>> {
    (tensor.data_type == DataType::Float as i32).then(|| little_endian(&tensor.raw_data))
}
