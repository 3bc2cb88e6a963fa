"""Between stages 2 and 3: Sambert's own frames of the training sentences, for the vocoder to learn from.

    python -m train.predict WORK

Writes WORK/predicted.npz: per id, frames as Sambert gives them with true durations, pitch and energy, all but free
running: every pass gives the decoder the frames of the pass before for its previous ones, at first the true ones.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from . import run
from .audio import AUDIO
from .data import Features, acoustic_batch, on_device
from .sambert import sambert_of

PASSES = 4


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--config", type=Path, default=run.CONFIG, help="folder of am.yaml and voc.yaml")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = parser.parse_args()
    config = run.load_config(args.config / "am.yaml")
    model = sambert_of(config, run.resume(args.work / "sambert.pt", args.device)["average"], args.device)
    features = Features(args.work)
    predicted = {}
    idents = sorted(features.training, key=lambda i: len(features.rows[i]["frames"]))
    for start in tqdm(range(0, len(idents), 16), desc="predict", mininterval=10):
        part = idents[start : start + 16]
        rows = [features.rows[i] for i in part]
        batch = on_device(acoustic_batch(rows, model.group), args.device)
        for _ in range(PASSES):
            with torch.no_grad():
                out = model(batch)
            batch["frames"] = out["frames"]
        for ident, row, frames in zip(part, rows, out["mel"].cpu().numpy(), strict=True):
            frames = frames[: len(row["frames"])].copy()
            # the samples follow the recording's own pitch: keep it, so that the source stays in step
            frames[:, AUDIO.bins :] = row["frames"][:, AUDIO.bins :]
            predicted[ident] = frames.astype(np.float16)
    np.savez(args.work / "predicted.npz", **predicted)


if __name__ == "__main__":
    main()
