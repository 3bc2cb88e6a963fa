//! Any text and any SSML: `cargo +nightly fuzz run text`.
#![no_main]

use langdu::text::symbols::symbols;
use langdu::text::{sentences, ssml_sentences};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let length = text.chars().count();
    let mut units = 0;
    for sentence in sentences(text) {
        assert!(sentence.span.end <= length);
        assert!(symbols(&sentence, Default::default()).len() <= 256);
        units += sentence.units.len();
    }
    assert!(units <= 64 * length);
    if let Ok(sentences) = ssml_sentences(text, Default::default()) {
        assert!(sentences.into_iter().all(|sentence| sentence.span.end <= length));
    }
});
