"""Training items of a persona and their files: read with every fault, written whole. Knows no bible."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from style_adapter.score.nouns import Reply

Kind = Literal["dialogue", "restyle", "neutral"]
Split = Literal["train", "validation", "trap"]
FILES: dict[str, Kind] = {
    "dialogues.jsonl": "dialogue",
    "restyles.jsonl": "restyle",
    "neutral.jsonl": "neutral",
}
_KEYS = {"id", "synopsis", "tags", "domain", "split", "messages", "draft"}
_MESSAGE_KEYS = {"role", "content", "draft"}


@dataclass(frozen=True, slots=True)
class Message:
    """One turn. `draft` is the neutral cited text an assistant's `content` restyles; empty for small talk."""

    role: str
    content: str
    draft: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A dialogue, a single restyle, or a neutral replay. A trap may end with the user's turn, and then
    `draft` is what the reply will have to carry."""

    id: str
    kind: Kind
    split: str
    messages: tuple[Message, ...]
    domain: str = ""
    synopsis: str = ""
    tags: tuple[str, ...] = ()
    draft: str = ""

    @property
    def replies(self) -> tuple[Reply, ...]:
        """Every assistant turn with the user's message before it, its number and its draft."""
        out, prompt = list[Reply](), ""
        for message in self.messages:
            if message.role == "user":
                prompt = message.content
            else:
                out.append(Reply(message.content, prompt, len(out), message.draft))
        return tuple(out)

    @property
    def asked(self) -> str:
        """What the users of this item say, in one text."""
        return "\n".join(message.content for message in self.messages if message.role == "user")


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no item."""

    file: str
    line: int
    message: str


def read(path: Path, kind: Kind | None = None) -> tuple[list[Item], list[BadLine]]:
    """The items of a JSONL file (its name tells the kind) and the lines that are none. Blank lines are
    skipped."""
    kind = kind or FILES.get(path.name, "dialogue")
    items, bad = list[Item](), list[BadLine]()
    for number, line in enumerate(path.read_text("utf-8-sig").splitlines(), 1):
        if not line.strip():
            continue
        try:
            items.append(item_of(json.loads(line), kind))
        except ValueError as error:
            bad.append(
                BadLine(
                    path.name,
                    number,
                    f"not JSON: {error}" if isinstance(error, json.JSONDecodeError) else str(error),
                )
            )
    return items, bad


def read_all(folder: Path) -> tuple[list[Item], list[BadLine]]:
    """The items of every data file a persona's folder has."""
    items, bad = list[Item](), list[BadLine]()
    for name in FILES:
        if (folder / name).is_file():
            found, faults = read(folder / name)
            items += found
            bad += faults
    return items, bad


def item_of(data: Any, kind: Kind) -> Item:
    """An item from plain values. ValueError says what is wrong with the shape; roles are left to `check`."""
    if not isinstance(data, dict):
        raise ValueError("an item must be a JSON object")
    unknown = sorted(set(data) - _KEYS)
    if unknown:
        raise ValueError(f"unknown key {', '.join(unknown)}; known: {', '.join(sorted(_KEYS))}")
    if not isinstance(data.get("id"), str) or not data["id"].strip():
        raise ValueError("an item needs an `id`")
    split = data.get("split", "train")
    if split not in get_args(Split):
        raise ValueError(f"split must be train, validation or trap, not {split!r}")
    messages = data.get("messages")
    if not isinstance(messages, list) or not messages:
        raise ValueError("an item needs `messages`")
    tags = data.get("tags") or ()
    texts = (data.get("domain") or "", data.get("synopsis") or "", data.get("draft") or "", *tags)
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("domain, synopsis, draft and tags must be text")
    return Item(data["id"], kind, split, tuple(map(_message, messages)), texts[0], texts[1], tuple(tags), texts[2])


def _message(data: Any) -> Message:
    if not isinstance(data, dict) or set(data) - _MESSAGE_KEYS:
        raise ValueError(f"a message has the keys {', '.join(sorted(_MESSAGE_KEYS))} only")
    role, content, draft = data.get("role"), data.get("content"), data.get("draft") or ""
    if not isinstance(role, str) or not isinstance(content, str) or not isinstance(draft, str):
        raise ValueError("role, content and draft must be text")
    return Message(role, content, draft)


def plain(item: Item) -> dict[str, Any]:
    """The item as plain values, empty ones left out: what a line of the file holds."""
    data: dict[str, Any] = {"id": item.id}
    for key in ("synopsis", "domain"):
        if getattr(item, key):
            data[key] = getattr(item, key)
    if item.tags:
        data["tags"] = list(item.tags)
    data["split"] = item.split
    data["messages"] = [
        {
            "role": message.role,
            **({"draft": message.draft} if message.draft else {}),
            "content": message.content,
        }
        for message in item.messages
    ]
    if item.draft:
        data["draft"] = item.draft
    return data


def write(path: Path, items: Iterable[Item]) -> None:
    """The items as JSONL, replaced in one step: a crash leaves the old file."""
    whole = "".join(json.dumps(plain(item), ensure_ascii=False) + "\n" for item in items)
    beside = path.with_name(path.name + ".new")
    beside.write_text(whole, "utf-8")
    os.replace(beside, path)


def with_split(items: Sequence[Item], splits: dict[str, Split]) -> list[Item]:
    """The items with new splits, by id; those not named keep theirs."""
    return [replace(item, split=splits.get(item.id, item.split)) for item in items]
