"""How alike two words or two clauses are: navec for Russian words, the USE embedder for English words and for clauses.
Loads once per process; knows no texts."""

from __future__ import annotations

import gzip
import importlib.util
import struct
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core import cache, install, use
from core.errors import UnavailableError

REMEMBERED = 10_000  # vectors of clauses, 20 MB

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]


def _hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _numbers(vocabulary: bytes) -> NDArray[np.uint64]:
    """(2, words): the hashes of navec's words, in order, and the words' numbers. Of how many words, how often each, the words, a
    line each."""
    (size,) = struct.unpack_from("<I", vocabulary)
    hashes = np.array([_hash(word) for word in vocabulary[4 + 4 * size :].decode().splitlines()], np.uint64)
    order = hashes.argsort(kind="stable")
    return np.stack([hashes[order], order.astype(np.uint64)])


@lru_cache(maxsize=1)
def _navec() -> tuple[NDArray[np.uint64], Any]:
    """The numbers of the words by their hashes, mapped from the cache (a dictionary takes .2 s), and the words' vectors as
    codes."""
    from navec.pq import PQ
    from navec.tar import Tar

    class Codes(PQ):  # type: ignore[misc]  # navec has no types
        """Without the norms of all words, which take most of the loading and which nobody here asks for."""

        def precompute(self) -> None:
            self.qdims = np.arange(self.qdim)

    spec = importlib.util.find_spec("natasha")
    if spec is None or spec.origin is None:
        raise UnavailableError("The Russian word vectors are not installed.", install.package("natasha"))
    found = sorted((Path(spec.origin).parent / "data" / "emb").glob("navec*.tar"))
    if not found:
        raise UnavailableError("The natasha package holds no word vectors.", install.repair("natasha"))
    with Tar(str(found[0])) as held:
        codes = Codes.from_file(held.load("pq.bin"))
        name, shape = f"{found[0].stem}-{found[0].stat().st_size}", (2, int(codes.vectors))
        words = cache.array(name, shape, np.uint64, lambda: _numbers(gzip.decompress(held.load("vocab.bin").read())))
    return words, codes


@lru_cache(maxsize=50_000)
def russian(word: str) -> Matrix | None:
    """The unit navec vector of a folded lemma, or None; navec keeps ё, lemmas here do not."""
    (hashes, numbers), codes = _navec()
    at = np.searchsorted(hashes, np.uint64(sought := _hash(word)))
    if at == len(hashes) or hashes[at] != sought:
        return None
    vector = codes[int(numbers[at])]
    return np.asarray(vector / (np.linalg.norm(vector) or 1.0), dtype=np.float32)


_known: dict[str, Matrix] = {}


def clauses(texts: Sequence[str]) -> Matrix:
    """(n, WIDTH) unit vectors of clauses, or of words in Latin script, any of the embedder's languages; what was asked before is
    remembered: eight candidates share a draft, and a pair's checks ask for the same clauses."""
    global _known
    known = _known  # never emptied, only replaced: other threads may still read it
    fresh = [t for t in dict.fromkeys(texts) if t not in known]
    if len(known) + len(fresh) > REMEMBERED:
        known = _known = {}
        fresh = list(dict.fromkeys(texts))
    if fresh:
        # One thread: more of them spin against one another on a busy machine, 2 ms became 240.
        found = use.encode([t[:400] for t in fresh])
        norms = np.linalg.norm(found, axis=1, keepdims=True)
        known.update(zip(fresh, np.asarray(found / np.where(norms == 0, 1, norms), dtype=np.float32), strict=True))
    return np.stack([known[t] for t in texts]) if texts else np.zeros((0, use.WIDTH), np.float32)
