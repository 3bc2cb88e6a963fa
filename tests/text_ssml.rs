//! What each element and attribute of an SSML document does, as `tests/fixtures/ssml.tsv` has it.
//!
//! A row is a document and its sentences, `|` between them: pinyin as spoken with `/` where a mark or break pauses, then what the sentence
//! has beside its text: `lead` and `silence` in milliseconds, its style, words with emphasis, bookmarks. After a change that is meant,
//! run this with `LANGDU_WRITE_READINGS=1` and look at the difference.

use std::fmt::Write;

use langdu::text::{Sentence, TextOptions, Unit, Written, ssml_sentences};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/ssml.tsv");

fn read(document: &str) -> String {
    match ssml_sentences(document, TextOptions::default()) {
        Err(error) => error.to_string(),
        Ok(sentences) => {
            let all: Vec<String> = sentences
                .map(|sentence| shown(document, &sentence))
                .collect();
            all.join(" | ")
        }
    }
}

fn shown(document: &str, sentence: &Sentence) -> String {
    let mut said: Vec<String> = Vec::new();
    for unit in &sentence.units {
        match unit {
            Unit::Syllable(syllable) => said.push(format!("{}{}", syllable.pinyin, syllable.tone)),
            Unit::English(word) => {
                let nearest = word.nearest.iter();
                said.extend(
                    nearest.map(|syllable| format!("{}{}", syllable.pinyin, syllable.tone)),
                );
            }
            Unit::Pause(pause) => {
                let marked = !matches!(pause.written, Written::Nothing | Written::Breath);
                if pause.strength as u8 == 3 && marked {
                    said.push("/".into());
                }
            }
        }
    }
    let mut text = said.join(" ");
    let mut add = |name: &str, value: String| {
        let _ = write!(text, " [{name} {value}]");
    };
    if sentence.lead_ms > 0 {
        add("lead", sentence.lead_ms.to_string());
    }
    if sentence.silence_ms > 0 {
        add("silence", sentence.silence_ms.to_string());
    }
    let style = &sentence.style;
    for (name, value) in [
        ("voice", &style.voice),
        ("emotion", &style.emotion),
        ("mood", &style.mood),
    ] {
        if let Some(value) = value {
            add(name, value.clone());
        }
    }
    let numbers = [
        ("intensity", style.intensity),
        ("rate", style.rate),
        ("pitch", style.pitch),
        ("volume", style.volume),
    ];
    for (name, value) in numbers {
        if let Some(value) = value {
            add(name, value.to_string());
        }
    }
    for focus in &sentence.focus {
        let length = focus.end - focus.start;
        add(
            "focus",
            document.chars().skip(focus.start).take(length).collect(),
        );
    }
    for mark in &sentence.bookmarks {
        add("mark", mark.name.clone());
    }
    text
}

#[test]
fn every_element_does_what_its_row_says() {
    let table = std::fs::read_to_string(TABLE).unwrap();
    let (head, rows) = table.split_once('\n').unwrap();
    let documents: Vec<&str> = rows
        .lines()
        .map(|row| row.split('\t').next().unwrap())
        .collect();
    assert!(documents.len() >= 40, "{} rows", documents.len());
    let row = |document: &&str| {
        format!(
            "{document}\t{}\n",
            read(&format!("<speak>{document}</speak>"))
        )
    };
    let fresh: String = documents.iter().map(row).collect();
    if std::env::var_os("LANGDU_WRITE_READINGS").is_some() {
        std::fs::write(TABLE, format!("{head}\n{fresh}")).unwrap();
        return;
    }
    let pairs = rows.lines().zip(fresh.lines());
    let other: Vec<String> = pairs
        .filter(|(row, fresh)| row != fresh)
        .map(|(row, fresh)| format!("- {row}\n+ {fresh}"))
        .collect();
    assert!(
        other.is_empty(),
        "{} rows differ:\n{}",
        other.len(),
        other.join("\n")
    );
}

#[test]
fn elements_nest_to_thirty_two_and_no_deeper() {
    let nested = |depth: usize| {
        let inside = "<s>".repeat(depth - 1) + "好" + &"</s>".repeat(depth - 1);
        read(&format!("<speak>{inside}</speak>"))
    };
    assert_eq!(nested(32), "hao3");
    assert!(nested(33).contains("nested too deep"), "{}", nested(33));
}
