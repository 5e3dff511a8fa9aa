"""A persona's items as training rows: which carry the bible, which are too long, in what batches. The mask of every row is
asserted. Knows no model."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import UsageError
from core.text import language
from style_adapter.bible import Bible
from style_adapter.dataset.items import Item, plain, read_all
from style_adapter.model.template import NEUTRAL, Codec, Row, check_mask
from style_adapter.prompt import bible_text
from style_adapter.train.settings import TrainSettings

MICRO = 1024  # padded tokens in one pass forward and back


@dataclass(frozen=True, slots=True)
class TrainingData:
    train: tuple[Row, ...]
    validation: tuple[Row, ...]
    items: tuple[Item, ...]  # of both splits
    dropped: tuple[str, ...]  # ids of items that are too long
    hash: str


def prepare(folder: Path, bible: Bible, codec: Codec, settings: TrainSettings) -> TrainingData:
    """Rows of both splits. Raises UsageError where the data is broken or too little to train on."""
    items, bad = read_all(folder)
    if bad:
        first = bad[0]
        raise UsageError(
            f"{len(bad)} broken lines in the data, first {first.file}:{first.line}: {first.message}.",
            f"See them all: expertbot persona dataset check {bible.id}.",
        )
    usable = [item for item in items if item.split != "trap" and _roles_fit(item)]
    broken = [item.id for item in items if item.split != "trap" and not _roles_fit(item)]
    if broken:
        raise UsageError(
            f"{len(broken)} items have broken roles, first «{broken[0]}»: turns must alternate user, assistant and end "
            "with the assistant.",
            f"See them all: expertbot persona dataset check {bible.id}.",
        )
    if settings.limit:
        usable = _some(usable, settings.limit, settings.seed)
    draw = random.Random(settings.seed)
    system = bible_text(bible, short=True)
    rows: dict[str, list[Row]] = {"train": [], "validation": []}
    dropped = []
    for item in usable:
        chosen = system if draw.random() < settings.system_share else ""
        if item.kind == "neutral":
            chosen = NEUTRAL[language(item.replies[-1].text)]
        row = codec.row(item, chosen)
        if len(row.ids) > settings.max_tokens:
            dropped.append(item.id)
            continue
        check_mask(codec, row)
        rows[item.split].append(row)
    if len(rows["train"]) < settings.batch or not rows["validation"]:
        raise UsageError(
            f"«{bible.id}» has {len(rows['train'])} training and {len(rows['validation'])} validation items: too few.",
            "Write or generate more (200 dialogues at least), then `persona dataset split`.",
        )
    rows["train"] += replayed(usable, codec, round(settings.replay * len(rows["train"])), draw)
    return TrainingData(
        tuple(rows["train"]), tuple(rows["validation"]), tuple(usable), tuple(dropped), _hash(bible, usable)
    )


def replayed(items: Sequence[Item], codec: Codec, count: int, draw: random.Random) -> list[Row]:
    """Drafts of the training split as plain texts, nobody's turn: the base goes on knowing how neutral text runs."""
    drafts = dict.fromkeys(reply.draft for item in items if item.split == "train" for reply in item.replies)
    texts = sorted(text for text in drafts if text)
    return [codec.plain(text, f"plain-{at}") for at, text in enumerate(draw.sample(texts, min(count, len(texts))))]


def _roles_fit(item: Item) -> bool:
    roles = [message.role for message in item.messages]
    return roles == ["user", "assistant"] * (len(roles) // 2) and bool(roles)


def _some(items: Sequence[Item], limit: int, seed: int) -> list[Item]:
    """`limit` items, every split in its share."""
    mixed = list(items)
    random.Random(seed).shuffle(mixed)
    kept = mixed[:limit]
    for split in ("train", "validation"):
        if not any(item.split == split for item in kept):
            kept += [item for item in mixed if item.split == split][: max(8, limit // 5)]
    return kept


def _hash(bible: Bible, items: Sequence[Item]) -> str:
    """Of what was learned from: the items, whatever their order in the files, and the bible as rows carry it."""
    lines = sorted(json.dumps(plain(item), ensure_ascii=False, sort_keys=True) for item in items)
    whole = "\n".join([bible_text(bible, short=True), *lines])
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def steps(rows: Sequence[Row], batch: int, seed: int) -> list[list[list[Row]]]:
    """The epoch's optimiser steps, each `batch` rows of like length, cut into passes of at most MICRO padded tokens."""
    draw = random.Random(seed)
    mixed = list(rows)
    draw.shuffle(mixed)
    chunk = batch * 16
    groups = []
    for at in range(0, len(mixed), chunk):
        near = sorted(mixed[at : at + chunk], key=lambda row: len(row.ids))
        groups += [near[start : start + batch] for start in range(0, len(near), batch)]
    draw.shuffle(groups)
    return [passes(group) for group in groups]


def passes(rows: Sequence[Row]) -> list[list[Row]]:
    out: list[list[Row]] = []
    for row in sorted(rows, key=lambda row: len(row.ids)):
        if out and len(row.ids) * (len(out[-1]) + 1) <= MICRO:
            out[-1].append(row)
        else:
            out.append([row])
    return out
