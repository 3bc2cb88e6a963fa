//! Which edges of the project's code an execution has taken, counted by the compiler's instrumentation.

use std::sync::Mutex;

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
            let words = counters.chunks(8).zip(seen.chunks_mut(8));
            for (counters, seen) in
                words.filter(|(counters, _)| counters.iter().any(|&count| count > 0))
            {
                for (&count, seen) in counters.iter().zip(seen) {
                    let magnitude = magnitude(count);
                    new += usize::from(*seen & magnitude != magnitude);
                    *seen |= magnitude;
                }
            }
        }
        new
    }

    /// Edges taken so far, of all.
    pub fn edges(&self) -> [usize; 2] {
        let taken = self.seen.iter().flatten().filter(|seen| **seen > 0);
        [taken.count(), self.seen.iter().map(Vec::len).sum()]
    }
}

/// 1, 2, 3, 4 to 7, 8 to 15, ... times, a bit each.
fn magnitude(count: u8) -> u8 {
    match count {
        0 => 0,
        1 => 1,
        2 => 2,
        3 => 4,
        4..8 => 8,
        8..16 => 16,
        16..32 => 32,
        32..128 => 64,
        128.. => 128,
    }
}
