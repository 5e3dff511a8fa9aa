"""EPUB books to pieces: the chapters in the order of the spine, read as HTML. The table of contents and the
cover are left out. Knows no HTML itself."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote
from zipfile import ZipFile

from core.errors import DocumentError
from core.nouns import ParsedDocument
from ingest.clean import one_line
from ingest.encoding import decode
from ingest.parse.archive import open_archive, parse_xml, read_entry
from ingest.parse.build import Piece, build
from ingest.parse.web import fragment

_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_TEXT_TYPES = ("application/xhtml+xml", "text/html", "application/xml")
_HEAD = re.compile(r"<head\b.*?</head\s*>", re.S | re.I)


def parse_epub(data: bytes, source: str, name: str) -> ParsedDocument:
    """The document of a book; its title is the one in its metadata."""
    with open_archive(data, name) as archive:
        if "META-INF/encryption.xml" in archive.namelist() and _is_locked(archive, name):
            cure = "Use a copy without copy protection (DRM)."
            raise DocumentError(f"{name}: it is protected against copying.", cure, code="password")
        path = _package_path(archive, name)
        package = parse_xml(read_entry(archive, path, name), name)
        title = package.findtext(f"{_DC}title") or package.findtext(f".//{_DC}title") or ""
        pieces = [piece for chapter in _spine(package, path) for piece in _chapter(archive, chapter, name)]
    return build(pieces, source, title=one_line(title), name=name, media_type="application/epub+zip")


def _is_locked(archive: ZipFile, name: str) -> bool:
    """Whether chapters are encrypted, and not only fonts."""
    root = parse_xml(read_entry(archive, "META-INF/encryption.xml", name), name)
    targets = [str(found.get("URI") or "") for found in root.iter() if str(found.tag).endswith("CipherReference")]
    return any(target.lower().endswith((".xhtml", ".html", ".htm", ".xml")) for target in targets)


def _package_path(archive: ZipFile, name: str) -> str:
    root = parse_xml(read_entry(archive, "META-INF/container.xml", name), name)
    for found in root.iter(f"{_CONTAINER}rootfile"):
        path = found.get("full-path")
        if path:
            return str(path)
    cure = "Convert it anew, with Calibre for instance."
    raise DocumentError(f"{name}: the book inside is missing.", cure, code="damaged")


def _spine(package: object, path: str) -> Iterator[str]:
    """The paths of the chapters in reading order."""
    from lxml import etree

    if not isinstance(package, etree._Element):
        return
    items = {}
    for item in package.iter(f"{_OPF}item"):
        properties = (item.get("properties") or "").split()
        if item.get("media-type") in _TEXT_TYPES and "nav" not in properties:
            items[item.get("id")] = item.get("href") or ""
    for reference in package.iter(f"{_OPF}itemref"):
        target = items.get(reference.get("idref"))
        if target:
            yield posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(target)))


def _chapter(archive: ZipFile, path: str, name: str) -> Iterator[Piece]:
    if path not in archive.namelist():
        return  # a chapter the book promises and doesn't hold: the others are still worth reading
    text = decode(read_entry(archive, path, name))[0]
    yield from fragment(_HEAD.sub("", text))
