//! How a test that lacks its data says so.

use std::io::Write;

/// Says why a test is skipped, in the file that `LANGDU_SKIPPED` names as well. Fails where `LANGDU_REQUIRE_DATA` is set.
pub fn skip(why: &str) {
    assert!(
        std::env::var_os("LANGDU_REQUIRE_DATA").is_none(),
        "{why}, and LANGDU_REQUIRE_DATA is set"
    );
    eprintln!("skipped: {why}");
    if let Some(list) = std::env::var_os("LANGDU_SKIPPED") {
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(list);
        let written =
            file.and_then(|mut file| writeln!(file, "{}: {why}", env!("CARGO_CRATE_NAME")));
        written.expect("the list of skipped tests can be written");
    }
}
