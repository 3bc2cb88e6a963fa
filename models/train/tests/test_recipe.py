"""The whole recipe on a made-up corpus with tiny networks: features, training, resuming, export."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
import yaml

from convert import reference
from train import run, symbols
from train.data import Features, acoustic_batch
from train.export import load_weights
from train.networks.hifigan import Generator
from train.networks.sambert import Sambert
from train.sambert import table_rows

MODELS = Path(__file__).parents[2]
SENTENCE = [
    "n",
    "i",
    "↗",
    "x",
    "a",
    "u",
    "↓",
    ",",
    " ",
    "ʂ",
    "ɨ",
    "↘",
    " ",
    "ʨ",
    "j",
    "ɛ",
    "↘",
    "n",
    ".",
]
TEXT = "你好，世见。"


def stage(name, *args):
    command = [sys.executable, "-m", f"train.{name}", *map(str, args)]
    done = subprocess.run(command, cwd=MODELS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def write_corpus(folder):
    """Ten utterances of a buzz whose pitch glides; the last one is held out."""
    folder.mkdir()
    rows, curves = [], {}
    for number in range(1, 11):
        durations = [4] + [3 + (number + i) % 3 for i in range(len(SENTENCE))] + [2]
        frames = 2 * sum(durations)
        f0 = 180 + 60 * np.sin(np.arange(frames) / 20 + number)
        voiced = np.repeat([0] + [1] * len(SENTENCE) + [0], 2 * np.array(durations))
        phase = 2 * np.pi * np.cumsum(np.repeat(f0, 200)) / 16000
        wave = sum(np.sin(k * phase) / k for k in range(1, 8)) * 0.1 * np.repeat(voiced, 200)
        ident = f"a{number:04}"
        soundfile.write(folder / f"{ident}.flac", wave + 1e-4 * np.random.randn(len(wave)), 16000)
        curves[ident] = np.where(voiced > 0, f0, 0)
        row = {
            "id": ident,
            "emotion": "happy",
            "text": TEXT,
            "tokens": SENTENCE,
            "durations": durations,
        }
        rows.append(json.dumps(row, ensure_ascii=False))
    (folder / "manifest.jsonl").write_text("\n".join(rows), encoding="utf8")
    np.savez(folder / "f0.npz", **curves)


def write_config(folder):
    """The voice's own configuration with everything small."""
    folder.mkdir()
    am, voc = (yaml.safe_load((run.CONFIG / name).read_text()) for name in ("am.yaml", "voc.yaml"))
    am["Model"]["KanTtsSAMBERT"]["params"] |= {
        "embedding_dim": 32,
        "encoder_num_layers": 2,
        "encoder_ffn_inner_dim": 32,
        "predictor_fsmn_num_layers": 1,
        "decoder_num_layers": 2,
        "decoder_ffn_inner_dim": 32,
    }
    am["training"] |= {"batch_size": 4, "warmup_steps": 2}
    voc["Model"]["Generator"]["params"] |= {
        "channels": 16,
        "resblock_kernel_sizes": [3],
        "resblock_dilations": [[1, 3]],
    }
    voc["training"] |= {"batch_size": 2, "segment_frames": 20}
    for name, config in (("am.yaml", am), ("voc.yaml", voc)):
        (folder / name).write_text(yaml.safe_dump(config))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Every stage run once; the trainers are stopped after two steps and resumed."""
    base = tmp_path_factory.mktemp("recipe")
    corpus, work, config, pack = (base / name for name in ("corpus", "work", "config", "pack"))
    np.random.seed(1)
    write_corpus(corpus)
    write_config(config)
    stage("features", corpus, work)
    for steps in (2, 4):
        stage("sambert", work, "--config", config, "--steps", steps)
    stage("predict", work, "--config", config)
    for steps in (2, 4):
        stage(
            "vocoder",
            work,
            "--config",
            config,
            "--steps",
            steps,
            "--adversarial-from",
            3,
        )
    stage(
        "vocoder",
        work,
        "--config",
        config,
        "--steps",
        6,
        "--adversarial-from",
        3,
        "--predicted",
        work / "predicted.npz",
    )
    stage("export", work, pack, "--name", "tiny", "--config", config)
    return work, config, pack


def networks(pack, config):
    am, voc = (run.load_config(config / name) for name in ("am.yaml", "voc.yaml"))
    acoustic, vocoder, statistics = load_weights(pack / "weights.npz")
    sambert = Sambert(am["Model"]["KanTtsSAMBERT"]["params"], table_rows(am)).eval()
    sambert.load_state_dict(acoustic)
    generator = Generator(voc["Model"]["Generator"]["params"]).eval()
    generator.load_state_dict(vocoder)
    return sambert, generator, statistics


def test_phones_of_a_sentence():
    phones = symbols.phones(
        SENTENCE,
        list(range(1, len(SENTENCE) + 1)),
        [{"ni"}, {"hao"}, {"shi"}, {"jian"}],
    )
    read = [f"{p.sy}.{p.tone[-1]}" if p.tone != "tone_none" else p.sy for p in phones]
    assert " ".join(read) == "n_c.2 i_c.2 h_c.3 ao_c.3 #3 sh_c.4 ih_c.4 #1 j_c.4 ian_c.4 #4"
    assert sum(p.frames for p in phones) == sum(range(1, len(SENTENCE) + 1))


def test_an_n_between_vowels_goes_where_the_characters_say():
    closed = symbols.phones(["ɕ", "i", "→", "n", "a", "→"], [1] * 6, [{"xin"}, {"a"}])
    opened = symbols.phones(["ɕ", "i", "→", "n", "a", "→"], [1] * 6, [{"xi"}, {"na"}])
    assert [p.sy for p in closed] == ["xx_c", "in_c", "ga", "a_c", "#4"]
    assert [p.sy for p in opened] == ["xx_c", "i_c", "n_c", "a_c", "#4"]


def test_features_are_aligned_and_normalised(trained):
    features = Features(trained[0])
    assert features.held_out == ["a0007"]
    for row in features.rows.values():
        assert row["durations"].sum() == len(row["frames"]) == len(row["samples"]) // 200
    voiced = np.concatenate([features.rows[i]["frames"][:, 80] for i in features.training])
    assert abs(voiced.mean()) < 0.2


def test_batching_does_not_change_a_sentence(trained):
    work, config, pack = trained
    sambert, _, _ = networks(pack, config)
    rows = list(Features(work).rows.values())
    with torch.no_grad():
        alone, together = (
            sambert(acoustic_batch(rows[:1], 3)),
            sambert(acoustic_batch(rows, 3)),
        )
    frames = len(rows[0]["frames"])
    assert torch.allclose(alone["mel"][0, :frames], together["mel"][0, :frames], atol=1e-4)


def test_losses_are_logged_across_a_resume(trained):
    held_out = [json.loads(line) for line in (trained[0] / "sambert_held_out.jsonl").read_text().splitlines()]
    assert [line["step"] for line in held_out] == [2, 4]
    assert all(np.isfinite(line["held_out_mel"]) for line in held_out)


def test_a_training_can_start_from_a_voice(trained, tmp_path):
    work, config, pack = trained
    for file in ("features.npz", "statistics.json"):
        (tmp_path / file).write_bytes((work / file).read_bytes())
    for trainer in ("sambert", "vocoder"):
        # One step from there is still close by.
        stage(trainer, tmp_path, "--config", config, "--steps", 1, "--start", pack / "weights.npz")
    acoustic, vocoder, _ = load_weights(pack / "weights.npz")
    for name, weights in (("sambert", acoustic), ("vocoder", vocoder)):
        average = run.resume(tmp_path / f"{name}.pt", "cpu")["average"]
        average = average.get("generator", average)
        distance = max((average[k] - v).abs().max().item() for k, v in weights.items() if v.dtype.is_floating_point)
        assert distance < 2e-3, f"{name}: {distance}"


def test_recordings_measure_like_themselves(trained, tmp_path):
    work, config, _ = trained
    stage("speak", work, tmp_path / "said", "--config", config, "--teacher-durations")
    row = Features(work).rows["a0007"]
    assert soundfile.info(tmp_path / "said" / "a0007.wav").frames == len(row["samples"])
    soundfile.write(tmp_path / "said" / "a0007.wav", row["samples"], 16000)
    result = json.loads(stage("measure", work, tmp_path / "said").splitlines()[-1])
    assert result["emotions"]["happy"]["voice"] == result["emotions"]["happy"]["recordings"]
    assert result["f0_correlation"] == 1.0
    assert result["tones"]["voice"] == result["tones"]["recordings"] != {}


def test_exported_acoustic_graphs_equal_the_network(trained):
    work, config, pack = trained
    sambert, _, _ = networks(pack, config)
    stage(
        "export",
        work,
        pack.parent / "exact",
        "--name",
        "tiny",
        "--config",
        config,
        "--f32",
    )
    voice = reference.Voice(pack.parent / "exact")
    ids = Features(work).rows["a0007"]["ids"]
    wide = np.concatenate([ids, np.zeros((len(ids), 1), np.int64)], 1)
    out = voice.acoustic(wide)
    tokens = torch.from_numpy(ids)
    mel, durations = sambert.infer(tokens[:, :4], torch.zeros(len(ids), dtype=torch.long), tokens[:, 4])
    assert out["durations"].tolist() == durations.tolist()
    np.testing.assert_allclose(out["mel"], mel.numpy(), atol=2e-3)


def test_exported_vocoder_equals_the_network_in_chunks(trained):
    _, config, pack = trained
    _, generator, _ = networks(pack, config)
    voice = reference.Voice(pack.parent / "exact")
    mel = np.random.default_rng(3).standard_normal((21, 80)).astype(np.float32)
    source = np.random.default_rng(4).standard_normal((8, 21 * 200)).astype(np.float32) * 0.1
    with torch.no_grad():
        whole = generator(torch.from_numpy(mel.T[None]), torch.from_numpy(source[None]))[0, 0].numpy()
    chunked = reference.vocode(voice.nets["vocoder"], mel, 200, source, [3, 10, 8])
    np.testing.assert_allclose(chunked, whole, atol=2e-4)


def test_int8_weights_are_close(trained):
    _, config, pack = trained
    _, generator, _ = networks(pack, config)
    mel = np.random.default_rng(3).standard_normal((12, 80)).astype(np.float32)
    source = np.zeros((8, 12 * 200), np.float32)
    with torch.no_grad():
        whole = generator(torch.from_numpy(mel.T[None]), torch.from_numpy(source[None]))[0, 0].numpy()
    int8 = reference.vocode(reference.Voice(pack).nets["vocoder"], mel, 200, source)
    assert np.abs(int8 - whole).max() < 0.05 * np.abs(whole).max() + 1e-3
