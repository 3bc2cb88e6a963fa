"""Fixtures: a random voice of small size, and where the conformance data is."""

import os
from pathlib import Path

import pytest

from convert import pack
from convert.reference import Voice

from . import checkpoints
from .packs import CONFORMANCE, meta, write_resource


def missing(why):
    """Skips a test for lack of data: said in the file LANGDU_SKIPPED names, a failure under LANGDU_REQUIRE_DATA."""
    if os.environ.get("LANGDU_REQUIRE_DATA"):
        pytest.fail(f"{why}, and LANGDU_REQUIRE_DATA is set")
    if listed := os.environ.get("LANGDU_SKIPPED"):
        with Path(listed).open("a", encoding="utf8") as file:
            file.write(f"convert: {why}\n")
    pytest.skip(why)


@pytest.fixture(scope="session")
def conformance():
    """The folder of KAN-TTS checkpoints with outputs of the real code."""
    if not (CONFORMANCE / "am_golden.npz").exists():
        missing(f"no conformance data in {CONFORMANCE}")
    return CONFORMANCE


@pytest.fixture(scope="session")
def resource(tmp_path_factory):
    """A resource.zip whose phone set fills the random checkpoints' table."""
    return write_resource(tmp_path_factory.mktemp("resource") / "resource.zip")


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
