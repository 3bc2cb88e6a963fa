//! Voice packs with right hashes and wrong contents are refused when they are loaded.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use prost::Message;
use serde_json::{Value as Json, json};
use tract_onnx::pb::tensor_shape_proto::Dimension as Axis;
use tract_onnx::pb::{ModelProto, TensorShapeProto};

use super::*;
use langdu::voice::{GRAPHS, Voice};
use langdu::{Error, SpeakOptions, Synthesizer};

static MANIFEST: LazyLock<Json> = LazyLock::new(|| {
    let manifest = include_str!("../../../models/xiaolang/voice.json");
    serde_json::from_str(manifest).unwrap()
});

static FILES: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/xiaolang");
    let voice = Voice::open(folder.as_ref()).unwrap();
    let graph = |name: &str| (name.into(), voice.graph(name).unwrap().to_vec());
    GRAPHS.map(graph).into()
});

/// The code of a pack after a change, empty where it speaks.
fn code(
    manifest: impl FnOnce(&mut Json),
    graph: &str,
    change: impl FnOnce(&mut GraphProto),
) -> &'static str {
    let mut json = MANIFEST.clone();
    let mut files = FILES.clone();
    if let Some(bytes) = files.get_mut(graph) {
        let mut model = ModelProto::decode(&**bytes).unwrap();
        change(model.graph.as_mut().unwrap());
        *bytes = model.encode_to_vec();
        json["files"][graph]["bytes"] = bytes.len().into();
    }
    manifest(&mut json);
    let digest =
        |graph: &str, _: &[u8]| MANIFEST["files"][graph]["sha256"].as_str().unwrap().into();
    let speak = || {
        let synthesizer = Synthesizer::new(Voice::digested(&json.to_string(), files, digest)?)?;
        let chunks = synthesizer.stream("你好", &SpeakOptions::default())?;
        for chunk in chunks {
            assert!(chunk?.samples.iter().all(|sample| sample.abs() <= 1.0));
        }
        Ok(())
    };
    speak().err().map_or("", |error: Error| error.code())
}

#[track_caller]
fn refused(what: &str, graph: &str, change: impl FnOnce(&mut GraphProto)) {
    assert_eq!(
        code(|_| (), graph, change),
        "E_VOICE_FORMAT",
        "{graph}: {what}"
    );
}

fn fixed(size: i64) -> Axis {
    Axis {
        value: Some(Dimension::DimValue(size)),
        ..Axis::default()
    }
}

fn open(symbol: impl Into<String>) -> Axis {
    Axis {
        value: Some(Dimension::DimParam(symbol.into())),
        ..Axis::default()
    }
}

/// Says something else of the sizes of an input.
fn reshape(graph: &mut GraphProto, input: &str, dim: Vec<Axis>) {
    let input = graph
        .input
        .iter_mut()
        .find(|value| value.name == input)
        .unwrap();
    let kind = input.r#type.as_mut().unwrap();
    let Type::TensorType(tensor) = kind.value.as_mut().unwrap();
    tensor.shape = Some(TensorShapeProto { dim });
}

#[test]
fn the_bundled_voice_speaks() {
    assert_eq!(code(|_| (), "encoder", |_| ()), "");
}

/// Numbers that are allowed one by one, but not their products.
#[test]
fn what_is_no_number_when_it_runs_is_an_error() {
    for graph in ["prosody", "vocoder"] {
        let found = code(
            |_| (),
            graph,
            |file| {
                let floats = file.initializer.iter_mut().filter(|tensor| {
                    tensor.data_type == DataType::Float as i32 && tensor.name.contains('.')
                });
                for tensor in floats {
                    let values = tensor.raw_data.len() / 4;
                    tensor.raw_data = 9e11f32.to_le_bytes().repeat(values);
                }
            },
        );
        assert_eq!(found, "E_MODEL_RUN", "{graph}");
    }
}

#[test]
fn inputs_of_other_sizes_are_refused() {
    for (graph, input) in [
        ("encoder", "symbols"),
        ("encoder", "valid"),
        ("prosody", "valid"),
        ("postnet", "residual"),
        ("vocoder", "mel"),
    ] {
        refused(input, graph, |file| reshape(file, input, vec![]));
        let many = (0..300).map(|_| fixed(1)).collect();
        refused(input, graph, |file| reshape(file, input, many));
        for endless in [
            "(".repeat(200_000) + "T",
            "-".repeat(200_000) + "T",
            "+".repeat(24),
        ] {
            refused(input, graph, |file| {
                reshape(file, input, vec![open(endless)])
            });
        }
    }
    for rows in [0, -5, 35, 1 << 40, 1 << 62, i64::MAX] {
        for table in ["emotion_weights", "speaker_weights"] {
            refused(table, "encoder", |file| {
                reshape(file, table, vec![open("T"), fixed(rows)])
            });
        }
    }
    for window in [4, 31, 64, 1 << 40, 1 << 60] {
        let shape = vec![fixed(6), fixed(window), fixed(256)];
        refused("history", "decoder", |file| reshape(file, "history", shape));
    }
    let tall = vec![fixed(1 << 20), fixed(32), fixed(256)];
    refused("history", "decoder", |file| reshape(file, "history", tall));
    for (graph, input, size) in [
        ("decoder", "previous", 80),
        ("duration", "condition", 95),
        ("duration", "hidden_0", 127),
    ] {
        let shape = vec![fixed(1), fixed(size)];
        let found = code(|_| (), graph, |file| reshape(file, input, shape));
        // The state of a network of our own is its own.
        assert!(
            found == "E_VOICE_FORMAT" || input == "hidden_0" && found.is_empty(),
            "{input}"
        );
    }
    refused("another symbol", "encoder", |file| {
        reshape(file, "valid", vec![open("Q")])
    });
    refused("an input more", "encoder", |file| {
        let mut more = file.input[0].clone();
        more.name = "more".into();
        file.input.push(more);
    });
    refused("an output less", "vocoder", |file| {
        file.output.retain(|output| output.name != "samples")
    });
}

#[test]
fn weights_that_are_not_what_they_say_are_refused() {
    refused("a size that wraps", "decoder", |file| {
        let weight = file
            .initializer
            .iter_mut()
            .find(|tensor| tensor.name.ends_with("fcs.0.weight"));
        let weight = weight.unwrap();
        // Seven times the second is 1 in 64 bits.
        weight.dims = vec![7, 7_905_747_460_161_236_407];
        weight.raw_data = vec![0; 4];
    });
    refused("more than there is", "encoder", |file| {
        file.initializer[0].dims = vec![1 << 40]
    });
    refused("less than nothing", "encoder", |file| {
        file.initializer[0].dims = vec![-4, -4]
    });
    refused("somewhere else", "encoder", |file| {
        file.initializer[0].data_location = Some(DataLocation::External as i32);
    });
    for graph in GRAPHS {
        for number in [f32::NAN, f32::INFINITY, 3e38] {
            refused("a weight that is no number", graph, |file| {
                let mut floats = file.initializer.iter_mut().filter(|tensor| {
                    tensor.data_type == DataType::Float as i32 && tensor.name.contains('.')
                });
                floats.next().unwrap().raw_data[..4].copy_from_slice(&number.to_le_bytes());
            });
        }
    }
}

/// With a weight more it is no network of our own, and runs on tract's operators.
fn make_foreign(file: &mut GraphProto) {
    let mut weight = file.initializer[0].clone();
    weight.name = "odd.weight".into();
    file.initializer.push(weight);
}

#[test]
fn operators_of_other_kinds_are_refused() {
    refused("nothing comes out", "duration", |file| {
        make_foreign(file);
        file.node.push(NodeProto {
            op_type: "DequantizeLinear".into(),
            ..NodeProto::default()
        });
    });
    for kind in ["Loop", "Tile", "ConstantOfShape", "RandomNormal", ""] {
        refused(kind, "encoder", |file| file.node[0].op_type = kind.into());
    }
    refused("copies without end", "vocoder", |file| {
        let mut nodes = file.node.iter_mut();
        let node = nodes.find(|node| node.op_type == "Unsqueeze").unwrap();
        node.op_type = "Expand".into();
        node.input.truncate(1);
        node.input.push("endless".into());
        file.initializer.push(TensorProto {
            name: "endless".into(),
            data_type: DataType::Int64 as i32,
            dims: vec![2],
            raw_data: [1i64 << 20; 2].map(i64::to_le_bytes).concat(),
            ..TensorProto::default()
        });
    });
    refused("an input that nothing makes", "prosody", |file| {
        let mut inputs = file.node.iter_mut().flat_map(|node| &mut node.input);
        *inputs.next().unwrap() = "nothing".into();
    });
    refused("an output that nothing makes", "prosody", |file| {
        let mut outputs = file.node.iter_mut().flat_map(|node| &mut node.output);
        *outputs.find(|output| *output == "pitch").unwrap() = "other".into();
    });
    refused("a graph inside", "vocoder", |file| {
        let inner = file.clone();
        file.node[0].attribute.push(AttributeProto {
            name: "body".into(),
            g: Some(inner),
            ..AttributeProto::default()
        });
    });
    for axis in [3, 1 << 40, -9] {
        refused("an axis that there is not", "encoder", |file| {
            make_foreign(file);
            let attributes = file.node.iter_mut().flat_map(|node| &mut node.attribute);
            let mut permuted = attributes.filter(|attribute| attribute.name == "perm");
            permuted.next().unwrap().ints[0] = axis;
        });
        refused("an axis in between that there is not", "vocoder", |file| {
            make_foreign(file);
            let nodes = file.node.iter();
            let node = nodes.clone().find(|node| node.op_type == "Unsqueeze");
            let axes = node.unwrap().input[1].clone();
            let mut tensors = file.initializer.iter_mut();
            let axes = tensors.find(|tensor| tensor.name == axes).unwrap();
            axes.raw_data = axis.to_le_bytes().to_vec();
        });
    }
    for dilation in [2049, 1 << 31, 1 << 40, 1 << 62, i64::MIN] {
        refused("dilation", "vocoder", |file| {
            let attributes = file.node.iter_mut().flat_map(|node| &mut node.attribute);
            let mut dilations = attributes.filter(|attribute| attribute.name == "dilations");
            dilations.next().unwrap().ints = vec![dilation];
        });
    }
}

#[test]
fn manifests_that_do_not_fit_their_graphs_are_refused() {
    let none = |_: &mut GraphProto| ();
    let long = |names: usize, length: usize| Json::from(vec!["q".repeat(length); names]);
    let changes = [
        ("/format", json!(2)),
        ("/name", json!("")),
        ("/name", json!("\u{7}")),
        ("/name", json!("x".repeat(100_000))),
        ("/hop", json!(400)),
        ("/hop", json!(100)),
        ("/hop", json!(4096)),
        ("/hop", json!(201)),
        ("/sample_rate", json!(1)),
        ("/sample_rate", json!(4_000_000)),
        ("/pitch/std", json!(0)),
        ("/pitch/std", json!(-45)),
        ("/pitch/std", json!(1e-38)),
        ("/pitch/std", json!(1e39)),
        ("/pitch/mean", json!(1e39)),
        ("/pitch/mean", json!(-1)),
        ("/postnet/look_ahead", json!(7)),
        ("/postnet/look_ahead", json!(0)),
        ("/mel/bins", json!(79)),
        ("/mel/bins", json!(1_u64 << 60)),
        ("/mel/channels", json!(83)),
        ("/mel/channels", json!(81)),
        ("/decoder/frames_per_step", json!(2)),
        ("/decoder/window", json!(31)),
        ("/decoder/window", json!(33)),
        ("/encoder/text", json!(16)),
        ("/encoder/speaker", json!(1_u64 << 62)),
        ("/encoder/emotion", json!(31)),
        ("/encoder/emotion_rows", json!(35)),
        ("/encoder/speaker_rows", json!(6)),
        ("/emotions/supported/neutral", json!(999)),
        ("/emotions/supported", json!({})),
        ("/emotions/pause", json!(36)),
        ("/symbols/sy", long(1000, 3)),
        ("/symbols/sy", long(100_000, 3)),
        ("/symbols/sy", json!([])),
        ("/symbols/tone", long(8, 3)),
        ("/symbols/tone", long(1, 1000)),
        ("/symbols/word_segment", long(20, 3)),
        ("/vocoder/source/sine_amplitude", json!(1e39)),
        ("/vocoder/source/sine_amplitude", json!(-1)),
        ("/vocoder/source/noise", json!(1e39)),
        ("/vocoder/source/f0_std", json!(1e39)),
        ("/vocoder/source/f0_mean", json!(-1e30)),
        ("/vocoder/source/f0_floor", json!(-1e30)),
        ("/vocoder/source/uv_threshold", json!(1e39)),
        ("/vocoder/source/harmonics", json!(8)),
        ("/vocoder/source/harmonics", json!(1_u64 << 60)),
        ("/vocoder/source", Json::Null),
        ("/vocoder/causal", json!(false)),
        ("/vocoder", json!({"causal": false, "halo": 5})),
        ("/vocoder/halo", json!(5)),
        ("/sentence_pause_ms", json!(5001)),
        ("/files/encoder/path", json!("../../../etc/hostname")),
        ("/files/encoder/path", json!("/etc/hostname")),
        ("/files/encoder/path", json!("C:\\encoder.onnx")),
        ("/files/encoder/path", json!("in/encoder.onnx")),
        ("/files/encoder/path", json!("..")),
        ("/files/encoder/path", json!("")),
        ("/files/encoder/bytes", json!(1_u64 << 40)),
        ("/files/encoder/bytes", json!(u64::MAX)),
        ("/files/encoder/bytes", json!(-1)),
    ];
    for (place, value) in changes {
        let found = code(
            |json| match json.pointer_mut(place) {
                Some(there) => *there = value.clone(),
                // An absent field, in the object above.
                None => {
                    let (above, field) = place.rsplit_once('/').unwrap();
                    json.pointer_mut(above).unwrap()[field] = value.clone();
                }
            },
            "",
            none,
        );
        let told = value.to_string();
        assert_eq!(found, "E_VOICE_FORMAT", "{place} {:.40}", told);
    }
}
