"""Fixtures: a random voice of small size, and where the conformance data is."""

import zipfile
from pathlib import Path

import pytest

from convert import pack, symbols
from convert.reference import Voice

from . import checkpoints

PHONES = ["a_c", "ao_c", "h_c", "i_c", "ie_c", "ih_c", "j_c", "n_c", "sh_c"]
CONFORMANCE = Path(__file__).parents[4] / "shared" / "kan-tts"


@pytest.fixture(scope="session")
def conformance():
    """The folder of KAN-TTS checkpoints with outputs of the real code."""
    if not (CONFORMANCE / "am_golden.npz").exists():
        pytest.skip(f"no conformance data in {CONFORMANCE}")
    return CONFORMANCE


@pytest.fixture(scope="session")
def resource(tmp_path_factory):
    """A resource.zip whose phone set fills the random checkpoints' table."""
    path = tmp_path_factory.mktemp("resource") / "resource.zip"
    names = PHONES + [f"p{i}_c" for i in range(checkpoints.SY - 4 - len(PHONES))]
    phones = "".join(f"<phone><id>{i}</id><name>{name}</name></phone>" for i, name in enumerate(names))
    with zipfile.ZipFile(path, "w") as archive:
        xmlns = "http://schemas.alibaba-inc.com/tts"
        archive.writestr(
            "resource/PinYin/PhoneSet.xml", f'<?xml version="1.0"?><phoneSet xmlns="{xmlns}">{phones}</phoneSet>'
        )
        archive.writestr("resource/PinYin/tonelist.txt", "1\n\n4\n2\n3\n5\n0")
    return path


def meta(resource, **more):
    rows = {"sy": checkpoints.SY, "tone": 7, "syllable_flag": 5, "word_segment": 5}
    return {
        "name": "random",
        "sample_rate": 16000,
        "symbols": symbols.symbol_tables(resource, {name: count + 3 for name, count in rows.items()}),
        "speakers": ["F7", "F74"],
        "emotions": {"table": symbols.emotion_table(36), "supported": {"neutral": 1, "sad": 6}, "pause": 0},
        "license": "none",
        "provenance": "random weights",
        **more,
    }


@pytest.fixture(scope="session")
def tiny(tmp_path_factory, resource):
    """{"f32": folder, "int8": folder} of a small random voice."""
    am, voc = checkpoints.acoustic(), checkpoints.vocoder()
    folders = {}
    for kind in ("f32", "int8"):
        folders[kind] = tmp_path_factory.mktemp(kind)
        pack.write_pack(folders[kind], *am, *voc, meta(resource), int8=kind == "int8")
    return folders


@pytest.fixture(scope="session")
def voice(tiny):
    """The small random voice in f32."""
    return Voice(tiny["f32"])
