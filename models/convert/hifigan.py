"""The vocoder graph: HiFi-GAN, causal (a chunk with state) or not (a window with a halo), plain or NSF."""

from math import ceil, prod

import numpy as np

from .config import required
from .errors import ConvertError
from .graph import Graph

# Slope before conv_post: the default of torch's LeakyReLU, not the configured one.
LAST_SLOPE = 0.01


class Vocoder:
    """The hyperparameters of one generator, read from its config and checked against its weights."""

    def __init__(self, weights, params):
        self.weights = weights
        self.scales = list(required(params, "upsample_scales"))
        self.kernels = list(required(params, "resblock_kernel_sizes"))
        self.dilations = [list(d) for d in required(params, "resblock_dilations")]
        self.slope = float(params.get("nonlinear_activation_params", {}).get("negative_slope", 0.1))
        self.causal = bool(required(params, "causal"))
        self.nsf = bool(params.get("nsf_params"))
        self.harmonics = int(required(params["nsf_params"], "nb_harmonics")) + 1 if self.nsf else 0
        self.in_phase = self.nsf and bool(params["nsf_params"].get("in_phase", False))
        self.bins = weights.take("conv_pre.conv1d.weight").shape[1]
        self.hop = prod(self.scales)
        activation = params.get("nonlinear_activation", "LeakyReLU")
        if activation != "LeakyReLU":
            raise ConvertError(f"vocoder config: nonlinear_activation '{activation}' is unknown")
        if self.nsf != ("source_module.ffn.0.weight" in weights):
            raise ConvertError("vocoder: key 'source_module.ffn.0.weight' and the config's nsf_params disagree")

    def kernel(self, key):
        return self.weights.take(f"{key}.weight").shape[2]

    def context(self):
        """Frames of the past and of the future that a sample can depend on, when not causal (the halo)."""
        samples, rate = (self.kernel("conv_pre.conv1d") // 2) * self.hop, 1
        for stage, scale in enumerate(self.scales):
            step = self.hop // rate
            up = ceil(self.kernel(f"transpose_upsamples.{stage}.1.deconv") / scale) * step
            rate *= scale
            step = self.hop // rate
            repeat = (self.kernel(f"repeat_upsamples.{stage}.2.conv1d") // 2) * step + scale * step
            blocks = max(
                sum(d * (k // 2) + k // 2 for d in dilations) for k, dilations in zip(self.kernels, self.dilations)
            )
            samples += max(up, repeat) + blocks * step
        return ceil((samples + self.kernel("conv_post.conv1d") // 2) / self.hop)


class Layers:
    """Emits the generator's convolutions in the flavour of its padding.

    A causal layer is fed its left context from a state. A symmetric one is padded with zeros, and its input is
    multiplied by the mask of valid frames first, so that a window may reach over the ends of the utterance.
    """

    def __init__(self, g, vocoder):
        self.g = g
        self.weights = vocoder.weights
        self.causal = vocoder.causal
        self.states = []
        self.mask = None

    def parameters(self, key):
        return self.weights.take(f"{key}.weight"), self.weights.take(f"{key}.bias")

    def with_context(self, x, channels, steps):
        """x [1, channels, n] preceded by the last `steps` columns of the previous chunk."""
        g = self.g
        number = len(self.states)
        self.states.append([channels, steps])
        state = g.input(f"state_{number}", [channels, steps])
        x = g.concat(g.unsqueeze(state, 0), x, axis=2)
        g.output(f"next_state_{number}", g.squeeze(g.slice(x, -steps, None, 2), 0), [channels, steps])
        return x

    def masked(self, x):
        return self.g.op("Mul", x, self.mask)

    def conv(self, x, key, dilation=1):
        """A convolution of stride 1 that keeps the length."""
        weight, bias = self.parameters(key)
        reach = (weight.shape[2] - 1) * dilation
        attributes = {"dilations": [dilation]}
        if not self.causal:
            x = self.masked(x)
            attributes["pads"] = [reach // 2, reach // 2]
        elif reach:
            x = self.with_context(x, weight.shape[1], reach)
        return self.g.conv(x, weight, bias, key, **attributes)

    def upsample(self, x, stage, scale):
        """Repeated and transposed upsampling of x [1, channels, n] to n * scale columns, summed.

        Both see the same activated columns, since repeating a column and activating it commute, and a convolution over
        repeated columns is a transposed convolution. So one transposed convolution does the work of both.
        """
        g = self.g
        weight, bias = self.parameters(f"transpose_upsamples.{stage}.1.deconv")
        repeat_weight, repeat_bias = self.parameters(f"repeat_upsamples.{stage}.2.conv1d")
        surplus = weight.shape[2] - scale
        side = 0 if self.causal else repeat_weight.shape[2] // 2
        weight, first = merge_kernels(weight, 0 if self.causal else -(surplus // 2), repeat_weight, -side, scale)
        surplus = weight.shape[2] - scale
        columns = ceil(surplus / scale) if self.causal else 0
        if not self.causal:
            x = self.masked(x)
        elif columns:
            x = self.with_context(x, weight.shape[0], columns)
        key = f"upsamples.{stage}"
        inputs = [x, g.weight(weight, f"{key}.weight", 1), g.const(bias + repeat_bias, f"{key}.bias")]
        pads = [columns * scale - first, surplus + first]
        return g.op("ConvTranspose", *inputs, name=key, kernel_shape=[weight.shape[2]], strides=[scale], pads=pads)

    def strided(self, x, key, stride):
        """The excitation [1, 1, n * stride] brought down to n columns."""
        weight, bias = self.parameters(key)
        kernel = weight.shape[2]
        attributes = {"strides": [stride]}
        if not self.causal:
            attributes["pads"] = [stride // 2, kernel - stride - stride // 2] if kernel > 1 else [0, 0]
        elif kernel > 1:
            # Without the samples that no column of this chunk reaches, the length is a multiple of the stride.
            x = self.g.slice(self.with_context(x, 1, kernel - 1), 0, 1 - stride or None, 2)
        return self.g.conv(x, weight, bias, key, **attributes)


def leaky(g, x, slope):
    return g.op("LeakyRelu", x, alpha=slope)


def repeat(g, mask, times):
    """Nearest-neighbour upsampling of a mask [1, 1, n] to [1, 1, n * times]."""
    wide = g.op("Expand", g.unsqueeze(mask, 3), g.ints(1, 1, 1, times))
    return g.reshape(wide, 1, 1, -1)


def merge_kernels(transposed, first, repeated, repeated_first, scale):
    """The kernel [in, out, K] of a transposed convolution that equals the sum of two upsampling layers.

    `transposed` [in, out, k] has its first tap `first` columns after the repeated input column, `repeated` [out, in, k]
    is applied to nearest-neighbour upsampled columns and reaches from `repeated_first` on. Returns the kernel and the
    place of its first tap.
    """
    box = np.zeros((repeated.shape[1], repeated.shape[0], scale + repeated.shape[2] - 1), np.float64)
    for tap in range(repeated.shape[2]):
        # Torch's convolution is a correlation: the last tap meets the earliest output.
        start = repeated.shape[2] - 1 - tap
        box[:, :, start : start + scale] += repeated[:, :, tap].T[:, :, None]
    start = min(first, repeated_first)
    end = max(first + transposed.shape[2], repeated_first + box.shape[2])
    merged = np.zeros((*box.shape[:2], end - start), np.float64)
    merged[:, :, first - start : first - start + transposed.shape[2]] += transposed
    merged[:, :, repeated_first - start : repeated_first - start + box.shape[2]] += box
    return merged.astype(np.float32), start


def upsample(g, layers, x, stage, vocoder, excitation):
    """Input of a stage's residual blocks: the upsampled x + sin(x), and the excitation of an NSF voice."""
    scale = vocoder.scales[stage]
    x = g.op("Add", x, g.op("Sin", x))
    x = layers.upsample(leaky(g, x, vocoder.slope), stage, scale)
    if layers.mask:
        layers.mask = repeat(g, layers.mask, scale)
    if excitation:
        stride = prod(vocoder.scales[stage + 1 :])
        x = g.op("Add", x, layers.strided(excitation, f"source_downs.{stage}.conv1d", stride))
    return x


def residual_block(g, layers, x, key, dilations, slope):
    for number, dilation in enumerate(dilations):
        y = layers.conv(leaky(g, x, slope), f"{key}.convs1.{number}.conv1d", dilation)
        y = layers.conv(leaky(g, y, slope), f"{key}.convs2.{number}.conv1d")
        x = g.op("Add", x, y)
    return x


def build_vocoder(vocoder, int8):
    """The graph `vocoder` (KAN-TTS: `Generator`) and the shapes of its states."""
    g = Graph("vocoder", int8)
    layers = Layers(g, vocoder)
    mel = g.input("mel", ["n", vocoder.bins])
    x = g.unsqueeze(g.transpose(mel, 1, 0), 0)
    if not vocoder.causal:
        layers.mask = g.reshape(g.input("valid", ["n"]), 1, 1, -1)
    excitation = None
    if vocoder.nsf:
        source = g.unsqueeze(g.input("source", [vocoder.harmonics, f"{vocoder.hop}*n"]), 0)
        weight, bias = layers.parameters("source_module.ffn.0")
        excitation = g.op("Tanh", g.conv(source, weight, bias, "source_module.ffn.0"))
        if layers.mask:
            excitation = g.op("Mul", excitation, repeat(g, layers.mask, vocoder.hop))
    x = layers.conv(x, "conv_pre.conv1d")
    for stage in range(len(vocoder.scales)):
        x = upsample(g, layers, x, stage, vocoder, excitation)
        blocks = [
            residual_block(g, layers, x, f"conv_blocks.{stage * len(vocoder.kernels) + j}", dilations, vocoder.slope)
            for j, dilations in enumerate(vocoder.dilations)
        ]
        x = g.scale(g.add(*blocks), 1 / len(blocks))
    x = g.op("Tanh", layers.conv(leaky(g, x, LAST_SLOPE), "conv_post.conv1d"))
    g.output("samples", g.reshape(x, -1), [f"{vocoder.hop}*n"])
    return g.model(), layers.states
