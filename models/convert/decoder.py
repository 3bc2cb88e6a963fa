"""The graphs `decoder` (one autoregressive step) and `postnet` (a chunk, with state)."""

from .encoder import norm
from .graph import Graph
from .layers import fsmn_feed_forward, fsmn_memory, lstm
from .prosody import prenet_layers


def split_heads(g, rows, start, width, heads, *perm):
    """Columns start .. start + width of `rows` as [rows, heads, head] with the axes permuted by `perm`."""
    columns = g.slice(rows, start, start + width, 1)
    return g.transpose(g.reshape(columns, -1, heads, width // heads), *perm)


def attend(g, query, rows, mask, heads, width):
    """Attention of query [heads, 1, head] over rows [W, 2 * width] (keys, then values): [1, width]."""
    keys = split_heads(g, rows, 0, width, heads, 1, 2, 0)
    values = split_heads(g, rows, width, width, heads, 1, 0, 2)
    scores = g.op("Softmax", g.op("Add", g.op("MatMul", query, keys), mask), axis=-1)
    return g.reshape(g.op("MatMul", scores, values), 1, width)


def build_decoder(weights, heads, window, frames_per_step, int8):
    """The graph `decoder` (KAN-TTS: `HybridAttentionDecoder`): one step of `frames_per_step` frames."""
    g = Graph("decoder", int8)
    dec = "mel_decoder.mel_dec"
    layers = weights.count(dec + ".pnca.{}.pnca_attn.w_h_kv.weight")
    width = weights.take(f"{dec}.ln.weight").shape[0]
    memory_width = weights.take(f"{dec}.pnca.0.pnca_attn.w_h_kv.weight").shape[1]
    w_out = weights.take(f"{dec}.dec_out_proj.weight")
    channels = w_out.shape[0] // frames_per_step

    memory = g.input("memory", [1, memory_width])
    ahead = g.input("memory_ahead", ["R", memory_width])
    x = g.input("previous", [1, channels])
    history = g.input("history", [layers, window, 2 * width])
    future = g.input("future", [layers, window, 2 * width])
    history_mask = g.input("history_mask", [1, window])
    future_mask = g.input("future_mask", [1, window])

    prenet = prenet_layers(weights, f"{dec}.prenet")
    for fc in prenet:
        # The loop through `previous` amplifies an error of the prenet: int8 here doubles that of all frames.
        x = g.linear(x, weights.take(f"{fc}.weight"), weights.take(f"{fc}.bias"), fc, exact=True)
        x = g.op("Relu", x) if fc != prenet[-1] else x
    x = g.concat(memory, x, axis=1)
    key = f"{dec}.dec_in_proj"
    x = g.linear(x, weights.take(f"{key}.weight"), weights.take(f"{key}.bias"), key)
    x = g.scale(x, width**0.5)

    next_history, next_future = [], []
    for layer in range(layers):
        prefix = f"{dec}.pnca.{layer}.pnca_attn"
        qkv_key, kv_key = f"{prefix}.w_x_qkv", f"{prefix}.w_h_kv"
        y = norm(g, x, weights, f"{prefix}.layer_norm")
        qkv = g.linear(y, weights.take(f"{qkv_key}.weight"), weights.take(f"{qkv_key}.bias"), qkv_key)
        query = g.scale(split_heads(g, qkv, 0, width, heads, 1, 0, 2), (width // heads) ** -0.5)
        past = g.squeeze(g.slice(history, layer, layer + 1, 0), 0)
        past = g.concat(g.slice(past, 1, None, 0), g.slice(qkv, width, 3 * width, 1), axis=0)
        coming = g.squeeze(g.slice(future, layer, layer + 1, 0), 0)
        entering = g.linear(ahead, weights.take(f"{kv_key}.weight"), weights.take(f"{kv_key}.bias"), kv_key)
        coming = g.slice(g.concat(coming, entering, axis=0), -window, None, 0)
        attended = [x]
        for rows, mask, fc in ((past, history_mask, "fc_x"), (coming, future_mask, "fc_h")):
            context = attend(g, query, rows, mask, heads, width)
            key = f"{prefix}.{fc}"
            attended.append(g.linear(context, weights.take(f"{key}.weight"), weights.take(f"{key}.bias"), key))
        x = g.add(*attended)
        prefix = f"{dec}.pnca.{layer}.pos_ffn"
        y = norm(g, x, weights, f"{prefix}.layer_norm")
        y = g.linear(y, weights.take(f"{prefix}.w_1.weight"), weights.take(f"{prefix}.w_1.bias"), f"{prefix}.w_1")
        y = g.op("Relu", y)
        y = g.linear(y, weights.take(f"{prefix}.w_2.weight"), weights.take(f"{prefix}.w_2.bias"), f"{prefix}.w_2")
        x = g.op("Add", x, y)
        next_history.append(g.unsqueeze(past, 0))
        next_future.append(g.unsqueeze(coming, 0))
    x = norm(g, x, weights, f"{dec}.ln")
    x = g.linear(x, w_out, weights.take(f"{dec}.dec_out_proj.bias"), f"{dec}.dec_out_proj")
    g.output("frames", g.reshape(x, frames_per_step, channels), [frames_per_step, channels])
    g.output("next_history", g.concat(*next_history, axis=0), [layers, window, 2 * width])
    g.output("next_future", g.concat(*next_future, axis=0), [layers, window, 2 * width])
    return g.model()


def build_postnet(weights, shift, int8):
    """The graph `postnet` (KAN-TTS: `PostNet`), delayed by its look-ahead: `layers * (kernel // 2 - shift)` frames."""
    g = Graph("postnet", int8)
    net = "mel_postnet"
    layers = weights.count(net + ".fsmn.ffn_lst.{}.w_1.weight")
    kernel = weights.take(f"{net}.fsmn.memory_block_lst.0.conv_dw.weight").shape[2]
    channels = weights.take(f"{net}.fc.weight").shape[0]
    right = kernel // 2 - shift
    delay = layers * right

    frames = g.input("frames", ["n", channels])
    valid = g.unsqueeze(g.input("valid", [f"n + {delay}"]), 1)
    x = frames
    for layer in range(layers):
        # Layer i sees the times start - i * right .. start + n - 1 - i * right.
        known = g.slice(valid, delay - layer * right, None if layer == 0 else -layer * right, 0)
        u = fsmn_feed_forward(g, x, weights, f"{net}.fsmn.ffn_lst.{layer}")
        u = g.op("Mul", u, known)
        key = f"{net}.fsmn.memory_block_lst.{layer}.conv_dw"
        weight = weights.take(f"{key}.weight")
        width = weight.shape[0]
        extended = g.concat(g.input(f"memory_{layer}", [kernel - 1, width]), u, axis=0)
        g.output(f"next_memory_{layer}", g.slice(extended, 1 - kernel, None, 0), [kernel - 1, width])
        memory = fsmn_memory(g, extended, weight, key)
        centre = kernel // 2 + shift
        memory = g.op("Add", memory, g.slice(extended, centre, centre + 1 - kernel or None, 0))
        if weights.take(f"{net}.fsmn.ffn_lst.{layer}.w_1.weight").shape[1] == width:
            x = g.op("Add", memory, delayed(g, x, f"skip_{layer}", right, width))
        else:
            x = memory
    hidden_width = weights.take(f"{net}.lstm.weight_hh_l0").shape[1]
    states = [g.input(name, [1, hidden_width]) for name in ("hidden", "cell")]
    x, hidden, cell = lstm(g, x, g.slice(valid, 0, -delay or None, 0), weights, f"{net}.lstm", states)
    g.output("next_hidden", hidden, [1, hidden_width])
    g.output("next_cell", cell, [1, hidden_width])
    x = g.linear(x, weights.take(f"{net}.fc.weight"), weights.take(f"{net}.fc.bias"), f"{net}.fc")
    g.output("mel", g.op("Add", x, delayed(g, frames, "residual", delay, channels)), ["n", channels])
    return g.model()


def delayed(g, x, state, steps, width):
    """x [n, width] delayed by `steps` rows, which are carried in the state named `state`."""
    if steps == 0:
        return x
    extended = g.concat(g.input(state, [steps, width]), x, axis=0)
    g.output(f"next_{state}", g.slice(extended, -steps, None, 0), [steps, width])
    return g.slice(extended, 0, -steps, 0)
