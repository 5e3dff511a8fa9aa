"""A Qdrant server on loopback. `QdrantServer` in a test, `python -m tests.loopback.qdrant` by hand."""

from tests.loopback.qdrant.contract import CONTRACT, Violation
from tests.loopback.qdrant.server import Call, QdrantServer

__all__ = ["CONTRACT", "Call", "QdrantServer", "Violation"]
