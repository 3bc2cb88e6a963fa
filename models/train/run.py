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
        pairs = zip(self.model.state_dict().values(), model.state_dict().values(), strict=True)
        mine, theirs = zip(*(pair for pair in pairs if pair[0].dtype.is_floating_point), strict=True)
        torch._foreach_lerp_(mine, theirs, 1 - decay)


class Log:
    """Losses as JSON lines; a line is the mean since the last one."""

    def __init__(self, path, every):
        self.path, self.every, self.sums, self.count = path, every, {}, 0
        self.start = time.time()

    def add(self, step, losses):
        for name, value in losses.items():
            # stays on its device: reading it would wait for the step
            self.sums[name] = self.sums.get(name, 0.0) + value.detach()
        self.count += 1
        if self.count == self.every:
            means = {name: round(float(value) / self.count, 5) for name, value in self.sums.items()}
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


def captured(step, inputs):
    """`step(*inputs)`, which gives a dict of tensors, for inputs of these shapes: on CUDA as one graph of kernels,
    since the networks are so small that starting each kernel alone takes most of the time. To record them, three steps
    are taken with these inputs."""
    if not inputs[0].is_cuda:
        return step
    held = [x.clone() for x in inputs]
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(3):
            step(*held)
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        results = step(*held)

    def replay(*fresh):
        for mine, theirs in zip(held, fresh, strict=True):
            mine.copy_(theirs, non_blocking=True)
        graph.replay()
        return results

    return replay


def cosine(step, steps, first, last):
    """Learning rate that falls from `first` to `last` over `steps`."""
    return last + (first - last) * 0.5 * (1 + np.cos(np.pi * min(1.0, step / steps)))
