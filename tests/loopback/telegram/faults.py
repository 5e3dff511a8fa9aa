"""The fault script: which calls go wrong, how, and which calls came inside a cooldown.

A fault strikes calls by method and chat, after `skip` of them, `times` times (-1: until removed).
"""

from __future__ import annotations

import math
import random
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

SENDING = ("send", "edit", "copy", "forward")
# A call already on its way when the 429 left is not a breach, nor is one that a timer released a hair early.
IN_FLIGHT_S = 0.05
CLOCK_S = 0.02


@dataclass(eq=False)
class Fault:
    """`kind`: 429, error, hang, slow, drop_before, drop_after, rubbish. `hits` counts the calls it struck."""

    kind: str
    methods: frozenset[str] = frozenset()
    chats: frozenset[int] = frozenset()
    times: int = 1
    skip: int = 0
    probability: float = 1.0
    code: int = 502
    description: str = "Bad Gateway"
    retry_after: int = 1
    everywhere: bool = False
    seconds: float = 0.0
    hits: int = 0

    def matches(self, method: str, chat_id: int | None, dice: random.Random) -> bool:
        if self.methods and method not in self.methods:
            return False
        if not self.methods and method == "getUpdates":
            return False
        if self.kind == "429" and not self.methods and not method.startswith(SENDING):
            return False
        if self.chats and chat_id not in self.chats:
            return False
        if self.times == 0 or dice.random() >= self.probability:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1 if self.times > 0 else 0
        self.hits += 1
        return True


@dataclass(frozen=True)
class Cooldown:
    """After a 429: until when which methods must rest, in one chat or (`chat_id` None) everywhere."""

    methods: frozenset[str]
    chat_id: int | None
    since: float
    until: float

    def covers(self, method: str, chat_id: int | None) -> bool:
        fits = method in self.methods if self.methods else method.startswith(SENDING)
        return fits and (self.chat_id is None or self.chat_id == chat_id)


@dataclass(frozen=True)
class Breach:
    """A call made inside a cooldown, `left` seconds before its end."""

    method: str
    chat_id: int | None
    left: float


@dataclass
class FloodLimits:
    """Telegram's published limits as sliding windows; off unless the test switches them on."""

    per_chat: int = 0
    per_group_minute: int = 0
    per_second: int = 0
    _sent: dict[int | None, deque[float]] = field(default_factory=dict)

    def exceeded(self, chat_id: int, is_group: bool, now: float) -> tuple[float, bool] | None:
        """Seconds to wait and whether it is the global limit, or None and the call is counted."""
        windows = [(chat_id, self.per_chat, 1.0), (None, self.per_second, 1.0)]
        if is_group:
            windows.append((chat_id, self.per_group_minute, 60.0))
        for key, limit, span in windows:
            recent = [t for t in self._sent.get(key, ()) if now - t < span]
            if limit and len(recent) >= limit:
                return span - (now - recent[-limit]), key is None
        for key in (chat_id, None):
            self._sent.setdefault(key, deque(maxlen=200)).append(now)
        return None


class FaultScript:
    """The faults in force, their cooldowns and the breaches of these."""

    def __init__(self, seed: int = 0) -> None:
        self.faults: list[Fault] = []
        self.breaches: list[Breach] = []
        self.limits = FloodLimits()
        self._cooldowns: list[Cooldown] = []
        self._dice = random.Random(seed)

    def add(self, kind: str, methods: Iterable[str], chats: Iterable[int], **options: object) -> Fault:
        fault = Fault(kind, frozenset(methods), frozenset(chats), **options)  # type: ignore[arg-type]
        self.faults.append(fault)
        return fault

    def too_many(
        self,
        *methods: str,
        chats: Iterable[int] = (),
        retry_after: int = 1,
        times: int = 1,
        **options: object,
    ) -> Fault:
        """429 for sends and edits (or `methods`); the chat then rests, or all chats with everywhere=True."""
        return self.add("429", methods, chats, retry_after=retry_after, times=times, **options)

    def error(
        self,
        *methods: str,
        code: int = 502,
        description: str = "Bad Gateway",
        chats: Iterable[int] = (),
        times: int = 1,
        **options: object,
    ) -> Fault:
        """An error answer without doing the work."""
        return self.add("error", methods, chats, code=code, description=description, times=times, **options)

    def hang(self, *methods: str, seconds: float = 600.0, times: int = 1, **options: object) -> Fault:
        """No answer for `seconds`, then the connection is cut; nothing is done."""
        return self.add("hang", methods, (), seconds=seconds, times=times, **options)

    def slow(self, *methods: str, seconds: float, times: int = -1, **options: object) -> Fault:
        """The work is done after `seconds`."""
        return self.add("slow", methods, (), seconds=seconds, times=times, **options)

    def drop(
        self, *methods: str, processed: bool, chats: Iterable[int] = (), times: int = 1, **options: object
    ) -> Fault:
        """The connection is cut, before the work or (`processed`) after it: the bot can't tell which."""
        return self.add("drop_after" if processed else "drop_before", methods, chats, times=times, **options)

    def rubbish(self, *methods: str, times: int = 1, **options: object) -> Fault:
        """An HTML page with status 200, as a captive portal answers."""
        return self.add("rubbish", methods, (), times=times, **options)

    def remove(self, fault: Fault) -> None:
        self.faults.remove(fault)

    def clear(self) -> None:
        """No more faults and limits; breaches stay on record."""
        self.faults.clear()
        self._cooldowns.clear()
        self.limits = FloodLimits()

    def match(self, method: str, chat_id: int | None) -> Fault | None:
        return next((f for f in self.faults if f.matches(method, chat_id, self._dice)), None)

    def cool_down(self, fault: Fault, method: str, chat_id: int | None) -> int:
        """Starts the cooldown of a 429 and returns its retry_after."""
        methods = fault.methods or (frozenset() if method.startswith(SENDING) else frozenset({method}))
        self._rest(methods, None if fault.everywhere else chat_id, fault.retry_after)
        return fault.retry_after

    def resting(self, method: str, chat_id: int | None) -> int | None:
        """The retry_after of a cooldown that covers this call (recorded as a breach), else None."""
        now = time.monotonic()
        self._cooldowns = [c for c in self._cooldowns if c.until > now]
        for cooldown in self._cooldowns:
            left = cooldown.until - now
            if not cooldown.covers(method, chat_id) or left <= CLOCK_S:
                continue
            if now - cooldown.since > IN_FLIGHT_S:
                self.breaches.append(Breach(method, chat_id, round(left, 3)))
            return max(1, math.ceil(left))
        return None

    def flooded(self, method: str, chat_id: int | None, is_group: bool) -> int | None:
        """The retry_after where the published limits are switched on and exceeded."""
        if chat_id is None or not method.startswith(SENDING):
            return None
        found = self.limits.exceeded(chat_id, is_group, time.monotonic())
        if found is None:
            return None
        wait = max(1, math.ceil(found[0]))
        self._rest(frozenset(), None if found[1] else chat_id, wait)
        return wait

    def _rest(self, methods: frozenset[str], chat_id: int | None, seconds: int) -> None:
        now = time.monotonic()
        self._cooldowns.append(Cooldown(methods, chat_id, now, now + seconds))
