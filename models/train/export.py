"""Stage 4: the trained networks as a voice pack.

    python -m train.export WORK VOICE --name NAME      # VOICE: the voice's folder, models/NAME
    python -m train.export WORK VOICE --name NAME --start xiaolang/weights.npz   # that voice's vocoder
    python -m train.export WORK VOICE --name NAME --weights VOICE/weights.npz

Writes six ONNX graphs with int8 weights and voice.json from the averaged weights of WORK/sambert.pt and
WORK/vocoder.pt, and keeps these in half precision in VOICE/weights.npz, from which the export can be made again.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from convert.pack import write_pack

from . import run, symbols

LICENSE = "Apache-2.0"
PROVENANCE = (
    "Trained from scratch with models/train on 5 hours of synthetic speech by Kokoro-82M (Apache-2.0, voices "
    "zf_xiaoxiao and zm_yunjian) reading sentences written for this project."
)


# Milliseconds: the features keep little of the silence that follows a sentence.
SENTENCE_PAUSE = 250


def speakers_of(statistics):
    """Names of the rows of a voice's speaker table: its speakers, then their speeds (`symbols.speaker_rows`)."""
    return statistics.get("speakers", [symbols.SPEAKERS[0]["name"]])


def about(name, rows):
    """What voice.json says about a speaker of the table with these rows."""
    speaker = next(speaker for speaker in symbols.SPEAKERS if speaker["name"] == name)
    known = {key: value for key, value in speaker.items() if key != "teacher"}
    speeds = [
        {"speed": float(row.split()[1].removesuffix("x")), "row": place}
        for place, row in enumerate(rows)
        if row.startswith(f"{name} ")
    ]
    return known | ({"speeds": speeds} if speeds else {})


def speakers_in(statistics):
    """All that voice.json says of speakers: those of the table, then those made of them."""
    rows = speakers_of(statistics)
    names = [name for name in rows if " " not in name]
    made = [speaker for speaker in symbols.MADE_SPEAKERS if speaker["made_of"]["speaker"] in names]
    return [about(name, rows) for name in names] + made


def pack_meta(name, statistics):
    mean, deviation = statistics["f0"]
    table, spoken = symbols.TABLES["emotion"], statistics["spoken"]
    return {
        "name": name,
        "language": "zh-CN",
        "sample_rate": 16000,
        "license": LICENSE,
        "provenance": PROVENANCE,
        "symbols": {k: v for k, v in spoken.items() if k != "emotion"},
        "speakers": speakers_in(statistics),
        "emotions": {
            "table": table,
            "supported": {name: table.index(row) for name, row in symbols.EMOTIONS.items() if row in spoken["emotion"]},
            "pause": table.index("emotion_none"),
        },
        "pitch": {"mean": mean, "std": deviation},
        "sentence_pause_ms": SENTENCE_PAUSE,
        "mel": {"mean": statistics["mel_mean"], "std": statistics["mel_std"]},
        "source": {"f0_mean": mean, "f0_std": deviation},
    }


def spoken_rows(acoustic, spoken):
    """Sambert's weights with the embeddings of the symbols alone that the corpus has."""
    keys = {"sy": "sy_emb", "tone": "tone_emb", "syllable_flag": "syllable_flag_emb", "word_segment": "ws_emb"}
    rows = {name: [symbols.TABLES[name].index(entry) for entry in spoken[name]] for name in keys}
    pruned = {f"text_encoder.{key}.weight": rows[name] for name, key in keys.items()}
    return {key: value[pruned[key]] if key in pruned else value for key, value in acoustic.items()}


def save_weights(path, acoustic, vocoder, statistics):
    """Half precision, one file for both networks and the statistics they need."""
    arrays = {f"acoustic/{k}": v for k, v in acoustic.items()} | {f"vocoder/{k}": v for k, v in vocoder.items()}
    halves = {k: np.asarray(v.cpu(), np.float16) for k, v in arrays.items()}
    np.savez_compressed(path, statistics=np.array(json.dumps(statistics)), **halves)


def load_weights(path):
    """State dicts of Sambert and of the vocoder, and the statistics, from `save_weights`."""
    with np.load(path) as arrays:
        states = {"acoustic": {}, "vocoder": {}}
        for name in arrays.files:
            if name != "statistics":
                network, key = name.split("/", 1)
                states[network][key] = torch.from_numpy(arrays[name].astype(np.float32))
        return (
            states["acoustic"],
            states["vocoder"],
            json.loads(str(arrays["statistics"])),
        )


def trained_acoustic(work):
    """Sambert's state dict, from its checkpoint in a work folder."""
    return run.resume(work / "sambert.pt", "cpu")["average"]


def trained_vocoder(work, start=None):
    """The vocoder's, or that of a voice's weights where the acoustic model alone was trained on."""
    state = run.resume(work / "vocoder.pt", "cpu")
    return state["average"]["generator"] if state or not start else load_weights(start)[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--name", required=True)
    parser.add_argument("--weights", type=Path, help="export these instead of WORK's checkpoints")
    parser.add_argument("--start", type=Path, help="weights.npz whose vocoder to take where WORK has none")
    parser.add_argument("--f32", action="store_true", help="keep the weights in f32, for comparisons")
    parser.add_argument("--config", type=Path, default=run.CONFIG, help="folder of am.yaml and voc.yaml")
    args = parser.parse_args()
    am, voc = (
        run.load_config(args.config / "am.yaml"),
        run.load_config(args.config / "voc.yaml"),
    )
    if args.weights:
        acoustic, vocoder, statistics = load_weights(args.weights)
    else:
        acoustic, vocoder = trained_acoustic(args.work), trained_vocoder(args.work, args.start)
        statistics = json.loads((args.work / "statistics.json").read_text())
        args.out.mkdir(parents=True, exist_ok=True)
        save_weights(args.out / "weights.npz", acoustic, vocoder, statistics)
    meta = pack_meta(args.name, statistics)
    extension = args.out / "extension.json"
    if extension.exists():
        meta["extension"] = json.loads(extension.read_text())
    acoustic = spoken_rows(acoustic, statistics["spoken"])
    voice = write_pack(args.out, acoustic, am, vocoder, voc, meta, int8=not args.f32)
    print(f"{args.out}: {sum(f['bytes'] for f in voice['files'].values())} bytes in {len(voice['files'])} graphs")


if __name__ == "__main__":
    main()
