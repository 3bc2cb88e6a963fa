//! The sound device.

mod health;
mod queue;

use std::mem::ManuallyDrop;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::thread::sleep;
use std::time::Duration;

use rodio::cpal::{BufferSize, Error, ErrorKind};
use rodio::{DeviceSinkBuilder, DeviceSinkError, MixerDeviceSink};

use crate::commands::{Failure, Fault};
use health::Health;

/// How much sound the device asks for at a time. It holds two such periods.
const PERIOD: Duration = Duration::from_millis(100);
/// What it holds sounds on after its last sample was taken; a little longer than that.
const REST: Duration = Duration::from_millis(300);
/// How often it is looked whether there is room, or the device is gone.
const LOOK: Duration = Duration::from_millis(20);

/// What plays samples in the order in which they come.
pub struct Device {
    chunks: SyncSender<Vec<f32>>,
    ended: Receiver<()>,
    health: Arc<Health>,
    /// Sound ends with the command. To drop this would wait for the thread that plays, which may wait for a device that is gone.
    _sink: ManuallyDrop<MixerDeviceSink>,
}

impl Device {
    pub fn open(sample_rate: u32) -> Result<Device, Failure> {
        let sample_rate = NonZero::new(sample_rate).unwrap_or(NonZero::<u32>::MIN);
        // ALSA tells of each attempt on standard error; what is to be known is in the error.
        #[cfg(target_os = "linux")]
        let _ = alsa::Output::local_error_handler();
        let health = Arc::<Health>::default();
        let sink = open(sample_rate, &health).map_err(|error| {
            let cause = std::error::Error::source(&error);
            fault(cause.unwrap_or(&error))
        })?;
        let (queue, chunks, ended) = queue::queue(sample_rate, health.clone());
        sink.mixer().add(queue);
        Ok(Device {
            chunks,
            ended,
            health,
            _sink: ManuallyDrop::new(sink),
        })
    }

    /// Queues samples; waits while the queue is full.
    pub fn play(&self, samples: &[f32]) -> Result<(), Failure> {
        let mut chunk = samples.to_vec();
        loop {
            match self.chunks.try_send(chunk) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Full(back)) => chunk = back,
                Err(TrySendError::Disconnected(_)) => return Err(gone()),
            }
            self.health.look().map_err(|error| fault(&error))?;
            sleep(LOOK);
        }
    }

    /// Waits until all has been heard.
    pub fn finish(self) -> Result<(), Failure> {
        drop(self.chunks);
        loop {
            match self.ended.recv_timeout(LOOK) {
                Ok(()) => break,
                Err(RecvTimeoutError::Timeout) => {
                    self.health.look().map_err(|error| fault(&error))?;
                }
                Err(RecvTimeoutError::Disconnected) => return Err(gone()),
            }
        }
        sleep(REST);
        Ok(())
    }
}

fn gone() -> Failure {
    fault(&Error::from(ErrorKind::DeviceNotAvailable))
}

fn fault(error: &dyn std::error::Error) -> Failure {
    Fault {
        code: "E_AUDIO_DEVICE",
        message: format!("nothing to play with ({error}); name a file with --out"),
    }
    .into()
}

/// Opens the default device at the sample rate of the voice, so that what lies behind it converts it well, or else as it likes
/// to be.
fn open(
    sample_rate: NonZero<u32>,
    health: &Arc<Health>,
) -> Result<MixerDeviceSink, DeviceSinkError> {
    let builder = || {
        let health = health.clone();
        let builder = DeviceSinkBuilder::from_default_device()?;
        Ok(builder.with_error_callback(move |error| health.notice(error)))
    };
    let frames = u128::from(sample_rate.get()) * PERIOD.as_millis() / 1000;
    let own = builder()?
        .with_sample_rate(sample_rate)
        .with_buffer_size(BufferSize::Fixed(frames as u32))
        .open_stream();
    own.or_else(|_| builder()?.open_sink_or_fallback())
}
