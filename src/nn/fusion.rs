//! Fuses the operators around a streaming convolution into one, before tract sees the graph.
//!
//! As exported, the context is put before the activated input, the convolution runs over both, and the last columns of
//! the same joined input are the next context.

use std::collections::HashMap;

use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto};

use super::convolution;

/// Replaces every streaming convolution of the graph.
pub fn fuse_convolutions(graph: &mut GraphProto) {
    let nodes = &graph.node;
    let links = Links::new(nodes);
    let mut gone = vec![false; nodes.len()];
    let mut fused = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        if let Some((operator, parts)) = links.fuse(index, node) {
            parts.into_iter().for_each(|part| gone[part] = true);
            fused.push((index, operator));
        }
    }
    let mut fused = fused.into_iter().peekable();
    let nodes = std::mem::take(&mut graph.node)
        .into_iter()
        .zip(gone)
        .enumerate();
    graph.node = nodes
        .filter_map(
            |(index, (node, gone))| match fused.next_if(|(at, _)| *at == index) {
                Some((_, operator)) => Some(operator),
                None => (!gone).then_some(node),
            },
        )
        .collect();
}

/// Who makes and who reads each value.
struct Links<'a> {
    nodes: &'a [NodeProto],
    maker: HashMap<&'a str, usize>,
    readers: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Links<'a> {
    fn new(nodes: &'a [NodeProto]) -> Links<'a> {
        let (mut maker, mut readers) = (HashMap::new(), HashMap::<_, Vec<_>>::new());
        for (index, node) in nodes.iter().enumerate() {
            maker.extend(node.output.iter().map(|name| (name.as_str(), index)));
            for name in &node.input {
                readers.entry(name.as_str()).or_default().push(index);
            }
        }
        Links {
            nodes,
            maker,
            readers,
        }
    }

    fn made_by(&self, name: &str, operator: &str) -> Option<(usize, &'a NodeProto)> {
        let index = *self.maker.get(name)?;
        let node = &self.nodes[index];
        (node.op_type == operator && node.output.len() == 1).then_some((index, node))
    }

    fn read_by(&self, name: &str) -> &[usize] {
        self.readers.get(name).map_or(&[], Vec::as_slice)
    }

    /// The operator in place of a convolution, and the nodes that it replaces.
    fn fuse(&self, index: usize, convolution: &NodeProto) -> Option<(NodeProto, Vec<usize>)> {
        let [joined, weight, bias] = convolution.input.as_slice() else {
            return None;
        };
        let plain = convolution
            .attribute
            .iter()
            .all(|attribute| match attribute.name.as_str() {
                "dilations" | "kernel_shape" => attribute.ints.len() == 1,
                _ => false,
            });
        if convolution.op_type != "Conv" || !plain {
            return None;
        }
        let (join, join_node) = self.made_by(joined, "Concat")?;
        let [before, after] = join_node.input.as_slice() else {
            return None;
        };
        let (lift, lift_node) = self.made_by(before, "Unsqueeze")?;
        let context = lift_node.input.first()?;
        let [first, second] = *self.read_by(joined) else {
            return None;
        };
        let cut = if first == index { second } else { first };
        let cut_output = self.nodes[cut].output.first()?;
        let [drop] = *self.read_by(cut_output) else {
            return None;
        };
        let [rename] = *self.read_by(self.nodes[drop].output.first()?) else {
            return None;
        };
        let next = self.nodes[rename].output.first()?;
        if self.read_by(before).len() != 1 || *next != format!("next_{context}") {
            return None;
        }
        let mut parts = vec![join, lift, cut, drop, rename];
        let activation = self
            .made_by(after, "LeakyRelu")
            .filter(|_| self.read_by(after).len() == 1);
        let (x, slope) = match activation {
            Some((activation, node)) => {
                parts.push(activation);
                (
                    node.input.first()?,
                    attribute(node, "alpha").map_or(0.01, |alpha| alpha.f),
                )
            }
            None => (after, 1.0),
        };
        let dilation = attribute(convolution, "dilations").map_or(1, |dilations| dilations.ints[0]);
        let operator = NodeProto {
            name: convolution.name.clone(),
            op_type: convolution::NAME.into(),
            input: vec![x.clone(), context.clone(), weight.clone(), bias.clone()],
            output: vec![convolution.output.first()?.clone(), next.clone()],
            attribute: vec![
                AttributeProto {
                    name: "dilation".into(),
                    r#type: AttributeType::Int as i32,
                    i: dilation,
                    ..AttributeProto::default()
                },
                AttributeProto {
                    name: "slope".into(),
                    r#type: AttributeType::Float as i32,
                    f: slope,
                    ..AttributeProto::default()
                },
            ],
            ..NodeProto::default()
        };
        Some((operator, parts))
    }
}

fn attribute<'a>(node: &'a NodeProto, name: &str) -> Option<&'a AttributeProto> {
    node.attribute
        .iter()
        .find(|attribute| attribute.name == name)
}
