"""The whole recipe on a made-up corpus with tiny networks: features, training, resuming, export."""

import contextlib
import importlib
import io
import json
import sys
from pathlib import Path

import librosa
import numpy as np
import onnx
import onnxruntime
import pytest
import soundfile
import torch
import yaml

from convert import reference
from train import align, audio, bandwidth, export, features, judge, reading, run, start, symbols, teach
from train.data import (
    Features,
    acoustic_batch,
    at_other_pitch,
    by_speaker,
    drawn_for_a_pass,
    held_out,
    segments,
)
from train.export import load_weights
from train.networks.hifigan import Generator
from train.sambert import losses_of, sambert_of
from train.vocoder import Trainer

MODELS = Path(__file__).parents[2]
BUILT = [MODELS.parent / "target" / profile / "langdu" for profile in ("quick", "release")]
LANGDU = next(filter(Path.exists, BUILT), None)
HARMONICS = 16
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
    """Runs a stage as its command line does; what it printed."""
    main = importlib.import_module(f"train.{name}").main
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        patch.setattr(sys, "argv", [name, *map(str, args)])
        main()
    return printed.getvalue()


def glide(number, frames):
    """The pitch of an utterance, in Hz."""
    return 180 + 60 * np.sin(np.arange(frames) / 20 + number)


def write_corpus(folder):
    """Ten utterances of a buzz whose pitch glides, by two speakers in turn; the seventh is held out."""
    folder.mkdir()
    rows, curves = [], {}
    for number in range(1, 11):
        durations = [4] + [3 + (number + i) % 3 for i in range(len(SENTENCE))] + [2]
        frames = 2 * sum(durations)
        f0 = glide(number, frames)
        voiced = np.repeat([0] + [1] * len(SENTENCE) + [0], 2 * np.array(durations))
        phase = 2 * np.pi * audio.sample_cycles(audio.cycles_of(np.where(voiced > 0, f0, 0)), 200)
        wave = sum(np.sin(k * phase) / k for k in range(1, 8)) * 0.1 * np.repeat(voiced, 200)
        ident = f"a{number:04}"
        soundfile.write(folder / f"{ident}.flac", wave + 1e-4 * np.random.randn(len(wave)), 16000)
        curve = np.where(voiced > 0, f0, 0)
        if number % 3:
            curves[ident] = curve
        else:
            np.save(folder / f"{ident}.npy", curve)
        row = {
            "id": ident,
            "emotion": "happy",
            "text": TEXT,
            "speaker": symbols.SPEAKERS[number % 2]["teacher"],
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
    voc["Model"]["Discriminators"]["params"] |= {"period_widths": [4, 8], "spectrogram_width": 4}
    voc["training"] |= {"batch_size": 2, "segment_frames": 20, "discriminators_alone": 1}
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
    sambert = sambert_of(am, acoustic)
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


def test_erhua_colours_the_final_that_its_character_has():
    tokens = ["w", "a", "↗", "ɚ", " ", "ʂ", "ə", "↘", "ɚ", " ", "ny", "↓", "ɚ", "↗"]
    phones = symbols.phones(tokens, [1] * len(tokens), [{"wan"}, {"shi"}, {"nv"}, {"er"}])
    read = " ".join(p.sy for p in phones)
    assert read == "w_c anr_c #1 sh_c ihr_c #1 n_c v_c ge er_c #4"
    assert symbols.rhotic("tjɛ↓n") == "tja↓ɚ"
    assert symbols.erhua_places("女儿在玩儿，儿子在那儿。") == [4, 10]


def test_english_words_are_phones_in_syllables():
    tokens = [*"tʰa→", " ", *"mˈɑɹkəɾɪŋ", " ", "ˈ", "A", "."]
    phones = symbols.phones(tokens, [1] * len(tokens), [{"ta"}], [[5, 14], [15, 17]])
    read = [f"{p.sy}/{p.tone[-1]}/{p.syllable_flag[2:]}/{p.word_segment[5:]}" for p in phones[3:]]
    assert " ".join(read) == (
        "m/1/begin/begin aa/1/middle/middle r/1/end/middle k/0/begin/middle ah/0/end/middle "
        "t/0/begin/middle ih/0/middle/middle ng/0/end/end #1/e/none/none ey/1/both/both #4/e/none/none"
    )
    assert sum(p.frames for p in phones) == len(tokens)


def test_english_words_have_phonemes():
    letters = {"N": "ˈɛn", "B": "bˈi", "A": "ˈA"}
    words = letters | {"tube": "tˈub", "you": "jˈu", "voice": "vˈYs", "map": "mˈæp", "Paris": "pˈɛɹəs", "use": "jˈuz"}
    read = reading.English(words).of
    assert read("iPhone") == "ˈIfˌOn" and read("paris") == "pˈɛɹəs", "its own dictionary first, then any case"
    assert read("NBA") == "ˌɛnbˌiˈA", "letters, the last of which is stressed"
    assert read("voices") == "vˈYsᵻz" and read("maps") == "mˈæps" and read("used") == "jˈuzd"
    assert read("YouMap") == "jˈumˈæp"


def test_new_symbols_and_speakers_begin_as_their_nearest():
    def table(name):
        return torch.arange(len(symbols.TABLES[name]))[:, None].float()

    weights = {f"text_encoder.{key}.weight": table(name) for name, key in start.KEYS.items()}
    weights["spk_tokenizer.weight"] = torch.tensor([[1.0], [2], [3], [4]])
    weights["emo_tokenizer.weight"] = table("emotion")
    spoken = {name: [entries[0]] for name, entries in symbols.TABLES.items()} | {"sy": ["an_c", "e_c"]}
    after = spoken | {"sy": ["an_c", "e_c", "anr_c", "ah"], "emotion": ["emotion_none", "emotion_gentle"]}
    rows = symbols.speaker_rows(["dalang 1.3x", "xiaolang"])
    assert rows == ["xiaolang", "dalang", "dalang 1.3x"]
    grown = start.grown(weights, {"spoken": spoken}, {"spoken": after, "speakers": rows})
    row = dict(zip(symbols.TABLES["sy"], grown["text_encoder.sy_emb.weight"][:, 0].tolist(), strict=True))
    assert row["anr_c"] == row["an_c"] and row["ah"] == row["e_c"] and row["ae"] != row["an_c"]
    assert grown["spk_tokenizer.weight"][:, 0].tolist() == [1, 1, 1, 2, 3, 4]
    emotion = dict(zip(symbols.TABLES["emotion"], grown["emo_tokenizer.weight"][:, 0].tolist(), strict=True))
    assert emotion["emotion_gentle"] == emotion["emotion_neutral"] != emotion["emotion_sad"]


def test_speeds_of_a_speaker_are_rows_of_their_own():
    row = {"speaker": "zm_yunjian", "speed": 1.3}
    assert symbols.speaker_of(row) == "dalang 1.3x" and symbols.speaker_of({}) == "xiaolang"
    about = export.about("dalang", ["xiaolang", "dalang", "dalang 0.8x", "dalang 1.3x"])
    assert about["speeds"] == [{"speed": 0.8, "row": 2}, {"speed": 1.3, "row": 3}]
    assert "speeds" not in export.about("xiaolang", ["xiaolang", "dalang", "dalang 0.8x"])
    assert teach.name_of("m0017", "zm_yunjian", 1.3, None) == "zm_yunjian-1.3x-m0017"
    assert teach.name_of("m0017", "zf_xiaoxiao", 1, "gentle") == "gentle-m0017" and held_out("gentle-m0017")


def test_an_n_between_vowels_goes_where_the_characters_say():
    closed = symbols.phones(["ɕ", "i", "→", "n", "a", "→"], [1] * 6, [{"xin"}, {"a"}])
    opened = symbols.phones(["ɕ", "i", "→", "n", "a", "→"], [1] * 6, [{"xi"}, {"na"}])
    assert [p.sy for p in closed] == ["xx_c", "in_c", "ga", "a_c", "#4"]
    assert [p.sy for p in opened] == ["xx_c", "i_c", "n_c", "a_c", "#4"]


def test_silence_behind_a_final_is_its_pause():
    def phone(sy, frames):
        return symbols.Phone(sy, "tone_none", "s_none", "word_none", frames)

    loud = np.array([1.0] * 9 + [0.1] * 6 + [1.0] * 10 + [0.1] * 5)
    phones = [phone("h_c", 3), phone("ao_c", 10), phone("#3", 4), phone("sh_c", 4), phone("ih_c", 5), phone("#4", 4)]
    features.settle_pauses(phones, 0, loud)
    assert [p.frames for p in phones] == [3, 7, 5, 6, 5, 4]
    silent = [phone("ih_c", 4), phone("#3", 2), phone("h_c", 4)]
    features.settle_pauses(silent, 0, np.ones(10))
    assert [p.frames for p in silent] == [4, 2, 4], "where nothing is silent the alignment stays"


def test_silent_pauses_within_a_sentence_are_lengthened():
    phones = [symbols.Phone(sy, "", "", "", frames) for sy, frames in (("ao_c", 3), ("#3", 2), ("ih_c", 2), ("#4", 2))]
    counts = features.lengthen_pauses(phones, np.array([1.0, 0.9, 1, 0.3, 0.2, 1, 1, 0.1, 0.1]), 3)
    assert counts.tolist() == [1, 1, 1, 1, 5, 1, 1, 1, 1]
    assert [p.frames for p in phones] == [3, 6, 2, 2]
    read_through = [symbols.Phone(sy, "", "", "", 2) for sy in ("ao_c", "#3", "ih_c", "#4")]
    assert features.lengthen_pauses(read_through, np.ones(8), 2).tolist() == [1] * 8


def test_features_are_aligned_and_normalised(trained):
    found = Features(trained[0])
    assert found.held_out == ["a0007"]
    for row in found.rows.values():
        assert row["durations"].sum() == len(row["frames"]) == len(row["samples"]) // 200
    voiced = np.concatenate([found.rows[i]["frames"][:, 80] for i in found.training])
    assert abs(voiced.mean()) < 0.2


def test_the_source_of_a_cut_is_in_phase_with_its_samples(trained):
    rows = list(Features(trained[0]).rows.values())
    _, wave, cycles = segments(rows, 30, 20, 200, torch.Generator().manual_seed(2))
    fundamental = torch.sin(2 * torch.pi * cycles)
    alike = torch.nn.functional.cosine_similarity(wave[:, 0], fundamental, dim=-1)
    assert alike[wave[:, 0].square().mean(-1) > 1e-3].min() > 0.6


def test_the_teachers_pitch_curve_can_be_changed(tmp_path):
    number = onnx.TensorProto.FLOAT
    wave = onnx.helper.make_node("Neg", [teach.PITCH], ["wave"])
    pitch = onnx.helper.make_node("Relu", ["input"], [teach.PITCH])
    lengths = onnx.helper.make_node("Neg", ["input"], [teach.DURATIONS])
    sides = ([onnx.helper.make_tensor_value_info(name, number, [2])] for name in ("input", "wave"))
    graph = onnx.helper.make_graph([pitch, lengths, wave], "teacher", *sides)
    whole = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    whole = whole.SerializeToString()
    for part, content in ((2, whole[40:]), (1, whole[:40])):
        (tmp_path / f"teacher.part{part}.bin").write_bytes(content)
    session = onnxruntime.InferenceSession(teach.graph_of(tmp_path))
    inputs = {"input": [200.0, 240.0], "spread": [1.5], "offset": [-100.0]}
    wave, lengths, f0 = session.run(None, {name: np.array(value, np.float32) for name, value in inputs.items()})
    assert f0.tolist() == [200.0, 260.0]
    assert wave.tolist() == [-200.0, -260.0]
    assert lengths.tolist() == [-200.0, -240.0]


def test_an_estimated_pitch_is_locked_to_the_recording():
    f0 = 200 + 30 * np.sin(np.arange(160) / 15)
    true = audio.cycles_of(f0)
    samples = np.sin(2 * np.pi * audio.sample_cycles(true, 200)) + 0.5 * np.sin(
        4 * np.pi * audio.sample_cycles(true, 200)
    )
    estimated = f0 * 1.006  # ten cents off: out of phase within a quarter of a second
    locked = audio.locked_cycles(samples, estimated) - true
    assert np.abs(audio.cycles_of(estimated) - true).max() > 1
    turned = np.exp(2j * np.pi * locked[2:-2])
    assert np.abs(turned.mean()) > 0.95


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


def test_sentences_at_another_pitch_teach_f0_alone(trained):
    found = Features(trained[0])
    batch = acoustic_batch(list(found.rows.values())[:4], 3)
    mean, deviation = f0 = found.statistics["f0"]
    torch.manual_seed(1)
    moved = at_other_pitch(batch, share=1.0, semitones=6, f0=f0)
    ratio = (moved["pitch"] * deviation + mean) / (batch["pitch"] * deviation + mean)
    assert torch.allclose(ratio, ratio[:, :1].expand_as(ratio), atol=1e-4)
    assert 0.7 < ratio.min() < 0.95 and 1.05 < ratio.max() < 1.42
    heard = (moved["frames"][:, :, -2] * deviation + mean) / (batch["frames"][:, :, -2] * deviation + mean)
    assert torch.allclose(heard, ratio[:, :1].expand_as(heard), atol=1e-4)
    assert torch.equal(moved["frames"][:, :, :-2], batch["frames"][:, :, :-2])
    flat = {name: torch.zeros_like(batch["pitch"]) for name in ("pitch", "energy", "durations")}
    losses = losses_of(moved, flat | {name: torch.zeros_like(batch["frames"]) for name in ("frames", "mel")})
    assert losses["mel"] == 0 and losses["f0"] > 0
    same = at_other_pitch(batch, share=0.0, semitones=6, f0=f0)
    assert torch.allclose(same["frames"], batch["frames"], atol=1e-5) and same["mel_valid"].equal(batch["frame_valid"])


def test_a_pass_has_as_much_of_each_speaker_and_all_short_sentences():
    lengths = [(0, 5)] * 4 + [(0, 30)] * 40 + [(1, 30)] * 10
    rows = [{"speaker": np.array(who), "ids": np.zeros((length, 5))} for who, length in lengths]
    generator = torch.Generator().manual_seed(1)
    passes = [drawn_for_a_pass(rows, 2, 11, generator) for _ in range(3)]
    for drawn in passes:
        hers, his = by_speaker(drawn)
        short = sum(len(row["ids"]) == 5 for row in hers)
        assert len(his) == 10 and short == 4 and 16 <= len(hers) - short <= 20
    assert {id(row) for row in passes[0]} != {id(row) for row in passes[1]}
    alone = rows[:44]
    assert len(drawn_for_a_pass(alone, 2, 11, generator)) == len(alone)


def test_losses_are_logged_across_a_resume(trained):
    held_out = [json.loads(line) for line in (trained[0] / "sambert_held_out.jsonl").read_text().splitlines()]
    assert [line["step"] for line in held_out] == [2, 4]
    assert all(np.isfinite(line["held_out_mel"]) for line in held_out)


def test_discriminators_learn_alone_at_first_and_a_few_at_a_time(trained):
    work, config, _ = trained
    trainer = Trainer(run.load_config(config / "voc.yaml"), "cpu")
    named = [trainer.step_of(since).__name__ for since in (-1, 0, 1)]
    assert named == ["spectral_step", "judging_step", "adversarial_step"]
    networks = [trainer.generator, *trainer.discriminators.all()]
    rows = list(Features(work).rows.values())
    batch = segments(rows, 2, 20, audio.AUDIO.hop, torch.Generator().manual_seed(1))

    def learnt_by(step):
        before = [[value.clone() for value in network.state_dict().values()] for network in networks]
        step(*batch)
        after = [list(network.state_dict().values()) for network in networks]
        return [not all(map(torch.equal, old, new)) for old, new in zip(before, after, strict=True)]

    generator, *discriminators = learnt_by(trainer.judging_step)
    assert not generator and sum(discriminators[:5]) == 2 and sum(discriminators[5:]) == 1
    generator, *discriminators = learnt_by(trainer.adversarial_step)
    assert generator and sum(discriminators) == 3


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
    # Where the acoustic model alone has learnt, the voice keeps its vocoder.
    (tmp_path / "vocoder.pt").unlink()
    weights = pack / "weights.npz"
    stage("export", tmp_path, tmp_path / "pack", "--name", "tiny", "--config", config, "--start", weights)
    learnt, kept, _ = load_weights(tmp_path / "pack" / "weights.npz")
    assert all(torch.equal(kept[key], value) for key, value in vocoder.items())
    assert not all(torch.equal(learnt[key], value) for key, value in acoustic.items())


def test_recordings_measure_like_themselves(trained, tmp_path):
    work, config, _ = trained
    stage("speak", work, tmp_path / "said", "--config", config, "--teacher-durations")
    row = Features(work).rows["a0007"]
    assert soundfile.info(tmp_path / "said" / "a0007.wav").frames == len(row["samples"])
    soundfile.write(tmp_path / "said" / "a0007.wav", row["samples"], 16000)
    result = json.loads(stage("measure", work, tmp_path / "said").splitlines()[-1])
    figures = result["emotions"]["happy"]
    assert figures["voice"] == figures["recordings"]
    assert result["f0_correlation"] == 1.0
    assert result["tones"]["voice"] == result["tones"]["recordings"] != {}
    voiced = row["durations"].sum() - row["durations"][0] - row["durations"][-1]
    true = glide(7, row["durations"].sum())[row["durations"][0] :][:voiced].mean()
    assert figures["recordings"]["f0_mean"] == pytest.approx(true, rel=0.05)
    assert figures["recordings"]["f0_std"] > 20


def test_what_differs_measures_different(trained, tmp_path):
    work, _, _ = trained
    samples = Features(work).rows["a0007"]["samples"]
    # Four semitones up, as much faster, and half as loud.
    factor = 2 ** (4 / 12)
    places = np.arange(0, len(samples) - 1, factor)
    raised = np.interp(places, np.arange(len(samples)), samples / 32768 / 2)
    (tmp_path / "said").mkdir()
    soundfile.write(tmp_path / "said" / "a0007.wav", raised, 16000)
    result = json.loads(stage("measure", work, tmp_path / "said").splitlines()[-1])
    voice, recordings = (result["emotions"]["happy"][side] for side in ("voice", "recordings"))
    assert voice["f0_mean"] / recordings["f0_mean"] == pytest.approx(factor, rel=0.05)
    assert voice["syllables_per_s"] / recordings["syllables_per_s"] == pytest.approx(factor, rel=0.02)
    assert voice["level_db"] - recordings["level_db"] == pytest.approx(-6.0, abs=0.3)
    assert "tones" not in result


@pytest.fixture(scope="module")
def exact(trained):
    """The trained voice with weights as they are."""
    work, config, pack = trained
    folder = pack.parent / "exact"
    weights = pack / "weights.npz"
    stage("export", work, folder, "--name", "tiny", "--config", config, "--weights", weights, "--f32")
    return folder


def in_the_voices_tables(voice, ids, speaker):
    """Rows of the recipe's tables as rows of the voice's, which has only the symbols that its corpus has."""
    rows = ids.copy()
    for column, (name, table) in enumerate(voice.about["symbols"].items()):
        rows[:, column] = [table.index(symbols.TABLES[name][row]) for row in ids[:, column]]
    return np.concatenate([rows, np.full((len(ids), 1), speaker)], 1)


def test_only_symbols_and_emotions_of_the_corpus_are_exported(trained):
    voice = json.loads((trained[2] / "voice.json").read_text(encoding="utf8"))
    assert list(voice["emotions"]["supported"]) == ["happy"]
    assert voice["symbols"]["sy"] == ["ao_c", "h_c", "i_c", "ian_c", "ih_c", "j_c", "n_c", "sh_c", "#1", "#3", "#4"]
    assert voice["symbols"]["tone"] == ["tone_none", "tone4", "tone2", "tone3"]
    everyone = [*symbols.SPEAKERS, *symbols.MADE_SPEAKERS]
    assert [speaker["name"] for speaker in voice["speakers"]] == [speaker["name"] for speaker in everyone]
    assert voice["encoder"]["speaker_rows"] == len(symbols.SPEAKERS) + start.SPECIALS
    assert voice["symbols"]["word_segment"] == ["word_begin", "word_end", "word_middle", "word_none"]


def test_exported_acoustic_graphs_equal_the_network(trained, exact):
    work, config, pack = trained
    sambert, _, _ = networks(pack, config)
    voice = reference.Voice(exact)
    row = Features(work).rows["a0007"]
    ids, speaker = row["ids"], int(row["speaker"])
    assert speaker == 1, "the held-out sentence is the second speaker's"
    out = voice.acoustic(in_the_voices_tables(voice, ids, speaker))
    tokens = torch.from_numpy(ids)
    mel, durations = sambert.infer(tokens[:, :4], torch.full((len(ids),), speaker), tokens[:, 4])
    assert out["durations"].tolist() == durations.tolist()
    np.testing.assert_allclose(out["mel"], mel.numpy(), atol=1e-3)


def test_exported_vocoder_equals_the_network_in_chunks(trained, exact):
    _, config, pack = trained
    _, generator, _ = networks(pack, config)
    voice = reference.Voice(exact)
    mel = np.random.default_rng(3).standard_normal((21, 80)).astype(np.float32)
    source = np.random.default_rng(4).standard_normal((HARMONICS, 21 * 200)).astype(np.float32) * 0.1
    with torch.no_grad():
        whole = generator(torch.from_numpy(mel.T[None]), torch.from_numpy(source[None]))[0, 0].numpy()
    chunked = reference.vocode(voice.nets["vocoder"], mel, 200, source, [3, 10, 8])
    np.testing.assert_allclose(chunked, whole, atol=2e-5)


def test_int8_weights_are_close(trained):
    _, config, pack = trained
    _, generator, _ = networks(pack, config)
    mel = np.random.default_rng(3).standard_normal((12, 80)).astype(np.float32)
    source = np.zeros((HARMONICS, 12 * 200), np.float32)
    with torch.no_grad():
        whole = generator(torch.from_numpy(mel.T[None]), torch.from_numpy(source[None]))[0, 0].numpy()
    int8 = reference.vocode(reference.Voice(pack).nets["vocoder"], mel, 200, source)
    assert np.abs(int8 - whole).max() < 0.05 * np.abs(whole).max() + 1e-3


def test_a_copy_lies_higher_by_its_shift():
    tone = np.sin(2 * np.pi * 5000 / 16000 * np.arange(8000))
    high = np.sin(2 * np.pi * 9000 / 24000 * np.arange(12000))
    copy, wanted = bandwidth.copied(tone, 8500, 9400), bandwidth.own(high, 8500, 9400)
    assert len(copy) == len(wanted)
    middle = slice(1000, 11000)
    spectrum = np.abs(np.fft.rfft(copy[middle]))
    assert np.argmax(spectrum) * 24000 / 10000 == pytest.approx(9000, abs=3)
    assert (copy[middle] ** 2).mean() == pytest.approx((wanted[middle] ** 2).mean(), rel=0.02)


def test_what_lies_above_the_vocoders_band_is_learnt(trained, tmp_path):
    work, config, pack = trained
    corpus, voice = tmp_path / "corpus", tmp_path / "voice"
    corpus.mkdir()
    for path in (work.parent / "corpus").iterdir():
        if path.suffix != ".flac":
            (corpus / path.name).write_bytes(path.read_bytes())
            continue
        samples, _ = librosa.load(path, sr=24000)
        hiss = np.sin(2 * np.pi * 9000 / 24000 * np.arange(len(samples)))
        soundfile.write(corpus / path.name, samples * (1 + 0.1 * hiss), 24000)
    voice.mkdir()
    (voice / "weights.npz").write_bytes((pack / "weights.npz").read_bytes())
    printed = stage("bandwidth", corpus, voice, "--config", config)
    learnt, nothing = (float(line.split()[-2]) for line in printed.splitlines())
    assert learnt < nothing / 2
    stage("export", work, voice, "--name", "wide", "--config", config, "--weights", voice / "weights.npz")
    about = json.loads((voice / "voice.json").read_text(encoding="utf8"))
    assert (about["sample_rate"], about["hop"]) == (24000, 300)
    extension = about["vocoder"]["extension"]
    assert (extension["sample_rate"], extension["hop"]) == (16000, 200)
    assert np.shape(extension["hidden"]["weight"]) == (bandwidth.HIDDEN, 80)


def test_pinyin_becomes_the_phones_that_the_voice_learns():
    read = {p: symbols.phones_of_pinyin(p) for p in ("zhi", "you", "wen", "lve", "er", "xue", "dianr", "bo")}
    assert read == {
        "zhi": ("zh_c", "ih_c"),
        "you": ("y_c", "ou_c"),
        "wen": ("w_c", "en_c"),
        "lve": ("l_c", "ve_c"),
        "er": ("ge", "er_c"),
        "xue": ("xx_c", "ve_c"),
        "dianr": ("d_c", "ianr_c"),
        "bo": ("b_c", "o_c"),
    }


def test_ends_are_carried_over_to_slower_speech():
    random = np.random.default_rng(5)
    sounds = random.standard_normal((12, 80)).astype(np.float32)
    short, long = random.integers(3, 9, 12), random.integers(5, 14, 12)
    noise = random.standard_normal((long.sum(), 80)) * 0.1
    ends = align.carried_over(np.cumsum(short), np.repeat(sounds, short, 0), np.repeat(sounds, long, 0) + noise)
    assert np.abs(ends - np.cumsum(long)).max() <= 1


def test_recordings_without_durations_are_aligned(trained, tmp_path):
    if LANGDU is None:
        pytest.skip(f"{BUILT[0]} is not built")
    work, config, pack = trained
    recordings, corpus = tmp_path / "recordings", tmp_path / "corpus"
    recordings.mkdir()
    samples = Features(work).rows["a0001"]["samples"]
    silence = np.zeros(3200, np.int16)
    soundfile.write(recordings / "x01.wav", np.concatenate([silence, samples, silence]), 16000)
    (recordings / "transcript.tsv").write_text("x01\thappy\t你好，世见。\n", encoding="utf8")
    stage("align", recordings, corpus, "--weights", pack / "weights.npz", "--config", config, "--langdu", LANGDU)
    row = json.loads((corpus / "manifest.jsonl").read_text(encoding="utf8"))
    assert [p["sy"] for p in row["phones"]][:5] == ["n_c", "i_c", "h_c", "ao_c", "#3"]
    assert row["lead"] + sum(p["frames"] for p in row["phones"]) == (len(samples) + 6400) // 200
    stage("features", corpus, tmp_path / "work")
    found = Features(tmp_path / "work").rows["x01"]
    assert found["durations"].sum() == len(found["frames"])


def test_errors_of_a_transcript():
    assert judge.errors("他今年十二岁。", "她今年12岁") == (0, 1, 6)
    assert judge.errors("你好世界", "你号世") == (1, 2, 4)
    row = {"ser": 1, "cer": 2, "characters": 4, "words": 0, "found": 0, "ovrl": 3.0, "p808": 3.5, "seconds": 1.0}
    figures = {"files": 2, "ser": 0.25, "cer": 0.5, "ovrl": 3.0, "p808": 3.5, "cps": 4.0}
    assert judge.total([row] * 2) == figures
    assert judge.total([row, row, row | {"ser": 9, "words": 4, "found": 3}]) == figures | {"files": 3, "english": 0.75}
    assert judge.found("我的 iPhone 和 WiFi", "我的iphon和微fi") == 1
