//! Whether a device still plays. It may tell of errors that it recovers from: PulseAudio has some at its beginning.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rodio::cpal::Error;

/// How long after an error a device may take no sample.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Default)]
pub struct Health {
    taken: AtomicUsize,
    trouble: Mutex<Option<Trouble>>,
}

/// The first error since so many samples were taken.
struct Trouble {
    error: Error,
    taken: usize,
    since: Instant,
}

impl Health {
    /// A sample was taken.
    pub fn take(&self) {
        self.taken.fetch_add(1, Ordering::Relaxed);
    }

    pub fn notice(&self, error: Error) {
        let taken = self.taken.load(Ordering::Relaxed);
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if trouble.as_ref().is_none_or(|before| before.taken != taken) {
            let since = Instant::now();
            *trouble = Some(Trouble {
                error,
                taken,
                since,
            });
        }
    }

    /// The error that the device has not recovered from.
    pub fn check(&self) -> Result<(), Error> {
        let taken = self.taken.load(Ordering::Relaxed);
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let lasts =
            |trouble: &&Trouble| trouble.taken == taken && trouble.since.elapsed() > PATIENCE;
        match trouble.as_ref().filter(lasts) {
            Some(trouble) => Err(trouble.error.clone()),
            None => Ok(()),
        }
    }
}
