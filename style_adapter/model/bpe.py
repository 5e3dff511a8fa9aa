"""Byte-pair encoding from tables that load in a tenth of a second: what `tokenizers` makes of the same tokenizer.json, token by
token. Knows Gemma's kind only: no words are cut first, unknown characters are spelled in bytes."""

from __future__ import annotations

import heapq
import json
import os
import re
import tempfile
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import UnavailableError

TABLES = "tokens-1.npz"  # another number = another layout
BLANK = "▁"
BITS = 18  # of a token id; a pair is two of them, a merge its rank and the token it makes
MASK = (1 << BITS) - 1
BYTE = re.compile(r"<0x([0-9A-F]{2})>")
WORDS = 1 << 14  # whose tokens are kept
KIND = {
    "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": BLANK},
    "decoder": {
        "type": "Sequence",
        "decoders": [
            {"type": "Replace", "pattern": {"String": BLANK}, "content": " "},
            {"type": "ByteFallback"},
            {"type": "Fuse"},
        ],
    },
}
MODEL = {"type": "BPE", "dropout": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
         "byte_fallback": True, "ignore_merges": False}  # fmt: skip


def write_tables(folder: Path) -> None:
    """The tables beside a tokenizer.json of this kind, whole or not at all; nothing beside one of another kind. Takes seconds.
    Raises OSError where the folder can't be written."""
    plain = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    if not _known(plain):
        return
    numbers: dict[str, int] = plain["model"]["vocab"]
    texts = sorted(numbers, key=numbers.__getitem__)
    pairs = np.array(
        [
            (numbers[one] << BITS | numbers[other], rank << BITS | numbers[one + other])
            for rank, (one, other) in enumerate(plain["model"]["merges"])
        ],
        dtype=np.int64,
    )
    pairs = pairs[np.argsort(pairs[:, 0])]
    added = plain["added_tokens"]
    joints = sorted({joint for text in texts for joint in _joints(text)})
    tables: dict[str, np.ndarray[Any, Any]] = {
        "texts": _packed(texts),
        "joints": _packed(joints),
        "pairs": pairs[:, 0],
        "merges": pairs[:, 1],
        "added": np.array([token["id"] for token in added], dtype=np.int64),
        "special": np.array([token["id"] for token in added if token["special"]], dtype=np.int64),
    }
    number, beside = tempfile.mkstemp(dir=folder, prefix=TABLES)
    try:
        with os.fdopen(number, "wb") as stream:
            np.savez(stream, allow_pickle=False, **tables)
        os.replace(beside, folder / TABLES)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _known(plain: dict[str, Any]) -> bool:
    """Whether everything in a tokenizer.json that decides its tokens is as this module does it."""
    model, split = plain["model"], plain["pre_tokenizer"]
    numbers = model.get("vocab", {})
    return (
        all(plain[key] == value for key, value in KIND.items())
        and all(model.get(key) == value for key, value in MODEL.items())
        and (
            split is None or (split.get("type"), split.get("pattern")) == ("Split", {"String": " "})
        )  # none is left by then
        and sorted(numbers.values()) == list(range(len(numbers)))
        and len(numbers) <= MASK + 1
        and all(f"<0x{byte:02X}>" in numbers for byte in range(256))
        and not any("\0" in text for text in numbers)
        and len({tuple(pair) for pair in model["merges"]}) == len(model["merges"])
        and all(
            numbers.get(token["content"]) == token["id"]
            and not (token["normalized"] or token["lstrip"] or token["rstrip"] or token["single_word"])
            for token in plain["added_tokens"]
        )
    )


def _joints(text: str) -> Iterator[str]:
    """Where a token goes on over the beginning of a word: the character before the blank, the blank, and the next if any."""
    for found in re.finditer(f"[^{BLANK}]{BLANK}", text):
        yield text[found.start() : found.end() + 1]


def _packed(texts: Iterable[str]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.frombuffer("\0".join(texts).encode(), dtype=np.uint8)


class Bpe:
    """A tokenizer from `write_tables`. Raises UnavailableError where the file can't be read."""

    def __init__(self, file: Path) -> None:
        try:
            with file.open("rb") as stream, np.load(stream, allow_pickle=False) as tables:
                self._texts: list[str] = tables["texts"].tobytes().decode().split("\0")
                joints: list[str] = tables["joints"].tobytes().decode().split("\0")
                self._pairs, self._merges = (array("q", tables[name].tobytes()) for name in ("pairs", "merges"))
                added, special = tables["added"].tolist(), tables["special"].tolist()
        except Exception as error:  # a cut file raises many kinds
            raise UnavailableError(f"{file} can't be read: {error}", "Delete it: it is made again.") from None
        self._numbers = {text: number for number, text in enumerate(self._texts)}
        self._special = frozenset(special)
        self._added = {self._texts[number]: number for number in added}
        self._sizes = dict[str, list[int]]()  # of added tokens by their first character, the longest first
        for text in sorted(self._added, key=len, reverse=True):
            sizes = self._sizes.setdefault(text[0], [])
            if len(text) not in sizes:
                sizes.append(len(text))
        self._first = re.compile("|".join(map(re.escape, self._sizes)) or r"(?!)")
        # No token reaches over the beginning of a word but at a joint: words are encoded one by one, and remembered.
        inside = "".join(f"(?!(?<={re.escape(joint[0])}){re.escape(joint[1:])})" for joint in joints if joint)
        self._begin = re.compile(f"(?<=[^{BLANK}]){inside}(?={BLANK})")
        self._word = lru_cache(maxsize=WORDS)(self._encoded)

    @property
    def added(self) -> list[str]:
        """Tokens that are found in a text before anything else."""
        return list(self._added)

    def number(self, text: str) -> int | None:
        return self._numbers.get(text)

    def text(self, number: int) -> str:
        return self._texts[number] if 0 <= number < len(self._texts) else ""

    def texts(self) -> Sequence[str]:
        """Of all tokens, by number."""
        return self._texts

    def encode(self, text: str) -> list[int]:
        ids, at, look = list[int](), 0, 0
        while found := self._first.search(text, look):
            start = found.start()
            size = next((n for n in self._sizes[text[start]] if text[start : start + n] in self._added), 0)
            if size:
                ids += self._plain(text[at:start])
                ids.append(self._added[text[start : start + size]])
                at = start + size
            look = start + (size or 1)
        ids += self._plain(text[at:])
        return ids

    def decode(self, ids: Sequence[int], *, special: bool = False) -> str:
        """`special`: with the special tokens among them."""
        out, run = list[str](), bytearray()
        for number in ids:
            if number in self._special and not special:
                continue
            text = self.text(number)
            if byte := BYTE.fullmatch(text):
                run.append(int(byte[1], 16))
                continue
            out += (_spelled(run), text.replace(BLANK, " "))
            run.clear()
        return "".join((*out, _spelled(run)))

    def _plain(self, text: str) -> Iterator[int]:
        if text:
            for word in self._begin.split(text.replace(" ", BLANK)):
                yield from self._word(word)

    def _merge(self, one: int, other: int) -> int:
        """Rank and token that the pair makes, -1 where it makes none."""
        pair = one << BITS | other
        at = bisect_left(self._pairs, pair)
        return self._merges[at] if at < len(self._pairs) and self._pairs[at] == pair else -1

    def _encoded(self, word: str) -> tuple[int, ...]:
        """Always the merge of the lowest rank, of those the leftmost."""
        ids = list[int]()
        for char in word:
            number = self._numbers.get(char)
            ids += [self._numbers[f"<0x{byte:02X}>"] for byte in char.encode()] if number is None else [number]
        size = len(ids)
        before, after = list(range(-1, size - 1)), list(range(1, size + 1))
        merges = [self._merge(one, other) for one, other in pairwise(ids)] + [-1]
        queue = [(merge, at) for at, merge in enumerate(merges) if merge >= 0]
        heapq.heapify(queue)
        while queue:
            merge, at = heapq.heappop(queue)
            if merges[at] != merge:  # one of the two has become part of another token
                continue
            gone = after[at]
            follows = after[at] = after[gone]
            ids[at], ids[gone], merges[gone] = merge & MASK, -1, -1
            if follows < size:
                before[follows] = at
            for left, right in ((at, follows), (before[at], at)):
                if left >= 0:
                    merges[left] = self._merge(ids[left], ids[right]) if right < size else -1
                    if merges[left] >= 0:
                        heapq.heappush(queue, (merges[left], left))
        return tuple(number for number in ids if number >= 0)


def _spelled(run: bytearray) -> str:
    try:
        return run.decode()
    except UnicodeDecodeError:
        return "\ufffd" * len(run)
