//! The commands: say a text, say a list of texts, show what the text front end makes of a text.

use std::collections::BTreeMap;
use std::io::{BufRead, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::{Args, Parser, Subcommand};
use langdu::speech::Timings;
use langdu::text::report::{self, report};
use langdu::text::{
    Accent, Erhua, Input, Sentences, Symbols, TextOptions, UserLexicon, sentences, sentences_with,
    ssml_sentences,
};
use langdu::{Mark, SpeakOptions, Synthesizer, Voice, wav};
use serde_json::json;

type Failure = Box<dyn std::error::Error>;

/// Mandarin speech synthesis.
#[derive(Parser)]
#[command(name = "langdu", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Say a text into a WAV file.
    Say {
        /// The text; without it, standard input is read.
        #[arg(long)]
        text: Option<String>,
        /// The WAV file to write.
        #[arg(long, default_value = "out.wav")]
        out: PathBuf,
        #[command(flatten)]
        voice: VoiceArgs,
        #[command(flatten)]
        reading: Reading,
        #[command(flatten)]
        manner: Manner,
        /// Print the timings as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say every line `id<TAB>emotion<TAB>text` of a list into `FOLDER/id.wav`.
    Batch {
        list: PathBuf,
        folder: PathBuf,
        #[command(flatten)]
        voice: VoiceArgs,
        /// One of the voice's speakers; the first where missing.
        #[arg(long)]
        speaker: Option<String>,
        /// As for `say`.
        #[arg(long, default_value = "auto")]
        mood: String,
        /// Write `FOLDER/id.json` too: first and last sample of each syllable.
        #[arg(long)]
        marks: bool,
    },
    /// Show how each line of standard input is read.
    Text {
        #[command(flatten)]
        reading: TextArgs,
        /// Show what the numbers and signs are taken for instead.
        #[arg(long, conflicts_with = "json")]
        classes: bool,
        /// One JSON object a line: text, normalized, words, syllables.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
struct VoiceArgs {
    /// A voice pack's folder or zip archive, or the name of a folder in `models/`.
    #[arg(long, default_value = "xiaolang")]
    voice: PathBuf,
}

#[derive(Args)]
struct Reading {
    /// The text is an SSML document.
    #[arg(long)]
    ssml: bool,
    #[command(flatten)]
    text: TextArgs,
}

#[derive(Args)]
struct TextArgs {
    /// A JSON file of words and how they are read: {"重庆": "chong2 qing4", "GPU": "G P U"}.
    #[arg(long)]
    lexicon: Option<PathBuf>,
    /// What the text is written in: text, markdown or html.
    #[arg(long, default_value = "text", value_parser = named::<Input>)]
    input: Input,
    /// Whether emoji, reference marks and the like are said: skip or read.
    #[arg(long, default_value = "skip", value_parser = named::<Symbols>)]
    symbols: Symbols,
    /// Whether 儿 joins the syllable before it: auto or never.
    #[arg(long, default_value = "auto", value_parser = named::<Erhua>)]
    erhua: Erhua,
    /// Whose standard readings: CN or TW.
    #[arg(long, default_value = "CN", value_parser = named::<Accent>)]
    accent: Accent,
}

/// A value of an option by the name it has in JSON.
fn named<T: serde::de::DeserializeOwned>(name: &str) -> Result<T, serde_json::Error> {
    serde_json::from_value(json!(name))
}

#[derive(Args)]
struct Manner {
    /// One of the voice's speakers; the first where missing.
    #[arg(long)]
    speaker: Option<String>,
    #[arg(long, default_value = "neutral")]
    emotion: String,
    /// From neutral, 0, to the full emotion and mood, 1.
    #[arg(long, default_value_t = 1.0)]
    intensity: f32,
    /// `auto` takes it from the text, `neutral` has none; or `question`, `exclamation`, `command`, `verse` and the like.
    #[arg(long, default_value = "auto")]
    mood: String,
    /// 0.5 to 2.
    #[arg(long, default_value_t = 1.0)]
    speed: f32,
    /// Semitones, -6 to 6.
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    pitch: f32,
    /// 0 to 2.
    #[arg(long, default_value_t = 1.0)]
    volume: f32,
    /// Times the normal length of pauses, 0 to 3.
    #[arg(long, default_value_t = 1.0)]
    pauses: f32,
    /// Semitones of quoted speech above narration, -6 to 6.
    #[arg(long, default_value_t = 0.5, allow_negative_numbers = true)]
    dialogue: f32,
}

pub fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Say {
            text,
            out,
            voice,
            reading,
            manner,
            json,
        } => say(text, &out, &voice, &reading, manner, json),
        Command::Batch {
            list,
            folder,
            voice,
            speaker,
            mood,
            marks,
        } => batch(&list, &folder, &voice, speaker, &mood, marks),
        Command::Text { classes: true, .. } => classes(),
        Command::Text { reading, json, .. } => text(&reading, json),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            match failure.downcast_ref::<langdu::Error>() {
                Some(error) => eprintln!("langdu: {}: {error}", error.code()),
                None => eprintln!("langdu: {failure}"),
            }
            ExitCode::FAILURE
        }
    }
}

/// Everything said, and how long it took.
struct Said {
    samples: Vec<f32>,
    marks: Vec<Mark>,
    first_chunk_ms: f64,
    total_ms: f64,
    timings: Timings,
}

impl VoiceArgs {
    fn load(&self) -> Result<Synthesizer, langdu::Error> {
        let bundled = Path::new("models").join(&self.voice);
        let pack = if self.voice.exists() {
            &self.voice
        } else {
            &bundled
        };
        let synthesizer = Synthesizer::new(Voice::open(pack)?)?;
        for step in synthesizer.warm_up()? {
            step?;
        }
        Ok(synthesizer)
    }
}

impl Reading {
    fn sentences(&self, text: &str) -> Result<Sentences, Failure> {
        let options = self.text.options()?;
        if self.ssml {
            Ok(ssml_sentences(text, options).map_err(langdu::Error::from)?)
        } else {
            Ok(sentences_with(text, options))
        }
    }
}

impl TextArgs {
    fn options(&self) -> Result<TextOptions, Failure> {
        Ok(TextOptions {
            lexicon: read_lexicon(self.lexicon.as_deref())?,
            input: self.input,
            symbols: self.symbols,
            erhua: self.erhua,
            accent: self.accent,
        })
    }
}

fn read_lexicon(path: Option<&Path>) -> Result<Arc<UserLexicon>, Failure> {
    let Some(path) = path else {
        return Ok(Arc::default());
    };
    let entries: BTreeMap<String, String> = serde_json::from_slice(&std::fs::read(path)?)
        .map_err(|error| format!("{}: {error}", path.display()))?;
    let lexicon = UserLexicon::new(entries).map_err(langdu::Error::from)?;
    Ok(Arc::new(lexicon))
}

fn speak(
    synthesizer: &Synthesizer,
    sentences: Sentences,
    options: &SpeakOptions,
) -> Result<Said, langdu::Error> {
    let started = Instant::now();
    let elapsed = || started.elapsed().as_secs_f64() * 1000.0;
    let mut stream = synthesizer.stream_sentences(sentences, options)?;
    let (mut samples, mut marks, mut first_chunk_ms) = (Vec::new(), Vec::new(), None);
    for chunk in stream.by_ref() {
        let chunk = chunk?;
        samples.extend(chunk.samples);
        marks.extend(chunk.marks);
        first_chunk_ms.get_or_insert_with(elapsed);
    }
    let first_chunk_ms = first_chunk_ms.unwrap_or_else(elapsed);
    Ok(Said {
        samples,
        marks,
        first_chunk_ms,
        total_ms: elapsed(),
        timings: stream.timings(),
    })
}

fn say(
    text: Option<String>,
    out: &Path,
    voice: &VoiceArgs,
    reading: &Reading,
    manner: Manner,
    json: bool,
) -> Result<(), Failure> {
    let text = match text {
        Some(text) => text,
        None => {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes)?;
            String::from_utf8_lossy(&bytes).into_owned()
        }
    };
    let sentences = reading.sentences(&text)?;
    let started = Instant::now();
    let synthesizer = voice.load()?;
    let load_ms = started.elapsed().as_secs_f64() * 1000.0;
    let Manner {
        speaker,
        emotion,
        intensity,
        mood,
        speed,
        pitch,
        volume,
        pauses,
        dialogue,
    } = manner;
    let said = speak(
        &synthesizer,
        sentences,
        &SpeakOptions {
            speaker,
            emotion,
            intensity,
            mood,
            speed,
            pitch,
            volume,
            pauses,
            dialogue,
        },
    )?;
    let sample_rate = synthesizer.manifest().sample_rate;
    wav::write(
        BufWriter::new(std::fs::File::create(out)?),
        sample_rate,
        &said.samples,
    )?;
    let audio_s = said.samples.len() as f64 / f64::from(sample_rate);
    let rtf = |ms: f64| ms / 1000.0 / audio_s;
    if json {
        let Timings {
            text_ms,
            sambert_ms,
            vocoder_ms,
            ..
        } = said.timings;
        let rtf = json!({"total": rtf(said.total_ms), "text": rtf(text_ms), "sambert": rtf(sambert_ms), "vocoder": rtf(vocoder_ms)});
        println!(
            "{}",
            json!({"load_ms": load_ms, "first_chunk_ms": said.first_chunk_ms, "total_ms": said.total_ms, "audio_s": audio_s, "rtf": rtf})
        );
    } else {
        println!(
            "{}: {audio_s:.2} s of speech, made in {:.2} s",
            out.display(),
            said.total_ms / 1000.0
        );
    }
    Ok(())
}

fn batch(
    list: &Path,
    folder: &Path,
    voice: &VoiceArgs,
    speaker: Option<String>,
    mood: &str,
    marks: bool,
) -> Result<(), Failure> {
    let lines = std::fs::read_to_string(list)?;
    let synthesizer = voice.load()?;
    let sample_rate = synthesizer.manifest().sample_rate;
    std::fs::create_dir_all(folder)?;
    let (mut total_ms, mut samples) = (0.0, 0);
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let [id, emotion, text] = line.splitn(3, '\t').collect::<Vec<_>>()[..] else {
            return Err(format!("not `id<TAB>emotion<TAB>text`: {line}").into());
        };
        let options = SpeakOptions {
            speaker: speaker.clone(),
            emotion: emotion.into(),
            mood: mood.into(),
            ..SpeakOptions::default()
        };
        let said = speak(&synthesizer, sentences(text), &options)?;
        let file = std::fs::File::create(folder.join(id).with_extension("wav"))?;
        wav::write(BufWriter::new(file), sample_rate, &said.samples)?;
        if marks {
            let places: Vec<_> = said
                .marks
                .iter()
                .map(|mark| (mark.start, mark.end))
                .collect();
            std::fs::write(
                folder.join(id).with_extension("json"),
                json!(places).to_string(),
            )?;
        }
        total_ms += said.total_ms;
        samples += said.samples.len();
    }
    let audio_s = samples as f64 / f64::from(sample_rate);
    println!(
        "{audio_s:.1} s of speech, real-time factor {:.3}",
        total_ms / 1000.0 / audio_s
    );
    Ok(())
}

fn classes() -> Result<(), Failure> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        for row in report::classes(&line?) {
            writeln!(out, "{row}")?;
        }
    }
    Ok(())
}

fn text(reading: &TextArgs, json: bool) -> Result<(), Failure> {
    let options = reading.options()?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        let report = report(line.trim_end_matches('\r'), options.clone());
        if json {
            writeln!(out, "{}", serde_json::to_string(&report)?)?;
        } else {
            let pinyin = report
                .syllables
                .iter()
                .map(|syllable| syllable.pinyin.as_str())
                .collect::<Vec<_>>();
            writeln!(out, "{}\t{}", report.normalized, pinyin.join(" "))?;
        }
    }
    Ok(())
}
