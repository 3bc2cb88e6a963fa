//! Sentences that have been spoken before, through a whole voice.
#![cfg(not(target_arch = "wasm32"))]

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::LazyLock;

use langdu::cache::memory::Memory;
use langdu::cache::sentence::SentenceKeys;
use langdu::cache::{Budget, Cache};
use langdu::{Chunk, SpeakOptions, Synthesizer, Voice};

static SYNTHESIZER: LazyLock<Synthesizer> = LazyLock::new(|| {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models/xiaolang");
    Synthesizer::new(Voice::open(&folder).unwrap()).unwrap()
});

fn cache() -> Cache<Memory> {
    Cache::new(Budget::default(), || 0.0)
}

fn speak(cache: &Cache<Memory>, text: &str, options: &SpeakOptions) -> Vec<Chunk> {
    let stream = SYNTHESIZER.stream(text, options).unwrap();
    let keys = SentenceKeys::new("the manifest");
    let stream = stream.with_recordings(keys, Rc::new(cache.clone()));
    stream.collect::<Result<_, _>>().unwrap()
}

/// Whether each sentence came from a recording.
fn recorded(chunks: &[Chunk]) -> Vec<bool> {
    let begins = chunks.iter().filter_map(|chunk| chunk.begins);
    begins.map(|sentence| sentence.recorded).collect()
}

fn samples(chunks: &[Chunk]) -> Vec<f32> {
    chunks
        .iter()
        .flat_map(|chunk| &chunk.samples)
        .copied()
        .collect()
}

#[test]
fn a_recording_sounds_the_same_and_has_the_same_marks() {
    let (cache, options) = (cache(), SpeakOptions::default());
    let text = "今天天气不错！我们去公园，好吗？";
    let first = speak(&cache, text, &options);
    let again = speak(&cache, text, &options);
    assert_eq!(recorded(&first), [false, false]);
    assert_eq!(recorded(&again), [true, true]);
    assert_eq!(again.len(), 2);
    assert!(again[1].last && !again[0].last);
    assert_eq!(again[1].start, again[0].samples.len() as u64);
    let marks = |chunks: &[Chunk]| {
        chunks
            .iter()
            .flat_map(|chunk| chunk.marks.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(marks(&first), marks(&again));
    let (first, again) = (samples(&first), samples(&again));
    assert_eq!(first.len(), again.len());
    assert!(
        first
            .iter()
            .zip(&again)
            .all(|(first, again)| (first - again).abs() < 1e-4)
    );
}

#[test]
fn a_sentence_is_known_by_its_sound_wherever_it_stands() {
    let (cache, options) = (cache(), SpeakOptions::default());
    speak(&cache, "今天天气不错。", &options);
    let chunks = speak(&cache, "你看！今天天气不错……", &options);
    assert_eq!(recorded(&chunks), [false, true]);
    let spoken = chunks.last().unwrap();
    assert_eq!(spoken.marks[0].span.start, 3);
    assert_eq!(spoken.marks[0].start, spoken.start);
}

#[test]
fn what_changes_the_sound_is_another_recording() {
    let (cache, options) = (cache(), SpeakOptions::default());
    speak(&cache, "你好。", &options);
    let faster = SpeakOptions {
        speed: 1.5,
        ..options.clone()
    };
    assert_eq!(recorded(&speak(&cache, "你好。", &faster)), [false]);
    let louder = SpeakOptions {
        volume: 0.5,
        ..options.clone()
    };
    let chunks = speak(&cache, "你好。", &louder);
    assert_eq!(recorded(&chunks), [true]);
    let peak = |chunks: &[Chunk]| {
        samples(chunks)
            .iter()
            .fold(0f32, |peak, x| peak.max(x.abs()))
    };
    let ratio = peak(&chunks) / peak(&speak(&cache, "你好。", &options));
    assert!((ratio - 0.5).abs() < 1e-3, "{ratio}");
}

#[test]
fn a_job_that_is_dropped_leaves_no_recording() {
    let (cache, options) = (cache(), SpeakOptions::default());
    let text = "春天来了，小草从土里钻出来，花儿也都开了。";
    let keys = SentenceKeys::new("the manifest");
    let mut stream = SYNTHESIZER
        .stream(text, &options)
        .unwrap()
        .with_recordings(keys, Rc::new(cache.clone()));
    stream.next().unwrap().unwrap();
    drop(stream);
    assert_eq!(recorded(&speak(&cache, text, &options)), [false]);
}
