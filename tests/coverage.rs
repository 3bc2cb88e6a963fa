//! Every tonal syllable of the common characters is heard: none is silent, cut short, drawn out or said twice.
#![cfg(not(target_arch = "wasm32"))]

use std::path::PathBuf;
use std::thread;

use langdu::text::ssml_sentences;
use langdu::{Chunk, SpeakOptions, Synthesizer, Voice};

const SYLLABLES: &str = include_str!("fixtures/syllables.txt");
const RATE: usize = 24_000;
/// Samples of a level, 10 ms.
const STEP: usize = RATE / 100;
/// Seconds that a syllable within a sentence may take.
const SECONDS: std::ops::Range<f32> = 0.045..0.6;
/// A syllable may be this much softer than its sentence, in decibels.
const SOFTER: f32 = 15.0;
/// Below its loudest by this many decibels a syllable has stopped sounding.
const SILENT: f32 = 30.0;

/// Syllables that share a sentence, each behind one of these and ahead of the next.
const CARRIER: [&str; 4] = ["我说", "这", "那", "吧。"];

/// The samples of each syllable within a sentence, and those of the sentence.
fn said(synthesizer: &Synthesizer, pinyin: &[&str]) -> (Vec<Vec<f32>>, Vec<f32>) {
    let (mut document, mut places) = (String::from("<speak>"), Vec::new());
    for (ahead, pinyin) in CARRIER.iter().zip(pinyin) {
        document += &format!("{ahead}<phoneme ph='{pinyin}'>");
        places.push(document.chars().count());
        document += "字</phoneme>";
    }
    document += &format!("{}</speak>", CARRIER[3]);
    let sentences = ssml_sentences(&document, langdu::text::TextOptions::default()).unwrap();
    let chunks = synthesizer
        .stream_sentences(sentences, &SpeakOptions::default())
        .unwrap()
        .collect::<Result<Vec<Chunk>, _>>()
        .unwrap();
    let samples = chunks.iter().flat_map(|chunk| chunk.samples.clone());
    let samples = samples.collect::<Vec<_>>();
    let syllable = |at: &usize| {
        let mut marks = chunks.iter().flat_map(|chunk| &chunk.marks);
        let mark = marks.find(|mark| mark.span.start == *at);
        let mark = mark.expect("a mark of the syllable");
        samples[mark.start as usize..mark.end as usize].to_vec()
    };
    (places.iter().map(syllable).collect(), samples)
}

/// Root mean square in decibels of full scale.
fn level(samples: &[f32]) -> f32 {
    let power = samples.iter().map(|sample| sample * sample).sum::<f32>();
    10.0 * (power / samples.len().max(1) as f32 + 1e-10).log10()
}

/// What is wrong with a syllable, if anything.
fn fault(syllable: &[f32], sentence: &[f32]) -> Option<String> {
    let seconds = syllable.len() as f32 / RATE as f32;
    if !SECONDS.contains(&seconds) {
        return Some(format!("takes {seconds:.2} s"));
    }
    let levels = syllable.chunks(STEP).map(level).collect::<Vec<_>>();
    let loudest = levels.iter().copied().fold(f32::MIN, f32::max);
    if loudest < level(sentence) - SOFTER {
        return Some(format!("is soft: {loudest:.0} dB"));
    }
    let sounds = levels
        .split(|&level| level < loudest - SILENT)
        .filter(|run| run.len() >= 4)
        .count();
    (sounds != 1).then(|| format!("sounds {sounds} times"))
}

/// The faults of some syllables, each with its pinyin.
fn faults(syllables: &[&str]) -> Vec<String> {
    let bundled = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models/xiaolang");
    let folder = std::env::var("LANGDU_TEST_VOICE").map_or_else(|_| bundled(), PathBuf::from);
    let synthesizer = Synthesizer::new(Voice::open(&folder).unwrap()).unwrap();
    let mut found = Vec::new();
    for three in syllables.chunks(CARRIER.len() - 1) {
        let (said, sentence) = said(&synthesizer, three);
        for (pinyin, syllable) in three.iter().zip(said) {
            found.extend(fault(&syllable, &sentence).map(|fault| format!("{pinyin} {fault}")));
        }
    }
    found
}

#[test]
fn all_syllables_are_heard() {
    let syllables = SYLLABLES.lines().collect::<Vec<_>>();
    let faults = thread::scope(|scope| {
        let (first, second) = syllables.split_at(syllables.len() / 2);
        let second = scope.spawn(|| faults(second));
        [faults(first), second.join().unwrap()].concat()
    });
    assert!(faults.is_empty(), "{} of them: {faults:#?}", faults.len());
}

#[test]
fn faults_are_found() {
    let tone = |seconds: f32| {
        let samples = (0..(seconds * RATE as f32) as usize).map(|at| (at as f32 * 0.1).sin() * 0.3);
        samples.collect::<Vec<_>>()
    };
    let sentence = tone(1.0);
    assert_eq!(fault(&tone(0.2), &sentence), None);
    let silent = vec![0.0; RATE / 5];
    assert_eq!(fault(&silent, &sentence).unwrap(), "is soft: -100 dB");
    let twice = [tone(0.1), vec![0.0; RATE / 10], tone(0.1)].concat();
    assert_eq!(fault(&twice, &sentence).unwrap(), "sounds 2 times");
    assert_eq!(fault(&tone(0.03), &sentence).unwrap(), "takes 0.03 s");
    assert_eq!(fault(&tone(0.8), &sentence).unwrap(), "takes 0.80 s");
}
