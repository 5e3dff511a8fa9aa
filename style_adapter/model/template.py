"""The chat template, ours for training and serving alike: messages → token ids and the mask of what is learned. Each piece
is tokenised on its own, so no text can forge a turn and the mask is exact. Knows no model weights."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from heapq import merge
from pathlib import Path

from core.errors import UsageError
from style_adapter.dataset.items import Item, Message
from style_adapter.model.tokenizer import open_tokenizer

DRAFT = "{question}\n\n[draft]\n{draft}"
# What stands over a turn that is not in the persona's manner: a word-for-word replay.
NEUTRAL = {"ru": "Слово в слово.", "en": "Word for word."}
VERSION = 3


@dataclass(frozen=True, slots=True)
class Markers:
    """How turns are written. `system` None: system text stands at the head of the first user turn."""

    open: str
    close: str
    after: str
    user: str
    assistant: str
    system: str | None
    begin: str = ""


FAMILIES = (
    Markers("<start_of_turn>{role}\n", "<end_of_turn>", "\n", "user", "model", None, "<bos>"),
    Markers("<|im_start|>{role}\n", "<|im_end|>", "\n", "user", "assistant", "system"),
    Markers("<|start_header_id|>{role}<|end_header_id|>\n\n", "<|eot_id|>", "", "user", "assistant", "system",
            "<|begin_of_text|>"),
    Markers("{role}: ", "</s>", "\n", "user", "assistant", "system", "<s>"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One training row. `learned[i]`: token `i` is supervised. `replies` are the texts the mask must cover; a plain text
    has none and is learned whole."""

    id: str
    ids: tuple[int, ...]
    learned: tuple[bool, ...]
    replies: tuple[str, ...]


class Codec:
    """Tokenizer and template of one base."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = open_tokenizer(folder)
        found = next((m for m in FAMILIES if self.tokenizer.number(m.close) is not None), None)
        if found is None:
            raise UsageError(
                f"The tokenizer in {folder} has no known end-of-turn token.",
                "Use a Gemma, ChatML (Qwen, Mistral-ChatML), Llama 3 or </s> model.",
            )
        self.markers = found
        self.end = self.tokenizer.number(found.close) or 0
        self._specials = dict[str, list[str]]()  # by their first character, the longest first
        for text in sorted({text for text in self.tokenizer.added if text.strip()}, key=len, reverse=True):
            self._specials.setdefault(text[0], []).append(text)

    @property
    def template_hash(self) -> str:
        """Of everything that decides how messages become tokens, but for the vocabulary, which the base's hash covers."""
        said = json.dumps([VERSION, DRAFT, NEUTRAL, asdict(self.markers)], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def encode(self, text: str) -> list[int]:
        """Tokens of plain text: the markers of turns in it are taken out, not obeyed."""
        here = [
            group for first, group in self._specials.items() if first in text
        ]  # thousands: mostly none is looked for
        for special in merge(*here, key=len, reverse=True):
            if special in text:
                text = text.replace(special, " ")
        return self.tokenizer.encode(text)

    def decode(self, ids: Sequence[int]) -> str:
        return self.tokenizer.decode(ids)

    def prompt(self, messages: Sequence[Message], system: str = "") -> list[int]:
        """The tokens before a reply: every message, then an opened assistant turn. A reply's `draft` stands in the turn
        before it; for the reply to come it is that of a last, empty assistant message."""
        row = self._walk([m for m in messages if m.role != "assistant" or m.content or m.draft], system, "")
        return list(row.ids)

    def row(self, item: Item, system: str = "") -> Row:
        """The whole dialogue with its mask: every assistant turn and its end-of-turn token, nothing else."""
        return self._walk(item.messages, system, item.id)

    def plain(self, text: str, ident: str) -> Row:
        """A text that is nobody's turn: every token learned but the first."""
        ids = [*self._marks(self.markers.begin), *self.encode(text)]
        return Row(ident, tuple(ids), (False, *[True] * (len(ids) - 1)), ())

    def _walk(self, messages: Sequence[Message], system: str, ident: str) -> Row:
        ids: list[int] = self._marks(self.markers.begin)
        learned = [False] * len(ids)
        replies: list[str] = []

        def add(tokens: Sequence[int], mask: bool = False) -> None:
            ids.extend(tokens)
            learned.extend([mask] * len(tokens))

        if system and self.markers.system:
            add(self._marks(self.markers.open.format(role=self.markers.system)))
            add([*self.encode(system), self.end, *self._marks(self.markers.after)])
            system = ""
        for at, message in enumerate(messages):
            if message.role == "user":
                following = messages[at + 1] if at + 1 < len(messages) else None
                text = message.content
                if following and following.role == "assistant" and following.draft:
                    text = DRAFT.format(question=text, draft=following.draft)
                add(self._marks(self.markers.open.format(role=self.markers.user)))
                add(self.encode(f"{system}\n\n{text}" if system else text))
                add([self.end, *self._marks(self.markers.after)])
                system = ""
                continue
            add(self._marks(self.markers.open.format(role=self.markers.assistant)))
            if message.content:
                add([*self.encode(message.content), self.end], True)
                add(self._marks(self.markers.after))
                replies.append(message.content)
        if messages and messages[-1].role == "user":
            add(self._marks(self.markers.open.format(role=self.markers.assistant)))
        return Row(ident, tuple(ids), tuple(learned), tuple(replies))

    def _marks(self, text: str) -> list[int]:
        return self.tokenizer.encode(text) if text else []


def check_mask(codec: Codec, row: Row) -> None:
    """Raises AssertionError unless the supervised tokens are exactly the replies, each with its end-of-turn token."""
    spans, current = list[list[int]](), list[int]()
    for token, learned in zip(row.ids, row.learned, strict=True):
        if learned:
            current.append(token)
            if token == codec.end:
                spans.append(current)
                current = []
        elif current:
            raise AssertionError(f"{row.id}: a supervised span does not end with the end-of-turn token")
    if current:
        raise AssertionError(f"{row.id}: the last reply has no end-of-turn token")
    if [span[:-1] for span in spans] != [codec.encode(reply) for reply in row.replies]:
        said = [codec.decode(span) for span in spans]
        raise AssertionError(f"{row.id}: the mask covers {said!r}, not {list(row.replies)!r}")


def show_mask(codec: Codec, row: Row) -> str:
    """The row as text, what is learned between ⟦ and ⟧."""
    out, inside = list[str](), False
    run: list[int] = []

    def flush() -> None:
        if run:
            out.append(codec.tokenizer.decode(run, special=True))
            run.clear()

    for token, learned in zip(row.ids, row.learned, strict=True):
        if learned != inside:
            flush()
            out.append("⟦" if learned else "⟧")
            inside = learned
        run.append(token)
    flush()
    return "".join(out) + ("⟧" if inside else "")
