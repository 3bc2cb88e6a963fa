//! Pitch and emotions of the call.

use super::*;

#[test]
fn a_pitch_of_semitones_is_heard_as_such() {
    let text = "今天天气不错。";
    // Far up, whole samples of a period are a coarse measure.
    for (pitch, off) in [(4.0, 0.5), (6.0, 1.0)] {
        let raised = SpeakOptions {
            pitch,
            ..SpeakOptions::default()
        };
        let change = say_as(text, &raised).whole() - say(text).whole();
        assert!((change - pitch).abs() < off, "{change} for {pitch}");
    }
}

#[test]
fn a_speaker_made_of_another_has_a_lower_voice_and_the_same_pace() {
    let man = |speed| SpeakOptions {
        speaker: Some("chenlang".into()),
        speed,
        ..SpeakOptions::default()
    };
    let text = "今天天气不错，我们去公园走走。";
    let (his, hers) = (say_as(text, &man(1.0)), say(text));
    let lower = hers.whole() - his.whole();
    assert!((8.5..11.5).contains(&lower), "{lower}");
    let length = |said: &Said| said.samples.len() as f32;
    let ratio = length(&his) / length(&hers);
    assert!((ratio - 1.0).abs() < 0.1, "{ratio}");
    let pause = his.longest_gap() / hers.longest_gap();
    assert!((pause - 1.0).abs() < 0.15, "{pause}");
    let ratio = length(&his) / length(&say_as(text, &man(2.0)));
    assert!((1.7..2.3).contains(&ratio), "{ratio}");
}

#[test]
fn speakers_that_have_learnt_have_voices_of_their_own() {
    let text = "今天天气不错，我们去公园走走。";
    let man = SpeakOptions {
        speaker: Some("dalang".into()),
        ..SpeakOptions::default()
    };
    let his = say_as(text, &man).whole();
    let lower = say(text).whole() - his;
    assert!((8.0..13.0).contains(&lower), "{lower}");
    let raised = SpeakOptions { pitch: 4.0, ..man };
    let change = say_as(text, &raised).whole() - his;
    assert!((3.0..5.0).contains(&change), "{change}");
}

#[test]
fn emotions_have_their_pitch_and_intensity_leads_to_it() {
    let text = "我们明天一起去公园。";
    let said = |emotion: &str, intensity: f32| {
        let options = SpeakOptions {
            emotion: emotion.into(),
            intensity,
            ..SpeakOptions::default()
        };
        say_as(text, &options)
    };
    let [happy, sad] = ["happy", "sad"].map(|emotion| said(emotion, 1.0).whole());
    assert!(happy > sad + 1.0, "{happy} and {sad}");
    assert_eq!(said("happy", 0.0).samples, said("neutral", 1.0).samples);
    let (none, half) = (said("happy", 0.0).whole(), said("happy", 0.5).whole());
    assert!(none < half && half < happy, "{none}, {half}, {happy}");
}

#[test]
fn templates_change_the_level() {
    let template = |energy_scale: f32| {
        let emotion = EmotionTemplate {
            energy_scale,
            ..EmotionTemplate::default()
        };
        let emotions = EmotionTemplates::from([("loud".into(), emotion)]);
        let synthesizer = SYNTHESIZER.clone().with_emotions(emotions).unwrap();
        let options = SpeakOptions {
            emotion: "loud".into(),
            ..SpeakOptions::default()
        };
        collect(
            &synthesizer,
            synthesizer.stream("今天天气不错。", &options).unwrap(),
        )
        .level()
    };
    let (plain, scaled) = (template(1.0), template(0.2));
    assert!((plain - scaled).abs() > 0.3, "{plain} and {scaled}");
}
