//! The engine as the worker uses it, with the real voice, in a real browser's worker: `wasm-pack test --headless --chrome`.
#![cfg(target_arch = "wasm32")]

mod common;
#[path = "common/fixtures.rs"]
mod fixtures;

use js_sys::{Array, Float32Array, Object, Reflect, Uint8Array};
use langdu::Voice;
use langdu::voice::GRAPHS;
use langdu::web::voice::EngineVoice;
use langdu::web::worker::Engine;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

const TEXT: &str = "今天天气不错，早上好！";

const MANIFEST: &str = include_str!("../models/xiaolang/voice.json");

fn graphs() -> [Vec<u8>; 6] {
    [
        include_bytes!("../models/xiaolang/encoder.onnx").to_vec(),
        include_bytes!("../models/xiaolang/prosody.onnx").to_vec(),
        include_bytes!("../models/xiaolang/duration.onnx").to_vec(),
        include_bytes!("../models/xiaolang/decoder.onnx").to_vec(),
        include_bytes!("../models/xiaolang/postnet.onnx").to_vec(),
        include_bytes!("../models/xiaolang/vocoder.onnx").to_vec(),
    ]
}

/// What a page fetches beside the engine.
const TEXT_DATA: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/text.bin"));

fn load(manifest: &str, graphs: [Vec<u8>; 6]) -> Result<Engine, JsValue> {
    let mut voice = EngineVoice::new(manifest, false)?;
    for (name, graph) in GRAPHS.into_iter().zip(graphs) {
        voice.read(name, &Uint8Array::from(graph.as_slice()), None)?;
    }
    Engine::new(voice, TEXT_DATA.to_vec())
}

fn engine() -> Engine {
    load(MANIFEST, graphs()).expect("the voice loads")
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).expect("an object")
}

fn number(object: &JsValue, name: &str) -> f64 {
    get(object, name).as_f64().unwrap_or(f64::NAN)
}

fn options(pairs: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in pairs {
        Reflect::set(&object, &(*name).into(), value).expect("a fresh object");
    }
    object.into()
}

fn code<T>(result: Result<T, JsValue>) -> String {
    let error = result.err().expect("a failure");
    assert!(error.is_instance_of::<js_sys::Error>());
    get(&error, "code").as_string().expect("a code")
}

/// The job's samples and marks; checks that chunks follow one another and that the last one says so.
fn run(engine: &mut Engine, job: u32) -> (Vec<f32>, Vec<JsValue>) {
    let (mut samples, mut marks, mut last) = (Vec::new(), Vec::new(), false);
    while !last {
        let chunk = engine.next(job, None).expect("a chunk");
        assert_eq!(number(&chunk, "start"), samples.len() as f64);
        samples.extend(
            get(&chunk, "samples")
                .unchecked_into::<Float32Array>()
                .to_vec(),
        );
        marks.extend(get(&chunk, "marks").unchecked_into::<Array>().iter());
        last = get(&chunk, "last").is_truthy();
    }
    assert!(engine.next(job, None).expect("an end").is_undefined());
    (samples, marks)
}

#[wasm_bindgen_test]
fn speaks_a_sentence_with_marks() {
    let mut engine = engine();
    engine
        .start(1, TEXT.into(), options(&[]), options(&[]))
        .expect("a job");
    let (samples, marks) = run(&mut engine, 1);
    assert!(
        samples
            .iter()
            .all(|sample| sample.is_finite() && sample.abs() <= 1.0)
    );
    assert!(samples.iter().any(|sample| sample.abs() > 1e-4));
    let at = marks
        .iter()
        .map(|mark| number(mark, "charIndex") as usize)
        .collect::<Vec<_>>();
    assert_eq!(at, [0, 1, 2, 3, 4, 5, 7, 8, 9]);
    assert!(
        marks
            .iter()
            .all(|mark| number(mark, "start") < number(mark, "end"))
    );
    let stats = engine.stats(1).expect("figures");
    assert_eq!(number(&stats, "samples"), samples.len() as f64);
    assert!(number(&stats, "vocoderMs") > 0.0 && number(&stats, "sambertMs") > 0.0);
}

#[wasm_bindgen_test]
fn marks_count_utf16_units() {
    let mut engine = engine();
    let text = "𠮷😀好\u{fffd}好";
    engine
        .start(1, text.into(), options(&[]), options(&[]))
        .expect("a job");
    let (_, marks) = run(&mut engine, 1);
    let units = text.encode_utf16().collect::<Vec<_>>();
    let spoken = |mark: &JsValue| {
        let (start, length) = (
            number(mark, "charIndex") as usize,
            number(mark, "charLength") as usize,
        );
        String::from_utf16_lossy(&units[start..start + length])
    };
    assert_eq!(
        marks.iter().map(spoken).filter(|part| part == "好").count(),
        2
    );
}

#[wasm_bindgen_test]
fn jobs_run_side_by_side_and_can_be_cancelled() {
    let mut engine = engine();
    engine
        .start(1, TEXT.into(), options(&[]), options(&[]))
        .expect("a job");
    let (alone, _) = run(&mut engine, 1);
    engine
        .start(2, TEXT.into(), options(&[]), options(&[]))
        .expect("a job");
    engine
        .start(3, "别的话。".into(), options(&[]), options(&[]))
        .expect("a job");
    engine.next(3, None).expect("a chunk");
    let first = get(&engine.next(2, None).expect("a chunk"), "samples")
        .unchecked_into::<Float32Array>()
        .to_vec();
    engine.cancel(3);
    assert!(engine.next(3, None).expect("nothing").is_undefined());
    assert_eq!(first, alone[..first.len()]);
    assert!(engine.stats(3).expect("nothing").is_undefined());
}

#[wasm_bindgen_test]
fn texts_and_options_that_cannot_be_spoken_have_codes() {
    let mut engine = engine();
    let none = options(&[]);
    for text in ["", " \n", "。，！", "\u{7}\u{200b}", "\u{fffd}"] {
        assert_eq!(
            code(engine.start(1, text.into(), options(&[]), none.clone())),
            "E_TEXT_EMPTY",
            "{text:?}"
        );
    }
    for (name, value, expected) in [
        ("emotion", "furious".into(), "E_OPTION_EMOTION"),
        ("speed", 0.0.into(), "E_OPTION_SPEED"),
        ("speed", f64::NAN.into(), "E_OPTION_SPEED"),
        ("pitch", 7.0.into(), "E_OPTION_PITCH"),
        ("volume", (-1.0).into(), "E_OPTION_VOLUME"),
        ("speed", "quick".into(), "E_OPTION_FORMAT"),
    ] {
        assert_eq!(
            code(engine.start(1, TEXT.into(), options(&[]), options(&[(name, value)]))),
            expected
        );
    }
    engine
        .start(1, TEXT.into(), options(&[]), none)
        .expect("the engine goes on");
}

#[wasm_bindgen_test]
fn a_document_has_cues_silence_and_errors_with_a_place() {
    let mut engine = engine();
    let ssml = || options(&[("ssml", true.into())]);
    let document = "<speak>你好<break time='500ms'/><mark name='m'/>再见</speak>";
    engine
        .start(1, document.into(), ssml(), options(&[]))
        .expect("a job");
    let mut cues = Vec::new();
    let samples = loop {
        let chunk = engine.next(1, None).expect("a chunk");
        let end = number(&chunk, "start") + number(&get(&chunk, "samples"), "length");
        cues.extend(get(&chunk, "cues").unchecked_into::<Array>().iter());
        if get(&chunk, "last").is_truthy() {
            break end;
        }
    };
    assert_eq!(cues.len(), 1);
    assert_eq!(get(&cues[0], "name"), JsValue::from("m"));
    let at = number(&cues[0], "at");
    assert!(at > 8000.0 && at < samples, "{at} of {samples}");

    let wrong = "<speak>𠮷<x/></speak>";
    let error = engine
        .start(2, wrong.into(), ssml(), options(&[]))
        .expect_err("an error");
    assert_eq!(get(&error, "code"), JsValue::from("E_TEXT_SSML"));
    assert_eq!(number(&error, "charIndex"), 9.0);

    let lexicon = options(&[("好", " ".into())]);
    let reading = options(&[("lexicon", lexicon)]);
    let refused = engine.start(3, TEXT.into(), reading, options(&[]));
    assert_eq!(code(refused), "E_TEXT_LEXICON");
}

#[wasm_bindgen_test]
fn voices_that_are_not_whole_have_codes() {
    let mut cut = graphs();
    cut[5].truncate(1000);
    assert_eq!(code(load(MANIFEST, cut)), "E_VOICE_TRUNCATED");
    let mut altered = graphs();
    altered[0][1000] ^= 1;
    assert_eq!(code(load(MANIFEST, altered)), "E_VOICE_HASH");
    assert_eq!(code(load("<html>", graphs())), "E_VOICE_FORMAT");
    assert_eq!(code(load("{}", graphs())), "E_VOICE_FORMAT");
}

/// The engine for browsers carries none of tract's operators, unless it is built with them.
#[cfg(not(feature = "full"))]
#[wasm_bindgen_test]
fn a_graph_that_is_no_network_of_ours_is_refused_with_its_operators() {
    let mut graphs = graphs();
    let name = b"\x12\x07postnet";
    let at = graphs[4]
        .windows(name.len())
        .position(|bytes| bytes == name);
    graphs[4][at.expect("the graph's name") + 2] = b'P';
    let manifest: serde_json::Value = serde_json::from_str(MANIFEST).expect("a manifest");
    let digest = manifest["files"]["postnet"]["sha256"].as_str();
    let mut voice = EngineVoice::new(MANIFEST, false).expect("a manifest");
    let file = Uint8Array::from(graphs[4].as_slice());
    let refused = voice.read("postnet", &file, digest.map(String::from));
    let error = refused.err().expect("a failure");
    let message = get(&error, "message").as_string().expect("a message");
    assert_eq!(code::<()>(Err(error)), "E_VOICE_FORMAT");
    assert!(
        message.contains("postnet") && message.contains("LSTM"),
        "{message}"
    );
}

/// Every graph's fixture and its arrays.
macro_rules! fixtures {
    ($($graph:literal),*) => {
        [$((
            include_bytes!(concat!("fixtures/parity/", $graph, ".json")).as_slice(),
            include_bytes!(concat!("fixtures/parity/", $graph, ".bin")).as_slice(),
        )),*]
    };
}

#[wasm_bindgen_test]
fn every_graph_of_the_voice_agrees_with_onnxruntime() {
    let names = GRAPHS.iter().map(ToString::to_string);
    let voice = Voice::new(MANIFEST, names.zip(graphs()).collect()).expect("the voice");
    let fixtures = fixtures!(
        "encoder", "prosody", "duration", "decoder", "postnet", "vocoder"
    );
    for (graph, (fixture, data)) in GRAPHS.into_iter().zip(fixtures) {
        fixtures::check(graph, &voice, fixture, data);
    }
}
