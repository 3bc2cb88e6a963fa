//! The files of a voice pack, out of its folder or out of a zip archive of it. In browsers `www/worker/voice.ts` opens both.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::manifest::LARGEST_MANIFEST;
use super::{GRAPHS, Manifest, VoiceError};

const MANIFEST: &str = "voice.json";

/// How many times its own size an archive may unpack to. Weights shrink to two thirds at best.
const DENSEST: u64 = 32;

/// The files of a voice pack, not compared with their hashes yet.
pub struct Pack {
    /// The text of `voice.json`.
    pub manifest: String,
    /// The bytes of each graph's file, by the graph's name.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Pack {
    /// Reads the pack's folder.
    pub fn read(folder: &std::path::Path) -> Result<Pack, VoiceError> {
        Pack::gather(u64::MAX, |path, most| {
            let path = folder.join(path);
            let missing = || VoiceError::Missing(path.display().to_string());
            let is_file = path.metadata().is_ok_and(|about| about.is_file());
            let file = std::fs::File::open(&path).ok().filter(|_| is_file);
            limited(file.ok_or_else(missing)?, most).map_err(|_| missing())
        })
    }

    /// Unpacks a zip archive. `voice.json` may lie in a folder, as when a folder has been zipped whole; the files it names
    /// lie beside it.
    pub fn unzip(archive: &[u8]) -> Result<Pack, VoiceError> {
        let room = (archive.len() as u64).saturating_mul(DENSEST);
        let mut archive = ZipArchive::new(Cursor::new(archive))
            .map_err(|error| VoiceError::Format(format!("not a zip archive: {error}")))?;
        let folder = archive
            .file_names()
            .filter_map(|name| name.strip_suffix(MANIFEST))
            .filter(|folder| folder.is_empty() || folder.ends_with(['/', '\\']))
            .min_by_key(|folder| folder.len())
            .ok_or_else(|| VoiceError::Missing(MANIFEST.into()))?
            .to_string();
        Pack::gather(room, |path, most| unpack(&mut archive, &folder, path, most))
    }

    /// `read` gives at most so many bytes, and one more, of a file by its name. The graphs together may take `room` bytes.
    fn gather(
        room: u64,
        mut read: impl FnMut(&str, u64) -> Result<Vec<u8>, VoiceError>,
    ) -> Result<Pack, VoiceError> {
        let manifest = String::from_utf8(read(MANIFEST, LARGEST_MANIFEST)?)
            .map_err(|_| VoiceError::Format(format!("{MANIFEST} is not UTF-8")))?;
        let listed = Manifest::parse(&manifest)?;
        if listed.bytes() > room {
            return Err(VoiceError::Format("not as large as it says".into()));
        }
        let mut files = BTreeMap::new();
        for graph in GRAPHS {
            let file = listed.file(graph)?;
            files.insert(graph.to_string(), read(&file.path, file.bytes)?);
        }
        Ok(Pack { manifest, files })
    }
}

/// All bytes, but not many more than `most`: one more shows that there are too many.
fn limited(file: impl Read, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unpack(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    folder: &str,
    path: &str,
    most: u64,
) -> Result<Vec<u8>, VoiceError> {
    let refuse = |why: &dyn std::fmt::Display| VoiceError::Format(format!("{path}: {why}"));
    let file = archive
        .by_name(&format!("{folder}{path}"))
        .map_err(|error| match error {
            ZipError::FileNotFound => VoiceError::Missing(path.into()),
            error => refuse(&error),
        })?;
    limited(file, most).map_err(|error| refuse(&error))
}
