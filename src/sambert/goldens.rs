//! The acoustic model against the original's outputs, stage by stage.

use super::*;
use crate::Voice;
use crate::goldens::{Goldens, check, lines, rms, voice, worst};
use crate::nn::Value;
use crate::text::Span;

/// Durations that the original gives for 北京今天天气怎么样.
const WORKED_EXAMPLE: [usize; 22] = [
    4, 12, 4, 10, 0, 4, 10, 5, 11, 0, 6, 11, 7, 5, 0, 4, 6, 3, 5, 6, 13, 0,
];

/// Utterances, and how far two implementations may drift apart: the decoder hears itself and amplifies rounding.
const UTTERANCES: [(&str, f32); 4] = [("u0", 5e-4), ("u1", 1e-4), ("u2", 2e-4), ("u3", 1e-4)];

/// `{sy$tone$syllable_flag$word_segment$emotion$speaker} ...`, and the row of its emotion.
fn parse(voice: &Voice, line: &str) -> (Vec<Symbol>, usize) {
    let fields = |token: &str| -> Vec<&'static str> {
        let token: &'static str = token.trim_matches(['{', '}']).to_string().leak();
        token.split('$').collect()
    };
    let tokens = line.split(' ').map(fields).collect::<Vec<_>>();
    let emotion = tokens[0][4].trim_start_matches("emotion_");
    let row = voice.manifest.emotions.supported[emotion];
    let symbol = |token: &Vec<&'static str>| Symbol {
        phone: token[0].into(),
        tone: token[1],
        syllable_flag: token[2],
        word_segment: token[3],
        span: Span { start: 0, end: 0 },
    };
    (tokens.iter().map(symbol).collect(), row)
}

fn control(emotion: usize) -> Control {
    Control::plain(EmotionBlend(vec![(emotion, 1.0)]))
}

/// The original's encoder output of the worked example, `[symbols, text | speaker | emotion]`.
fn worked_example(goldens: &mut Goldens) -> Encoded {
    let rows = goldens.floats("real0_var_in");
    let size = WORKED_EXAMPLE.len();
    let width = rows.len() / size / 3;
    let part = |number: usize| {
        let columns = number * width..(number + 1) * width;
        let rows = rows.chunks_exact(3 * width);
        let part = rows.flat_map(|row| row[columns.clone()].to_vec());
        Value::f32(&[size, width], &part.collect::<Vec<_>>())
    };
    Encoded {
        text_width: width,
        size,
        valid: Value::f32(&[size], &vec![1.0; size]),
        hidden: [part(0), part(1), part(2)],
    }
}

/// The decoder's own frames; with `teacher`, each step hears the original's frame before it.
fn decode(sambert: &Sambert, plan: &Plan, teacher: Option<&[f32]>) -> Vec<f32> {
    let mut steps = decoder::Steps::new(sambert);
    let mut frames = Vec::new();
    while steps.step(sambert, plan, &mut frames).unwrap() {
        if let Some(last) = teacher.and_then(|teacher| teacher.get(..frames.len())) {
            steps
                .previous
                .copy_from_slice(&last[last.len() - sambert.channels..]);
        }
    }
    frames.truncate(plan.frames() * sambert.channels);
    frames
}

fn speak(sambert: &Arc<Sambert>, plan: Plan, piece: usize) -> Vec<f32> {
    let mut stream = MelStream::new(sambert.clone(), plan);
    let mut frames = Vec::new();
    while !stream.is_finished() {
        frames.extend(stream.advance(piece).unwrap());
    }
    frames
}

fn refine(sambert: &Sambert, frames: &[f32]) -> Vec<f32> {
    let length = frames.len() / sambert.channels;
    let count = length + sambert.look_ahead;
    let mut padded = frames.to_vec();
    padded.resize(count * sambert.channels, 0.0);
    postnet::Delay::default()
        .push(sambert, &padded, count, length)
        .unwrap()
}

#[test]
fn whole_utterances() {
    let (Some(mut goldens), Some(voice)) = (Goldens::open("am_golden"), voice("zhitian_f32"))
    else {
        return;
    };
    let sambert = Arc::new(Sambert::new(&mut voice.networks().unwrap()).unwrap());
    let lines = lines("symbols.txt");
    for ((name, drift), line) in UTTERANCES.into_iter().zip(&lines) {
        let (symbols, emotion) = parse(&voice, line.split_once('\t').unwrap().1);
        let control = control(emotion);
        let golden = &mut |what: &str| goldens.floats(&format!("{name}_{what}"));
        let report = |what: &str, found: &[f32], expected: &[f32], bound| {
            check(&format!("{name}, {what}"), worst(found, expected), bound);
        };
        let encoded = sambert.encode(&symbols, &control).unwrap();
        let text = golden("text_hid");
        report(
            "text",
            &encoded.hidden[0].as_f32()[..text.len()],
            &text,
            1e-4,
        );
        let predicted = sambert
            .predict(&encoded, &control, ["pitch", "energy"])
            .unwrap();
        for (value, what) in predicted.iter().zip(["pitch", "energy"]) {
            report(what, &value.as_f32()[..symbols.len()], &golden(what), 1e-4);
        }
        let plan = || sambert.plan(&symbols, &control).unwrap();
        let memory = plan().memory;
        let rows = (0..memory.steps()).flat_map(|step| memory.row(step).unwrap());
        let rows = rows.copied().collect::<Vec<_>>();
        report("memory", &rows, &golden("memory"), 1e-4);
        let decoded = golden("dec");
        report(
            "decoder, step by step",
            &decode(&sambert, &plan(), Some(&decoded)),
            &decoded,
            1e-4,
        );
        report("decoder", &decode(&sambert, &plan(), None), &decoded, drift);
        let mel = golden("mel");
        report("postnet", &refine(&sambert, &decoded), &mel, 1e-4);
        for piece in [6, 50] {
            report("mel", &speak(&sambert, plan(), piece), &mel, drift);
        }
        assert_eq!(plan().durations, goldens.integers(&format!("{name}_dur")));
        assert_eq!([plan().band], goldens.integers(&format!("{name}_band"))[..]);
    }
}

#[test]
fn the_worked_example() {
    let (Some(mut goldens), Some(voice)) = (Goldens::open("am_golden"), voice("zhitian_f32"))
    else {
        return;
    };
    let sambert = Arc::new(Sambert::new(&mut voice.networks().unwrap()).unwrap());
    let encoded = worked_example(&mut goldens);
    let plan = sambert
        .lay_out(&encoded, &[None; WORKED_EXAMPLE.len()], &control(0))
        .unwrap();
    assert_eq!(plan.durations, WORKED_EXAMPLE);
    assert_eq!((plan.frames(), plan.band), (126, 4));
    check(
        "mel",
        worst(&speak(&sambert, plan, 6), &goldens.floats("real0_mel")),
        1e-4,
    );
}

/// What int8 weights cost, as root mean square in units of the normalised signals.
#[test]
fn int8_stays_close() {
    let (Some(mut goldens), Some(voice)) = (Goldens::open("am_golden"), voice("zhitian")) else {
        return;
    };
    let sambert = Arc::new(Sambert::new(&mut voice.networks().unwrap()).unwrap());
    let line = &lines("symbols.txt")[1];
    let (symbols, emotion) = parse(&voice, line.split_once('\t').unwrap().1);
    let encoded = sambert.encode(&symbols, &control(emotion)).unwrap();
    let text = goldens.floats("u1_text_hid");
    check(
        "text",
        rms(&encoded.hidden[0].as_f32()[..text.len()], &text),
        0.02,
    );
    let encoded = worked_example(&mut goldens);
    let neutral = control(0);
    let predicted = sambert
        .predict(&encoded, &neutral, ["pitch", "energy"])
        .unwrap();
    for (value, what) in predicted.iter().zip(["pitch", "energy"]) {
        let error = rms(value.as_f32(), &goldens.floats(&format!("real0_{what}")));
        check(what, error, 0.02);
    }
    let plan = sambert
        .lay_out(&encoded, &[None; WORKED_EXAMPLE.len()], &neutral)
        .unwrap();
    let pairs = plan.durations.iter().zip(WORKED_EXAMPLE);
    assert!(
        pairs
            .clone()
            .all(|(found, expected)| found.abs_diff(expected) <= 1)
    );
    let decoded = goldens.floats("real0_dec");
    let error = rms(&refine(&sambert, &decoded), &goldens.floats("real0_mel"));
    check("postnet", error, 0.02);
}
