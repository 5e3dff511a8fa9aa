"""Text as the files have it, to text as people read it: Unicode, spaces, broken lines and words. Knows no
file format."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache

# Zero-width and bidi controls, tag characters: they split words and hide instructions.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f"
)
_CONTROL = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff"
_DIRTY = re.compile(
    rf"[{_INVISIBLE}{_CONTROL}\r\x0b\x0c\x85\u2028\u2029\u00a0\u2000-\u200a\u202f\u205f\u3000\u200c\u200d\u0301\ufb00-\ufb06]"
)
_DROP = re.compile(f"[{_INVISIBLE}{_CONTROL}]")
_SOFT_BREAK = re.compile("\u00ad[ \t]*\r?\n[ \t]*")
_NEWLINE = re.compile("\r\n?|[\x0b\x85\u2028]")
_SPACE = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_JOINER = re.compile("(?<=[ 0-9A-Za-zА-Яа-яЁё])[\u200c\u200d]|[\u200c\u200d](?=[ 0-9A-Za-zА-Яа-яЁё])")
_STRESS = re.compile("(?<=[аеёиоуыэюяАЕЁИОУЫЭЮЯ])\u0301")


def names(text: str) -> frozenset[str]:
    """The words of a literal as a set."""
    return frozenset(text.split())


_LIGATURES = str.maketrans(
    {
        "\ufb00": "ff",
        "\ufb01": "fi",
        "\ufb02": "fl",
        "\ufb03": "ffi",
        "\ufb04": "ffl",
        "\ufb05": "st",
        "\ufb06": "st",
    }
)
_LAST_PART = re.compile(r"([^\W\d_]+)[-‐‑]$")
_FIRST_PART = re.compile(r"[^\W\d_]+")
_PARTICLES = names("то либо нибудь таки ка де за под й го му х ой ая ое ые")
_PREFIXES = names("кое кой из по во в интернет онлайн веб бизнес топ мини вице экс пресс блок шеф штаб")
_COMPOUND_EN = names(
    "self non well low high real end open cross built so to re pre post co e multi long short full up "
    "on off in out first second third state up left right read write run time role user case rate "
    "role key fine built hard soft"
)


def normalize(text: str) -> str:
    """NFC, "\\n" line ends, plain spaces; soft hyphens, stress marks over Russian vowels and invisible
    characters removed."""
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if not _DIRTY.search(text):
        return text
    text = _SOFT_BREAK.sub("", text)
    text = _NEWLINE.sub("\n", text)
    text = text.replace("\x0c", "\n\n").replace("\u2029", "\n\n")
    text = _SPACE.sub(" ", text)
    text = _STRESS.sub("", text).translate(_LIGATURES)
    return _DROP.sub("", _JOINER.sub("", text))


@lru_cache(maxsize=1)
def _dictionary() -> Callable[[str], bool]:
    import pymorphy3

    return pymorphy3.MorphAnalyzer(lang="ru").word_is_known  # type: ignore[no-any-return]


def _is_known(word: str) -> bool:
    return _dictionary()(word.lower().replace("ё", "е"))


def _keeps_hyphen(left: str, right: str, vocabulary: Collection[str], goes_on: bool) -> bool:
    """Whether `left-` + `right`, met at a line break, is a hyphenated word and not one word cut by the
    typesetter."""
    low, high = left.lower(), right.lower()
    if right[0].isupper() or left.isupper():
        return True  # Ростов-\nДон, КПД-\nметр
    if low + high in vocabulary:
        return False
    if f"{low}-{high}" in vocabulary:
        return True
    if not ("а" <= high[0] <= "я" or high[0] == "ё"):
        return low in _COMPOUND_EN
    if low in _PREFIXES or (high in _PARTICLES and _is_known(low)):
        return not _is_known(low + high)
    if _is_known(low + high):
        return False
    if goes_on:
        return True  # Ростов-\nна-Дону
    # северо-западный: neither half is a cut word; a half the dictionary doesn't know was cut
    return len(low) > 2 and len(high) > 2 and _is_known(high) and (_is_known(low) or low[-1] in "оеи")


def join_lines(lines: Sequence[str], vocabulary: Collection[str] = frozenset()) -> str:
    """One paragraph from its lines: a space between them, a word hyphenated at a line's end made whole.
    `vocabulary` holds folded words of the document, hyphenated ones too; it decides the doubtful cases."""
    parts: list[str] = []
    for raw in lines:
        line = raw.strip()
        if not line:
            continue
        if parts:
            parts[-1], gap = _end(parts[-1], line, vocabulary)
            parts.append(gap)
        parts.append(line)
    return "".join(parts)


def _end(before: str, line: str, vocabulary: Collection[str]) -> tuple[str, str]:
    """How a line ends when `line` follows in the same paragraph, and what stands between the two."""
    last = before[-1]
    if last in "-‐‑":
        cut, rest = _LAST_PART.search(before[-80:]), _FIRST_PART.match(line)
        if cut and rest:
            goes_on = line[rest.end() : rest.end() + 1] in ("-", "‐", "‑")
            kept = _keeps_hyphen(cut.group(1), rest.group(), vocabulary, goes_on)
            return (before if kept else before[:-1]), ""
        if before[-2:-1].isalnum() and line[0].isalnum():
            return before, ""  # GPT-\n4, 2019-\n2020
    elif last == "/" and before[-2:-1].isalpha() and line[0].isalpha():
        return before, ""  # и/\nили
    return before, " "


def one_line(text: str) -> str:
    """The text with every run of blanks made one space."""
    return " ".join(text.split())


def row(header: Sequence[str], cells: Sequence[str]) -> str:
    """A table row that stands by itself: `Column: value; Column: value`. A first column without a name names
    the row: `Limit — Free: 5; Pro: 10`. Empty cells are left out; a cell beyond the header stands without a
    name."""
    names = [one_line(name) for name in header]
    values = [one_line(value) for value in cells]
    label = ""
    if len(names) > 1 and not names[0] and any(names) and values and values[0]:
        label = values[0]
        names, values = names[1:], values[1:]
    pairs = []
    for index, value in enumerate(values):
        if value:
            name = names[index].rstrip(":") if index < len(names) else ""
            pairs.append(f"{name}: {value}" if name else value)
    body = "; ".join(pairs)
    return f"{label} — {body}" if label and body else label or body


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The rows as lines, each naming its columns. A header alone is a line of its names."""
    lines = [line for line in (row(header, cells) for cells in rows) if line]
    if not lines:
        return "; ".join(filter(None, map(one_line, header)))
    return "\n".join(lines)
