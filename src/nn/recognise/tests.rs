use tract_onnx::pb::TensorProto;
use tract_onnx::prelude::*;

use super::*;
use crate::network::wire;
use langdu::voice::{GRAPHS, Voice};

fn graph(name: &str) -> GraphProto {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/xiaolang");
    let voice = Voice::open(folder.as_ref()).unwrap();
    let bytes = voice.graph(name).unwrap();
    let file = tract_onnx::onnx()
        .proto_model_for_read(&mut &*bytes)
        .unwrap();
    file.graph.unwrap()
}

#[test]
fn the_bundled_voice_runs_in_one_operator_per_graph() {
    for name in GRAPHS {
        let graph = graph(name);
        let network = recognise(&graph).unwrap_or_else(|| panic!("{name} is not recognised"));
        let model = wire(&graph, network).unwrap();
        let operators = model
            .nodes()
            .iter()
            .filter(|node| !model.inputs.contains(&node.id.into()));
        let operators = operators.map(|node| node.op.name()).collect::<Vec<_>>();
        assert_eq!(operators, ["Network"], "{name}");
    }
}

#[test]
fn other_graphs_are_left_to_tract() {
    for name in GRAPHS {
        let mut more = graph(name);
        more.initializer.push(TensorProto {
            name: "another.weight".into(),
            ..TensorProto::default()
        });
        assert!(
            recognise(&more).is_none(),
            "{name} with a weight of unknown use"
        );
        let mut fewer = graph(name);
        let weight = fewer
            .initializer
            .iter()
            .position(|tensor| tensor.name.contains("weight"));
        fewer.initializer.remove(weight.unwrap());
        assert!(recognise(&fewer).is_none(), "{name} without a weight");
        let mut others = graph(name);
        others.input.remove(0);
        assert!(recognise(&others).is_none(), "{name} with other inputs");
        let mut broken = graph(name);
        broken
            .initializer
            .iter_mut()
            .for_each(|tensor| tensor.raw_data.truncate(5));
        assert!(recognise(&broken).is_none(), "{name} with weights cut off");
    }
}
