#!/usr/bin/env python3
"""Pack the English dictionary and its letter-to-sound trees into `english.bin`.

    pip install --no-deps -r models/text/requirements.txt
    python models/text/english.py

The words are the most used ones of symspellpy's list and the proper names of misaki's dictionary, as CMUdict says them
(misaki's dictionary where it does not), and those of `english.tsv`. Decision trees, one a letter, say the rest: each
asks for the letters around and for the phones before (Black, Lenzo and Pagel 1998). A word that the trees get right is
kept without
its phones. A twentieth of CMUdict is held out of the training; `tests/fixtures/held_out_words.tsv` has a part of it.
"""

import io
import json
import re
import tarfile
import zlib
from collections import Counter, defaultdict

import numpy as np
from build import HERE, fetch, package, table, u16, write

CMUDICT = "https://registry.npmjs.org/cmu-pronouncing-dictionary/-/cmu-pronouncing-dictionary-3.0.0.tgz"
CMUDICT_SHA256 = "ca16ac157e95277ffe1ca105a5ca2c833a15626024f15711c2a425da367b68ce"
MOST_USED = 31000
CONSONANTS = "b ch d dh f g hh jh k l m n ng p r s sh t th v w y z zh".split()
VOWELS = "aa ae ah ao aw ay eh er ey ih iy ow oy uh uw".split()
PHONES = CONSONANTS + [vowel + stress for vowel in VOWELS for stress in "012"]
# misaki's letters, https://github.com/hexgrad/misaki/blob/main/EN_PHONES.md
MISAKI = {
    "ə": "ah0",
    "ɪ": "ih",
    "ᵻ": "ih0",
    "i": "iy",
    "ɛ": "eh",
    "æ": "ae",
    "ɑ": "aa",
    "ɔ": "ao",
    "ʌ": "ah",
    "ʊ": "uh",
    "u": "uw",
    "O": "ow",
    "I": "ay",
    "A": "ey",
    "W": "aw",
    "Y": "oy",
    "ɾ": "t",
    "ʔ": "t",
    "ɹ": "r",
    "ɡ": "g",
    "ʃ": "sh",
    "ʒ": "zh",
    "ŋ": "ng",
    "ʤ": "jh",
    "ʧ": "ch",
    "θ": "th",
    "ð": "dh",
    "j": "y",
    "h": "hh",
    **{c: c for c in "nslktdmpbfzvw"},
}
REACH = 4  # letters on either side
BEFORE = 3  # phones before
NODE_BITS = 14.0  # what a node must save
HELD_OUT = 20


def cmudict():
    archive = tarfile.open(fileobj=io.BytesIO(fetch(CMUDICT, CMUDICT_SHA256)), mode="r:gz")
    text = archive.extractfile("package/index.js").read().decode()
    words = {}
    for word, said in re.findall(r'^  "?([^":]+)"?: "([^"]+)"', text, re.M):
        if re.fullmatch("[a-z][a-z']*", word):
            words[word] = said.split("#")[0].lower().split()
    return words


def misaki():
    """The dictionary of the package misaki in ARPAbet, and which of its words are names."""
    rows = json.loads((package("misaki") / "data" / "us_gold.json").read_text(encoding="utf8"))
    words, names = {}, set()
    for word, said in rows.items():
        said = said.get("DEFAULT") if isinstance(said, dict) else said
        if not said or not re.fullmatch("[A-Za-z][a-z']*", word):
            continue
        phones, stress = [], "0"
        for sign in said.replace("ɜɹ", "ɜ").replace("əɹ", "ɚ").replace("ᵊ", "ə"):
            if sign in "ˈˌ":
                stress = "1" if sign == "ˈ" else "2"
                continue
            phone = {"ɜ": "er", "ɚ": "er"}.get(sign) or MISAKI.get(sign)
            if phone is None:
                phones = []
                break
            if phone in VOWELS:
                phone, stress = phone + stress, "0"
            elif phone[-1] == "0":
                phone, stress = phone[:-1] + stress, "0"
            phones.append(phone)
        if phones:
            words.setdefault(word.lower(), phones)
            if word[0].isupper():
                names.add(word.lower())
    return words, names


def align(words, rounds=4):
    """Each letter's phones, none to two of them, by expectation maximisation (hard counts: a few rounds do)."""
    scores = defaultdict(lambda: -9.0)
    counts = Counter()
    plain = [[p.rstrip("012") for p in phones] for _, phones in words]
    for (word, _), bare in zip(words[:30000], plain):
        for at, letter in enumerate(word):
            centre = at * len(bare) / len(word)
            for other in range(max(0, int(centre) - 1), min(len(bare), int(centre) + 2)):
                counts[letter, (bare[other],)] += 1
    totals = Counter()
    for (letter, _), count in counts.items():
        totals[letter] += count
    for (letter, piece), count in counts.items():
        scores[letter, piece] = np.log(count / totals[letter]) - 0.5
    aligned = []
    for turn in range(rounds):
        last = turn == rounds - 1
        counts, totals, aligned = Counter(), Counter(), []
        for (word, phones), bare in zip(words if last else words[:30000], plain):
            pieces = best(word, bare, scores)
            if pieces is None:
                continue
            cut, at = [], 0
            for letter, piece in zip(word, pieces):
                counts[letter, piece] += 1
                totals[letter] += 1
                cut.append(tuple(phones[at : at + len(piece)]))
                at += len(piece)
            aligned.append((word, cut))
        scores = defaultdict(lambda: -14.0)
        for (letter, piece), count in counts.items():
            scores[letter, piece] = float(np.log(count / totals[letter]))
    return aligned


def best(word, phones, scores):
    rows, columns = len(word) + 1, len(phones) + 1
    value = [[-1e9] * columns for _ in range(rows)]
    back = [[0] * columns for _ in range(rows)]
    value[0][0] = 0.0
    for i, letter in enumerate(word):
        for j in range(columns):
            here = value[i][j]
            if here <= -1e9:
                continue
            for length in (0, 1, 2):
                if j + length >= columns:
                    break
                score = here + scores[letter, tuple(phones[j : j + length])]
                if score > value[i + 1][j + length]:
                    value[i + 1][j + length], back[i + 1][j + length] = score, length
    if value[-1][-1] <= -1e8:
        return None
    pieces, j = [], columns - 1
    for i in range(rows - 1, 0, -1):
        length = back[i][j]
        pieces.append(tuple(phones[j - length : j]))
        j -= length
    return pieces[::-1]


class Trees:
    """Nodes in a row: the one that says yes follows, `no` is where the other is. A leaf has the question 255."""

    def __init__(self, aligned):
        pieces = Counter(piece for _, cut in aligned for piece in cut)
        self.pieces = [piece for piece, _ in pieces.most_common(255)]
        index = {piece: at for at, piece in enumerate(self.pieces)}
        data = defaultdict(lambda: ([], []))
        for word, cut in aligned:
            if any(piece not in index for piece in cut):
                continue
            said = [0] * BEFORE
            for at, letter in enumerate(word):
                rows, labels = data[letter]
                rows.append(features(word, at, said))
                labels.append(index[cut[at]])
                said += [PHONES.index(phone) + 1 for phone in cut[at]]
        self.questions, self.values, self.no, self.roots = [], [], [], {}
        for letter in sorted(data):
            rows, labels = data[letter]
            self.roots[letter] = len(self.questions)
            self.grow(np.array(rows, np.int64), np.array(labels, np.int64))

    def grow(self, rows, labels):
        node = len(self.questions)
        present, labels = np.unique(labels, return_inverse=True)
        count = np.bincount(labels, minlength=len(present)).astype(float)
        self.questions.append(255)
        self.values.append(int(present[count.argmax()]))
        self.no.append(0)
        if len(present) < 2:
            return
        classes, gain, found = len(present), NODE_BITS, None

        def bits(counts):
            sums = counts.sum(-1, keepdims=True)
            with np.errstate(divide="ignore", invalid="ignore"):
                return -np.nansum(np.where(counts > 0, counts * np.log2(counts / sums), 0.0), -1)

        whole = bits(count)
        for question in range(rows.shape[1]):
            size = rows[:, question].max() + 1
            table = np.bincount(rows[:, question] * classes + labels, minlength=size * classes)
            table = table.reshape(size, classes).astype(float)
            saved = whole - bits(table) - bits(count - table)
            value = int(saved.argmax())
            if saved[value] > gain:
                gain, found = saved[value], (question, value)
        if found is None:
            return
        question, value = found
        chosen = rows[:, question] == value
        self.questions[node], self.values[node] = question, value
        labels = present[labels]
        self.grow(rows[chosen], labels[chosen])
        self.no[node] = len(self.questions)
        self.grow(rows[~chosen], labels[~chosen])

    def say(self, word):
        said, phones = [0] * BEFORE, []
        for at, letter in enumerate(word):
            row, node = features(word, at, said), self.roots.get(letter)
            if node is None:
                continue
            while self.questions[node] != 255:
                yes = row[self.questions[node]] == self.values[node]
                node = node + 1 if yes else self.no[node]
            piece = self.pieces[self.values[node]]
            phones += piece
            said += [PHONES.index(phone) + 1 for phone in piece]
        return stressed(phones)


def letter_number(letter):
    return 27 if letter == "'" else ord(letter) - 96


def features(word, at, said):
    """The letters around, then the last phones."""
    around = [
        letter_number(word[at + offset]) if 0 <= at + offset < len(word) else 0
        for offset in range(-REACH, REACH + 1)
        if offset
    ]
    return around + said[: -BEFORE - 1 : -1]


def stressed(phones):
    """With one primary stress: the first of several, or the first vowel when there is none."""
    phones = list(phones)
    main = [at for at, phone in enumerate(phones) if phone[-1] == "1"]
    for at in main[1:]:
        phones[at] = phones[at][:-1] + "2"
    vowels = [at for at, phone in enumerate(phones) if phone[-1].isdigit()]
    if not main and vowels:
        first = next((at for at in vowels if phones[at][-1] == "2"), vowels[0])
        phones[first] = phones[first][:-1] + "1"
    return phones


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]


def bare(phone):
    return phone.rstrip("012")


def held_out(word):
    return zlib.crc32(word.encode()) % HELD_OUT == 0


def measure(trees, words):
    for name, bare in (("with stress", False), ("without stress", True)):
        wrong = total = right = 0
        for word, phones in words:
            said = trees.say(word)
            if bare:
                said, phones = [p.rstrip("012") for p in said], [p.rstrip("012") for p in phones]
            miss = distance(said, phones)
            wrong, total, right = wrong + miss, total + len(phones), right + (miss == 0)
        print(
            f"  {len(words)} held-out words, {name}: "
            f"{wrong / total:.4f} of the phones wrong, {right / len(words):.4f} right"
        )


def main():
    cmu, (own, names) = cmudict(), misaki()
    usual = [
        line.split()[0]
        for line in (package("symspellpy") / "frequency_dictionary_en_82_765.txt")
        .read_text(encoding="utf-8-sig")
        .splitlines()
    ]
    chosen = {}
    for word in usual:
        said = cmu.get(word) or own.get(word)
        if said and len(chosen) < MOST_USED and re.fullmatch("[a-z']+", word):
            chosen[word] = said
    for word in sorted(names & set(cmu)):
        chosen.setdefault(word, cmu[word])
    letters = {row[0]: row[2].split() for row in table("tables/latin.tsv") if len(row) > 2}
    for word in [word for word in chosen if len(word) > 1]:
        spelled = [bare(phone) for letter in word for phone in letters.get(letter, [])]
        if [bare(phone) for phone in chosen[word]] == spelled:
            del chosen[word]  # said letter by letter anyway
    for word, said, *_ in table("english.tsv"):
        chosen[word] = said.split()
        assert all(phone in PHONES for phone in chosen[word]), word
    training = [(word, said) for word, said in sorted(cmu.items()) if not held_out(word) and 1 < len(word) < 20]
    trees = Trees(align(training))
    rest = [(word, said) for word, said in sorted(cmu.items()) if held_out(word) and 1 < len(word) < 20]
    measure(trees, rest)
    words = sorted(chosen)
    shared, suffixes, phones, previous, known = [], [], bytearray(), "", 0
    for word in words:
        same = next((i for i, (a, b) in enumerate(zip(previous, word)) if a != b), min(len(previous), len(word)))
        shared.append(same)
        suffixes.append(word[same:])
        previous = word
        if trees.say(word) == chosen[word]:
            known += 1
        else:
            phones += bytes(PHONES.index(phone) + 1 for phone in chosen[word])
        phones.append(0)
    print(f"  {len(words)} words, {known} of them as the trees say, {len(trees.questions)} nodes")
    pieces = b"".join(bytes([*(PHONES.index(phone) + 1 for phone in piece), 0]) for piece in trees.pieces)
    roots = [trees.roots.get(letter, 0) for letter in "abcdefghijklmnopqrstuvwxyz'"]
    write(
        "english.bin",
        " ".join(PHONES).encode(),
        shared,
        "\n".join(suffixes).encode(),
        phones,
        pieces,
        u16(roots),
        trees.questions,
        trees.values,
        u16(trees.no),
    )
    sample = [row for row in rest if zlib.crc32(b"sample" + row[0].encode()) % 6 == 0]
    lines = [
        "# words of CMUdict that the letter-to-sound trees have not seen",
        *(f"{w}\t{' '.join(p)}" for w, p in sample),
    ]
    (HERE.parent.parent / "tests/fixtures/held_out_words.tsv").write_text("\n".join(lines) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
