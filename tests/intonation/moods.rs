//! Questions, exclamations and the other moods.

use super::*;

#[test]
fn questions_are_higher_and_rise() {
    let (statement, question) = (say("咖啡都喝完了。"), say("咖啡都喝完了？"));
    let register = question.first(3) - statement.first(3);
    let end = question.last() - statement.last();
    assert!((0.8..3.0).contains(&register), "{register}");
    assert!((2.0..5.5).contains(&end) && end > register, "{end}");
    let flat = mood("neutral");
    let (asked, flat) = (say("咖啡喝完了吗？"), say_as("咖啡喝完了吗？", &flat));
    let particle = asked.last() - flat.last();
    assert!(particle > 0.8 && particle < end, "{particle} beside {end}");
}

/// `models/convert/tests/packs.py` makes the voice out of KAN-TTS checkpoints; it speaks lower than the bundled one.
#[test]
fn converted_voices_ask_and_trail_off() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/voices/converted");
    if !folder.exists() {
        skip::skip("there is no target/voices/converted, ./build.sh test makes it");
        return;
    }
    let synthesizer = Synthesizer::new(Voice::open(&folder).unwrap()).unwrap();
    let say_so = |text: &str| {
        collect(
            &synthesizer,
            synthesizer.stream(text, &SpeakOptions::default()).unwrap(),
        )
    };
    let (statement, question) = (say_so("咖啡都喝完了。"), say_so("咖啡都喝完了？"));
    assert!(statement.whole() < say("咖啡都喝完了。").whole() - 2.0);
    let register = question.first(3) - statement.first(3);
    let end = question.last() - statement.last();
    assert!((0.8..3.0).contains(&register), "{register}");
    assert!((2.0..5.5).contains(&end) && end > register, "{end}");
    let trails = say_so("咖啡都喝完了……");
    assert_trails_off(&statement, &trails);
}

/// Lower, softer and slower than the same as a statement.
#[track_caller]
fn assert_trails_off(statement: &Said, trails: &Said) {
    assert!(trails.whole() < statement.whole() - 0.5);
    assert!(trails.level() < statement.level() - 0.7);
    let last = |said: &Said| said.syllables.last().unwrap().len() as f32;
    let longer = last(trails) / last(statement);
    assert!(longer > 1.2, "{longer}");
}

#[test]
fn a_question_word_carries_the_question() {
    let text = "他为什么不回家？";
    let (asked, flat) = (say(text), say_as(text, &mood("neutral")));
    let word = |said: &Said| said.pitch(&said.syllables[1..4]);
    assert!(word(&asked) - word(&flat) > 0.8);
    assert!(asked.last() - flat.last() < 0.8);
}

#[test]
fn exclamations_are_louder_and_commands_fall() {
    let text = "今天真是太热了！";
    let (said, flat) = (say(text), say_as(text, &mood("neutral")));
    assert!((0.7..3.0).contains(&(said.level() - flat.level())));
    let text = "快把门关上！";
    let (said, flat) = (say(text), say_as(text, &mood("neutral")));
    let (start, end) = (said.first(2) - flat.first(2), said.last() - flat.last());
    assert!(start > end + 1.5, "{start} to {end}");
}

#[test]
fn what_trails_off_is_lower_softer_and_slower() {
    let (ends, trails) = (say("我也不知道。"), say("我也不知道……"));
    assert_trails_off(&ends, &trails);
}

#[test]
fn verse_holds_its_rhymes() {
    let text = "床前明月光，疑是地上霜。举头望明月，低头思故乡。";
    let (verse, flat) = (say(text), say_as(text, &mood("neutral")));
    let rhymes = |said: &Said| -> usize {
        [4, 9, 14, 19]
            .map(|at| said.syllables[at].len())
            .iter()
            .sum()
    };
    assert!(rhymes(&verse) as f32 > 1.15 * rhymes(&flat) as f32);
}

#[test]
fn moods_are_scaled_chosen_and_switched_off() {
    let question = "他已经毕业了？";
    let flat = say_as(question, &mood("neutral"));
    assert_eq!(flat.samples, say("他已经毕业了。").samples);
    let none = SpeakOptions {
        intensity: 0.0,
        ..SpeakOptions::default()
    };
    assert_eq!(say_as(question, &none).samples, flat.samples);
    let asked = say(question);
    assert_eq!(
        say_as("他已经毕业了。", &mood("question")).samples,
        asked.samples
    );
    let marked = "<speak><mood name='question'>他已经毕业了。</mood></speak>";
    assert_eq!(
        document(marked, &SpeakOptions::default()).samples,
        asked.samples
    );
}

#[test]
fn calls_are_high_and_what_breaks_off_is_cut() {
    let last = |said: &Said| said.syllables.last().unwrap().len() as f32;
    let text = "张老师！";
    let (called, flat) = (say(text), say_as(text, &mood("neutral")));
    assert!(called.whole() > flat.whole() + 1.2);
    let (broken, whole) = (say("可是我真的——"), say("可是我真的。"));
    assert!(last(&broken) < 0.95 * last(&whole));
}
