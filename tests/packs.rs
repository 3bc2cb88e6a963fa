//! Voices of every flavour speak: causal or not, with a harmonic source or without, 16 and 24 kHz.
//!
//! `models/convert/tests/packs.py` makes the packs; tests are skipped where they are missing.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::path::Path;

use langdu::sambert::{Control, EmotionBlend, MelStream, Sambert};
use langdu::speech::Pieces;
use langdu::text::ssml_sentences;
use langdu::text::symbols::{Phones, symbols};
use langdu::{Chunk, SpeakOptions, Synthesizer, Voice};
use proptest::prelude::*;

#[path = "shared/skip.rs"]
mod skip;

const FLAVOURS: [&str; 5] = [
    "random_causal",
    "random_causal_nsf",
    "random_noncausal",
    "random_noncausal_nsf",
    "random_rate24k_nsf",
];
const TEXT: &str = "今天天气不错，我们去公园，好吗？好。";

fn voice(name: &str) -> Option<Voice> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/voices")
        .join(name);
    if !path.exists() {
        skip::skip(&format!(
            "there is no {}, ./build.sh test makes it",
            path.display()
        ));
        return None;
    }
    Some(Voice::open(&path).unwrap())
}

fn speak(synthesizer: &Synthesizer, options: &SpeakOptions) -> Vec<Chunk> {
    let chunks = synthesizer.stream(TEXT, options).unwrap();
    chunks.collect::<Result<_, _>>().unwrap()
}

fn samples(chunks: &[Chunk]) -> Vec<f32> {
    chunks
        .iter()
        .flat_map(|chunk| chunk.samples.clone())
        .collect()
}

#[test]
fn streamed_equals_whole() {
    for name in FLAVOURS {
        let Some(voice) = voice(name) else { return };
        let hop = voice.manifest.hop;
        let synthesizer = Synthesizer::new(voice).unwrap();
        let pieces = |piece, first_chunk| {
            let longest_chunk = 8 * first_chunk;
            let synthesizer = synthesizer.clone();
            synthesizer.with_pieces(Pieces {
                piece,
                first_chunk,
                longest_chunk,
            })
        };
        let options = SpeakOptions::default();
        let whole = samples(&speak(&pieces(1024, 1024), &options));
        assert!(whole.len() > 20 * hop && whole.iter().any(|sample| sample.abs() > 0.01));
        for (piece, first_chunk) in [(1, 1), (6, 12), (23, 40)] {
            let chunks = speak(&pieces(piece, first_chunk), &options);
            let joined = samples(&chunks);
            let error = common::worst(&joined, &whole);
            println!("{name}, pieces of {piece}: {error:.1e}");
            assert!(error <= 1e-4, "{name}, pieces of {piece}: {error}");
            assert!(chunks.iter().all(|chunk| !chunk.samples.is_empty()));
            let marks = chunks.iter().map(|chunk| chunk.marks.len()).sum::<usize>();
            assert_eq!(marks, 14);
        }
    }
}

#[test]
fn every_voice_has_its_own_emotions() {
    for name in FLAVOURS {
        let Some(voice) = voice(name) else { return };
        let pitched = voice.manifest.pitch.is_some();
        let synthesizer = Synthesizer::new(voice).unwrap();
        for emotion in ["neutral", "sad"] {
            let pitch = if pitched { 3.0 } else { 0.0 };
            let options = SpeakOptions {
                emotion: emotion.into(),
                pitch,
                ..Default::default()
            };
            assert!(!samples(&speak(&synthesizer, &options)).is_empty());
        }
        let code = |options| {
            synthesizer
                .stream(TEXT, &options)
                .err()
                .map(|error| error.code())
        };
        let unknown = SpeakOptions {
            emotion: "happy".into(),
            ..Default::default()
        };
        assert_eq!(code(unknown), Some("E_OPTION_EMOTION"));
        let higher = SpeakOptions {
            pitch: 1.0,
            ..Default::default()
        };
        assert_eq!(code(higher), (!pitched).then_some("E_OPTION_PITCH"));
    }
}

#[test]
fn every_speaker_of_a_voice_can_be_asked_for() {
    for name in FLAVOURS {
        let Some(voice) = voice(name) else { return };
        let speakers = &voice.manifest.speakers;
        assert_eq!(speakers[0].name, "F7");
        assert_eq!(speakers[1].description.en.as_deref(), Some("random"));
        let synthesizer = Synthesizer::new(voice).unwrap();
        let said = |speaker: Option<&str>| {
            let options = SpeakOptions {
                speaker: speaker.map(String::from),
                ..Default::default()
            };
            samples(&speak(&synthesizer, &options))
        };
        let [unnamed, first, second] = [None, Some("F7"), Some("F74")].map(said);
        assert_eq!(unnamed, first);
        assert_ne!(first, second);
        let document = |name: &str| format!("<speak><voice name='{name}'>{TEXT}</voice></speak>");
        let inside = |name: &str| {
            let sentences =
                ssml_sentences(&document(name), langdu::text::TextOptions::default()).unwrap();
            synthesizer.stream_sentences(sentences, &Default::default())
        };
        let chunks: Vec<_> = inside("F74").unwrap().map(Result::unwrap).collect();
        assert_eq!(samples(&chunks), second);
        assert_eq!(
            inside("F75").err().map(|error| error.code()),
            Some("E_OPTION_SPEAKER")
        );
    }
}

/// The original's table of positions ends at 800; a formula takes over.
#[test]
fn a_sentence_may_have_more_than_800_symbols() {
    let Some(voice) = voice("random_causal") else {
        return;
    };
    let sambert = std::sync::Arc::new(Sambert::new(&mut voice.networks().unwrap()).unwrap());
    let sentence = langdu::text::sentences("早上好").next().unwrap();
    let said = vec![symbols(&sentence, Phones::default()); 120].concat();
    assert!(said.len() > 800);
    let control = Control::plain(EmotionBlend(vec![(1, 1.0)]));
    let plan = sambert.plan(&said, &control).unwrap();
    assert_eq!(plan.durations.len(), said.len());
    let mut mel = MelStream::new(sambert, plan);
    let frames = (0..8)
        .flat_map(|_| mel.advance(12).unwrap())
        .collect::<Vec<_>>();
    assert!(!frames.is_empty() && frames.iter().all(|value| value.is_finite()));
}

#[test]
fn long_lines_are_split() {
    let line = "长".repeat(2000);
    let lengths =
        langdu::text::sentences(&*line).map(|sentence| symbols(&sentence, Phones::default()).len());
    let lengths: Vec<usize> = lengths.collect();
    assert!(
        lengths.len() > 1 && lengths.iter().all(|&length| length <= 256),
        "{lengths:?}"
    );
}

/// Any string is speech whose marks cover it in order, or a coded error.
fn speech_or_error(synthesizer: &Synthesizer, text: &str, ssml: bool) {
    let options = SpeakOptions::default();
    let sentences = match ssml {
        true => {
            ssml_sentences(text, langdu::text::TextOptions::default()).map_err(langdu::Error::from)
        }
        false => Ok(langdu::text::sentences(text)),
    };
    let chunks = sentences
        .and_then(|sentences| synthesizer.stream_sentences(sentences, &options))
        .and_then(|chunks| chunks.collect::<Result<Vec<_>, _>>());
    let chunks = match chunks {
        Ok(chunks) => chunks,
        // A document may ask for an emotion or a speaker that the voice does not have.
        Err(error) => return assert!(error.code().starts_with("E_"), "{error}"),
    };
    let length = text.chars().count();
    let (mut begun, mut position, mut spoken) = (0, 0, 0);
    for (at, chunk) in chunks.iter().enumerate() {
        assert_eq!(chunk.start, position);
        position += chunk.samples.len() as u64;
        assert!(chunk.samples.iter().all(|sample| sample.abs() <= 1.0));
        assert_eq!(chunk.last, at + 1 == chunks.len());
        for mark in &chunk.marks {
            assert!(mark.start >= begun && mark.start < mark.end, "{mark:?}");
            begun = mark.start;
            assert!(
                mark.span.start <= mark.span.end && mark.span.end <= length,
                "{mark:?}"
            );
            spoken += 1;
        }
    }
    assert!(spoken > 0 && begun < position, "{text:?}");
}

#[test]
fn anything_is_speech_or_a_coded_error() {
    let Some(voice) = voice("random_causal") else {
        return;
    };
    let synthesizer = Synthesizer::new(voice).unwrap();
    let mixed = "[一-龥0-9a-zA-Z，。！？、：;<>&\\[\\](){}'\"%+*/=~#$@ \n😀①²½-]{0,24}";
    let texts = (prop_oneof![any::<String>(), mixed], any::<bool>());
    proptest!(ProptestConfig::with_cases(400), |((text, ssml) in texts)| {
        speech_or_error(&synthesizer, &text, ssml);
        if ssml {
            speech_or_error(&synthesizer, &format!("<speak>{text}</speak>"), ssml);
        }
    });
}
