//! `langdu say`: a text, aloud or into a file.

use std::io::{Read, Write};
use std::path::Path;
use std::time::Instant;

use langdu::encode::{EncodeError, Format};
use langdu::speech::Timings;
use langdu::text::Sentences;
use langdu::{Chunk, SpeakOptions, Synthesizer};
use serde_json::json;

use crate::cli::Say;
use crate::commands::Failure;

/// How long it took to say something, and how much it was.
pub struct Said {
    samples: usize,
    first_chunk_ms: f64,
    pub total_ms: f64,
    timings: Timings,
}

/// Hands each chunk on as it is made.
pub fn speak(
    synthesizer: &Synthesizer,
    sentences: Sentences,
    options: &SpeakOptions,
    mut take: impl FnMut(&Chunk) -> Result<(), Failure>,
) -> Result<Said, Failure> {
    let started = Instant::now();
    let elapsed = || started.elapsed().as_secs_f64() * 1000.0;
    let mut stream = synthesizer.stream_sentences(sentences, options)?;
    let (mut samples, mut first_chunk_ms, mut taking_ms) = (0, None, 0.0);
    for chunk in stream.by_ref() {
        let chunk = chunk?;
        samples += chunk.samples.len();
        let made_ms = elapsed();
        first_chunk_ms.get_or_insert(made_ms);
        take(&chunk)?;
        taking_ms += elapsed() - made_ms;
    }
    let total_ms = elapsed() - taking_ms;
    Ok(Said {
        samples,
        first_chunk_ms: first_chunk_ms.unwrap_or(total_ms),
        total_ms,
        timings: stream.timings(),
    })
}

pub fn say(words: Say) -> Result<(), Failure> {
    let text = match words.text {
        Some(text) => text,
        None => {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes)?;
            String::from_utf8_lossy(&bytes).into_owned()
        }
    };
    let sentences = words.reading.sentences(&text)?;
    let format = words.out.as_deref().map_or(Ok(Format::Wav), named)?;
    let started = Instant::now();
    let synthesizer = words.voice.load()?;
    let load_ms = started.elapsed().as_secs_f64() * 1000.0;
    let sample_rate = synthesizer.manifest().sample_rate;
    let options = words.manner.into();
    let (said, place) = match words.out.as_deref() {
        None => (play(&synthesizer, sentences, &options)?, "played".into()),
        Some(out) if out == Path::new("-") => {
            let out = std::io::stdout().lock();
            let said = pour(&synthesizer, sentences, &options, Format::Wav, out)?;
            (said, "-".into())
        }
        Some(out) => {
            let mut file = Vec::new();
            let said = pour(&synthesizer, sentences, &options, format, &mut file)?;
            format.close(&mut file);
            std::fs::write(out, file)?;
            (said, out.display().to_string())
        }
    };
    let report = if words.json {
        in_json(&said, load_ms, sample_rate)
    } else {
        let audio_s = said.samples as f64 / f64::from(sample_rate);
        let total_s = said.total_ms / 1000.0;
        format!("{place}: {audio_s:.2} s of speech, made in {total_s:.2} s")
    };
    // Standard output may be the sound.
    match place.as_str() {
        "-" => eprintln!("{report}"),
        _ => println!("{report}"),
    }
    Ok(())
}

/// The format that a file's name ends in.
fn named(out: &Path) -> Result<Format, EncodeError> {
    let Some(extension) = out.extension() else {
        return Ok(Format::Wav);
    };
    match extension.to_string_lossy().to_lowercase().as_str() {
        "ogg" => Format::parse("opus"),
        name => Format::parse(name),
    }
}

fn in_json(said: &Said, load_ms: f64, sample_rate: u32) -> String {
    let audio_s = said.samples as f64 / f64::from(sample_rate);
    let rtf = |ms: f64| ms / 1000.0 / audio_s;
    let Timings {
        text_ms,
        sambert_ms,
        vocoder_ms,
        ..
    } = said.timings;
    let rtf = json!({"total": rtf(said.total_ms), "text": rtf(text_ms), "sambert": rtf(sambert_ms), "vocoder": rtf(vocoder_ms)});
    json!({"load_ms": load_ms, "first_chunk_ms": said.first_chunk_ms, "total_ms": said.total_ms, "audio_s": audio_s, "rtf": rtf})
        .to_string()
}

/// Writes the sound while it is made; nothing where the first chunk fails.
fn pour(
    synthesizer: &Synthesizer,
    sentences: Sentences,
    options: &SpeakOptions,
    format: Format,
    mut out: impl Write,
) -> Result<Said, Failure> {
    let (mut encoder, head) = format.encoder(synthesizer.manifest().sample_rate)?;
    let mut head = Some(head);
    let said = speak(synthesizer, sentences, options, |chunk| {
        out.write_all(&head.take().unwrap_or_default())?;
        out.write_all(&encoder.encode(&chunk.samples)?)?;
        Ok(out.flush()?)
    })?;
    out.write_all(&encoder.finish()?)?;
    Ok(said)
}

#[cfg(feature = "play")]
fn play(
    synthesizer: &Synthesizer,
    sentences: Sentences,
    options: &SpeakOptions,
) -> Result<Said, Failure> {
    let device = crate::device::Device::open(synthesizer.manifest().sample_rate)?;
    let said = speak(synthesizer, sentences, options, |chunk| {
        device.play(&chunk.samples)
    })?;
    device.finish()?;
    Ok(said)
}

#[cfg(not(feature = "play"))]
fn play(_: &Synthesizer, _: Sentences, _: &SpeakOptions) -> Result<Said, Failure> {
    let message =
        "this langdu was built without playing (cargo feature `play`); name a file with --out";
    Err(crate::commands::Fault {
        code: "E_AUDIO_DEVICE",
        message: message.into(),
    }
    .into())
}
