"""Parity fixtures: what onnxruntime answers for each graph of a voice pack, for tests of other runtimes.

`python -m convert.parity PACK OUT_DIR` speaks 你好世界 and writes `<graph>.json` and `<graph>.bin` per graph;
models/README.md describes the format.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from .reference import Voice, harmonic_source, next_states, one_hot

# phone, tone, syllable flag, word segment
SENTENCE = [
    ("n_c", "tone2", "s_begin", "word_begin"),
    ("i_c", "tone2", "s_end", "word_middle"),
    ("h_c", "tone3", "s_begin", "word_middle"),
    ("ao_c", "tone3", "s_end", "word_end"),
    ("#1", "tone_none", "s_none", "word_none"),
    ("sh_c", "tone4", "s_begin", "word_begin"),
    ("ih_c", "tone4", "s_end", "word_middle"),
    ("j_c", "tone4", "s_begin", "word_middle"),
    ("ie_c", "tone4", "s_end", "word_end"),
    ("#4", "tone_none", "s_none", "word_none"),
]
PADDING = 6
DECODER_STEPS = 12
POSTNET_CHUNKS = [5, 8, 13]
VOCODER_CHUNKS = [2, 3, 5]


class Recorder:
    """Runs a graph step by step from zero states and keeps what goes in and comes out, states aside."""

    def __init__(self, net):
        self.net = net
        self.states = net.zero_states()
        self.steps = []

    def __call__(self, **inputs):
        outputs = self.net(**inputs, **self.states)
        self.states = next_states(outputs)
        outputs = {name: value for name, value in outputs.items() if not name.startswith("next_")}
        self.steps.append({"inputs": inputs, "outputs": outputs})
        return outputs

    def save(self, folder, graph):
        """Writes <graph>.json and <graph>.bin into `folder`."""
        blob, steps = bytearray(), []
        for step in self.steps:
            described = {}
            for side, tensors in step.items():
                described[side] = {}
                for name, value in tensors.items():
                    kind = {"float32": "f32", "int64": "i64"}[value.dtype.name]
                    described[side][name] = {"type": kind, "shape": list(value.shape), "offset": len(blob)}
                    blob += np.ascontiguousarray(value, value.dtype.newbyteorder("<")).tobytes()
            steps.append(described)
        (folder / f"{graph}.json").write_text(json.dumps({"graph": graph, "steps": steps}) + "\n")
        (folder / f"{graph}.bin").write_bytes(blob)


def record_text(voice, recorders):
    """Encoder, prosody and duration; returns the memory of the decoder and its band."""
    tables = voice.about["symbols"]
    columns = zip(tables, zip(*SENTENCE))
    ids = np.stack([[tables[name].index(symbol) for symbol in column] for name, column in columns], axis=1)
    tokens, rows = len(ids), len(ids) + PADDING
    emotion = np.full(tokens, next(iter(voice.about["emotions"]["supported"].values())))
    emotion[[symbol[0].startswith("#") for symbol in SENTENCE]] = voice.about["emotions"]["pause"]
    valid = (np.arange(rows) < tokens).astype(np.float32)
    pad = ((0, PADDING), (0, 0))
    encoded = recorders["encoder"](
        symbols=np.pad(ids, pad).astype(np.int64),
        position=np.arange(1, rows + 1, dtype=np.float32),
        valid=valid,
        speaker_weights=np.pad(one_hot(np.zeros(tokens, int), voice.about["encoder"]["speaker_rows"]), pad),
        emotion_weights=np.pad(one_hot(emotion, voice.about["encoder"]["emotion_rows"]), pad),
    )
    controls = {"pitch_scale": 1.1, "pitch_shift": 0.2, "energy_scale": 0.9, "energy_shift": 0.1}
    controls = {name: np.full(rows, value, np.float32) for name, value in controls.items()}
    condition = recorders["prosody"](**encoded, valid=valid, **controls)["condition"][:tokens]
    previous = np.zeros((1, 1), np.float32)
    for row in condition:
        previous = recorders["duration"](condition=row[None], previous=previous)["duration"]
    rendered = voice.render(condition)
    return rendered["memory"], rendered["band"]


def record_frames(voice, recorders, memory, band):
    """Decoder and postnet; returns mel frames."""
    previous, frames = np.zeros((1, voice.about["mel"]["channels"]), np.float32), []
    for inputs in list(voice.decode_inputs(memory, band))[:DECODER_STEPS]:
        frames.append(recorders["decoder"](previous=previous, **inputs)["frames"])
        previous = frames[-1][-1:]
    frames = np.concatenate(frames)
    start, delay = 0, voice.about["postnet"]["look_ahead"]
    for n in POSTNET_CHUNKS:
        chunk = np.zeros((n, frames.shape[1]), np.float32)
        chunk[: max(0, len(frames) - start)] = frames[start : start + n]
        times = np.arange(start - delay, start + n)
        valid = ((times >= 0) & (times < len(frames))).astype(np.float32)
        recorders["postnet"](frames=chunk, valid=valid)
        start += n
    return voice.postnet(frames)


def record_sound(voice, recorder, mel):
    """Vocoder: chunks of a causal voice, one window of another."""
    about, bins = voice.about["vocoder"], voice.about["mel"]["bins"]
    made = about.get("extension", voice.about)
    rate, hop = made["sample_rate"], made["hop"]
    mel, columns = mel[: sum(VOCODER_CHUNKS), :bins], mel[: sum(VOCODER_CHUNKS), bins:]
    source = None
    if "source" in about:
        s = about["source"]
        f0 = np.maximum(columns[:, 0] * s["f0_std"] + s["f0_mean"], s["f0_floor"])
        voiced = columns[:, 1] >= s["uv_threshold"]
        source = harmonic_source(f0, voiced, hop, rate, s["harmonics"], s)
    start = 0
    for n in VOCODER_CHUNKS if about["causal"] else [len(mel)]:
        inputs = {"mel": mel[start : start + n]}
        if source is not None:
            inputs["source"] = source[:, start * hop : (start + n) * hop]
        if not about["causal"]:
            inputs["valid"] = np.ones(n, np.float32)
        recorder(**inputs)
        start += n


def record(pack):
    """{graph: Recorder} of the fixture sentence, spoken with the voice in folder `pack`."""
    voice = Voice(pack)
    recorders = {name: Recorder(net) for name, net in voice.nets.items()}
    memory, band = record_text(voice, recorders)
    record_sound(voice, recorders["vocoder"], record_frames(voice, recorders, memory, band))
    return recorders


def main():
    parser = argparse.ArgumentParser(prog="python -m convert.parity", description=__doc__)
    parser.add_argument("pack", help="voice pack folder")
    parser.add_argument("out_dir", type=Path, help="folder for the fixtures")
    options = parser.parse_args()
    options.out_dir.mkdir(parents=True, exist_ok=True)
    for graph, recorder in record(options.pack).items():
        recorder.save(options.out_dir, graph)


if __name__ == "__main__":
    main()
