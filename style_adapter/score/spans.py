"""Which parts of a reply are the persona's own words: code, quotes and facts carried over verbatim are
not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from core.text import sentences
from style_adapter.score.morph import Token, tokens

CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.S)
URL = re.compile(r"(?:https?://|www\.)\S+")
MARK = re.compile(r"\[\d{1,3}\]")
QUOTE = re.compile(r"«[^«»]{1,400}»|“[^“”]{1,400}”|„[^„“”]{1,400}[“”]|\"[^\"\n]{1,400}\"")
MIN_COPIED = 3  # words of a draft sentence that, standing verbatim, are the document's and not the persona's


def blank(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with spans blanked out; offsets stay what they were."""
    out = list(text)
    for start, end in spans:
        out[start:end] = [char if char == "\n" else " " for char in out[start:end]]
    return "".join(out)


@dataclass(frozen=True)
class View:
    """A reply seen three ways, offsets equal in all: as written, without code and marks, and only the own
    words."""

    text: str
    prompt: str = ""
    draft: str = ""
    turn: int = 0

    @cached_property
    def plain(self) -> str:
        """Without code, addresses and `[n]`."""
        return blank(self.text, [found.span() for rule in (CODE, URL, MARK) for found in rule.finditer(self.text)])

    @cached_property
    def copied(self) -> tuple[tuple[int, int], ...]:
        """Where whole sentences of the draft stand word for word."""
        return tuple(_copied(self.plain, blank(self.draft, [found.span() for found in CODE.finditer(self.draft)])))

    @cached_property
    def own(self) -> str:
        """`plain` without quotes and without the draft's sentences."""
        quotes = [found.span() for found in QUOTE.finditer(self.plain)]
        return blank(self.plain, [*quotes, *self.copied])

    @cached_property
    def words(self) -> list[Token]:
        return tokens(self.own)

    @cached_property
    def draft_words(self) -> list[str]:
        return [token.word for token in tokens(MARK.sub(" ", self.draft))]

    @cached_property
    def draft_pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset(pairwise(self.draft_words))

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """Spans of the sentences that say something; code alone is none."""
        return [(start, end) for start, end in sentences(self.text) if re.search(r"\w", self.plain[start:end])]

    def carried(self, at: int, count: int = 1) -> bool:
        """Whether own words `at..at+count` stand in the draft together with a neighbour: a fact, not
        manner."""
        if not self.draft:
            return False
        around = self.words[max(0, at - 1) : at + count + 1]
        pairs = {(a.word, b.word) for a, b in pairwise(around)}
        return bool(pairs & self.draft_pairs)


def _copied(text: str, draft: str) -> list[tuple[int, int]]:
    if not draft.strip():
        return []
    spans, here = [], tokens(text)
    words = [token.word for token in here]
    for start, end in sentences(draft):
        wanted = [token.word for token in tokens(MARK.sub(" ", draft[start:end]))]
        if len(wanted) < MIN_COPIED:
            continue
        for at in range(len(words) - len(wanted) + 1):
            if words[at] == wanted[0] and words[at : at + len(wanted)] == wanted:
                spans.append((here[at].start, here[at + len(wanted) - 1].end))
                break
    return spans
