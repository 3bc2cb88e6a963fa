//! The words that tell what a number beside them is, from `models/text/tables/contexts.tsv`.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::text::data::table;

/// Sets of words by their name.
fn sets() -> &'static HashMap<&'static str, Vec<&'static str>> {
    static SETS: OnceLock<HashMap<&'static str, Vec<&'static str>>> = OnceLock::new();
    SETS.get_or_init(|| {
        let mut sets: HashMap<_, Vec<_>> = HashMap::new();
        for row in table("contexts.tsv") {
            if let [name, words, ..] = row[..] {
                sets.entry(name).or_default().extend(words.split(' '));
            }
        }
        sets
    })
}

fn set(name: &str) -> &'static [&'static str] {
    sets().get(name).map_or(&[], Vec::as_slice)
}

/// Whether the text ends in a word of the set.
pub fn ends(text: &str, name: &str) -> bool {
    set(name).iter().any(|word| text.ends_with(word))
}

/// Whether the text begins with a word of the set.
pub fn begins(text: &str, name: &str) -> bool {
    set(name).iter().any(|word| text.starts_with(word))
}

/// The longest word of the set that the text begins with.
pub fn longest(text: &str, name: &str) -> Option<&'static str> {
    let found = set(name).iter().filter(|word| text.starts_with(**word));
    found.max_by_key(|word| word.len()).copied()
}

/// Whether the last `reach` characters of the text hold a word of the set.
pub fn lately(text: &str, reach: usize, name: &str) -> bool {
    let start = text.char_indices().rev().nth(reach.saturating_sub(1));
    let near = &text[start.map_or(0, |(at, _)| at)..];
    set(name).iter().any(|word| near.contains(word))
}

/// Whether the first `reach` characters of the text hold a word of the set.
pub fn soon(text: &str, reach: usize, name: &str) -> bool {
    let end = text.char_indices().nth(reach);
    let near = &text[..end.map_or(text.len(), |(at, _)| at)];
    set(name).iter().any(|word| near.contains(word))
}
