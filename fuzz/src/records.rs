//! What a cache holds and what a page asks for.

use std::rc::Rc;
use std::sync::LazyLock;

use langdu::cache::keys::Keys;
use langdu::cache::memory::Memory;
use langdu::cache::store::{Key, Level};
use langdu::cache::{Budget, Cache, Records};
use langdu::speech::EmotionTemplates;
use langdu::{SpeakOptions, Synthesizer};

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
pub fn records(data: &[u8]) {
    let cache = Cache::<Memory>::new(Budget::default(), || 0.0);
    let mut import = std::pin::pin!(cache.import(data));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(import.as_mut().poll(&mut context).is_ready());
    let Some((&level, payload)) = data.split_first() else {
        return;
    };
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
pub fn options(data: &[u8]) {
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
