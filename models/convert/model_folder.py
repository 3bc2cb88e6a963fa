"""Finding the parts of a voice in a ModelScope model folder, or from paths to a bare pair of checkpoints."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from . import symbols
from .checkpoint import Weights, load_checkpoint, newest_checkpoint
from .config import parameters, required
from .errors import ConvertError

SPEAKER = "F7"


@dataclass
class Parts:
    """Where the files of one voice are."""

    name: str
    am: Path
    am_config: Path
    voc: Path
    voc_config: Path
    resource: Path
    card: Path | None = None


def find_parts(model_dir, name):
    """The parts of voice `name` in a model folder as ModelScope downloads it."""
    model_dir = Path(model_dir)
    listed = model_dir / "voices" / "voices.json"
    folder = model_dir / "voices" / name
    if not folder.is_dir():
        known = (
            read_yaml(listed).get("voices", [])
            if listed.exists()
            else sorted(p.name for p in folder.parent.glob("*") if p.is_dir())
        )
        raise ConvertError(f"{model_dir} has no voice '{name}', only: {', '.join(known) or 'none'}")
    resource = model_dir / "resource.zip"
    return Parts(
        name=name,
        am=newest_checkpoint(folder / "am" / "ckpt"),
        am_config=folder / "am" / "config.yaml",
        voc=newest_checkpoint(folder / "voc" / "ckpt"),
        voc_config=folder / "voc" / "config.yaml",
        resource=resource if resource.exists() else model_dir / "resource",
        card=model_dir / "configuration.json",
    )


def read_yaml(path):
    """A YAML or JSON file's mapping."""
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConvertError(f"{path}: not a readable config ({error})") from error
    if not isinstance(content, dict):
        raise ConvertError(f"{path}: not a readable config (no mapping)")
    return content


def audio_config(parts):
    """The `audio_config` section beside the acoustic model or one folder up, {} where there is none."""
    for folder in (parts.am_config.parent, parts.am_config.parent.parent):
        path = folder / "audio_config.yaml"
        if path.exists():
            return read_yaml(path).get("audio_config", {})
    return {}


def sample_rate(parts, voc_config):
    """Samples per second, from the audio config, the generator's NSF parameters or the model card."""
    rate = audio_config(parts).get("sampling_rate")
    generator = parameters(voc_config, "Generator")
    rate = rate or (generator.get("nsf_params") or {}).get("sampling_rate")
    if not rate and parts.card and parts.card.exists():
        rate = read_yaml(parts.card).get("model", {}).get("sample_rate")
    if not rate:
        raise ConvertError("no 'sampling_rate' in audio_config.yaml, voc/config.yaml or configuration.json")
    return int(rate)


def check_hop(parts, voc_config):
    """Raises if the audio config's hop is not the product of the generator's upsampling scales."""
    hop = audio_config(parts).get("hop_length")
    scales = required(parameters(voc_config, "Generator"), "upsample_scales")
    if hop and hop != np.prod(scales):
        raise ConvertError(f"audio_config.yaml: hop_length {hop} is not the product of upsample_scales {scales}")


def load_array(path):
    try:
        return np.load(path, allow_pickle=False).astype(np.float32)
    except (OSError, ValueError) as error:
        raise ConvertError(f"{path}: not a readable array ({error})") from error


def f0_statistics(parts, am_params):
    """{f0_mean, f0_std}: F0 in Hz is mean + std * value, from am/mvn.npy or from the config's global range."""
    if am_params.get("nsf_norm_type", "mean_std") == "mean_std":
        mean, std = load_array(parts.am_config.parent / "mvn.npy").reshape(-1)[:2]
    else:
        mean = am_params.get("nsf_f0_global_minimum", 30.0)
        std = am_params.get("nsf_f0_global_maximum", 730.0) - mean
    return {"f0_mean": float(mean), "f0_std": float(std)}


def speaker_rows(state, config, am_params, parts):
    """The speakers' names, the default one first, and the speaker table in that order.

    A model with speaker embeddings has no table: the vector in am/se.npy becomes its only row.
    """
    if am_params.get("SE", False):
        return [SPEAKER], load_array(parts.am_config.parent / "se.npy").reshape(1, -1)
    names = [name.strip() for name in required(required(config, "linguistic_unit"), "speaker_list").split(",")]
    table = Weights(state, "acoustic model").take("spk_tokenizer.weight")
    symbols.with_specials("speaker_category", names, len(table))
    first = names.index(SPEAKER) if SPEAKER in names else 0
    order = [first, *(i for i in range(len(table)) if i != first)]
    return [names[i] for i in order if i < len(names)], table[order]


def digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def load_voice(parts, license_text, pitch=None):
    """The arguments of `pack.write_pack` but its folder: states, configs and meta. `pitch` is (mean, std) in Hz."""
    am_config, voc_config = read_yaml(parts.am_config), read_yaml(parts.voc_config)
    am_state, voc_state = load_checkpoint(parts.am, "am"), load_checkpoint(parts.voc, "voc")
    am_params = parameters(am_config, "KanTtsSAMBERT")
    check_hop(parts, voc_config)
    speakers, am_state["spk_tokenizer.weight"] = speaker_rows(am_state, am_config, am_params, parts)
    tables = {"sy": "sy", "tone": "tone", "syllable_flag": "syllable_flag", "word_segment": "ws"}
    weights = Weights(am_state, "acoustic model")
    rows = {name: len(weights.take(f"text_encoder.{short}_emb.weight")) for name, short in tables.items()}
    emotions = weights.take("emo_tokenizer.weight")
    meta = {
        "name": parts.name,
        "sample_rate": sample_rate(parts, voc_config),
        "symbols": symbols.symbol_tables(parts.resource, rows),
        "speakers": speakers,
        "emotions": {
            "table": symbols.emotion_table(len(emotions)),
            "supported": symbols.supported_emotions(emotions),
            "pause": symbols.EMOTIONS.index("none"),
        },
        "license": license_text,
        "provenance": (
            f"converted from KAN-TTS checkpoints {parts.am.name} (acoustic model, SHA-256 {digest(parts.am)}) "
            f"and {parts.voc.name} (vocoder, SHA-256 {digest(parts.voc)})"
        ),
    }
    if am_params.get("NSF", False) or parameters(voc_config, "Generator").get("nsf_params"):
        meta["source"] = f0_statistics(parts, am_params)
        if am_params.get("nsf_norm_type", "mean_std") == "mean_std":
            meta["pitch"] = {"mean": meta["source"]["f0_mean"], "std": meta["source"]["f0_std"]}
    if pitch:
        meta["pitch"] = {"mean": pitch[0], "std": pitch[1]}
    return am_state, am_config, voc_state, voc_config, meta
