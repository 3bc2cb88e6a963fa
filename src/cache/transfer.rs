//! A cache as one file: a header, then records of key, length and sealed bytes.

use super::store::{self, Key};

const HEADER: [u8; 8] = *b"langdu\x00\x01";

/// A file that no cache has written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an exported cache")]
pub struct FormatError;

impl FormatError {
    /// The stable code.
    pub fn code(self) -> &'static str {
        "E_CACHE_FORMAT"
    }
}

/// An empty file, with room for so many records of so many bytes in all.
pub fn begin(records: usize, bytes: u64) -> Vec<u8> {
    let mut file = Vec::with_capacity(HEADER.len() + 20 * records + bytes as usize);
    file.extend(HEADER);
    file
}

/// Adds a record to a file.
pub fn append(file: &mut Vec<u8>, key: Key, sealed: &[u8]) {
    file.extend(key.0);
    file.extend((sealed.len() as u32).to_le_bytes());
    file.extend(sealed);
}

/// The records of a file that are whole. A file that was cut off gives those before the cut.
pub fn records(file: &[u8]) -> Result<impl Iterator<Item = (Key, &[u8])>, FormatError> {
    let mut rest = file.strip_prefix(&HEADER).ok_or(FormatError)?;
    let records = std::iter::from_fn(move || {
        let (key, after) = rest.split_first_chunk::<16>()?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let (sealed, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        rest = after;
        Some((Key(*key), sealed))
    });
    Ok(records.filter(|(_, sealed)| store::open(sealed).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_file_gives_back_its_records(payloads: Vec<Vec<u8>>, cut: prop::sample::Index) {
            let mut file = begin(0, 0);
            let mut whole = Vec::new();
            let mut ends = Vec::new();
            for (at, payload) in payloads.iter().enumerate() {
                let key = Key([at as u8; 16]);
                append(&mut file, key, &store::seal(payload));
                whole.push((key, store::seal(payload)));
                ends.push(file.len());
            }
            let read = |file: &[u8]| {
                records(file).map(|records| records.map(|(key, sealed)| (key, sealed.to_vec())).collect::<Vec<_>>())
            };
            prop_assert_eq!(read(&file), Ok(whole.clone()));
            let cut = cut.index(file.len()).max(HEADER.len());
            whole.truncate(ends.iter().filter(|&&end| end <= cut).count());
            prop_assert_eq!(read(&file[..cut]), Ok(whole));
        }

        #[test]
        fn anything_can_be_tried(bytes: Vec<u8>) {
            if let Ok(records) = records(&bytes) {
                records.for_each(drop);
            }
            if let Ok(records) = records(&[&HEADER[..], &bytes].concat()) {
                records.for_each(drop);
            }
        }
    }
}
