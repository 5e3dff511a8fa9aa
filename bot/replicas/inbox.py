"""The inbox of several replicas: a stream of updates a partition in Redis, each written once and acknowledged when it is there,
read by whoever holds the partition, and deleted when it is done. What became of an update (let in, done) stands in the shared
SQLite, in the same transaction as its answer, so what is done twice is written once. Knows no leases."""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from bot.replicas.limits import Limits
from bot.replicas.link import Link
from bot.replicas.partitions import COUNT, partition_of
from bot.state import SEEN_DAYS, State
from bot.telegram.inbox import Inbox

Json = dict[str, Any]
log = logging.getLogger("expertbot.replicas")
AT_ONCE = 200  # entries read in one go
WAIT_MS = 200  # for news, before the partitions held are looked at again

KEEP = """
if redis.call('SET', KEYS[2], 1, 'NX', 'EX', ARGV[1]) then
  redis.call('XADD', KEYS[1], '*', 'update', ARGV[2])
end
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """An update that is being worked on: where it lies, and whose it is."""

    partition: int
    ident: str
    user: int


class SharedInbox(Inbox):
    def __init__(self, state: State, bot: int, link: Link, limits: Limits) -> None:
        super().__init__(state, bot)
        self._link = link
        self._limits = limits
        self._prefix = f"{link.prefix}:{bot}"
        self._last = dict[int, str]()  # partition → id of the last entry read
        self._open = dict[int, Entry]()  # update id → entry
        self._marked = set[int]()  # perhaps done; the writing thread adds to it

    # Any replica

    async def keep(self, updates: Iterable[Json]) -> list[Json]:
        """Once this returns they are on Redis' disk. Nothing is fresh here: whoever holds the partition reads it there."""
        for update in updates:
            keys = [self._stream(partition_of(place(update)[0])), f"{self._prefix}:seen:{update['update_id']}"]
            await self._link.script(KEEP, keys, [SEEN_DAYS * 86400, json.dumps(update, ensure_ascii=False)])
        return []

    def open(self) -> list[tuple[Json, bool, int | None]]:
        return []

    # Whoever holds a partition

    async def read(self, held: Collection[int]) -> list[tuple[Json, bool, int | None]]:
        """What came into these partitions since the last call; a partition that is new here from its beginning."""
        self._last = {number: self._last.get(number, "0") for number in held}
        streams = {self._stream(number): last for number, last in self._last.items()}
        found = await self._link.call("xread", streams, count=AT_ONCE, block=WAIT_MS)
        fresh = list[tuple[Json, bool, int | None]]()
        for stream, entries in found or ():
            number = int(stream.rpartition(":")[2])
            for ident, fields in entries if number in self._last else ():  # it may be another's by now
                self._last[number] = ident
                fresh += self._taken(number, ident, json.loads(fields["update"]))
        return fresh

    def _taken(self, partition: int, ident: str, update: Json) -> list[tuple[Json, bool, int | None]]:
        update_id = int(update["update_id"])
        if update_id in self._open:
            return []
        self._open[update_id] = Entry(partition, ident, place(update)[1])
        row = self.row(update_id)
        if row and row["state"] == "done":  # its worker died before it could delete it
            self._marked.add(update_id)
            return []
        return [(update, bool(row) and row["state"] == "admitted", row["status_message"] if row else None)]

    def row(self, update_id: int) -> Any:
        rows = self._db.read(
            "SELECT state, status_message FROM inbox WHERE bot = ? AND update_id = ?", (self.bot, update_id)
        )
        return rows[0] if rows else None

    async def sweep(self) -> None:
        """Delete what is done from Redis, and give back its person's place."""
        ready = [ident for ident in list(self._marked) if (row := self.row(ident)) and row["state"] == "done"]
        for ident in ready:
            entry = self._open.get(ident)
            if entry:
                await self._limits.leave(entry.user, ident)
                await self._link.call("xdel", self._stream(entry.partition), entry.ident)
                self._open.pop(ident, None)
            self._marked.discard(ident)

    def busy(self, partition: int) -> bool:
        """Whether updates of it are being worked on here."""
        return any(entry.partition == partition for entry in self._open.values())

    def drop(self, partitions: Collection[int]) -> None:
        """They are others' now; read anew from the beginning should they come back."""
        self._open = {ident: entry for ident, entry in self._open.items() if entry.partition not in partitions}
        for number in partitions:
            self._last.pop(number, None)

    def left(self, update_id: int) -> None:
        """It could not be worked on; it stays in Redis for whoever holds the partition next."""
        self._open.pop(update_id, None)

    async def waiting(self) -> int:
        """Updates of all partitions that are not done."""
        return sum([int(await self._link.call("xlen", self._stream(number))) for number in range(COUNT)])

    # Within a transaction

    def admit(self, db: sqlite3.Connection, update_id: int) -> None:
        self._put(db, update_id, "admitted")

    def done(self, db: sqlite3.Connection, update_id: int) -> None:
        self._put(db, update_id, "done")
        self._marked.add(update_id)

    def status_message(self, db: sqlite3.Connection, update_id: int, message: int) -> None:
        self._put(db, update_id, "admitted")
        super().status_message(db, update_id, message)

    def _put(self, db: sqlite3.Connection, update_id: int, state: str) -> None:
        """Never back from done."""
        db.execute(
            "INSERT INTO inbox VALUES (?, ?, NULL, ?, ?, NULL) ON CONFLICT (bot, update_id) DO UPDATE SET"
            " state = CASE state WHEN 'done' THEN 'done' ELSE excluded.state END",
            (self.bot, update_id, state, time.time()),
        )

    def _stream(self, partition: int) -> str:
        return f"{self._prefix}:updates:{partition}"


def place(update: Json) -> tuple[int, int]:
    """The chat that an update belongs to, and the person; a person without a chat is their private one."""
    body: Any = next((value for key, value in update.items() if key != "update_id"), {})
    if not isinstance(body, dict):
        return 0, 0
    user = int((body.get("from") or {}).get("id", 0))
    chat = body.get("chat") or (body.get("message") or {}).get("chat") or {}
    return int(chat.get("id", user)), user
