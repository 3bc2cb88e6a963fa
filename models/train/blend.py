"""Stage 4, where a voice was trained on: weights between those before and after.

    python -m train.blend BEFORE.npz AFTER.npz OUT.npz [--share 0.7]

What was learnt anew weakens what was known; weights on the way from one to the other keep most of both (Wortsman et al.
2022, robust fine-tuning). Symbols and speakers that BEFORE lacks are AFTER's. The vocoder is AFTER's.
"""

import argparse
from pathlib import Path

import torch

from . import symbols
from .export import load_weights, save_weights
from .start import KEYS, grown


def blended(before, after, share):
    """Sambert's weights, `share` of the way from the first (weights, statistics) to the second."""
    (old, known), (new, statistics) = before, after
    old = grown(old, known, statistics)
    mixed = {
        key: torch.lerp(old[key], value, share) if value.is_floating_point() else value for key, value in new.items()
    }
    for table, key in KEYS.items():
        added = set(statistics["spoken"][table]) - set(known["spoken"][table])
        rows = [symbols.TABLES[table].index(entry) for entry in added]
        mixed[f"text_encoder.{key}.weight"][rows] = new[f"text_encoder.{key}.weight"][rows]
    return mixed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--share", type=float, default=0.7, help="0 is before, 1 is after")
    args = parser.parse_args()
    old, _, known = load_weights(args.before)
    new, vocoder, statistics = load_weights(args.after)
    save_weights(args.out, blended((old, known), (new, statistics), args.share), vocoder, statistics)


if __name__ == "__main__":
    main()
