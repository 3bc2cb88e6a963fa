//! Which edges of the project's code an execution has taken, counted by the compiler's instrumentation, and what it has compared
//! its input with.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

/// Start and length of the counters of each compiled part.
static REGIONS: Mutex<Vec<(usize, usize)>> = Mutex::new(Vec::new());

/// The instrumentation calls it before `main`, once for each part, or more often for the same.
#[unsafe(no_mangle)]
extern "C" fn __sanitizer_cov_8bit_counters_init(start: *mut u8, stop: *mut u8) {
    let region = (start as usize, stop as usize - start as usize);
    let mut regions = REGIONS.lock().unwrap();
    if region.1 > 0 && !regions.contains(&region) {
        regions.push(region);
    }
}

/// Constants that something was compared with, those that can be characters.
static CONSTANTS: [AtomicU32; 4096] = [const { AtomicU32::new(0) }; 4096];

#[unsafe(no_mangle)]
extern "C" fn __sanitizer_cov_trace_const_cmp4(constant: u32, _: u32) {
    if constant > 0x20 {
        CONSTANTS[constant.wrapping_mul(0x9E37_79B9) as usize >> 20]
            .store(constant, Ordering::Relaxed);
    }
}

#[unsafe(no_mangle)]
extern "C" fn __sanitizer_cov_trace_switch(value: u64, cases: *const u64) {
    // SAFETY: the number of cases, their width in bits, and the cases.
    let cases = unsafe { std::slice::from_raw_parts(cases.add(2), *cases as usize) };
    // One a time is enough, and which one varies with the value.
    if let Some(&case) = cases.get(value as usize % cases.len().max(1)) {
        __sanitizer_cov_trace_const_cmp4(case.min(u64::from(u32::MAX)) as u32, 0);
    }
}

/// Other comparisons tell nothing of characters.
macro_rules! ignored {
    ($($name:ident: $number:ty),*) => {
        $(#[unsafe(no_mangle)]
        extern "C" fn $name(_: $number, _: $number) {})*
    };
}

ignored!(
    __sanitizer_cov_trace_cmp1: u8,
    __sanitizer_cov_trace_cmp2: u16,
    __sanitizer_cov_trace_cmp4: u32,
    __sanitizer_cov_trace_cmp8: u64,
    __sanitizer_cov_trace_const_cmp1: u8,
    __sanitizer_cov_trace_const_cmp2: u16,
    __sanitizer_cov_trace_const_cmp8: u64
);

/// A character that something was compared with: the one at this place of a table, if there is one.
pub fn compared(place: usize) -> Option<char> {
    let constant = CONSTANTS[place % CONSTANTS.len()].load(Ordering::Relaxed);
    char::from_u32(constant).filter(|_| constant > 0)
}

/// What has been seen of each counter: a bit for each order of magnitude.
pub struct Coverage {
    counters: &'static mut [&'static mut [u8]],
    seen: Vec<Vec<u8>>,
}

impl Coverage {
    pub fn new() -> Coverage {
        let regions = std::mem::take(&mut *REGIONS.lock().unwrap());
        let counters = regions.iter().map(|&(start, length)| {
            // SAFETY: the counters live as long as the program, and nothing else holds them: they are taken out of the list.
            unsafe { std::slice::from_raw_parts_mut(start as *mut u8, length) }
        });
        let counters: Vec<&'static mut [u8]> = counters.collect();
        Coverage {
            seen: regions.iter().map(|&(_, length)| vec![0; length]).collect(),
            counters: counters.leak(),
        }
    }

    /// Starts to count anew.
    pub fn clear(&mut self) {
        self.counters
            .iter_mut()
            .for_each(|counters| counters.fill(0));
    }

    /// Takes note of what has been counted, and tells how much of it is new.
    pub fn learn(&mut self) -> usize {
        let mut new = 0;
        for (counters, seen) in self.counters.iter().zip(&mut self.seen) {
            let (words, rest) = counters.as_chunks::<8>();
            let (seen_words, seen_rest) = seen.as_chunks_mut::<8>();
            for (counters, seen) in words.iter().zip(seen_words) {
                // Most edges are not taken: eight of them at a time are looked at.
                if u64::from_ne_bytes(*counters) != 0 {
                    new += learn_part(counters, seen);
                }
            }
            new += learn_part(rest, seen_rest);
        }
        new
    }

    /// As if nothing had been seen.
    pub fn forget(&mut self) {
        self.seen.iter_mut().for_each(|seen| seen.fill(0));
    }

    /// Edges taken so far, of all.
    pub fn edges(&self) -> [usize; 2] {
        let taken = self.seen.iter().flatten().filter(|seen| **seen > 0);
        [taken.count(), self.seen.iter().map(Vec::len).sum()]
    }
}

fn learn_part(counters: &[u8], seen: &mut [u8]) -> usize {
    let mut new = 0;
    for (&count, seen) in counters.iter().zip(seen) {
        let magnitude = MAGNITUDES[usize::from(count)];
        new += usize::from(*seen & magnitude != magnitude);
        *seen |= magnitude;
    }
    new
}

/// A bit for each order of magnitude: 1, 2, 3, 4 to 7, 8 to 15, ... times.
const MAGNITUDES: [u8; 256] = {
    let mut magnitudes = [0; 256];
    let mut count = 1;
    while count < magnitudes.len() {
        magnitudes[count] = match count {
            1 => 1,
            2 => 2,
            3 => 4,
            4..8 => 8,
            8..16 => 16,
            16..32 => 32,
            32..128 => 64,
            _ => 128,
        };
        count += 1;
    }
    magnitudes
};
