//! Voice packs that are altered, cut short or incomplete are refused with their codes.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::path::PathBuf;

use langdu::voice::{Pack, VoiceError};
use langdu::{Error, Synthesizer, Voice};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

type Files = BTreeMap<String, Vec<u8>>;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models/xiaolang")
}

fn pack() -> (String, Files) {
    let json = std::fs::read_to_string(folder().join("voice.json")).unwrap();
    let read = |name: &&str| {
        (
            name.to_string(),
            std::fs::read(folder().join(format!("{name}.onnx"))).unwrap(),
        )
    };
    (json, langdu::voice::GRAPHS.iter().map(read).collect())
}

/// The code after a change to the pack, empty if it loads.
fn code(change: impl FnOnce(&mut String, &mut Files)) -> &'static str {
    let (mut json, mut files) = pack();
    change(&mut json, &mut files);
    let load = || Synthesizer::new(Voice::new(&json, files)?);
    load().err().map_or("", |error: Error| error.code())
}

#[test]
fn the_bundled_voice_loads() {
    assert_eq!(code(|_, _| ()), "");
    assert!(Voice::open(&folder()).is_ok());
}

#[test]
fn files_are_checked() {
    let altered = |_: &mut String, files: &mut Files| files.get_mut("vocoder").unwrap()[1000] ^= 1;
    let longer = |_: &mut String, files: &mut Files| files.get_mut("postnet").unwrap().push(0);
    let truncated =
        |_: &mut String, files: &mut Files| files.get_mut("decoder").unwrap().truncate(5000);
    let empty = |_: &mut String, files: &mut Files| files.get_mut("decoder").unwrap().clear();
    let missing = |_: &mut String, files: &mut Files| drop(files.remove("encoder"));
    assert_eq!(code(altered), "E_VOICE_HASH");
    assert_eq!(code(longer), "E_VOICE_HASH");
    assert_eq!(code(truncated), "E_VOICE_TRUNCATED");
    assert_eq!(code(empty), "E_VOICE_TRUNCATED");
    assert_eq!(code(missing), "E_VOICE_MISSING");
}

#[test]
fn manifests_are_checked() {
    for odd in ["", "{}", "[]", "\u{0}", "{\"format\": 1}"] {
        assert_eq!(
            code(|json, _| *json = odd.into()),
            "E_VOICE_FORMAT",
            "{odd:?}"
        );
    }
    let replace = |from: &str, to: &str| code(|json, _| *json = json.replacen(from, to, 1));
    assert_eq!(replace("\"format\": 1", "\"format\": 99"), "E_VOICE_FORMAT");
    assert_eq!(replace("\"hop\": 200", "\"hop\": 0"), "E_VOICE_FORMAT");
    assert_eq!(
        replace("\"encoder\": {\"path\"", "\"encoder\": {\"lost\""),
        ""
    );
}

/// A file that is what the manifest says, but no model.
#[test]
fn graphs_are_checked() {
    for bytes in [&b"not a model"[..], b"", b"\x08\x08\x12\x00", &[0xff; 64]] {
        let found = code(|json, files| {
            let mut manifest: serde_json::Value = serde_json::from_str(json).unwrap();
            manifest["files"]["encoder"]["bytes"] = bytes.len().into();
            manifest["files"]["encoder"]["sha256"] = sha256(bytes).into();
            *json = manifest.to_string();
            files.insert("encoder".into(), bytes.to_vec());
        });
        assert_eq!(found, "E_VOICE_FORMAT", "{bytes:?}");
    }
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[test]
fn unknown_voices_and_lost_files_have_codes() {
    assert_eq!(
        Voice::open("models/nobody".as_ref()).err().unwrap().code(),
        "E_VOICE_UNKNOWN"
    );
    let empty = std::env::temp_dir().join(format!("langdu-empty-voice-{}", std::process::id()));
    std::fs::create_dir_all(&empty).unwrap();
    assert_eq!(Voice::open(&empty).err().unwrap().code(), "E_VOICE_MISSING");
    std::fs::remove_dir(&empty).unwrap();
}

/// A zip archive of the voice, its files in `folder`, less those that `keep` refuses.
fn zipped(folder: &str, keep: impl Fn(&str) -> bool) -> Vec<u8> {
    let (json, files) = pack();
    let mut files = files
        .into_iter()
        .map(|(name, bytes)| (format!("{name}.onnx"), bytes))
        .collect::<Vec<_>>();
    files.push(("voice.json".into(), json.into_bytes()));
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files.iter().filter(|(name, _)| keep(name)) {
        let options = SimpleFileOptions::default();
        archive
            .start_file(format!("{folder}{name}"), options)
            .unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn unzipped(archive: &[u8]) -> Result<Voice, VoiceError> {
    let pack = Pack::unzip(archive)?;
    Voice::new(&pack.manifest, pack.files)
}

#[test]
fn archives_are_unpacked() {
    for folder in ["", "voice/", "deep/in/some/folder/"] {
        let archive = zipped(folder, |_| true);
        assert!(unzipped(&archive).is_ok(), "{folder:?}");
    }
    let path = std::env::temp_dir().join(format!("langdu-voice-{}.zip", std::process::id()));
    std::fs::write(&path, zipped("voice/", |_| true)).unwrap();
    assert!(Voice::open(&path).is_ok());
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn odd_archives_have_codes() {
    let code = |archive: &[u8]| unzipped(archive).err().map_or("", |error| error.code());
    let whole = zipped("", |_| true);
    assert_eq!(code(b""), "E_VOICE_FORMAT");
    assert_eq!(code(b"no zip archive"), "E_VOICE_FORMAT");
    assert_eq!(code(&whole[..whole.len() / 2]), "E_VOICE_FORMAT");
    assert_eq!(
        code(&zipped("", |name| name != "voice.json")),
        "E_VOICE_MISSING"
    );
    assert_eq!(
        code(&zipped("", |name| name != "postnet.onnx")),
        "E_VOICE_MISSING"
    );
    let mut altered = whole;
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    assert_ne!(code(&altered), "");
}
