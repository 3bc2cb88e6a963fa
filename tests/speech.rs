//! Texts through a whole voice: chunks, marks, options.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::path::PathBuf;
use std::sync::LazyLock;

use langdu::speech::Pieces;
use langdu::text::{sentences, ssml_sentences};
use langdu::{Chunk, Error, SpeakOptions, Synthesizer, Voice};
use proptest::prelude::*;

static SYNTHESIZER: LazyLock<Synthesizer> = LazyLock::new(|| {
    let bundled = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models/xiaolang");
    let folder = std::env::var("LANGDU_TEST_VOICE").map_or_else(|_| bundled(), PathBuf::from);
    Synthesizer::new(Voice::open(&folder).unwrap()).unwrap()
});

fn speak_with(synthesizer: &Synthesizer, text: &str, options: &SpeakOptions) -> Vec<Chunk> {
    synthesizer
        .stream(text, options)
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

fn speak(text: &str, options: &SpeakOptions) -> Vec<Chunk> {
    speak_with(&SYNTHESIZER, text, options)
}

fn samples(chunks: &[Chunk]) -> Vec<f32> {
    chunks
        .iter()
        .flat_map(|chunk| &chunk.samples)
        .copied()
        .collect()
}

fn code(text: &str, options: SpeakOptions) -> &'static str {
    SYNTHESIZER
        .stream(text, &options)
        .err()
        .map_or("", |error: Error| error.code())
}

/// Chunks follow on one another and only the last one says so; marks are in order, in place and complete.
fn check(text: &str, chunks: &[Chunk]) {
    let mut position = 0;
    for (index, chunk) in chunks.iter().enumerate() {
        assert_eq!(chunk.start, position);
        position += chunk.samples.len() as u64;
        assert_eq!(chunk.last, index + 1 == chunks.len());
        assert!(
            chunk
                .samples
                .iter()
                .all(|sample| (-1.0..=1.0).contains(sample))
        );
        for mark in &chunk.marks {
            assert!(
                mark.start >= chunk.start && mark.start <= position,
                "{mark:?} in the wrong chunk"
            );
        }
    }
    let marks = chunks
        .iter()
        .flat_map(|chunk| &chunk.marks)
        .collect::<Vec<_>>();
    for pair in marks.windows(2) {
        assert!(
            pair[0].end <= pair[1].start && pair[0].span.start <= pair[1].span.start,
            "{pair:?}"
        );
    }
    assert!(
        marks
            .iter()
            .all(|mark| mark.start <= mark.end && mark.end <= position)
    );
    for (at, character) in text
        .chars()
        .enumerate()
        .filter(|(_, character)| ('一'..='龥').contains(character))
    {
        let marked = marks
            .iter()
            .any(|mark| (mark.span.start..mark.span.end).contains(&at));
        assert!(marked, "{character} at {at} is never marked");
    }
}

#[test]
fn marks_follow_the_text() {
    let text = "今天天气不错，早上好！我们去公园，好吗？";
    check(text, &speak(text, &SpeakOptions::default()));
}

#[test]
fn only_a_whole_sentence_is_followed_by_silence() {
    let long = "今天天气不错我们一起去公园走走看看花草树木，然后再去湖边坐一坐喝一杯茶聊一聊天，晚上回家。";
    let text = format!("{long}{long}");
    let chunks = speak(&text, &SpeakOptions::default());
    let sentences = chunks.iter().filter(|chunk| chunk.begins.is_some()).count();
    assert!(sentences > 2, "the first is cut");
    let all = samples(&chunks);
    let silences = all.split(|&sample| sample != 0.0);
    let pause = SYNTHESIZER.manifest().sample_rate as usize * 39 / 160;
    assert_eq!(silences.filter(|silence| silence.len() >= pause).count(), 2);
}

#[test]
fn a_text_said_in_two_runs_sounds_as_in_one() {
    let text = "他说：“走吧！”十二点半的时候，气温是三度。";
    let options = SpeakOptions::default();
    let joint = text.chars().position(|c| c == '十').unwrap();
    let runs = [(0, joint), (joint, usize::MAX)].map(|(from, until)| {
        let sentences = sentences(text).starting_at(from, from > 0);
        let run = SYNTHESIZER.stream_sentences(sentences.ending_at(until), &options);
        samples(&run.unwrap().collect::<Result<Vec<_>, _>>().unwrap())
    });
    assert_eq!(runs.concat(), samples(&speak(text, &options)));
}

#[test]
fn a_document_speaks_in_its_styles() {
    let read = |document: &str| {
        let sentences = ssml_sentences(document, langdu::text::TextOptions::default()).unwrap();
        let stream = SYNTHESIZER.stream_sentences(sentences, &SpeakOptions::default());
        stream.unwrap().collect::<Result<Vec<_>, _>>().unwrap()
    };
    let plain = read("<speak>今天天气不错。</speak>");
    assert_eq!(
        samples(&plain),
        samples(&speak("今天天气不错。", &SpeakOptions::default()))
    );

    let styled = read("<speak><prosody rate='2'>今天天气不错。</prosody></speak>");
    let faster = SpeakOptions {
        speed: 2.0,
        ..Default::default()
    };
    assert_eq!(samples(&styled), samples(&speak("今天天气不错。", &faster)));

    let document = "<speak>今天天气不错。<break time='1500ms'/><mark name='later'/>再见。<mark name='end'/></speak>";
    let chunks = read(document);
    check(document, &chunks);
    let all = samples(&chunks);
    let marks = chunks.iter().flat_map(|chunk| &chunk.marks);
    let said = marks.take_while(|mark| mark.span.end <= 14).last().unwrap();
    let cues = chunks.iter().flat_map(|chunk| &chunk.cues);
    let cues = cues
        .map(|cue| (cue.name.as_str(), cue.at))
        .collect::<Vec<_>>();
    assert_eq!(cues[0].0, "later");
    // From the end of the last sound.
    assert_eq!(
        cues[0].1,
        said.end + u64::from(SYNTHESIZER.manifest().sample_rate) * 3 / 2
    );
    let pause = all.iter().rev().take_while(|&&sample| sample == 0.0);
    assert_eq!(cues[1], ("end", (all.len() - pause.count()) as u64));
}

#[test]
fn a_document_cannot_ask_for_an_emotion_that_the_voice_lacks() {
    let document = "<speak>好。<emotion category='furious'>好。</emotion></speak>";
    let sentences = ssml_sentences(document, langdu::text::TextOptions::default()).unwrap();
    let refused = SYNTHESIZER.stream_sentences(sentences, &SpeakOptions::default());
    assert_eq!(refused.err().unwrap().code(), "E_OPTION_EMOTION");
}

#[test]
fn the_first_chunk_is_short_and_later_ones_grow() {
    let chunks = speak(
        "春天来了，小草从土里钻出来，花儿也都开了，到处都是鸟语花香。",
        &SpeakOptions::default(),
    );
    let rate = SYNTHESIZER.manifest().sample_rate as usize;
    assert!(chunks[0].samples.len() <= rate / 5);
    assert!(chunks[1].samples.len() > chunks[0].samples.len());
    assert!(chunks.iter().all(|chunk| chunk.samples.len() <= 2 * rate));
}

#[test]
fn the_same_text_gives_the_same_samples() {
    let options = SpeakOptions::default();
    assert_eq!(
        samples(&speak("你好，世界。", &options)),
        samples(&speak("你好，世界。", &options))
    );
}

#[test]
fn speed_changes_the_length() {
    let length = |speed| {
        samples(&speak(
            "北京今天的天气怎么样？",
            &SpeakOptions {
                speed,
                ..Default::default()
            },
        ))
        .len()
    };
    let (slow, normal, fast) = (length(0.5) as f32, length(1.0) as f32, length(2.0) as f32);
    assert!(
        (1.7..2.3).contains(&(slow / normal)),
        "{slow} beside {normal}"
    );
    assert!(
        (1.7..2.3).contains(&(normal / fast)),
        "{normal} beside {fast}"
    );
}

#[test]
fn volume_is_a_gain() {
    let speak = |volume| {
        samples(&speak(
            "你好。",
            &SpeakOptions {
                volume,
                ..Default::default()
            },
        ))
    };
    let (normal, quiet) = (speak(1.0), speak(0.5));
    assert!(normal.iter().any(|sample| sample.abs() > 1e-4));
    assert!(
        normal
            .iter()
            .zip(&quiet)
            .all(|(normal, quiet)| (normal * 0.5 - quiet).abs() < 1e-6)
    );
    assert!(speak(0.0).iter().all(|&sample| sample == 0.0));
}

#[test]
fn options_out_of_range_have_codes() {
    let default = SpeakOptions::default;
    for value in [f32::NAN, f32::INFINITY, -1000.0, 1000.0] {
        assert_eq!(
            code(
                "你好",
                SpeakOptions {
                    speed: value,
                    ..default()
                }
            ),
            "E_OPTION_SPEED"
        );
        assert_eq!(
            code(
                "你好",
                SpeakOptions {
                    pitch: value,
                    ..default()
                }
            ),
            "E_OPTION_PITCH"
        );
        assert_eq!(
            code(
                "你好",
                SpeakOptions {
                    volume: value,
                    ..default()
                }
            ),
            "E_OPTION_VOLUME"
        );
        assert_eq!(
            code(
                "你好",
                SpeakOptions {
                    intensity: value,
                    ..default()
                }
            ),
            "E_OPTION_INTENSITY"
        );
    }
    assert_eq!(
        code(
            "你好",
            SpeakOptions {
                speed: 0.0,
                ..default()
            }
        ),
        "E_OPTION_SPEED"
    );
    assert_eq!(
        code(
            "你好",
            SpeakOptions {
                emotion: "hungry".into(),
                ..default()
            }
        ),
        "E_OPTION_EMOTION"
    );
}

#[test]
fn every_emotion_of_the_voice_speaks() {
    for emotion in SYNTHESIZER.manifest().emotions.supported.keys() {
        let options = SpeakOptions {
            emotion: emotion.clone(),
            intensity: 0.7,
            pitch: 2.0,
            ..Default::default()
        };
        assert!(!samples(&speak("好的。", &options)).is_empty());
    }
}

#[test]
fn nothing_to_say_has_a_code() {
    for text in ["", "  \n\t", "。，！？……", "\u{0}\u{7}\u{200b}"] {
        assert_eq!(
            code(text, SpeakOptions::default()),
            "E_TEXT_EMPTY",
            "{text:?}"
        );
    }
}

#[test]
fn odd_texts_are_spoken_or_refused_but_never_panic() {
    let long_word = "长".repeat(700);
    for text in [
        "😀👍🏽",
        "Hello, world!",
        "\u{fffd}\u{fffd}好",
        "3.14159",
        "ㄅㄆㄇ",
        "a\u{301}\u{301}b",
        &long_word,
    ] {
        match SYNTHESIZER.stream(text, &SpeakOptions::default()) {
            Ok(chunks) => assert!(chunks.take(3).all(|chunk| chunk.is_ok()), "{text}"),
            Err(error) => assert_eq!(error.code(), "E_TEXT_EMPTY", "{text}"),
        }
    }
}

#[test]
fn a_book_starts_at_once() {
    let started = std::time::Instant::now();
    let text = "从前有座山，山里有座庙，庙里有个老和尚在讲故事。";
    let sentence = speak(text, &SpeakOptions::default());
    let one_sentence = started.elapsed();
    let book = text.repeat(4200);
    assert!(book.chars().count() > 100_000);
    let started = std::time::Instant::now();
    let mut chunks = SYNTHESIZER.stream(book, &SpeakOptions::default()).unwrap();
    let first = chunks.next().unwrap().unwrap();
    assert_eq!(first.samples.len(), sentence[0].samples.len());
    assert!(started.elapsed() < one_sentence * 3 + std::time::Duration::from_millis(500));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Joined chunks equal the sentence made in one piece.
    #[test]
    fn any_schedule_gives_the_same_samples(
        piece in prop::sample::select(vec![1usize, 4, 6, 7, 12, 23]),
        first_chunk in 1usize..60,
        longest_chunk in 1usize..200,
        text in prop::sample::select(vec!["好。", "今天天气不错，早上好！", "我想，你也知道。对吗？"]),
        speed in prop::sample::select(vec![0.5f32, 1.0, 2.0]),
        speaker in prop::sample::select(vec!["xiaolang", "dalang", "chenlang"]),
    ) {
        let speaker = Some(speaker.to_owned());
        let options = SpeakOptions { speed, speaker, ..SpeakOptions::default() };
        let whole = Pieces { piece: 512, first_chunk: 512, longest_chunk: 512 };
        let whole = speak_with(&SYNTHESIZER.clone().with_pieces(whole), text, &options);
        let pieces = Pieces { piece, first_chunk, longest_chunk };
        let chunks = speak_with(&SYNTHESIZER.clone().with_pieces(pieces), text, &options);
        check(text, &chunks);
        let (whole, joined) = (samples(&whole), samples(&chunks));
        let error = common::worst(&joined, &whole);
        prop_assert!(error <= 1e-4, "{}", error);
    }
}
