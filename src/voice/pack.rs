//! The files of a voice pack, out of its folder or out of a zip archive of it.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::{GRAPHS, Manifest, VoiceError};

const MANIFEST: &str = "voice.json";

/// What one file may take in memory, so that an archive can't unpack to more than there is.
const LARGEST: u64 = 512 << 20;

/// The files of a voice pack, not compared with their hashes yet.
pub struct Pack {
    /// The text of `voice.json`.
    pub manifest: String,
    /// The bytes of each graph's file, by the graph's name.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Pack {
    /// Reads the pack's folder.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn read(folder: &std::path::Path) -> Result<Pack, VoiceError> {
        Pack::gather(|path| {
            let path = folder.join(path);
            std::fs::read(&path).map_err(|_| VoiceError::Missing(path.display().to_string()))
        })
    }

    /// Unpacks a zip archive. `voice.json` may lie in a folder, as when a folder has been zipped whole; the files it names
    /// lie beside it.
    pub fn unzip(archive: &[u8]) -> Result<Pack, VoiceError> {
        let mut archive = ZipArchive::new(Cursor::new(archive))
            .map_err(|error| VoiceError::Format(format!("not a zip archive: {error}")))?;
        let folder = archive
            .file_names()
            .filter_map(|name| name.strip_suffix(MANIFEST))
            .filter(|folder| folder.is_empty() || folder.ends_with(['/', '\\']))
            .min_by_key(|folder| folder.len())
            .ok_or_else(|| VoiceError::Missing(MANIFEST.into()))?
            .to_string();
        Pack::gather(|path| unpack(&mut archive, &folder, path))
    }

    /// `read` gives the bytes of a file by its path beside the manifest.
    fn gather(
        mut read: impl FnMut(&str) -> Result<Vec<u8>, VoiceError>,
    ) -> Result<Pack, VoiceError> {
        let manifest = String::from_utf8(read(MANIFEST)?)
            .map_err(|_| VoiceError::Format(format!("{MANIFEST} is not UTF-8")))?;
        let listed = Manifest::parse(&manifest)?;
        let mut files = BTreeMap::new();
        for graph in GRAPHS {
            files.insert(graph.to_string(), read(&listed.file(graph)?.path)?);
        }
        Ok(Pack { manifest, files })
    }
}

fn unpack(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    folder: &str,
    path: &str,
) -> Result<Vec<u8>, VoiceError> {
    let refuse = |why: &dyn std::fmt::Display| VoiceError::Format(format!("{path}: {why}"));
    let file = archive
        .by_name(&format!("{folder}{path}"))
        .map_err(|error| match error {
            ZipError::FileNotFound => VoiceError::Missing(path.into()),
            error => refuse(&error),
        })?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| refuse(&error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(refuse(&"too large"));
    }
    Ok(bytes)
}
