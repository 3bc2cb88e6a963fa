//! Reading the packed data files of `models/text/`.

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

/// Rows of a tab-separated table, without comments and blank lines.
pub fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
}
