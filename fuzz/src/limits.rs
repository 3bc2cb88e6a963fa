//! What an input may cost.

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Bytes that may be asked for at a time.
const LARGEST: usize = 64 << 20;
/// Milliseconds of the processor for a thousand characters, counters and checks included: thrice what they may take without.
const SLOWEST: u128 = 300;
/// Seconds after which an input counts as one that never ends.
const ENDLESS: u64 = 30;

/// The system's allocator, which ends the process where something is out of proportion.
pub struct Bounded;

// SAFETY: passes every call on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Bounded {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() > LARGEST {
            give_up(&format!("an allocation of {} bytes", layout.size()));
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
    assert!(
        ms <= allowed,
        "slower than {SLOWEST} ms for a thousand characters"
    );
}

/// Executions so far.
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// The longest input there is.
const LONGEST_INPUT: usize = 1 << 20;

/// The input under way, in a file that lies in memory, so that an input costs no system call: what ends the process leaves it
/// there, its length in eight bytes ahead of it.
pub struct Watch {
    memory: *mut u8,
    path: PathBuf,
}

impl Watch {
    /// Also ends the process when an input never ends.
    pub fn new(target: &str) -> std::io::Result<Watch> {
        let path = folder().join(format!("{target}-fatal"));
        std::thread::spawn(|| {
            let (mut number, mut spent) = (u64::MAX, 0);
            loop {
                std::thread::sleep(Duration::from_secs(ENDLESS));
                let now = (
                    NUMBER.load(Ordering::Relaxed),
                    processor_ms_of(PROCESS_TIME),
                );
                // It may have been waiting for the processor.
                if now.0 == number && now.1 - spent > u128::from(ENDLESS) * 500 {
                    give_up("an input that never ends");
                }
                (number, spent) = now;
            }
        });
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)?;
        let length = LONGEST_INPUT + 8;
        file.set_len(length as u64)?;
        // SAFETY: a new mapping of a file of this length, which nobody else shortens.
        let memory = unsafe {
            mmap(
                std::ptr::null_mut(),
                length,
                READ_WRITE,
                SHARED,
                file.as_raw_fd(),
                0,
            )
        };
        if memory.addr() == usize::MAX {
            return Err(std::io::Error::last_os_error());
        }
        Ok(Watch { memory, path })
    }

    /// Takes note of what is run next.
    pub fn begin(&self, input: &[u8]) {
        NUMBER.fetch_add(1, Ordering::Relaxed);
        assert!(input.len() <= LONGEST_INPUT);
        // SAFETY: both lie within the mapping.
        unsafe {
            self.memory.cast::<u64>().write(input.len() as u64);
            self.memory.add(8).copy_from(input.as_ptr(), input.len());
        }
    }

    /// All has ended well.
    pub fn end(self) -> std::io::Result<()> {
        std::fs::remove_file(self.path)
    }
}

/// Where inputs that fail are left.
pub fn folder() -> PathBuf {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/fuzz"));
    let _ = std::fs::create_dir_all(&folder);
    folder
}

fn give_up(why: &str) -> ! {
    eprintln!("{why}");
    std::process::abort();
}

/// Milliseconds that this thread has had of the processor, whatever else is running.
fn processor_ms() -> u128 {
    processor_ms_of(THREAD_TIME)
}

fn processor_ms_of(clock: i32) -> u128 {
    let mut time = [0i64; 2];
    // SAFETY: a place for seconds and nanoseconds.
    unsafe { clock_gettime(clock, &mut time) };
    time[0] as u128 * 1000 + time[1] as u128 / 1_000_000
}

const PROCESS_TIME: i32 = 2;
const THREAD_TIME: i32 = 3;
const READ_WRITE: i32 = 3;
const SHARED: i32 = 1;

unsafe extern "C" {
    fn clock_gettime(clock: i32, time: &mut [i64; 2]) -> i32;
    fn mmap(
        at: *mut u8,
        length: usize,
        protection: i32,
        flags: i32,
        file: i32,
        offset: i64,
    ) -> *mut u8;
}
