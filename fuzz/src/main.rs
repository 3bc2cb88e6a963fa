//! Coverage-guided fuzzing of what comes from outside, by libFuzzer; `./build.sh soak` runs it.
//!
//! `LANGDU_FUZZ` names the target. An input fails that panics, takes longer than [`limits`] allow, or asks for more memory at a
//! time than they do.
#![no_main]

mod limits;
mod records;
mod text;
mod voice;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

#[global_allocator]
static ALLOCATOR: limits::Bounded = limits::Bounded;

type Target = fn(&[u8]);

const TARGETS: [(&str, Target); 9] = [
    ("text", text::text),
    ("ssml", text::ssml),
    ("lexicon", text::lexicon),
    ("templates", text::templates),
    ("archive", voice::archive),
    ("manifest", voice::manifest),
    ("graph", voice::graph),
    ("records", records::records),
    ("options", records::options),
];

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("LANGDU_FUZZ").unwrap_or_default();
    let target = TARGETS.into_iter().find(|(known, _)| *known == name);
    let names = TARGETS.map(|(name, _)| name).join(", ");
    target
        .unwrap_or_else(|| panic!("LANGDU_FUZZ is none of {names}"))
        .1
});

fuzz_target!(|data: &[u8]| TARGET(data));
