"""The child process in which files are parsed: it shuts itself in (memory, time, no network, no new
processes, no written files), then answers requests on its standard input until that ends. Started by
`sandbox.py` as `python -m ingest.jail`."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import signal
import struct
import sys
from typing import Any, BinaryIO

_FRAME = struct.Struct(">IQ")  # bytes of the JSON head, bytes of the body
_RETIRE_KB = 600 * 1024  # a child that has grown beyond this is replaced after its answer

# System calls refused with EPERM: sockets, programs, other processes, names of files; and for each call
# that opens a file, which argument holds the flags.
_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_REFUSED = {
    "x86_64": "41 42 53 57 58 59 62 76 82 83 84 85 86 87 88 90 92 101 165 258 263 264 265 266 268 272 308 "
    "310 311 316 321 322 425",
    "aarch64": "34 35 36 37 38 40 45 53 97 117 129 198 199 203 221 268 270 271 276 280 281 425",
}
_OPENS = {"x86_64": ((2, 1), (257, 2)), "aarch64": ((56, 2),)}
_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


def write_frame(stream: BinaryIO, head: dict[str, Any], body: bytes) -> None:
    """A message: lengths, JSON head, body."""
    raw = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    stream.write(_FRAME.pack(len(raw), len(body)))
    stream.write(raw)
    stream.write(body)
    stream.flush()


def read_frame(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next message; None at the end of the stream."""
    lengths = stream.read(_FRAME.size)
    if len(lengths) < _FRAME.size:
        return None
    head, body = _FRAME.unpack(lengths)
    return json.loads(stream.read(head).decode("utf-8", "surrogatepass")), stream.read(body)


def _resident_kb() -> int:
    """Memory held now. Not the peak: Linux hands a process's peak on to the programs it starts, so a child of a large bot
    would look large from its first document."""
    import resource

    with contextlib.suppress(OSError), open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _limit(memory_bytes: int) -> None:
    """Ceilings of the operating system, as far as it has them."""
    import resource

    for name, value in (
        ("RLIMIT_AS", memory_bytes),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_NOFILE", 64),
        ("RLIMIT_CORE", 0),
    ):
        kind = getattr(resource, name, None)
        if kind is not None:
            hard = resource.getrlimit(kind)[1]
            soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
            with contextlib.suppress(ValueError, OSError):  # macOS knows RLIMIT_AS and refuses it
                resource.setrlimit(kind, (soft, soft))


def _allow_cpu(seconds: int) -> None:
    """So many seconds of processor time from now; then SIGXCPU ends the process."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _no_sockets() -> None:
    """Python's own door to the network, shut on every system; the kernel's is shut by `_seccomp` where there
    is one."""
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("a parser has no network")

    for name in ("socket", "create_connection", "socketpair", "fromfd", "getaddrinfo", "gethostbyname"):
        setattr(socket, name, refuse)


def _seccomp() -> bool:
    """Refuse the system calls of `_REFUSED` and opening for writing, for good. False where the kernel offers
    no filter."""
    machine = platform.machine()
    if not sys.platform.startswith("linux") or machine not in _ARCHITECTURE or sys.maxsize < 2**32:
        return False
    import ctypes

    program = _filter(machine)
    code = ctypes.create_string_buffer(b"".join(program), len(program) * 8)
    fprog = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    zero = ctypes.c_ulong(0)
    no_new_privileges, set_seccomp, filter_mode = 38, 22, 2
    if libc.prctl(no_new_privileges, ctypes.c_ulong(1), zero, zero, zero):
        return False
    return not libc.prctl(set_seccomp, ctypes.c_ulong(filter_mode), fprog, zero, zero)


def _filter(machine: str) -> list[bytes]:
    """The instructions of a classic BPF filter: EPERM for what is refused, allowed otherwise."""
    load, equal, at_least, any_bit, give = 0x20, 0x15, 0x35, 0x45, 0x06
    allow, eperm = 0x7FFF0000, 0x00050001

    def op(code: int, true: int, false: int, value: int) -> bytes:
        return struct.pack("HBBI", code, true, false, value)

    program = [
        op(load, 0, 0, 4),
        op(equal, 1, 0, _ARCHITECTURE[machine]),
        op(give, 0, 0, eperm),
        op(load, 0, 0, 0),
    ]
    program += [op(at_least, 0, 1, 0x40000000), op(give, 0, 0, eperm)]  # the x32 twins of all calls
    for number in map(int, _REFUSED[machine].split()):
        program += [op(equal, 0, 1, number), op(give, 0, 0, eperm)]
    for number, argument in _OPENS[machine]:
        program += [op(equal, 0, 4, number), op(load, 0, 0, 16 + 8 * argument)]
        program += [op(any_bit, 0, 1, _WRITE_FLAGS), op(give, 0, 0, eperm), op(give, 0, 0, allow)]
    return [*program, op(give, 0, 0, allow)]


def _answer(head: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """The reply to one request: the document's fields and its text as the body, or the error."""
    from core.errors import DocumentError
    from ingest.chunk import chunk
    from ingest.parse import parse

    name = str(head["name"])
    try:
        document = parse(body, str(head["source"]), name=name)
        pieces = chunk(document, max_chars=int(head["max_chars"]), target_chars=int(head["target_chars"]))
        reply = {
            "title": document.title,
            "media_type": document.media_type,
            "blocks": [(block.kind, block.start, block.end, block.level) for block in document.blocks],
            "chunks": [(piece.start, piece.end, piece.headings) for piece in pieces],
        }
        return reply, document.text.encode("utf-8")
    except DocumentError as error:
        return {"error": error.message, "hint": error.hint, "code": error.code}, b""
    except MemoryError:
        return {"memory": True, "retire": True}, b""


def main() -> None:
    """Shut in, then answer until standard input ends."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the replies
    limits = json.loads(sys.argv[1])
    from ingest import chunk, parse  # noqa: F401  loaded before the doors shut
    from ingest.parse import markdown  # noqa: F401

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    sys.setrecursionlimit(2_000)
    _limit(int(limits["memory_bytes"]))
    _no_sockets()
    filtered = _seccomp()
    write_frame(replies, {"ready": True, "filtered": filtered}, b"")
    while (message := read_frame(requests)) is not None:
        _allow_cpu(int(limits["cpu_seconds"]))
        signal.alarm(int(limits["wall_seconds"]) + 5)  # dies by itself where the parent is gone
        head, body = _answer(*message)

        if _resident_kb() > _RETIRE_KB:
            head["retire"] = True
        write_frame(replies, head, body)
        signal.alarm(0)


if __name__ == "__main__":
    main()
