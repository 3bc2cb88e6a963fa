"""Voice packs for the tests of the Rust runtime: `python -m convert.tests.packs OUT_DIR`.

Random ones of small size in every flavour; one that speaks, of the bundled voice's weights; and, where the
conformance data is, those whose outputs are known.
"""

import argparse
import shutil
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import torch
import yaml

from convert import model_folder, pack, parity, symbols
from convert.checkpoint import load_checkpoint
from train import export, run
from train.symbols import TABLES

from . import checkpoints

PHONES = ["a_c", "ao_c", "h_c", "i_c", "ie_c", "ih_c", "j_c", "n_c", "sh_c"]
CONFORMANCE = Path(__file__).parents[4] / "shared" / "kan-tts"
BUNDLED = Path(__file__).parents[2] / "xiaolang" / "weights.npz"
# How far the converted voice speaks below the bundled one, in standard deviations of its F0.
LOWER = 1.0
NSF_AM = {**checkpoints.TINY_AM, "channels": 82}
# Transposed convolutions as in KAN-TTS's configs that are not causal.
NON_CAUSAL = {"causal": False, "upsample_kernal_sizes": [20, 11, 4, 4]}
SPEEDS = [{"speed": 1.3, "row": 3}]
RATE_24K = {"upsample_scales": [8, 5, 3, 2], "upsample_kernal_sizes": [16, 10, 6, 4]}
FLAVOURS = {
    "causal": {},
    "causal_nsf": checkpoints.NSF,
    "noncausal": NON_CAUSAL,
    "noncausal_nsf": {**NON_CAUSAL, **checkpoints.NSF},
    "rate24k_nsf": {**RATE_24K, **checkpoints.NSF},
}


def write_resource(path, names=None):
    """A resource.zip with these phones, or with a phone set that fills the random checkpoints' table."""
    names = names or PHONES + [f"p{i}_c" for i in range(checkpoints.SY - 4 - len(PHONES))]
    phones = "".join(f"<phone><id>{i}</id><name>{name}</name></phone>" for i, name in enumerate(names))
    with zipfile.ZipFile(path, "w") as archive:
        xmlns = "http://schemas.alibaba-inc.com/tts"
        archive.writestr(
            "resource/PinYin/PhoneSet.xml", f'<?xml version="1.0"?><phoneSet xmlns="{xmlns}">{phones}</phoneSet>'
        )
        archive.writestr("resource/PinYin/tonelist.txt", "1\n\n4\n2\n3\n5\n0")
    return path


def meta(resource, **more):
    """What `pack.write_pack` needs to know of a random voice."""
    rows = {"sy": checkpoints.SY, "tone": 7, "syllable_flag": 5, "word_segment": 5}
    return {
        "name": "random",
        "sample_rate": 16000,
        "symbols": symbols.symbol_tables(resource, {name: count + 3 for name, count in rows.items()}),
        "speakers": ["F7", {"name": "F74", "sex": "female", "description": {"en": "random"}, "speeds": SPEEDS}],
        "emotions": {"table": symbols.emotion_table(36), "supported": {"neutral": 1, "sad": 6}, "pause": 0},
        "license": "none",
        "provenance": "random weights",
        **more,
    }


def write_random(out, resource):
    """A small random voice for each flavour of vocoder, also as a zip archive, and what onnxruntime makes of it."""
    for name, params in FLAVOURS.items():
        nsf = "nsf_params" in params
        am = checkpoints.acoustic(NSF_AM if nsf else checkpoints.TINY_AM)
        voc = checkpoints.vocoder({**checkpoints.TINY_VOCODER, **params})
        more = {"name": name, "sample_rate": 24000 if name.startswith("rate24k") else 16000}
        if nsf:
            more |= {"source": {"f0_mean": 210.0, "f0_std": 55.0}, "pitch": {"mean": 210.0, "std": 55.0}}
        folder = out / f"random_{name}"
        shutil.rmtree(folder, ignore_errors=True)
        pack.write_pack(folder, *am, *voc, meta(resource, **more))
        shutil.make_archive(str(folder), "zip", out, folder.name)
        (folder / "parity").mkdir()
        for graph, recorder in parity.record(folder).items():
            recorder.save(folder / "parity", graph)


def write_model_folder(folder, name):
    """The bundled voice's networks as ModelScope has its voices, with a lower pitch."""
    acoustic, vocoder, statistics = export.load_weights(BUNDLED)
    acoustic["variance_adaptor.pitch_predictor.fc.bias"] -= LOWER
    listed = {"linguistic_unit": {"speaker_list": ",".join(export.speakers_of(statistics))}}
    parts = {"am": (acoustic, listed), "voc": ({"generator": vocoder}, {})}
    for part, (state, more) in parts.items():
        own = folder / "voices" / name / part
        (own / "ckpt").mkdir(parents=True)
        (own / "config.yaml").write_text(yaml.safe_dump(run.load_config(run.CONFIG / f"{part}.yaml") | more))
        torch.save({"model": state, "steps": 0}, own / "ckpt" / "checkpoint_0.pth")
    np.save(folder / "voices" / name / "am" / "mvn.npy", np.array(statistics["f0"], np.float32)[:, None])
    write_resource(folder / "resource.zip", TABLES["sy"][: -len(symbols.PAUSES + symbols.SPECIALS)])


def write_converted(out):
    """`converted`: trained weights all the way through the converter."""
    with tempfile.TemporaryDirectory() as folder:
        write_model_folder(Path(folder), "converted")
        loaded = model_folder.load_voice(model_folder.find_parts(folder, "converted"), export.LICENSE)
        pack.write_pack(out / "converted", *loaded)


def write_known(out, resource):
    """The voices of the conformance data, in f32 and int8. `nsf` and `noncausal` have a random acoustic model."""
    loaded = model_folder.load_voice(model_folder.find_parts(CONFORMANCE, "zhitian_partial"), "test data")
    f0_mean, f0_std = np.load(CONFORMANCE / "hifigan_nsf/am/mvn.npy").reshape(-1)[:2].astype(float)
    source = {"f0_mean": f0_mean, "f0_std": f0_std}
    generators = {"noncausal": (checkpoints.TINY_AM, {}), "nsf": (NSF_AM, {"source": source})}
    for suffix, int8 in (("", True), ("_f32", False)):
        pack.write_pack(out / f"zhitian{suffix}", *loaded, int8=int8)
        for name, (sizes, more) in generators.items():
            folder = CONFORMANCE / f"hifigan_{name}" / "voc"
            state = load_checkpoint(folder / "ckpt/checkpoint_0.pth", "voc")
            config = yaml.safe_load((folder / "config.yaml").read_text())
            about = meta(resource, name=name, **more)
            pack.write_pack(out / f"{name}{suffix}", *checkpoints.acoustic(sizes), state, config, about, int8=int8)


def main():
    parser = argparse.ArgumentParser(prog="python -m convert.tests.packs", description=__doc__)
    parser.add_argument("out_dir", type=Path, help="folder for the packs")
    out = parser.parse_args().out_dir
    out.mkdir(parents=True, exist_ok=True)
    resource = write_resource(out / "resource.zip")
    write_random(out, resource)
    write_converted(out)
    if (CONFORMANCE / "am_golden.npz").exists():
        write_known(out, resource)


if __name__ == "__main__":
    main()
