"""Pitch, level, length and pauses of the moods: does a question sound like one?

    python -m train.moods OUT [--langdu ../target/release/langdu] [--voice xiaolang]

Speaks the sentences of `train/moods/moods.tsv` by the command line into OUT, each with its mood and without, and prints
what the mood changes, in semitones, decibels and ratios (median and standard deviation). F0 is pYIN's (librosa), per
syllable its median over the voiced frames of the later two thirds. A length is that of what sounds: within 25 dB of the
loudest 5 ms; beside it stands the teacher's, and for short sentences the one that they have within a dialogue. The last
line is all of it as JSON. `train.contours` draws what has been spoken into OUT.
"""

import argparse
import json
import subprocess
from pathlib import Path

import librosa
import numpy as np
import soundfile

TEXTS = Path(__file__).parent / "moods" / "moods.tsv"
FRAMES, BLOCKS = 80, 200  # a second
WINDOW = 0.064  # seconds
PLACES = 5
BEFORE = "他说"  # what introduces a sentence of a dialogue
PAUSES = {
    "、": "苹果、香蕉、葡萄和梨都很甜。",
    "，": "今天天气不错，我们去公园。",
    "；": "他喜欢读书；妹妹喜欢画画。",
    "：": "老师说：明天考试。",
    "（": "小王（他的同学）来过。",
    "。": "天黑了。他回家了。",
    "？": "天黑了？他回家了。",
    "！": "天黑了！他回家了。",
    "……": "天黑了……他回家了。",
    "——": "他想起一个人——他的老师。",
    "line": "天黑了\n他回家了",
    "paragraph": "天黑了。\n\n他回家了。",
    "heading": "第一章 天黑了\n他回家了。",
    "item": "- 天黑了\n- 他回家了",
    "cell": "天黑了|他回家了",
    "breath": "他昨天下午在学校图书馆门口遇见了多年没有联系的老同学。",
}


class Said:
    """A spoken text: samples, and for each syllable its place, tone, F0 (Hz by frame, NaN unvoiced) and pitch."""

    def __init__(self, folder, ident, tones):
        self.samples, self.rate = soundfile.read(folder / f"{ident}.wav", dtype="float32")
        self.hop, self.block = self.rate // FRAMES, self.rate // BLOCKS
        self.places = json.loads((folder / f"{ident}.json").read_text())
        range_of = {"fmin": 80, "fmax": 600, "resolution": 0.2}
        sizes = {"frame_length": int(WINDOW * self.rate), "hop_length": self.hop}
        self.f0, _, _ = librosa.pyin(self.samples, sr=self.rate, **sizes, **range_of)
        self.tones = tones
        self.pitch = np.array([self.median(start, end) for start, end in self.places])

    def frames(self, start, end):
        return self.f0[(start + (end - start) // 3) // self.hop : max(end // self.hop, 1)]

    def median(self, start, end):
        voiced = self.frames(start, end)
        voiced = voiced[np.isfinite(voiced)]
        return float(12 * np.log2(np.median(voiced))) if len(voiced) else np.nan

    def length(self, first=0):
        """Seconds that sound from the silence in front of syllable `first` on."""
        start = (self.places[first - 1][1] + self.places[first][0]) // 2 if first else 0
        samples = self.samples[start:]
        whole = len(samples) // self.block
        level = np.sqrt((samples[: whole * self.block].reshape(-1, self.block) ** 2).mean(1)) + 1e-9
        loud = np.flatnonzero(20 * np.log10(level / level.max()) > -25)
        return float(loud[-1] - loud[0] + 1) * self.block / self.rate

    def level(self):
        start, end = self.places[0][0], self.places[-1][1]
        return float(10 * np.log10((self.samples[start:end] ** 2).mean()))

    def gaps(self):
        """Milliseconds between syllables."""
        pairs = zip(self.places, self.places[1:], strict=False)
        return [(b[0] - a[1]) * 1000 / self.rate for a, b in pairs]

    def contours(self):
        for (start, end), tone in zip(self.places, self.tones, strict=False):
            f0 = self.frames(start, end)
            voiced = np.flatnonzero(np.isfinite(f0))
            if len(voiced) >= max(4, len(f0) // 2):
                at = np.linspace(0.1, 0.9, PLACES) * (len(f0) - 1)
                yield tone, 12 * np.log2(np.interp(at, voiced, f0[voiced]))


def texts():
    rows = [line.split("\t") for line in TEXTS.read_text(encoding="utf8").splitlines() if not line.startswith("#")]
    return [(row[0], row[1], row[2], row[3:]) for row in rows]


def variants():
    """(id, mood, text) of all that is spoken."""
    for kind, ident, text, _ in texts():
        if kind == "pair":
            yield f"{ident}s", "auto", f"{text}。"
            yield f"{ident}q", "auto", f"{text}？"
            yield f"{ident}t", "auto", f"{text}……"
        elif kind in ("ma", "exclamation"):
            mark = "？" if kind == "ma" else "！"
            yield f"{ident}", "auto", f"{text}{mark}"
            yield f"{ident}n", "neutral", f"{text}{mark}"
        else:
            yield ident, "auto", text
            yield f"{ident}n", "neutral", text
            if kind == "short":
                yield f"{ident}d", "auto", f"{BEFORE}：“{text}”"
    for number, text in enumerate(PAUSES.values()):
        yield f"x{number:02}", "auto", text


def speak(out, langdu, voice):
    said = {}
    for mood in ("auto", "neutral"):
        rows = [(ident, text) for ident, own, text in variants() if own == mood]
        listed = out / f"{mood}.tsv"
        # a line of the list is a text: line ends are kept in a document
        marked = [(ident, text.replace("\n", "\u2028")) for ident, text in rows]
        listed.write_text("".join(f"{ident}\tneutral\t{text}\n" for ident, text in marked), encoding="utf8")
        subprocess.run([langdu, "batch", listed, out, "--voice", voice, "--mood", mood, "--marks"], check=True)
        lines = "".join(f"{text}\n" for _, text in marked)
        report = subprocess.run([langdu, "text", "--json"], input=lines, capture_output=True, text=True, check=True)
        for (ident, _), line in zip(marked, report.stdout.rstrip("\n").split("\n"), strict=True):
            tones = [int(syllable["pinyin"][-1]) for syllable in json.loads(line)["syllables"]]
            said[ident] = Said(out, ident, tones)
    return said


def beside(pairs):
    """What the first of each pair has more than the second: register is that of all syllables but the last two."""
    rows = []
    for a, b in pairs:
        count = min(len(a.pitch), len(b.pitch))
        difference = a.pitch[:count] - b.pitch[:count]
        rows.append(
            {
                "register": np.nanmean(difference[:-2]) if count > 2 else np.nan,
                "before_last": difference[-2] if count > 1 else np.nan,
                "last": difference[-1],
                "spread": np.nanstd(a.pitch[:count]) / np.nanstd(b.pitch[:count]),
                "level": a.level() - b.level(),
                "length": a.length() / b.length(),
            }
        )
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return {
        name: [round(float(np.nanmedian(column)), 2), round(float(np.nanstd(column)), 2)]
        for name, column in columns.items()
    }


def tones(spoken):
    found = [contour for said in spoken for contour in said.contours()]
    everything = np.concatenate([np.asarray(curve) for _, curve in found])
    low, high = np.percentile(everything, (5, 95))
    by_tone = {tone: [curve for own, curve in found if own == tone] for tone in (1, 2, 3, 4)}
    return {
        tone: np.round(np.clip(1 + 4 * (np.mean(curves, 0) - low) / (high - low), 1, 5), 1).tolist()
        for tone, curves in by_tone.items()
        if curves
    }


def lengths(kinds, said):
    """Of short sentences: seconds, the teacher's, and the share of these alone and within a dialogue.

    Of longer ones, by their number of syllables: how many there are, and median, least and greatest share.
    """
    short = {}
    for ident, text, rest in kinds["short"]:
        alone, inside, teacher = said[ident].length(), said[f"{ident}d"].length(len(BEFORE)), float(rest[0])
        short[text] = [round(alone, 3), teacher, round(alone / teacher, 2), round(inside / teacher, 2)]
    phrases = {}
    for kind, ending in (("pair", "s"), ("ma", ""), ("exclamation", "")):
        for ident, _, rest in kinds[kind]:
            if rest:
                one = said[f"{ident}{ending}"]
                phrases.setdefault(len(one.places), []).append(one.length() / float(rest[0]))
    return {
        "short": short,
        "phrases": {count: [len(ratios), *beside_one(ratios)] for count, ratios in sorted(phrases.items())},
    }


def beside_one(ratios):
    return [round(float(value), 2) for value in (np.median(ratios), np.min(ratios), np.max(ratios))]


def measure(said):
    kinds = {}
    for kind, ident, text, rest in texts():
        kinds.setdefault(kind, []).append((ident, text, rest))
    pair = [ident for ident, *_ in kinds["pair"]]
    result = {
        "question beside statement": beside([(said[f"{i}q"], said[f"{i}s"]) for i in pair]),
        "trailing beside statement": beside([(said[f"{i}t"], said[f"{i}s"]) for i in pair]),
    }
    for kind in ("ma", "exclamation", "verse"):
        result[f"{kind} beside neutral"] = beside([(said[i], said[f"{i}n"]) for i, *_ in kinds[kind]])
    result |= lengths(kinds, said)
    result["pauses"] = {name: round(max(said[f"x{number:02}"].gaps())) for number, name in enumerate(PAUSES)}
    result["tones"] = {
        "statement": tones([said[f"{i}s"] for i in pair]),
        "question": tones([said[f"{i}q"] for i in pair]),
        "trailing": tones([said[f"{i}t"] for i in pair]),
        "exclamation": tones([said[i] for i, *_ in kinds["exclamation"]]),
    }
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--langdu", default="../target/release/langdu")
    parser.add_argument("--voice", default="xiaolang")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    said = speak(args.out, args.langdu, args.voice)
    result = measure(said)
    for name, rows in result.items():
        print(name)
        for key, value in rows.items():
            print(f"  {key:12} {value}")
    print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()
