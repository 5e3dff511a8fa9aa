"""A chat completion from any OpenAI-compatible endpoint that survives the endpoint: bounded waits, few retries, a breaker, a
second endpoint. With `embeddings` in retrieval/embed.py the only user of the `openai` package."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from core.errors import UnavailableError, UsageError
from core.settings import LlmSettings

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletionMessageParam

RETRIES = 2
OPEN_AFTER = 4  # failures in a row
OPEN_SECONDS = 30.0
LONGEST = 20_000  # characters; a model that runs on is cut off


@dataclass(frozen=True, slots=True)
class Endpoint:
    base_url: str
    api_key: str
    model: str


class Breaker:
    """Closed, it lets calls through; after OPEN_AFTER failures in a row it refuses them for OPEN_SECONDS, then lets one try."""

    def __init__(self) -> None:
        self._failures = 0
        self._until = 0.0

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self._until

    def succeeded(self) -> None:
        self._failures, self._until = 0, 0.0

    def failed(self) -> None:
        self._failures += 1
        if self._failures >= OPEN_AFTER:
            self._until = time.monotonic() + OPEN_SECONDS


class Llm:
    """Endpoints in order of preference; a call uses the first that answers."""

    def __init__(self, endpoints: Sequence[Endpoint], settings: LlmSettings) -> None:
        self._endpoints = tuple(endpoints)
        self._settings = settings
        self._breakers = [Breaker() for _ in self._endpoints]
        self._clients: dict[int, AsyncOpenAI] = {}

    @classmethod
    def from_settings(cls, settings: LlmSettings) -> Llm:
        key, spare_key = settings.api_key.get_secret_value(), settings.fallback_api_key.get_secret_value()
        endpoints = [Endpoint(settings.base_url, key, settings.model)]
        if settings.fallback_base_url or settings.fallback_model:
            endpoints.append(
                Endpoint(
                    settings.fallback_base_url or settings.base_url, spare_key or key,
                    settings.fallback_model or settings.model,
                )
            )  # fmt: skip
        return cls(endpoints, settings)

    def state(self) -> dict[str, str]:
        """Endpoint → `open` (refused for now) or `closed` (in use)."""
        return {
            f"{endpoint.base_url or 'default'}#{endpoint.model}": "open" if breaker.is_open else "closed"
            for endpoint, breaker in zip(self._endpoints, self._breakers, strict=True)
        }

    async def complete(self, messages: Sequence[dict[str, str]], model: str = "") -> str:
        """The whole answer. Raises UnavailableError when no endpoint gave one within the time limits, UsageError for a key
        or model that the endpoint refuses."""
        return "".join([piece async for piece in self.stream(messages, model)])

    async def stream(self, messages: Sequence[dict[str, str]], model: str = "") -> AsyncGenerator[str, None]:
        """Pieces of the answer as they come. After the first piece nothing is tried again: a cut stream raises."""
        deadline = time.monotonic() + self._settings.total_seconds
        last = "every endpoint failed a moment ago"
        for number, breaker in enumerate(self._breakers):
            for attempt in range(RETRIES + 1):
                if breaker.is_open or time.monotonic() >= deadline:
                    break
                begun = False
                try:
                    async with aclosing(self._attempt(number, messages, model, deadline)) as pieces:
                        async for piece in pieces:
                            begun = True
                            yield piece
                    if not begun:
                        raise _Failed("it answered nothing", retry=True)
                    breaker.succeeded()
                    return
                except _Failed as error:
                    breaker.failed()
                    last = str(error)
                    if begun:
                        raise UnavailableError(f"The LLM broke off: {last}.", "Ask again.") from error
                    if not error.retry:
                        break
                    pause = error.wait or random.uniform(0.2, 0.6) * 2**attempt
                    if attempt == RETRIES or time.monotonic() + pause >= deadline:
                        break
                    await asyncio.sleep(pause)
        raise UnavailableError(
            f"The LLM does not answer: {last}.", "Check EXPERTBOT_LLM__BASE_URL; `expertbot doctor`."
        )

    async def close(self) -> None:
        for client in self._clients.values():
            await client.close()
        self._clients.clear()

    def _client(self, number: int) -> AsyncOpenAI:
        if number not in self._clients:
            from openai import AsyncOpenAI, Timeout

            endpoint, wait = self._endpoints[number], self._settings
            timeout = Timeout(wait.first_token_seconds, connect=wait.connect_seconds)
            self._clients[number] = AsyncOpenAI(
                base_url=endpoint.base_url or None, api_key=endpoint.api_key or "none", timeout=timeout, max_retries=0
            )
        return self._clients[number]

    async def _attempt(
        self, number: int, messages: Sequence[dict[str, str]], model: str, deadline: float
    ) -> AsyncGenerator[str, None]:
        import openai

        endpoint = self._endpoints[number]
        size = 0
        try:
            first = min(deadline, time.monotonic() + self._settings.first_token_seconds)
            async with asyncio.timeout_at(_loop_time(first)) as limit:
                stream = await self._client(number).chat.completions.create(
                    model=model or endpoint.model,
                    messages=cast("list[ChatCompletionMessageParam]", list(messages)),
                    temperature=self._settings.temperature,
                    stream=True,
                )
                finished = False
                async with stream:
                    async for event in stream:
                        if not event.choices:
                            continue
                        piece = event.choices[0].delta.content or ""
                        finished = finished or event.choices[0].finish_reason is not None
                        if piece:
                            limit.reschedule(_loop_time(deadline))
                            size += len(piece)
                            yield piece
                        if size > LONGEST:
                            return
            if not finished:
                raise _Failed("the stream was cut", retry=True)
        except TimeoutError as error:
            raise _Failed("it took too long", retry=False) from error
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            raise UsageError("The LLM endpoint refuses the key.", "Check EXPERTBOT_LLM__API_KEY.") from error
        except openai.NotFoundError as error:
            raise UsageError(
                f"The LLM endpoint has no model {model or endpoint.model}.", "Check EXPERTBOT_LLM__MODEL."
            ) from error
        except openai.RateLimitError as error:
            raise _Failed("it is over its limit", retry=True, wait=_retry_after(error)) from error
        except openai.APIStatusError as error:
            raise _Failed(f"it answered {error.status_code}", retry=error.status_code >= 500) from error
        except openai.APIConnectionError as error:
            raise _Failed("it can't be reached", retry=not isinstance(error, openai.APITimeoutError)) from error
        except (openai.APIError, ValueError) as error:
            raise _Failed("it answered rubbish or broke off", retry=True) from error


class _Failed(Exception):
    def __init__(self, reason: str, *, retry: bool, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.retry = retry
        self.wait = wait


def _loop_time(monotonic: float) -> float:
    return asyncio.get_running_loop().time() + monotonic - time.monotonic()


def _retry_after(error: Exception) -> float:
    value = error.response.headers.get("retry-after", "") if hasattr(error, "response") else ""
    try:
        return min(float(value), 10.0)
    except ValueError:
        return 0.0
