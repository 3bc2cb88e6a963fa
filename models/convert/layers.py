"""Layers that several graphs share: FSMN memory blocks and LSTMs."""

import numpy as np

# Pre-activation that closes an LSTM gate completely.
GATE_CLOSED = -1e4


def fsmn_feed_forward(g, x, weights, prefix):
    """u = W2 relu(W1 x + b1) over x [n, in] (KAN-TTS: `FsmnEncoderV2`)."""
    w_1, w_2 = weights.take(f"{prefix}.w_1.weight"), weights.take(f"{prefix}.w_2.weight")
    hidden = g.linear(x, w_1, weights.take(f"{prefix}.w_1.bias"), f"{prefix}.w_1")
    bias = weights.take(f"{prefix}.w_2.bias") if f"{prefix}.w_2.bias" in weights else None
    return g.linear(g.op("Relu", hidden), w_2, bias, f"{prefix}.w_2")


def fsmn_memory(g, u, weight, name, pads=None):
    """Depthwise convolution over the time axis of u [n, width]."""
    y = g.unsqueeze(g.transpose(u, 1, 0), 0)
    attributes = {"pads": pads} if pads else {}
    y = g.conv(y, weight, None, name, group=weight.shape[0], **attributes)
    return g.transpose(g.squeeze(y, 0), 1, 0)


def reorder_gates(weight):
    """From PyTorch's gate order (input, forget, cell, output) to ONNX's (input, output, forget, cell)."""
    i, f, c, o = np.split(weight, 4, axis=0)
    return np.concatenate([i, o, f, c], axis=0)


def lstm(g, x, valid, weights, prefix, states=(), reverse=False):
    """An LSTM over x [n, in] that stays at its state where valid [n, 1] is 0 and the state is zero.

    Returns the outputs [n, directions * hidden], followed by the final hidden and cell state [1, hidden] each
    where initial `states` are given.
    `1 - valid` is an extra input column that closes the input and output gates.
    """
    suffixes = ["", "_reverse"] if reverse else [""]
    hidden = weights.take(f"{prefix}.weight_hh_l0").shape[1]
    gates = np.zeros((4 * hidden, 1), np.float32)
    gates[: 2 * hidden] = GATE_CLOSED
    input_weights, recurrent_weights, biases = [], [], []
    for suffix in suffixes:
        for kind, collected in (("weight_ih", input_weights), ("weight_hh", recurrent_weights)):
            key = f"{prefix}.{kind}_l0{suffix}"
            value = g.weight(reorder_gates(weights.take(key, 4 * hidden, None)), key, 0)
            if kind == "weight_ih":
                value = g.concat(value, g.const(gates, "closed_gates"), axis=1)
            collected.append(g.unsqueeze(value, 0))
        bias = [reorder_gates(weights.take(f"{prefix}.bias_{kind}_l0{suffix}")) for kind in ("ih", "hh")]
        biases.append(np.concatenate(bias))
    inputs = [
        g.unsqueeze(g.concat(x, g.op("Sub", g.const(1.0), valid), axis=1), 1),
        g.concat(*input_weights, axis=0),
        g.concat(*recurrent_weights, axis=0),
        g.const(np.stack(biases), f"{prefix}.bias"),
    ]
    inputs += ["", *(g.unsqueeze(state, 0) for state in states)] if states else []
    outputs, *last = g.lstm(inputs, hidden, len(suffixes), prefix)
    return g.reshape(outputs, -1, len(suffixes) * hidden), *(g.squeeze(state, 0) for state in last)
