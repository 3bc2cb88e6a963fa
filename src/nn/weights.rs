//! Weights as the networks run them: dequantised before tract sees the graph.
//!
//! tract would fold `DequantizeLinear` as well, but slowly, and would have all these nodes to look at in every pass.

use std::collections::{HashMap, HashSet};

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, NodeProto, TensorProto};

/// Replaces int8 initializers behind `DequantizeLinear` by floats. What is stored in another way is left to tract.
pub fn dequantize(graph: &mut GraphProto) {
    let initializers = graph
        .initializer
        .iter()
        .map(|tensor| (tensor.name.as_str(), tensor));
    let initializers = initializers.collect::<HashMap<_, _>>();
    let floats = graph
        .node
        .iter()
        .filter_map(|node| dequantized(node, &initializers))
        .collect::<Vec<_>>();
    let done = floats
        .iter()
        .map(|tensor| tensor.name.as_str())
        .collect::<HashSet<_>>();
    let is_done = |node: &NodeProto| {
        let output = node.output.first();
        node.op_type == "DequantizeLinear"
            && output.is_some_and(|output| done.contains(output.as_str()))
    };
    let (gone, kept) = std::mem::take(&mut graph.node)
        .into_iter()
        .partition::<Vec<_>, _>(is_done);
    let used = kept
        .iter()
        .flat_map(|node| &node.input)
        .map(String::as_str)
        .collect::<HashSet<_>>();
    let unused = gone
        .iter()
        .flat_map(|node| &node.input)
        .filter(|name| !used.contains(name.as_str()));
    let unused = unused.cloned().collect::<HashSet<_>>();
    graph.node = kept;
    graph
        .initializer
        .retain(|tensor| !unused.contains(&tensor.name));
    graph.initializer.extend(floats);
}

/// The output of a `DequantizeLinear` node whose inputs are stored in the file.
fn dequantized(
    node: &NodeProto,
    initializers: &HashMap<&str, &TensorProto>,
) -> Option<TensorProto> {
    let ([weight, scale], [output]) = (node.input.as_slice(), node.output.as_slice()) else {
        return None;
    };
    let (weight, scale) = (
        initializers.get(weight.as_str())?,
        initializers.get(scale.as_str())?,
    );
    if node.op_type != "DequantizeLinear"
        || weight.data_type != DataType::Int8 as i32
        || scale.data_type != DataType::Float as i32
    {
        return None;
    }
    let axis = node
        .attribute
        .iter()
        .find(|attribute| attribute.name == "axis")
        .map_or(1, |attribute| attribute.i);
    let axis = usize::try_from(if axis < 0 {
        axis + weight.dims.len() as i64
    } else {
        axis
    })
    .ok()?;
    let channels = usize::try_from(*weight.dims.get(axis)?).ok()?;
    let inner = weight.dims[axis + 1..].iter().product::<i64>();
    let inner = usize::try_from(inner).ok().filter(|&inner| inner > 0)?;
    let scales = scale
        .raw_data
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
    let scales = scales.collect::<Vec<_>>();
    let count = usize::try_from(weight.dims.iter().product::<i64>()).ok()?;
    if scales.len() != channels || weight.raw_data.len() != count {
        return None;
    }
    let mut floats = Vec::with_capacity(count * 4);
    for (row, scale) in weight
        .raw_data
        .chunks_exact(inner)
        .zip(scales.iter().cycle())
    {
        floats.extend(
            row.iter()
                .flat_map(|&byte| (f32::from(byte as i8) * scale).to_le_bytes()),
        );
    }
    Some(TensorProto {
        name: output.clone(),
        dims: weight.dims.clone(),
        data_type: DataType::Float as i32,
        raw_data: floats,
        ..TensorProto::default()
    })
}
