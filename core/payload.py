"""How a chunk is stored beside its vectors: written by ingest, read by retrieval, and readable by llama-index's
QdrantVectorStore (`text` is its key for plain nodes)."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from core.nouns import Chunk, Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAMESPACE = uuid.UUID("6f1c9d0e-5b0a-4a6e-9c53-0d4f3b8f2a11")


@lru_cache(maxsize=1024)
def document_id(source: str) -> str:
    """The identity of a document is where it comes from."""
    return str(uuid.uuid5(NAMESPACE, source))


def version_id(source: str, sha256: str, fingerprint: str) -> str:
    """One state of a document as one pipeline indexes it: other bytes, parser, chunker or embedder, other version."""
    return str(uuid.uuid5(NAMESPACE, "\0".join((source, sha256, fingerprint))))


def chunk_id(version: str, index: int) -> str:
    return str(uuid.uuid5(uuid.UUID(version), str(index)))


def pack(
    chunk: Chunk,
    *,
    source: str,
    title: str,
    version: str,
    spans: Sequence[tuple[int, int]],
    vectors: NDArray[np.float32],
    terms: Sequence[str],
) -> dict[str, Any]:
    """Payload of a chunk. `spans` are its sentences within `chunk.text`, `vectors` their (n, dim) unit vectors,
    kept as one byte a dimension, `terms` the lexical terms of each, joined by blanks: passages are ranked and evidence
    is chosen from them without embedding or stemming again."""
    import numpy as np

    scaled = np.clip(np.rint(vectors * 127 * SCALE), -127, 127).astype(np.int8)
    return {
        "text": chunk.text,
        "source": source,
        "title": title,
        "headings": list(chunk.headings),
        "start": chunk.start,
        "end": chunk.end,
        "doc_id": document_id(source),
        "version": version,
        "sentences": [number for span in spans for number in span],
        "terms": list(terms),
        "sentence_vectors": base64.b64encode(scaled.tobytes()).decode("ascii"),
    }


def pack_tokens(vectors: NDArray[np.float32], counts: Sequence[int]) -> dict[str, Any]:
    """What the quality mode adds to a payload: (n, dim) unit vectors of a chunk's tokens, one byte a dimension; `counts`: how
    many are of the headings, then how many of each sentence."""
    import numpy as np

    scaled = np.clip(np.rint(vectors * 127 * TOKEN_SCALE), -127, 127).astype(np.int8)
    return {"token_vectors": base64.b64encode(scaled.tobytes()).decode("ascii"), "token_counts": list(counts)}


TOKEN_SCALE = 2.0  # components of a 64-d unit vector lie around ±0.125, the first reach ±0.5

SCALE = 4.0  # components of a 512-d unit vector lie around ±0.044; four times that fills the byte


def sentence_spans(payload: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Spans of the sentences within the chunk's text."""
    flat = payload["sentences"]
    return list(zip(flat[::2], flat[1::2], strict=True))


def sentence_vectors(payloads: Sequence[Mapping[str, Any]]) -> NDArray[np.float32]:
    """Unit vectors of the sentences of these chunks, one under the other: (n, dim), n = 0 where they have none."""
    import numpy as np

    count = sum(len(payload["sentences"]) // 2 for payload in payloads)
    if not count:
        return np.zeros((0, 1), np.float32)
    return _unpacked([payload["sentence_vectors"] for payload in payloads], count)


def token_vectors(payloads: Sequence[Mapping[str, Any]]) -> NDArray[np.float32]:
    """Unit vectors of the tokens of these chunks, one under the other: (n, dim); each has at least one."""
    return _unpacked([p["token_vectors"] for p in payloads], sum(sum(p["token_counts"]) for p in payloads))


def _unpacked(packed: Sequence[str], count: int) -> NDArray[np.float32]:
    import numpy as np

    raw = b"".join(map(base64.b64decode, packed))
    vectors = np.frombuffer(raw, dtype=np.int8).reshape(count, -1).astype(np.float32)
    norms = np.sqrt(np.einsum("nd,nd->n", vectors, vectors))
    vectors /= np.maximum(norms, 1e-6)[:, None]
    return vectors


def passage(id: str, payload: Mapping[str, Any], score: float, signals: Mapping[str, float]) -> Passage:
    return Passage(
        chunk_id=id,
        doc_id=payload["doc_id"],
        source=payload["source"],
        title=payload["title"],
        headings=tuple(payload["headings"]),
        text=payload["text"],
        start=payload["start"],
        end=payload["end"],
        score=score,
        signals=signals,
    )
