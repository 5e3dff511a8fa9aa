"""Counts of a set: splits, lengths, domains, the mix. Judges nothing; `check` does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from core.text import sentences, words
from style_adapter.bible import Bible
from style_adapter.dataset.items import Item
from style_adapter.score.nouns import Reply

CONTRAST_TAGS = ("length-", "contrast")


@dataclass(frozen=True, slots=True)
class Stats:
    """`mix`: shares of the replies by what they teach. `lengths`: replies by number of sentences. `words`:
    median per reply."""

    items: dict[str, int]
    splits: dict[str, int]
    turns: dict[int, int]
    domains: dict[str, int]
    replies: int
    mix: dict[str, float]
    lengths: dict[int, int]
    words: float
    favourites: dict[str, float] = field(default_factory=dict)


def kind_of(bible: Bible, item: Item, reply: Reply) -> str:
    """What a reply teaches: neutral, contrast (very short or expanded), facts, refusal, smalltalk."""
    if item.kind == "neutral":
        return "neutral"
    count = sum(1 for start, end in sentences(reply.text) if any(char.isalnum() for char in reply.text[start:end]))
    if count > bible.length.default.max_sentences:
        return "contrast"
    if reply.draft:
        return "contrast" if count == 1 and len(words(reply.text)) <= 12 else "facts"
    labels = (item.domain, *item.tags)
    return "refusal" if any("refus" in label for label in labels) or refuses(bible, reply.text) else "smalltalk"


def refuses(bible: Bible, text: str) -> bool:
    """Whether a reply says that the documents don't tell: it names them and denies, as the bible's refusals
    do."""
    said = set(words(text))
    papers = ("документ", "бумаг", "document", "paper", "написан", "сказан", "record")
    names = any(word.startswith(papers) for word in said)
    denies = said & {
        "не",
        "нет",
        "ни",
        "пусто",
        "молчат",
        "молчит",
        "ноль",
        "not",
        "no",
        "nothing",
        "silent",
        "nowhere",
        "never",
    }
    return names and bool(denies)


def stats(bible: Bible, items: Sequence[Item]) -> Stats:
    from style_adapter.score import favourite_use

    taught = [(item, reply) for item in items if item.split != "trap" for reply in item.replies]
    spoken = [reply for item, reply in taught if item.kind != "neutral"]
    kinds = Counter(kind_of(bible, item, reply) for item, reply in taught)
    total = max(1, len(taught))
    lengths = Counter(len(sentences(reply.text)) for reply in spoken)
    return Stats(
        items=dict(Counter(item.kind for item in items if item.split != "trap")),
        splits=dict(Counter(item.split for item in items)),
        turns=dict(sorted(Counter(len(item.messages) for item in items if item.kind == "dialogue").items())),
        domains=dict(Counter(item.domain or (item.tags[-1] if item.tags else "") for item in items).most_common()),
        replies=len(taught),
        mix={kind: round(kinds[kind] / total, 4) for kind in ("facts", "contrast", "refusal", "smalltalk", "neutral")},
        lengths=dict(sorted(lengths.items())),
        words=float(median([len(words(reply.text)) for reply in spoken] or [0])),
        favourites={text: round(len(at) / max(1, len(spoken)), 4) for text, at in favourite_use(bible, spoken).items()},
    )
