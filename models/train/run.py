"""What both trainers share: configuration, checkpoints that resume, averaged weights, the log of losses."""

import json
import random
import time
from pathlib import Path

import numpy as np
import torch
import yaml

CONFIG = Path(__file__).parent / "config"


def load_config(path):
    return yaml.safe_load(Path(path).read_text(encoding="utf8"))


def seed(value):
    random.seed(value)
    np.random.seed(value)
    torch.manual_seed(value)
    return torch.Generator().manual_seed(value)


class Average:
    """Exponential moving average of a model's weights, kept in a twin of it: what is exported."""

    def __init__(self, twin, model, decay):
        twin.load_state_dict(model.state_dict())
        self.decay, self.model = decay, twin.eval().requires_grad_(False)

    @torch.no_grad()
    def update(self, model, step):
        decay = min(self.decay, (1 + step) / (10 + step))
        for mine, theirs in zip(self.model.state_dict().values(), model.state_dict().values()):
            if mine.dtype.is_floating_point:
                mine.lerp_(theirs, 1 - decay)
            else:
                mine.copy_(theirs)


class Log:
    """Losses as JSON lines; a line is the mean since the last one."""

    def __init__(self, path, every):
        self.path, self.every, self.sums, self.count = path, every, {}, 0
        self.start = time.time()

    def add(self, step, losses):
        for name, value in losses.items():
            self.sums[name] = self.sums.get(name, 0.0) + float(value)
        self.count += 1
        if self.count == self.every:
            means = {name: round(value / self.count, 5) for name, value in self.sums.items()}
            seconds = round((time.time() - self.start) / self.count, 3)
            with self.path.open("a", encoding="utf8") as file:
                file.write(json.dumps({"step": step, "seconds_per_step": seconds} | means) + "\n")
            self.sums, self.count, self.start = {}, 0, time.time()


def save(path, **state):
    """Write a checkpoint so that a killed run leaves the old one whole."""
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)


def resume(path, device):
    return torch.load(path, map_location=device, weights_only=False) if path.exists() else None


def cosine(step, steps, first, last):
    """Learning rate that falls from `first` to `last` over `steps`."""
    return last + (first - last) * 0.5 * (1 + np.cos(np.pi * min(1.0, step / steps)))
