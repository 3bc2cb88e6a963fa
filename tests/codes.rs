//! Every error code that the package gives is in the README's table, and the other way round.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All that looks like a code: what it begins with, and capitals.
fn codes(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'));
    let codes =
        words.filter(|word| word.starts_with("E_") && word.len() > 4 && !word.ends_with('_'));
    codes.map(str::to_string).collect()
}

/// The codes in the sources under a folder.
fn given(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        // The reader says its own in words.
        if path.ends_with("www/reader") {
            continue;
        }
        if path.is_dir() {
            found.extend(given(&path));
        } else if path
            .extension()
            .is_some_and(|kind| kind == "rs" || kind == "ts")
        {
            found.extend(codes(&std::fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

/// The codes in the first column of the table. `_SPEED` behind `E_OPTION_EMOTION` is `E_OPTION_SPEED`.
fn listed(readme: &str) -> BTreeSet<String> {
    let table = readme.split("## Errors").nth(1).unwrap();
    let rows = table
        .lines()
        .skip(1)
        .take_while(|line| !line.starts_with("## "));
    let mut found = BTreeSet::new();
    for row in rows.filter(|row| row.starts_with("| `")) {
        let column = row.split('|').nth(1).unwrap();
        let mut room = String::new();
        for code in column.split('`').filter(|code| code.contains('_')) {
            if code.starts_with("E_") {
                room = code[..code.rfind('_').unwrap()].to_string();
                found.insert(code.to_string());
            } else {
                found.insert(format!("{room}{code}"));
            }
        }
    }
    found
}

#[test]
fn the_readme_lists_every_code() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let listed = listed(&readme);
    assert!(
        listed.contains("E_OPTION_SPEED") && listed.len() > 20,
        "{listed:?}"
    );
    let mut given = given(&root().join("src"));
    given.extend(self::given(&root().join("www")));
    let missing = given.difference(&listed).collect::<Vec<_>>();
    assert!(missing.is_empty(), "not in the README: {missing:?}");
    let unknown = listed.difference(&given).collect::<Vec<_>>();
    assert!(unknown.is_empty(), "given by nothing: {unknown:?}");
}
