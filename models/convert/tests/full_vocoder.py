"""ModelScope's vocoder, full size, random weights, for the benchmark: `python -m convert.tests.full_vocoder OUT`."""

import argparse
from pathlib import Path

from convert.checkpoint import plain_state
from convert.pack import build_generator

from . import checkpoints

FULL_VOCODER = {**checkpoints.TINY_VOCODER, "channels": 256, "resblock_dilations": [[1, 3, 5, 7]] * 3}


def main():
    parser = argparse.ArgumentParser(prog="python -m convert.tests.full_vocoder", description=__doc__)
    parser.add_argument("out", type=Path, help="folder for vocoder.onnx (int8) and vocoder_f32.onnx")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    state, config = checkpoints.vocoder(FULL_VOCODER)
    for name, int8 in (("vocoder", True), ("vocoder_f32", False)):
        model, _ = build_generator(plain_state(state), config, int8)
        (out / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
