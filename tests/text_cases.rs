//! Sentences as people paste them, from a file beside the repository where it is at hand.
//!
//! The file says what should be heard in free form: `十七 (分 optional)`. A reading counts where it is the expectation with some of its
//! brackets put in the place of the words before them, and holds the pinyin that the note asks for.

mod shared;

use langdu::text::TextOptions;
use langdu::text::report::{Report, report};
use shared::lenient;

#[test]
fn sentences_as_people_paste_them() {
    let Some(rows) = shared::rows("cases/text.tsv") else {
        return;
    };
    let mut right = 0;
    for row in &rows {
        let said = report(&row["input"].replace("\\n", "\n"), TextOptions::default());
        let heard = is_heard(&row["expected_normalised"], &said.normalized);
        let missing = missing_pinyin(&row["expected_pinyin_note"], &said);
        if heard && missing.is_empty() {
            right += 1;
        } else {
            println!(
                "{} {}: {} {missing:?}",
                row["id"], row["input"], said.normalized
            );
        }
    }
    println!("cases/text.tsv: {right} of {}", rows.len());
    assert!(right >= 92, "{right} of {}", rows.len());
}

/// Whether what is said is the expectation, or a form of it that its brackets allow.
fn is_heard(expected: &str, said: &str) -> bool {
    let said = lenient(said);
    if expected.starts_with("(nothing") {
        return said.is_empty();
    }
    let mut forms = vec![String::new()];
    for (at, piece) in expected.split(['(', ')']).enumerate() {
        if at % 2 == 0 {
            forms
                .iter_mut()
                .for_each(|form| form.push_str(piece.trim_end()));
            continue;
        }
        let alternatives: Vec<String> = piece
            .split([',', '，', ';', ':'])
            .flat_map(|part| part.split(" or "))
            .map(|part| {
                let plain = part.replace("or ", " ").replace("optional", "");
                plain
                    .replace("allowed", "")
                    .replace("silent", "")
                    .trim()
                    .to_string()
            })
            .filter(|part| !part.is_empty())
            .collect();
        let mut more = forms.clone();
        for form in &forms {
            let letters: Vec<char> = form.chars().collect();
            for alternative in &alternatives {
                for kept in letters.len().saturating_sub(14)..=letters.len() {
                    let start: String = letters[..kept].iter().collect();
                    more.push(start + alternative);
                }
            }
        }
        // Forms that the reading does not begin with lead nowhere.
        more.retain(|form| said.starts_with(&lenient(form)) || said.starts_with(&slashed(form)));
        more.sort();
        more.dedup();
        forms = more;
    }
    forms
        .iter()
        .any(|form| lenient(form) == said || slashed(form) == said)
}

/// With the words in which number codes are heard left out.
fn slashed(form: &str) -> String {
    lenient(form).replace('杠', "")
}

/// What the note asks for and the reading has not.
fn missing_pinyin(note: &str, said: &Report) -> Vec<String> {
    // Each syllable as it is spoken, or before sandhi: a note may mix them.
    let both: Vec<[&str; 2]> = said
        .syllables
        .iter()
        .map(|s| [&*s.pinyin, &*s.lexical])
        .collect();
    let has = |wanted: &[&str]| {
        both.windows(wanted.len().max(1)).any(|said| {
            let mut pairs = said.iter().zip(wanted);
            pairs.all(|(both, wanted)| both.contains(wanted))
        })
    };
    let mut plain = String::new();
    let mut depth = 0;
    for c in note.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    let syllables = |text: &str| {
        let word = |word: &&str| {
            let base = word.trim_end_matches(|c: char| c.is_ascii_digit());
            word.len() == base.len() + 1
                && !base.is_empty()
                && base.chars().all(|c| c.is_ascii_lowercase())
        };
        text.split_whitespace()
            .filter(word)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut missing = Vec::new();
    for part in plain.split([';', ',', ':']) {
        let wanted = part.split(" not ").next().unwrap_or("");
        let wanted = wanted.split(" as ").next().unwrap_or("");
        if ["not ", "never ", "no ", "but "]
            .iter()
            .any(|word| wanted.trim_start().starts_with(word))
        {
            continue;
        }
        let alternatives: Vec<String> = wanted
            .split(" / ")
            .flat_map(|part| part.split(" or "))
            .map(syllables)
            .filter(|alternative| !alternative.is_empty())
            .collect();
        let found = |alternative: &String| {
            let all: Vec<&str> = alternative.split(' ').collect();
            // A list of single syllables is looked for one by one.
            let each = || all.iter().all(|one| has(&[one]));
            has(&all) || alternative.ends_with('5') && each()
        };
        if !alternatives.is_empty() && !alternatives.iter().any(found) {
            missing.push(wanted.trim().to_string());
        }
    }
    missing
}
