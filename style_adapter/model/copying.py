"""What a restyled text may write: free words of its language, and of numbers, identifiers, code and [n] only what stands in
the draft, whole. A trie over the draft's spans, walked token by token. Knows no model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.nouns import Lang
from core.text import CITATION
from style_adapter.model.template import Codec

FENCE = r"```[\s\S]*?(?:```|\Z)"
TICKS = r"`[^`\n]+`"
MARK = r"\[\d{1,3}\]"
QUOTE = r"«[^«»\n]{1,80}»"
ASCII_RUN = r"[!-~]*[A-Za-z0-9][!-~]*"  # printable ASCII without blanks, with a letter or digit in it
NUMBER_RUN = r"[!-~]*\d(?:[!-~–—]*\d)?[!-~]*"
LOCKED = {
    "ru": re.compile(f"{FENCE}|{TICKS}|{MARK}|{ASCII_RUN}"),
    "en": re.compile(
        f"{FENCE}|{TICKS}|{MARK}|[!-~]*[0-9_/\\\\][!-~]*|(?<![\\w-])--?[A-Za-z][!-~]*|[A-Za-z]+[A-Z][A-Za-z]*"
    ),
}
FREE = {
    "ru": re.compile(r"[▁ ]?[а-яёА-ЯЁ]*[-,.!?:;…»)—–%№\"«(]{0,3}"),
    "en": re.compile(r"[▁ ]?['’]?[A-Za-z]*['’]?[-,.!?:;…»)—–%\"«“”(]{0,3}"),
}
SYMBOLS = set("£$€¥°²³×÷≥≤±№&")  # free where the draft has them
BEFORE, AFTER = (
    ("", " ", "(", "«", " «", " ("),
    ("", ".", ",", ":", ";", ")", ").", "),", "?", "!", "»", "».", "-", "'"),
)
CLOSING = ".,;:!?)»\"'"


def locked_spans(text: str, lang: Lang) -> list[str]:
    """The strings of a draft that may only be copied whole, in order, each once."""
    found: list[str] = []
    for match in LOCKED[lang].finditer(text):
        span = match.group()
        if span[0] != "`" and not CITATION.fullmatch(span):
            for piece in re.split(r"(?=\[\d{1,3}\])", span):
                found.append(_trimmed(piece))
            continue
        found.append(span)
    return [span for span in dict.fromkeys(found) if span]


def _trimmed(span: str) -> str:
    """Without the punctuation of the sentence around it: brackets stay where their partner is inside."""
    while span and span[0] in "(\"'«" and not (span[0] == "(" and ")" in span[1:].rstrip(CLOSING)):
        span = span[1:]
        if span[-1:] == ")" and "(" not in span:
            span = span[:-1]
    while (
        span and (span[-1] in CLOSING or (span[-1] == "-" and len(span) > 1)) and not (span[-1] == ")" and "(" in span)
    ):
        span = span[:-1]
    return span


@dataclass(slots=True)
class Node:
    """A place in the trie: tokens that go on from here, and the span that is complete here."""

    next: dict[int, Node] = field(default_factory=dict)
    span: int = -1


class Vocabulary:
    """The free tokens of a language, for one tokenizer. `ids` are sorted; `glued[i]`: the token goes on with letters,
    without a blank before them. English words beyond the first `limit` tokens are too rare to be written."""

    def __init__(self, codec: Codec, lang: Lang, limit: int = 120_000) -> None:
        free, rule = set[int](), FREE[lang]
        self._letters: dict[int, bool] = {}
        self._lettered: set[int] = set()
        self.opens: set[int] = set()
        for number, text in enumerate(codec.tokenizer.texts()):
            letters = sum(char.isalpha() for char in text)
            common = lang == "ru" or letters < 2 or number < limit
            if text and rule.fullmatch(text) and common:
                free.add(number)
                self._letters[number] = text[0].isalpha()
                if any(char.isalpha() for char in text):
                    self._lettered.add(number)
                if text[-1] in '▁ («"“':
                    self.opens.add(number)
        free.add(codec.end)
        self.ids = sorted(free)
        self.free = free
        self.end = codec.end

    def letters_first(self, token: int) -> bool:
        return self._letters.get(token, False)

    def lettered(self, token: int) -> bool:
        """Whether a free token holds a letter."""
        return token in self._lettered


class Source:
    """One draft as what may be copied. `spans` are its locked strings, `lookup` its tokens for proposals."""

    def __init__(self, codec: Codec, vocabulary: Vocabulary, draft: str, lang: Lang) -> None:
        self.spans = locked_spans(draft, lang)
        self.tokens = codec.encode(draft)
        self.first = set(self.tokens[:1]) | set(codec.encode(" " + draft.lstrip())[:1])
        self.marks = {number for number, span in enumerate(self.spans) if CITATION.fullmatch(span)}
        self.root = Node()
        self.vocabulary = vocabulary
        self.blank_first: set[int] = set()
        rule = FREE[lang]
        rare, self.symbols = set[int](), set[int]()
        for token in set(self.tokens):
            text = codec.tokenizer.text(token)
            if len(text.strip("▁")) == 1 and text[-1] in SYMBOLS:
                self.symbols.add(token)
            if rule.fullmatch(text) or token in self.symbols:
                rare.add(token)
        self.free = vocabulary.free | rare  # a rare word of the draft is no rarer than the draft
        self.rare = rare - vocabulary.free
        for number, span in enumerate(self.spans):
            for before in BEFORE:
                for after in AFTER:
                    self._add(codec, before, span, after, number)
        reached = self._spans(self.root)
        self.wanted = len(reached)  # a span that no tokens spell can't be asked for
        self.allowed = sorted(self._tokens(self.root) | self.rare)

    def _add(self, codec: Codec, before: str, span: str, after: str, number: int) -> None:
        tokens = codec.encode(before + span + after)
        free = self.free
        while tokens and tokens[0] in free:
            tokens = tokens[1:]
        while tokens and tokens[-1] in free:
            tokens = tokens[:-1]
        if not tokens or codec.decode(tokens).strip(" («-" + CLOSING) != span.strip(" («-" + CLOSING):
            return
        node = self.root
        for token in tokens:
            node = node.next.setdefault(token, Node())
        node.span = number
        if codec.tokenizer.text(tokens[0])[:1] in ("▁", " ", "(", "«"):
            self.blank_first.add(tokens[0])

    def _spans(self, node: Node) -> set[int]:
        found = {node.span} if node.span >= 0 else set()
        for child in node.next.values():
            found |= self._spans(child)
        return found

    def _tokens(self, node: Node) -> set[int]:
        found = set(node.next)
        for child in node.next.values():
            found |= self._tokens(child)
        return found


class Walk:
    """Where one text being written stands: which tokens may come next, and what of the draft is still missing."""

    __slots__ = ("done", "node", "opened", "source", "tokens")

    def __init__(self, source: Source) -> None:
        self.source = source
        self.node: Node | None = None
        self.done: set[int] = set()
        self.tokens: list[int] = []
        self.opened = True  # the last token leaves room for a span without a blank

    def forced(self) -> int | None:
        """The only token that may come, or None."""
        node = self.node
        if node is not None and node.span < 0 and len(node.next) == 1:
            return next(iter(node.next))
        return None

    def may(self, token: int) -> bool:
        node, source, free = self.node, self.source, self.source.free
        if token == source.vocabulary.end:
            return (node is None or node.span >= 0) and self.missing == 0
        if node is not None:
            if token in node.next:
                return True
            if node.span < 0:
                return False
            if token in free:
                return not source.vocabulary.letters_first(token)
            return token in source.root.next and token in source.blank_first
        if token in free:
            return True
        return token in source.root.next and (self.opened or token in source.blank_first)

    @property
    def missing(self) -> int:
        """Locked strings of the draft that have not been said; a text ends only at 0."""
        return self.source.wanted - len(self.done)

    def take(self, token: int) -> None:
        """Go on with a token that `may` allowed."""
        self.tokens.append(token)
        if self.node is not None and token in self.node.next:
            self.node = self.node.next[token]
        else:
            self.node = self.source.root.next.get(token) if token not in self.source.free else None
        if self.node is not None and self.node.span >= 0:
            self.done.add(self.node.span)
        self.opened = token in self.source.vocabulary.opens or token in self.source.symbols

    def copy(self) -> Walk:
        other = Walk(self.source)
        other.node, other.done, other.tokens, other.opened = self.node, set(self.done), list(self.tokens), self.opened
        return other


def propose(source: Source, said: Sequence[int], length: int, reach: int = 2) -> list[int]:
    """Prompt lookup: how the draft goes on where it last held the end of what is said. Empty where it doesn't."""
    tokens = source.tokens
    for size in range(min(reach, len(said)), 0, -1):
        tail = list(said[-size:])
        for at in range(len(tokens) - size, -1, -1):
            if tokens[at : at + size] == tail and at + size < len(tokens):
                return tokens[at + size : at + size + length]
    return []
