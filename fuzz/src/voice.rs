//! Voice packs: archives, manifests, graphs, each in the place of the right one of a small voice.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use langdu::nn::{Contract, ModelError, Source, Value};
use langdu::voice::{GRAPHS, Manifest, Pack};
use langdu::{Error, SpeakOptions, Synthesizer, Voice};

use crate::Target;

pub const TARGETS: [Target; 3] = [
    Target {
        name: "archive",
        run: archive,
        seeds: || vec![std::fs::read(voices().join("random_causal_nsf.zip")).unwrap()],
        words: &[
            "voice.json",
            "encoder.onnx",
            "PK\u{3}\u{4}",
            "PK\u{1}\u{2}",
            "PK\u{5}\u{6}",
            "../",
            "\0",
            "\0\0\0\0",
        ],
        usual: 1 << 20,
        longest: 1 << 20,
    },
    Target {
        name: "manifest",
        run: manifest,
        seeds: || vec![VOICE.manifest.clone().into_bytes()],
        words: &[
            "null",
            "0",
            "-1",
            "1e39",
            "\"",
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            "true",
            "false",
            "\"halo\"",
            "\"causal\"",
            "9",
            "\\u0000",
        ],
        usual: 64 << 10,
        longest: 64 << 10,
    },
    Target {
        name: "graph",
        run: graph,
        seeds: || {
            let graph = |(number, name): (u8, &str)| [&[number], &*VOICE.files[name]].concat();
            (0..).zip(GRAPHS).map(graph).collect()
        },
        words: &[
            "\u{1}", "\u{8}", "\u{10}", "\u{12}", "\0", "\u{7f}", "Conv", "Add", "Loop", "n", "T",
            "R", "next_", "weight", "int8", "scale",
        ],
        usual: 1 << 20,
        longest: 1 << 20,
    },
];

fn voices() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../target/voices").into()
}

/// A small voice out of `target/voices`, which `convert.tests.packs` makes.
static VOICE: LazyLock<Pack> = LazyLock::new(|| {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../target/voices/random_causal_nsf"
    );
    Pack::read(folder.as_ref()).expect("./build.sh soak makes the voices first")
});

static LISTED: LazyLock<Manifest> = LazyLock::new(|| Manifest::parse(&VOICE.manifest).unwrap());

/// Loads these files, whatever their hashes are, and speaks.
fn speak(manifest: &str, files: BTreeMap<String, Vec<u8>>) -> Result<(), Error> {
    let listed = Manifest::parse(manifest)?;
    let digest = |graph: &str, _: &[u8]| {
        let file = listed.file(graph);
        file.map_or(String::new(), |file| file.sha256.clone())
    };
    let synthesizer = Synthesizer::new(Voice::digested(manifest, files, digest)?)?;
    for chunk in synthesizer.stream("好", &SpeakOptions::default())?.take(3) {
        assert!(chunk?.samples.iter().all(|sample| sample.abs() <= 1.0));
    }
    Ok(())
}

fn archive(data: &[u8]) {
    if let Ok(pack) = Pack::unzip(data) {
        // An error has its code.
        let _ = Voice::new(&pack.manifest, pack.files);
    }
}

fn manifest(data: &[u8]) {
    let Ok(manifest) = std::str::from_utf8(data) else {
        return;
    };
    if Manifest::parse(manifest).is_ok() {
        let _ = speak(manifest, VOICE.files.clone());
    }
}

/// The number of a graph, and its file: it runs, if it is let in.
fn graph(data: &[u8]) {
    let Some((&number, file)) = data.split_first() else {
        return;
    };
    let name = GRAPHS[usize::from(number) % GRAPHS.len()];
    let contract = LISTED.contract(name);
    // A refusal has its reason.
    let _ = run(name, file, &contract);
}

/// Runs a graph twice in a row.
fn run(name: &str, file: &[u8], contract: &Contract) -> Result<(), ModelError> {
    let sizes = [("T", 8), ("R", LISTED.decoder.window), ("n", 6)];
    let graph = Source::parse(name, file, contract)?.compile(&sizes)?;
    let inputs = contract.inputs.iter().map(|port| {
        let shape = port.shape.iter().map(|size| size.at(&sizes));
        let shape = shape.collect::<Vec<_>>();
        let count = shape.iter().product();
        let value = match port.integers {
            true => Value::i64(&shape, &vec![1; count]),
            false => Value::f32(&shape, &vec![1.0; count]),
        };
        (port.name, value)
    });
    let inputs = inputs.collect::<Vec<_>>();
    let mut state = graph.start()?;
    for output in &contract.outputs {
        let [made] = graph.run(&mut state, &inputs, [output.name])?;
        assert!(made.as_f32().iter().all(|value| value.is_finite()));
    }
    Ok(())
}

/// The small voice, ready to speak.
pub fn synthesizer() -> Synthesizer {
    let voice = Voice::new(&VOICE.manifest, VOICE.files.clone()).unwrap();
    Synthesizer::new(voice).unwrap()
}
