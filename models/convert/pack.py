"""Writing a voice pack: six ONNX graphs and voice.json."""

import hashlib
import json
from pathlib import Path

from .checkpoint import Weights, plain_state
from .decoder import build_decoder, build_postnet
from .encoder import build_encoder
from .errors import ConvertError
from .hifigan import Vocoder, build_vocoder
from .prosody import build_duration, build_prosody

FORMAT = 1
GRAPHS = ("encoder", "prosody", "duration", "decoder", "postnet", "vocoder")
# Rows of the decoder's attention windows when the caller doesn't choose: the band of KAN-TTS is the longest
# duration over three, and 31 steps are over a second for one phone.
DEFAULT_WINDOW = 32
# Constants of KAN-TTS's source module (F0 in Hz, amplitudes relative to full scale).
SOURCE = {"f0_floor": 30.0, "uv_threshold": 0.6, "sine_amplitude": 0.1, "noise": 0.003}


def _parameters(config, name):
    try:
        return config["Model"][name]["params"]
    except (KeyError, TypeError) as error:
        raise ConvertError(f"config: key 'Model.{name}.params' is missing") from error


def _parameter(params, key):
    if key not in params:
        raise ConvertError(f"config: key '{key}' is missing")
    return params[key]


def build_acoustic(state, config, window=DEFAULT_WINDOW, int8=True):
    """The five graphs of a Sambert state dict, and the sizes that voice.json states about them."""
    params = _parameters(config, "KanTtsSAMBERT")
    weights = Weights(state, "acoustic model")
    frames_per_step = int(_parameter(params, "outputs_per_step"))
    shift = int(_parameter(params, "postnet_shift"))
    heads = int(_parameter(params, "decoder_num_heads"))
    graphs = {
        "encoder": build_encoder(weights, int(_parameter(params, "encoder_num_heads")), int8),
        "prosody": build_prosody(weights, int(_parameter(params, "predictor_shift")), int8),
        "duration": build_duration(weights, int8),
        "decoder": build_decoder(weights, heads, window, frames_per_step, int8),
        "postnet": build_postnet(weights, shift, int8),
    }
    weights.ignore("variance_adaptor.dur_position_encoder.inv_timescales")
    weights.finish()
    layers = weights.count("mel_decoder.mel_dec.pnca.{}.pnca_attn.w_h_kv.weight")
    kv, memory = weights.take("mel_decoder.mel_dec.pnca.0.pnca_attn.w_h_kv.weight").shape
    postnet_layers = weights.count("mel_postnet.fsmn.ffn_lst.{}.w_1.weight")
    conv = weights.take("mel_postnet.fsmn.memory_block_lst.0.conv_dw.weight")
    sizes = {
        "text_width": int(weights.take("text_encoder.ling_proj.weight").shape[0]),
        "channels": int(weights.take("mel_postnet.fc.weight").shape[0]),
        "speaker_rows": int(weights.take("spk_tokenizer.weight").shape[0]),
        "emotion_rows": int(weights.take("emo_tokenizer.weight").shape[0]),
        "duration": {
            "layers": weights.count("variance_adaptor.duration_predictor.lstm.weight_hh_l{}"),
            "hidden": int(weights.take("variance_adaptor.duration_predictor.lstm.weight_hh_l0").shape[1]),
        },
        "decoder": {
            "layers": layers,
            "window": window,
            "frames_per_step": frames_per_step,
            "width": int(kv),
            "memory": int(memory),
        },
        "postnet": {
            "layers": postnet_layers,
            "look_ahead": postnet_layers * (conv.shape[2] // 2 - shift),
            "look_ahead_per_layer": conv.shape[2] // 2 - shift,
            "context": int(conv.shape[2]) - 1,
            "width": int(conv.shape[0]),
            "hidden": int(weights.take("mel_postnet.lstm.weight_hh_l0").shape[1]),
        },
    }
    return graphs, sizes


def build_generator(state, config, int8=True):
    """The vocoder graph of a HiFi-GAN generator state dict, and what voice.json states about it."""
    weights = Weights(state, "vocoder")
    vocoder = Vocoder(weights, _parameters(config, "Generator"))
    model, states = build_vocoder(vocoder, int8)
    weights.finish()
    about = {"causal": vocoder.causal, "hop": vocoder.hop, "bins": int(vocoder.bins), "states": states}
    if not vocoder.causal:
        about["halo"] = vocoder.context()
    if vocoder.nsf:
        about["source"] = {"harmonics": vocoder.harmonics, **SOURCE}
    return model, about


def write_pack(out_dir, am_state, am_config, voc_state, voc_config, meta, int8=True, window=DEFAULT_WINDOW):
    """Writes the six graphs and voice.json into `out_dir` and returns voice.json's content.

    `am_state` and `voc_state` are flat state dicts (torch tensors or arrays) with KAN-TTS's key names; the configs
    are the parsed config.yaml files. `meta` holds what the checkpoints don't know: `name`, `sample_rate`, `symbols`,
    `speakers`, `emotions`, `pitch` {mean, std in Hz}, `license`, `provenance`; optional `language`, `mel` {mean, std}
    (statistics per bin), and for NSF `source` {f0_mean, f0_std in Hz, or their replacement by a global range}.
    Raises ConvertError naming the key or field at fault.
    """
    graphs, sizes = build_acoustic(plain_state(am_state), am_config, window, int8)
    graphs["vocoder"], vocoder = build_generator(plain_state(voc_state), voc_config, int8)
    if (sizes["channels"] > vocoder["bins"]) != ("source" in vocoder) or sizes["channels"] < vocoder["bins"]:
        raise ConvertError(f"acoustic model has {sizes['channels']} mel columns, vocoder wants {vocoder['bins']}")
    if "source" in vocoder:
        if "source" not in meta:
            raise ConvertError("meta: field 'source' (F0 mean and std) is missing for an NSF voice")
        vocoder["source"] |= meta["source"]
    for field in ("name", "sample_rate", "symbols", "speakers", "emotions", "pitch", "license", "provenance"):
        if field not in meta:
            raise ConvertError(f"meta: field '{field}' is missing")

    voice = {
        "format": FORMAT,
        "name": meta["name"],
        "language": meta.get("language", "zh-CN"),
        "sample_rate": int(meta["sample_rate"]),
        "hop": vocoder.pop("hop"),
        "license": meta["license"],
        "provenance": meta["provenance"],
        "symbols": meta["symbols"],
        "speakers": meta["speakers"],
        "speaker_rows": sizes["speaker_rows"],
        "emotions": meta["emotions"],
        "emotion_rows": sizes["emotion_rows"],
        "pitch": meta["pitch"],
        "mel": {"bins": vocoder.pop("bins"), "channels": sizes["channels"], **meta.get("mel", {})},
        "text_width": sizes["text_width"],
        "duration": sizes["duration"],
        "decoder": sizes["decoder"],
        "postnet": sizes["postnet"],
        "vocoder": vocoder,
        "files": {},
    }
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    for graph in GRAPHS:
        data = graphs[graph].SerializeToString(deterministic=True)
        (out_dir / f"{graph}.onnx").write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        voice["files"][graph] = {"path": f"{graph}.onnx", "bytes": len(data), "sha256": digest}
    text = json.dumps(voice, ensure_ascii=False, indent=1)
    (out_dir / "voice.json").write_text(text + "\n", encoding="utf-8")
    return voice
