//! What the place of words in the text does.

use super::*;

#[test]
fn emphasis_is_wider_and_what_follows_is_not() {
    let normal = SpeakOptions::default();
    let plain = document("<speak>我说的是张老师家。</speak>", &normal);
    let stressed = document(
        "<speak>我说的是<emphasis>张</emphasis>老师家。</speak>",
        &normal,
    );
    let change = |at: Range<usize>| {
        let pitch = |said: &Said| said.pitch(&said.syllables[at.clone()]);
        pitch(&stressed) - pitch(&plain)
    };
    assert!(change(4..5) > 1.0);
    assert!(change(7..8) < 0.3);
}

/// Median change of pitch in semitones of these syllables beside those of another reading.
fn change(said: &Said, beside: &Said, at: Range<usize>, other: Range<usize>) -> f32 {
    said.pitch(&said.syllables[at]) - beside.pitch(&beside.syllables[other])
}

#[test]
fn paragraphs_begin_higher_and_end_lower_and_slower() {
    let text = "他们回家了。他们回家了。他们回家了。";
    let (said, flat) = (say(text), say_as(text, &mood("neutral")));
    let moved = |at: Range<usize>| change(&said, &flat, at.clone(), at);
    assert!(moved(0..2) > 0.4, "{}", moved(0..2));
    assert!(moved(5..10).abs() < 0.3, "{}", moved(5..10));
    assert!(moved(13..15) < -0.4, "{}", moved(13..15));
    let last = |said: &Said| said.syllables[14].len() as f32;
    assert!(last(&said) > 1.05 * last(&flat));
}

#[test]
fn pitch_falls_over_a_clause_and_starts_anew() {
    // High tones alone, so that what moves is not the tones.
    let said = say("他天天吃西瓜，她刚刚喝鸡汤。");
    let high = |at: Range<usize>| said.pitch(&said.syllables[at]);
    assert!(high(0..2) > high(4..6) + 0.5);
    assert!(high(6..8) > high(4..6) + 0.3);
    assert!(high(6..8) > high(10..12) + 0.5);
}

#[test]
fn quoted_speech_is_raised_and_brackets_are_lower_and_softer() {
    let dialogue = |semitones: f32| SpeakOptions {
        dialogue: semitones,
        ..SpeakOptions::default()
    };
    let text = "他说：“我们走了。”";
    let (level, raised) = (say_as(text, &dialogue(0.0)), say_as(text, &dialogue(2.0)));
    let inside = change(&raised, &level, 2..6, 2..6);
    assert!((1.4..3.2).contains(&inside), "{inside}");
    assert!(change(&raised, &level, 0..2, 0..2).abs() < 0.3);
    let (aside, plain) = (say("小王（他的同学）来过。"), say("小王，他的同学，来过。"));
    let lower = change(&aside, &plain, 2..6, 2..6);
    assert!((-2.5..-0.4).contains(&lower), "{lower}");
}

#[test]
fn what_is_listed_rises_but_for_the_last() {
    let (listed, apart) = (say("西瓜、冬瓜、香菇。"), say("西瓜，冬瓜，香菇。"));
    for item in [1..2, 3..4] {
        let higher = change(&listed, &apart, item.clone(), item);
        assert!((0.4..2.0).contains(&higher), "{higher}");
    }
    assert!(change(&listed, &apart, 5..6, 5..6).abs() < 0.5);
}
