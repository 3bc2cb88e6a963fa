//! What moods, marks and options do to the sound of the bundled voice: each change in its direction and of about its size.
#![cfg(not(target_arch = "wasm32"))]

use std::ops::Range;
use std::path::PathBuf;
use std::sync::LazyLock;

use langdu::speech::{EmotionTemplate, EmotionTemplates};
use langdu::text::{TextOptions, ssml_sentences};
use langdu::{SpeakOptions, Synthesizer, Voice};

mod lengths;
mod moods;
mod options;
mod places;
mod said;
#[path = "../shared/skip.rs"]
mod skip;

use said::{Said, collect};

static SYNTHESIZER: LazyLock<Synthesizer> = LazyLock::new(|| {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models/xiaolang");
    Synthesizer::new(Voice::open(&folder).unwrap()).unwrap()
});

fn say_as(text: &str, options: &SpeakOptions) -> Said {
    collect(&SYNTHESIZER, SYNTHESIZER.stream(text, options).unwrap())
}

fn say(text: &str) -> Said {
    say_as(text, &SpeakOptions::default())
}

fn document(text: &str, options: &SpeakOptions) -> Said {
    let sentences = ssml_sentences(text, TextOptions::default()).unwrap();
    collect(
        &SYNTHESIZER,
        SYNTHESIZER.stream_sentences(sentences, options).unwrap(),
    )
}

fn mood(mood: &str) -> SpeakOptions {
    SpeakOptions {
        mood: mood.into(),
        ..SpeakOptions::default()
    }
}
