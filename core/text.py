"""Text helpers every room needs: folding, words, stems, sentences, language by script. Knows no model."""

from __future__ import annotations

import re
import threading
from functools import lru_cache

from core.nouns import Lang

WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*", re.UNICODE)
CYRILLIC = re.compile(r"[а-яёА-ЯЁ]")
LATIN = re.compile(r"[a-zA-Z]")
_CYRILLIC_RUN = re.compile(r"[а-яёА-ЯЁ]+")
_LATIN_RUN = re.compile(r"[a-zA-Z]+")
CITATION = re.compile(r"\s?\[(\d{1,3})\]")


# Words by which a heading turns what stands below it into its opposite, or bounds it: «Нельзя», "What is not backed up".
_DENIAL = re.compile(
    r"\b(?:не|ни|нет|нельзя|никогда|никому|ничего|запре[тщ]\w*|исключени\w*|кроме|ограничени\w*"
    r"|no|not|never|cannot|\w+n['’]t|forbidden|prohibited|disallowed|unsupported|except\w*|limitations?)\b",
    re.IGNORECASE,
)


def denies(heading: str) -> bool:
    """Whether what stands below a heading would be read wrongly without it."""
    return bool(_DENIAL.search(heading))


def fold(text: str) -> str:
    """Lower case with ё=е, the form in which words are compared."""
    return text.lower().replace("ё", "е")


def words(text: str) -> list[str]:
    """The folded words of a text, in order; hyphenated words are one word."""
    return WORD.findall(fold(text))


def language(text: str) -> Lang:
    """`ru` where Cyrillic letters are at least a quarter of all, else `en`: Russian technical text is full of Latin names."""
    cyrillic = sum(map(len, _CYRILLIC_RUN.findall(text)))
    latin = sum(map(len, _LATIN_RUN.findall(text)))
    return "ru" if cyrillic and cyrillic * 3 >= latin else "en"


_own = threading.local()  # a Snowball stemmer keeps the word it works on: shared by threads it crashes or stems wrong


def _stemmer(name: str):  # type: ignore[no-untyped-def]
    if not hasattr(_own, name):
        import snowballstemmer

        setattr(_own, name, snowballstemmer.stemmer(name))
    return getattr(_own, name)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Snowball stem of one folded word; the script chooses the language, so mixed texts stem right."""
    if not word.isalpha():
        return word
    return str(_stemmer("russian" if CYRILLIC.search(word) else "english").stemWord(word))


def sentences(text: str) -> list[tuple[int, int]]:
    """Sentence spans `(start, end)` of a text, Russian or English, without surrounding blanks; a line break ends one."""
    from razdel import sentenize

    spans: list[tuple[int, int]] = []
    for line in re.finditer(r"[^\n]+", text):
        open_clause = False  # razdel ends a sentence at a semicolon; a table row and a list of clauses are one
        for found in sentenize(line.group()):
            if not found.text.strip():
                continue
            start = line.start() + found.start
            end = start + len(found.text)
            if open_clause:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((start, end))
            open_clause = found.text.rstrip().endswith(";")
    return spans


def strip_citations(text: str) -> str:
    """The text without its `[n]` marks."""
    return CITATION.sub("", text)
