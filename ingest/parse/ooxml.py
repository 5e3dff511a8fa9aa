"""What Word, PowerPoint and Excel files share: parts, the relations between them, XML walked through its
wrappers. Knows no text."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from core.errors import DocumentError
from ingest.parse.archive import check_xml, open_archive, parse_xml, read_entry

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_STRICT = (  # ISO "strict" files say the same with other names
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/drawingml/main", A[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/presentationml/main", P[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", R[1:-1].encode()),
)


class Package:
    """The parts of an Office file, by their paths in it."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        self._zip: zipfile.ZipFile = open_archive(data, name)
        self._parts = set(self._zip.namelist())
        check_xml(self._zip, name)

    def __enter__(self) -> Package:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def xml(self, part: str) -> Any:
        """The root element of a part. Raises DocumentError where it is missing or broken."""
        data = read_entry(self._zip, part, self.name)
        if b"purl.oclc.org" in data[:4000]:
            for strict, usual in _STRICT:
                data = data.replace(strict, usual)
        return parse_xml(data, self.name)

    def optional(self, part: str) -> Any | None:
        """The root element of a part, None where there is none."""
        return self.xml(part) if part in self._parts else None

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Of a part ("" for the whole file): relation id -> (last word of its type, path of the part it
        points at)."""
        folder, base = posixpath.split(part)
        root = self.optional(posixpath.join(folder, "_rels", f"{base}.rels"))
        found: dict[str, tuple[str, str]] = {}
        for relation in root if root is not None else ():
            if relation.get("TargetMode") == "External":
                continue
            target = relation.get("Target") or ""
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[relation.get("Id") or ""] = ((relation.get("Type") or "").rsplit("/", 1)[-1], path)
        return found

    def main_part(self) -> str:
        """The path of the document itself."""
        for kind, path in self.relations("").values():
            if kind == "officeDocument" and path in self._parts:
                return path
        cure = "Open it in the program that made it and save it anew."
        raise DocumentError(f"{self.name}: the document inside is missing.", cure, code="damaged")

    def related(self, part: str, kind: str) -> str:
        """The path of the part of this kind that `part` points at, "" where there is none."""
        return next(
            (path for found, path in self.relations(part).values() if found == kind and path in self._parts),
            "",
        )


# Elements that only wrap: content controls, tags, insertions not yet accepted.
_WRAPPERS = frozenset(f"{W}{tag}" for tag in ("sdt", "sdtContent", "smartTag", "customXml", "ins", "moveTo")) | {
    f"{MC}AlternateContent",
    f"{MC}Choice",
}


def unwrapped(element: Any) -> Iterator[Any]:
    """The children of an element, those inside wrappers included."""
    for child in element:
        if child.tag in _WRAPPERS:
            yield from unwrapped(child)
        elif isinstance(child.tag, str):
            yield child
