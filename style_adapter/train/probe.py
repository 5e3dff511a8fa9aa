"""What an adapter writes for held-out drafts in the middle of its training: leak, persona and fact scores."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from core.nouns import Lang, Verdict
from core.text import language
from style_adapter.bible import Bible
from style_adapter.dataset.items import Item
from style_adapter.model.copying import Source, Vocabulary
from style_adapter.model.decode import PLAIN, Ask, Decoder
from style_adapter.model.library import Library
from style_adapter.model.template import Codec
from style_adapter.prompt import bible_text
from style_adapter.score import score
from style_adapter.train.metrics import Corpus, Said

Check = Callable[[str, str], Verdict]
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Exchange:
    """A message, the draft its reply had to carry, and what a person wrote."""

    question: str
    draft: str
    reply: str


def exchanges(items: Sequence[Item], split: str) -> list[Exchange]:
    """Those with a draft, of one split, persona replies only."""
    return [
        Exchange(reply.prompt, reply.draft, reply.text)
        for item in items
        if item.split == split and item.kind != "neutral"
        for reply in item.replies
        if reply.draft
    ]


class Probe:
    """The same held-out drafts each time."""

    def __init__(self, bible: Bible, items: Sequence[Item], codec: Codec, check: Check, count: int, seed: int) -> None:
        self.bible, self.codec, self.check = bible, codec, check
        held = exchanges(items, "validation")
        self.asked = random.Random(seed).sample(held, min(count, len(held)))
        known = bible_text(bible)
        self.people = [Said(e.reply, f"{known}\n{e.question}\n{e.draft}") for e in held]
        self.corpus = Corpus([Said(e.reply, f"{known}\n{e.question}\n{e.draft}") for e in exchanges(items, "train")])
        self._known = known

    def __call__(self, model: Any) -> tuple[float, float, float, tuple[str, ...], list[str]]:
        """(leak ratio, persona, facts, lifted phrases, texts). Greedy; an unfinished text keeps no fact."""
        texts = write(model, self.codec, self.asked)
        said = [
            Said(text, f"{self._known}\n{e.question}\n{e.draft}") for text, e in zip(texts, self.asked, strict=True)
        ]
        persona = facts = 0.0
        for text, asked in zip(texts, self.asked, strict=True):
            if text:
                persona += score(self.bible, text, prompt=asked.question, draft=asked.draft).value
                facts += self.check(asked.draft, text).ok
        count = max(1, len(texts))
        lifted = tuple(
            f"{lift.phrase} ({lift.rate:.0%}, ×{lift.lift:.1f})" for lift in self.corpus.lifts(said, self.people)
        )
        return self.corpus.leak_ratio(said, self.people), persona / count, facts / count, lifted, texts


def write(model: Any, codec: Codec, asked: Sequence[Exchange]) -> list[str]:
    """One text for each exchange, "" where it came to nothing; adapter as it stands in the model."""
    from style_adapter.dataset.items import Message

    was_training = model.training
    model.eval()
    decoders: dict[str, Decoder] = {}
    texts = [""] * len(asked)
    for lang in get_args(Lang):
        mine = [at for at, exchange in enumerate(asked) if language(exchange.draft or exchange.question) == lang]
        for start in range(0, len(mine), AT_ONCE):
            here = mine[start : start + AT_ONCE]
            decoder = decoders.setdefault(lang, Decoder(Library(model), Vocabulary(codec, lang)))
            asks = []
            for at in here:
                exchange = asked[at]
                prompt = codec.prompt([Message("user", exchange.question), Message("assistant", "", exchange.draft)])
                source = Source(codec, decoder.vocabulary, exchange.draft, lang)
                asks.append(Ask(prompt, source, PLAIN, 40 + round(1.5 * len(source.tokens))))
            for at, rows in zip(here, decoder.run(asks), strict=True):
                texts[at] = codec.decode(rows[0]).strip()
    model.train(was_training)
    return texts
