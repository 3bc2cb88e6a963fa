"""The parity fixtures hold what the graphs answered."""

import json

import numpy as np

from convert import parity

TYPES = {"f32": np.dtype("<f4"), "i64": np.dtype("<i8")}


def test_saved_tensors_are_the_recorded_ones(tiny, tmp_path):
    recorders = parity.record(tiny["int8"])
    for graph, recorder in recorders.items():
        recorder.save(tmp_path, graph)
        header = json.loads((tmp_path / f"{graph}.json").read_text())
        blob = (tmp_path / f"{graph}.bin").read_bytes()
        assert len(header["steps"]) == len(recorder.steps) > 0
        for described, step in zip(header["steps"], recorder.steps):
            for side in ("inputs", "outputs"):
                assert described[side].keys() == step[side].keys()
                for name, where in described[side].items():
                    count = int(np.prod(where["shape"]))
                    read = np.frombuffer(blob, TYPES[where["type"]], count, where["offset"])
                    assert (read.reshape(where["shape"]) == step[side][name]).all()
        assert len(blob) < 300_000
    assert len(recorders["vocoder"].steps) == len(parity.VOCODER_CHUNKS)
