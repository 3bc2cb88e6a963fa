"""Stage 3: what lies above the vocoder's band, from a teacher who speaks at a higher rate.

    python -m train.bandwidth CORPUS VOICE

Speaks CORPUS's sentences from their own mels with VOICE's vocoder, and learns how loud the copy of a lower band has to
be for the teacher's sound above 7.6 kHz: from the mel of a frame to a factor for each band (`src/hifigan/bandwidth.rs`
is the other half). Writes VOICE/extension.json, which `train.export` puts into voice.json.
"""

import argparse
import json
from pathlib import Path

import librosa
import numpy as np
import soundfile
import torch
from tqdm import tqdm

from . import audio, run
from .audio import AUDIO
from .data import held_out
from .export import load_weights
from .features import UNVOICED, read
from .networks.hifigan import Generator
from .vocoder import synthesise

RATE = 24000  # Hz, of the teacher, and of the voice from then on
HOP = AUDIO.hop * RATE // AUDIO.sample_rate
SHIFT = 4000  # Hz, upwards
# Hz; the vocoder's own sound ends about the first, the teacher's about the last
EDGES = [7600, 8500, 9400, 10300, 11200]
TAPS = 32  # samples of the vocoder
FINE = 48000  # Hz: a multiple of both rates
HIDDEN = 16
FLOOR = 3e-9  # mean square that nobody hears
EPOCHS, BATCH, LEARNING_RATE = 40, 256, 3e-3


def prototype(rate, share):
    """A sine cardinal of this share of `AUDIO`'s bandwidth under a Hann window; times in `AUDIO`'s samples."""
    half = TAPS // 2 * rate // AUDIO.sample_rate
    times = np.arange(-half, half + 1) * AUDIO.sample_rate / rate
    return (0.5 + 0.5 * np.cos(2 * np.pi * times / TAPS)) * share * np.sinc(share * times), times


def copied(samples, low, high):
    """What lies below, at `AUDIO`'s rate, as the band from `low` to `high` at `RATE`."""
    taps, times = prototype(FINE, (high - low) / AUDIO.sample_rate)
    angles = np.pi * (low + high - 2 * SHIFT) / AUDIO.sample_rate * times
    spread = np.zeros(len(samples) * FINE // AUDIO.sample_rate)
    spread[:: FINE // AUDIO.sample_rate] = samples
    band = np.convolve(spread, 2 * taps * np.exp(1j * angles), "same")[:: FINE // RATE]
    return (band * np.exp(2j * np.pi * SHIFT / RATE * np.arange(len(band)))).real


def own(samples, low, high):
    """The band of a sound at `RATE` that already has one, by the same filter."""
    taps, times = prototype(RATE, (high - low) / AUDIO.sample_rate)
    angles = np.pi * (low + high) / AUDIO.sample_rate * times
    return np.convolve(samples, 2 * taps * np.cos(angles) * AUDIO.sample_rate / RATE, "same")


def mean_squares(bands, frames):
    """(frames, bands) of bands at `RATE`."""
    return np.stack([(band[: frames * HOP].reshape(frames, HOP) ** 2).mean(1) for band in bands], 1)


def mel_frames(samples, f0, statistics):
    """The frames (n, 82) that Sambert would have to make for these samples, at `AUDIO`'s rate."""
    mel = audio.mel_of(audio.spectrum(samples))
    count = min(len(mel), len(f0))
    voiced = f0[:count] > UNVOICED
    mel = (mel[:count] - statistics["mel_mean"]) / statistics["mel_std"]
    pitch = (audio.filled(f0[:count], voiced) - statistics["f0"][0]) / statistics["f0"][1]
    return np.concatenate([mel, pitch[:, None], voiced[:, None]], 1).astype(np.float32)


def examples(corpora, vocoder, statistics, harmonics):
    """By id: mel (n, bins), mean squares of the copy and of the teacher's own bands (n, bands)."""
    pairs = list(zip(EDGES, EDGES[1:]))
    for folder, row, f0 in tqdm(list(read(corpora)), desc="bands", mininterval=10):
        high, rate = soundfile.read(folder / f"{row['id']}.flac")
        if rate != RATE or f0 is None:
            raise SystemExit(f"{row['id']}: {rate} Hz; {RATE} Hz and a pitch curve are needed")
        frames = mel_frames(librosa.resample(high, orig_sr=RATE, target_sr=AUDIO.sample_rate), f0, statistics)
        with torch.no_grad():
            noise = torch.Generator().manual_seed(0)
            low = synthesise(vocoder, torch.from_numpy(frames).T[None], statistics, harmonics, noise)[0, 0].numpy()
        count = min(len(low) // AUDIO.hop, len(high) // HOP)
        copy = mean_squares([copied(low[: count * AUDIO.hop], *pair) for pair in pairs], count)
        wanted = mean_squares([own(high[: count * HOP], *pair) for pair in pairs], count)
        yield row["id"], (frames[:count, : AUDIO.bins], copy, wanted)


def decibels(squares):
    return 10 * torch.log10(squares + FLOOR)


def errors(network, mel, copy, wanted):
    """Of the levels, in dB (n, bands)."""
    return decibels(copy * torch.exp(2 * network(mel).clamp(-8, 4))) - decibels(wanted)


def trained(mel, copy, wanted):
    network = torch.nn.Sequential(
        torch.nn.Linear(AUDIO.bins, HIDDEN), torch.nn.Tanh(), torch.nn.Linear(HIDDEN, len(EDGES) - 1)
    )
    optimizer = torch.optim.Adam(network.parameters(), LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1, 0, EPOCHS)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(mel)).split(BATCH):
            optimizer.zero_grad()
            errors(network, mel[batch], copy[batch], wanted[batch]).square().mean().backward()
            optimizer.step()
        schedule.step()
    return network


def layer(linear):
    def rounded(values):
        return [round(value, 4) for value in values]

    return {"weight": [rounded(row) for row in linear.weight.tolist()], "bias": rounded(linear.bias.tolist())}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, nargs="+")
    parser.add_argument("voice", type=Path)
    parser.add_argument("--config", type=Path, default=run.CONFIG, help="folder of voc.yaml")
    args = parser.parse_args()
    run.seed(0)
    sizes = run.load_config(args.config / "voc.yaml")["Model"]["Generator"]["params"]
    _, weights, statistics = load_weights(args.voice / "weights.npz")
    vocoder = Generator(sizes).eval()
    vocoder.load_state_dict(weights)
    rows = dict(examples(args.corpora, vocoder, statistics, sizes["nsf_params"]["nb_harmonics"] + 1))

    def joined(wanted):
        chosen = [row for ident, row in rows.items() if held_out(ident) == wanted]
        return [torch.tensor(np.concatenate(column), dtype=torch.float32) for column in zip(*chosen)]

    network = trained(*joined(False))
    with torch.no_grad():
        mel, copy, wanted = joined(True)
        loud = wanted.sum(1) > 300 * FLOOR
        squares = errors(network, mel, copy, wanted)[loud].square()
        nothing = (decibels(torch.zeros_like(wanted)) - decibels(wanted))[loud].square()
    print(f"held out, loud frames ({loud.float().mean():.2f} of {len(loud)}): {squares.mean().sqrt():.2f} dB")
    print(f"with nothing there: {nothing.mean().sqrt():.2f} dB")
    extension = {"sample_rate": RATE, "shift": SHIFT, "edges": EDGES}
    extension |= {"hidden": layer(network[0]), "output": layer(network[2])}
    (args.voice / "extension.json").write_text(json.dumps(extension) + "\n")


if __name__ == "__main__":
    main()
