"""Symbols of KAN-TTS's linguistic input, and the teacher's phoneme tokens turned into them.

The teacher (misaki's Mandarin phonemes, as Kokoro uses them) writes IPA with a tone arrow behind the vowel and a coda
behind the arrow; a space is a word boundary. Erhua is an ɚ without an arrow of its own behind the vowel's. English
words are misaki's American phonemes, with a stress mark before a vowel.
"""

import collections
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pypinyin.contrib.tone_convert import to_finals, to_initials

from . import english

CONFIG = Path(__file__).parent / "config"
TABLES = json.loads((CONFIG / "symbols.json").read_text(encoding="utf8"))
EMOTIONS = {
    "neutral": "emotion_neutral",
    "happy": "emotion_happy",
    "sad": "emotion_sad",
    "serious": "emotion_serious",
    "gentle": "emotion_gentle",
}

SPEAKERS = json.loads((CONFIG / "speakers.json").read_text(encoding="utf8"))
# Whom the engine makes of a speaker that is learnt.
MADE_SPEAKERS = json.loads((CONFIG / "made_speakers.json").read_text(encoding="utf8"))
IPA = json.loads((CONFIG / "ipa.json").read_text(encoding="utf8"))
TONES, INITIALS, FINALS = IPA["tones"], IPA["initials"], IPA["finals"]
SPELLED = {"iu": "iou", "ui": "uei", "un": "uen"}
CONTRACTED = {full: short for short, full in SPELLED.items()}
VOWELS = "aeiouyəɛɤɨʊɔɚ"
R = "ɚ"
SYLLABLE = re.compile(
    f"({'|'.join(sorted(INITIALS, key=len, reverse=True))})?"
    f"({R}|[jwɥ]?[{VOWELS.replace(R, '')}]+\u0303?)([→↗↓↘]?)({R}(?![→↗↓↘]))?(n(?![→↗↓↘])|ŋ)?"
)
# What a vowel and its coda become before the r of erhua, where they change, and the finals that a vowel before it may
# be of.
RHOTIC = IPA["rhotic"]
COLOURED = collections.defaultdict(list)
for ipa, final in (FINALS | {"ɨ": "ɨ"}).items():
    COLOURED[RHOTIC.get(ipa, ipa.rstrip("nŋ"))].append(final)
FULL = (CONFIG / "er.tsv").read_text(encoding="utf8").split()
ERHUA = re.compile(f"{'|'.join(FULL)}|(?<=[\u4e00-\u9fff])(儿)")
PAUSES = dict.fromkeys(" “”()", "#1") | dict.fromkeys(",:;—…", "#3") | dict.fromkeys(".!?", "#4")


@dataclass
class Phone:
    """One symbol with its share of the audio, in frames."""

    sy: str
    tone: str
    syllable_flag: str
    word_segment: str
    frames: int


@dataclass
class Syllable:
    initial: str
    final: str
    coloured: bool  # by erhua
    tone: int
    initial_tokens: int
    tokens: int


def erhua_places(text):
    """Where a 儿 is no syllable of its own but colours the one before it."""
    return [match.start() for match in ERHUA.finditer(text) if match[1]]


def rhotic(ipa):
    """A syllable's phonemes with the r of erhua behind its vowel."""
    initial, vowel, tone, _, coda = SYLLABLE.fullmatch(ipa).groups()
    return (initial or "") + RHOTIC.get(vowel + (coda or ""), vowel) + tone + R


def phones_of(initial, final):
    """KAN-TTS's two phones of a toneless syllable given as pinyin initial ('' for none) and full final."""
    if not initial:
        if final == "er" or final[0] in "aeo":
            return "g" + final[0], final + "_c"
        if final[0] == "v":
            return "y_c", final + "_c"
        rest = {
            "i": "i",
            "in": "in",
            "ing": "ing",
            "u": "u",
            "iu": "ou",
            "ui": "ei",
            "un": "en",
        }.get(final, final[1:])
        return ("y_c" if final[0] == "i" else "w_c"), rest + "_c"
    if final == "ɨ":
        final = "ii" if initial in ("z", "c", "s") else "ih"
    if final == "uo" and initial in ("b", "p", "m", "f"):
        final = "o"
    return ("xx_c" if initial == "x" else initial + "_c"), SPELLED.get(final, final) + "_c"


def phones_of_pinyin(syllable):
    """The same of a toneless syllable in pinyin; with erhua (`huar`) its final is coloured."""
    plain = syllable if syllable == "er" else syllable.removesuffix("r")
    initial, final = to_initials(plain, strict=True), to_finals(plain, strict=True)
    if final == "i" and initial in ("zh", "ch", "sh", "r", "z", "c", "s"):
        final = "ɨ"
    first, second = phones_of(initial, CONTRACTED.get(final, final))
    return first, second if plain == syllable else second.replace("_c", "r_c")


def read_syllable(tokens, at, readings):
    """The syllable that starts at token `at`; `readings`: pinyin without tones that its character can have."""
    match = SYLLABLE.match("".join(tokens[at:]))
    if not match:
        raise ValueError(f"not a syllable: {''.join(tokens[at : at + 6])}")
    initial, vowel, tone, coloured, coda = match.groups()
    following = "".join(tokens[at:])[match.end() :][:1]
    if coda == "n" and following and following in VOWELS + "jwɥ":
        # an n before a vowel may begin the next syllable: the character decides
        closed = vowel in ("ə", "jɛ", "ɥɛ", "wə") or any(r.endswith("n") for r in readings)
        coda = "n" if closed else None
    length, text = 0, (initial or "") + vowel + tone + (coloured or "") + (coda or "")
    while sum(map(len, tokens[at : at + length])) < len(text):
        length += 1
    first = sum(1 for i in range(length) if sum(map(len, tokens[at : at + i + 1])) <= len(initial or ""))
    if coloured:
        final = final_before_r(INITIALS.get(initial, ""), vowel, readings)
    else:
        final = "ɨ" if vowel == "ɨ" else FINALS.get(vowel + (coda or ""))
    if final is None:
        raise ValueError(f"not a final: {vowel}{coda or ''}")
    if not initial and vowel[0] in "jwɥ":
        first = 1
    return Syllable(INITIALS.get(initial, ""), final, bool(coloured), TONES[tone], first, length)


def final_before_r(initial, vowel, readings):
    """The final of a syllable with erhua: several sound the same, and the character decides."""
    finals = COLOURED.get(vowel, [])
    said = {phones_of_pinyin(reading) for reading in readings}
    return next((f for f in finals if phones_of(initial, f) in said), finals[0] if finals else None)


def frames_of(syllable, durations):
    """Split a syllable's frames between its two phones at the IPA boundary."""
    initial, total = sum(durations[: syllable.initial_tokens]), sum(durations)
    if syllable.initial_tokens == 0 and phones_of(syllable.initial, syllable.final)[0] in ("y_c", "w_c"):
        initial = total // 3
    return initial, total - initial


WORDS = {
    (True, True): "word_both",
    (True, False): "word_begin",
    (False, True): "word_end",
    (False, False): "word_middle",
}
FLAGS = {(True, True): "s_both", (True, False): "s_begin", (False, True): "s_end", (False, False): "s_middle"}


def english_phones(tokens, durations):
    """Phones of an English word; the stress of a syllable stands for its tone."""
    out = []
    for syllable in english.syllables(english.read(tokens, durations)):
        tone = f"tone{max((stress for _, stress, _ in syllable), key=lambda stress: (stress > 0, -stress))}"
        for i, (phone, _, frames) in enumerate(syllable):
            out.append(Phone(phone, tone, FLAGS[i == 0, i + 1 == len(syllable)], "", frames))
    return out


def phones(tokens, durations, readings, words=()):
    """Phones and pauses of an utterance.

    tokens, durations (frames) per token; readings: per Chinese syllable the set of its toneless pinyin; words: the
    places [begin, end) of English words among the tokens.
    """
    words = dict(words)
    out, word, at, count = [], [], 0, 0

    def close(pause, frames):
        for i, phone in enumerate(word):
            last = i == len(word) - 1
            phone.word_segment = WORDS[i == 0, last]
        out.extend(word)
        word.clear()
        if out and out[-1].sy.startswith("#"):
            out[-1].sy, out[-1].frames = max(out[-1].sy, pause), out[-1].frames + frames
        elif out:
            out.append(Phone(pause, "tone_none", "s_none", "word_none", frames))

    while at < len(tokens):
        if tokens[at] in PAUSES:
            close(PAUSES[tokens[at]], durations[at])
            at += 1
            continue
        if at in words:
            word += english_phones(tokens[at : words[at]], durations[at : words[at]])
            at = words[at]
            continue
        syllable = read_syllable(tokens, at, readings[count] if count < len(readings) else set())
        frames = frames_of(syllable, durations[at : at + syllable.tokens])
        first, second = phones_of(syllable.initial, syllable.final)
        second = second.replace("_c", "r_c") if syllable.coloured else second
        tone = f"tone{syllable.tone}"
        word.append(Phone(first, tone, "s_begin", "", frames[0]))
        word.append(Phone(second, tone, "s_end", "", frames[1]))
        at, count = at + syllable.tokens, count + 1
    close("#4", 0)
    if count != len(readings):
        raise ValueError(f"{count} syllables for {len(readings)} characters")
    return out


def speaker_of(row):
    """Who speaks a manifest's line, which may name the speaker or its teacher (without, the first), and how fast: a
    name like `xiaolang`, or `xiaolang 1.3x` for a row of the speaker table of its own."""
    given, speed = row.get("speaker"), row.get("speed", 1)
    names = (s["name"] for s in SPEAKERS if given in (None, s["name"], s["teacher"]))
    name = next(names, None)
    if name is None:
        raise ValueError(f"config/speakers.json has no speaker {given}")
    return name if speed == 1 else f"{name} {speed:g}x"


def speaker_rows(names):
    """The rows of a speaker table that these need: the speakers in the order of `SPEAKERS`, then their speeds."""
    speakers = {name.split()[0] for name in names}
    return [s["name"] for s in SPEAKERS if s["name"] in speakers] + sorted(name for name in set(names) if " " in name)


def ids_of(phones, emotion):
    """Rows of the embedding tables (T, 5): symbol, tone, syllable flag, word segment, emotion (of `EMOTIONS`)."""
    return np.array(
        [
            [
                TABLES["sy"].index(p.sy),
                TABLES["tone"].index(p.tone),
                TABLES["syllable_flag"].index(p.syllable_flag),
                TABLES["word_segment"].index(p.word_segment),
                TABLES["emotion"].index("emotion_none" if p.sy.startswith("#") else EMOTIONS[emotion]),
            ]
            for p in phones
        ],
        np.int64,
    )
