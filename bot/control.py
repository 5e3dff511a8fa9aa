"""The running service's door for the shell: a Unix socket in the data folder that only its owner may open. `expertbot ingest` and
its like go through it while the service holds the store. One JSON object a line, both ways."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
import struct
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import commands, feedback
from bot.state import audit
from core.errors import ExpertbotError, UnavailableError, UsageError

if TYPE_CHECKING:
    from bot.app import App
    from bot.state import State
    from core.settings import Settings

Json = dict[str, Any]
Progress = Callable[[int, int, str], None]
log = logging.getLogger("expertbot.control")
NAME = "control.sock"
LONGEST_LINE = 64 << 20
ADDRESS = 100  # bytes; the system's limit for such an address is a little higher
ERRORS = {2: UsageError, 5: UnavailableError}
CHANGING = ("ingest", "remove", "reindex", "rollback", "forget")


@contextlib.contextmanager
def _address(data_dir: Path) -> Iterator[str]:
    """A name for the socket that is short enough, whatever the folder's."""
    path = str(data_dir.resolve() / NAME)
    if len(path.encode()) <= ADDRESS:
        yield path
        return
    folder = os.open(data_dir, os.O_RDONLY)
    try:
        yield f"/proc/self/fd/{folder}/{NAME}"
    finally:
        os.close(folder)


class ControlServer:
    def __init__(self, settings: Settings, app: App, state: State) -> None:
        self._settings = settings
        self._app = app
        self._state = state
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Under the data folder's lock, so an old socket is a dead one."""
        (self._settings.data_dir / NAME).unlink(missing_ok=True)
        with _address(self._settings.data_dir) as address:
            mask = os.umask(0o177)
            try:
                self._server = await asyncio.start_unix_server(self._serve, address, limit=LONGEST_LINE)
            finally:
                os.umask(mask)

    async def close(self) -> None:
        if not self._server:
            return
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        (self._settings.data_dir / NAME).unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if _peer(writer) not in (os.getuid(), None):
                return
            while line := await reader.readline():
                await self._answer(json.loads(line), reader, writer)
        except (ConnectionError, ValueError, asyncio.IncompleteReadError):
            return
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _answer(self, request: Json, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def progress(done: int, total: int, what: str) -> None:
            _send(writer, {"progress": [done, total, what]})

        work = asyncio.ensure_future(self._do(request, progress))
        gone = asyncio.ensure_future(_end_of(reader))
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():  # Ctrl-C in the shell
                raise ConnectionResetError
            _send(writer, {"result": work.result()})
        except ExpertbotError as error:
            _send(writer, {"error": error.message, "hint": error.hint, "code": error.exit_code})
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception as error:
            log.exception("%s", request.get("command"))
            _send(writer, {"error": f"The service failed: {type(error).__name__}.", "hint": "See its log.", "code": 1})
        finally:
            gone.cancel()
            work.cancel()
            await asyncio.gather(work, gone, return_exceptions=True)
        await writer.drain()

    async def _do(self, request: Json, progress: Progress) -> Any:
        app, name, args = self._app, request["command"], request["args"]
        if name in ("reindex", "rollback"):
            self._refuse_other_settings(args.get("fingerprint"))
        if name in CHANGING:
            await self._state.db.write(lambda db: audit(db, None, f"shell {name}", args))
        work: dict[str, Callable[[], Awaitable[Any]]] = {
            "ingest": lambda: commands.ingest(app, args["paths"], args["prune"], progress),
            "docs": lambda: commands.docs(app),
            "remove": lambda: commands.remove(app, args["source_or_id"]),
            "reindex": lambda: commands.reindex(app, progress),
            "rollback": lambda: commands.rollback(app, progress),
            "search": lambda: commands.search(app, args["query"], args["limit"], args["history"]),
            "ask": lambda: commands.ask(app, args["question"], args["persona"], args["history"]),
            "forget": lambda: self._forget(args["user"]),
            "feedback": lambda: feedback.evaluate(app, self._state, progress),
        }
        if name not in work:
            raise UsageError(f"The service does not know {name}.", "Is it an older version? Restart it.")
        return await work[name]()

    def _refuse_other_settings(self, wanted: str | None) -> None:
        """A shell with other settings means these, and this process would build by its own."""
        ours = str(self._app.fingerprint)
        if wanted not in (None, ours):
            raise UsageError(
                f"The running service indexes by other settings than this shell: {ours} instead of {wanted}.",
                "To change them stop the service, repeat this, then start it with the new settings; else give this shell the "
                "service's settings.",
            )

    async def _forget(self, user: int) -> Json:
        from bot.telegram.people import forget

        return await forget(self._state, self._app, self._settings.data_dir, user)


class Door:
    """The control socket of a service that is no Telegram bot, with the state it needs; none where the folder is shared, for then
    the shell opens the folder itself."""

    def __init__(self, server: ControlServer, state: State) -> None:
        self._server = server
        self._state = state

    @classmethod
    async def open(cls, settings: Settings, app: App) -> Door | None:
        from bot.state import State

        if settings.shared:
            return None
        state = State(settings.data_dir)
        await state.open()
        made = cls(ControlServer(settings, app, state), state)
        await made._server.start()
        return made

    async def close(self) -> None:
        await self._server.close()
        self._state.close()


def _send(writer: asyncio.StreamWriter, value: Json) -> None:
    if not writer.is_closing():
        writer.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")


async def _end_of(reader: asyncio.StreamReader) -> None:
    """Until the shell hangs up. A client sends nothing while it waits, so what is read here is the end."""
    while not reader.at_eof():  # noqa: ASYNC110 (a stream has no event for it)
        await asyncio.sleep(0.2)


def _peer(writer: asyncio.StreamWriter) -> int | None:
    """The user id at the other end, where the system tells."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return None
    packed = writer.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i"))
    return int(struct.unpack("3i", packed)[1])


class Control:
    """The shell's end. `connect` gives None where no service runs on this data folder."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._file = connection.makefile("rb")

    @classmethod
    def connect(cls, data_dir: Path) -> Control | None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with _address(data_dir) as address:
                connection.connect(address)
        except OSError:
            connection.close()
            return None
        return cls(connection)

    def call(self, command: str, progress: Progress = commands.quiet, **args: Any) -> Any:
        """The result of a command. Raises what the command raised there."""
        self._connection.sendall(json.dumps({"command": command, "args": args}).encode() + b"\n")
        for line in self._file:
            news = json.loads(line)
            if "progress" in news:
                progress(*news["progress"])
            elif "error" in news:
                raise ERRORS.get(news["code"], ExpertbotError)(news["error"], news["hint"])
            else:
                return news["result"]
        raise UnavailableError("The service ended meanwhile.", "Start it again, then repeat the command.")

    def close(self) -> None:
        self._file.close()
        self._connection.close()
