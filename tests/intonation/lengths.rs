//! Lengths of short sentences, pauses, speed.

use super::*;

/// Milliseconds of a frame, in which lengths grow.
const FRAME_MS: f32 = 12.5;

/// Texts of one to three syllables, and the milliseconds that the teacher takes.
fn short_sentences() -> Vec<(String, f32)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/models/train/moods/moods.tsv");
    let table = std::fs::read_to_string(path).unwrap();
    let rows = table
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>());
    rows.filter(|row| row[0] == "short")
        .map(|row| (row[2].into(), row[3].parse::<f32>().unwrap() * 1000.0))
        .collect()
}

#[test]
fn short_sentences_are_as_long_as_the_teacher_has_them() {
    let sentences = short_sentences();
    assert_eq!(sentences.len(), 20);
    let (mut ratios, mut near) = (Vec::new(), 0);
    for (text, teacher) in sentences {
        let length = |text: &str| say(text).sounding() / teacher;
        let [alone, inside] = [length(&text), length(&format!("“{text}”"))];
        assert!((alone - inside).abs() < 0.1, "{text}: {alone}, {inside}");
        near += usize::from((alone - 1.0).abs() <= 0.2 + FRAME_MS / teacher);
        ratios.push((alone, text));
    }
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert!((0.95..=1.05).contains(&ratios[10].0), "{ratios:?}");
    assert!(near >= 17, "{ratios:?}");
}

#[test]
fn answers_between_the_narrators_words_are_not_rushed() {
    let mut ratios = Vec::new();
    for (text, _) in short_sentences() {
        let alone = say(&text);
        let count = alone.syllables.len();
        let lasts = |said: &Said| -> usize {
            let own = &said.syllables[said.syllables.len() - count..];
            own.iter().map(Range::len).sum()
        };
        let framed = say(&format!("他说：“{text}”"));
        ratios.push(lasts(&framed) as f32 / lasts(&alone) as f32);
    }
    ratios.sort_by(f32::total_cmp);
    assert!((0.9..=1.15).contains(&ratios[10]), "{ratios:?}");
    // What is drawn out alone, three of them at most, need not be so here.
    assert!(ratios[3] > 0.75, "{ratios:?}");
}

#[test]
fn marks_pause_by_their_strength_and_speed_counts_once() {
    let gap = |text: &str, options: &SpeakOptions| say_as(text, options).longest_gap();
    let normal = SpeakOptions::default();
    let texts = [
        "苹果、香蕉很甜",
        "他来了，我走了",
        "他来了；我走了",
        "他来了。我走了",
        "他来了\n\n我走了",
    ];
    let gaps = texts.map(|text| gap(text, &normal));
    assert!(gaps.is_sorted_by(|a, b| a < b), "{gaps:?}");
    for (text, normal) in texts.iter().zip(gaps) {
        let fast = SpeakOptions {
            speed: 2.0,
            ..SpeakOptions::default()
        };
        let ratio = gap(text, &fast) / normal;
        assert!((0.42..0.58).contains(&ratio), "{text}: {ratio}");
    }
    let longer = SpeakOptions {
        pauses: 2.0,
        ..SpeakOptions::default()
    };
    assert!((gap(texts[1], &longer) / gaps[1] - 2.0).abs() < 0.1);
}

#[test]
fn telephone_numbers_are_said_in_groups_and_counts_evenly() {
    let gaps = say("我的手机是13800138000。").gaps();
    let digits = &gaps[gaps.len() - 10..];
    let (longer, other): (Vec<usize>, Vec<usize>) = (0..10).partition(|&at| digits[at] > 80.0);
    assert_eq!(longer, [2, 6], "{digits:?}, {other:?}");
    let counting = say("一、二、三、四、五。");
    let pauses = counting.gaps();
    let (least, most) = pauses
        .iter()
        .fold((f32::MAX, 0.0f32), |(least, most), &gap| {
            (least.min(gap), most.max(gap))
        });
    assert!(least > 100.0 && most - least < 30.0, "{pauses:?}");
}

#[test]
fn a_long_clause_has_room_to_breathe() {
    let long = say("他昨天下午在学校图书馆门口遇见了多年没有联系的老同学。");
    assert!(long.longest_gap() >= 120.0);
    assert!(say("他昨天下午在学校门口。").longest_gap() < 100.0);
}

#[test]
fn speeds_of_call_and_text_multiply_within_their_range() {
    let fast = |speed: f32| SpeakOptions {
        speed,
        ..SpeakOptions::default()
    };
    let text = "<speak><prosody rate='1.5'>今天天气不错。</prosody></speak>";
    let both = document(text, &fast(1.5));
    assert_eq!(both.samples, say_as("今天天气不错。", &fast(2.0)).samples);
}

#[test]
fn written_pauses_are_silent() {
    // Sounds on both sides that a voice holds through a pause.
    for text in [
        "他来了，你呢？",
        "他说：“嗯。”",
        "不，我不去。",
        "妈妈，我饿了。",
    ] {
        let said = say(text);
        let pairs = said.syllables.windows(2);
        let gaps: Vec<_> = pairs
            .map(|pair| pair[0].end..pair[1].start)
            .filter(|gap| gap.len() > said.rate / 5)
            .collect();
        assert_eq!(gaps.len(), 1, "{text}");
        let middle = &said.samples[gaps[0].start + said.rate / 10..gaps[0].end - said.rate / 20];
        let peak = middle.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
        assert!(peak < 1e-3, "{text}: {peak}");
    }
}
