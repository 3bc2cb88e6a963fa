//! What a cache holds and what a page asks for.

use std::rc::Rc;
use std::sync::LazyLock;

use langdu::cache::fragment::Fragment;
use langdu::cache::keys::Keys;
use langdu::cache::memory::Memory;
use langdu::cache::sentence::Recording;
use langdu::cache::store::{self, Key, Level};
use langdu::cache::transfer;
use langdu::cache::{Budget, Cache, Records};
use langdu::speech::EmotionTemplates;
use langdu::{SpeakOptions, Synthesizer};

use crate::Target;

pub const TARGETS: [Target; 2] = [
    Target {
        name: "records",
        run: records,
        seeds: || {
            let recording = Recording {
                durations: vec![4; SYMBOLS],
                samples: vec![100; 4 * SYMBOLS * 20],
            };
            let fragment = Fragment {
                durations: vec![4; SYMBOLS],
                frames: vec![0.5; 4 * SYMBOLS * CHANNELS],
            };
            let mut file = transfer::begin(0, 0);
            transfer::append(&mut file, Key([2; 16]), &store::seal(b"speech"));
            vec![
                [vec![0], fragment.pack()].concat(),
                [vec![1], recording.pack()].concat(),
                file,
            ]
        },
        words: &[
            "langdu\0\u{1}",
            "lda2",
            "\0",
            "\0\0\0\0",
            "\u{7f}",
            "\u{1}\0\0\0",
            "\u{3}\0\0\0",
        ],
        usual: 16 << 10,
        longest: 16 << 10,
    },
    Target {
        name: "options",
        run: options,
        seeds: || {
            let message = r#"{"options":{"emotion":"sad","intensity":0.5,"speed":1.2,"pitch":-2,"volume":0.8},
                "emotions":{"sad":{"pitch_scale":0.9,"duration_scale":1.1,"energy_scale":0.8}}}"#;
            vec![message.into()]
        },
        words: &[
            "null", "0", "-0", "-1", "1e39", "1e-45", "NaN", "\"", "{", "}", ",", ":", "neutral",
            "sad", "\"x\":{}",
        ],
        usual: 2000,
        longest: 2000,
    },
];

/// Of 好, with its pause.
const SYMBOLS: usize = 3;
/// Values of a frame of the small voice.
const CHANNELS: usize = 82;

static SYNTHESIZER: LazyLock<Synthesizer> = LazyLock::new(crate::voice::synthesizer);

/// Holds the same for every key of a level.
struct Same {
    level: Level,
    payload: Vec<u8>,
}

impl Records for Same {
    fn find(&self, key: Key) -> Option<Vec<u8>> {
        (key.level() == self.level).then(|| self.payload.clone())
    }

    fn keep(&self, _: Key, _: &[u8]) {}
}

/// A level and the payload of its records; the whole is also taken in as an exported cache.
fn records(data: &[u8]) {
    let cache = Cache::<Memory>::new(Budget::default(), || 0.0);
    let mut import = std::pin::pin!(cache.import(data));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(import.as_mut().poll(&mut context).is_ready());
    let Some((&level, payload)) = data.split_first() else {
        return;
    };
    // Making the sound anew takes a thousand times as long as looking at a record that is none.
    let readable =
        Recording::unpack(payload).is_some() || Fragment::unpack(payload, CHANNELS).is_some();
    if !readable && !data.len().is_multiple_of(64) {
        return;
    }
    let same = Same {
        level: [Level::Fragment, Level::Sentence][usize::from(level) % 2],
        payload: payload.into(),
    };
    let chunks = SYNTHESIZER.stream("好", &SpeakOptions::default()).unwrap();
    let chunks = chunks.with_recordings(Keys::new("voice"), Rc::new(same));
    for chunk in chunks.take(3).flatten() {
        assert!(chunk.samples.iter().all(|sample| sample.abs() <= 1.0));
    }
}

#[derive(serde::Deserialize)]
struct Message {
    options: SpeakOptions,
    #[serde(default)]
    emotions: EmotionTemplates,
}

/// The options of a job and the templates of emotions, as JSON.
fn options(data: &[u8]) {
    let Ok(Message { options, emotions }) = serde_json::from_slice(data) else {
        return;
    };
    let Ok(synthesizer) = SYNTHESIZER.clone().with_emotions(emotions) else {
        return;
    };
    if let Ok(chunks) = synthesizer.stream("好", &options) {
        for chunk in chunks.take(3).flatten() {
            assert!(chunk.samples.iter().all(|sample| sample.abs() <= 1.0));
        }
    }
}
