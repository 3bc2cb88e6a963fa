//! Memory does not grow with the text or with what has been said.
#![cfg(not(target_arch = "wasm32"))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use langdu::{SpeakOptions, Synthesizer, Voice};

struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: passes every call on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What a stream may hold on to: a sentence's memory rows and states, many times over.
const SLACK: usize = 2 << 20;
const CHARACTERS: usize = 100_000;

#[test]
fn memory_stays_flat() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models/xiaolang");
    let synthesizer = Synthesizer::new(Voice::open(&folder).unwrap()).unwrap();
    assert!(synthesizer.warm_up().unwrap().all(|step| step.is_ok()));
    let live = || LIVE.load(Ordering::Relaxed);

    let book = "好的，走吧。".repeat(CHARACTERS / 6 + 1);
    let text_size = book.len();
    let before = live();
    let mut stream = synthesizer.stream(book, &SpeakOptions::default()).unwrap();
    let held = live() - before;
    assert!(
        held < text_size + SLACK,
        "{held} bytes are held before the first chunk"
    );

    let mut after_one = None;
    for _ in 0..30 {
        let chunk = stream.next().unwrap().unwrap();
        assert!(!chunk.last);
        drop(chunk);
        after_one.get_or_insert_with(live);
    }
    let grown = live().saturating_sub(after_one.unwrap());
    assert!(grown < SLACK, "{grown} bytes more after thirty chunks");

    drop(stream);
    let left = live().saturating_sub(before);
    assert!(left < SLACK, "{left} bytes are left behind");
}
