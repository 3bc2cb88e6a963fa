"""Utterances of a feature folder, split into training and held out, and their batches."""

import itertools
import json

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence

from .audio import sample_cycles
from .networks.sambert import length_regulator


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
    spread = [length_regulator(torch.from_numpy(r["durations"]), group) for r in rows]
    pitch = padded([r["pitch"] for r in rows])
    symbols, places, frame_valid = (pad_sequence(column, batch_first=True) for column in zip(*spread, strict=True))
    return {
        "ids": padded([r["ids"][:, :4] for r in rows], torch.long),
        "emotion": padded([r["ids"][:, 4] for r in rows], torch.long),
        "speaker": padded([np.full(len(r["ids"]), r["speaker"]) for r in rows], torch.long),
        "valid": padded([np.ones(len(r["ids"])) for r in rows])[:, :, None],
        "pitch": pitch,
        "own_pitch": pitch,
        "energy": padded([r["energy"] for r in rows]),
        "durations": padded([r["durations"] for r in rows], torch.long),
        "symbols": symbols,
        "places": places,
        "frames": frames,
        "frame_valid": frame_valid,
        "mel_valid": frame_valid,
    }


def at_other_pitch(batch, share, semitones, f0):
    """A batch with the F0 of a share of its sentences moved by up to so many semitones, in symbols and frames, but for
    `own_pitch`, which is to be predicted; what their mel would be then is unknown, so `mel_valid` leaves it out. `f0`:
    mean and deviation in Hz."""
    mean, deviation = f0
    count, like = len(batch["pitch"]), {"device": batch["pitch"].device}
    moved = torch.rand(count, 1, **like) < share
    ratio = torch.exp2((2 * torch.rand(count, 1, **like) - 1) * semitones / 12).where(moved, torch.ones(1, **like))

    def raised(values):
        return ((values * deviation + mean) * ratio - mean) / deviation

    frames = batch["frames"].clone()
    frames[:, :, -2] = raised(frames[:, :, -2])
    return batch | {
        "pitch": raised(batch["pitch"]),
        "frames": frames,
        "mel_valid": batch["frame_valid"] * ~moved[:, :, None],
    }


def on_device(batch, device):
    return {name: values.to(device, non_blocking=True) for name, values in batch.items()}


def length_sorted_batches(rows, size, generator):
    """Batches of similar length, in random order."""
    order = sorted(
        range(len(rows)),
        key=lambda i: len(rows[i]["frames"]) + float(torch.rand(1, generator=generator)) * 60,
    )
    batches = [order[i : i + size] for i in range(0, len(order), size)]
    for i in torch.randperm(len(batches), generator=generator).tolist():
        yield [rows[j] for j in batches[i]]


def by_speaker(rows):
    """The rows of each speaker."""
    speakers = {}
    for row in rows:
        speakers.setdefault(int(row["speaker"]), []).append(row)
    return list(speakers.values())


def drawn_for_a_pass(rows, most, short, generator):
    """The sentences of a pass: of each speaker at most `most` times as many as the one with the fewest has, drawn anew
    every time, and all of up to `short` symbols, whose lengths drift where they are rare."""
    speakers = by_speaker(rows)
    limit, drawn = int(most * min(map(len, speakers))), []
    for own in speakers:
        chosen = set(torch.randperm(len(own), generator=generator)[:limit].tolist())
        drawn += [row for i, row in enumerate(own) if i in chosen or len(row["ids"]) <= short]
    return drawn


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


class Cuts(torch.utils.data.IterableDataset):
    """Endless batches of `segments`, in turn from each pool of rows."""

    def __init__(self, pools, count, frames, hop, seed):
        self.pools, self.shape, self.seed = pools, (count, frames, hop), seed

    def __iter__(self):
        generator = own_generator(self.seed)
        for pool in itertools.cycle(self.pools):
            yield segments(pool, *self.shape, generator)


class Sentences(torch.utils.data.IterableDataset):
    """Endless `acoustic_batch`es of sentences of similar length, in random order; `passes` are `most` and `short` of
    `drawn_for_a_pass`."""

    def __init__(self, rows, size, group, passes, seed):
        self.rows, self.size, self.group, self.passes, self.seed = rows, size, group, passes, seed

    def __iter__(self):
        generator = own_generator(self.seed)
        while True:
            drawn = drawn_for_a_pass(self.rows, **self.passes, generator=generator)
            for rows in length_sorted_batches(drawn, self.size, generator):
                yield acoustic_batch(rows, self.group)


def own_generator(seed):
    """Random numbers that no other process of a loader draws."""
    worker = torch.utils.data.get_worker_info()
    return torch.Generator().manual_seed(seed + (worker.id if worker else 0))


def loaded(dataset, device):
    """An iterator over a dataset of whole batches; beside a GPU they are made ahead by other processes."""
    ahead = {"num_workers": 4, "pin_memory": True} if device == "cuda" else {}
    return iter(torch.utils.data.DataLoader(dataset, batch_size=None, **ahead))
