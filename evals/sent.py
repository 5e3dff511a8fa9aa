"""`python -m evals.sent PERSONA [werf handbook …] [--each N] [--out FILE]`: what readers get. Questions that the adapter never
saw go the whole way of an answer over real documents (no LLM); printed are the rungs, the bible's rules and the times of the
wording. `--out` keeps every draft beside what was sent, for reading."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.app import App
from bot.commands import question_of
from bot.evaluation import Item, load_items
from core.nouns import Answer
from core.settings import load
from core.text import sentences
from evals.retrieval.lab import FOLDERS, QUESTIONS
from style_adapter.score import score

SEED = 11
ANSWERED = ("answer", "partly")


@dataclass(frozen=True, slots=True)
class Sent:
    """An answered question, what was sent for it, how much of the bible that kept (0..1) and how many taboos it broke."""

    item: Item
    answer: Answer
    passed: float
    taboos: int


async def sent(persona: str, name: str, items: Sequence[Item], scratch: Path) -> list[Sent]:
    """Of these questions those that get an answer."""
    app = App(load(data_dir=scratch / name, folder=scratch, env={"EXPERTBOT_PERSONA__DEFAULT": persona}))
    try:
        await app.open()
        await app.ingest([FOLDERS[name.split("_")[0]]], False, lambda *_: None)
        await app.warm()
        await app.warm_voice()
        bible, rows = app.voices.bible(persona), []
        for item in items:
            answer = await app.answer(question_of(item.question, item.history), persona)
            if answer.draft.kind in ANSWERED:
                turn = len(item.history) // 2
                kept = score(bible, answer.text, prompt=item.question, turn=turn, draft=answer.draft.text)
                rows.append(Sent(item, answer, kept.passed, sum(one.rule == "taboo" for one in kept.violations)))
        return rows
    finally:
        await app.close()


def row(name: str, found: Sequence[Sent]) -> str:
    """A line of the table; times in seconds, of all answers."""
    rungs = Counter(one.answer.status for one in found)
    count = max(1, len(found))
    took = [one.answer.timings.get("restyle", 0.0) for one in found]
    three = [t for t, one in zip(took, found, strict=True) if len(sentences(one.answer.draft.text)) >= 3]
    cells = [
        name, str(len(found)), f"{rungs['styled'] / count:.1%}", f"{(rungs['styled'] + rungs['framed']) / count:.1%}",
        f"{statistics.fmean(one.passed for one in found):.1%}" if found else "–", str(sum(one.taboos for one in found)),
        f"{statistics.median(took):.2f}" if took else "–", f"{statistics.median(three):.2f} ({len(three)})" if three else "–",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def kept(found: Sequence[Sent]) -> str:
    """JSON lines to read: question, draft, what was sent."""
    lines = [
        {"id": one.item.id, "question": one.item.question, "status": one.answer.status, "draft": one.answer.draft.text,
         "sent": one.answer.text, "passed": round(one.passed, 3)}
        for one in found
    ]  # fmt: skip
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("persona")
    parser.add_argument("sets", nargs="*", default=["werf", "handbook"])
    parser.add_argument("--each", type=int, default=80, help="questions of a set, drawn at random")
    parser.add_argument("--out", type=Path)
    wanted = parser.parse_args()
    print(
        "| documents | answered | styled | styled + framed | rules passed | taboos | restyle s, median | of ≥ 3 sentences |"
    )
    print("|---|---|---|---|---|---|---|---|", flush=True)
    found: list[Sent] = []
    for name in wanted.sets:
        items = [item for item in load_items(QUESTIONS / f"{name}.jsonl") if item.gold]
        picked = random.Random(SEED).sample(items, min(wanted.each, len(items)))
        with tempfile.TemporaryDirectory() as scratch:
            here = asyncio.run(sent(wanted.persona, name, picked, Path(scratch)))
        found += here
        print(row(name, here), flush=True)
    print(row("all", found))
    if wanted.out:
        wanted.out.write_text(kept(found), "utf-8")


if __name__ == "__main__":
    main()
