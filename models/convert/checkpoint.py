"""Reading KAN-TTS checkpoints: prefixes, weight norm, and a view that knows which keys were used."""

import re
from pathlib import Path

import numpy as np
import torch

from .errors import ConvertError

# The two spellings of weight norm in torch: (gain suffix, direction suffix).
_WEIGHT_NORM = (("weight_g", "weight_v"), ("parametrizations.weight.original0", "parametrizations.weight.original1"))


def newest_checkpoint(folder):
    """The `checkpoint_<n>.pth` with the highest n in `folder`."""
    found = [
        (int(m[1]), p) for p in Path(folder).glob("*.pth") if (m := re.fullmatch(r"checkpoint_(\d+)\.pth", p.name))
    ]
    if not found:
        raise ConvertError(f"no checkpoint_<n>.pth in {folder}")
    return max(found)[1]


def load_checkpoint(path, part):
    """The state dict of `part` ("am" or "voc") in a torch.save file, on the CPU, as numpy f32 arrays.

    Optimizer and scheduler entries are ignored; CUDA storages are mapped to the CPU.
    """
    try:
        saved = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ConvertError(f"{path}: not a readable checkpoint ({error})") from error
    state = saved
    for key in ("model",) if part == "am" else ("model", "generator"):
        if not isinstance(state, dict) or key not in state:
            raise ConvertError(f"{path}: key '{key}' is missing")
        state = state[key]
    return plain_state(state)


def plain_state(state):
    """A state dict of torch tensors or arrays as {key: f32 array}: no `module.` prefix, weight norm folded."""
    plain = {}
    for key, value in state.items():
        if isinstance(value, torch.Tensor):
            value = value.detach().cpu().float().numpy()
        plain[key.removeprefix("module.")] = np.asarray(value, np.float32)
    return fold_weight_norm(plain)


def fold_weight_norm(state):
    """w = g * v / |v|, the norm over all dimensions but the first."""
    folded = dict(state)
    for gain_suffix, direction_suffix in _WEIGHT_NORM:
        for key in [k for k in state if k.endswith("." + direction_suffix)]:
            base = key.removesuffix(direction_suffix)
            if base + gain_suffix not in state:
                raise ConvertError(f"key '{base + gain_suffix}' is missing")
            direction = folded.pop(key).astype(np.float64)
            gain = folded.pop(base + gain_suffix).astype(np.float64)
            norm = np.sqrt((direction**2).sum(axis=tuple(range(1, direction.ndim)), keepdims=True))
            folded[base + "weight"] = (gain.reshape(norm.shape) * direction / norm).astype(np.float32)
    return folded


class Weights:
    """A state dict that remembers what was taken, so that an unknown key is an error and not silence."""

    def __init__(self, state, what):
        self.state = state
        self.what = what
        self.used = set()

    def __contains__(self, key):
        return key in self.state

    def take(self, key, *shape):
        """The array under `key`; `shape` (None = any) is checked where given."""
        if key not in self.state:
            raise ConvertError(f"{self.what}: key '{key}' is missing")
        value = self.state[key]
        if shape and (value.ndim != len(shape) or any(w not in (None, h) for w, h in zip(shape, value.shape))):
            raise ConvertError(f"{self.what}: key '{key}' has shape {list(value.shape)}, expected {list(shape)}")
        self.used.add(key)
        return value

    def count(self, pattern):
        """How many consecutive layers 0, 1, ... exist; `pattern` has one `{}` for the layer number."""
        number = 0
        while pattern.format(number) in self.state:
            number += 1
        if number == 0:
            raise ConvertError(f"{self.what}: key '{pattern.format(0)}' is missing")
        return number

    def ignore(self, *keys):
        """Marks keys that the graphs don't need."""
        self.used.update(keys)

    def finish(self):
        """Raises for the first key that nothing used."""
        unknown = sorted(set(self.state) - self.used)
        if unknown:
            raise ConvertError(f"{self.what}: unknown key '{unknown[0]}' ({len(unknown)} in all)")
