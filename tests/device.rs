//! What `langdu say` sends to the sound device, recorded behind it: PulseAudio with a device that is not there.
#![cfg(all(feature = "play", target_os = "linux"))]

#[expect(dead_code)]
mod shared;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const RATE: usize = 16_000;

/// A sound server of its own. It ends with the value.
struct Server {
    process: Child,
    folder: PathBuf,
}

impl Server {
    /// Nothing where PulseAudio is not installed.
    fn start() -> Option<Server> {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pulse");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let socket = folder.join("socket");
        let protocol = format!(
            "module-native-protocol-unix socket={} auth-anonymous=1",
            socket.display()
        );
        let sink = format!("module-null-sink sink_name=heard rate={RATE} channels=1");
        let process = Command::new("pulseaudio")
            .args([
                "-n",
                "--daemonize=no",
                "--use-pid-file=no",
                "--exit-idle-time=-1",
            ])
            .args(["-L", &protocol, "-L", &sink])
            .env("PULSE_RUNTIME_PATH", &folder)
            .env("HOME", &folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let server = Server { process, folder };
        let began = Instant::now();
        while !socket.exists() {
            assert!(began.elapsed() < Duration::from_secs(20), "no sound server");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(server)
    }

    /// A command that plays and records there.
    fn client(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let alsa = self.folder.join("alsa.conf");
        std::fs::write(
            &alsa,
            "</usr/share/alsa/alsa.conf>\npcm.!default { type pulse }\nctl.!default { type pulse }\n",
        )
        .unwrap();
        let mut command = Command::new(program);
        command
            .env("ALSA_CONFIG_PATH", alsa)
            .env(
                "PULSE_SERVER",
                format!("unix:{}", self.folder.join("socket").display()),
            )
            .env("HOME", &self.folder);
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sound by 20 ms, without silence, of which a device that had to wait has more: the root of the mean square.
fn loudness(samples: &[f32]) -> Vec<f32> {
    let frames = samples.chunks(RATE / 50);
    let power = |frame: &[f32]| frame.iter().map(|x| x * x).sum::<f32>() / frame.len() as f32;
    let levels = frames.map(|frame| power(frame).sqrt());
    levels.filter(|&level| level > 0.005).collect()
}

fn file(path: &Path) -> Vec<f32> {
    let reader = hound::WavReader::open(path).unwrap();
    let samples = reader.into_samples::<i16>().map(Result::unwrap);
    samples.map(|sample| f32::from(sample) / 32768.0).collect()
}

/// How alike two are where they lie best on one another.
fn likeness(made: &[f32], heard: &[f32]) -> f32 {
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let at = |made: &[f32], heard: &[f32]| {
        let length = made.len().min(heard.len());
        let (made, heard) = (&made[..length], &heard[..length]);
        product(made, heard)
            / (product(made, made) * product(heard, heard))
                .sqrt()
                .max(1e-9)
    };
    let shifts = 0..10.min(made.len()).min(heard.len());
    let alike = shifts.map(|shift| at(&made[shift..], heard).max(at(made, &heard[shift..])));
    alike.fold(0.0, f32::max)
}

#[test]
fn a_sound_device_receives_what_is_said() {
    let Some(server) = Server::start() else {
        return shared::skip("there is no PulseAudio");
    };
    let text = "今天天气不错，我们去公园走走。";
    let made = server.folder.join("made.wav");
    let said = server
        .client(env!("CARGO_BIN_EXE_langdu"))
        .args(["say", text, "--out", made.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(said.status.success(), "{said:?}");
    let record = server.folder.join("heard.wav");
    let mut recorder = server
        .client("parec")
        .args([
            "--device=heard.monitor",
            "--file-format=wav",
            "--channels=1",
        ])
        .args([format!("--rate={RATE}"), record.display().to_string()])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while !record.exists() && began.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(50));
    }
    let played = server
        .client(env!("CARGO_BIN_EXE_langdu"))
        .args(["say", text])
        .output()
        .unwrap();
    std::thread::sleep(Duration::from_millis(500));
    // It finishes the file.
    let _ = Command::new("kill")
        .args(["-INT", &recorder.id().to_string()])
        .status();
    let _ = recorder.wait();
    assert!(played.status.success(), "{played:?}");
    let (made, heard) = (loudness(&file(&made)), loudness(&file(&record)));
    let length = heard.len() as f32 / made.len() as f32;
    assert!((length - 1.0).abs() < 0.1, "{length}");
    let alike = likeness(&made, &heard);
    assert!(alike > 0.9, "{alike}");
}

#[test]
fn without_a_sound_device_it_says_what_else_can_be_done() {
    let alsa = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("no-device.conf");
    std::fs::write(&alsa, "").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_langdu"))
        .args(["say", "你好"])
        .env("ALSA_CONFIG_PATH", alsa)
        .output()
        .unwrap();
    assert!(!output.status.success());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(
        errors.contains("E_AUDIO_DEVICE") && errors.contains("--out"),
        "{errors}"
    );
}
