"""PNG text chunks read and written without a picture library. Knows no cards."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping

from core.errors import UsageError

PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def chunks(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(type, data) of each chunk. UsageError where the file is cut off or a checksum is wrong."""
    broken = UsageError("the PNG file is damaged or cut off", "export it again")
    at = len(PNG_HEAD)
    if not raw.startswith(PNG_HEAD):
        raise broken
    while at < len(raw):
        if at + 12 > len(raw):
            raise broken
        (size,) = struct.unpack(">I", raw[at : at + 4])
        kind, data = raw[at + 4 : at + 8], raw[at + 8 : at + 8 + size]
        if len(data) != size or raw[at + 8 + size : at + 12 + size] != struct.pack(">I", zlib.crc32(kind + data)):
            raise broken
        yield kind, data
        if kind == b"IEND":
            return
        at += 12 + size
    raise broken


def read_texts(raw: bytes) -> dict[str, str]:
    """The tEXt chunks of a PNG by keyword; of equal keywords the last one."""
    found: dict[str, str] = {}
    for kind, data in chunks(raw):
        if kind == b"tEXt" and b"\0" in data:
            keyword, text = data.split(b"\0", 1)
            found[keyword.decode("latin-1")] = text.decode("latin-1")
    return found


def with_texts(raw: bytes, texts: Mapping[str, str]) -> bytes:
    """The PNG with these tEXt chunks (Latin-1) before its end, in place of any of the same keywords."""
    out = [PNG_HEAD]
    for kind, data in chunks(raw):
        if kind == b"tEXt" and data.split(b"\0", 1)[0].decode("latin-1") in texts:
            continue
        if kind == b"IEND":
            out += [
                _chunk(b"tEXt", key.encode("latin-1") + b"\0" + text.encode("latin-1")) for key, text in texts.items()
            ]
        out.append(_chunk(kind, data))
    return b"".join(out)


def blank_png(side: int = 64, grey: int = 0x80) -> bytes:
    """A plain grey square."""
    rows = (b"\0" + bytes([grey]) * side) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return PNG_HEAD + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
