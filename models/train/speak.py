"""Speak held-out sentences with the checkpoints of a running or finished training, for listening and judging.

    python -m train.speak WORK OUT [--count 60] [--copy | --teacher-durations] [--weights VOICE/weights.npz]

Writes OUT/ID.wav and OUT/list.tsv (path, text). `--copy` feeds the vocoder the recordings' own mels: its ceiling.
`--teacher-durations` times every symbol as the recording does, so that curves can be compared frame by frame.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import soundfile
import torch

from . import run
from .audio import AUDIO
from .data import Features
from .export import load_weights, trained_acoustic, trained_vocoder
from .networks.hifigan import Generator
from .sambert import sambert_of
from .vocoder import synthesise


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--weights", type=Path, help="speak with these instead of WORK's checkpoints")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--copy", action="store_true")
    way.add_argument("--teacher-durations", action="store_true")
    parser.add_argument("--config", type=Path, default=run.CONFIG, help="folder of am.yaml and voc.yaml")
    args = parser.parse_args()
    am, voc = (
        run.load_config(args.config / "am.yaml"),
        run.load_config(args.config / "voc.yaml"),
    )
    sizes = voc["Model"]["Generator"]["params"]
    features = Features(args.work)
    texts = json.loads((args.work / "texts.json").read_text(encoding="utf8"))
    stored = load_weights(args.weights) if args.weights else None
    statistics = stored[2] if stored else features.statistics
    generator = Generator(sizes).eval()
    generator.load_state_dict(stored[1] if stored else trained_vocoder(args.work))
    if not args.copy:
        acoustic = sambert_of(am, stored[0] if stored else trained_acoustic(args.work))
    args.out.mkdir(parents=True, exist_ok=True)
    lines = []
    for ident in features.held_out[: args.count]:
        row = features.rows[ident]
        if args.copy:
            frames = torch.from_numpy(row["frames"].astype(np.float32))
        else:
            ids = torch.from_numpy(row["ids"])
            speaker = torch.full((len(ids),), int(row["speaker"]))
            durations = torch.from_numpy(row["durations"]) if args.teacher_durations else None
            frames, _ = acoustic.infer(ids[:, :4], speaker, ids[:, 4], durations)
        with torch.no_grad():
            noise = torch.Generator().manual_seed(0)
            harmonics = sizes["nsf_params"]["nb_harmonics"] + 1
            wave = synthesise(generator, frames.T[None], statistics, harmonics, noise)
        path = args.out / f"{ident}.wav"
        soundfile.write(path, wave[0, 0].numpy(), AUDIO.sample_rate)
        lines.append(f"{path.resolve()}\t{texts[ident]}\n")
    (args.out / "list.tsv").write_text("".join(lines), encoding="utf8")


if __name__ == "__main__":
    main()
