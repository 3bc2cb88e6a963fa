"""A picture of a training's losses.

python -m train.plot WORK OUT.png
"""

import argparse
import json
from pathlib import Path

from matplotlib.figure import Figure


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    logs = [args.work / f"{name}.jsonl" for name in ("sambert", "sambert_held_out", "vocoder")]
    logs = [log for log in logs if log.exists()]
    figure = Figure(figsize=(6 * len(logs), 4), layout="constrained")
    for axes, log in zip(figure.subplots(1, len(logs), squeeze=False)[0], logs, strict=True):
        lines = [json.loads(line) for line in log.read_text(encoding="utf8").splitlines()]
        for name in sorted({key for line in lines for key in line} - {"step", "seconds_per_step"}):
            points = [(line["step"], line[name]) for line in lines if name in line]
            axes.plot(*zip(*points, strict=True), label=name)
        axes.set(title=log.stem, xlabel="step", yscale="log")
        axes.legend(fontsize=8)
    figure.savefig(args.out, dpi=100)


if __name__ == "__main__":
    main()
