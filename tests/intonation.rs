//! What moods, marks and options do to the sound of the bundled voice: each change in its direction and of about its size.
#![cfg(not(target_arch = "wasm32"))]

use std::ops::Range;
use std::path::PathBuf;
use std::sync::LazyLock;

use langdu::speech::{EmotionTemplate, EmotionTemplates};
use langdu::text::{TextOptions, ssml_sentences};
use langdu::{SpeakOptions, Synthesizer, Voice};

static SYNTHESIZER: LazyLock<Synthesizer> = LazyLock::new(|| {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models/xiaolang");
    Synthesizer::new(Voice::open(&folder).unwrap()).unwrap()
});

const RATE: usize = 16_000;

/// A spoken text: its samples, and those of each syllable.
struct Said {
    samples: Vec<f32>,
    syllables: Vec<Range<usize>>,
}

fn collect(stream: langdu::ChunkStream) -> Said {
    let mut said = Said {
        samples: Vec::new(),
        syllables: Vec::new(),
    };
    for chunk in stream {
        let chunk = chunk.unwrap();
        said.samples.extend(chunk.samples);
        let marks = chunk.marks.iter();
        let places = marks.map(|mark| mark.start as usize..mark.end as usize);
        said.syllables.extend(places);
    }
    said
}

fn say_as(text: &str, options: &SpeakOptions) -> Said {
    collect(SYNTHESIZER.stream(text, options).unwrap())
}

fn say(text: &str) -> Said {
    say_as(text, &SpeakOptions::default())
}

fn document(text: &str, options: &SpeakOptions) -> Said {
    let sentences = ssml_sentences(text, TextOptions::default()).unwrap();
    collect(SYNTHESIZER.stream_sentences(sentences, options).unwrap())
}

fn mood(mood: &str) -> SpeakOptions {
    SpeakOptions {
        mood: mood.into(),
        ..SpeakOptions::default()
    }
}

/// F0 in Hz of 40 ms by autocorrelation, where it is voiced.
fn f0(window: &[f32]) -> Option<f32> {
    let energy = |samples: &[f32]| samples.iter().map(|x| x * x).sum::<f32>();
    let similarity = |lag: usize| {
        let (a, b) = (&window[..window.len() - lag], &window[lag..]);
        let product: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
        product / (energy(a) * energy(b)).sqrt().max(1e-9)
    };
    let lags: Vec<f32> = (0..RATE / 90).map(similarity).collect();
    let shortest = RATE / 550;
    let best = lags[shortest..].iter().copied().fold(0.0, f32::max);
    // The first peak that is nearly the best: not an octave below.
    let lag = (shortest..lags.len() - 1)
        .find(|&lag| lags[lag] > 0.9 * best && lags[lag] >= lags[lag + 1])?;
    (best > 0.7 && energy(window) > 0.01).then(|| RATE as f32 / lag as f32)
}

impl Said {
    /// Median F0 of these syllables in semitones.
    fn pitch(&self, syllables: &[Range<usize>]) -> f32 {
        let windows = syllables.iter().flat_map(|syllable| {
            let all = &self.samples[syllable.clone()];
            all.windows(RATE / 25).step_by(RATE / 200)
        });
        let mut pitches: Vec<f32> = windows.filter_map(f0).map(|f0| 12.0 * f0.log2()).collect();
        pitches.sort_by(f32::total_cmp);
        pitches[pitches.len() / 2]
    }

    fn whole(&self) -> f32 {
        self.pitch(&self.syllables)
    }

    fn last(&self) -> f32 {
        self.pitch(&self.syllables[self.syllables.len() - 1..])
    }

    fn first(&self, count: usize) -> f32 {
        self.pitch(&self.syllables[..count])
    }

    /// Decibels of all syllables.
    fn level(&self) -> f32 {
        let sound = self.syllables.iter().cloned().flatten();
        let squares = sound.map(|at| self.samples[at].powi(2)).sum::<f32>();
        let count: usize = self.syllables.iter().map(ExactSizeIterator::len).sum();
        10.0 * (squares / count as f32).log10()
    }

    /// Milliseconds between the syllables.
    fn gaps(&self) -> Vec<f32> {
        let pairs = self.syllables.windows(2);
        pairs
            .map(|pair| (pair[1].start - pair[0].end) as f32 * 1000.0 / RATE as f32)
            .collect()
    }

    fn longest_gap(&self) -> f32 {
        self.gaps().into_iter().fold(0.0, f32::max)
    }

    /// Milliseconds within 25 dB of the loudest 5 ms.
    fn sounding(&self) -> f32 {
        let blocks = self.samples.chunks(RATE / 200);
        let levels: Vec<f32> = blocks
            .map(|block| block.iter().map(|x| x * x).sum::<f32>())
            .collect();
        let loudest = levels.iter().copied().fold(0.0, f32::max);
        let loud = |level: &f32| *level > loudest * 10f32.powf(-2.5);
        let (first, last) = (levels.iter().position(loud), levels.iter().rposition(loud));
        ((last.unwrap() - first.unwrap() + 1) * 5) as f32
    }
}

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
    assert!(trails.whole() < ends.whole() - 0.5);
    assert!(trails.level() < ends.level() - 0.7);
    let last = |said: &Said| said.syllables.last().unwrap().len() as f32;
    assert!(last(&trails) > 1.2 * last(&ends));
}

#[test]
fn short_sentences_are_as_long_as_the_teacher_has_them() {
    let sentences = [
        ("不。", 380.0),
        ("对。", 290.0),
        ("好！", 440.0),
        ("走吧。", 360.0),
        ("好吗？", 590.0),
        ("真的吗？", 640.0),
    ];
    let mut other = Vec::new();
    for (text, teacher) in sentences {
        for text in [text.to_string(), format!("“{text}”")] {
            let ratio = say(&text).sounding() / teacher;
            if !(0.85..1.15).contains(&ratio) {
                other.push((text, ratio));
            }
        }
    }
    assert!(other.is_empty(), "{other:?}");
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
fn a_pitch_of_semitones_is_heard_as_such() {
    let raised = SpeakOptions {
        pitch: 4.0,
        ..SpeakOptions::default()
    };
    let text = "今天天气不错。";
    let change = say_as(text, &raised).whole() - say(text).whole();
    assert!((change - 4.0).abs() < 0.5, "{change}");
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
        collect(synthesizer.stream("今天天气不错。", &options).unwrap()).level()
    };
    let (plain, scaled) = (template(1.0), template(0.2));
    assert!((plain - scaled).abs() > 0.3, "{plain} and {scaled}");
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
