"""`python -m evals.readers.passages OUT [DIR…]`: (question, quote) pairs for the passage reader, as JSON lines: the quotes that
the search chooses for every question of evals/questions and for a sample of XQuAD; or those of the hand-written passages of the
folders given."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.evaluation import Item, holds, right
from evals.retrieval.lab import Lab, questions, xquad
from evals.retrieval.train import SETS, XQUAD_CROSSED, XQUAD_SAME, folders
from retrieval.cross_encoder import headed
from retrieval.evidence import choose, unit_scores
from retrieval.search import RESCORED

QUOTES = 6
UNSURE = 0.5  # weight of a quote without the gold: it may answer too


def of_item(lab: Lab, item: Item) -> Iterator[dict[str, Any]]:
    result = lab.find(item, RESCORED)
    quotes = choose(result, unit_scores(result), QUOTES) if result.found else []
    for rank, quote in enumerate(quotes):
        source, text = quote.source, headed(quote.source)
        answers = right(source.source, item.gold) and holds(source.quote, item.gold)
        found = [text.find(gold) for _, gold in item.gold]
        spans = [(at, at + len(gold)) for at, (_, gold) in zip(found, item.gold, strict=True) if at >= 0]
        yield {
            "question": result.passages.query, "passage": text, "label": int(answers), "id": item.id, "rank": rank,
            "answerable": bool(item.gold), "spans": spans[:1] if answers and spans else None if answers else [],
            "weight": 1.0 if answers or not bool(item.gold) else UNSURE,
        }  # fmt: skip


def of_line(row: dict[str, Any], dice: random.Random) -> Iterator[dict[str, Any]]:
    """Each question over the whole passage and over a stretch of it (rank 1); one that is answered also over the passage without
    its proof (rank 2), so that the question alone tells nothing."""
    text = row["passage"]
    for n, asked in enumerate(row["questions"]):
        quote = asked["quote"] if asked["a"] else ""
        at = text.find(quote) if quote else -1
        low, high = _stretch(text, at, at + len(quote), dice)
        told = [(text, int(asked["a"]), 0), (text[low:high], int(asked["a"]), 1)]
        if quote and text.count(quote) == 1 and len(quote) < len(text) / 2:
            told.append((text[:at].rstrip() + "\n" + text[at + len(quote) :].lstrip(), 0, 2))
        for passage, label, rank in told:
            passage = row["title"] + "\n" + passage.strip("\n")
            start = passage.find(quote) if label else -1
            yield {
                "question": asked["q"], "passage": passage, "label": label, "id": f"{row['title']}-{n}", "rank": rank,
                "answerable": asked["a"], "spans": [(start, start + len(quote))] if label else [],
                "weight": UNSURE if rank == 2 else 1.0,
            }  # fmt: skip


def _stretch(text: str, low: int, high: int, dice: random.Random) -> tuple[int, int]:
    """300 to 520 characters between line or sentence ends, around the quote where there is one."""
    size = dice.randint(300, 520)
    if low < 0:
        low = high = dice.randrange(len(text))
    start = max(0, min(low, low - dice.randint(0, max(0, size - (high - low)))))
    end = min(len(text), max(high, start + size))
    cuts = (
        [0]
        + [n + 1 for n in range(len(text)) if text[n] in ".!?\n" and text[n + 1 : n + 2] in ("", " ", "\n")]
        + [len(text)]
    )
    return max(c for c in cuts if c <= start), min(c for c in cuts if c >= end)


def searched() -> Iterator[dict[str, Any]]:
    labs = {name: Lab(folder) for name, folder in folders().items()}
    for part in ("dev", "held"):
        for name in SETS:
            for where, item in questions(name, part):
                yield from ({"set": name, "part": part, **row} for row in of_item(labs[where], item))
    generator = np.random.default_rng(0)
    for documents in ("ru", "en"):
        for lang in ("ru", "en"):
            rows = xquad(lang, documents)
            for n in generator.choice(len(rows), XQUAD_SAME if lang == documents else XQUAD_CROSSED, replace=False):
                where, item = rows[n]
                yield from ({"set": "xquad", "part": "dev", **row} for row in of_item(labs[where], item))


def written(folders: Sequence[Path]) -> Iterator[dict[str, Any]]:
    dice = random.Random(3)
    for path in (path for folder in folders for path in sorted(folder.glob("*.jsonl"))):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                row = json.loads(line)
                yield from ({"set": "written", "part": row["part"], **pair} for pair in of_line(row, dice))


def main(arguments: list[str]) -> int:
    out, *folders = map(Path, arguments)
    rows = written(folders) if folders else searched()
    out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
