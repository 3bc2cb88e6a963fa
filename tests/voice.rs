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

/// An archive whose six graphs are one file of zeros.
fn bomb(bytes: usize, stated: impl Fn(&mut serde_json::Value)) -> Vec<u8> {
    let mut manifest: serde_json::Value = serde_json::from_str(&pack().0).unwrap();
    for graph in langdu::voice::GRAPHS {
        manifest["files"][graph] =
            serde_json::json!({"path": "zeros", "bytes": bytes, "sha256": "0"});
    }
    stated(&mut manifest);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, content: &[u8]| {
        archive
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        archive.write_all(content).unwrap();
    };
    add("voice.json", manifest.to_string().as_bytes());
    add("zeros", &vec![0; bytes]);
    archive.finish().unwrap().into_inner()
}

#[test]
fn archives_unpack_to_what_they_can_hold() {
    let code = |archive: &[u8]| unzipped(archive).err().map_or("", |error| error.code());
    // Large, as it says.
    assert_eq!(code(&bomb(64 << 20, |_| ())), "E_VOICE_FORMAT");
    // Larger than it says.
    let less = bomb(64 << 20, |manifest| {
        for graph in langdu::voice::GRAPHS {
            manifest["files"][graph]["bytes"] = 10.into();
        }
    });
    assert_eq!(code(&less), "E_VOICE_HASH");
    let long = bomb(10, |manifest| {
        manifest["provenance"] = "长".repeat(10 << 20).into();
    });
    assert_eq!(code(&long), "E_VOICE_FORMAT");
    let symbols = bomb(10, |manifest| {
        manifest["symbols"]["sy"] = vec![""; 1 << 20].into();
    });
    assert_eq!(code(&symbols), "E_VOICE_FORMAT");
}

#[test]
fn a_folder_gives_only_its_own_files() {
    let folder = std::env::temp_dir().join(format!("langdu-folder-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("inside")).unwrap();
    let open = |path: &str| {
        let (json, _) = pack();
        let mut manifest: serde_json::Value = serde_json::from_str(&json).unwrap();
        manifest["files"]["encoder"]["path"] = path.into();
        std::fs::write(folder.join("voice.json"), manifest.to_string()).unwrap();
        let error = Voice::open(&folder).err().unwrap();
        (error.code(), error.to_string())
    };
    for outside in [
        "../../../etc/hostname",
        "/etc/hostname",
        "/dev/zero",
        "inside/encoder.onnx",
    ] {
        let (code, message) = open(outside);
        assert_eq!(code, "E_VOICE_FORMAT", "{outside}");
        assert!(!message.contains("bytes"), "{message}");
    }
    for no_file in ["inside", "encoder.onnx"] {
        assert_eq!(open(no_file).0, "E_VOICE_MISSING", "{no_file}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
