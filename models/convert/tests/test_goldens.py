"""Real checkpoints against what the real KAN-TTS code computed from them; skipped where the data is missing."""

import numpy as np
import pytest
import yaml

from convert import model_folder, pack
from convert.checkpoint import load_checkpoint
from convert.reference import Net, Voice, harmonic_source, vocode, vocode_windows

UTTERANCES = ["u0", "u1", "u2", "u3", "u4"]
# The autoregressive loop amplifies rounding, which differs from processor to processor: what two f32 implementations
# may differ by. Without the loop they agree closely, see below.
FREE_RUNNING = {"u0": 5e-4, "u2": 5e-4}
# Durations that the real network gives for 北京今天天气怎么样.
WORKED_EXAMPLE = [4, 12, 4, 10, 0, 4, 10, 5, 11, 0, 6, 11, 7, 5, 0, 4, 6, 3, 5, 6, 13, 0]


@pytest.fixture(scope="module")
def acoustic(conformance):
    return np.load(conformance / "am_golden.npz")


@pytest.fixture(scope="module")
def sounds(conformance):
    return np.load(conformance / "voc_golden.npz")


@pytest.fixture(scope="module")
def folders(conformance, tmp_path_factory):
    loaded = model_folder.load_voice(model_folder.find_parts(conformance, "zhitian_partial"), "test data")
    paths = {}
    for kind in ("f32", "int8"):
        paths[kind] = tmp_path_factory.mktemp(kind)
        pack.save_pack(paths[kind], *pack.build_pack(*loaded, int8=kind == "int8"))
    return paths


@pytest.fixture(scope="module")
def exact(folders):
    return Voice(folders["f32"])


@pytest.fixture(scope="module")
def quantized(folders):
    return Voice(folders["int8"])


@pytest.fixture(scope="module")
def generators(conformance):
    """{name: (graph, about)} of the three vocoder flavours in f32."""
    folders = {
        "causal": "voices/zhitian_partial",
        "noncausal": "hifigan_noncausal",
        "nsf": "hifigan_nsf",
    }
    built = {}
    for name, folder in folders.items():
        state = load_checkpoint(conformance / folder / "voc/ckpt/checkpoint_0.pth", "voc")
        config = yaml.safe_load((conformance / folder / "voc/config.yaml").read_text())
        model, about = pack.build_generator(state, config, int8=False)
        built[name] = Net(model.SerializeToString()), about
    return built


@pytest.mark.parametrize("name", UTTERANCES)
def test_the_acoustic_model(exact, acoustic, name):
    results = exact.acoustic(acoustic[f"{name}_ids"])
    expected = {"text": "text_hid", "pitch": "pitch", "energy": "energy", "log_durations": "logdur", "memory": "memory"}
    assert results["durations"].tolist() == acoustic[f"{name}_dur"].tolist()
    assert results["band"] == acoustic[f"{name}_band"]
    for mine, theirs in expected.items():
        np.testing.assert_allclose(results[mine], acoustic[f"{name}_{theirs}"], atol=1e-5, err_msg=mine)
    tolerance = FREE_RUNNING.get(name, 1e-4)
    np.testing.assert_allclose(results["decoded"], acoustic[f"{name}_dec"], atol=tolerance)
    np.testing.assert_allclose(results["mel"], acoustic[f"{name}_mel"], atol=tolerance)


@pytest.mark.parametrize("name", UTTERANCES)
def test_decoder_and_postnet_without_drift(exact, acoustic, name):
    frames = acoustic[f"{name}_dec"]
    decoded = exact.decode(acoustic[f"{name}_memory"], int(acoustic[f"{name}_band"]), teacher=frames)
    np.testing.assert_allclose(decoded[: len(frames)], frames, atol=1e-5)
    chunks = [1, 2, 5] + [16] * (len(frames) // 16 + 2)
    np.testing.assert_allclose(exact.postnet(frames, chunks), acoustic[f"{name}_mel"], atol=1e-5)


def worked_example(voice, acoustic):
    text, speaker, emotion = np.split(acoustic["real0_var_in"], 3, axis=1)
    encoded = {"text": text, "speaker": speaker, "emotion": emotion}
    predicted = voice.prosody(encoded, np.ones(len(text), np.float32))
    return {**predicted, **voice.render(predicted["condition"])}


def test_the_worked_example(exact, acoustic):
    results = worked_example(exact, acoustic)
    assert results["durations"].tolist() == WORKED_EXAMPLE
    assert results["band"] == 4
    np.testing.assert_allclose(results["pitch"], acoustic["real0_pitch"], atol=1e-5)
    np.testing.assert_allclose(results["energy"], acoustic["real0_energy"], atol=1e-5)
    np.testing.assert_allclose(results["mel"], acoustic["real0_mel"], atol=1e-4)


def test_int8_acoustic_model_stays_close(quantized, acoustic):
    """Bounds of the int8 pack: root mean square errors, in units of the (normalised) signals."""
    results = worked_example(quantized, acoustic)
    assert np.abs(results["durations"] - WORKED_EXAMPLE).max() <= 1
    assert rms(results["pitch"] - acoustic["real0_pitch"]) < 0.02
    assert rms(results["energy"] - acoustic["real0_energy"]) < 0.02
    frames = acoustic["real0_dec"]
    decoded = quantized.decode(acoustic["real0_memory"], int(acoustic["real0_band"]), teacher=frames)
    assert rms(decoded[: len(frames)] - frames) < 0.03
    free = quantized.decode(acoustic["real0_memory"], int(acoustic["real0_band"]))
    assert rms(free[: len(frames)] - frames) < 0.05
    assert rms(quantized.postnet(frames) - acoustic["real0_mel"]) < 0.02
    encoded, _ = quantized.encode(acoustic["u1_ids"])
    assert rms(encoded["text"] - acoustic["u1_text_hid"]) < 0.02


def test_int8_pack_is_small(quantized):
    assert sum(file["bytes"] for file in quantized.about["files"].values()) < 20_000_000


def rms(error):
    return np.sqrt(np.mean(error**2))


def test_emotions_are_those_that_the_weights_know(exact):
    supported = {"neutral": 1, "happy": 5, "angry": 2, "sad": 6, "fear": 4, "hate": 19, "surprise": 7}
    assert exact.about["emotions"]["supported"] == supported


def test_symbol_tables_encode_the_sample_lines(conformance, exact, acoustic):
    tables = [*exact.about["symbols"].values(), exact.about["emotions"]["table"], exact.about["speakers"]]
    for line in (conformance / "symbols.txt").read_text(encoding="utf-8").splitlines():
        name, symbols = line.split("\t")
        tokens = [token.strip("{}").split("$") for token in symbols.split()]
        ids = [[table.index(field) for table, field in zip(tables, token)] for token in tokens]
        assert ids == acoustic[f"{name}_ids"].tolist()


def test_the_causal_vocoder(generators, sounds):
    net, about = generators["causal"]
    whole = vocode(net, sounds["mel"], about["hop"])
    np.testing.assert_allclose(whole, sounds["causal_wav"], atol=1e-5)
    streamed = vocode(net, sounds["mel"], about["hop"], chunks=[1, 2, 3, 4, 16, 50, 50])
    np.testing.assert_allclose(streamed, whole, atol=1e-5)


def test_mel_to_sound_end_to_end(exact, acoustic, sounds):
    for name in ("u0", "real0"):
        samples = vocode(exact.nets["vocoder"], acoustic[f"{name}_mel"], 200)
        np.testing.assert_allclose(samples, sounds[f"e2e_{name}_wav"], atol=1e-5)


def test_int8_causal_vocoder_stays_close(quantized, sounds):
    error = vocode(quantized.nets["vocoder"], sounds["mel"], 200) - sounds["causal_wav"]
    assert rms(error) < 0.05 * rms(sounds["causal_wav"])


@pytest.mark.parametrize("chunk", [126, 30, 7])
def test_the_non_causal_vocoder_in_windows(generators, sounds, chunk):
    net, about = generators["noncausal"]
    samples = vocode_windows(net, sounds["mel"], about["hop"], about["halo"], chunk)
    np.testing.assert_allclose(samples, sounds["noncausal_wav"], atol=1e-5)


@pytest.mark.parametrize("chunk", [126, 30])
def test_the_nsf_vocoder_in_windows(generators, sounds, chunk):
    net, about = generators["nsf"]
    mel, f0, voiced = sounds["nsf_in"][:, :80], sounds["nsf_in"][:, 80], sounds["nsf_in"][:, 81]
    source = harmonic_source(f0, voiced, about["hop"], 16000, 8, about["source"])
    samples = vocode_windows(net, mel, about["hop"], about["halo"], chunk, source)
    np.testing.assert_allclose(samples, sounds["nsf_wav_f64phase"], atol=1e-5)


def test_the_nsf_vocoder_with_noise_and_phases(generators, sounds):
    net, about = generators["nsf"]
    columns = sounds["nsf_in"][:40]
    phases = {"phase": sounds["nsfn_phase"], "noise": sounds["nsfn_noise"]}
    source = harmonic_source(columns[:, 80], columns[:, 81], about["hop"], 16000, 8, about["source"], **phases)
    samples = vocode_windows(net, columns[:, :80], about["hop"], about["halo"], 40, source)
    np.testing.assert_allclose(samples, sounds["nsfn_wav"], atol=1e-4)


@pytest.mark.parametrize(("params", "golden"), [({}, "nsf_in"), ({"nsf_norm_type": "global"}, "nsf_in_global")])
def test_f0_is_denormalised_as_in_the_real_code(conformance, sounds, generators, params, golden):
    config = conformance / "hifigan_nsf" / "am" / "config.yaml"
    parts = model_folder.Parts("nsf", config, config, config, config, config)
    statistics = model_folder.f0_statistics(parts, params)
    about = generators["nsf"][1]["source"]
    f0 = sounds["nsf_am_out"][:, 80] * statistics["f0_std"] + statistics["f0_mean"]
    np.testing.assert_allclose(np.maximum(f0, about["f0_floor"]), sounds[golden][:, 80], atol=1e-3)
    voiced = sounds["nsf_am_out"][:, 81] >= about["uv_threshold"]
    assert (voiced == (sounds[golden][:, 81] > 0)).all()
