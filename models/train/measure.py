"""Pitch, tones and emotions of spoken sentences beside the recordings of the same.

    python -m train.speak WORK OUT --teacher-durations
    python -m train.measure WORK OUT

OUT is a folder that `train.speak` has filled. For each emotion: mean and standard deviation of F0 (Hz, voiced frames),
syllables per second, and level (dB of the root mean square), of the recordings and of the voice. Where OUT was spoken
at the recordings' durations, also the correlation of the F0 curves (semitones, frames voiced in both), and for each
tone its mean F0 contour at five places of the final, on Chao's scale from 1 to 5. The last line is all of it as JSON.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import soundfile
from tqdm import tqdm

from . import symbols
from .audio import estimated_f0
from .data import Features

TONES = ["tone1", "tone2", "tone3", "tone4"]
PLACES = 5
RANGE = (5, 95)  # percentiles of F0 that are the ends of Chao's scale


def semitones(f0):
    return 12 * np.log2(f0)


def curve_of(samples):
    """F0 in Hz by frame, 0 where unvoiced; recordings and voice are measured alike."""
    return estimated_f0(samples.astype(np.float32))


def contours(f0, row):
    """(tone, F0 in semitones at PLACES places) of each final that is voiced throughout most of it."""
    ends = np.cumsum(row["durations"])
    for index, (ids, end) in enumerate(zip(row["ids"], ends, strict=True)):
        tone = symbols.TABLES["tone"][ids[1]]
        final = symbols.TABLES["syllable_flag"][ids[2]] in ("s_end", "s_both")
        part = f0[end - row["durations"][index] : end]
        voiced = np.flatnonzero(part > 0)
        if final and tone in TONES and len(voiced) >= max(4, len(part) // 2):
            places = np.linspace(0.1, 0.9, PLACES) * (len(part) - 1)
            yield tone, semitones(np.interp(places, voiced, part[voiced]))


def chao(found, low, high):
    """Mean contour by tone, on the scale from 1 (low) to 5 (high)."""
    by_tone = {tone: [curve for name, curve in found if name == tone] for tone in TONES}
    return {
        tone: np.round(np.clip(1 + 4 * (np.mean(curves, 0) - low) / (high - low), 1, 5), 1).tolist()
        for tone, curves in by_tone.items()
        if curves
    }


def emotion_of(row):
    by_row = {name: emotion for emotion, name in symbols.EMOTIONS.items()}
    table = symbols.TABLES["emotion"]
    return next(by_row[table[i]] for i in row["ids"][:, 4] if table[i] in by_row)


class Side:
    """What is gathered of the recordings, or of the voice."""

    def __init__(self):
        self.f0, self.squares, self.samples, self.syllables, self.contours = [], 0.0, 0, 0, []

    def add(self, samples, f0, syllables):
        self.f0.append(f0[f0 > 0])
        self.squares += float((samples.astype(np.float64) ** 2).sum())
        self.samples += len(samples)
        self.syllables += syllables

    def figures(self, rate):
        f0 = np.concatenate(self.f0)
        return {
            "f0_mean": round(float(f0.mean()), 1),
            "f0_std": round(float(f0.std()), 1),
            "syllables_per_s": round(self.syllables / (self.samples / rate), 2),
            "level_db": round(10 * np.log10(self.squares / self.samples), 1),
        }


def measure(features, folder):
    sides, contours_of, curves = {}, {"recordings": [], "voice": []}, {"recordings": [], "voice": []}
    same_length, rate = True, 0
    for ident in tqdm([i for i in features.held_out if (folder / f"{i}.wav").exists()], desc="measure", mininterval=10):
        row = features.rows[ident]
        made, rate = soundfile.read(folder / f"{ident}.wav")
        said = {"recordings": row["samples"] / 32768, "voice": made}
        syllables = sum(symbols.TABLES["syllable_flag"][flag] in ("s_end", "s_both") for flag in row["ids"][:, 2])
        same_length &= len(made) == len(row["samples"])
        for side, samples in said.items():
            f0 = curve_of(samples)
            sides.setdefault(emotion_of(row), {}).setdefault(side, Side()).add(samples, f0, syllables)
            curves[side].append(f0)
            if len(made) == len(row["samples"]):
                contours_of[side].extend(contours(f0, row))
    if not rate:
        raise SystemExit(f"{folder}: no held-out sentence has been spoken there")
    result = {
        "emotions": {name: {side: both[side].figures(rate) for side in both} for name, both in sorted(sides.items())}
    }
    if same_length:
        a, b = (np.concatenate(curves[side]) for side in ("recordings", "voice"))
        both = (a > 0) & (b > 0)
        result["f0_correlation"] = round(float(np.corrcoef(semitones(a[both]), semitones(b[both]))[0, 1]), 3)
        for side, f0 in (("recordings", a), ("voice", b)):
            low, high = np.percentile(semitones(f0[f0 > 0]), RANGE)
            result.setdefault("tones", {})[side] = chao(contours_of[side], low, high)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    result = measure(Features(args.work), args.out)
    for emotion, both in result["emotions"].items():
        for side, figures in both.items():
            print(f"{emotion:8} {side:10} " + "  ".join(f"{name} {value}" for name, value in figures.items()))
    for side, tones in result.get("tones", {}).items():
        for tone, contour in tones.items():
            print(f"{tone:8} {side:10} {contour}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
