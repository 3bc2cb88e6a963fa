//! Readings of sentences written for this project, exactly: normalised text, pinyin as spoken, and the pauses of marks (`/`).
//!
//! `tests/fixtures/readings.tsv` has them by kind. After a change that is meant, run this with `LANGDU_WRITE_READINGS=1` and look at the
//! difference.

use langdu::text::{Pause, TextOptions, Unit, Written, sentences_with};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/readings.tsv");

/// Normalised text, and pinyin with pauses.
fn read(text: &str) -> (String, String) {
    let (mut normalized, mut said) = (String::new(), Vec::new());
    for sentence in sentences_with(text, TextOptions::default()) {
        normalized.push_str(&sentence.normalized);
        for unit in &sentence.units {
            match unit {
                Unit::Syllable(s) => said.push(format!("{}{}", s.pinyin, s.tone)),
                Unit::English(word) => said.extend(
                    word.nearest
                        .iter()
                        .map(|s| format!("{}{}", s.pinyin, s.tone)),
                ),
                Unit::Pause(pause) if pause.strength as u8 == 3 && is_marked(pause) => {
                    said.push("/".into());
                }
                Unit::Pause(_) => {}
            }
        }
    }
    (normalized, said.join(" "))
}

/// Whether the pause is written, and not the voice's own.
fn is_marked(pause: &Pause) -> bool {
    !matches!(pause.written, Written::Nothing | Written::Breath)
}

#[test]
fn every_sentence_is_read_as_it_was() {
    let table = std::fs::read_to_string(TABLE).unwrap();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .skip(1)
        .map(|line| line.split('\t').collect())
        .collect();
    assert!(rows.len() >= 200, "{} rows", rows.len());
    let fresh: Vec<String> = rows
        .iter()
        .map(|row| {
            let (normalized, said) = read(row[1]);
            [row[0], row[1], &normalized, &said].join("\t")
        })
        .collect();
    if std::env::var_os("LANGDU_WRITE_READINGS").is_some() {
        let head = table.lines().next().unwrap_or("");
        let text = std::iter::once(head.to_string()).chain(fresh);
        std::fs::write(TABLE, text.collect::<Vec<_>>().join("\n") + "\n").unwrap();
        return;
    }
    let other: Vec<String> = rows
        .iter()
        .zip(&fresh)
        .filter(|(row, fresh)| row.join("\t") != **fresh)
        .map(|(row, fresh)| format!("- {}\n+ {fresh}", row.join("\t")))
        .collect();
    assert!(
        other.is_empty(),
        "{} rows differ:\n{}",
        other.len(),
        other.join("\n")
    );
}
