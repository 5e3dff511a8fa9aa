"""A fault script for servers whose calls have one name: which go wrong, how often and how."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aiohttp import web

from tests.loopback.serving import abort


@dataclass(eq=False)
class Fault:
    """`kind` is the server's word; it strikes calls named in `names` (none: all), `skip` of them later,
    `times` times (-1: until removed). `hits` counts the calls it struck."""

    kind: str
    names: frozenset[str] = frozenset()
    times: int = 1
    skip: int = 0
    code: int = 500
    message: str = "Service internal error: scripted"
    seconds: float = 600.0
    after: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    hits: int = 0

    def matches(self, name: str) -> bool:
        if self.times == 0 or (self.names and name not in self.names):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1 if self.times > 0 else 0
        self.hits += 1
        return True


class Script:
    """The faults in force, and the server's end, at which those that hang let go."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.closing = asyncio.Event()

    def add(self, kind: str, *names: str, **options: object) -> Fault:
        """One more fault; options are the fields of Fault."""
        fault = Fault(kind, frozenset(names), **options)  # type: ignore[arg-type]
        self.faults.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        self.faults.remove(fault)

    def clear(self) -> None:
        self.faults.clear()

    def match(self, name: str) -> Fault | None:
        return next((f for f in self.faults if f.matches(name)), None)

    async def pause(self, seconds: float) -> bool:
        """Waits; True where the server closed meanwhile."""
        try:
            await asyncio.wait_for(self.closing.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def before(self, fault: Fault | None, request: web.Request) -> web.StreamResponse | None:
        """What hang, slow and drop_before do before the work; None where the call goes on."""
        if fault is None:
            return None
        if fault.kind == "drop_before":
            return abort(request)
        if fault.kind in {"hang", "slow"} and (await self.pause(fault.seconds) or fault.kind == "hang"):
            return abort(request)
        return None
