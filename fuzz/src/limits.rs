//! What an input may cost.

use std::alloc::{GlobalAlloc, Layout, System};

/// Bytes that may be asked for at a time.
const LARGEST: usize = 64 << 20;
/// Milliseconds of the processor for a thousand characters, counters and checks included: thrice what they may take without.
const SLOWEST: u128 = 300;

/// The system's allocator, which ends the process where something is out of proportion.
pub struct Bounded;

// SAFETY: passes every call on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Bounded {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() > LARGEST {
            eprintln!("an allocation of {} bytes", layout.size());
            std::process::abort();
        }
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Fails where reading `characters` has taken too long.
pub fn in_time(characters: usize, work: impl FnOnce()) {
    let begun = processor_ms();
    work();
    let ms = processor_ms() - begun;
    let allowed = SLOWEST * (1 + characters as u128 / 1000);
    assert!(ms <= allowed, "{ms} ms for {characters} characters");
}

/// Milliseconds that this thread has had of the processor, whatever else is running.
fn processor_ms() -> u128 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is a place for the answer.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as u128 * 1000 + time.tv_nsec as u128 / 1_000_000
}
