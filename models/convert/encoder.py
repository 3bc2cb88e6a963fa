"""The encoder graph: symbols to text, speaker and emotion vectors."""

import numpy as np

from .errors import ConvertError
from .graph import MASKED, Graph


def position_angles(width):
    """Angle per position for each of the width / 2 sine columns (the cosine columns follow with the same)."""
    half = width // 2
    return 10000.0 ** (-np.arange(half, dtype=np.float64) / (half - 1))


def check_position_table(table):
    """Raises unless the checkpoint's table is the formula that the graph computes (rows count from 1)."""
    angles = np.arange(1, table.shape[1] + 1)[:, None] * position_angles(table.shape[2])
    expected = np.concatenate([np.sin(angles), np.cos(angles)], axis=1)
    if np.abs(table[0] - expected).max() > 1e-3:
        raise ConvertError("acoustic model: key 'text_encoder.ling_enc.position_enc.position_enc' is no sinusoid table")


def attention(g, x, weights, prefix, heads, key_mask):
    """Self-attention over x [T, in]; returns [T, width] after the output projection."""
    fc = weights.take(f"{prefix}.fc.weight")
    width = fc.shape[0]
    head = width // heads
    w_qkv = weights.take(f"{prefix}.w_qkv.weight", 3 * width, None)
    qkv = g.linear(x, w_qkv, weights.take(f"{prefix}.w_qkv.bias", 3 * width), f"{prefix}.w_qkv")
    q, k, v = (g.reshape(g.slice(qkv, i * width, (i + 1) * width, 1), -1, heads, head) for i in range(3))
    q = g.scale(g.transpose(q, 1, 0, 2), head**-0.5)
    scores = g.op("MatMul", q, g.transpose(k, 1, 2, 0))
    scores = g.op("Softmax", g.op("Add", scores, key_mask), axis=-1)
    context = g.op("MatMul", scores, g.transpose(v, 1, 0, 2))
    context = g.reshape(g.transpose(context, 1, 0, 2), -1, width)
    return g.linear(context, fc, weights.take(f"{prefix}.fc.bias", width), f"{prefix}.fc")


def conv_feed_forward(g, x, weights, prefix, valid):
    """Same-padded Conv1d, ReLU, pointwise Conv1d over x [T, width]; padded tokens contribute zero."""
    w_1 = weights.take(f"{prefix}.w_1.weight")
    w_2 = weights.take(f"{prefix}.w_2.weight", None, w_1.shape[0], 1)
    bias_1, bias_2 = weights.take(f"{prefix}.w_1.bias"), weights.take(f"{prefix}.w_2.bias")
    side = w_1.shape[2] // 2
    y = g.unsqueeze(g.transpose(g.op("Mul", x, valid), 1, 0), 0)
    y = g.op("Relu", g.conv(y, w_1, bias_1, f"{prefix}.w_1", pads=[side, side]))
    y = g.transpose(g.squeeze(y, 0), 1, 0)
    return g.linear(y, w_2, bias_2, f"{prefix}.w_2")


def norm(g, x, weights, prefix):
    return g.layer_norm(x, weights.take(f"{prefix}.weight"), weights.take(f"{prefix}.bias"), prefix)


def build_encoder(weights, heads, int8):
    """The graph `encoder` (KAN-TTS: `TextFftEncoder`)."""
    g = Graph("encoder", int8)
    symbols = g.input("symbols", ["T", 4], "i64")
    position = g.input("position", ["T"])
    valid = g.unsqueeze(g.input("valid", ["T"]), 1)

    tables = ("sy_emb", "tone_emb", "syllable_flag_emb", "ws_emb")
    embedded = []
    for column, table in enumerate(tables):
        key = f"text_encoder.{table}.weight"
        rows = g.weight(weights.take(key), key, 0)
        index = g.squeeze(g.slice(symbols, column, column + 1, 1), 1)
        embedded.append(g.op("Gather", rows, index, axis=0))
    width = weights.take("text_encoder.sy_emb.weight").shape[1]

    enc = "text_encoder.ling_enc"
    table = f"{enc}.position_enc.position_enc"
    if table in weights:
        check_position_table(weights.take(table, 1, None, width))
    model_width = weights.take(f"{enc}.ln.weight").shape[0]
    angles = g.op("Mul", g.unsqueeze(position, 1), g.const(position_angles(width)[None], "position_angles"))
    positions = g.concat(g.op("Sin", angles), g.op("Cos", angles), axis=1)
    x = g.op("Add", g.scale(g.add(*embedded), model_width**0.5), positions)

    key_mask = g.transpose(g.scale(g.op("Sub", g.const(1.0), valid), MASKED), 1, 0)
    for layer in range(weights.count(enc + ".fft.{}.slf_attn.w_qkv.weight")):
        prefix = f"{enc}.fft.{layer}"
        y = norm(g, x, weights, f"{prefix}.slf_attn.layer_norm")
        y = attention(g, y, weights, f"{prefix}.slf_attn", heads, key_mask)
        x = g.op("Add", x, y) if width == model_width else y
        width = model_width
        y = norm(g, x, weights, f"{prefix}.pos_ffn.layer_norm")
        x = g.op("Add", x, conv_feed_forward(g, y, weights, f"{prefix}.pos_ffn", valid))
    x = norm(g, x, weights, f"{enc}.ln")
    text = g.linear(x, weights.take("text_encoder.ling_proj.weight"), None, "text_encoder.ling_proj")
    units = weights.take("text_encoder.ling_proj.weight").shape[0]
    g.output("text", g.op("Mul", text, valid), ["T", units])

    for name, key in (("speaker", "spk_tokenizer.weight"), ("emotion", "emo_tokenizer.weight")):
        table = weights.take(key)
        blend = g.input(f"{name}_weights", ["T", table.shape[0]])
        g.output(name, g.op("MatMul", blend, g.weight(table, key, 0)), ["T", table.shape[1]])
    return g.model()
