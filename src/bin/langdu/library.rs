//! Where voices lie, and how one is found by its name.

use std::io::Write;
use std::path::{Path, PathBuf};

use langdu::voice::{GRAPHS, Manifest, Pack, VoiceError};
use langdu::{Synthesizer, Voice};
use serde_json::json;

use crate::cli::VoiceArgs;
use crate::commands::Failure;

/// Environment variable of folders that hold voices, separated as in `PATH`.
const VOICES: &str = "LANGDU_VOICES";

const MANIFEST: &str = "voice.json";

/// The name and the files of the voice that is part of the program.
const BUILT_IN: &str = "xiaolang";

macro_rules! built_in {
    ($file:literal) => {
        include_bytes!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/models/xiaolang/",
            $file
        ))
    };
}

static BUILT_IN_MANIFEST: &[u8] = built_in!("voice.json");

/// In the order of [`GRAPHS`].
static BUILT_IN_GRAPHS: [&[u8]; 6] = [
    built_in!("encoder.onnx"),
    built_in!("prosody.onnx"),
    built_in!("duration.onnx"),
    built_in!("decoder.onnx"),
    built_in!("postnet.onnx"),
    built_in!("vocoder.onnx"),
];

/// A voice that can be loaded.
enum Place {
    /// A folder or a zip archive.
    Path(PathBuf),
    /// Part of the program.
    BuiltIn,
}

/// A voice, and the text of its manifest.
pub struct Found {
    pub voice: Voice,
    #[cfg_attr(not(feature = "serve"), expect(dead_code))]
    pub manifest: String,
}

impl VoiceArgs {
    pub fn load(&self) -> Result<Synthesizer, langdu::Error> {
        load(find(&self.voice)?.voice)
    }
}

/// A voice ready to speak without delay.
pub fn load(voice: Voice) -> Result<Synthesizer, langdu::Error> {
    let synthesizer = Synthesizer::new(voice)?;
    for step in synthesizer.warm_up()? {
        step?;
    }
    Ok(synthesizer)
}

/// A voice by its path or its name.
pub fn find(voice: &Path) -> Result<Found, VoiceError> {
    if is_pack(voice) || voice.components().count() > 1 {
        return Place::Path(voice.into()).open();
    }
    let name = voice.to_string_lossy();
    let found = places().into_iter().find(|(known, _)| *known == name);
    let (_, place) = found.ok_or_else(|| VoiceError::Unknown(name.into_owned()))?;
    place.open()
}

fn is_pack(path: &Path) -> bool {
    path.join(MANIFEST).is_file()
        || (path.is_file() && path.extension().is_some_and(|end| end == "zip"))
}

impl Place {
    fn open(&self) -> Result<Found, VoiceError> {
        let pack = match self {
            Place::Path(path) if path.is_dir() => Pack::read(path)?,
            Place::Path(path) => {
                let unknown = |_| VoiceError::Unknown(path.display().to_string());
                Pack::unzip(&std::fs::read(path).map_err(unknown)?)?
            }
            Place::BuiltIn => {
                let names = GRAPHS.iter().map(ToString::to_string);
                let files = BUILT_IN_GRAPHS.iter().map(|file| file.to_vec());
                Pack {
                    manifest: self.manifest()?,
                    files: names.zip(files).collect(),
                }
            }
        };
        Ok(Found {
            voice: Voice::new(&pack.manifest, pack.files)?,
            manifest: pack.manifest,
        })
    }

    /// The text of `voice.json`.
    fn manifest(&self) -> Result<String, VoiceError> {
        let missing = |path: &Path| VoiceError::Missing(path.display().to_string());
        match self {
            Place::Path(path) if path.is_dir() => {
                let path = path.join(MANIFEST);
                std::fs::read_to_string(&path).map_err(|_| missing(&path))
            }
            Place::Path(path) => {
                let archive = std::fs::read(path).map_err(|_| missing(path))?;
                Ok(Pack::unzip(&archive)?.manifest)
            }
            Place::BuiltIn => Ok(String::from_utf8_lossy(BUILT_IN_MANIFEST).into_owned()),
        }
    }
}

/// Folders that may hold voices.
fn shelves() -> Vec<PathBuf> {
    let mut shelves = Vec::new();
    if let Some(named) = std::env::var_os(VOICES) {
        shelves.extend(std::env::split_paths(&named).filter(|path| !path.as_os_str().is_empty()));
    }
    let program = std::env::current_exe().and_then(|program| program.canonicalize());
    if let Some(folder) = program.as_deref().ok().and_then(Path::parent) {
        shelves.push(folder.join("voices"));
    }
    if let Some(own) = directories::ProjectDirs::from("", "", "langdu") {
        shelves.push(own.data_dir().join("voices"));
    }
    shelves.push("models".into());
    shelves
}

/// Every voice by its name, in the order in which they are looked up.
fn places() -> Vec<(String, Place)> {
    let mut places = Vec::new();
    for shelf in shelves() {
        let Ok(entries) = std::fs::read_dir(shelf) else {
            continue;
        };
        let mut packs: Vec<PathBuf> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| is_pack(path))
            .collect();
        packs.sort();
        for path in packs {
            let name = if path.is_dir() {
                path.file_name()
            } else {
                path.file_stem()
            };
            let name = name.unwrap_or_default().to_string_lossy().into_owned();
            places.push((name, Place::Path(path)));
        }
    }
    places.push((BUILT_IN.into(), Place::BuiltIn));
    places
}

/// `langdu voices`.
pub fn list(json: bool) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    for (name, place) in places() {
        let at = match &place {
            Place::Path(path) => path
                .canonicalize()
                .unwrap_or_else(|_| path.clone())
                .display()
                .to_string(),
            Place::BuiltIn => "built in".into(),
        };
        let manifest = place.manifest().and_then(|text| Manifest::parse(&text));
        if json {
            let told = match &manifest {
                Ok(manifest) => {
                    let emotions: Vec<_> = manifest.emotions.supported.keys().collect();
                    json!({"voice": name, "at": at, "language": manifest.language, "sample_rate": manifest.sample_rate, "emotions": emotions})
                }
                Err(error) => {
                    json!({"voice": name, "at": at, "code": error.code(), "msg": error.to_string()})
                }
            };
            writeln!(out, "{told}")?;
            continue;
        }
        match &manifest {
            Ok(manifest) => writeln!(
                out,
                "{name}\t{}\t{} Hz\t{at}",
                manifest.language, manifest.sample_rate
            ),
            Err(error) => writeln!(out, "{name}\t{}: {error}\t{at}", error.code()),
        }?;
    }
    Ok(())
}
