//! The front end measured on development sets that lie beside the repository, where they are at hand.
//!
//! The sets are not part of the project (some may be used for measuring only); without them the tests are skipped, see `shared`.

mod shared;

use std::collections::BTreeMap;

use langdu::text::report::{self, Report};
use shared::lenient;

fn report(text: &str) -> Report {
    report::report(text, langdu::text::TextOptions::default())
}

fn rows(set: &str) -> Option<Vec<BTreeMap<String, String>>> {
    shared::rows(&format!("frontend/{set}"))
}

fn share(hits: impl Iterator<Item = bool>) -> f64 {
    let (hit, all) = hits.fold((0, 0), |(hit, all), good| {
        (hit + usize::from(good), all + 1)
    });
    hit as f64 / f64::from(all.max(1))
}

fn reach(
    set: &str,
    least: f64,
    good: impl Fn(&BTreeMap<String, String>, &Report) -> bool,
    column: &str,
) {
    let Some(rows) = rows(set) else { return };
    let reached = share(rows.iter().map(|row| good(row, &report(&row[column]))));
    println!("{set}: {reached:.4}");
    assert!(reached >= least, "{set}: {reached:.4} < {least}");
}

#[test]
fn normalisation() {
    let good = |row: &BTreeMap<String, String>, said: &Report| {
        lenient(&row["expected"]) == lenient(&said.normalized)
    };
    reach("normalise_dev.tsv", 0.942, good, "input");
    reach("normalise_flattn_dev.tsv", 0.985, good, "input");
}

#[test]
fn polyphones() {
    let good = |row: &BTreeMap<String, String>, said: &Report| {
        let at: usize = row["char_index"].parse().unwrap_or(usize::MAX);
        said.syllables
            .iter()
            .find(|s| s.at == at)
            .is_some_and(|s| s.lexical == row["expected_pinyin"])
    };
    reach("polyphone_dev.tsv", 0.9745, good, "sentence");
}

#[test]
fn surface_tones() {
    let Some(rows) = rows("pinyin_prosody_dev.tsv") else {
        return;
    };
    let (mut wrong, mut all) = (0, 0);
    for row in &rows {
        let said = report(&row["text"]);
        let gold: Vec<&str> = row["pinyin_surface_tones"].split(' ').collect();
        wrong += edits(
            &gold,
            &said
                .syllables
                .iter()
                .map(|s| s.pinyin.as_str())
                .collect::<Vec<_>>(),
        );
        all += gold.len();
    }
    let reached = 1.0 - wrong as f64 / all.max(1) as f64;
    println!("pinyin_prosody_dev.tsv: {reached:.4}");
    assert!(reached >= 0.9785, "{reached:.4}");
}

#[test]
fn segmentation() {
    let Some(rows) = rows("segment_dev.tsv") else {
        return;
    };
    let spans = |words: Vec<&str>| {
        let mut at = 0;
        let next = |word: &str| {
            let start = at;
            at += word.chars().count();
            (start, at)
        };
        words
            .into_iter()
            .map(next)
            .collect::<std::collections::BTreeSet<_>>()
    };
    let (mut hits, mut total) = (0, 0);
    for row in &rows {
        let said = report(&row["input"]);
        let gold = spans(
            row["expected_words_space_separated"]
                .split_whitespace()
                .collect(),
        );
        let ours = spans(said.words.iter().map(String::as_str).collect());
        hits += gold.intersection(&ours).count();
        total += gold.len() + ours.len();
    }
    let reached = 2.0 * hits as f64 / total.max(1) as f64;
    println!("segment_dev.tsv: {reached:.4}");
    assert!(reached >= 0.899, "{reached:.4}");
}

#[test]
fn pauses() {
    let Some(rows) = rows("pinyin_prosody_dev.tsv") else {
        return;
    };
    // hits, marked and said boundaries of at least each strength
    let mut counts = [[0usize; 3]; 3];
    for row in &rows {
        let marked = marked_pauses(&row["text_with_prosody"]);
        let said = said_pauses(&row["text"]);
        let inner = marked.len().min(said.len()).saturating_sub(1);
        for (strength, counts) in (1..).zip(&mut counts) {
            for (&marked, &said) in marked.iter().zip(&said).take(inner) {
                counts[0] += usize::from(marked >= strength && said >= strength);
                counts[1] += usize::from(marked >= strength);
                counts[2] += usize::from(said >= strength);
            }
        }
    }
    for ([hits, marked, said], least) in counts.into_iter().zip([0.908, 0.706, 0.882]) {
        let reached = 2.0 * hits as f64 / (marked + said).max(1) as f64;
        println!("pauses: {reached:.4}");
        assert!(reached >= least, "{reached:.4} < {least}");
    }
}

fn is_han(character: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&character)
}

/// Strength of the pause after each Chinese character of a text with marks #1 to #4.
fn marked_pauses(text: &str) -> Vec<u8> {
    let mut pauses: Vec<u8> = Vec::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == '#' {
            let strength = characters.next().and_then(|c| c.to_digit(10)).unwrap_or(0) as u8;
            if let Some(last) = pauses.last_mut() {
                *last = strength.max(*last);
            }
        } else if is_han(character) {
            pauses.push(0);
        }
    }
    pauses
}

/// Strength of the pause said after each Chinese character.
fn said_pauses(text: &str) -> Vec<u8> {
    let han: Vec<usize> = text
        .chars()
        .enumerate()
        .filter(|(_, c)| is_han(*c))
        .map(|(at, _)| at)
        .collect();
    let mut pauses = vec![0; han.len()];
    let syllables = report(text).syllables;
    for pair in syllables.windows(2) {
        let before = han.partition_point(|&at| at < pair[1].at);
        if let Some(pause) = before.checked_sub(1).and_then(|b| pauses.get_mut(b)) {
            *pause = pair[0].pause.max(*pause);
        }
    }
    pauses
}

/// Levenshtein distance.
fn edits(a: &[&str], b: &[&str]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let best = (row[j + 1] + 1)
                .min(row[j] + 1)
                .min(diagonal + usize::from(x != y));
            diagonal = std::mem::replace(&mut row[j + 1], best);
        }
    }
    row[b.len()]
}
