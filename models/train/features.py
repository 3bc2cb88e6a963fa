"""Stage 1: audio and transcripts to features.

    python -m train.features CORPUS... WORK [--like VOICE/weights.npz]

CORPUS is a folder with `manifest.jsonl` (id, emotion, text, and tokens with durations in units of two hops, or what
`train.align` writes), `f0.npz` or `ID.npy` (optional; estimated where missing) and `ID.flac` of any rate. Writes
WORK/features.npz (per id: frames, f0, voiced, cycles, pitch, energy, ids, durations, samples), WORK/statistics.json
and WORK/texts.json. `--like` takes means and deviations from a voice, where a training shall start from it.
"""

import argparse
import concurrent.futures
import itertools
import json
from pathlib import Path

import librosa
import numpy as np
from pypinyin import Style, pinyin
from tqdm import tqdm

from . import audio, symbols
from .data import held_out
from .export import load_weights

LEAD, TAIL = 2, 12  # frames of silence kept before and after an utterance
SILENCE = 0.4  # mel units (hundredths of a decibel over 100) below the loudest frame
TEACHERS_PAUSES = 2  # times as long: the teacher hurries over commas
UNVOICED = 60.0  # Hz; the teacher's curve is below where it is unvoiced


def readings(text):
    """Of every Chinese syllable of a text, the pinyin without tones that its character can have."""
    erhua = set(symbols.erhua_places(text))
    characters = [c for i, c in enumerate(text) if "\u4e00" <= c <= "\u9fff" and i not in erhua]
    return [set(row) for row in pinyin("".join(characters), style=Style.NORMAL, heteronym=True)]


def loudness(mel):
    return mel.max(1)


def silence_in(quiet, at_end):
    """The longest run of quiet frames, or that at the end: its first frame, and the first one behind it."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8))).reshape(-1, 2)
    runs = edges[edges[:, 1] == len(quiet)] if at_end else edges
    return runs[np.argmax(runs[:, 1] - runs[:, 0])].tolist() if len(runs) else (len(quiet), len(quiet))


def settle_pauses(phones, start, loud):
    """Where the teacher's alignment and the sound disagree on a pause, the sound is right: silence that is counted to a
    final goes to the pause behind it, and sound that is counted to the pause goes to the phone that follows."""
    quiet = loud <= loud.max() - SILENCE
    at = start
    for final, pause, onset in itertools.zip_longest(phones, phones[1:], phones[2:]):
        if pause and pause.sy in ("#3", "#4") and not final.sy.startswith("#"):
            length = final.frames + pause.frames
            begin, stop = silence_in(quiet[at : at + length], at_end=onset is None)
            if stop > begin or onset is None:
                # a frame of dying away stays with the final
                final.frames = min(begin + 1, length)
                pause.frames = max(0, stop - final.frames)
            if onset:
                onset.frames += length - final.frames - pause.frames
        at += final.frames


def lengthen_pauses(phones, loud, times):
    """Makes the silent pauses within a sentence `times` as long; gives how often each frame is to be taken for that."""
    counts = np.ones(len(loud), np.int64)
    at = 0
    for phone in phones[:-1]:
        frames = phone.frames
        if phone.sy in ("#3", "#4") and frames:
            softest = at + int(np.argmin(loud[at : at + frames]))
            if loud[softest] <= loud.max() - SILENCE:
                counts[softest] += (times - 1) * frames
                phone.frames *= times
        at += frames
    return counts


def phones_of(row):
    """Frames of silence before an utterance, and its phones, as aligned or from the teacher's tokens."""
    if "phones" in row:
        return row["lead"], [symbols.Phone(**phone) for phone in row["phones"]]
    durations = [2 * d for d in row["durations"]]
    return durations[0], symbols.phones(row["tokens"], durations[1:-1], readings(row["text"]), row.get("english", ()))


def utterance(row, samples, f0, cycles):
    """Features of one utterance, cut to its speech; F0 in Hz and cycles of it at each frame."""
    hop = audio.AUDIO.hop
    magnitudes = audio.spectrum(samples)
    mel = audio.mel_of(magnitudes)
    lead, phones = phones_of(row)
    loud = loudness(mel)
    speech = np.flatnonzero(loud > loud.max() - SILENCE)
    begin_cut = max(0, min(int(speech[0]), lead + phones[0].frames - 1) - LEAD)
    phones[0].frames += lead - begin_cut
    settle_pauses(phones, begin_cut, loud)
    phones[-1].frames = min(phones[-1].frames, TAIL)
    total = min(sum(p.frames for p in phones), len(mel) - begin_cut)
    phones[-1].frames += total - sum(p.frames for p in phones)
    taken = np.arange(begin_cut, begin_cut + total)
    if "tokens" in row:
        taken = np.repeat(taken, lengthen_pauses(phones, loud[taken], TEACHERS_PAUSES))
    f0 = f0[taken].astype(np.float32)
    voiced = f0 > UNVOICED
    samples = samples[: len(mel) * hop].reshape(-1, hop)[taken].reshape(-1)
    return {
        "mel": mel[taken],
        "f0": audio.filled(f0, voiced),
        "voiced": voiced.astype(np.float32),
        "cycles": cycles[taken],
        "loud": audio.energy_of(magnitudes)[taken],
        "ids": symbols.ids_of(phones, row["emotion"]),
        "speaker": symbols.speaker_of(row),
        "durations": np.array([p.frames for p in phones], np.int64),
        "samples": (samples * 32767).astype(np.int16),
    }


def per_symbol(values, durations):
    """Mean over each symbol's frames; a symbol without frames takes the value at its place."""
    ends = np.cumsum(durations)
    sums = np.concatenate([[0], np.cumsum(values, dtype=np.float64)])
    starts = ends - durations
    place = np.minimum(starts, len(values) - 1)
    return np.where(
        durations > 0,
        (sums[ends] - sums[starts]) / np.maximum(durations, 1),
        values[place],
    ).astype(np.float32)


def spoken(rows):
    """By table of `symbols.TABLES`, the entries that occur: the others' embeddings are never trained."""
    columns = np.concatenate([r["ids"] for r in rows]).T
    found = zip(symbols.TABLES.items(), columns, strict=True)
    return {name: [table[i] for i in np.unique(ids)] for (name, table), ids in found}


def with_speakers(stats, rows):
    """Statistics that name the speakers of the utterances; an utterance's speaker becomes its row among them."""
    names = symbols.speaker_rows([row["speaker"] for row in rows])
    for row in rows:
        row["speaker"] = np.array(names.index(row["speaker"]))
    return stats | {"speakers": names}


def statistics(rows):
    mel = np.concatenate([r["mel"] for r in rows])
    f0 = np.concatenate([r["f0"][r["voiced"] > 0] for r in rows])
    loud = np.concatenate([r["loud"] for r in rows])
    return {
        "mel_mean": mel.mean(0).tolist(),
        "mel_std": np.maximum(mel.std(0), 1e-3).tolist(),
        "f0": [float(f0.mean()), float(f0.std())],
        "energy": [float(loud.mean()), float(loud.std())],
    }


def normalise(row, stats):
    """Targets in the units that the networks see."""
    mean, std = (
        np.array(stats["mel_mean"], np.float32),
        np.array(stats["mel_std"], np.float32),
    )
    f0 = (row["f0"] - stats["f0"][0]) / stats["f0"][1]
    row["frames"] = np.concatenate([(row["mel"] - mean) / std, f0[:, None], row["voiced"][:, None]], 1).astype(
        np.float16
    )
    row["pitch"] = per_symbol(f0, row["durations"])
    row["energy"] = per_symbol((row.pop("loud") - stats["energy"][0]) / stats["energy"][1], row["durations"])
    del row["mel"]


def features_of(corpus, row, f0):
    """Features of one line of the manifest, or what is wrong with it; `f0` None where it is to be estimated."""
    samples, _ = librosa.load(corpus / f"{row['id']}.flac", sr=audio.AUDIO.sample_rate)
    if f0 is None:
        f0 = audio.estimated_f0(samples)
        cycles = audio.locked_cycles(samples, f0)
    else:
        cycles = audio.cycles_of(f0)
    try:
        return utterance(row, samples, f0, cycles), None
    except ValueError as error:
        return None, str(error)


def read(corpora):
    """Folder, line of the manifest and F0, where it is given, of every utterance."""
    for corpus in corpora:
        curves = corpus / "f0.npz"
        curves = dict(np.load(curves)) if curves.exists() else {}
        for line in (corpus / "manifest.jsonl").read_text(encoding="utf8").splitlines():
            row = json.loads(line)
            own = corpus / f"{row['id']}.npy"
            yield corpus, row, np.load(own) if own.exists() else curves.get(row["id"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, nargs="+")
    parser.add_argument("work", type=Path)
    parser.add_argument("--like", type=Path, help="weights.npz of a voice whose means and deviations to take")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    utterances = list(read(args.corpora))
    with concurrent.futures.ProcessPoolExecutor() as pool:
        results = pool.map(features_of, *zip(*utterances, strict=True), chunksize=8)
        results = list(tqdm(results, total=len(utterances), desc="features", mininterval=10))
    rows, texts, skipped = {}, {}, []
    for (_, row, _), (features, fault) in zip(utterances, results, strict=True):
        if fault:
            skipped.append(f"{row['id']}: {fault}")
        else:
            rows[row["id"]], texts[row["id"]] = features, row["text"]
    training = [r for ident, r in rows.items() if not held_out(ident)]
    stats = load_weights(args.like)[2] if args.like else statistics(training)
    stats = with_speakers(stats | {"spoken": spoken(training)}, list(rows.values()))
    for row in rows.values():
        normalise(row, stats)
    np.savez(
        args.work / "features.npz",
        **{f"{i}/{k}": v for i, r in rows.items() for k, v in r.items()},
    )
    (args.work / "texts.json").write_text(json.dumps(texts, ensure_ascii=False), encoding="utf8")
    (args.work / "statistics.json").write_text(json.dumps(stats))
    hours = sum(len(r["samples"]) for r in rows.values()) / audio.AUDIO.sample_rate / 3600
    print(f"{len(rows)} utterances, {hours:.2f} h; skipped: {skipped}")


if __name__ == "__main__":
    main()
