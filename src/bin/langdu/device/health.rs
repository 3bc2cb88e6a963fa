//! Whether a device still plays. It may tell of errors that it recovers from: PulseAudio has some at its beginning.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rodio::cpal::{Error, ErrorKind};

/// In how many looks in a row a device may take no sample after an error: two seconds of them.
const LOOKS_IN_TROUBLE: usize = 100;
/// And when it told of none: ten seconds.
const LOOKS: usize = 500;

#[derive(Default)]
pub struct Health {
    taken: AtomicUsize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// How many samples were taken at the last look.
    taken: usize,
    /// Looks since there were fewer. The time is not counted: the command itself may have been stopped for a while.
    looks: usize,
    /// The first error since then.
    error: Option<Error>,
}

impl Health {
    /// A sample was taken.
    pub fn take(&self) {
        self.taken.fetch_add(1, Ordering::Relaxed);
    }

    pub fn notice(&self, error: Error) {
        self.state().error.get_or_insert(error);
    }

    /// Looks once more, some 20 ms after the last time.
    ///
    /// # Errors
    /// What the device has not recovered from; `DeviceNotAvailable` where it takes no samples and does not tell why.
    pub fn look(&self) -> Result<(), Error> {
        let taken = self.taken.load(Ordering::Relaxed);
        let mut state = self.state();
        if state.taken != taken {
            *state = State {
                taken,
                ..State::default()
            };
        }
        state.looks += 1;
        match &state.error {
            Some(error) if state.looks > LOOKS_IN_TROUBLE => Err(error.clone()),
            None if state.looks > LOOKS => Err(ErrorKind::DeviceNotAvailable.into()),
            _ => Ok(()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(health: &Health) -> (usize, Option<ErrorKind>) {
        let mut count = 0;
        loop {
            match health.look() {
                Ok(()) if count < 1000 => count += 1,
                end => return (count, end.err().map(|error| error.kind())),
            }
        }
    }

    #[test]
    fn an_error_counts_where_no_sample_is_taken_after_it() {
        let health = Health::default();
        for _ in 0..1000 {
            health.take();
            health.notice(ErrorKind::Xrun.into());
            assert!(health.look().is_ok());
        }
        health.take();
        assert_eq!(looks(&health), (LOOKS, Some(ErrorKind::DeviceNotAvailable)));
        health.take();
        assert!(health.look().is_ok());
        health.notice(ErrorKind::Xrun.into());
        health.notice(ErrorKind::DeviceNotAvailable.into());
        assert_eq!(
            looks(&health),
            (LOOKS_IN_TROUBLE - 1, Some(ErrorKind::Xrun))
        );
    }
}
