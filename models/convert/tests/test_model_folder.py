"""Whole model folders in ModelScope's layout, through the command line."""

import json

import numpy as np
import pytest
import torch
import yaml

from convert.__main__ import main
from convert.reference import Voice

from . import checkpoints

NSF_AM = {**checkpoints.TINY_AM, "channels": 82}
NSF_VOCODER = {**checkpoints.TINY_VOCODER, **checkpoints.NSF}


def save_checkpoint(folder, config, saved):
    (folder / "ckpt").mkdir(parents=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    torch.save({**saved, "steps": 3}, folder / "ckpt" / "checkpoint_3.pth")


def tensors(state):
    return {key: torch.from_numpy(value) for key, value in state.items()}


@pytest.fixture
def model_dir(tmp_path, resource):
    """A function that writes a model folder with one voice `rand` and returns its path."""

    def write(am_sizes=checkpoints.TINY_AM, voc_params=checkpoints.TINY_VOCODER, speakers=None, am_params=(), drop=()):
        folder = tmp_path / "model" / "voices" / "rand"
        state, config = checkpoints.acoustic(am_sizes)
        state = {key: value for key, value in state.items() if key not in drop}
        config["linguistic_unit"]["speaker_list"] = speakers or config["linguistic_unit"]["speaker_list"]
        config["Model"]["KanTtsSAMBERT"]["params"] |= dict(am_params)
        save_checkpoint(folder / "am", config, {"model": tensors(state)})
        state, config = checkpoints.vocoder(voc_params)
        save_checkpoint(folder / "voc", config, {"model": {"generator": tensors(state)}})
        audio = {"audio_config": {"sampling_rate": 16000, "hop_length": 200}}
        (folder / "audio_config.yaml").write_text(yaml.safe_dump(audio))
        (folder.parent / "voices.json").write_text('{"voices": ["rand"]}')
        (tmp_path / "model" / "resource.zip").write_bytes(resource.read_bytes())
        return tmp_path / "model"

    return write


def convert(model_dir, out, *options):
    assert main([str(model_dir), "--voice", "rand", "--out", str(out), *options]) == 0
    return json.loads((out / "voice.json").read_text())


def test_a_folder_becomes_a_pack_that_speaks(model_dir, tmp_path):
    about = convert(model_dir(), tmp_path / "pack")
    assert about["symbols"]["sy"][-7:] == ["#1", "#2", "#3", "#4", "_", "~", "@[MASK]"]
    assert about["symbols"]["tone"][:3] == ["tone1", "tone_none", "tone4"]
    assert about["speakers"] == ["F7", "F74"]
    assert "pitch" not in about
    assert "neutral" in about["emotions"]["supported"]
    assert "see the model's own page" in (tmp_path / "pack" / "LICENSE").read_text()
    voice = Voice(tmp_path / "pack")
    mel = voice.acoustic(np.tile([[5, 1, 1, 1, 1, 0]], (6, 1)))["mel"]
    assert mel.shape[1] == 80 and np.isfinite(mel).all()


def test_the_pack_is_the_same_every_time(model_dir, tmp_path):
    folder = model_dir()
    first, second = (convert(folder, tmp_path / name) for name in ("one", "two"))
    assert first == second


def test_tables_without_the_mask_row(model_dir, tmp_path):
    about = convert(model_dir({**checkpoints.TINY_AM, "mask": False}), tmp_path / "pack")
    assert all(table[-2:] == ["_", "~"] for table in about["symbols"].values())
    assert about["encoder"]["emotion_rows"] == 35


def test_the_default_speaker_comes_first(model_dir, tmp_path):
    folder = model_dir(speakers="M7,F7")
    about = convert(folder, tmp_path / "pack", "--f32")
    assert about["speakers"] == ["F7", "M7"]
    state, _ = checkpoints.acoustic()
    encoded, _ = Voice(tmp_path / "pack").encode([[5, 1, 1, 1, 1, 0]])
    np.testing.assert_allclose(encoded["speaker"][0], state["spk_tokenizer.weight"][1], atol=1e-6)


def test_a_speaker_vector_becomes_the_only_row(model_dir, tmp_path):
    folder = model_dir(am_params={"SE": True}, drop=["spk_tokenizer.weight"])
    vector = np.random.default_rng(8).standard_normal((1, 32)).astype(np.float32)
    np.save(folder / "voices" / "rand" / "am" / "se.npy", vector)
    assert convert(folder, tmp_path / "pack")["encoder"]["speaker_rows"] == 1
    encoded, _ = Voice(tmp_path / "pack").encode([[5, 1, 1, 1, 1, 0]])
    np.testing.assert_allclose(encoded["speaker"], vector, atol=1e-6)


def test_f0_statistics_from_the_file(model_dir, tmp_path):
    folder = model_dir(NSF_AM, NSF_VOCODER, am_params={"NSF": True})
    np.save(folder / "voices" / "rand" / "am" / "mvn.npy", np.array([[200.0], [40.0]], np.float32))
    about = convert(folder, tmp_path / "pack")
    assert about["vocoder"]["source"]["f0_mean"] == 200 and about["vocoder"]["source"]["f0_std"] == 40
    assert about["pitch"] == {"mean": 200, "std": 40}


def test_f0_statistics_from_the_global_range(model_dir, tmp_path):
    folder = model_dir(NSF_AM, NSF_VOCODER, am_params={"NSF": True, "nsf_norm_type": "global"})
    about = convert(folder, tmp_path / "pack", "--pitch", "210", "50")
    assert about["vocoder"]["source"]["f0_mean"] == 30 and about["vocoder"]["source"]["f0_std"] == 700
    assert about["pitch"] == {"mean": 210, "std": 50}


def test_a_dry_run_tells_and_writes_nothing(model_dir, tmp_path, capsys):
    assert main([str(model_dir()), "--voice", "rand", "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert all(word in told for word in ("causal", "sy 147", "F7, F74", "look-ahead 6", "bytes"))
    assert not list(tmp_path.rglob("*.onnx"))


def test_a_bare_pair_of_checkpoints(model_dir, tmp_path):
    folder = model_dir()
    expected = convert(folder, tmp_path / "one")
    voice = folder / "voices" / "rand"
    paths = {"am": voice / "am/ckpt/checkpoint_3.pth", "voc": voice / "voc/ckpt/checkpoint_3.pth"}
    paths["resource"] = folder / "resource.zip"
    options = [text for name, path in paths.items() for text in (f"--{name}", str(path))]
    assert main([*options, "--voice", "rand", "--out", str(tmp_path / "two")]) == 0
    assert json.loads((tmp_path / "two" / "voice.json").read_text()) == expected


def test_a_voice_that_is_not_there(model_dir, capsys):
    assert main([str(model_dir()), "--voice", "other", "--dry-run"]) == 1
    assert "no voice 'other', only: rand" in capsys.readouterr().err


def test_mel_columns_that_do_not_fit_the_vocoder(model_dir, capsys):
    assert main([str(model_dir(NSF_AM)), "--voice", "rand", "--dry-run"]) == 1
    assert "makes 82 columns, the vocoder wants 80 + 0" in capsys.readouterr().err


def test_a_phone_set_of_another_size(model_dir, capsys):
    folder = model_dir({**checkpoints.TINY_AM})
    (folder / "resource.zip").unlink()
    pinyin = folder / "resource" / "PinYin"
    pinyin.mkdir(parents=True)
    (pinyin / "PhoneSet.xml").write_text("<phoneSet><phone><name>a_c</name></phone></phoneSet>")
    (pinyin / "tonelist.txt").write_text("1\n\n4\n2\n3\n5\n0")
    assert main([str(folder), "--voice", "rand", "--dry-run"]) == 1
    assert "table 'sy' has 147 rows for 5 symbols" in capsys.readouterr().err


def test_a_hop_that_contradicts_the_generator(model_dir, capsys):
    folder = model_dir()
    audio = {"audio_config": {"sampling_rate": 16000, "hop_length": 240}}
    (folder / "voices" / "rand" / "audio_config.yaml").write_text(yaml.safe_dump(audio))
    assert main([str(folder), "--voice", "rand", "--dry-run"]) == 1
    assert "hop_length 240" in capsys.readouterr().err


@pytest.mark.parametrize(
    "path", ["voices/rand/am/config.yaml", "voices/rand/voc/config.yaml", "voices/rand/audio_config.yaml"]
)
@pytest.mark.parametrize("content", ["", "[1, 2]", "a: b: c"])
def test_an_unreadable_config_is_named(model_dir, path, content, capsys):
    folder = model_dir()
    (folder / path).write_text(content)
    assert main([str(folder), "--voice", "rand", "--dry-run"]) == 1
    assert f"{path}: not a readable config" in capsys.readouterr().err
