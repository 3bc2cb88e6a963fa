//! Memory does not grow with the text or with what has been said, nor with what an archive claims.
#![cfg(not(target_arch = "wasm32"))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use langdu::cache::budget::Room;
use langdu::cache::keys::Keys;
use langdu::cache::memory::Memory;
use langdu::cache::store::{Key, Level};
use langdu::cache::{Budget, Cache};
use langdu::text::{TextOptions, ssml_sentences};
use langdu::voice::{GRAPHS, Pack};
use langdu::{ChunkStream, SpeakOptions, Synthesizer, Voice};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
/// All that has ever been asked for: a measure of work that no clock is needed for.
static TOTAL: AtomicUsize = AtomicUsize::new(0);
/// One test at a time: all share the counters.
static ONE: Mutex<()> = Mutex::new(());

// SAFETY: passes every call on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(live, Ordering::Relaxed);
        TOTAL.fetch_add(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What a stream may hold on to before it speaks: the states of the networks among it.
const SLACK: usize = 2 << 20;
/// What may be held more after half of so many chunks, which are a minute of sound and 1.5 MB as 16 bits.
const GROWTH: usize = 256 << 10;
const CHUNKS: usize = 160;

fn alone() -> MutexGuard<'static, ()> {
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn live() -> usize {
    LIVE.load(Ordering::Relaxed)
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models/xiaolang")
}

fn synthesizer() -> Synthesizer {
    let synthesizer = Synthesizer::new(Voice::open(&folder()).unwrap()).unwrap();
    assert!(synthesizer.warm_up().unwrap().all(|step| step.is_ok()));
    synthesizer
}

/// Short sentences, no two the same.
fn book() -> String {
    (1..20_000)
        .map(|number| format!("{number}，好的。"))
        .collect()
}

/// Bytes more in the last quarter of the chunks than in the second. In between a sentence begins and ends.
fn growth(stream: &mut ChunkStream) -> usize {
    let mut most = [0; 4];
    for number in 0..CHUNKS {
        assert!(!stream.next().unwrap().unwrap().last);
        let most = &mut most[4 * number / CHUNKS];
        *most = live().max(*most);
    }
    most[3].saturating_sub(most[1])
}

#[test]
fn memory_stays_flat() {
    let _alone = alone();
    let synthesizer = synthesizer();
    let book = book();
    let text_size = book.len();
    let before = live();
    let mut stream = synthesizer.stream(book, &SpeakOptions::default()).unwrap();
    let held = live().saturating_sub(before);
    assert!(
        held < text_size + SLACK,
        "{held} bytes before the first chunk"
    );
    let grown = growth(&mut stream);
    assert!(grown < GROWTH, "{grown} bytes more after {CHUNKS} chunks");
    drop(stream);
    let left = live().saturating_sub(before);
    assert!(left < SLACK, "{left} bytes are left behind");
}

#[test]
fn a_cache_holds_what_its_budget_says() {
    let _alone = alone();
    let synthesizer = synthesizer();
    let room = Room {
        stored: 1 << 20,
        memory: 128 << 10,
    };
    let budget = Budget {
        fragments: room,
        sentences: room,
        templates: room,
    };
    let cache = Cache::<Memory>::new(budget, || 0.0);
    let stream = synthesizer.stream(book(), &SpeakOptions::default());
    let mut stream = stream
        .unwrap()
        .with_recordings(Keys::new("voice"), Rc::new(cache.clone()));
    let grown = growth(&mut stream);
    assert!(grown < GROWTH, "{grown} bytes more after {CHUNKS} chunks");
    assert!(cache.stats().l2.evicted > 10);
}

#[test]
fn an_exported_cache_is_in_memory_once() {
    let _alone = alone();
    let cache = Cache::<Memory>::new(Budget::default(), || 0.0);
    for number in 0..60u8 {
        let key = Key::new(Level::Sentence, [number; 32]);
        cache.keep(key, &vec![number; 100_000]);
    }
    let mut export = std::pin::pin!(cache.export());
    let before = live();
    PEAK.store(before, Ordering::Relaxed);
    let waker = Waker::noop();
    let Poll::Ready(file) = export.as_mut().poll(&mut Context::from_waker(waker)) else {
        panic!("the memory made somebody wait");
    };
    let most = PEAK.load(Ordering::Relaxed) - before;
    assert!(file.len() > 6_000_000);
    assert!(
        most < file.len() + (1 << 20),
        "{most} bytes for a file of {}",
        file.len()
    );
}

#[test]
fn a_long_document_starts_with_little_work() {
    let _alone = alone();
    let document = format!(
        "<speak>{}</speak>",
        "今天天气不错，我们去公园。".repeat(4000)
    );
    let before = TOTAL.load(Ordering::Relaxed);
    let mut sentences = ssml_sentences(&document, TextOptions::default()).unwrap();
    assert!(sentences.next().is_some());
    let first = TOTAL.load(Ordering::Relaxed) - before;
    assert!(sentences.count() >= 3999);
    let all = TOTAL.load(Ordering::Relaxed) - before;
    assert!(first < all / 8, "{first} of {all} bytes");
}

#[test]
fn archives_take_no_more_than_they_can_hold() {
    let _alone = alone();
    let mut manifest: serde_json::Value = {
        let json = std::fs::read_to_string(folder().join("voice.json")).unwrap();
        serde_json::from_str(&json).unwrap()
    };
    // Six graphs in one file of zeros; a table of symbols without end.
    let zeros = 256usize << 20;
    for graph in GRAPHS {
        manifest["files"][graph] =
            serde_json::json!({"path": "zeros", "bytes": zeros / 4, "sha256": "0"});
    }
    let large = archive(&manifest, zeros);
    manifest["symbols"]["sy"] = vec![""; 8 << 20].into();
    let endless = archive(&manifest, 1);
    drop(manifest);
    for archive in [large, endless] {
        PEAK.store(live(), Ordering::Relaxed);
        let before = live();
        assert_eq!(
            Pack::unzip(&archive).err().map(|error| error.code()),
            Some("E_VOICE_FORMAT")
        );
        let peak = PEAK.load(Ordering::Relaxed) - before;
        assert!(
            peak < 16 << 20,
            "{peak} bytes of memory for {} of an archive",
            archive.len()
        );
    }
}

fn archive(manifest: &serde_json::Value, zeros: usize) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    archive.start_file("voice.json", options).unwrap();
    archive.write_all(manifest.to_string().as_bytes()).unwrap();
    archive.start_file("zeros", options).unwrap();
    let block = vec![0; zeros.min(1 << 20)];
    for _ in 0..zeros / block.len() {
        archive.write_all(&block).unwrap();
    }
    archive.finish().unwrap().into_inner()
}
