"""Small discriminators: multi-period (HiFi-GAN, Kong et al. 2020), multi-resolution (UnivNet, Jang et al. 2021)."""

import random

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

SLOPE = 0.1


class Period(nn.Module):
    """Looks at the samples folded into columns of one period."""

    def __init__(self, period, widths):
        super().__init__()
        self.period = period
        self.convs = nn.ModuleList(
            weight_norm(nn.Conv2d(a, b, (5, 1), (3, 1), padding=(2, 0))) for a, b in zip([1] + widths[:-1], widths)
        )
        self.post = weight_norm(nn.Conv2d(widths[-1], 1, (3, 1), padding=(1, 0)))

    def forward(self, wave):
        x = F.pad(wave, (0, -wave.shape[-1] % self.period))
        x = x.view(x.shape[0], 1, -1, self.period)
        return judged(x, self.convs, self.post)


class Spectrogram(nn.Module):
    """Looks at the magnitudes of one STFT resolution."""

    def __init__(self, size, hop, width):
        super().__init__()
        self.size, self.hop = size, hop
        self.register_buffer("window", torch.hann_window(size))
        shapes = [(1, 1), (width, 2), (width, 2), (width, 2)]
        self.convs = nn.ModuleList(
            weight_norm(nn.Conv2d(a, width, (3, 9), (1, stride), padding=(1, 4))) for a, stride in shapes
        )
        self.post = weight_norm(nn.Conv2d(width, 1, 3, padding=1))

    def forward(self, wave):
        x = torch.stft(wave[:, 0], self.size, self.hop, window=self.window, return_complex=True)
        return judged(torch.log(x.abs() + 1e-4).transpose(1, 2)[:, None], self.convs, self.post)


def judged(x, convs, post):
    features = []
    for conv in convs:
        x = F.leaky_relu(conv(x), SLOPE)
        features.append(x)
    return post(x).float(), features


class Discriminators(nn.Module):
    """`p`: `Discriminators.params` of voc.yaml. In bfloat16: they need no more, and are most of an adversarial step."""

    def __init__(self, p):
        super().__init__()
        self.periods = nn.ModuleList(Period(period, p["period_widths"]) for period in p["periods"])
        width = p["spectrogram_width"]
        self.resolutions = nn.ModuleList(Spectrogram(size, hop, width) for size, hop in p["resolutions"])
        self.to(memory_format=torch.channels_last)

    def all(self):
        return [*self.periods, *self.resolutions]

    def drawn(self):
        """Two periods and a resolution by chance."""
        return [*random.sample(list(self.periods), 2), random.choice(list(self.resolutions))]

    def forward(self, wave, chosen):
        with torch.autocast(wave.device.type, torch.bfloat16):
            return [d(wave) for d in chosen]


def discriminator_loss(real, made):
    """Least squares: real speech to 1, made speech to 0."""
    return sum(((1 - a) ** 2).mean() + (b**2).mean() for (a, _), (b, _) in zip(real, made)) / len(real)


def generator_loss(real, made):
    """Least-squares adversarial loss and feature matching."""
    adversarial = sum(((1 - b) ** 2).mean() for b, _ in made) / len(made)
    pairs = [(f.float(), g.float()) for (_, fs), (_, gs) in zip(real, made) for f, g in zip(fs, gs)]
    matching = sum((f.detach() - g).abs().mean() for f, g in pairs) / len(pairs)
    return adversarial, matching
