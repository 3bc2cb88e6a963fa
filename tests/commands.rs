//! The command line, as a person calls it.
#![cfg(not(target_arch = "wasm32"))]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Runs `langdu` with these words and this text on standard input.
fn langdu(words: &[&str], text: &str) -> Output {
    run(Command::new(env!("CARGO_BIN_EXE_langdu")).args(words), text)
}

fn run(command: &mut Command, text: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    child.wait_with_output().unwrap()
}

/// An empty folder of this name.
fn folder(name: &str) -> PathBuf {
    let folder = file(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Puts the voice of the repository into `shelf` under another name.
fn put_voice(shelf: &Path, name: &str) {
    let voice = shelf.join(name);
    std::fs::create_dir_all(&voice).unwrap();
    for entry in std::fs::read_dir("models/xiaolang").unwrap().flatten() {
        let path = entry.path();
        if path
            .extension()
            .is_some_and(|end| end == "onnx" || end == "json")
        {
            std::fs::copy(&path, voice.join(entry.file_name())).unwrap();
        }
    }
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn refused(words: &[&str], text: &str) -> String {
    let output = langdu(words, text);
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn shows_how_lines_are_read() {
    let lexicon = file("lexicon.json");
    std::fs::write(&lexicon, r#"{"重庆": "zhong4 qing4"}"#).unwrap();
    let output = langdu(
        &["text", "--json", "--lexicon", lexicon.to_str().unwrap()],
        "重庆\n长[chang2]大\n",
    );
    let lines = String::from_utf8(output.stdout).unwrap();
    let pinyin = lines.lines().map(|line| {
        let report: serde_json::Value = serde_json::from_str(line).unwrap();
        let syllables = report["syllables"].as_array().unwrap().iter();
        let pinyin = syllables.map(|syllable| syllable["pinyin"].as_str().unwrap().to_string());
        pinyin.collect::<Vec<_>>().join(" ")
    });
    assert_eq!(pinyin.collect::<Vec<_>>(), ["zhong4 qing4", "chang2 da4"]);
}

#[test]
fn says_a_document_into_a_file() {
    let out = file("said.wav");
    let document = "<speak>你好。<break time='1s'/>再见。</speak>";
    let out_file = out.to_str().unwrap();
    let output = langdu(
        &[
            "say",
            "--ssml",
            "--json",
            "--speaker",
            "xiaolang",
            "--out",
            out_file,
        ],
        document,
    );
    assert!(output.status.success(), "{output:?}");
    let timings: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let wav = hound::WavReader::open(&out).unwrap();
    let (samples, rate) = (wav.duration(), wav.spec().sample_rate);
    assert_eq!(rate, 24_000);
    let seconds = timings["audio_s"].as_f64().unwrap();
    assert!((seconds - f64::from(samples) / f64::from(rate)).abs() < 1e-6);
    assert!(seconds > 1.5, "{seconds}");
}

#[test]
fn writes_the_format_that_a_name_ends_in() {
    let first = |name: &str| {
        let out = file(name);
        let output = langdu(&["say", "你好", "--out", out.to_str().unwrap()], "");
        assert!(output.status.success(), "{name}: {output:?}");
        std::fs::read(out).unwrap()
    };
    let sound = first("said.WAV");
    let wav = hound::WavReader::new(&sound[..]).unwrap();
    assert_eq!(wav.duration() as usize * 2, sound.len() - 44);
    assert_eq!(first("said"), sound);
    assert_eq!(first("said.pcm"), sound[44..]);
    #[cfg(feature = "mp3")]
    assert_eq!(first("said.mp3")[0], 0xff);
    #[cfg(feature = "opus")]
    for name in ["said.opus", "said.ogg"] {
        let sound = first(name);
        assert!(
            sound.starts_with(b"OggS") && sound[28..].starts_with(b"OpusHead"),
            "{name}"
        );
    }
}

#[test]
fn says_what_is_wrong() {
    let out = file("nothing.wav");
    let say = ["say", "--out", out.to_str().unwrap()];
    assert!(refused(&say, "……").contains("E_TEXT_EMPTY"));
    let with = |more: &[&'static str]| [&say[..], more].concat();
    assert!(refused(&with(&["--ssml"]), "你好").contains("E_TEXT_SSML"));
    assert!(refused(&with(&["--speed", "3"]), "你好").contains("E_OPTION_SPEED"));
    assert!(refused(&with(&["--speaker", "nobody"]), "你好").contains("E_OPTION_SPEAKER"));
    assert!(refused(&with(&["--voice", "nobody"]), "你好").contains("E_VOICE"));
    assert!(!out.exists());
    let other = file("nothing.flac");
    let other = ["say", "你好", "--out", other.to_str().unwrap()];
    assert!(refused(&other, "").contains("E_OPTION_FORMAT: `flac` cannot be made here"));
}

#[test]
fn speaks_from_any_folder() {
    let elsewhere = folder("elsewhere");
    let output = run(
        Command::new(env!("CARGO_BIN_EXE_langdu"))
            .args(["say", "你好", "--out", "hello.wav"])
            .env_remove("LANGDU_VOICES")
            .current_dir(&elsewhere),
        "",
    );
    assert!(output.status.success(), "{output:?}");
    assert!(
        hound::WavReader::open(elsewhere.join("hello.wav"))
            .unwrap()
            .duration()
            > 4000
    );
}

#[test]
fn finds_voices_where_they_may_lie() {
    let home = folder("home");
    let program = home.join("langdu");
    std::fs::copy(env!("CARGO_BIN_EXE_langdu"), &program).unwrap();
    put_voice(&home.join("named"), "named");
    put_voice(&home.join("voices"), "beside");
    put_voice(&home.join("data/langdu/voices"), "own");
    std::fs::create_dir_all(home.join("named/broken")).unwrap();
    std::fs::write(home.join("named/broken/voice.json"), "{}").unwrap();
    let command = || {
        let mut command = Command::new(&program);
        command
            .env("LANGDU_VOICES", home.join("named"))
            .env("XDG_DATA_HOME", home.join("data"))
            .current_dir(&home);
        command
    };
    let output = run(command().args(["voices", "--json"]), "");
    let lines = String::from_utf8(output.stdout).unwrap();
    let voices: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let names: Vec<_> = voices
        .iter()
        .map(|voice| voice["voice"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["broken", "named", "beside", "own", "xiaolang"]);
    assert_eq!(voices[0]["code"], "E_VOICE_FORMAT");
    assert_eq!(voices[4]["at"], "built in");
    for voice in ["named", "beside", "own", "named/named"] {
        let out = home.join("out.wav");
        let say = [
            "say",
            "好",
            "--voice",
            voice,
            "--out",
            out.to_str().unwrap(),
        ];
        let output = run(command().args(say), "");
        assert!(output.status.success(), "{voice}: {output:?}");
    }
}

#[test]
fn writes_a_stream() {
    let output = langdu(&["say", "--out", "-"], "今天天气不错。");
    assert!(output.status.success(), "{output:?}");
    // What nobody knew when the stream began.
    let mut stream = output.stdout;
    let length = stream.len() as u32;
    stream[4..8].copy_from_slice(&(length - 8).to_le_bytes());
    stream[40..44].copy_from_slice(&(length - 44).to_le_bytes());
    let reader = hound::WavReader::new(&stream[..]).unwrap();
    let samples: Vec<i16> = reader.into_samples().map_while(Result::ok).collect();
    assert!(samples.len() > 8000);
    assert!(samples.iter().any(|&sample| sample != 0));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("s of speech")
    );
}

#[test]
fn a_batch_keeps_apart_what_has_names_of_its_own_and_goes_on_after_bad_lines() {
    let home = folder("batch");
    let list = home.join("list.tsv");
    std::fs::write(
        &list,
        "a.1\tneutral\t一\na.2\tneutral\t二月里来好春光\nbad line\n../esc\tneutral\t三\nempty\tneutral\t……\n\
         a.1\tneutral\t四\nsad\tbored\t五\n\nlast\tneutral\t六\n",
    )
    .unwrap();
    let out = home.join("out");
    let errors = refused(
        &["batch", list.to_str().unwrap(), out.to_str().unwrap()],
        "",
    );
    for line in [
        "line 3: E_BATCH_LINE",
        "line 4: E_BATCH_ID",
        "line 5: E_TEXT_EMPTY",
        "line 6: E_BATCH_ID",
        "line 7: E_OPTION_EMOTION",
        "5 lines could not be said",
    ] {
        assert!(errors.contains(line), "{line}: {errors}");
    }
    let entries = std::fs::read_dir(&out).unwrap().flatten();
    let mut names: Vec<_> = entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["a.1.wav", "a.2.wav", "last.wav"]);
    assert!(!home.join("esc.wav").exists());
    let samples = |name: &str| hound::WavReader::open(out.join(name)).unwrap().duration();
    assert!(samples("a.2.wav") > samples("a.1.wav"));
}

#[test]
fn completions_and_the_manual_know_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = langdu(&["completions", shell], "");
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(
            script.contains("voices") && script.contains("lexicon"),
            "{shell}"
        );
    }
    let manual = String::from_utf8(langdu(&["man"], "").stdout).unwrap();
    for word in [".TH langdu", "LANGDU BATCH", "\\-\\-lexicon", "\\-\\-out"] {
        assert!(manual.contains(word), "{word}");
    }
}
