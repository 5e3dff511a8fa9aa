"""An OpenAI-compatible endpoint. `LlmServer` in a test, `python -m tests.loopback.llm` by hand."""

from tests.loopback.llm.server import LlmServer, Request, echo, hashed_vector

__all__ = ["LlmServer", "Request", "echo", "hashed_vector"]
