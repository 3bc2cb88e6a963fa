"""Writing a voice pack: six ONNX graphs and voice.json."""

import hashlib
import json
from pathlib import Path

from .checkpoint import Weights, plain_state
from .config import parameters, required
from .decoder import build_decoder, build_postnet
from .encoder import build_encoder
from .errors import ConvertError
from .hifigan import Vocoder, build_vocoder
from .prosody import build_duration, build_prosody

FORMAT = 1
GRAPHS = ("encoder", "prosody", "duration", "decoder", "postnet", "vocoder")
# Steps that the decoder sees to each side where the config doesn't limit it: KAN-TTS's band is the longest duration in
# steps, and 31 steps are over a second for one phone.
BAND_LIMIT = 31
# Constants of KAN-TTS's source module (F0 in Hz, amplitudes relative to full scale).
SOURCE = {"f0_floor": 30.0, "uv_threshold": 0.6, "sine_amplitude": 0.1, "noise": 0.003}


def build_acoustic(state, config, int8=True):
    """The five graphs of a Sambert state dict, and the sizes that voice.json states about them."""
    params = parameters(config, "KanTtsSAMBERT")
    window = int(params.get("band_limit") or BAND_LIMIT) + 1
    weights = Weights(state, "acoustic model")
    frames_per_step = int(required(params, "outputs_per_step"))
    shift = int(required(params, "postnet_shift"))
    heads = int(required(params, "decoder_num_heads"))
    graphs = {
        "encoder": build_encoder(weights, int(required(params, "encoder_num_heads")), int8),
        "prosody": build_prosody(weights, int(required(params, "predictor_shift")), int8),
        "duration": build_duration(weights, int8),
        "decoder": build_decoder(weights, heads, window, frames_per_step, int8),
        "postnet": build_postnet(weights, shift, int8),
    }
    weights.ignore("variance_adaptor.dur_position_encoder.inv_timescales")
    # The aligner finds durations in training and has no part in speaking.
    weights.ignore(*(key for key in state if key.startswith("align_attention.")))
    weights.finish()
    layers = weights.count("mel_decoder.mel_dec.pnca.{}.pnca_attn.w_h_kv.weight")
    kv, memory = weights.take("mel_decoder.mel_dec.pnca.0.pnca_attn.w_h_kv.weight").shape
    postnet_layers = weights.count("mel_postnet.fsmn.ffn_lst.{}.w_1.weight")
    conv = weights.take("mel_postnet.fsmn.memory_block_lst.0.conv_dw.weight")
    speakers, speaker_width = weights.take("spk_tokenizer.weight").shape
    emotions, emotion_width = weights.take("emo_tokenizer.weight").shape
    sizes = {
        "channels": int(weights.take("mel_postnet.fc.weight").shape[0]),
        "encoder": {
            "text": int(weights.take("text_encoder.ling_proj.weight").shape[0]),
            "speaker": speaker_width,
            "emotion": emotion_width,
            "speaker_rows": speakers,
            "emotion_rows": emotions,
        },
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
    vocoder = Vocoder(weights, parameters(config, "Generator"))
    model, states = build_vocoder(vocoder, int8)
    weights.finish()
    about = {"causal": vocoder.causal, "hop": vocoder.hop, "bins": int(vocoder.bins), "states": states}
    if not vocoder.causal:
        about["halo"] = vocoder.context()
    if vocoder.nsf:
        about["source"] = {"harmonics": vocoder.harmonics, "in_phase": vocoder.in_phase, **SOURCE}
    return model, about


def build_pack(am_state, am_config, voc_state, voc_config, meta, int8=True):
    """voice.json's content and {file name: bytes} of the six graphs; the arguments are those of `write_pack`."""
    graphs, sizes = build_acoustic(plain_state(am_state), am_config, int8)
    graphs["vocoder"], vocoder = build_generator(plain_state(voc_state), voc_config, int8)
    extra = 2 if "source" in vocoder else 0
    if sizes["channels"] != vocoder["bins"] + extra:
        raise ConvertError(
            f"the acoustic model makes {sizes['channels']} columns, the vocoder wants {vocoder['bins']} + {extra}"
        )
    if "source" in vocoder:
        if "source" not in meta:
            raise ConvertError("meta: field 'source' (F0 mean and std) is missing for an NSF voice")
        vocoder["source"] |= meta["source"]
    for field in ("name", "sample_rate", "symbols", "speakers", "emotions", "license", "provenance"):
        if field not in meta:
            raise ConvertError(f"meta: field '{field}' is missing")

    rate, hop = int(meta["sample_rate"]), vocoder.pop("hop")
    if "extension" in meta:
        vocoder["extension"] = meta["extension"] | {"sample_rate": rate, "hop": hop}
        rate, hop = meta["extension"]["sample_rate"], hop * meta["extension"]["sample_rate"] // rate

    voice = {
        "format": FORMAT,
        "name": meta["name"],
        "language": meta.get("language", "zh-CN"),
        "sample_rate": rate,
        "hop": hop,
        "license": meta["license"],
        "provenance": meta["provenance"],
        "symbols": meta["symbols"],
        "speakers": meta["speakers"],
        "emotions": meta["emotions"],
        **({"pitch": meta["pitch"]} if meta.get("pitch") else {}),
        **({"sentence_pause_ms": meta["sentence_pause_ms"]} if "sentence_pause_ms" in meta else {}),
        "mel": {"bins": vocoder.pop("bins"), "channels": sizes["channels"], **meta.get("mel", {})},
        **{room: sizes[room] for room in ("encoder", "duration", "decoder", "postnet")},
        "vocoder": vocoder,
        "files": {},
    }
    files = {f"{name}.onnx": graphs[name].SerializeToString(deterministic=True) for name in GRAPHS}
    for path, data in files.items():
        digest = hashlib.sha256(data).hexdigest()
        voice["files"][path.removesuffix(".onnx")] = {"path": path, "bytes": len(data), "sha256": digest}
    return voice, files


def save_pack(out_dir, voice, files):
    """Writes what `build_pack` returned into `out_dir`."""
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    for path, data in files.items():
        (out_dir / path).write_bytes(data)
    text = json.dumps(voice, ensure_ascii=False, indent=1)
    (out_dir / "voice.json").write_text(text + "\n", encoding="utf-8")


def write_pack(out_dir, am_state, am_config, voc_state, voc_config, meta, int8=True):
    """Writes the six graphs and voice.json into `out_dir` and returns voice.json's content.

    `am_state` and `voc_state` are flat state dicts (torch tensors or arrays) with KAN-TTS's key names; the configs
    are the parsed config.yaml files. `meta` holds what the checkpoints don't know: `name`, `sample_rate`, `symbols`,
    `speakers`, `emotions`, `license`, `provenance`; optional `language`, `pitch` {mean, std} of F0 in Hz, `mel`
    {mean, std} per bin, `sentence_pause_ms`; `source` {f0_mean, f0_std} in Hz for an NSF voice; and `extension`, what
    lies above the vocoder's band, with the `sample_rate` that is heard then. Raises ConvertError naming the key or
    field at fault.
    """
    voice, files = build_pack(am_state, am_config, voc_state, voc_config, meta, int8)
    save_pack(out_dir, voice, files)
    return voice
