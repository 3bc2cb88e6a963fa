"""The graphs `prosody` (pitch and energy) and `duration` (one step of the autoregressive predictor)."""

from .graph import Graph
from .layers import fsmn_feed_forward, fsmn_memory, lstm


def predictor(g, x, valid, weights, prefix, shift):
    """FSMN, BLSTM and a linear layer over x [T, in]: one normalised scalar per token, [T, 1]."""
    for layer in range(weights.count(prefix + ".fsmn.ffn_lst.{}.w_1.weight")):
        u = fsmn_feed_forward(g, x, weights, f"{prefix}.fsmn.ffn_lst.{layer}")
        u = g.op("Mul", u, valid)
        key = f"{prefix}.fsmn.memory_block_lst.{layer}.conv_dw"
        kernel = weights.take(f"{key}.weight")
        side = kernel.shape[2] // 2
        memory = fsmn_memory(g, u, kernel, key, pads=[side + shift, side - shift])
        memory = g.op("Add", memory, u)
        same = weights.take(f"{prefix}.fsmn.ffn_lst.{layer}.w_1.weight").shape[1] == kernel.shape[0]
        x = g.op("Add", memory, x) if same else memory
    (hidden,) = lstm(g, x, valid, weights, f"{prefix}.blstm", reverse=True)
    return g.linear(hidden, weights.take(f"{prefix}.fc.weight"), weights.take(f"{prefix}.fc.bias"), f"{prefix}.fc")


def embed_scalar(g, scalar, weights, prefix):
    """The same-padded Conv1d that embeds pitch or energy [T, 1] as [T, units]."""
    weight = weights.take(f"{prefix}.weight")
    side = weight.shape[2] // 2
    bias = weights.take(f"{prefix}.bias")
    y = g.conv(g.unsqueeze(g.transpose(scalar, 1, 0), 0), weight, bias, prefix, pads=[side, side])
    return g.transpose(g.squeeze(y, 0), 1, 0)


def build_prosody(weights, shift, int8):
    """The graph `prosody` (KAN-TTS: `VarFsmnRnnNARPredictor`, twice)."""
    g = Graph("prosody", int8)
    sizes = {
        "text": weights.take("text_encoder.ling_proj.weight").shape[0],
        "speaker": weights.take("spk_tokenizer.weight").shape[1],
        "emotion": weights.take("emo_tokenizer.weight").shape[1],
    }
    text, speaker, emotion = (g.input(name, ["T", size]) for name, size in sizes.items())
    valid = g.unsqueeze(g.input("valid", ["T"]), 1)
    x = g.concat(text, speaker, emotion, axis=1)
    adaptor = "variance_adaptor"
    embedded = []
    for name in ("pitch", "energy"):
        scale, offset = (g.unsqueeze(g.input(f"{name}_{part}", ["T"]), 1) for part in ("scale", "shift"))
        scalar = predictor(g, x, valid, weights, f"{adaptor}.{name}_predictor", shift)
        scalar = g.op("Mul", g.op("Add", g.op("Mul", scalar, scale), offset), valid)
        g.output(name, g.squeeze(scalar, 1), ["T"])
        embedded.append(embed_scalar(g, scalar, weights, f"{adaptor}.{name}_emb"))
    condition = g.concat(g.add(text, *embedded), speaker, emotion, axis=1)
    g.output("condition", g.op("Mul", condition, valid), ["T", sum(sizes.values())])
    return g.model()


def lstm_cell(g, x, hidden, cell, weights, prefix, layer):
    """One LSTM step from primitives: faster than a scan of length one; returns (hidden, cell)."""
    size = weights.take(f"{prefix}.weight_hh_l{layer}").shape[1]
    gates = [
        g.linear(value, weights.take(f"{prefix}.weight_{kind}_l{layer}"), None, f"{prefix}.{kind}_l{layer}")
        for kind, value in (("ih", x), ("hh", hidden))
    ]
    bias = weights.take(f"{prefix}.bias_ih_l{layer}") + weights.take(f"{prefix}.bias_hh_l{layer}")
    gates = g.add(*gates, g.const(bias, f"{prefix}.bias_l{layer}"))
    i, f, c, o = (g.slice(gates, part * size, (part + 1) * size, 1) for part in range(4))
    i, f, o = (g.op("Sigmoid", gate) for gate in (i, f, o))
    cell = g.op("Add", g.op("Mul", f, cell), g.op("Mul", i, g.op("Tanh", c)))
    return g.op("Mul", o, g.op("Tanh", cell)), cell


def build_duration(weights, int8):
    """The graph `duration` (KAN-TTS: `VarRnnARPredictor`): log(frames + 1) of a token, given the one before."""
    g = Graph("duration", int8)
    prefix = "variance_adaptor.duration_predictor"
    layers = weights.count(prefix + ".lstm.weight_hh_l{}")
    hidden = weights.take(f"{prefix}.lstm.weight_hh_l0").shape[1]
    width = weights.take(f"{prefix}.lstm.weight_ih_l0").shape[1]
    x = g.input("previous", [1, 1])
    for fc in prenet_layers(weights, f"{prefix}.prenet"):
        x = g.linear(x, weights.take(f"{fc}.weight"), weights.take(f"{fc}.bias"), fc)
        x = g.op("Relu", x)
        prenet_width = weights.take(f"{fc}.bias").shape[0]
    x = g.concat(x, g.input("condition", [1, width - prenet_width]), axis=1)
    for layer in range(layers):
        states = [g.input(f"{name}_{layer}", [1, hidden]) for name in ("hidden", "cell")]
        states = lstm_cell(g, x, *states, weights, f"{prefix}.lstm", layer)
        for name, state in zip(("hidden", "cell"), states):
            g.output(f"next_{name}_{layer}", state, [1, hidden])
        x = states[0]
    x = g.linear(x, weights.take(f"{prefix}.fc.weight"), weights.take(f"{prefix}.fc.bias"), f"{prefix}.fc")
    g.output("duration", g.op("Relu", x), [1, 1])
    return g.model()


def prenet_layers(weights, prefix):
    """The key prefixes of a prenet's linear layers; ReLU and dropout take two list slots after each."""
    layers = []
    while not layers or f"{prefix}.fcs.{3 * len(layers)}.weight" in weights:
        layers.append(f"{prefix}.fcs.{3 * len(layers)}")
    return layers
