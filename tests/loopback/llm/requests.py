"""What an OpenAI-compatible endpoint accepts: roles, types and ranges of a request. Answers nothing."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class TextPart(_Strict):
    type: Literal["text"]
    text: str


class ChatMessage(_Strict):
    """One message; a tool's answer and an assistant's call are not what this project sends."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[TextPart]
    name: str | None = None

    @property
    def text(self) -> str:
        return self.content if isinstance(self.content, str) else "".join(p.text for p in self.content)


class StreamOptions(_Strict):
    include_usage: bool | None = None


class ResponseFormat(_Strict):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: dict[str, Any] | None = None


class ChatRequest(_Strict):
    """POST /v1/chat/completions, with the sampling fields that vLLM, llama.cpp and Ollama add."""

    model: str = Field(min_length=1)
    messages: list[ChatMessage] = Field(min_length=1)
    stream: bool = False
    stream_options: StreamOptions | None = None
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, gt=0, le=1)
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    stop: str | list[str] | None = None
    seed: int | None = None
    n: int | None = Field(None, ge=1, le=16)
    presence_penalty: float | None = Field(None, ge=-2, le=2)
    frequency_penalty: float | None = Field(None, ge=-2, le=2)
    logit_bias: dict[str, float] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = Field(None, ge=0, le=20)
    response_format: ResponseFormat | None = None
    reasoning_effort: str | None = None
    user: str | None = None
    store: bool | None = None
    metadata: dict[str, str] | None = None
    top_k: int | None = None
    min_p: float | None = None
    repetition_penalty: float | None = None
    chat_template_kwargs: dict[str, Any] | None = None


class EmbeddingRequest(_Strict):
    """POST /v1/embeddings; token ids instead of text are not served."""

    model: str = Field(min_length=1)
    input: str | list[str]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = Field(None, ge=1)
    user: str | None = None

    @property
    def texts(self) -> list[str]:
        return [self.input] if isinstance(self.input, str) else self.input


def problems(error: ValidationError) -> list[str]:
    """What is wrong with a request, a line each."""
    return [f"{'.'.join(str(step) for step in e['loc'])}: {e['msg']}" for e in error.errors()]


def rule_breaks(request: ChatRequest) -> list[str]:
    """What the types can't say: stream options need a stream, a system message comes first, none is empty."""
    broken = []
    if request.stream_options is not None and not request.stream:
        broken.append("stream_options: only allowed when stream is true")
    for i, message in enumerate(request.messages):
        if message.role in {"system", "developer"} and i > 0:
            broken.append(f"messages.{i}: chat templates take a system message only at the start")
        if not message.text.strip():
            broken.append(f"messages.{i}: empty content")
    if request.max_tokens is not None and request.max_completion_tokens is not None:
        broken.append("max_tokens: not together with max_completion_tokens")
    return broken
