"""A voice's weights as the start of a training whose corpus has more symbols, emotions or speakers."""

import json
from pathlib import Path

import torch

from . import symbols
from .export import speakers_of

# What a symbol sounds most like among those of every Mandarin corpus.
NEAREST = json.loads((Path(__file__).parent / "config" / "nearest.json").read_text(encoding="utf8"))
KEYS = {"sy": "sy_emb", "tone": "tone_emb", "syllable_flag": "syllable_flag_emb", "word_segment": "ws_emb"}
SPECIALS = 3  # rows behind the speakers


def nearest(table, entry, known):
    """The entry of a table that has been learnt, and that a new one shall begin as."""
    seen = [entry]
    while seen[-1] not in known:
        other = NEAREST[table].get(seen[-1]) or seen[-1].replace("r_c", "_c")
        if other in seen:
            return None
        seen.append(other)
    return seen[-1]


def grown(weights, before, after):
    """Sambert's weights where `after` (statistics of the new corpus) has symbols, emotions and speakers that `before`
    (the voice's) lacks: they begin as the nearest symbol, as neutral, and as the same speaker at normal speed or the
    first."""
    weights = {key: value.clone() for key, value in weights.items()}
    for table, key in KEYS.items():
        rows, entries = weights[f"text_encoder.{key}.weight"], symbols.TABLES[table]
        for entry in after["spoken"][table]:
            like = nearest(table, entry, before["spoken"][table])
            if like not in (None, entry):
                rows[entries.index(entry)] = rows[entries.index(like)]
    rows, emotions = weights["emo_tokenizer.weight"], symbols.TABLES["emotion"]
    for entry in set(after["spoken"]["emotion"]) - set(before["spoken"]["emotion"]):
        rows[emotions.index(entry)] = rows[emotions.index(symbols.EMOTIONS["neutral"])]
    rows, there = weights["spk_tokenizer.weight"], speakers_of(before)
    likely = [[name, name.split()[0], there[0]] for name in speakers_of(after)]
    added = [rows[there.index(next(name for name in names if name in there))] for names in likely]
    weights["spk_tokenizer.weight"] = torch.cat([torch.stack(added), rows[-SPECIALS:]])
    return weights
