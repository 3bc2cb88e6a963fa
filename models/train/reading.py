"""Text to the teacher's phoneme tokens: Mandarin by misaki with erhua, English words by misaki's dictionary.

Needs `train/requirements-teach.txt`.
"""

import importlib.resources
import json
import re
from pathlib import Path

from pypinyin import Style, lazy_pinyin

from .symbols import erhua_places, rhotic

CONFIG = Path(__file__).parent / "config"
ENGLISH = re.compile(r"[A-Za-z][A-Za-z'’&.-]*[A-Za-z]|[A-Za-z]")
CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
NOT_SYLLABIC = chr(815)  # as misaki marks the second half of a diphthong
HAN = re.compile("([\u4e00-\u9fff]+)")


def misakis_words():
    """Phonemes by word, as misaki's American dictionaries have them."""
    words = {}
    for name in ("us_silver.json", "us_gold.json"):
        text = (importlib.resources.files("misaki") / "data" / name).read_text(encoding="utf8")
        for word, entry in json.loads(text).items():
            phonemes = entry["DEFAULT"] if isinstance(entry, dict) else entry
            if phonemes:
                words[word] = phonemes
    return words


class English:
    """Phonemes of English words by a dictionary, and by `config/english.tsv` before it."""

    def __init__(self, words):
        self.words = words
        self.own = dict(line.split("\t") for line in (CONFIG / "english.tsv").read_text(encoding="utf8").splitlines())

    def of(self, word):
        """A word's phonemes: its entry, else its stem's with an ending, else its parts' ("YouTube"), else its letters'
        names ("NBA")."""
        word = word.replace("’", "'").replace("-", "").replace(".", "")
        short = word.isupper() and len(word) < 5
        found = self.own.get(word) or (len(word) > 1 and self.own.get(word.lower()))
        found = found or (not short and (self.entry(word) or self.inflected(word.lower())))
        if found:
            return found
        parts = CAMEL.findall(word)
        return "".join(map(self.of, parts)) if len(parts) > 1 else self.spelled(word)

    def entry(self, word):
        return next((self.words[form] for form in (word, word.lower(), word.capitalize()) if form in self.words), None)

    def inflected(self, word):
        """A regular plural, possessive or past tense."""
        for ending, hissing, voiceless, other in (
            ("'s", "ᵻz", "s", "z"),
            ("s", "ᵻz", "s", "z"),
            ("ed", "ᵻd", "t", "d"),
        ):
            stem = word.removesuffix(ending)
            phonemes = stem != word and (self.entry(stem) or (ending == "ed" and self.entry(stem + "e")))
            if phonemes:
                alike = "td" if ending == "ed" else "szʃʒʧʤ"
                last = phonemes[-1]
                return phonemes + (hissing if last in alike else voiceless if last in "pkftθsʃʧ" else other)
        return None

    def spelled(self, word):
        """The names of letters, the last with the stress."""
        letters = [self.words[c.upper()] for c in word if c.isalpha()]
        return "".join(letter.replace("ˈ", "ˌ") for letter in letters[:-1]) + letters[-1]


class Reader:
    """Tokens of `vocabulary` for a text, and which of them are of English words."""

    def __init__(self, vocabulary):
        import jieba
        from misaki import zh

        self.misaki, self.cut, self.vocabulary, self.english = (
            zh.ZHG2P,
            jieba.lcut,
            vocabulary,
            English(misakis_words()),
        )

    def __call__(self, text):
        """The tokens, and the places [begin, end) of English words among them."""
        tokens, english, end = [], [], 0
        for match in ENGLISH.finditer(text):
            self.mandarin(text[end : match.start()], tokens)
            self.space(tokens)
            begin = len(tokens)
            tokens += [token for token in self.english.of(match[0]) if token in self.vocabulary]
            english.append([begin, len(tokens)])
            end = match.end()
            if HAN.match(text[end:].lstrip()):
                self.space(tokens)
        self.mandarin(text[end:], tokens)
        return tokens, english

    @staticmethod
    def space(tokens):
        if tokens and tokens[-1] != " ":
            tokens.append(" ")

    def mandarin(self, text, tokens):
        """Adds the tokens of a text without English words."""
        if not text.strip():
            return
        places = set(erhua_places(text))
        at = 0
        for part in HAN.split(text):
            if HAN.match(part):
                written = " ".join(self.words(part, {place - at for place in places}))
            else:
                written = self.misaki.map_punctuation(f"|{part}|").replace("|", "")
            at += len(part)
            for token in written:
                if token == " ":
                    self.space(tokens)
                elif token in self.vocabulary:
                    tokens.append(token)

    def words(self, text, erhua):
        """The phonemes of each word; a 儿 at the places `erhua` colours the syllable before it."""
        out, at = [], 0
        for word in self.cut(text):
            syllables = out.pop() if at in erhua else []
            for pinyin in lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True):
                if at in erhua:
                    syllables[-1] = rhotic(syllables[-1])
                else:
                    # 嗯 and 呣 have no vowel in pinyin
                    full = re.sub(r"^h?(n|ng|m)(?=\d)", "en", pinyin)
                    syllables.append(self.misaki.py2ipa(full).replace(NOT_SYLLABIC, ""))
                at += 1
            out.append(syllables)
        return ["".join(syllables) for syllables in out]
