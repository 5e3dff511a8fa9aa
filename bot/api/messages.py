"""The shapes of `/v1/chat/completions`: a request checked into a Question, an Answer as the reply. Knows no HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.commands import Json, answer_json, whole
from core.errors import UsageError
from core.nouns import Answer, Question, Turn

HEADING = {"ru": "Источники", "en": "Sources"}
NEUTRAL = "none"  # the model without a persona
PIECE = 24  # characters a streamed piece: it is whole already, but clients like to see it come
QUOTED = 160


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow")
    type: str
    text: str = ""


class _Message(BaseModel):
    model_config = ConfigDict(extra="allow")
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[_Part] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class ChatRequest(BaseModel):
    """What is used of a request; what sampling it asks for has no meaning here. `sources`: text and field, or field only."""

    model_config = ConfigDict(extra="allow")
    model: str
    messages: Annotated[list[_Message], Field(min_length=1, max_length=200)]
    stream: bool = False
    sources: Literal["text", "field"] = "text"

    def question(self) -> Question:
        """The last user message with what was said before. A client's system message is untrusted text: the persona and
        the documents decide, so it is left out."""
        turns = [message for message in self.messages if message.role in ("user", "assistant") and message.text.strip()]
        if not turns or turns[-1].role != "user":
            raise UsageError("The last message must be the user's.", "End `messages` with role `user`.")
        history = tuple(Turn(m.role, whole(m.text)) for m in turns[:-1])  # type: ignore[arg-type]
        return Question(whole(turns[-1].text.strip()), history)


def parse(body: Any) -> ChatRequest:
    """Raises UsageError naming every fault."""
    try:
        return ChatRequest.model_validate(body)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in error.errors(include_url=False, include_input=False)
        ]
        raise UsageError(
            "The request has another shape: " + "; ".join(faults), "See the chat completions API."
        ) from error


def full_text(answer: Answer, sources: Literal["text", "field"]) -> str:
    found = answer.draft.sources
    if sources == "field" or not found:
        return answer.text
    lines = []
    for source in found:
        place = " › ".join(dict.fromkeys((source.title, *source.headings)))
        quote = " ".join(source.quote.split())
        lines.append(f"[{source.n}] {place}: «{quote[:QUOTED]}{'…' if len(quote) > QUOTED else ''}»")
    return f"{answer.text}\n\n{HEADING[answer.draft.lang]}:\n" + "\n".join(lines)


def _tokens(text: str) -> int:
    """An estimate: clients want a number, and nothing is billed by it."""
    return max(1, len(text) // 3)


def reply(answer: Answer, request: ChatRequest) -> Json:
    text = full_text(answer, request.sources)
    asked = sum(_tokens(message.text) for message in request.messages)
    return {
        "id": f"chatcmpl-{answer.id}", "object": "chat.completion", "created": int(time.time()), "model": request.model,
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": text, "refusal": None}, "finish_reason": "stop",
             "logprobs": None}
        ],
        "usage": {
            "prompt_tokens": asked, "completion_tokens": _tokens(text), "total_tokens": asked + _tokens(text),
        },
        "expertbot": extras(answer),
    }  # fmt: skip


def chunks(answer: Answer, request: ChatRequest) -> Iterator[Json]:
    """The same answer as the events of a stream; the last but one carries what OpenAI's shape has no place for."""
    frame = {
        "id": f"chatcmpl-{answer.id}", "object": "chat.completion.chunk", "created": int(time.time()), "model": request.model,
    }  # fmt: skip
    text = full_text(answer, request.sources)
    for start in range(0, len(text), PIECE):
        delta = {"content": text[start : start + PIECE]}
        yield {**frame, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield {**frame, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "expertbot": extras(answer)}


def extras(answer: Answer) -> Json:
    whole = answer_json(answer)
    return {key: whole[key] for key in ("id", "status", "persona", "sources", "guard", "confidence", "timings")}
