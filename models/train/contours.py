"""A picture of F0: a statement, its question and the same trailing off, a row for each voice.

    python -m train.moods BUNDLED && python -m train.moods CONVERTED --voice ../target/voices/converted
    python -m train.contours OUT.png bundled=BUNDLED converted=CONVERTED

The folders are those that `train.moods` has filled, each with a name to print.
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib import font_manager
from matplotlib.figure import Figure

from . import moods

RANGE = (120, 420)  # Hz
SENTENCES = ["p06", "p05", "p36"]
KINDS = {"statement": "s", "question": "q", "trailing off": "t"}


def chinese():
    """Of the fonts that are installed, one that has Chinese characters."""
    names = {font.name for font in font_manager.fontManager.ttflist if "CJK" in font.name or "Hei" in font.name}
    return {"fontfamily": min(names)} if names else {}


def draw(axes, folder, ident):
    for label, ending in KINDS.items():
        said = moods.Said(folder, f"{ident}{ending}", [])
        end = said.places[-1][1] // said.hop
        axes.plot(np.arange(end) * said.hop / said.rate, said.f0[:end], label=label)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("voices", nargs="+", metavar="NAME=FOLDER")
    args = parser.parse_args()
    texts = {ident: text for _, ident, text, _ in moods.texts()}
    figure = Figure(figsize=(9, 2.4 * len(args.voices)), layout="constrained")
    rows = figure.subplots(len(args.voices), len(SENTENCES), squeeze=False, sharey=True, sharex="col")
    for row, voice in zip(rows, args.voices, strict=True):
        name, _, folder = voice.partition("=")
        for axes, ident in zip(row, SENTENCES, strict=True):
            draw(axes, Path(folder), ident)
        row[0].set(ylabel=f"{name}: F0, Hz", yscale="log", ylim=RANGE)
        row[0].set_yticks([150, 200, 300, 400], [150, 200, 300, 400])
        row[0].minorticks_off()
    for axes, ident in zip(rows[0], SENTENCES, strict=True):
        axes.set_title(texts[ident], **chinese())
    for axes in rows[-1]:
        axes.set_xlabel("s")
    rows[0][0].legend(frameon=False, fontsize=8)
    figure.savefig(args.out, dpi=80)


if __name__ == "__main__":
    main()
