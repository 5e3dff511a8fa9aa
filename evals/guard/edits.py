"""Labelled pairs out of `edits/*.jsonl`: hand-written restyles with some of their harmless edits, and with one slip each."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from style_adapter.guard.evaluate import Pair

FOLDER = Path(__file__).with_name("edits")
SHARE = 0.4  # of the harmless edits that stand in a pair


@dataclass(frozen=True, slots=True)
class Edit:
    """`old` stands once in the text it is for."""

    old: str
    new: str


def applied(text: str, edits: Sequence[Edit]) -> str:
    """The text with the edits, the later of two that overlap left out."""
    out, end = list[str](), 0
    for edit in sorted(edits, key=lambda edit: text.index(edit.old)):
        at = text.index(edit.old)
        if at >= end:
            out += [text[end:at], edit.new]
            end = at + len(edit.old)
    return "".join([*out, text[end:]])


def lines() -> Iterator[tuple[str, dict[str, Any]]]:
    """(id, line) of every draft."""
    for path in sorted(FOLDER.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield f"ge-{path.stem}-{number:03}", json.loads(line)


def mirrors() -> dict[str, Edit]:
    """Of corrupt pairs, by their ids: the edit of the draft that makes the restyle true."""
    rows = map(json.loads, FOLDER.with_name("mirrors.jsonl").read_text(encoding="utf-8").splitlines())
    return {row["id"]: Edit(row["old"], row["new"]) for row in rows}


def pairs(slips: int = 2, seed: int = 5) -> list[Pair]:
    """Of each draft: a text as written, another with harmless edits, `slips` slips of each, and the corrupt ones."""
    dice, found = random.Random(seed), list[Pair]()
    for ident, line in lines():
        for number, told in enumerate(line["faithful"]):
            harmless = [Edit(old, new) for old, new in told["same"]]
            some = harmless if number else []
            found.append(Pair(f"{ident}-{number}", line["draft"], applied(told["text"], some), ""))
            for kind, old, new in dice.sample(told["slips"], min(slips, len(told["slips"]))):
                slip, start = Edit(old, new), told["text"].index(old)
                beside = [
                    edit for edit in harmless
                    if dice.random() < SHARE and not _overlap(told["text"], edit, start, start + len(old))
                ]  # fmt: skip
                text = applied(told["text"], [*beside, slip])
                found.append(Pair(f"{ident}-{number}-{kind}", line["draft"], text, kind, f"{old} → {new}"))
        found += [
            Pair(f"{ident}-{row['kind']}", line["draft"], row["text"], row["kind"], row.get("note", ""))
            for row in line.get("corrupt", ())
        ]
    return found


def _overlap(text: str, edit: Edit, start: int, end: int) -> bool:
    at = text.index(edit.old)
    return at < end and start < at + len(edit.old)
