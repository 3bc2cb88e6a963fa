//! Opus in Ogg, by libopus: RFC 7845.

use ogg::{PacketWriteEndInfo, PacketWriter};
use opusic_c::{Application, Bitrate, Channels, SampleRate};

use super::EncodeError;

/// Bits per second: transparent for a voice.
const BITRATE: u32 = 32_000;
/// Frames of 20 ms, and what one is on Ogg's clock of 48 kHz.
const FRAMES_PER_SECOND: u32 = 50;
const CLOCK: u32 = 48_000;
/// No packet of 20 ms is longer.
const PACKET: usize = 1275;
/// There is one stream in the file.
const SERIAL: u32 = 1;

pub struct Encoder {
    encoder: opusic_c::Encoder,
    pages: PacketWriter<'static, Vec<u8>>,
    sample_rate: u32,
    /// Samples of the frame that is not full yet.
    frame: Vec<f32>,
    /// Samples that decoders leave out at the beginning, on Ogg's clock.
    skip: u32,
    /// Samples taken, and frames written.
    samples: u64,
    frames: u64,
}

impl Encoder {
    /// With the pages that go before the sound. Fails with `E_OPTION_FORMAT` for a rate that Opus does not have.
    pub fn new(sample_rate: u32) -> Result<(Encoder, Vec<u8>), EncodeError> {
        let rate = match sample_rate {
            8_000 => SampleRate::Hz8000,
            12_000 => SampleRate::Hz12000,
            16_000 => SampleRate::Hz16000,
            24_000 => SampleRate::Hz24000,
            48_000 => SampleRate::Hz48000,
            _ => return Err(EncodeError::Format(format!("no Opus at {sample_rate} Hz"))),
        };
        let mut encoder = opusic_c::Encoder::new(Channels::Mono, rate, Application::Audio)
            .map_err(|_| EncodeError::Failed)?;
        let bitrate = encoder.set_bitrate(Bitrate::Value(BITRATE));
        bitrate.map_err(|_| EncodeError::Failed)?;
        let ahead = encoder.get_look_ahead().map_err(|_| EncodeError::Failed)?;
        let mut encoder = Encoder {
            encoder,
            pages: PacketWriter::new(Vec::new()),
            sample_rate,
            frame: Vec::new(),
            skip: ahead * (CLOCK / sample_rate),
            samples: 0,
            frames: 0,
        };
        encoder.page(encoder.identification(), PacketWriteEndInfo::EndPage, 0)?;
        encoder.page(comments(), PacketWriteEndInfo::EndPage, 0)?;
        let head = encoder.written();
        Ok((encoder, head))
    }

    fn identification(&self) -> Vec<u8> {
        let mut head = b"OpusHead\x01\x01".to_vec();
        head.extend((self.skip as u16).to_le_bytes());
        head.extend(self.sample_rate.to_le_bytes());
        // No gain, one channel.
        head.extend([0, 0, 0]);
        head
    }

    /// The pages that these samples complete; less than a frame of them waits for the next.
    pub fn encode(&mut self, samples: &[f32]) -> Result<Vec<u8>, EncodeError> {
        self.samples += samples.len() as u64;
        self.frame.extend_from_slice(samples);
        let size = (self.sample_rate / FRAMES_PER_SECOND) as usize;
        let all = std::mem::take(&mut self.frame);
        let mut frames = all.chunks_exact(size).peekable();
        while let Some(frame) = frames.next() {
            let end = match frames.peek() {
                Some(_) => PacketWriteEndInfo::NormalPacket,
                None => PacketWriteEndInfo::EndPage,
            };
            self.packet(frame, end, u64::MAX)?;
        }
        self.frame = all[all.len() / size * size..].to_vec();
        Ok(self.written())
    }

    /// The last page. It tells where the sound ends, since the last frame goes on in silence.
    pub fn finish(&mut self) -> Result<Vec<u8>, EncodeError> {
        let ratio = u64::from(CLOCK / self.sample_rate);
        let end = u64::from(self.skip) + self.samples * ratio;
        let size = (self.sample_rate / FRAMES_PER_SECOND) as usize;
        let mut frame = std::mem::take(&mut self.frame);
        frame.resize(size, 0.0);
        while (self.frames + 1) * u64::from(CLOCK / FRAMES_PER_SECOND) < end {
            self.packet(&frame, PacketWriteEndInfo::NormalPacket, end)?;
            frame.fill(0.0);
        }
        self.packet(&frame, PacketWriteEndInfo::EndStream, end)?;
        Ok(self.written())
    }

    /// Encodes a frame. No page goes beyond `end`.
    fn packet(
        &mut self,
        frame: &[f32],
        info: PacketWriteEndInfo,
        end: u64,
    ) -> Result<(), EncodeError> {
        let mut packet = Vec::with_capacity(PACKET);
        let encoded = self.encoder.encode_float_to_vec(frame, &mut packet);
        encoded.map_err(|_| EncodeError::Failed)?;
        self.frames += 1;
        let position = self.frames * u64::from(CLOCK / FRAMES_PER_SECOND);
        self.page(packet, info, position.min(end))
    }

    fn page(
        &mut self,
        packet: Vec<u8>,
        info: PacketWriteEndInfo,
        position: u64,
    ) -> Result<(), EncodeError> {
        let written = self.pages.write_packet(packet, SERIAL, info, position);
        written.map_err(|_| EncodeError::Failed)
    }

    fn written(&mut self) -> Vec<u8> {
        std::mem::take(self.pages.inner_mut())
    }
}

/// Who made it, and nothing else.
fn comments() -> Vec<u8> {
    let maker = b"langdu";
    let mut comments = b"OpusTags".to_vec();
    comments.extend((maker.len() as u32).to_le_bytes());
    comments.extend(maker);
    comments.extend(0_u32.to_le_bytes());
    comments
}
