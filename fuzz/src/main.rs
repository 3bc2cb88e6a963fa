//! Coverage-guided fuzzing of what comes from outside; `./build.sh soak` runs it:
//!
//!     fuzz <target> <seconds> [corpus folder]
//!
//! Inputs that reach something new are kept and changed further. An input fails that panics, takes longer than [`limits`] allow,
//! or asks for more memory at a time; it is left in `target/fuzz`, as `<target>-fatal` where it has ended the process. Prints one line of JSON; ends with 1 where something failed.
//!
//! The loop is our own, because the crate of libFuzzer builds tract's dependencies with other features, which compiles all of
//! tract a second time.

mod coverage;
mod limits;
mod mutation;
mod records;
mod text;
mod voice;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use coverage::Coverage;
use mutation::{Random, mutate};

#[global_allocator]
static ALLOCATOR: limits::Bounded = limits::Bounded;

/// What is fuzzed, and what its inputs are made of.
pub struct Target {
    name: &'static str,
    run: fn(&[u8]),
    seeds: fn() -> Vec<Vec<u8>>,
    words: &'static [&'static str],
    longest: usize,
}

/// The last panic's message and place.
static FAILURE: Mutex<String> = Mutex::new(String::new());

struct Fuzzing {
    target: Target,
    coverage: Coverage,
    watch: limits::Watch,
    corpus: Vec<Vec<u8>>,
    executions: u64,
    /// The first input of each failure.
    failures: BTreeMap<String, PathBuf>,
}

impl Fuzzing {
    /// Runs an input, and keeps it if it reaches something new.
    fn execute(&mut self, input: &[u8]) {
        self.watch
            .begin(input)
            .expect("target/fuzz can be written to");
        self.coverage.clear();
        let run = AssertUnwindSafe(|| (self.target.run)(input));
        let failed = catch_unwind(run).is_err();
        self.executions += 1;
        if failed {
            let message = std::mem::take(&mut *FAILURE.lock().unwrap());
            if !self.failures.contains_key(&message) {
                let number = self.failures.len();
                let path = limits::folder().join(format!("{}-{number}", self.target.name));
                let _ = std::fs::write(&path, input);
                self.failures.insert(message, path);
            }
        } else if self.coverage.learn() > 0 {
            self.corpus.push(input.to_vec());
        }
    }
}

fn main() -> ExitCode {
    let words = std::env::args().skip(1).collect::<Vec<_>>();
    let targets = text::TARGETS
        .into_iter()
        .chain(voice::TARGETS)
        .chain(records::TARGETS);
    let targets = targets.collect::<Vec<_>>();
    let (Some(name), Some(seconds)) = (
        words.first(),
        words.get(1).and_then(|word| word.parse().ok()),
    ) else {
        let names = targets.iter().map(|target| target.name).collect::<Vec<_>>();
        eprintln!(
            "fuzz <target> <seconds> [corpus folder]; targets: {}",
            names.join(", ")
        );
        return ExitCode::FAILURE;
    };
    let Some(target) = targets.into_iter().find(|target| target.name == name) else {
        eprintln!("there is no target {name}");
        return ExitCode::FAILURE;
    };
    std::panic::set_hook(Box::new(|panic| {
        *FAILURE.lock().unwrap() = panic.to_string()
    }));
    let folder = words.get(2).map(Path::new);
    let fuzzing = fuzz(target, Duration::from_secs(seconds), folder);
    let [taken, edges] = fuzzing.coverage.edges();
    let report = serde_json::json!({
        "target": fuzzing.target.name,
        "executions": fuzzing.executions,
        "edges": taken,
        "edges_in_all": edges,
        "corpus": fuzzing.corpus.len(),
        "failures": fuzzing.failures,
    });
    println!("{report}");
    let _ = fuzzing.watch.end();
    ExitCode::from(u8::from(!fuzzing.failures.is_empty()))
}

fn fuzz(target: Target, time: Duration, folder: Option<&Path>) -> Fuzzing {
    let mut random = Random::new(u64::from(std::process::id()));
    let words = target
        .words
        .iter()
        .map(|word| word.as_bytes())
        .collect::<Vec<_>>();
    let mut seeds = (target.seeds)();
    seeds.extend(folder.map_or(Vec::new(), read_folder));
    // Short ones first, so that what is kept is short.
    seeds.sort_by_key(Vec::len);
    let longest = target.longest;
    let watch = limits::Watch::new(target.name).expect("target/fuzz can be written to");
    let mut fuzzing = Fuzzing {
        watch,
        target,
        coverage: Coverage::new(),
        corpus: Vec::new(),
        executions: 0,
        failures: BTreeMap::new(),
    };
    seeds.iter().for_each(|seed| fuzzing.execute(seed));
    let begun = Instant::now();
    while begun.elapsed() < time {
        let known = if fuzzing.corpus.is_empty() {
            &seeds
        } else {
            &fuzzing.corpus
        };
        let mut input = random.choose(known).clone();
        let other = random.choose(known).clone();
        mutate(&mut input, &other, &words, longest, &mut random);
        fuzzing.execute(&input);
    }
    if let Some(folder) = folder {
        write_folder(folder, &fuzzing.corpus);
    }
    fuzzing
}

fn read_folder(folder: &Path) -> Vec<Vec<u8>> {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    entries
        .filter_map(|entry| std::fs::read(entry.path()).ok())
        .collect()
}

/// Replaces the corpus by what has reached something new, in the order in which it did.
fn write_folder(folder: &Path, corpus: &[Vec<u8>]) {
    let _ = std::fs::remove_dir_all(folder);
    let _ = std::fs::create_dir_all(folder);
    for (number, input) in corpus.iter().enumerate() {
        let _ = std::fs::write(folder.join(format!("{number:05}")), input);
    }
}
