//! The command line, as a person calls it.
#![cfg(not(target_arch = "wasm32"))]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// Runs `langdu` with these words and this text on standard input.
fn langdu(words: &[&str], text: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_langdu"))
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    child.wait_with_output().unwrap()
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
    let samples = hound::WavReader::open(&out).unwrap().duration();
    let seconds = timings["audio_s"].as_f64().unwrap();
    assert!((seconds - f64::from(samples) / 16_000.0).abs() < 1e-6);
    assert!(seconds > 1.5, "{seconds}");
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
}
