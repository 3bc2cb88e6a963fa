"""Symbols of KAN-TTS's linguistic input, and the teacher's phoneme tokens turned into them.

The teacher (misaki's Mandarin phonemes, as Kokoro uses them) writes IPA with a tone arrow behind the vowel and a coda
behind the arrow; a space is a word boundary.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

TABLES = json.loads((Path(__file__).parent / "config" / "symbols.json").read_text(encoding="utf8"))
EMOTIONS = {
    "neutral": "emotion_neutral",
    "happy": "emotion_happy",
    "sad": "emotion_sad",
    "serious": "emotion_serious",
}

IPA = json.loads((Path(__file__).parent / "config" / "ipa.json").read_text(encoding="utf8"))
TONES, INITIALS, FINALS = IPA["tones"], IPA["initials"], IPA["finals"]
SPELLED = {"iu": "iou", "ui": "uei", "un": "uen"}
VOWELS = "aeiouyəɛɤɨʊɔɚ"
SYLLABLE = re.compile(
    f"({'|'.join(sorted(INITIALS, key=len, reverse=True))})?([jwɥ]?[{VOWELS}]+)([→↗↓↘]?)(n(?![→↗↓↘])|ŋ)?"
)
PAUSES = {" ": "#1", ",": "#3", ":": "#3", ";": "#3", ".": "#4", "!": "#4", "?": "#4"}


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
    tone: int
    initial_tokens: int
    tokens: int


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


def read_syllable(tokens, at, readings):
    """The syllable that starts at token `at`; `readings`: pinyin without tones that its character can have."""
    match = SYLLABLE.match("".join(tokens[at:]))
    if not match:
        raise ValueError(f"not a syllable: {''.join(tokens[at : at + 6])}")
    initial, vowel, tone, coda = match.groups()
    following = "".join(tokens[at:])[match.end() :][:1]
    if coda == "n" and following and following in VOWELS + "jwɥ":
        # an n before a vowel may begin the next syllable: the character decides
        closed = vowel in ("ə", "jɛ", "ɥɛ", "wə") or any(r.endswith("n") for r in readings)
        coda = "n" if closed else None
    length, text = 0, (initial or "") + vowel + tone + (coda or "")
    while sum(map(len, tokens[at : at + length])) < len(text):
        length += 1
    first = sum(1 for i in range(length) if sum(map(len, tokens[at : at + i + 1])) <= len(initial or ""))
    final = "ɨ" if vowel == "ɨ" else FINALS.get(vowel + (coda or ""))
    if final is None:
        raise ValueError(f"not a final: {vowel}{coda or ''}")
    if not initial and vowel[0] in "jwɥ":
        first = 1
    return Syllable(INITIALS.get(initial, ""), final, TONES[tone], first, length)


def frames_of(syllable, durations):
    """Split a syllable's frames between its two phones at the IPA boundary."""
    initial, total = sum(durations[: syllable.initial_tokens]), sum(durations)
    if syllable.initial_tokens == 0 and phones_of(syllable.initial, syllable.final)[0] in ("y_c", "w_c"):
        initial = total // 3
    return initial, total - initial


def phones(tokens, durations, readings):
    """Phones and pauses of an utterance.

    tokens, durations (frames) per token; readings: per Chinese character the set of its toneless pinyin.
    """
    out, word, at, count = [], [], 0, 0

    def close(pause, frames):
        for i, phone in enumerate(word):
            last = i == len(word) - 1
            phone.word_segment = "word_begin" if i == 0 else "word_end" if last else "word_middle"
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
        syllable = read_syllable(tokens, at, readings[count] if count < len(readings) else set())
        frames = frames_of(syllable, durations[at : at + syllable.tokens])
        first, second = phones_of(syllable.initial, syllable.final)
        tone = f"tone{syllable.tone}"
        word.append(Phone(first, tone, "s_begin", "", frames[0]))
        word.append(Phone(second, tone, "s_end", "", frames[1]))
        at, count = at + syllable.tokens, count + 1
    close("#4", 0)
    if count != len(readings):
        raise ValueError(f"{count} syllables for {len(readings)} characters")
    return out


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
