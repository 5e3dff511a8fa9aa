"""Small PDFs written byte by byte, so that tests need no font and no PDF library: text in any script by a
ToUnicode map, pages that are pictures, broken and locked ones."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 595.0, 842.0
_LETTER = 0.5  # em: the width of every character


class Text(NamedTuple):
    """A line on a page: the left end of its baseline in points."""

    x: float
    y: float
    text: str
    size: float = 11.0
    bold: bool = False
    mono: bool = False


def width(text: str, size: float = 11.0) -> float:
    """Points that a text takes."""
    return len(text) * _LETTER * size


def column(
    text: str, x: float, y: float, *, chars: int, size: float = 11.0, step: float = 1.3, hyphens: bool = False
) -> list[Text]:
    """A paragraph set in lines of `chars` characters; with `hyphens`, words are cut where a line is full."""
    lines, line = [], ""
    for word in text.split():
        while line and len(line) + 1 + len(word) > chars:
            room = chars - len(line) - 2
            if hyphens and room >= 3 and len(word) - room >= 3 and word[:room].isalpha() and word.isalpha():
                lines.append(f"{line} {word[:room]}-")
                line, word = "", word[room:]
            else:
                lines.append(line)
                line = ""
        line = f"{line} {word}" if line else word
    lines.append(line)
    return [Text(x, y - number * size * step, line, size) for number, line in enumerate(lines)]


def make_pdf(pages: Sequence[Sequence[Text]], *, title: str = "", image: bool = False) -> bytes:
    """A PDF of these pages. With `image`, each page also shows a picture over its whole size."""
    chars = sorted({char for page in pages for item in page for char in item.text})
    codes = {char: code for code, char in enumerate(chars, 33)}
    if len(codes) > 220:
        raise ValueError("too many different characters for one font")
    out = _Writer()
    kids = " ".join(f"{20 + 2 * number} 0 R" for number in range(len(pages)))
    out.add(1, b"<< /Type /Catalog /Pages 2 0 R >>")
    out.add(2, f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode())
    for number, name in ((3, "Helvetica"), (4, "Helvetica-Bold"), (10, "Courier")):
        out.add(number, _font(name, codes, descriptor=number + 2))
        out.add(number + 2, _descriptor(name))
    out.stream(7, _to_unicode(codes))
    out.add(8, f"<< /Title <{_utf16(title)}> >>".encode())
    out.stream(
        9,
        bytes(range(256)) * 3,
        "/Type /XObject /Subtype /Image /Width 16 /Height 16 /ColorSpace /DeviceRGB /BitsPerComponent 8",
    )
    resources = "<< /Font << /F0 3 0 R /F1 4 0 R /F2 10 0 R >> /XObject << /Im 9 0 R >> >>"
    for number, page in enumerate(pages):
        first = 20 + 2 * number
        media = f"/MediaBox [0 0 {WIDTH} {HEIGHT}]"
        out.add(
            first,
            f"<< /Type /Page /Parent 2 0 R {media} /Resources {resources} /Contents {first + 1} 0 R >>".encode(),
        )
        content = [f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm /Im Do Q"] if image else []
        for item in page:
            code = "".join(f"{codes[char]:02x}" for char in item.text)
            content.append(
                f"BT /F{2 if item.mono else int(item.bold)} {item.size} Tf {item.x:.2f} {item.y:.2f} Td <{code}> Tj ET"
            )
        out.stream(first + 1, "\n".join(content).encode())
    return out.finish()


class _Writer:
    def __init__(self) -> None:
        self._out = io.BytesIO()
        self._out.write(b"%PDF-1.7\n")
        self._offsets: dict[int, int] = {}

    def add(self, number: int, body: bytes) -> None:
        self._offsets[number] = self._out.tell()
        self._out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))

    def stream(self, number: int, data: bytes, head: str = "") -> None:
        packed = zlib.compress(data)
        start = f"<< {head} /Filter /FlateDecode /Length {len(packed)} >>\nstream\n".encode()
        self.add(number, start + packed + b"\nendstream")

    def finish(self) -> bytes:
        start = self._out.tell()
        for number in sorted(self._offsets):
            self._out.write(b"xref\n" if number == min(self._offsets) else b"")
            self._out.write(b"%d 1\n%010d 00000 n \n" % (number, self._offsets[number]))
        size = max(self._offsets) + 1
        self._out.write(b"trailer\n<< /Size %d /Root 1 0 R /Info 8 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start))
        return self._out.getvalue()


def _utf16(text: str) -> str:
    return (b"\xfe\xff" + text.encode("utf-16-be")).hex()


def _font(name: str, codes: dict[str, int], descriptor: int) -> bytes:
    slack = 0 if name == "Courier" else 20  # a font whose letters are all alike is one of fixed width
    widths = " ".join(str(int(_LETTER * 1000) + slack * (-1) ** code) for code in codes.values())
    last = 32 + max(len(codes), 1)
    return (
        f"<< /Type /Font /Subtype /TrueType /BaseFont /{name} /FirstChar 33 /LastChar {last} /Widths [{widths}] "
        f"/FontDescriptor {descriptor} 0 R /ToUnicode 7 0 R >>"
    ).encode()


def _descriptor(name: str) -> bytes:
    return (
        f"<< /Type /FontDescriptor /FontName /{name} /Flags {262148 if 'Bold' in name else 4} /FontBBox [0 -200 1000 800] "
        "/ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>"
    ).encode()


def _to_unicode(codes: dict[str, int]) -> bytes:
    rows = [f"<{code:02x}> <{char.encode('utf-16-be').hex()}>" for char, code in codes.items()]
    blocks = []
    for start in range(0, len(rows), 100):
        part = rows[start : start + 100]
        blocks.append(f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar")
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def /CMapType 2 def\n"
        "1 begincodespacerange <00> <ff> endcodespacerange\n" + "\n".join(blocks) + "\nendcmap end end"
    ).encode()
