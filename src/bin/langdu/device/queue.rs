//! Chunks as one sound without joints, for a device that takes it sample by sample.

use std::collections::VecDeque;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::time::Duration;

use rodio::Source;

use super::health::Health;

/// Seconds of sound that must be there before it begins, and before it goes on after a gap: while they play, the machine may be
/// busy with something else.
const LEAD: f64 = 0.4;
/// Chunks that may wait, beside what is taken ahead.
const WAITING: usize = 8;

/// Silent until there is sound enough; ends when its sender is gone and everything was played.
pub struct Queue {
    chunks: Receiver<Vec<f32>>,
    ahead: VecDeque<f32>,
    lead: usize,
    plays: bool,
    sample_rate: NonZero<u32>,
    ended: Sender<()>,
    health: Arc<Health>,
}

/// A queue, where its chunks go in, and what tells that the last sample was taken.
pub fn queue(
    sample_rate: NonZero<u32>,
    health: Arc<Health>,
) -> (Queue, SyncSender<Vec<f32>>, Receiver<()>) {
    let (sender, chunks) = sync_channel(WAITING);
    let (ended, end) = channel();
    let queue = Queue {
        chunks,
        ahead: VecDeque::new(),
        lead: (f64::from(sample_rate.get()) * LEAD) as usize,
        plays: false,
        sample_rate,
        ended,
        health,
    };
    (queue, sender, end)
}

impl Iterator for Queue {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        self.health.take();
        if self.ahead.len() < self.lead {
            match self.chunks.try_recv() {
                Ok(chunk) => self.ahead.extend(chunk),
                Err(TryRecvError::Empty) => self.plays &= !self.ahead.is_empty(),
                Err(TryRecvError::Disconnected) => self.plays = true,
            }
        }
        self.plays |= self.ahead.len() >= self.lead;
        if !self.plays {
            return Some(0.0);
        }
        let sample = self.ahead.pop_front();
        if sample.is_none() {
            // Who waits for it may be gone.
            let _ = self.ended.send(());
        }
        sample
    }
}

impl Source for Queue {
    fn current_span_len(&self) -> Option<usize> {
        None
    }

    fn channels(&self) -> NonZero<u16> {
        NonZero::<u16>::MIN
    }

    fn sample_rate(&self) -> NonZero<u32> {
        self.sample_rate
    }

    fn total_duration(&self) -> Option<Duration> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(queue: &mut Queue, count: usize) -> Vec<f32> {
        queue.by_ref().take(count).collect()
    }

    #[test]
    fn sound_begins_when_there_is_enough_of_it_and_goes_on_so_after_a_gap() {
        let (mut queue, sender, ended) = queue(NonZero::new(1000).unwrap(), Arc::default());
        let send = |value: f32, count| sender.try_send(vec![value; count]).unwrap();
        assert_eq!(take(&mut queue, 50), [0.0; 50]);
        // A short first chunk does not play until the second is there.
        send(1.0, 150);
        assert_eq!(take(&mut queue, 50), [0.0; 50]);
        send(2.0, 300);
        let whole = [vec![1.0; 150], vec![2.0; 300]].concat();
        assert_eq!(take(&mut queue, 450), whole);
        // A gap: silence until there is enough again.
        assert_eq!(take(&mut queue, 100), [0.0; 100]);
        send(3.0, 200);
        assert_eq!(take(&mut queue, 100), [0.0; 100]);
        assert!(ended.try_recv().is_err());
        // The end is always enough.
        drop(sender);
        assert_eq!(take(&mut queue, 300), [3.0; 200]);
        assert!(ended.try_recv().is_ok());
    }

    #[test]
    fn it_takes_no_more_than_it_needs_soon() {
        let (mut queue, sender, _ended) = queue(NonZero::new(1000).unwrap(), Arc::default());
        let accepted = |sender: &SyncSender<Vec<f32>>| {
            (0..)
                .take_while(|_| sender.try_send(vec![1.0; 500]).is_ok())
                .count()
        };
        assert_eq!(accepted(&sender), WAITING);
        take(&mut queue, 100);
        assert_eq!(accepted(&sender), 1);
        take(&mut queue, 500);
        assert_eq!(accepted(&sender), 1);
    }
}
