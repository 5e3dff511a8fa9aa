"""Synopses and dialogues written by any chat model from a bible: resumable, every result checked, rejected
with reasons.

Knows only `complete(messages) -> text`; which model answers, and its keys, are the caller's.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from core.errors import UnavailableError, UsageError
from style_adapter.bible import Bible
from style_adapter.dataset.briefs import ASPECTS, dialogue_messages, synopsis_messages
from style_adapter.dataset.check import Guard, Limits, check_item
from style_adapter.dataset.items import Item, item_of, plain
from style_adapter.dataset.near import duplicates
from style_adapter.lint import tokens_of

Complete = Callable[[list[dict[str, str]]], Awaitable[str]]
BATCH = 10  # synopses asked for at once
SYNOPSIS_TOKENS = 60
DIALOGUE_TOKENS = 900
ALIKE = 0.6  # word triples two synopses may share


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run will ask for. `cost` in the currency of the prices per million tokens; None where none were
    given."""

    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Synopsis:
    """A situation for one dialogue: `turns` messages, `tags` say what it is to teach."""

    id: str
    synopsis: str
    tags: tuple[str, ...]
    turns: int


@dataclass(frozen=True, slots=True)
class Run:
    """The outcome: how many were there before, kept, rejected (with reasons, in the file beside), failed
    calls."""

    before: int
    kept: int
    rejected: int
    failed: int
    reasons: dict[str, int]
    estimate: Estimate


async def synopses(
    bible: Bible,
    count: int,
    complete: Complete,
    path: Path,
    *,
    confirm: Callable[[Estimate], bool] = lambda estimate: True,
    prices: tuple[float, float] | None = None,
) -> Run:
    """Fills `path` (JSONL) up to `count` synopses. Called again it goes on; the estimate is shown to
    `confirm` before any call."""
    have = _synopses_in(path)
    estimate = estimate_synopses(bible, max(0, count - len(have)), prices)
    if not estimate.calls or not confirm(estimate):
        return Run(len(have), 0, 0, 0, {}, estimate)
    log = _Log(path)
    taken, reasons, failed = list(have), dict[str, int](), 0
    number = _next_number(have)
    for call in range(estimate.calls * 2):
        if len(taken) >= count:
            break
        aspect = ASPECTS[call % len(ASPECTS)]
        try:
            answer = await complete(synopsis_messages(bible, aspect, BATCH, [s.synopsis for s in taken[-20:]]))
        except OSError:
            failed += 1
            continue
        for text, turns in _synopsis_lines(answer):
            why = _unfit_synopsis(text, [s.synopsis for s in taken])
            if why or len(taken) >= count:
                reasons[why or "enough"] = reasons.get(why or "enough", 0) + 1
                log.reject({"synopsis": text, "why": [why or "enough"]})
                continue
            found = Synopsis(f"{bible.id}-s-{number:04d}", text, aspect.tags, turns or aspect.turns)
            number += 1
            taken.append(found)
            log.keep(asdict(found))
    return Run(len(have), len(taken) - len(have), sum(reasons.values()), failed, reasons, estimate)


async def expand(
    bible: Bible,
    sources: Sequence[Synopsis],
    complete: Complete,
    path: Path,
    *,
    guard: Guard | None = None,
    known: Sequence[Item] = (),
    limits: Limits | None = None,
    confirm: Callable[[Estimate], bool] = lambda estimate: True,
    prices: tuple[float, float] | None = None,
    at_once: int = 4,
) -> Run:
    """A dialogue for each synopsis, appended to `path` where it passes `check_item` and is like none before,
    else to `<path>.rejected.jsonl` with its reasons. Synopses that either file holds already are not asked
    for again."""
    log = _Log(path)
    kept = log.items()
    done = {item.id for item in kept} | log.rejected_ids()
    todo = [source for source in sources if _dialogue_id(source) not in done]
    estimate = estimate_dialogues(bible, todo, prices)
    if not todo or not confirm(estimate):
        return Run(len(kept), 0, 0, 0, {}, estimate)
    texts = [_said(item) for item in (*known, *kept)]
    reasons, tally, gate = (
        dict[str, int](),
        {"kept": 0, "rejected": 0, "failed": 0},
        asyncio.Semaphore(max(1, at_once)),
    )

    async def one(source: Synopsis) -> None:
        async with gate:
            try:
                answer = await complete(dialogue_messages(bible, source.synopsis, source.turns, source.tags))
            except OSError:
                tally["failed"] += 1  # not written down: the next run asks again
                return
        item, why = _read_dialogue(bible, source, answer, guard, limits)
        if item is not None and not why and _repeats(texts, item):
            why = ["near_duplicate: like one that is there already"]
        if item is None or why:
            tally["rejected"] += 1
            for reason in why:
                kind = reason.split(":", 1)[0]
                reasons[kind] = reasons.get(kind, 0) + 1
            log.reject({"id": _dialogue_id(source), "synopsis": source.synopsis, "why": why, "answer": answer[:8000]})
            return
        texts.append(_said(item))
        tally["kept"] += 1
        log.keep(plain(item))

    await asyncio.gather(*(one(source) for source in todo))
    return Run(len(kept), tally["kept"], tally["rejected"], tally["failed"], reasons, estimate)


def estimate_synopses(bible: Bible, count: int, prices: tuple[float, float] | None = None) -> Estimate:
    """`prices`: of a million prompt tokens and of a million completion tokens."""
    calls = -(-count // BATCH)
    prompt = _size(synopsis_messages(bible, ASPECTS[0], BATCH, ["x " * 15] * 20))
    return _estimate(calls, calls * prompt, count * SYNOPSIS_TOKENS, prices)


def estimate_dialogues(
    bible: Bible, sources: Sequence[Synopsis], prices: tuple[float, float] | None = None
) -> Estimate:
    if not sources:
        return _estimate(0, 0, 0, prices)
    prompt = sum(_size(dialogue_messages(bible, source.synopsis, source.turns, source.tags)) for source in sources)
    return _estimate(len(sources), prompt, sum(source.turns for source in sources) * DIALOGUE_TOKENS // 8, prices)


def read_synopses(path: Path) -> list[Synopsis]:
    """The synopses of a file; UsageError names the line that is none."""
    return _synopses_in(path)


def _estimate(calls: int, prompt: int, completion: int, prices: tuple[float, float] | None) -> Estimate:
    cost = None if prices is None else round((prompt * prices[0] + completion * prices[1]) / 1e6, 4)
    return Estimate(calls, prompt, completion, cost)


def _size(messages: list[dict[str, str]]) -> int:
    return sum(tokens_of(message["content"]) + 4 for message in messages)


def _dialogue_id(source: Synopsis) -> str:
    return source.id.replace("-s-", "-g-") if "-s-" in source.id else f"{source.id}-g"


def _said(item: Item) -> str:
    return "\n".join(reply.text for reply in item.replies)


def _repeats(texts: list[str], item: Item) -> bool:
    return any(later == len(texts) for _, later, _ in duplicates([*texts, _said(item)]))


def _read_dialogue(
    bible: Bible, source: Synopsis, answer: str, guard: Guard | None, limits: Limits | None
) -> tuple[Item | None, list[str]]:
    """The dialogue in a model's answer, and every reason against it."""
    found = re.search(r"\{.*\}", answer, re.S)
    try:
        data = json.loads(found.group()) if found else None
        if not isinstance(data, dict):
            raise ValueError("no JSON object in the answer")
        shaped: dict[str, Any] = {"id": _dialogue_id(source), "messages": data.get("messages")}
        item = item_of(shaped, "dialogue")
    except (ValueError, RecursionError) as error:
        return None, [f"unreadable: {error}"]
    item = replace(item, synopsis=source.synopsis, tags=source.tags)
    reasons = [f"{why.kind}: {why.message} «{why.where}»" for why in check_item(bible, item, guard, limits)]
    if "facts" in source.tags and not any(reply.draft for reply in item.replies):
        reasons.append("roles: no reply carries a draft, though the situation is about facts")
    return item, reasons


def _synopsis_lines(answer: str) -> Iterator[tuple[str, int]]:
    """(text, turns or 0) of each JSON line `{"synopsis": …, "turns": n}` in an answer; other lines are passed
    over."""
    for line in answer.splitlines():
        line = line.strip().strip(",")
        if not line.startswith("{"):
            continue
        try:
            data = json.loads(line)
        except ValueError:
            continue
        if isinstance(data, dict) and isinstance(data.get("synopsis"), str):
            turns = data.get("turns")
            yield data["synopsis"].strip(), turns if isinstance(turns, int) and 4 <= turns <= 20 else 0


def _unfit_synopsis(text: str, before: Sequence[str]) -> str:
    if not 20 <= len(text) <= 400:
        return "length"
    return "near_duplicate" if any(later == len(before) for _, later, _ in duplicates([*before, text], ALIKE)) else ""


def _synopses_in(path: Path) -> list[Synopsis]:
    found = []
    for number, data in _lines(path):
        try:
            found.append(
                Synopsis(data["id"], data["synopsis"], tuple(data.get("tags") or ()), int(data.get("turns") or 6))
            )
        except (KeyError, TypeError, ValueError):
            raise UsageError(f"{path.name}, line {number} is no synopsis", "mend or delete the line") from None
    return found


def _next_number(have: Sequence[Synopsis]) -> int:
    return 1 + max((int(found.group()) for s in have if (found := re.search(r"\d+$", s.id))), default=0)


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    if not path.is_file():
        return
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except ValueError:
                raise UsageError(f"{path.name}, line {number} is not JSON", "mend or delete the line") from None


class _Log:
    """Two JSONL files, appended line by line: what is kept and what is not. A line cut off by a crash is
    dropped on opening."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.other = path.with_name(path.stem + ".rejected.jsonl")
        for file in (self.path, self.other):
            _drop_torn_line(file)

    def keep(self, data: dict[str, Any]) -> None:
        _append(self.path, data)

    def reject(self, data: dict[str, Any]) -> None:
        _append(self.other, data)

    def items(self) -> list[Item]:
        return [item_of(data, "dialogue") for _, data in _lines(self.path)]

    def rejected_ids(self) -> set[str]:
        return {str(data.get("id")) for _, data in _lines(self.other) if isinstance(data, dict)}


def _append(path: Path, data: dict[str, Any]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(data, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        hint = "free some space and run it again: it goes on where it stopped"
        raise UnavailableError(f"{path.name} can't be written: {error.strerror}", hint) from None


def _drop_torn_line(path: Path) -> None:
    if not path.is_file():
        return
    raw = path.read_bytes()
    if raw and not raw.endswith(b"\n"):
        with path.open("r+b") as file:
            file.truncate(raw.rfind(b"\n") + 1)
