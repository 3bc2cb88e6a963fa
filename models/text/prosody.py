#!/usr/bin/env python3
"""Train the phrasing model from `prosody.txt` and write `prosody.bin`.

    python models/text/prosody.py

Two logistic regressions on hashed features of the words around a boundary: is there a prosodic word boundary (#1 or
stronger), and is there a phrase boundary (#2 or stronger)? `src/text/prosody.rs` computes the same features. Words come
from `words.bin`, cut as `src/text/segment.rs` cuts them.
"""

import itertools
import re
import struct
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
BUCKETS = 4096
NUMERALS = "零〇一二三四五六七八九十百千万亿两"
NOT_GIVEN = "u p c r m q y f k e t".split()
MARKS = "，、；：。！？…—“”"
# Chosen so that the share of boundaries is that of read speech.
THRESHOLDS = (0.43, 0.57)


def sections(data):
    while data:
        (length,) = struct.unpack("<I", data[:4])
        yield data[4 : 4 + length]
        data = data[4 + length :]


class Words:
    def __init__(self):
        alphabet, shared, fresh, letters, costs, tags, _, _, names = sections((HERE / "words.bin").read_bytes())
        alphabet = [chr(c) for c in struct.unpack(f"<{len(alphabet) // 2}H", alphabet)]
        letters = struct.unpack(f">{len(letters) // 2}H", letters)
        names = names.decode().split(" ")
        self.words, previous, at = {}, "", 0
        for same, new, cost, tag in zip(shared, fresh, costs, tags):
            previous = previous[:same] + "".join(alphabet[i] for i in letters[at : at + new])
            at += new
            self.words[previous] = (cost / 8, names[tag])
        self.longest = max(map(len, self.words))
        lines = (HERE / "tables/surnames.tsv").read_text(encoding="utf8").splitlines()
        self.surnames = {line[0] for line in lines if not line.startswith("#")}

    def cut(self, text):
        best = [(0.0, 0, "n")] + [(np.inf, 0, "n")] * len(text)
        for at in range(len(text)):

            def offer(length, cost, tag, at=at):
                if best[at][0] + cost < best[at + length][0]:
                    best[at + length] = (best[at][0] + cost, at, tag)

            offer(1, 16.0, "n")
            for length in range(1, min(self.longest, len(text) - at) + 1):
                found = self.words.get(text[at : at + length])
                if found:
                    offer(length, *found)
            run = len(re.match(f"[{NUMERALS}]*", text[at:])[0])
            if run >= 2:
                offer(run, 9.0, "m")
                if text[at + run : at + run + 1] in tuple("年月日"):
                    offer(run + 1, 9.0, "m")
        words, end = [], len(text)
        while end:
            _, start, tag = best[end]
            words.append((text[start:end], tag))
            end = start
        return self.names(words[::-1])

    def names(self, words):
        """Joins a surname and the one or two characters after it that make a given name."""

        def given(word):
            return len(word[0]) == 1 and word[1] not in NOT_GIVEN and self.words.get(word[0], (16.0,))[0] >= 7.0

        joined, at = [], 0
        while at < len(words):
            length = 1
            if words[at][0] in self.surnames:
                length += sum(1 for _ in itertools.takewhile(given, words[at + 1 : at + 3]))
            name = "".join(word for word, _ in words[at : at + length])
            joined.append((name, "nr") if length > 1 else words[at])
            at += length
        return joined


def fold(values):
    """FNV-1a over 32-bit numbers."""
    state = 0x811C9DC5
    for value in values:
        state = ((state ^ (value & 0xFFFFFFFF)) * 0x01000193) & 0xFFFFFFFF
    return (state ^ (state >> 15)) % BUCKETS


def name(text):
    state = 0
    for char in text:
        state = (state * 131 + ord(char)) & 0xFFFFFFFF
    return state


def features(words, at, clause):
    """Buckets of the boundary after word `at`; `clause` is the range of words between marks."""
    first, last = clause
    none = ("", "")
    left, right = words[at], words[at + 1]
    before = words[at - 1] if at > first else none
    after = words[at + 2] if at + 2 < last else none

    def length(word):
        return min(len(word[0]), 4)

    def tag(word):
        return name(word[1])

    since = min(sum(len(w[0]) for w in words[first : at + 1]), 12)
    until = min(sum(len(w[0]) for w in words[at + 1 : last]), 12)
    particle = next((i for i, (word, _) in enumerate(words[at + 1 : min(at + 6, last)]) if word == "的"), 9)
    verb_before = int(any(t == "v" for _, t in words[first : at + 1]))
    verb_after = int(any(t == "v" for _, t in words[at + 1 : last]))

    def single(word):
        return name(word[0]) if len(word[0]) == 1 else 0

    rows = [
        (0,),
        (1, length(left)),
        (2, length(right)),
        (3, length(left), length(right)),
        (4, tag(left)),
        (5, tag(right)),
        (6, tag(left), tag(right)),
        (7, length(left), tag(left)),
        (8, length(right), tag(right)),
        (9, length(left), length(right), tag(left), tag(right)),
        (10, single(left)),
        (11, single(right)),
        (12, name(left[0][-1:])),
        (13, name(right[0][:1])),
        (14, since),
        (15, until),
        (16, tag(before), tag(left)),
        (17, tag(right), tag(after)),
        (18, min(since, 6), min(until, 6)),
        (19, min(since + until, 16)),
        (20, length(before), length(left), length(right)),
        (21, length(left), length(right), length(after)),
        (22, single(left), length(right)),
        (23, length(left), single(right)),
        (24, min(since, 4), length(right)),
        (25, min(since, 8) // 2, min(until, 8) // 2),
        (26, particle, tag(left)),
        (27, min(since, 8), tag(right)),
        (28, verb_before, verb_after, tag(left)),
    ]
    return [fold(row) for row in rows]


def examples(lexicon):
    """Features and strength (0, 1, 2) of every boundary within a clause."""
    for line in (HERE / "prosody.txt").read_text(encoding="utf8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        for clause in re.split(f"[{MARKS}]+", line):
            marks, text = {}, ""
            for char in clause:
                if char in " |":
                    marks[len(text)] = 1 if char == " " else 2
                else:
                    text += char
            words, at = lexicon.cut(text), 0
            for index, (word, _) in enumerate(words[:-1]):
                at += len(word)
                yield features(words, index, (0, len(words))), marks.get(at, 0)


def train(rows, labels, steps=600, rate=0.05, decay=3e-3):
    """Logistic regression by Adam on the whole set."""
    weights = np.zeros(BUCKETS)
    first, second = np.zeros(BUCKETS), np.zeros(BUCKETS)
    count = rows.shape[1]
    for step in range(1, steps + 1):
        error = 1 / (1 + np.exp(-weights[rows].sum(axis=1))) - labels
        gradient = np.bincount(rows.ravel(), np.repeat(error, count), BUCKETS) / len(labels) + decay * weights
        first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
        weights -= rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return weights


def main():
    pairs = list(examples(Words()))
    rows, strengths = np.array([r for r, _ in pairs]), np.array([s for _, s in pairs])
    print(
        f"{len(rows)} boundaries, {np.mean(strengths >= 1):.2f} are #1 or stronger, "
        f"{np.mean(strengths >= 2):.2f} #2 or stronger"
    )
    out = b""
    for strength, threshold in zip((1, 2), THRESHOLDS):
        weights = train(rows, (strengths >= strength).astype(float))
        scale = np.abs(weights).max() / 127
        data = (
            struct.pack("<ff", scale, np.log(threshold / (1 - threshold)))
            + np.round(weights / scale).astype(np.int8).tobytes()
        )
        out += struct.pack("<I", len(data)) + data
    (HERE / "prosody.bin").write_bytes(out)
    print(f"prosody.bin: {len(out)} bytes")


if __name__ == "__main__":
    main()
