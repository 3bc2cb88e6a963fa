//! Sentences that have been spoken before, through a whole voice.
#![cfg(not(target_arch = "wasm32"))]

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::LazyLock;

use langdu::cache::keys::Keys;
use langdu::cache::memory::Memory;
use langdu::cache::{Budget, Cache};
use langdu::speech::EmotionTemplates;
use langdu::speech::Source::{self, Fragments, New, Sentence, Template};
use langdu::text::Templates;
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
    let keys = Keys::new("the manifest");
    let stream = stream.with_recordings(keys, Rc::new(cache.clone()));
    stream.collect::<Result<_, _>>().unwrap()
}

/// Where each sentence came from.
fn sources(chunks: &[Chunk]) -> Vec<Source> {
    let begins = chunks.iter().filter_map(|chunk| chunk.begins.as_ref());
    begins.map(|sentence| sentence.source).collect()
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
    assert_eq!(sources(&first), [New, New]);
    assert_eq!(sources(&again), [Sentence, Sentence]);
    // Each begins with a short piece, and the rest of it follows.
    assert_eq!(again.len(), 4);
    let quarter = SYNTHESIZER.manifest().sample_rate as usize / 4;
    assert!(again[0].samples.len() < quarter && again[1].samples.len() > quarter);
    let mut start = 0;
    for (number, chunk) in again.iter().enumerate() {
        assert_eq!(chunk.start, start);
        assert_eq!(chunk.begins.is_some(), number % 2 == 0);
        assert_eq!(chunk.last, number == 3);
        start += chunk.samples.len() as u64;
        let mut marks = chunk.marks.iter();
        assert!(marks.all(|mark| (chunk.start..start).contains(&mark.start)));
    }
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
    let chunks = speak(&cache, "你看！今天天气不错。走吧！", &options);
    assert_eq!(sources(&chunks), [New, Sentence, New]);
    let known = |chunk: &&Chunk| {
        let begins = chunk.begins.as_ref();
        begins.is_some_and(|sentence| sentence.source == Sentence)
    };
    let spoken = chunks.iter().find(known).unwrap();
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
    assert_eq!(sources(&speak(&cache, "你好。", &faster)), [New]);
    let louder = SpeakOptions {
        volume: 0.5,
        ..options.clone()
    };
    let chunks = speak(&cache, "你好。", &louder);
    assert_eq!(sources(&chunks), [Sentence]);
    let peak = |chunks: &[Chunk]| {
        samples(chunks)
            .iter()
            .fold(0f32, |peak, x| peak.max(x.abs()))
    };
    let ratio = peak(&chunks) / peak(&speak(&cache, "你好。", &options));
    assert!((ratio - 0.5).abs() < 1e-3, "{ratio}");
}

#[test]
fn words_are_known_at_any_tempo() {
    let cache = cache();
    let at = |speed| SpeakOptions {
        speed,
        ..SpeakOptions::default()
    };
    let text = "我们去公园，早上好。";
    assert_eq!(sources(&speak(&cache, text, &at(1.6))), [New]);
    let faster = speak(&cache, text, &at(2.0));
    assert_eq!(sources(&faster), [Fragments]);
    let plain = SYNTHESIZER.stream(text, &at(2.0)).unwrap();
    let plain: Vec<Chunk> = plain.collect::<Result<_, _>>().unwrap();
    assert_eq!(samples(&faster).len(), samples(&plain).len());
    // Its own recording has the lengths at which it sounds.
    let again = speak(&cache, text, &at(2.0));
    assert_eq!(sources(&again), [Sentence]);
    let ends = |chunks: &[Chunk]| {
        chunks
            .iter()
            .flat_map(|chunk| &chunk.marks)
            .map(|mark| mark.end)
            .collect::<Vec<_>>()
    };
    assert_eq!(ends(&again), ends(&faster));
}

#[test]
fn a_job_that_is_dropped_leaves_no_recording() {
    let (cache, options) = (cache(), SpeakOptions::default());
    let text = "春天来了，小草从土里钻出来，花儿也都开了。";
    let keys = Keys::new("the manifest");
    let mut stream = SYNTHESIZER
        .stream(text, &options)
        .unwrap()
        .with_recordings(keys, Rc::new(cache.clone()));
    stream.next().unwrap().unwrap();
    drop(stream);
    assert_eq!(sources(&speak(&cache, text, &options)), [New]);
}

const TEMPLATE: &str = "现在是北京时间{时间}整。";

#[test]
fn fixed_parts_of_templates_are_made_once() {
    let (cache, options) = (cache(), SpeakOptions::default());
    let templates = Templates::parse(&[TEMPLATE, "您好，请问有什么可以帮您？"]).unwrap();
    let parts = templates.fixed_parts();
    let synthesizer = SYNTHESIZER.clone().with_templates(templates);
    let records = || Rc::new(cache.clone());
    for part in parts {
        let stream = synthesizer.stream_part(&part, &options).unwrap();
        let made = stream.with_recordings(Keys::new("the manifest"), records());
        assert_eq!(
            made.filter_map(Result::ok).last().map(|chunk| chunk.last),
            Some(true)
        );
    }
    let speak = |text: &str, options: &SpeakOptions| {
        let stream = synthesizer.stream(text, options).unwrap();
        let stream = stream.with_recordings(Keys::new("the manifest"), records());
        stream.collect::<Result<Vec<_>, _>>().unwrap()
    };
    let chunks = speak("现在是北京时间八点整。", &options);
    assert_eq!(sources(&chunks), [Template, New]);
    assert_eq!(
        sources(&speak("现在是北京时间八点整。", &options)),
        [Template, Sentence]
    );
    assert_eq!(
        sources(&speak("您好，请问有什么可以帮您？", &options)),
        [Template]
    );
    // Without its mark the same words are a statement, which sounds otherwise.
    assert_eq!(sources(&speak("您好，请问有什么可以帮您", &options)), [New]);
    let sad = SpeakOptions {
        emotion: "sad".into(),
        ..options
    };
    assert_eq!(sources(&speak("您好，请问有什么可以帮您？", &sad)), [New]);
    // The joint lies in a pause: what goes before has died away, and the slot begins as any sentence does.
    let slot = chunks
        .iter()
        .skip(1)
        .position(|chunk| chunk.begins.is_some());
    let fixed = &samples(&chunks[..=slot.unwrap()]);
    let level = |samples: &[f32]| {
        let power: f32 = samples.iter().map(|sample| sample * sample).sum();
        (power / samples.len() as f32).sqrt()
    };
    let end = level(&fixed[fixed.len() - 320..]);
    assert!(end < level(fixed) / 100.0, "{end}");
}

fn preset() -> EmotionTemplates {
    serde_json::from_str(include_str!("../www/client/emotions.json")).unwrap()
}

#[test]
fn emotion_templates_change_tempo_and_pitch_and_are_part_of_the_key() {
    let cache = cache();
    let synthesizer = SYNTHESIZER.clone().with_emotions(preset()).unwrap();
    let options = |emotion: &str| SpeakOptions {
        emotion: emotion.into(),
        ..SpeakOptions::default()
    };
    let text = "今天天气不错，我们去公园。";
    let speak = |synthesizer: &Synthesizer, emotion| {
        let stream = synthesizer.stream(text, &options(emotion)).unwrap();
        let stream = stream.with_recordings(Keys::new("the manifest"), Rc::new(cache.clone()));
        stream.collect::<Result<Vec<_>, _>>().unwrap()
    };
    for (emotion, scale) in [("happy", 0.9), ("sad", 1.1)] {
        let plain = speak(&SYNTHESIZER, emotion);
        let shaped = speak(&synthesizer, emotion);
        assert_eq!((sources(&plain), sources(&shaped)), (vec![New], vec![New]));
        let ratio = samples(&shaped).len() as f32 / samples(&plain).len() as f32;
        assert!((ratio / scale - 1.0).abs() < 0.05, "{emotion}: {ratio}");
    }
    // What no template names is one and the same.
    speak(&SYNTHESIZER, "neutral");
    assert_eq!(sources(&speak(&synthesizer, "neutral")), [Sentence]);
}

#[test]
fn an_emotion_that_was_not_learned_is_spoken_by_its_template() {
    let template = || EmotionTemplates::from([("sleepy".into(), Default::default())]);
    let synthesizer = SYNTHESIZER.clone().with_emotions(template()).unwrap();
    let sleepy = SpeakOptions {
        emotion: "sleepy".into(),
        ..SpeakOptions::default()
    };
    assert!(SYNTHESIZER.stream("好", &sleepy).is_err());
    assert!(synthesizer.stream("好", &sleepy).is_ok());
    let mut wrong = template();
    wrong.get_mut("sleepy").unwrap().pitch_scale = f32::NAN;
    let error = SYNTHESIZER.clone().with_emotions(wrong).err();
    assert_eq!(error.map(|error| error.code()), Some("E_OPTION_TEMPLATE"));
}

#[test]
fn known_words_are_taken_and_only_the_rest_is_made() {
    let (cache, options) = (cache(), SpeakOptions::default());
    speak(&cache, "早上好，再见。", &options);
    // 天气 among neighbours of the same kind as below.
    speak(&cache, "明天天气不坏。", &options);
    let text = "早上好，今天天气不错";
    let chunks = speak(&cache, text, &options);
    let begins = chunks[0].begins.as_ref().unwrap();
    let spans = |span: &langdu::text::Span| {
        text.chars()
            .skip(span.start)
            .take(span.end - span.start)
            .collect::<String>()
    };
    assert_eq!(begins.source, Fragments);
    assert_eq!(
        begins.known.iter().map(spans).collect::<Vec<_>>(),
        ["早上好", "天气"]
    );
    let syllables: usize = chunks.iter().map(|chunk| chunk.marks.len()).sum();
    assert_eq!(syllables, 9);
    // The sentence has its own recording now, and its words are known to the next one.
    assert_eq!(sources(&speak(&cache, text, &options)), [Sentence]);
    let chunks = speak(&cache, "今天天气不错，早上好。", &options);
    let known = &chunks[0].begins.as_ref().unwrap().known;
    assert!(known.len() >= 2, "{known:?}");
    // Another emotion has words of its own.
    let sad = SpeakOptions {
        emotion: "sad".into(),
        ..options
    };
    assert_eq!(sources(&speak(&cache, text, &sad)), [New]);
}

#[test]
fn speech_made_of_known_words_only_needs_no_new_ones() {
    let (cache, options) = (cache(), SpeakOptions::default());
    speak(&cache, "早上好，我们去公园。", &options);
    let chunks = speak(&cache, "我们去公园，早上好。", &options);
    assert_eq!(sources(&chunks), [Fragments]);
    let plain: Vec<Chunk> = SYNTHESIZER
        .stream("我们去公园，早上好。", &options)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let level = |samples: &[f32]| {
        samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32
    };
    let (joined, plain) = (samples(&chunks), samples(&plain));
    assert!((joined.len() as f32 / plain.len() as f32 - 1.0).abs() < 0.2);
    assert!((level(&joined) / level(&plain)).log10().abs() < 0.3);
}

/// The mean power spectrum of some sound, in decibels at 32 frequencies from 120 Hz to 6 kHz, whatever its level.
fn spectrum(samples: &[f32]) -> Vec<f32> {
    let rate = SYNTHESIZER.manifest().sample_rate as usize;
    let length = rate / 40;
    let power = |frequency: f32| {
        let turn = std::f32::consts::TAU * frequency / rate as f32;
        let frames = samples.windows(length).step_by(length / 2).map(|frame| {
            let [mut real, mut imaginary] = [0.0; 2];
            for (at, sample) in frame.iter().enumerate() {
                let window = (std::f32::consts::PI * at as f32 / length as f32).sin();
                let (sine, cosine) = (turn * at as f32).sin_cos();
                real += sample * window * cosine;
                imaginary += sample * window * sine;
            }
            real * real + imaginary * imaginary
        });
        10.0 * (frames.sum::<f32>() / samples.len() as f32 + 1e-9).log10()
    };
    let bands = (0..32).map(|band| power(120.0 * 50f32.powf(band as f32 / 31.0)));
    let bands = bands.collect::<Vec<_>>();
    let mean = bands.iter().sum::<f32>() / bands.len() as f32;
    bands.into_iter().map(|band| band - mean).collect()
}

/// The sound of each syllable.
fn syllables(chunks: &[Chunk]) -> Vec<Vec<f32>> {
    let sound = samples(chunks);
    let marks = chunks.iter().flat_map(|chunk| &chunk.marks);
    marks
        .map(|mark| sound[mark.start as usize..(mark.end as usize).min(sound.len())].to_vec())
        .collect()
}

#[test]
fn a_word_out_of_the_cache_sounds_as_one_made_anew() {
    let (cache, options) = (cache(), SpeakOptions::default());
    let text = "早上好，今天学校不错";
    speak(&cache, "早上好，再见。", &options);
    speak(&cache, "明天学校不坏。", &options);
    let spliced = speak(&cache, text, &options);
    assert_eq!(sources(&spliced), [Fragments]);
    let anew = SYNTHESIZER.stream(text, &options).unwrap();
    let anew = anew.collect::<Result<Vec<_>, _>>().unwrap();
    let spectra = |chunks: &[Chunk]| {
        let syllables = syllables(chunks);
        syllables
            .iter()
            .map(|sound| spectrum(sound))
            .collect::<Vec<_>>()
    };
    let (spliced, anew) = (spectra(&spliced), spectra(&anew));
    let distance = |one: &[f32], other: &[f32]| {
        let squares = one
            .iter()
            .zip(other)
            .map(|(one, other)| (one - other).powi(2));
        (squares.sum::<f32>() / one.len() as f32).sqrt()
    };
    // 早上好 and 学校 are known; each is nearer to itself than to any other syllable.
    for known in [0, 1, 2, 5, 6] {
        let own = distance(&spliced[known], &anew[known]);
        let others = (0..anew.len()).filter(|&at| text_of(text, at) != text_of(text, known));
        let nearest = others
            .map(|at| distance(&spliced[known], &anew[at]))
            .fold(f32::MAX, f32::min);
        assert!(
            own < 8.0 && own < nearest,
            "syllable {known}: {own} dB, the nearest other {nearest} dB"
        );
    }
}

/// The character of a syllable of a text with one mark.
fn text_of(text: &str, syllable: usize) -> Option<char> {
    text.chars()
        .filter(|&character| character != '，')
        .nth(syllable)
}
