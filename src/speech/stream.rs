//! The chunks of one job.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::chunk::{Chunk, Mel, SentenceStart, Source};
use super::hush::Hush;
use super::lead_in::LeadIn;
use super::marks::Timeline;
use super::recorder::{Recorder, Tape};
use super::replay::Replay;
use super::upcoming::{Upcoming, extent};
use super::vocal_tract::VocalTract;
use super::{SpeakOptions, Synthesizer, Timings};
use crate::Error;
use crate::cache::Records;
use crate::cache::keys::Keys;
use crate::cache::store::Key;
use crate::hifigan::{SampleStream, Schedule};
use crate::sambert::MelStream;
use crate::text::Sentences;
use crate::voice::{Manifest, VoiceError};

/// A chunk that waits for its sound.
struct Draft {
    chunk: Chunk,
    /// For what the vocoder makes: the volume, and the mel of a sentence that ends.
    sound: Option<(f32, Option<MelStream>)>,
    vocal_tract: Option<Rc<RefCell<VocalTract>>>,
    hush: Rc<Hush>,
    /// Samples of silence at its end.
    pause: u64,
}

/// The chunks of a text, made one at a time by `next`. After an error the stream is at its end.
///
/// Where the vocoder runs elsewhere, [`ChunkStream::draft`] and [`ChunkStream::finish`] take the place of `next`.
pub struct ChunkStream {
    synthesizer: Synthesizer,
    options: SpeakOptions,
    sentences: Sentences,
    upcoming: Option<Upcoming>,
    current: Option<Utterance>,
    /// What is left of a recorded sentence.
    replay: Option<Replay>,
    /// Samples of silence to give out before the next sentence.
    silence: u64,
    /// Samples composed so far.
    position: u64,
    lead_in: LeadIn,
    chunk_frames: usize,
    /// Seconds of sound that the player has left, where there is one.
    left: Option<f64>,
    timings: Timings,
    recorder: Option<Recorder>,
    drafts: VecDeque<Draft>,
    /// One for each sentence whose sound is not complete.
    tapes: VecDeque<Option<Tape>>,
    /// The vocoder in the sentence that sounds.
    samples: Option<SampleStream>,
}

/// The sentence being spoken.
struct Utterance {
    mel: MelStream,
    schedule: Schedule,
    /// Frames of the sentence, until the first chunk is out.
    opens: Option<usize>,
    timeline: Timeline,
    volume: f32,
    /// Samples of a frame as they are heard, and what makes them so many where the vocoder makes others.
    hop: usize,
    vocal_tract: Option<Rc<RefCell<VocalTract>>>,
    /// Times the pitch of the mel, at which the vocoder's source runs.
    source_scale: f32,
    hush: Rc<Hush>,
    rest: Rest,
    /// Until the first chunk is out.
    begins: Option<SentenceStart>,
}

impl ChunkStream {
    pub(super) fn new(
        synthesizer: Synthesizer,
        sentences: Sentences,
        options: SpeakOptions,
    ) -> Result<ChunkStream, Error> {
        let mut stream = ChunkStream {
            lead_in: LeadIn::new(synthesizer.manifest.sample_rate),
            chunk_frames: 0,
            left: None,
            sentences,
            synthesizer,
            options,
            upcoming: None,
            current: None,
            replay: None,
            silence: 0,
            position: 0,
            timings: Timings::default(),
            recorder: None,
            drafts: VecDeque::new(),
            tapes: VecDeque::new(),
            samples: None,
        };
        if stream.sentences.continues() {
            stream.lead_in.close();
        }
        stream.read_ahead()?;
        if stream.upcoming.is_none() {
            Err(Error::TextEmpty)
        } else {
            Ok(stream)
        }
    }

    /// Takes sentences that have been recorded under these keys from there, and records the others.
    pub fn with_recordings(self, keys: Keys, records: Rc<dyn Records>) -> ChunkStream {
        let recorder = Some(Recorder { keys, records });
        ChunkStream { recorder, ..self }
    }

    /// The key under which the sentence that begins next will be looked for.
    pub fn upcoming_key(&self) -> Option<Key> {
        let upcoming = self.upcoming.as_ref()?;
        Some(upcoming.key(self.recorder.as_ref()?))
    }

    /// The keys under which its words will be looked for, if the sentence is not found.
    pub fn upcoming_word_keys(&self) -> Vec<Key> {
        let upcoming = self.upcoming.as_ref().zip(self.recorder.as_ref());
        upcoming.map_or_else(Vec::new, |(upcoming, recorder)| {
            recorder.word_keys(&upcoming.symbols, &upcoming.control)
        })
    }

    /// Time spent so far.
    pub fn timings(&self) -> Timings {
        self.timings
    }

    /// Reads the next sentence out of the text.
    fn read_ahead(&mut self) -> Result<(), Error> {
        let started = (self.synthesizer.clock)();
        let next = self.sentences.next();
        if let Some(next) = &next {
            let samples_per_ms = f64::from(self.synthesizer.manifest.sample_rate) / 1000.0;
            self.silence += (f64::from(next.lead_ms) * samples_per_ms) as u64;
        }
        let upcoming = next.map(|next| Upcoming::new(next, &self.synthesizer, &self.options));
        self.upcoming = upcoming.transpose()?;
        self.timings.text_ms += (self.synthesizer.clock)() - started;
        Ok(())
    }

    /// Plans the upcoming sentence. Returns nothing at the end of the text.
    fn begin(&mut self) -> Result<Option<Utterance>, Error> {
        let Some(upcoming) = self.upcoming.take() else {
            return Ok(None);
        };
        let key = self
            .recorder
            .as_ref()
            .map(|recorder| upcoming.key(recorder));
        let Upcoming {
            span,
            symbols,
            control,
            hop,
            volume,
            bookmarks,
            pause,
            silence,
            ..
        } = upcoming;
        let clock = self.synthesizer.clock;
        let started = clock();
        let sambert = &self.synthesizer.sambert;
        let channels = self.synthesizer.manifest.mel.channels;
        let recorder = self.recorder.as_ref();
        let known = recorder.map_or_else(Vec::new, |recorder| {
            recorder.known_words(&symbols, &control, channels)
        });
        let plan = sambert.plan_around(&symbols, &control, &known)?;
        let own_hop = self.synthesizer.manifest.hop;
        let vocal_tract =
            (hop != own_hop).then(|| Rc::new(RefCell::new(VocalTract::new(own_hop, hop))));
        let timeline = Timeline::new(&symbols, &plan.durations, hop, self.position, &bookmarks);
        let halo = self.synthesizer.manifest.vocoder.halo;
        let schedule = Schedule::new(halo, self.synthesizer.pieces.piece, plan.frames());
        let opens = Some(plan.frames());
        let known: Vec<_> = known.into_iter().map(|part| part.symbols).collect();
        let begins = SentenceStart {
            span,
            source: if known.is_empty() {
                Source::New
            } else {
                Source::Fragments
            },
            known: known
                .iter()
                .filter_map(|word| extent(&symbols[word.clone()]))
                .collect(),
        };
        let rest = Rest::new(pause, silence, &plan.durations, hop);
        let rate = self.synthesizer.manifest.sample_rate;
        let source_scale = control.source_scale;
        let hush = Hush::new(&plan.durations, &control.curve, hop, self.position, rate);
        self.tapes.push_back(
            key.map(|key| Tape::new(key, symbols, control, known, plan.durations.clone())),
        );
        let mel = MelStream::new(sambert.clone(), plan);
        let plan_ms = clock() - started;
        self.timings.plan_ms += plan_ms;
        self.timings.sambert_ms += plan_ms;
        self.read_ahead()?;
        Ok(Some(Utterance {
            mel,
            schedule,
            opens,
            timeline,
            volume,
            hop,
            vocal_tract,
            source_scale,
            hush: Rc::new(hush),
            rest,
            begins: Some(begins),
        }))
    }

    /// Frames of the next chunk, of which each is heard for so many samples.
    fn chunk_frames(&self, hop: usize) -> usize {
        let Synthesizer {
            pieces, manifest, ..
        } = &self.synthesizer;
        let made_ms = self.position as f64 * 1000.0 / f64::from(manifest.sample_rate);
        match self.left {
            Some(left) if made_ms > 0.0 => {
                let frames = left * f64::from(manifest.sample_rate) / hop as f64;
                pieces.in_time(frames, self.timings.total_ms() / made_ms)
            }
            // What is left out of the first chunk is no time to make the next one in.
            Some(_) if self.lead_in.is_open() => pieces.first_chunk + pieces.piece,
            Some(_) => pieces.first_chunk,
            None => pieces.grow(self.chunk_frames),
        }
    }

    /// Makes the mel of a chunk of the current sentence, in whole pieces; and how many frames become sound with it.
    fn speak(&mut self, utterance: &mut Utterance) -> Result<(Vec<f32>, usize), Error> {
        let started = (self.synthesizer.clock)();
        let piece = self.synthesizer.pieces.piece.max(1);
        let channels = self.synthesizer.manifest.mel.channels;
        let (mut mel, mut sounding) = (Vec::new(), 0);
        while sounding < self.chunk_frames && !utterance.mel.is_finished() {
            let mut frames = utterance.mel.advance(piece)?;
            self.drive(&mut frames, utterance.source_scale);
            utterance.schedule.take(frames.len() / channels);
            while let Some((_, count)) = utterance.schedule.next_run() {
                sounding += count;
            }
            mel.extend(frames);
        }
        self.timings.sambert_ms += (self.synthesizer.clock)() - started;
        Ok((mel, sounding))
    }

    /// Has the vocoder's source run at so many times the pitch of these frames.
    fn drive(&self, frames: &mut [f32], scale: f32) {
        let Manifest { mel, vocoder, .. } = &*self.synthesizer.manifest;
        if let Some(source) = vocoder.source.as_ref().filter(|_| scale != 1.0) {
            for frame in frames.chunks_exact_mut(mel.channels) {
                frame[mel.bins] = source.scaled(frame[mel.bins], scale);
            }
        }
    }

    /// The beginning of the upcoming sentence, if it has been recorded.
    fn recorded(&mut self) -> Result<Option<Chunk>, Error> {
        let Some((upcoming, recorder)) = self.upcoming.as_ref().zip(self.recorder.as_ref()) else {
            return Ok(None);
        };
        let Some(recording) = recorder.find(upcoming.key(recorder), upcoming.symbols.len()) else {
            return Ok(None);
        };
        let Some(Upcoming {
            span,
            symbols,
            hop,
            volume,
            fixed,
            bookmarks,
            pause,
            silence,
            ..
        }) = self.upcoming.take()
        else {
            return Ok(None);
        };
        self.read_ahead()?;
        let pause = self.pause(Rest::new(pause, silence, &recording.durations, hop));
        let (durations, start) = (&recording.durations, self.position);
        let timeline = Timeline::new(&symbols, durations, hop, start, &bookmarks);
        let source = if fixed {
            Source::Template
        } else {
            Source::Sentence
        };
        let begins = SentenceStart {
            span,
            source,
            known: Vec::new(),
        };
        let rate = self.synthesizer.manifest.sample_rate;
        self.replay = Some(Replay::new(
            recording,
            timeline,
            rate,
            volume,
            pause as usize,
        ));
        let begins = Some(begins);
        Ok(self.replayed().map(|chunk| Chunk { begins, ..chunk }))
    }

    /// More of the recorded sentence that has begun.
    fn replayed(&mut self) -> Option<Chunk> {
        let replay = self.replay.as_mut()?;
        let start = self.position;
        let mut samples = replay.next_piece();
        let over = replay.is_over();
        let pause = if over { replay.pause } else { 0 };
        self.position += (samples.len() + pause) as u64;
        let (marks, cues) = replay.timeline.until((!over).then_some(self.position));
        if start == 0 {
            self.lead_in.trim(&mut samples, false);
        }
        set_volume(&mut samples, replay.volume);
        samples.resize(samples.len() + pause, 0.0);
        self.replay.take_if(|_| over);
        Some(Chunk {
            samples,
            start,
            marks,
            cues,
            begins: None,
            last: self.is_over(),
        })
    }

    /// The samples of silence that end a sentence; what is asked for beyond them follows.
    fn pause(&mut self, rest: Rest) -> u64 {
        self.silence = rest.silence;
        if self.upcoming.is_some() || self.sentences.stop_short() {
            return rest.pause;
        }
        let manifest = &self.synthesizer.manifest;
        let end = manifest.sentence_pause_ms * manifest.sample_rate / 1000;
        rest.pause.min(u64::from(end))
    }

    /// Up to a second of the silence after a sentence, if there is any left.
    fn silent(&mut self) -> Option<Chunk> {
        let count = self
            .silence
            .min(u64::from(self.synthesizer.manifest.sample_rate));
        let start = self.position;
        self.silence -= count;
        self.position += count;
        (count > 0).then(|| Chunk {
            samples: vec![0.0; count as usize],
            start,
            marks: Vec::new(),
            cues: Vec::new(),
            begins: None,
            last: self.is_over(),
        })
    }

    fn is_over(&self) -> bool {
        let begun = self.current.is_some() || self.replay.is_some();
        !begun && self.upcoming.is_none() && self.silence == 0
    }

    /// The next chunk without its sound, and the mel of it.
    fn compose(&mut self) -> Result<Option<(Draft, Mel)>, Error> {
        if self.current.is_none() {
            let ready = match self.replayed().or_else(|| self.silent()) {
                Some(chunk) => Some(chunk),
                None => self.recorded()?,
            };
            if let Some(chunk) = ready {
                let (opens, frames) = (None, Vec::new());
                let draft = Draft {
                    chunk,
                    sound: None,
                    vocal_tract: None,
                    hush: Rc::default(),
                    pause: 0,
                };
                return Ok(Some((draft, Mel { opens, frames })));
            }
        }
        let Some(mut utterance) = self
            .current
            .take()
            .map_or_else(|| self.begin(), |current| Ok(Some(current)))?
        else {
            return Ok(None);
        };
        self.chunk_frames = self.chunk_frames(utterance.hop);
        let (frames, sounding) = self.speak(&mut utterance)?;
        let start = self.position;
        self.position += (sounding * utterance.hop) as u64;
        let over = utterance.mel.is_finished();
        let (marks, cues) = utterance.timeline.until((!over).then_some(self.position));
        let begins = utterance.begins.take();
        let opens = utterance.opens.take();
        let (volume, hush) = (utterance.volume, utterance.hush.clone());
        let vocal_tract = utterance.vocal_tract.clone();
        let (ended, pause) = if over {
            let pause = self.pause(utterance.rest);
            (Some(utterance.mel), pause)
        } else {
            self.current = Some(utterance);
            (None, 0)
        };
        self.position += pause;
        let chunk = Chunk {
            samples: Vec::new(),
            start,
            marks,
            cues,
            begins,
            last: self.is_over(),
        };
        let sound = Some((volume, ended));
        let draft = Draft {
            chunk,
            sound,
            vocal_tract,
            hush,
            pause,
        };
        Ok(Some((draft, Mel { opens, frames })))
    }

    /// Runs the acoustic model for the next chunk: what the vocoder shall make the sound of. Nothing at the end. Several drafts
    /// may wait for [`ChunkStream::finish`].
    pub fn draft(&mut self) -> Result<Option<Mel>, Error> {
        let composed = self.compose();
        if composed.is_err() {
            self.stop();
        }
        Ok(composed?.map(|(draft, mel)| {
            self.drafts.push_back(draft);
            mel
        }))
    }

    /// Completes the oldest draft by the samples that the vocoder has made of it in so many milliseconds.
    pub fn finish(&mut self, mut samples: Vec<f32>, vocoder_ms: f64) -> Option<Chunk> {
        let Draft {
            chunk,
            sound,
            vocal_tract,
            hush,
            pause,
        } = self.drafts.pop_front()?;
        self.timings.vocoder_ms += vocoder_ms;
        let Some((volume, ended)) = sound else {
            self.lead_in.close();
            return Some(self.lead_in.shift(chunk));
        };
        if let Some(vocal_tract) = vocal_tract {
            samples = vocal_tract.borrow_mut().push(&samples);
        }
        hush.apply(&mut samples, chunk.start);
        let more = ended.is_none();
        if let Some(Some(tape)) = self.tapes.front_mut() {
            tape.record(&samples);
        }
        if let Some(mel) = ended
            && let (Some(Some(tape)), Some(recorder)) = (self.tapes.pop_front(), &self.recorder)
        {
            recorder.keep(&tape, &mel);
        }
        self.lead_in.trim(&mut samples, more);
        set_volume(&mut samples, volume);
        samples.resize(samples.len() + pause as usize, 0.0);
        Some(self.lead_in.shift(Chunk { samples, ..chunk }))
    }

    fn stop(&mut self) {
        self.current = None;
        self.replay = None;
        self.upcoming = None;
        self.silence = 0;
    }

    /// Tells how many seconds of sound the player has left: chunks are then no longer than can be made in time.
    pub fn set_left(&mut self, seconds: f64) {
        self.left = Some(seconds);
    }

    /// The vocoder's part.
    fn voice(&mut self, mel: &Mel) -> Result<Vec<f32>, Error> {
        if let Some(frames) = mel.opens {
            let missing = || VoiceError::Missing("vocoder".into());
            let vocoder = self.synthesizer.vocoder.clone().ok_or_else(missing)?;
            let piece = self.synthesizer.pieces.piece;
            self.samples = Some(SampleStream::new(vocoder, piece, frames));
        }
        let samples = self.samples.as_mut();
        samples.map_or(Ok(Vec::new()), |samples| samples.push(&mel.frames))
    }

    fn chunk(&mut self) -> Result<Option<Chunk>, Error> {
        let Some(mel) = self.draft()? else {
            return Ok(None);
        };
        let started = (self.synthesizer.clock)();
        let samples = self.voice(&mel)?;
        Ok(self.finish(samples, (self.synthesizer.clock)() - started))
    }
}

/// Samples of silence after the frames of a sentence.
struct Rest {
    /// At the end of its last chunk.
    pause: u64,
    /// On their own.
    silence: u64,
}

impl Rest {
    /// `pause` and `silence` count from the end of the last sound; the last of the durations is a pause.
    fn new(pause: u64, silence: u64, durations: &[usize], hop: usize) -> Rest {
        let own = (durations.last().copied().unwrap_or(0) * hop) as u64;
        Rest {
            pause: pause.saturating_sub(own),
            silence: silence.saturating_sub(pause.max(own)),
        }
    }
}

fn set_volume(samples: &mut [f32], volume: f32) {
    for sample in samples {
        *sample = (*sample * volume).clamp(-1.0, 1.0);
    }
}

impl Iterator for ChunkStream {
    type Item = Result<Chunk, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let chunk = self.chunk();
        if chunk.is_err() {
            self.stop();
        }
        chunk.transpose()
    }
}
