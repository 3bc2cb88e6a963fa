"""HiFi-GAN generator, KAN-TTS's flavour (`kantts.models.hifigan.hifigan`): mel frames to samples."""

import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

SLOPE = 0.1


class Conv(nn.Module):
    """Convolution over time: causal (all padding on the left) or centred."""

    def __init__(self, width_in, width_out, kernel, dilation=1, stride=1, causal=True):
        super().__init__()
        span = (kernel - 1) * dilation
        centred = (span - stride + 1) // 2
        self.padding = (span, 0) if causal else (centred, centred)
        self.conv1d = weight_norm(nn.Conv1d(width_in, width_out, kernel, stride=stride, dilation=dilation))

    def forward(self, x):
        return self.conv1d(F.pad(x, self.padding))


class TransposedConv(nn.Module):
    def __init__(self, width_in, width_out, kernel, stride, causal):
        super().__init__()
        self.cut = kernel - stride if causal else 0
        padding = 0 if causal else (kernel - stride) // 2
        self.deconv = weight_norm(nn.ConvTranspose1d(width_in, width_out, kernel, stride, padding=padding))

    def forward(self, x):
        y = self.deconv(x)
        return y[..., : y.shape[-1] - self.cut]


class ResidualBlock(nn.Module):
    def __init__(self, width, kernel, dilations, causal):
        super().__init__()
        self.convs1 = nn.ModuleList(Conv(width, width, kernel, d, causal=causal) for d in dilations)
        self.convs2 = nn.ModuleList(Conv(width, width, kernel, causal=causal) for _ in dilations)

    def forward(self, x):
        for first, second in zip(self.convs1, self.convs2):
            x = x + second(F.leaky_relu(first(F.leaky_relu(x, SLOPE)), SLOPE))
        return x


class SourceModule(nn.Module):
    """Neural source: harmonics (batch, 8, samples) to one excitation signal."""

    def __init__(self, harmonics):
        super().__init__()
        self.ffn = nn.Sequential(nn.Conv1d(harmonics, 1, 1), nn.Tanh())

    def forward(self, harmonics):
        return self.ffn(harmonics)


class Generator(nn.Module):
    """`p`: the `Generator.params` of KAN-TTS's `voc/config.yaml`."""

    def __init__(self, p):
        super().__init__()
        width, causal = p["channels"], p["causal"]
        scales = p["upsample_scales"]
        self.scales = scales
        self.blocks_per_stage = len(p["resblock_kernel_sizes"])
        self.conv_pre = Conv(p["in_channels"], width, p["kernel_size"], causal=causal)
        self.repeat_upsamples, self.transpose_upsamples = (
            nn.ModuleList(),
            nn.ModuleList(),
        )
        self.conv_blocks = nn.ModuleList()
        for i, (scale, kernel) in enumerate(zip(scales, p["upsample_kernal_sizes"])):
            a, b = width >> i, width >> (i + 1)
            self.repeat_upsamples.append(
                nn.Sequential(
                    nn.Upsample(scale_factor=scale),
                    nn.LeakyReLU(SLOPE),
                    Conv(a, b, p["kernel_size"], causal=causal),
                )
            )
            self.transpose_upsamples.append(
                nn.Sequential(nn.LeakyReLU(SLOPE), TransposedConv(a, b, kernel, scale, causal))
            )
            for size, dilations in zip(p["resblock_kernel_sizes"], p["resblock_dilations"]):
                self.conv_blocks.append(ResidualBlock(b, size, dilations, causal))
        self.conv_post = Conv(width >> len(scales), 1, p["kernel_size"], causal=causal)
        nsf = p.get("nsf_params")
        if nsf:
            self.source_module = SourceModule(nsf["nb_harmonics"] + 1)
            rates = [math.prod(scales[i + 1 :]) for i in range(len(scales))]
            self.source_downs = nn.ModuleList(
                Conv(
                    1,
                    width >> (i + 1),
                    1 if rate == 1 else 2 * rate,
                    stride=rate,
                    causal=causal,
                )
                for i, rate in enumerate(rates)
            )

    def forward(self, mel, harmonics=None):
        """mel (batch, bins, frames), harmonics (batch, 8, samples); gives (batch, 1, samples)."""
        x = self.conv_pre(mel)
        excitation = self.source_module(harmonics) if harmonics is not None else None
        for i in range(len(self.scales)):
            x = x + torch.sin(x)
            repeated = self.repeat_upsamples[i](x)
            x = repeated + self.transpose_upsamples[i](x)[..., : repeated.shape[-1]]
            if excitation is not None:
                x = x + self.source_downs[i](excitation)
            blocks = self.conv_blocks[i * self.blocks_per_stage : (i + 1) * self.blocks_per_stage]
            x = sum(block(x) for block in blocks) / self.blocks_per_stage
        return torch.tanh(self.conv_post(F.leaky_relu(x)).float())


def cycles_of(f0, hop, rate):
    """Cycles of the fundamental at every sample: F0 in Hz (batch, frames), held for a frame, summed up."""
    return torch.cumsum(f0.repeat_interleave(hop, -1).double() / rate, -1)


def harmonic_source(cycles, voiced, harmonics, amplitude=0.1, noise=0.003, generator=None):
    """Sines of F0 and its multiples with noise (KAN-TTS `SourceModule`, after NSF, Wang et al. 2019), all in phase.

    cycles of the fundamental and voiced (0 or 1), both (batch, samples); gives (batch, harmonics, samples).
    """
    multiples = torch.arange(1, harmonics + 1, device=cycles.device)[None, :, None]
    sines = torch.sin(2 * math.pi * (cycles[:, None] * multiples % 1).float()) * amplitude
    device = sines.device if generator is None else generator.device
    grain = torch.randn(sines.shape, generator=generator, device=device).to(sines.device)
    voiced = voiced[:, None]
    return voiced * (sines + noise * grain) + (1 - voiced) * (amplitude / 3) * grain
