//! Coverage-guided fuzzing of what comes from outside; `./build.sh soak` runs it:
//!
//!     fuzz <target> <seconds> [file for the corpus]
//!     fuzz <target> <file of an input>
//!
//! The second runs one input, one that failed before, and panics where it does.
//!
//! It begins with the seeds, `fuzz/seeds/<target>.jsonl`, a line for each input, and the file, if there is one; what has been found
//! is written to the file, without what others reach as well.
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
use mutation::{Random, mutate, window};

#[global_allocator]
static ALLOCATOR: limits::Bounded = limits::Bounded;

/// What is fuzzed, and what its inputs are made of.
pub struct Target {
    name: &'static str,
    run: fn(&[u8]),
    seeds: fn() -> Vec<Vec<u8>>,
    words: &'static [&'static str],
    /// Bytes that most inputs are cut down to: the shorter they are, the more of them are tried.
    usual: usize,
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
        self.watch.begin(input);
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

    /// Lines of those inputs that are text and reach, together, all that the corpus reaches; short ones first.
    fn minimized(&mut self) -> String {
        let mut corpus = std::mem::take(&mut self.corpus);
        corpus.retain(|input| std::str::from_utf8(input).is_ok());
        corpus.sort_by_key(Vec::len);
        self.coverage.forget();
        corpus.iter().for_each(|input| self.execute(input));
        let lines = self.corpus.iter().map(|input| {
            let input = String::from_utf8_lossy(input);
            serde_json::to_string(&input).unwrap_or_default() + "\n"
        });
        lines.collect()
    }
}

fn main() -> ExitCode {
    let words = std::env::args().skip(1).collect::<Vec<_>>();
    let targets = text::TARGETS
        .into_iter()
        .chain(voice::TARGETS)
        .chain(records::TARGETS);
    let targets = targets.collect::<Vec<_>>();
    let (Some(name), Some(what)) = (words.first(), words.get(1)) else {
        let names = targets.iter().map(|target| target.name).collect::<Vec<_>>();
        eprintln!(
            "fuzz <target> <seconds> [file for the corpus]; targets: {}",
            names.join(", ")
        );
        return ExitCode::FAILURE;
    };
    let Some(target) = targets.into_iter().find(|target| target.name == name) else {
        eprintln!("there is no target {name}");
        return ExitCode::FAILURE;
    };
    let Ok(seconds) = what.parse() else {
        (target.run)(&std::fs::read(what).expect("a number of seconds or a file"));
        return ExitCode::SUCCESS;
    };
    std::panic::set_hook(Box::new(|panic| {
        *FAILURE.lock().unwrap() = panic.to_string()
    }));
    let mut fuzzing = fuzz(
        target,
        Duration::from_secs(seconds),
        words.get(2).map(Path::new),
    );
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
    if let Some(file) = words.get(2) {
        let _ = std::fs::write(file, fuzzing.minimized());
    }
    let _ = fuzzing.watch.end();
    ExitCode::from(u8::from(!fuzzing.failures.is_empty()))
}

fn fuzz(target: Target, time: Duration, corpus: Option<&Path>) -> Fuzzing {
    let mut random = Random::new(u64::from(std::process::id()));
    let words = target
        .words
        .iter()
        .map(|word| word.as_bytes())
        .collect::<Vec<_>>();
    let mut seeds = (target.seeds)();
    let committed = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/seeds"));
    seeds.extend(kept(&committed.join(format!("{}.jsonl", target.name))));
    seeds.extend(corpus.map_or(Vec::new(), kept));
    // Short ones first, so that what is kept is short.
    seeds.sort_by_key(Vec::len);
    let (usual, longest) = (target.usual, target.longest);
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
        let [one, two] = [random.choose(known), random.choose(known)];
        let (one, two) = if one.len() <= two.len() {
            (one, two)
        } else {
            (two, one)
        };
        let most = if random.below(16) == 0 {
            longest
        } else {
            1 + random.below(2 * usual)
        };
        let mut input = window(one, most, &mut random).to_vec();
        mutate(&mut input, two, &words, most, &mut random);
        fuzzing.execute(&input);
    }
    fuzzing
}

/// Inputs that have been kept in a file.
fn kept(file: &Path) -> Vec<Vec<u8>> {
    let lines = std::fs::read_to_string(file).unwrap_or_default();
    let inputs = lines
        .lines()
        .filter_map(|line| serde_json::from_str::<String>(line).ok());
    inputs.map(String::into_bytes).collect()
}
