"""Symbol tables of KAN-TTS: what each id of the five embedding tables means (KAN-TTS: `KanTtsLinguisticUnit`)."""

import io
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

from .errors import ConvertError

# Pad, end of sentence, mask: appended to each table; a voice without the mask row lacks the last.
SPECIALS = ["_", "~", "@[MASK]"]
PAUSES = ["#1", "#2", "#3", "#4"]
SYLLABLE_FLAGS = ["s_begin", "s_end", "s_none", "s_both", "s_middle"]
WORD_SEGMENTS = ["word_begin", "word_end", "word_middle", "word_both", "word_none"]
EMOTIONS = (
    "none neutral angry disgust fear happy sad surprise calm gentle relax lyrical serious disgruntled satisfied "
    "disappointed excited anxiety jealousy hate pity pleasure arousal dominance placeholder1 placeholder2 "
    "placeholder3 placeholder4 placeholder5 placeholder6 placeholder7 placeholder8 placeholder9"
).split()
# What the front end of ModelScope can ask a voice for; a row outside this list was never trained.
REQUESTABLE_EMOTIONS = ["neutral", "happy", "angry", "sad", "fear", "hate", "surprise", "arousal"]


def read_resource(path, name):
    """The text of PinYin/`name` in a resource.zip, or in a folder that it was unpacked to."""
    path = Path(path)
    try:
        if path.is_dir():
            return next(path.rglob(f"PinYin/{name}")).read_text(encoding="utf-8-sig")
        with zipfile.ZipFile(path) as archive:
            member = next(n for n in archive.namelist() if n.endswith(f"PinYin/{name}"))
            return io.TextIOWrapper(archive.open(member), encoding="utf-8-sig").read()
    except (OSError, StopIteration, zipfile.BadZipFile, UnicodeDecodeError) as error:
        raise ConvertError(f"{path}: no readable PinYin/{name}") from error


def phones(resource):
    """Phone names of PhoneSet.xml in document order."""
    try:
        root = ElementTree.fromstring(read_resource(resource, "PhoneSet.xml").encode("utf-8"))
    except ElementTree.ParseError as error:
        raise ConvertError(f"{resource}: PhoneSet.xml is not well-formed ({error})") from error
    names = [element.text.strip() for element in root.iter() if element.tag.split("}")[-1] == "name" and element.text]
    if not names:
        raise ConvertError(f"{resource}: PhoneSet.xml lists no phones")
    return names


def tones(resource):
    """Tone names of tonelist.txt; its blank line is the tone of pauses."""
    lines = read_resource(resource, "tonelist.txt").splitlines()
    return [f"tone{line.strip()}" if line.strip() else "tone_none" for line in lines]


def symbol_tables(resource, rows):
    """Tables `sy`, `tone`, `syllable_flag`, `word_segment`, cut to the embedding tables' sizes in `rows`."""
    tables = {
        "sy": phones(resource) + PAUSES,
        "tone": tones(resource),
        "syllable_flag": SYLLABLE_FLAGS,
        "word_segment": WORD_SEGMENTS,
    }
    return {name: with_specials(name, symbols, rows[name]) for name, symbols in tables.items()}


def with_specials(name, symbols, rows):
    """`symbols` and the specials that fit `rows`: all three, or all but the mask."""
    if rows - len(symbols) not in (2, 3):
        raise ConvertError(f"table '{name}' has {rows} rows for {len(symbols)} symbols and 2 or 3 specials")
    return symbols + SPECIALS[: rows - len(symbols)]


def emotion_table(rows):
    """Names of the emotion table's rows."""
    return with_specials("emo_category", [f"emotion_{name}" for name in EMOTIONS], rows)


def supported_emotions(table):
    """The emotions that a voice was trained on, as {name: row}, from the norms of its [rows, width] table.

    An untrained row keeps the norm of its initialisation. The placeholder rows are surely untrained, so an emotion
    counts as trained if the front end can ask for it and its norm lies below that of every placeholder. `neutral`
    always does: no voice is without it.
    """
    norms = (table**2).sum(axis=1) ** 0.5
    placeholders = [norms[i] for i, name in enumerate(EMOTIONS) if name.startswith("placeholder")]
    trained = {name: EMOTIONS.index(name) for name in REQUESTABLE_EMOTIONS}
    return {name: row for name, row in trained.items() if name == "neutral" or norms[row] < min(placeholders)}
