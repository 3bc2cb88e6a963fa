"""English words: the teacher's phonemes as KAN-TTS's phones of ARPAbet, in syllables."""

import json
from pathlib import Path

TABLE = json.loads((Path(__file__).parent / "config" / "english.json").read_text(encoding="utf8"))
PHONES, STRESS, ONSETS = TABLE["phones"], TABLE["stress"], set(TABLE["onsets"])


def is_vowel(phone):
    return phone[0] in "aeiou"


def read(tokens, durations):
    """(phone, stress, frames) of a word's tokens; a stress mark counts to the vowel behind it."""
    out, stress, frames, at = [], 0, 0, 0
    while at < len(tokens):
        if tokens[at] in STRESS:
            stress, frames = STRESS[tokens[at]], frames + durations[at]
            at += 1
            continue
        length = 2 if "".join(tokens[at : at + 2]) in PHONES else 1
        written = "".join(tokens[at : at + length])
        if written not in PHONES:
            raise ValueError(f"not an English phoneme: {written}")
        phone = PHONES[written]
        frames += sum(durations[at : at + length])
        # a mark that stands before the consonants of its syllable waits for the vowel
        out.append((phone, stress if is_vowel(phone) else 0, frames))
        stress, frames = 0 if is_vowel(phone) else stress, 0
        at += length
    return out


def onset(consonants):
    """How many of the consonants between two vowels begin the second syllable: as many as English allows."""
    for length in (3, 2):
        if len(consonants) >= length and "".join(consonants[-length:]) in ONSETS:
            return length
    return int(bool(consonants) and consonants[-1] != "ng")


def syllables(phones):
    """`read`'s phones cut into syllables; without a vowel they are one."""
    vowels = [i for i, (phone, _, _) in enumerate(phones) if is_vowel(phone)]
    starts = [0] + [b - onset([p for p, _, _ in phones[a + 1 : b]]) for a, b in zip(vowels, vowels[1:])]
    return [phones[a:b] for a, b in zip(starts, [*starts[1:], len(phones)])]
