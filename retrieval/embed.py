"""Embedders: the built-in one, and better ones by setting. Knows no store and no text structure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core import install, use
from core.errors import UnavailableError, UsageError
from core.settings import EmbedderSettings

if TYPE_CHECKING:
    from core.ports import Embedder, Matrix

BATCH = 64


def _unit(rows: Any) -> Matrix:
    matrix = np.asarray(rows, dtype=np.float32)
    unit: Matrix = matrix / np.maximum(np.linalg.norm(matrix, axis=-1, keepdims=True), 1e-9)
    return unit


class UseEmbedder:
    """Universal Sentence Encoder multilingual v3, 512-d, 16 languages, in this process, numpy only.
    A question in Russian finds a passage in English."""

    name = "use-multilingual-v3"
    dim = use.WIDTH
    remote = False

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads

    def encode(self, texts: Sequence[str]) -> Matrix:
        return _unit(use.encode(texts, self._threads))

    def encode_query(self, text: str) -> Matrix:
        row: Matrix = self.encode([text])[0]
        return row


class OpenAiEmbedder:
    """Any OpenAI-compatible `/embeddings` endpoint. The dimension is asked of it once."""

    remote = True

    def __init__(self, settings: EmbedderSettings) -> None:
        from openai import OpenAI

        self._client = OpenAI(
            base_url=settings.base_url or None,
            api_key=settings.api_key.get_secret_value() or "none",
            timeout=30,
            max_retries=2,
        )
        self._model = settings.model
        self.name = f"openai:{settings.model}"
        self.dim = int(self.encode(["dimension"]).shape[1])

    def encode(self, texts: Sequence[str]) -> Matrix:
        from openai import OpenAIError

        rows: list[list[float]] = []
        for start in range(0, len(texts), BATCH):
            try:
                answer = self._client.embeddings.create(
                    model=self._model, input=list(texts[start : start + BATCH]), encoding_format="float"
                )
            except OpenAIError as error:
                raise UnavailableError(
                    f"The embedding endpoint did not answer: {error}",
                    "Check EXPERTBOT_EMBEDDER__BASE_URL, __API_KEY and __MODEL.",
                    code="embedder_down",
                ) from error
            rows.extend(item.embedding for item in answer.data)
        return _unit(rows)

    def encode_query(self, text: str) -> Matrix:
        row: Matrix = self.encode([text])[0]
        return row


# E5 models are trained with these prefixes and lose several points of recall without them.
PREFIXES = {"e5": ("query: ", "passage: ")}


class LocalEmbedder:
    """A model of `fastembed` (ONNX) or `sentence-transformers`, from a local folder or the hub's cache."""

    remote = False

    def __init__(self, settings: EmbedderSettings) -> None:
        self._kind = settings.kind
        self._query, self._passage = next(
            (pair for mark, pair in PREFIXES.items() if mark in settings.model.lower()), ("", "")
        )
        try:
            if settings.kind == "fastembed":
                from fastembed import TextEmbedding

                self._model: Any = TextEmbedding(settings.model)
            else:
                from sentence_transformers import SentenceTransformer

                self._model = SentenceTransformer(settings.model, trust_remote_code=False)
        except ImportError as error:
            raise UnavailableError(
                f"The embedder kind {settings.kind} is not installed.", install.package(settings.kind)
            ) from error
        except (OSError, ValueError) as error:
            raise UnavailableError(
                f"The embedding model {settings.model} can't be loaded: {error}",
                "Give EXPERTBOT_EMBEDDER__MODEL a local folder, or a model that is already downloaded.",
            ) from error
        self.name = f"{settings.kind}:{settings.model}"
        self.dim = int(self.encode(["dimension"]).shape[1])

    def _raw(self, texts: list[str]) -> Any:
        return list(self._model.embed(texts)) if self._kind == "fastembed" else self._model.encode(texts)

    def encode(self, texts: Sequence[str]) -> Matrix:
        return _unit(self._raw([self._passage + text for text in texts]))

    def encode_query(self, text: str) -> Matrix:
        return _unit(self._raw([self._query + text])[0])


def build_embedder(settings: EmbedderSettings, threads: int = 1) -> Embedder:
    """The embedder a setting names. Raises UsageError where the model's name is missing."""
    if settings.kind == "use":
        return UseEmbedder(threads)
    if not settings.model:
        raise UsageError(f"The embedder kind {settings.kind} needs a model.", "Set EXPERTBOT_EMBEDDER__MODEL.")
    return OpenAiEmbedder(settings) if settings.kind == "openai" else LocalEmbedder(settings)


def embedder_name(settings: EmbedderSettings) -> str:
    """The name the embedder will have, without loading it."""
    return UseEmbedder.name if settings.kind == "use" else f"{settings.kind}:{settings.model}"
