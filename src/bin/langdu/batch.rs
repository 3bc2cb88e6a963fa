//! `langdu batch`: a list of texts into a folder of files.

use std::collections::HashSet;
use std::io::BufWriter;
use std::path::Path;

use langdu::text::sentences;
use langdu::{SpeakOptions, Synthesizer, wav};

use crate::cli::VoiceArgs;
use crate::commands::{Failure, Fault, describe};
use crate::say::speak;

pub fn batch(
    list: &Path,
    folder: &Path,
    voice: &VoiceArgs,
    options: SpeakOptions,
    marks: bool,
) -> Result<(), Failure> {
    let lines = String::from_utf8_lossy(&std::fs::read(list)?).into_owned();
    let synthesizer = voice.load()?;
    let sample_rate = synthesizer.manifest().sample_rate;
    std::fs::create_dir_all(folder)?;
    let mut ids = HashSet::new();
    let (mut total_ms, mut samples, mut failed) = (0.0, 0, 0);
    for (at, line) in lines.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        match entry(line, &options, marks, &mut ids, folder, &synthesizer) {
            Ok((ms, count)) => {
                total_ms += ms;
                samples += count;
            }
            Err(failure) => {
                eprintln!("langdu: line {}: {}", at + 1, describe(&failure));
                failed += 1;
            }
        }
    }
    let audio_s = samples as f64 / f64::from(sample_rate);
    println!(
        "{audio_s:.1} s of speech, real-time factor {:.3}",
        total_ms / 1000.0 / audio_s
    );
    match failed {
        0 => Ok(()),
        failed => Err(format!("{failed} lines could not be said").into()),
    }
}

/// Says one line; how many milliseconds it took, and how many samples it has.
fn entry(
    line: &str,
    options: &SpeakOptions,
    marks: bool,
    ids: &mut HashSet<String>,
    folder: &Path,
    synthesizer: &Synthesizer,
) -> Result<(f64, usize), Failure> {
    let [id, emotion, text] = line.splitn(3, '\t').collect::<Vec<_>>()[..] else {
        return Err(fault(
            "E_BATCH_LINE",
            format!("not `id<TAB>emotion<TAB>text`: {line}"),
        ));
    };
    if id.is_empty() || id.starts_with('.') || id.contains(['/', '\\', ':', '\0']) {
        return Err(fault("E_BATCH_ID", format!("{id:?} cannot name a file")));
    }
    if !ids.insert(id.to_string()) {
        return Err(fault("E_BATCH_ID", format!("{id:?} has been said before")));
    }
    let options = SpeakOptions {
        emotion: emotion.into(),
        ..options.clone()
    };
    let (mut samples, mut places) = (Vec::new(), Vec::new());
    let said = speak(synthesizer, sentences(text), &options, |chunk| {
        samples.extend_from_slice(&chunk.samples);
        places.extend(chunk.marks.iter().map(|mark| (mark.start, mark.end)));
        Ok(())
    })?;
    let file = std::fs::File::create(folder.join(format!("{id}.wav")))?;
    wav::write(
        BufWriter::new(file),
        synthesizer.manifest().sample_rate,
        &samples,
    )?;
    if marks {
        let places = serde_json::to_string(&places)?;
        std::fs::write(folder.join(format!("{id}.json")), places)?;
    }
    Ok((said.total_ms, samples.len()))
}

fn fault(code: &'static str, message: String) -> Failure {
    Fault { code, message }.into()
}
