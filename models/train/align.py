"""Before stage 1, for recordings that come without durations: where does each phone lie?

    python -m train.align RECORDINGS CORPUS [--weights xiaolang/weights.npz] [--langdu ../target/release/langdu]

RECORDINGS is a folder of `ID.wav` or `ID.flac` with `transcript.tsv`, a line `id<TAB>emotion<TAB>text` each. The text
is read by langdu's front end and spoken by a voice that is there already; dynamic time warping (Sakoe and Chiba 1978)
of its mel onto the recording's carries the phones' ends over. CORPUS becomes a folder for `train.features`, with
phones and frames in its manifest and the recordings at 16 kHz.
"""

import argparse
import json
import subprocess
from dataclasses import replace
from pathlib import Path

import librosa
import numpy as np
import soundfile
import torch
from tqdm import tqdm

from . import run, symbols
from .audio import AUDIO, mel_of, spectrum
from .export import load_weights
from .features import SILENCE, loudness
from .sambert import sambert_of
from .start import nearest

PAUSES = {1: "#1", 2: "#1", 3: "#3", 4: "#4"}
# What a step of the path costs that keeps one of the two in its place, beside one that moves both on.
STAY = 1.5


def phones_of_text(syllables):
    """Phones without frames of a sentence as `langdu text --json` reads it."""
    out, word = [], []
    for number, syllable in enumerate(syllables):
        first, second = symbols.phones_of_pinyin(syllable["pinyin"][:-1])
        tone = f"tone{syllable['pinyin'][-1]}"
        word += [
            symbols.Phone(first, tone, "s_begin", "word_middle", 0),
            symbols.Phone(second, tone, "s_end", "word_middle", 0),
        ]
        pause = PAUSES.get(4 if number + 1 == len(syllables) else syllable["break"])
        if pause:
            word[0].word_segment, word[-1].word_segment = "word_begin", "word_end"
            out += [*word, symbols.Phone(pause, "tone_none", "s_none", "word_none", 0)]
            word = []
    return out


def read(texts, langdu):
    """The syllables of each text, as langdu's front end reads it."""
    done = subprocess.run(
        [langdu, "text", "--json"], input="\n".join(texts), capture_output=True, text=True, check=True
    )
    return [json.loads(line)["syllables"] for line in done.stdout.splitlines()]


def carried_over(ends, reference, recording):
    """Where frames `ends` of the mel `reference` (n, bins) lie in the mel `recording` (m, bins), by time warping."""
    features = [((mel - mel.mean(0)) / (mel.std(0) + 1e-3)).T for mel in (reference, recording)]
    _, path = librosa.sequence.dtw(
        *features,
        step_sizes_sigma=np.array([[1, 1], [0, 1], [1, 0]]),
        weights_mul=np.array([1.0, STAY, STAY]),
    )
    first = np.full(len(reference) + 1, len(recording))
    np.minimum.at(first, path[:, 0], path[:, 1])
    return first[ends]


class Teacher:
    """A voice that says how long its phones are, and what they sound like."""

    def __init__(self, config, weights):
        weights, _, statistics = load_weights(weights)
        self.spoken = statistics["spoken"]["sy"]
        self.network = sambert_of(run.load_config(config / "am.yaml"), weights)
        self.mean, self.deviation = (np.array(statistics[key], np.float32) for key in ("mel_mean", "mel_std"))

    def speak(self, phones, emotion):
        """Mel in KAN-TTS's 0 to 1 range, and frames per phone; a phone that the voice lacks is said as its nearest."""
        known = [replace(phone, sy=nearest("sy", phone.sy, self.spoken) or phone.sy) for phone in phones]
        ids = torch.from_numpy(symbols.ids_of(known, emotion))
        frames, durations = self.network.infer(ids[:, :4], torch.zeros(len(ids), dtype=torch.long), ids[:, 4])
        return frames[:, : AUDIO.bins].numpy() * self.deviation + self.mean, durations.numpy()


def aligned(phones, emotion, samples, teacher):
    """Gives each phone its frames in the recording; returns the frames of silence before the first."""
    reference, durations = teacher.speak(phones, emotion)
    mel = mel_of(spectrum(samples))
    loud = loudness(mel)
    sounding = np.flatnonzero(loud > loud.max() - SILENCE)
    lead, stop = int(sounding[0]), int(sounding[-1]) + 1
    ends = carried_over(np.cumsum(durations), reference, mel[lead:stop])
    ends[-1] = stop - lead
    for phone, frames in zip(phones, np.diff(ends, prepend=0), strict=True):
        phone.frames = int(frames)
    phones[-1].frames += len(mel) - stop
    return lead


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recordings", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--weights", type=Path, default=Path("xiaolang/weights.npz"), help="of the voice that aligns")
    parser.add_argument("--config", type=Path, default=run.CONFIG, help="folder of that voice's am.yaml")
    parser.add_argument("--langdu", type=Path, default=Path("../target/release/langdu"), help="the command line")
    args = parser.parse_args()
    args.corpus.mkdir(parents=True, exist_ok=True)
    teacher = Teacher(args.config, args.weights)
    transcript = (args.recordings / "transcript.tsv").read_text(encoding="utf8").splitlines()
    rows = [line.split("\t") for line in transcript if line.strip()]
    lines = []
    for (ident, emotion, text), syllables in zip(
        tqdm(rows, desc="align"), read([row[2] for row in rows], args.langdu), strict=True
    ):
        path = next(args.recordings.glob(f"{ident}.*"), None)
        if path is None:
            raise SystemExit(f"{args.recordings}: there is no recording of {ident}")
        samples, _ = librosa.load(path, sr=AUDIO.sample_rate)
        phones = phones_of_text(syllables)
        lead = aligned(phones, emotion, samples, teacher)
        soundfile.write(args.corpus / f"{ident}.flac", samples, AUDIO.sample_rate)
        row = {"id": ident, "emotion": emotion, "text": text, "lead": lead, "phones": [vars(p) for p in phones]}
        lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    (args.corpus / "manifest.jsonl").write_text("".join(lines), encoding="utf8")


if __name__ == "__main__":
    main()
