//! The data files of `models/text/`. Natively they are in the program; browsers fetch them all as one file, beside the engine,
//! which is the same for both of its builds and is not in the memory of those who read no text.

#[cfg(any(test, target_arch = "wasm32"))]
use xxhash_rust::xxh64::xxh64;

/// The name of each file and what is in it: packed ones, then tables, each in the order of their names.
macro_rules! files {
    ($($name:literal)* tables $($table:literal)*) => {
        [
            $(($name, include_bytes!(concat!("../../models/text/", $name)).as_slice()),)*
            $(($table, include_bytes!(concat!("../../models/text/tables/", $table)).as_slice()),)*
        ]
    };
}

const FILES: [(&str, &[u8]); 18] = files![
    "characters.bin" "emoji.bin" "english.bin" "fold.bin" "polyphones.bin" "prosody.bin" "words.bin"
    tables
    "beside.tsv" "contexts.tsv" "currencies.tsv" "latex.tsv" "latin.tsv" "pauses.tsv" "signs.tsv" "spelled.tsv" "surnames.tsv" "taiwan.tsv"
    "units.tsv"
];

/// Whether these are all files, one after the other, as they were when this was compiled.
#[cfg(any(test, target_arch = "wasm32"))]
fn are_ours(data: &[u8]) -> bool {
    xxh64(data, 0).to_string() == env!("LANGDU_TEXT")
}

/// What is in the file of this name.
#[cfg(not(target_arch = "wasm32"))]
pub fn file(name: &str) -> &'static [u8] {
    FILES
        .iter()
        .find(|(file, _)| *file == name)
        .map_or(&[], |(_, bytes)| bytes)
}

#[cfg(target_arch = "wasm32")]
pub use fetched::{file, provide};

#[cfg(target_arch = "wasm32")]
mod fetched {
    use std::sync::OnceLock;

    use super::{FILES, are_ours};

    /// Names and lengths alone: the contents of [`FILES`] are not in the engine.
    const LENGTHS: [(&str, usize); FILES.len()] = {
        let mut lengths = [("", 0); FILES.len()];
        let mut at = 0;
        while at < FILES.len() {
            lengths[at] = (FILES[at].0, FILES[at].1.len());
            at += 1;
        }
        lengths
    };

    static DATA: OnceLock<Vec<u8>> = OnceLock::new();

    /// Takes what texts are read by: all files, one after the other in the order of [`FILES`]. Says whether they are the ones that this engine was made for.
    pub fn provide(data: Vec<u8>) -> bool {
        let ours = are_ours(&data);
        if ours {
            // Whoever was first has given the same.
            let _ = DATA.set(data);
        }
        ours
    }

    /// What is in the file of this name; nothing before [`provide`].
    pub fn file(name: &str) -> &'static [u8] {
        let mut rest = DATA.get().map_or(&[][..], Vec::as_slice);
        for (file, length) in LENGTHS {
            let (contents, following) = rest.split_at(length.min(rest.len()));
            if file == name {
                return contents;
            }
            rest = following;
        }
        &[]
    }
}

/// A packed file: sections of a little-endian `u32` length and that many bytes.
pub struct Sections<'a> {
    rest: &'a [u8],
}

impl<'a> Sections<'a> {
    pub fn new(file: &'a [u8]) -> Self {
        Self { rest: file }
    }

    /// The next section; empty past the end.
    pub fn bytes(&mut self) -> &'a [u8] {
        let Some((length, rest)) = self.rest.split_first_chunk::<4>() else {
            return &[];
        };
        let length = (u32::from_le_bytes(*length) as usize).min(rest.len());
        let (section, rest) = rest.split_at(length);
        self.rest = rest;
        section
    }

    /// The next section as little-endian `u16`.
    pub fn words(&mut self) -> Vec<u16> {
        self.bytes()
            .as_chunks::<2>()
            .0
            .iter()
            .map(|pair| u16::from_le_bytes(*pair))
            .collect()
    }

    /// The next section as little-endian `f32`.
    pub fn floats(&mut self) -> Vec<f32> {
        self.bytes()
            .as_chunks::<4>()
            .0
            .iter()
            .map(|four| f32::from_le_bytes(*four))
            .collect()
    }

    /// The next section as text; empty when it is not UTF-8.
    pub fn text(&mut self) -> &'a str {
        std::str::from_utf8(self.bytes()).unwrap_or("")
    }
}

/// Rows of the table of this name.
pub fn table(name: &str) -> impl Iterator<Item = Vec<&'static str>> {
    rows(std::str::from_utf8(file(name)).unwrap_or(""))
}

/// Rows of a tab-separated table, without comments and blank lines.
pub fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
}

#[cfg(test)]
mod tests {
    use super::{FILES, are_ours};

    #[test]
    fn no_file_is_left_out_and_they_are_in_the_order_of_their_names() {
        let all = FILES.map(|(_, bytes)| bytes).concat();
        assert!(are_ours(&all));
        assert!(FILES.is_sorted_by_key(|(name, _)| (name.ends_with(".tsv"), *name)));
    }
}
