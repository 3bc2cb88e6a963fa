//! What can be said on the command line. Help, completions and the manual page are made of it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueHint};
use clap_complete::Shell;
use langdu::SpeakOptions;
use langdu::text::{Accent, Erhua, Input, Symbols};

/// Mandarin speech synthesis.
#[derive(Parser)]
#[command(name = "langdu", version)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Say a text: aloud, or into a file.
    Say(Say),
    /// Say every line `id<TAB>emotion<TAB>text` of a list into `FOLDER/id.wav`.
    ///
    /// Lines that cannot be said are told on standard error, and the others go on.
    Batch {
        #[arg(value_hint = ValueHint::FilePath)]
        list: PathBuf,
        #[arg(value_hint = ValueHint::DirPath)]
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
    /// List the voices and where they lie, in the order in which a name is looked up.
    Voices {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Speak over HTTP until Ctrl+C; `GET docs` shows the routes.
    #[cfg(feature = "serve")]
    Serve(Serve),
    /// Print the completions of a shell.
    Completions { shell: Shell },
    /// Print the manual page, for `man -l -`.
    Man,
}

#[derive(Args)]
pub struct Say {
    /// The text; without it, standard input is read.
    pub text: Option<String>,
    /// The file to write instead of playing, in the format that its name ends in: `.wav`, `.pcm`, and `.mp3` and `.opus` where this
    /// langdu was built with them. `-` writes a WAV stream to standard output while it is made.
    #[arg(long, value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub voice: VoiceArgs,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub manner: Manner,
    /// Print the timings as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct VoiceArgs {
    /// A voice's name, as `langdu voices` lists them, or the path of a voice pack: a folder or a zip archive.
    #[arg(long, default_value = "xiaolang")]
    pub voice: PathBuf,
}

#[derive(Args)]
pub struct Reading {
    /// The text is an SSML document.
    #[arg(long)]
    pub ssml: bool,
    #[command(flatten)]
    pub text: TextArgs,
}

#[derive(Args)]
pub struct TextArgs {
    /// A JSON file of words and how they are read: {"重庆": "chong2 qing4", "GPU": "G P U"}.
    #[arg(long, value_hint = ValueHint::FilePath)]
    pub lexicon: Option<PathBuf>,
    /// What the text is written in: text, markdown or html.
    #[arg(long, default_value = "text", value_parser = named::<Input>)]
    pub input: Input,
    /// Which signs are said by their names: skip, read, or some of "emoji decoration notes quotes links".
    #[arg(long, default_value = "skip", value_parser = named::<Symbols>)]
    pub symbols: Symbols,
    /// Whether 儿 joins the syllable before it: auto or never.
    #[arg(long, default_value = "auto", value_parser = named::<Erhua>)]
    pub erhua: Erhua,
    /// Whose standard readings: CN or TW.
    #[arg(long, default_value = "CN", value_parser = named::<Accent>)]
    pub accent: Accent,
}

/// A value of an option by the name it has in JSON.
fn named<T: serde::de::DeserializeOwned>(name: &str) -> Result<T, serde_json::Error> {
    serde_json::from_value(serde_json::json!(name))
}

#[derive(Args)]
pub struct Manner {
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

impl From<Manner> for SpeakOptions {
    fn from(manner: Manner) -> SpeakOptions {
        SpeakOptions {
            speaker: manner.speaker,
            emotion: manner.emotion,
            intensity: manner.intensity,
            speed: manner.speed,
            pitch: manner.pitch,
            volume: manner.volume,
            mood: manner.mood,
            pauses: manner.pauses,
            dialogue: manner.dialogue,
        }
    }
}

#[cfg(feature = "serve")]
#[derive(Args)]
pub struct Serve {
    #[arg(long, default_value = "127.0.0.1")]
    pub host: String,
    /// 0 takes any free port; the address is printed.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// Names or paths of the voices to keep ready, separated by commas. The first speaks where a request names none.
    #[arg(long, value_delimiter = ',', default_value = "xiaolang")]
    pub voices: Vec<PathBuf>,
    /// Threads that make sound; 0 means one for each core.
    #[arg(long, default_value_t = 0)]
    pub threads: usize,
    /// Requests that may be under way or wait; more are told to come back later.
    #[arg(long, default_value_t = 64)]
    pub queue: usize,
    /// Characters that a request may have.
    #[arg(long, default_value_t = 20_000)]
    pub longest: usize,
    /// Seconds that a request may take, or a reader may keep its sound waiting.
    #[arg(long, default_value_t = 60)]
    pub patience: u64,
    /// A file that keeps what has been spoken; without it, the cache lasts as long as the program.
    #[arg(long, value_hint = ValueHint::FilePath)]
    pub cache: Option<PathBuf>,
    /// Megabytes of memory for what has been spoken; an hour and a half of sentences at 24 kHz is 256.
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    pub cache_memory: u64,
    /// Megabytes that the file of the cache may hold.
    #[arg(long, default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    pub cache_disk: u64,
}
