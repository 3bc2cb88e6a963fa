//! `langdu text`: what the text front end makes of a text.

use std::collections::BTreeMap;
use std::io::{BufRead, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use langdu::text::report::{self, report};
use langdu::text::{Sentences, TextOptions, UserLexicon, sentences_with, ssml_sentences};

use crate::cli::{Reading, TextArgs};
use crate::commands::Failure;

impl Reading {
    pub fn sentences(&self, text: &str) -> Result<Sentences, Failure> {
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

/// What the numbers and signs of each line are taken for.
pub fn classes() -> Result<(), Failure> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        for row in report::classes(&line?) {
            writeln!(out, "{row}")?;
        }
    }
    Ok(())
}

/// How each line is read.
pub fn text(reading: &TextArgs, json: bool) -> Result<(), Failure> {
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
