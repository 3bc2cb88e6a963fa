//! The sound device.

use std::num::NonZero;
use std::thread::sleep;
use std::time::Duration;

use rodio::buffer::SamplesBuffer;
use rodio::{DeviceSinkBuilder, MixerDeviceSink, Player};

use crate::commands::{Failure, Fault};

/// Chunks that may wait to be played.
const WAITING: usize = 16;

/// What plays samples in the order in which they come.
pub struct Device {
    player: Player,
    sample_rate: NonZero<u32>,
    /// Sound ends with it.
    _sink: MixerDeviceSink,
}

impl Device {
    pub fn open(sample_rate: u32) -> Result<Device, Failure> {
        let refuse = |error: &dyn std::error::Error| Fault {
            code: "E_AUDIO_DEVICE",
            message: format!("nothing to play with ({error}); name a file with --out"),
        };
        let mut sink = DeviceSinkBuilder::open_default_sink().map_err(|error| refuse(&error))?;
        sink.log_on_drop(false);
        Ok(Device {
            player: Player::connect_new(sink.mixer()),
            sample_rate: NonZero::new(sample_rate).unwrap_or(NonZero::<u32>::MIN),
            _sink: sink,
        })
    }

    /// Queues samples; waits while the queue is full.
    pub fn play(&self, samples: &[f32]) {
        while self.player.len() >= WAITING {
            sleep(Duration::from_millis(20));
        }
        let one = NonZero::<u16>::MIN;
        self.player
            .append(SamplesBuffer::new(one, self.sample_rate, samples));
    }

    /// Waits until all has been heard.
    pub fn finish(self) {
        self.player.sleep_until_end();
    }
}
