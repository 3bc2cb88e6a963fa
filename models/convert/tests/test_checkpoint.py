"""Reading checkpoints: spellings, prefixes, leftovers of training, and errors that name the key."""

import numpy as np
import pytest
import torch

from convert import checkpoint, pack
from convert.errors import ConvertError

from . import checkpoints


def tensors(state):
    return {key: torch.from_numpy(value) for key, value in state.items()}


def test_both_spellings_of_weight_norm_fold_to_the_same_weight():
    state, _ = checkpoints.vocoder()
    renamed = {
        key.replace("weight_g", "parametrizations.weight.original0").replace(
            "weight_v", "parametrizations.weight.original1"
        ): value
        for key, value in state.items()
    }
    old, new = checkpoint.plain_state(state), checkpoint.plain_state(renamed)
    assert old.keys() == new.keys()
    assert all((old[key] == new[key]).all() for key in old)
    conv = torch.nn.utils.weight_norm(torch.nn.Conv1d(80, 16, 7))
    conv.load_state_dict(
        {key.removeprefix("conv_pre.conv1d."): v for key, v in tensors(state).items() if "conv_pre" in key}
    )
    conv(torch.zeros(1, 80, 7))
    np.testing.assert_allclose(old["conv_pre.conv1d.weight"], conv.weight.detach(), atol=1e-6)


def test_training_leftovers_and_prefixes_are_ignored(tmp_path):
    state, _ = checkpoints.vocoder()
    generator = {f"module.{key}": value for key, value in tensors(state).items()}
    optimizer = {"state": {0: {"step": torch.tensor(3.0)}}, "param_groups": [{"lr": 1e-3, "params": [0]}]}
    saved = {"model": {"generator": generator}, "optimizer": {"generator": optimizer}, "steps": 7}
    torch.save(saved, tmp_path / "checkpoint_7.pth")
    loaded = checkpoint.load_checkpoint(tmp_path / "checkpoint_7.pth", "voc")
    assert loaded.keys() == checkpoint.plain_state(state).keys()


def test_the_newest_checkpoint_is_the_one_with_the_highest_number(tmp_path):
    for name in ("checkpoint_9.pth", "checkpoint_100.pth", "checkpoint_20.pth", "other_200.pth"):
        (tmp_path / name).touch()
    assert checkpoint.newest_checkpoint(tmp_path).name == "checkpoint_100.pth"
    with pytest.raises(ConvertError, match="no checkpoint"):
        checkpoint.newest_checkpoint(tmp_path / "nothing")


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x03\x04 broken"])
def test_an_unreadable_checkpoint_is_named(tmp_path, content):
    path = tmp_path / "checkpoint_0.pth"
    path.write_bytes(content)
    with pytest.raises(ConvertError, match="checkpoint_0.pth: not a readable checkpoint"):
        checkpoint.load_checkpoint(path, "am")


def test_a_checkpoint_without_a_model_is_named(tmp_path):
    torch.save({"model": {"discriminator": {}}}, tmp_path / "checkpoint_0.pth")
    with pytest.raises(ConvertError, match="key 'generator' is missing"):
        checkpoint.load_checkpoint(tmp_path / "checkpoint_0.pth", "voc")


@pytest.mark.parametrize(
    "key",
    [
        "text_encoder.sy_emb.weight",
        "text_encoder.ling_enc.fft.0.slf_attn.w_qkv.bias",
        "variance_adaptor.pitch_predictor.blstm.weight_hh_l0_reverse",
        "variance_adaptor.duration_predictor.fc.weight",
        "mel_decoder.mel_dec.pnca.1.pnca_attn.fc_h.bias",
        "mel_postnet.fsmn.memory_block_lst.1.conv_dw.weight",
    ],
)
def test_a_missing_key_is_named(key):
    state, config = checkpoints.acoustic()
    del state[key]
    with pytest.raises(ConvertError, match=f"key '{key}' is missing"):
        pack.build_acoustic(state, config)


@pytest.mark.parametrize("key", ["FP_predictor.fc.weight", "text_encoder.ling_enc.fft.7.slf_attn.fc.weight"])
def test_an_unknown_key_is_named(key):
    state, config = checkpoints.acoustic()
    state[key] = np.zeros((4, 4), np.float32)
    with pytest.raises(ConvertError, match=f"unknown key '{key}'"):
        pack.build_acoustic(state, config)


def test_the_aligner_of_training_is_ignored():
    state, config = checkpoints.acoustic()
    state["align_attention.key_proj.0.conv.weight"] = np.zeros((4, 4), np.float32)
    pack.build_acoustic(state, config)


def test_a_key_of_the_wrong_shape_is_named():
    state, config = checkpoints.acoustic()
    state["text_encoder.ling_enc.fft.0.slf_attn.w_qkv.weight"] = np.zeros((95, 48), np.float32)
    with pytest.raises(ConvertError, match="w_qkv.weight' has shape"):
        pack.build_acoustic(state, config)


def test_a_position_table_that_is_no_sinusoid_is_refused():
    state, config = checkpoints.acoustic()
    state["text_encoder.ling_enc.position_enc.position_enc"][0, 5, 3] += 0.1
    with pytest.raises(ConvertError, match="no sinusoid table"):
        pack.build_acoustic(state, config)


def test_config_and_weights_that_disagree_about_the_source_are_refused():
    state, config = checkpoints.vocoder({**checkpoints.TINY_VOCODER, **checkpoints.NSF})
    config["Model"]["Generator"]["params"].pop("nsf_params")
    with pytest.raises(ConvertError, match="nsf_params disagree"):
        pack.build_generator(checkpoint.plain_state(state), config)


@pytest.mark.parametrize("key", ["upsample_scales", "causal", "resblock_dilations"])
def test_a_missing_config_key_is_named(key):
    state, config = checkpoints.vocoder()
    config["Model"]["Generator"]["params"].pop(key)
    with pytest.raises(ConvertError, match=key):
        pack.build_generator(checkpoint.plain_state(state), config)
