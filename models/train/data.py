"""Utterances of a feature folder, split into training and held out, and their batches."""

import json

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence

from .audio import sample_cycles


def held_out(ident):
    """Sentences whose number ends in 7 are never trained on."""
    return ident.endswith("7")


class Features:
    """`features.npz` of stage 1 in memory: `rows[id]` is a dict of arrays."""

    def __init__(self, work):
        self.statistics = json.loads((work / "statistics.json").read_text())
        self.rows = {}
        with np.load(work / "features.npz") as arrays:
            for name in arrays.files:
                ident, key = name.split("/")
                self.rows.setdefault(ident, {})[key] = arrays[name]
        self.training = [i for i in self.rows if not held_out(i)]
        self.held_out = [i for i in self.rows if held_out(i)]


def padded(arrays, dtype=torch.float32):
    return pad_sequence([torch.as_tensor(a).to(dtype) for a in arrays], batch_first=True)


def acoustic_batch(rows, group):
    """A batch for `Sambert.forward`: ids (B, T, 4), frames (B, P, mels) with P a multiple of `group`, ..."""
    frames = padded([r["frames"].astype(np.float32) for r in rows])
    frames = torch.nn.functional.pad(frames, (0, 0, 0, -frames.shape[1] % group))
    frame_valid = torch.zeros(frames.shape[:2] + (1,))
    for i, row in enumerate(rows):
        frame_valid[i, : len(row["frames"])] = 1
    return {
        "ids": padded([r["ids"][:, :4] for r in rows], torch.long),
        "emotion": padded([r["ids"][:, 4] for r in rows], torch.long),
        "speaker": torch.zeros(len(rows), max(len(r["ids"]) for r in rows), dtype=torch.long),
        "valid": padded([np.ones(len(r["ids"])) for r in rows])[:, :, None],
        "pitch": padded([r["pitch"] for r in rows]),
        "energy": padded([r["energy"] for r in rows]),
        "durations": padded([r["durations"] for r in rows], torch.long),
        "frames": frames,
        "frame_valid": frame_valid,
    }


def length_sorted_batches(rows, size, generator):
    """Batches of similar length, in random order."""
    order = sorted(
        range(len(rows)),
        key=lambda i: len(rows[i]["frames"]) + float(torch.rand(1, generator=generator)) * 60,
    )
    batches = [order[i : i + size] for i in range(0, len(order), size)]
    for i in torch.randperm(len(batches), generator=generator).tolist():
        yield [rows[j] for j in batches[i]]


def segments(rows, count, frames, hop, generator):
    """Random cuts for the vocoder: frames (B, mels, n), samples (B, 1, n * hop) and cycles of F0 (B, n * hop)."""
    cuts, waves, turns = [], [], []
    for _ in range(count):
        row = rows[int(torch.randint(len(rows), (1,), generator=generator))]
        start = int(torch.randint(max(1, len(row["frames"]) - frames), (1,), generator=generator))
        cut = row["frames"][start : start + frames].astype(np.float32)
        wave = row["samples"][start * hop : (start + frames) * hop].astype(np.float32) / 32768
        missing = frames - len(cut)
        # a frame more on each side, for the phase between the centres
        around = row["cycles"][max(0, start - 1) : start + frames + 1]
        phase = sample_cycles(around, hop)[(hop if start else 0) :][: len(cut) * hop]
        cuts.append(np.pad(cut, ((0, missing), (0, 0)), mode="edge").T)
        waves.append(np.pad(wave, (0, frames * hop - len(wave))))
        turns.append(np.pad(phase, (0, missing * hop), mode="edge"))
    return (
        torch.from_numpy(np.stack(cuts)),
        torch.from_numpy(np.stack(waves))[:, None],
        torch.from_numpy(np.stack(turns)),
    )
