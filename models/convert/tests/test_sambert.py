"""The acoustic graphs of a random checkpoint against the trainer's PyTorch networks."""

import numpy as np
import pytest
import torch

from convert import pack
from convert.reference import Voice
from train.networks.sambert import Sambert

from . import checkpoints

ROWS = {"sy": 147, "tone": 10, "syllable_flag": 8, "word_segment": 8, "emotion": 36, "speaker": 5}


def random_ids(tokens, seed=3):
    """Token ids [tokens, 6]: sy, tone, flag, segment, emotion, speaker."""
    highest = [checkpoints.SY, checkpoints.TONE, checkpoints.FLAG, checkpoints.SEGMENT, checkpoints.EMOTION, 2]
    return np.random.default_rng(seed).integers(0, highest, (tokens, 6))


@pytest.fixture(scope="module")
def network():
    state, config = checkpoints.acoustic()
    z = checkpoints.TINY_AM
    sizes = {
        **config["Model"]["KanTtsSAMBERT"]["params"],
        "max_len": 800,
        "embedding_dim": z["embedding"],
        "encoder_num_layers": z["encoder_layers"],
        "encoder_num_units": z["width"],
        "encoder_ffn_inner_dim": z["encoder_ffn"],
        "encoder_projection_units": z["units"],
        "speaker_units": z["units"],
        "emotion_units": z["units"],
        "predictor_filter_size": 41,
        "predictor_fsmn_num_layers": z["predictor_layers"],
        "predictor_num_memory_units": z["predictor_memory"],
        "predictor_ffn_inner_dim": z["predictor_ffn"],
        "predictor_lstm_units": z["lstm"],
        "dur_pred_prenet_units": [z["lstm"], z["lstm"]],
        "dur_pred_lstm_units": z["lstm"],
        "decoder_prenet_units": [z["decoder_prenet"]] * 2,
        "decoder_num_layers": z["decoder_layers"],
        "decoder_num_units": z["width"],
        "decoder_ffn_inner_dim": z["decoder_ffn"],
        "num_mels": z["channels"],
        "postnet_filter_size": 41,
        "postnet_fsmn_num_layers": z["postnet_layers"],
        "postnet_num_memory_units": z["postnet_memory"],
        "postnet_ffn_inner_dim": z["postnet_ffn"],
        "postnet_lstm_units": z["lstm"],
    }
    sizes |= {f"{net}_dropout": 0.1 for net in ("encoder", "predictor", "decoder", "postnet")}
    sizes |= {f"{net}_{part}_dropout": 0.1 for net in ("encoder", "decoder") for part in ("attention", "relu")}
    network = Sambert(sizes, ROWS).eval()
    state = {key: torch.from_numpy(value) for key, value in state.items()}
    state.pop("variance_adaptor.dur_position_encoder.inv_timescales")
    missing, unexpected = network.load_state_dict(state, strict=False)
    assert not unexpected and missing == ["variance_adaptor.dur_position_encoder.inv_timescales"]
    return network


def test_the_whole_chain_equals_the_network(voice, network):
    ids = random_ids(19)
    results = voice.acoustic(ids)
    x = torch.from_numpy(ids)
    mel, durations = network.infer(x[:, :4], x[:, 5], x[:, 4])
    assert results["durations"].tolist() == durations.tolist()
    np.testing.assert_allclose(results["mel"], mel.numpy(), atol=1e-4)


def test_more_positions_than_the_checkpoint_has(voice, network):
    ids = random_ids(830)
    encoded, _ = voice.encode(ids)
    expected = network.text_encoder(torch.from_numpy(ids[None, :, :4]), torch.ones(1, 830, 1)).detach().numpy()[0]
    np.testing.assert_allclose(encoded["text"], expected, atol=1e-4)


def test_padding_changes_nothing(voice):
    ids = random_ids(11)
    encoded, valid = voice.encode(ids)
    exact = {**encoded, **voice.prosody(encoded, valid)}
    encoded, valid = voice.encode(ids, padding=30)
    padded = {**encoded, **voice.prosody(encoded, valid)}
    for name, value in exact.items():
        np.testing.assert_allclose(padded[name][:11], value, atol=1e-5, err_msg=name)
        if name in ("text", "pitch", "energy", "condition"):
            assert not padded[name][11:].any(), name


def test_pitch_and_energy_are_scaled_and_shifted_before_they_are_embedded(voice):
    encoded, valid = voice.encode(random_ids(9))
    plain = voice.prosody(encoded, valid)
    moved = voice.prosody(encoded, valid, pitch=(1.5, 0.25), energy=(0.5, -0.5))
    np.testing.assert_allclose(moved["pitch"], plain["pitch"] * 1.5 + 0.25, atol=1e-6)
    np.testing.assert_allclose(moved["energy"], plain["energy"] * 0.5 - 0.5, atol=1e-6)
    assert np.abs(moved["condition"] - plain["condition"]).max() > 0.01


def test_blended_emotions_are_blended_rows(voice):
    encoder, ids = voice.nets["encoder"], random_ids(5)
    inputs = {
        "symbols": ids[:, :4],
        "position": np.arange(1, 6, dtype=np.float32),
        "valid": np.ones(5, np.float32),
        "speaker_weights": np.eye(5, dtype=np.float32)[[0] * 5],
    }
    table = encoder(**inputs, emotion_weights=np.eye(36, dtype=np.float32)[:5])["emotion"]
    weights = np.zeros((5, 36), np.float32)
    weights[:, 1], weights[:, 3] = 0.25, 0.75
    blended = encoder(**inputs, emotion_weights=weights)["emotion"]
    np.testing.assert_allclose(blended[0], 0.25 * table[1] + 0.75 * table[3], atol=1e-6)


@pytest.mark.parametrize("chunks", [[1] * 60, [3, 1, 7, 2, 20, 27], [16, 16, 16, 16]])
def test_the_postnet_in_chunks_equals_the_whole(voice, chunks):
    frames = np.random.default_rng(4).standard_normal((50, 80)).astype(np.float32)
    np.testing.assert_allclose(voice.postnet(frames, chunks), voice.postnet(frames), atol=1e-5)


def test_the_postnet_equals_the_network_at_both_ends(voice, network):
    frames = np.random.default_rng(5).standard_normal((47, 80)).astype(np.float32)
    x = torch.from_numpy(frames)[None]
    expected = (x + network.mel_postnet(x, torch.ones(1, 47, 1))).detach().numpy()[0]
    np.testing.assert_allclose(voice.postnet(frames), expected, atol=1e-5)


def test_a_narrow_window_is_the_band_limit():
    state, config = checkpoints.acoustic()
    config["Model"]["KanTtsSAMBERT"]["params"]["band_limit"] = 4
    _, sizes = pack.build_acoustic(state, config)
    assert sizes["decoder"]["window"] == 5


def test_int8_stays_close(tiny, voice):
    quantized, ids = Voice(tiny["int8"]), random_ids(19)
    exact = voice.acoustic(ids)
    encoded, valid = quantized.encode(ids)
    for name, value in encoded.items():
        assert relative_error(value, exact[name]) < 0.03, name
    frames = quantized.decode(exact["memory"], exact["band"], teacher=exact["decoded"])[: len(exact["decoded"])]
    assert relative_error(frames, exact["decoded"]) < 0.03
    assert relative_error(quantized.postnet(exact["decoded"]), exact["mel"]) < 0.03


def relative_error(value, expected):
    """Root mean square of the difference over that of the expected values."""
    return np.sqrt(np.mean((value - expected) ** 2) / np.mean(expected**2))
