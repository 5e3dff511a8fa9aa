"""Parsing and chunking in a child process that may fail alone: whatever a file does there, here it is a
document or a DocumentError. One Sandbox is one process and one caller at a time; a pool is a list of them.
Knows no format."""

from __future__ import annotations

import json
import os
import selectors
import signal
import stat
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from core.errors import DocumentError, UnavailableError
from core.nouns import Block, Chunk, ParsedDocument
from ingest.chunk import MAX_CHARS, TARGET_CHARS
from ingest.jail import _FRAME
from ingest.limits import MAX_INPUT, too_big

_ROOT = Path(__file__).resolve().parents[1]
_START_SECONDS = 60.0  # a busy machine may take long to start a process


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost."""

    memory_bytes: int = 1536 * 1024 * 1024  # of address space, the interpreter and libraries included
    cpu_seconds: int = 60
    wall_seconds: float = 90.0
    input_bytes: int = MAX_INPUT


class _Died(Exception):
    """The child ended or went silent. `code` says how."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_file(path: Path, limit: int = MAX_INPUT) -> bytes:
    """A regular file's bytes. Raises DocumentError where it is missing, unreadable, no file, or larger than
    `limit`."""
    name = path.name
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise DocumentError(f"{name}: it is no regular file.", "Give a file or a folder.", code="not_file")
            if status.st_size > limit:
                raise too_big(name, status.st_size, limit)
            return file.read(limit + 1)
    except IsADirectoryError as error:
        raise DocumentError(f"{name}: it is a folder.", "Give the folder to `ingest`.", code="not_file") from error
    except FileNotFoundError as error:
        raise DocumentError(f"{name}: it is not there any more.", "Check the path.", code="missing") from error
    except PermissionError as error:
        hint = "Give the user who runs expertbot the right to read it (chmod u+r)."
        raise DocumentError(f"{name}: no permission to read it.", hint, code="unreadable") from error
    except OSError as error:
        hint = "Check the disk and the path, then try again."
        raise DocumentError(f"{name}: it can't be read: {error.strerror}.", hint, code="unreadable") from error


class Sandbox:
    """One child process; it starts with the first document and is replaced when it dies or has grown."""

    def __init__(
        self, limits: Limits | None = None, *, max_chars: int = MAX_CHARS, target_chars: int = TARGET_CHARS
    ) -> None:
        self.limits = limits or Limits()
        self._sizes = {"max_chars": max_chars, "target_chars": target_chars}
        self._child: subprocess.Popen[bytes] | None = None
        self._using = threading.RLock()
        self.filtered = False  # whether the kernel refuses the child's network, known once it has started

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child, and so what another thread waits for from it. The sandbox may be used again; a new child is started
        then."""
        if self._child is not None:
            self._child.kill()
        with self._using:  # a pipe closed under a waiting thread would leave it waiting
            child, self._child = self._child, None
            if child is None:
                return
            child.kill()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()
            child.wait()

    def start(self) -> None:
        """Start the child now, so that the first document doesn't wait for it (about 0.1 s)."""
        if self._child is not None and self._child.poll() is None:
            return
        self.close()
        limits = {
            "memory_bytes": self.limits.memory_bytes,
            "cpu_seconds": self.limits.cpu_seconds,
            "wall_seconds": self.limits.wall_seconds,
        }
        kept = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")  # no secrets: a parser needs none
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        paths = [str(_ROOT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        environment |= {"PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1", "PYTHONHASHSEED": "0"}
        self._child = subprocess.Popen(
            [sys.executable, "-m", "ingest.jail", json.dumps(limits)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env=environment,
            bufsize=0,
        )
        try:
            head, _ = self._exchange(b"", time.monotonic() + _START_SECONDS)
        except _Died as error:
            self.close()  # what it says too late would be taken for the next document
            hint = "Run `expertbot doctor`; too little memory or a broken installation is the usual cause."
            raise UnavailableError(
                "The process that reads documents could not be started.", hint, code="no_reader"
            ) from error
        self.filtered = bool(head.get("filtered"))

    def parse_and_chunk(
        self, data: bytes | Path, source: str, *, name: str | None = None
    ) -> tuple[ParsedDocument, list[Chunk]]:
        """The document in `data`, or in the file at that path, and its chunks. Blocks until done, at most
        `limits.wall_seconds`. Raises DocumentError; a child that hung, crashed or ran out of memory is
        replaced."""
        if isinstance(data, Path):
            name = name or data.name
            data = read_file(data, self.limits.input_bytes)
        name = name or source.rsplit("/", 1)[-1]
        if len(data) > self.limits.input_bytes:
            raise too_big(name, len(data), self.limits.input_bytes)
        with self._using:
            return self._parse_and_chunk(data, source, name)

    def _parse_and_chunk(self, data: bytes, source: str, name: str) -> tuple[ParsedDocument, list[Chunk]]:
        self.start()
        raw = json.dumps({"source": source, "name": name, **self._sizes}).encode()
        try:
            head, body = self._exchange(
                _FRAME.pack(len(raw), len(data)) + raw + data, time.monotonic() + self.limits.wall_seconds
            )
        except _Died as error:
            self.close()
            raise self._failure(name, error.code) from error
        except BaseException:  # an interrupted exchange leaves half a reply in the pipe
            self.close()
            raise
        if head.get("retire"):
            self.close()
        if head.get("memory"):
            raise self._failure(name, "memory")
        if "error" in head:
            raise DocumentError(head["error"], head["hint"], code=head["code"])
        return _document(head, body, source)

    def _failure(self, name: str, code: str) -> DocumentError:
        save = "Open it in the program that made it, save it anew, and try again."
        if code == "timeout":
            message = f"{name}: reading it took longer than {self.limits.wall_seconds:.0f} s and was stopped."
            return DocumentError(message, "Split it into smaller files, or save it as text.", code="timeout")
        if code == "memory":
            megabytes = self.limits.memory_bytes // (1024 * 1024)
            message = f"{name}: reading it needs more than the {megabytes} MB of memory allowed."
            return DocumentError(message, "Split it into smaller files.", code="memory")
        return DocumentError(f"{name}: it is damaged; its reader broke down on it.", save, code="crash")

    def _exchange(self, request: bytes, deadline: float) -> tuple[dict[str, Any], bytes]:
        """Send the request, read one reply. Raises _Died at the deadline or when the child ends."""
        child = self._child
        if child is None or child.stdin is None or child.stdout is None:
            raise _Died("crash")
        view, reply = memoryview(request), bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout, selectors.EVENT_READ)
            if request:
                os.set_blocking(child.stdin.fileno(), False)
                selector.register(child.stdin, selectors.EVENT_WRITE)
            while not _complete(reply):
                left = deadline - time.monotonic()
                ready = selector.select(left) if left > 0 else []
                if not ready:
                    raise _Died("timeout")
                for key, _ in ready:
                    if key.fileobj is child.stdin:
                        view = _send(child.stdin, view)
                        if not view:
                            selector.unregister(child.stdin)
                    else:
                        part = os.read(child.stdout.fileno(), 1 << 20)
                        if not part:
                            raise _Died(_how_it_died(child))
                        reply += part
        lengths = _FRAME.unpack_from(reply)
        raw = bytes(reply[_FRAME.size : _FRAME.size + lengths[0]])
        return json.loads(raw.decode("utf-8", "surrogatepass")), bytes(reply[_FRAME.size + lengths[0] :])


def _complete(reply: bytearray) -> bool:
    if len(reply) < _FRAME.size:
        return False
    head, body = _FRAME.unpack_from(reply)
    return len(reply) >= int(_FRAME.size + head + body)


def _send(pipe: IO[bytes], view: memoryview) -> memoryview:
    try:
        return view[os.write(pipe.fileno(), view[: 1 << 20]) :]
    except BlockingIOError:
        return view
    except BrokenPipeError:
        return view[len(view) :]  # the reading side will tell how it died


def _how_it_died(child: subprocess.Popen[bytes]) -> str:
    try:
        status = child.wait(5)
    except subprocess.TimeoutExpired:
        return "crash"
    if status in (-getattr(signal, "SIGXCPU", 24), -getattr(signal, "SIGALRM", 14)):
        return "timeout"
    return "memory" if status == -signal.SIGKILL else "crash"


def _document(head: dict[str, Any], body: bytes, source: str) -> tuple[ParsedDocument, list[Chunk]]:
    """The reply as nouns. The child is not trusted: its offsets must lie in its text."""
    text = body.decode("utf-8")
    blocks = tuple(Block(kind, start, end, level) for kind, start, end, level in head["blocks"])
    chunks = [Chunk(text[start:end], start, end, tuple(path)) for start, end, path in head["chunks"]]
    spans = [*((block.start, block.end) for block in blocks), *((piece.start, piece.end) for piece in chunks)]
    if any(not 0 <= start < end <= len(text) for start, end in spans):
        raise DocumentError(f"{source}: it is damaged; its reader broke down on it.", "Save it anew.", code="crash")
    return ParsedDocument(source, head["title"], text, blocks, head["media_type"]), chunks
