"""Bytes to text when nobody says the encoding: marks and UTF first, then the eight-bit code page in which the
text reads most like Russian. Knows no file format."""

from __future__ import annotations

import codecs
import math
import re
from functools import lru_cache

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SINGLE = ("cp1251", "koi8-r", "cp866", "iso8859-5", "cp1252")
_USUAL = {"cp1251": 1.5, "koi8-r": 0.5, "cp866": 0.5}  # decides between tables for a word or two
_SAMPLE = 200_000  # bytes looked at to choose a code page
_DECLARED = re.compile(
    rb"""(?:<meta[^>]{0,200}?charset\s*=\s*["']?|<\?xml[^>]{0,100}?encoding\s*=\s*["']|coding[:=]\s*)([A-Za-z0-9_.:-]{2,30})""",
    re.I,
)
# Share of each letter in Russian prose, per mille: what makes a wrong table look wrong.
_RUSSIAN = dict(
    zip(
        "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
        (
            110,
            85,
            80,
            74,
            67,
            63,
            55,
            47,
            45,
            44,
            35,
            32,
            30,
            28,
            26,
            20,
            19,
            17,
            17,
            16,
            16,
            14,
            12,
            10,
            9,
            7,
            6,
            5,
            4,
            3,
            3,
            1,
            1,
        ),
        strict=True,
    )
)
_IN_USE = frozenset(
    [
        "cp1250",
        "cp1253",
        "cp1254",
        "cp1255",
        "cp1256",
        "cp1257",
        "shift_jis",
        "cp932",
        "euc_jp",
        "gb18030",
        "gbk",
        "gb2312",
        "big5",
        "euc_kr",
        "cp949",
        "iso8859_2",
        "iso8859_7",
        "iso8859_9",
        "iso8859_15",
    ]
)
_CYRILLIC_WORD = re.compile("(?<![^\\W\\d_])[а-яёА-ЯЁ][а-яё]{2,}(?![^\\W\\d_])")
_LETTERS = re.compile(r"[^\W\d_]+")
_TYPOGRAPHY = frozenset("«»—–…№“”„’‘•©®°±·§™€\u00a0\u00ad≤≥√÷²")


def decode(data: bytes, declared: str = "") -> tuple[str, str]:
    """The text and the encoding it was read by. Never fails: what no table explains becomes U+FFFD.
    `declared` is what a protocol said; it is believed where the bytes agree."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), encoding
    wide = _wide(data)
    if wide:
        return data.decode(wide, "replace"), wide
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    if _mostly_utf8(data):
        return _mixed(data), "utf-8"
    return _eight_bit(data, declared)


def is_wide(data: bytes) -> bool:
    """Whether the bytes are UTF-16 or UTF-32, with a mark or without."""
    return data.startswith(tuple(mark for mark, _ in _BOMS[1:])) or bool(_wide(data))


def _wide(data: bytes) -> str:
    """UTF-16 or UTF-32 without a mark, by where its zero bytes and its high bytes stand; empty where it is
    neither."""
    sample = data[:4000]
    if len(sample) < 4 or b"\x00" not in sample:
        return ""
    if len(data) % 4 == 0:
        for encoding in ("utf-32-le", "utf-32-be"):
            if _decodes(sample[: len(sample) // 4 * 4], encoding):
                return encoding
    even, odd = sample[0::2], sample[1::2]
    best = ""
    for encoding, high in (("utf-16-le", odd), ("utf-16-be", even)):
        usual = sum(byte in (0x00, 0x04, 0x20) for byte in high)  # Latin, Cyrillic, punctuation
        if usual >= 0.9 * len(high) and _decodes(sample[: len(sample) // 2 * 2], encoding):
            best = best or encoding
    return best


def _decodes(sample: bytes, encoding: str) -> bool:
    """Whether the sample is text in this encoding: no control characters, few that are unassigned in scripts
    one meets."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError as error:
        if error.start < len(sample) - 4:
            return False
        text = sample[: error.start].decode(encoding, "ignore")
    if not text:
        return False
    strange = sum((char < " " and char not in "\t\n\r\x0c") or char == "\x7f" for char in text)
    return strange * 50 <= len(text)


def _mostly_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8 with a few faults (a cut end, pasted lines) rather than another
    encoding."""
    text = data[:_SAMPLE].decode("utf-8", "replace")
    wide = sum(char >= "\x80" and char != "\ufffd" for char in text)
    return wide > 0 and text.count("\ufffd") <= wide


def _mixed(data: bytes) -> str:
    """UTF-8 with lines in another encoding: each line by what it is; a broken sequence at the end is
    dropped."""
    out: list[str] = []
    for line in data.splitlines(keepends=True):
        try:
            out.append(line.decode("utf-8"))
        except UnicodeDecodeError as error:
            cut = error.reason == "unexpected end of data"
            if cut or _mostly_utf8(line):
                out.append(line.decode("utf-8", "ignore" if cut else "replace"))
            else:
                out.append(_eight_bit(line, "")[0])
    return "".join(out)


def _eight_bit(data: bytes, declared: str) -> tuple[str, str]:
    sample = data[:_SAMPLE]
    high = sum(byte > 127 for byte in sample[:4000]) or 1
    texts = {encoding: sample.decode(encoding, "replace") for encoding in _SINGLE}
    scores = {encoding: russian_score(text) + _USUAL.get(encoding, 0.0) / high for encoding, text in texts.items()}
    best = max(scores, key=lambda encoding: scores[encoding])
    named = _known(declared) or _known(_declared(data))
    if named and (named not in scores or scores[named] >= scores[best] - 0.05):
        best = named
    elif not named and (scores[best] < _PLAUSIBLE or not _has_words(texts[best])):
        best = _guess(sample, high)
    return data.decode(best, "replace"), best


def _has_words(text: str) -> bool:
    """Whether Cyrillic is more than letters strewn over a Latin text."""
    latin = sum("a" <= char.lower() <= "z" for char in text[:4000])
    high = sum(char >= "\x80" for char in text[:4000])
    return latin <= high or bool(_CYRILLIC_WORD.search(text))


_PLAUSIBLE = 0.1  # a Russian text scores 0.3–0.7 in its own table and below 0 in a wrong one


def _declared(data: bytes) -> str:
    found = _DECLARED.search(data[:2048])
    return found.group(1).decode("ascii") if found else ""


def _known(name: str) -> str:
    """The codec's name, or empty where there is no such text encoding or the bytes already contradict it."""
    try:
        codec = codecs.lookup(name.strip()).name if name.strip() else ""
        b"".decode(codec or "utf-8")
    except LookupError:
        return ""
    return "" if codec.startswith(("utf", "ascii")) else codec


def _guess(sample: bytes, high: int) -> str:
    """The table of a text that is not Cyrillic: charset_normalizer's opinion where most letters are not Latin
    and it names a table in use, else Western European, which it takes for others where accents are few."""
    latin = sum(65 <= byte <= 90 or 97 <= byte <= 122 for byte in sample[:4000])
    if high >= 20 and high * 2 > latin:
        from charset_normalizer import from_bytes

        found = from_bytes(sample[:20_000]).best()
        if found is not None and found.encoding in _IN_USE:
            return found.encoding
    return "cp1252"


@lru_cache(maxsize=64)
def _letter(char: str) -> float:
    """1 for the commonest letter, 0 for a letter of 2 %, down to −1.8 for the rarest: a wrong table has too
    many of those."""
    return math.log2(_RUSSIAN[char] / 20) / 2.46 if char in _RUSSIAN else -2.0


def russian_score(text: str) -> float:
    """How much the non-ASCII characters look like a Russian text, about -2 … 1. Letters count by their
    frequency; words that mix scripts or change case inside, pseudo-graphics and unassigned codes count
    against."""
    total, score = 0, 0.0
    for char in text:
        if char < "\x80":
            continue
        total += 1
        if char.isalpha():
            score += _letter(char.lower()) if "\u0400" <= char <= "\u04ff" else 0.1
        elif char == "\ufffd" or char < "\xa0":
            score -= 2.0
        else:
            score += 0.2 if char in _TYPOGRAPHY else -1.0
    if not total:
        return 0.0
    return (score - 1.5 * _odd_words(text)) / total


def _odd_words(text: str) -> float:
    """Letters in words no writer makes: Cyrillic and Latin mixed, capitals after small letters; a fifth of
    those in words all in capitals, for they are rare."""
    odd = 0.0
    for word in _LETTERS.findall(text):
        if word.isascii():
            continue
        latin = sum(char < "\u0250" for char in word)
        if 0 < latin < len(word) or (word[1:] != word[1:].lower() and not word.isupper()):
            odd += len(word)
        elif len(word) > 1 and word.isupper():
            odd += len(word) / 5
    return odd
