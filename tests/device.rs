//! What `langdu say` sends to the sound device, recorded behind it: PulseAudio with a device that is not there.
#![cfg(all(feature = "play", target_os = "linux"))]

#[expect(dead_code)]
mod shared;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const RATE: usize = 24_000;

/// A sound server of its own. It ends with the value.
struct Server {
    process: Child,
    folder: PathBuf,
}

impl Server {
    /// Nothing where PulseAudio is not installed.
    fn start(name: &str) -> Option<Server> {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
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

    /// How many sounds are being played.
    fn streams(&self) -> usize {
        let listed = self
            .client("pactl")
            .args(["list", "short", "sink-inputs"])
            .output()
            .unwrap();
        String::from_utf8_lossy(&listed.stdout).lines().count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Whether a process ends by itself before long. If not, it is ended.
fn ends(process: &mut Child) -> bool {
    let began = Instant::now();
    while process.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_secs(60) {
            let _ = process.kill();
            return false;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    true
}

fn file(path: &Path) -> Vec<f32> {
    let reader = hound::WavReader::open(path).unwrap();
    let samples = reader.into_samples::<i16>().map(Result::unwrap);
    samples.map(|sample| f32::from(sample) / 32768.0).collect()
}

/// How much of what was heard is what was made, sample by sample from where its loudest piece lies.
fn sameness(made: &[f32], heard: &[f32]) -> f32 {
    const PIECE: usize = RATE / 10;
    let difference = |at: usize, made: &[f32]| {
        let heard = heard.get(at..at + made.len());
        heard.map_or(f32::INFINITY, |heard| {
            made.iter().zip(heard).map(|(a, b)| (a - b).abs()).sum()
        })
    };
    let power = |at: &usize| made[*at..at + PIECE].iter().map(|x| x * x).sum::<f32>();
    let starts = (0..made.len() - PIECE).step_by(PIECE);
    let loudest = starts.max_by(|a, b| power(a).total_cmp(&power(b))).unwrap();
    let piece = &made[loudest..loudest + PIECE];
    let at = (loudest..heard.len().max(PIECE) - PIECE)
        .min_by(|&a, &b| difference(a, piece).total_cmp(&difference(b, piece)))
        .map_or(0, |at| at - loudest);
    let same = made.iter().zip(heard.iter().skip(at));
    let same = same.filter(|(a, b)| (*a - *b).abs() < 0.002).count();
    same as f32 / made.len() as f32
}

impl Server {
    /// What comes out of the device while `langdu` says this aloud.
    fn listen(&self, text: &str) -> Vec<f32> {
        let record = self.folder.join("heard.wav");
        let _ = std::fs::remove_file(&record);
        let mut recorder = self
            .client("parec")
            .args([
                "--device=heard.monitor",
                // The device, too, holds little at a time then, and drops nothing when a sound begins.
                "--latency-msec=30",
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
        let played = self
            .client(env!("CARGO_BIN_EXE_langdu"))
            .args(["say", text])
            .output()
            .unwrap();
        std::thread::sleep(Duration::from_millis(500));
        // It finishes the file.
        let _ = Command::new("kill")
            .args(["-INT", &recorder.id().to_string()])
            .status();
        ends(&mut recorder);
        assert!(played.status.success(), "{played:?}");
        assert!(played.stderr.is_empty(), "{played:?}");
        file(&record)
    }
}

#[test]
fn a_sound_device_receives_what_is_said_without_a_gap_from_the_first_sample_to_the_last() {
    let Some(server) = Server::start("pulse") else {
        return shared::skip("there is no PulseAudio");
    };
    let text = "今天天气不错，我们去公园走走。你想去哪里？我都可以。";
    let made = server.folder.join("made.wav");
    let said = server
        .client(env!("CARGO_BIN_EXE_langdu"))
        .args(["say", text, "--out", made.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(said.status.success(), "{said:?}");
    let made = file(&made);
    // The sound server itself comes late now and then on a busy machine.
    let mut found = Vec::new();
    while found.len() < 4 && found.last().is_none_or(|&same| same < 0.999) {
        found.push(sameness(&made, &server.listen(text)));
    }
    assert!(found.last().unwrap() > &0.999, "{found:?}");
}

/// What happens to the sound server while something is said.
enum Fate {
    Ends,
    Hangs,
}

fn the_command_ends(server: &Server, fate: &Fate) {
    let mut child = server
        .client(env!("CARGO_BIN_EXE_langdu"))
        .args(["say", &"今天天气不错，我们去公园走走。".repeat(20)])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A server that broke down by itself is gone as well.
    while server.streams() == 0 && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(50));
    }
    let signal = match fate {
        Fate::Ends => "-KILL",
        Fate::Hangs => "-STOP",
    };
    let process = server.process.id().to_string();
    let _ = Command::new("kill").args([signal, &process]).status();
    assert!(ends(&mut child), "it waits for a device that is gone");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("E_AUDIO_DEVICE"), "{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
}

#[test]
fn a_sound_device_that_goes_away_ends_the_command() {
    match Server::start("pulse-gone") {
        Some(server) => the_command_ends(&server, &Fate::Ends),
        None => shared::skip("there is no PulseAudio"),
    }
}

#[test]
fn a_sound_device_that_hangs_ends_the_command() {
    match Server::start("pulse-hung") {
        Some(server) => the_command_ends(&server, &Fate::Hangs),
        None => shared::skip("there is no PulseAudio"),
    }
}

#[test]
fn without_a_sound_device_it_says_what_else_can_be_done() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    // Nothing is configured, no server answers, nothing can be loaded: ALSA has much to say of each.
    let configurations = [
        "",
        "</usr/share/alsa/alsa.conf>\npcm.!default { type pulse }\nctl.!default { type pulse }\n",
        "</usr/share/alsa/alsa.conf>\npcm.!default { type hw card 99 }\n",
    ];
    for (at, configuration) in configurations.into_iter().enumerate() {
        let alsa = folder.join(format!("no-device-{at}.conf"));
        std::fs::write(&alsa, configuration).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_langdu"))
            .args(["say", "你好"])
            .env("ALSA_CONFIG_PATH", alsa)
            .env("PULSE_SERVER", "unix:/nowhere")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(
            errors.contains("E_AUDIO_DEVICE") && errors.contains("--out"),
            "{errors}"
        );
        assert_eq!(errors.lines().count(), 1, "{errors}");
    }
}
