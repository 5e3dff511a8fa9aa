"""Zip containers (DOCX, PPTX, XLSX, EPUB) opened with their size known beforehand, and their XML without
entities. Knows no format inside."""

from __future__ import annotations

import io
import re
import stat
import zipfile
from typing import TYPE_CHECKING, Any

from core.errors import DocumentError
from ingest.limits import MAX_ZIP_BYTES, MAX_ZIP_ENTRIES, MAX_ZIP_RATIO

if TYPE_CHECKING:
    from lxml.etree import _Element

_SMALL = 1024 * 1024  # unpacked bytes below which any ratio is harmless
_ENTITY = re.compile(rb"<!\s*ENTITY", re.I)
_DOCTYPE = re.compile(rb"<!\s*DOCTYPE", re.I)


def open_archive(data: bytes, name: str) -> zipfile.ZipFile:
    """The archive, its table of contents checked against the limits. Raises DocumentError; nothing is
    unpacked yet. What an entry lies about its size is found when it is read: zipfile stops at the size stated
    and checks the sum."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, OverflowError, EOFError) as error:
        cure = "Fetch or export it again: the end of the file is missing or overwritten."
        raise DocumentError(f"{name}: it is damaged or cut short.", cure, code="bad_zip") from error
    size = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    bomb = "It unpacks to far more than a document needs; if you trust it, save it anew in smaller parts."
    if len(entries) > MAX_ZIP_ENTRIES:
        message = f"{name}: it holds {len(entries)} entries, more than the {MAX_ZIP_ENTRIES} allowed."
        raise DocumentError(message, bomb, code="zip_bomb")
    if size > MAX_ZIP_BYTES or (size > _SMALL and size > MAX_ZIP_RATIO * max(packed, len(data) // 2, 1)):
        message = f"{name}: it unpacks to {size / 1024 / 1024:.0f} MB, {size // max(packed, 1)} times its size."
        raise DocumentError(message, bomb, code="zip_bomb")
    for entry in entries:
        _check(entry, name)
    return archive


def _check(entry: zipfile.ZipInfo, name: str) -> None:
    parts = entry.filename.replace("\\", "/").split("/")
    unsafe = entry.filename.startswith(("/", "\\")) or ".." in parts or stat.S_ISLNK(entry.external_attr >> 16)
    if unsafe:
        message = f"{name}: an entry inside points out of the archive."
        raise DocumentError(message, "Save it anew from the program that made it.", code="zip_path")
    if entry.flag_bits & 0x1:
        cure = "Open it with its password and save it without one."
        raise DocumentError(f"{name}: it is protected by a password.", cure, code="password")


def read_entry(archive: zipfile.ZipFile, entry: str, name: str) -> bytes:
    """One entry's bytes. Raises DocumentError where it is missing or damaged."""
    try:
        return archive.read(entry)
    except KeyError as error:
        cure = "Open it in the program that made it and save it anew."
        raise DocumentError(f"{name}: a part of it is missing ({entry}).", cure, code="damaged") from error
    except Exception as error:  # zlib, lzma, struct, CRC: every way of being broken
        cure = "Fetch or export it again."
        raise DocumentError(f"{name}: it is damaged ({entry} can't be unpacked).", cure, code="bad_zip") from error


def check_xml(archive: zipfile.ZipFile, name: str) -> None:
    """Raise DocumentError where an XML part declares a document type or entities: Office files never do,
    bombs do."""
    for entry in archive.infolist():
        if entry.filename.endswith((".xml", ".rels")):
            head = _ascii(read_entry(archive, entry.filename, name))
            if _ENTITY.search(head) or _DOCTYPE.search(head):
                raise _entities(name)


def parse_xml(data: bytes, name: str) -> _Element:
    """The root of an XML text; entities are neither loaded nor expanded, their declaration is refused."""
    from lxml import etree

    if _ENTITY.search(_ascii(data)):
        raise _entities(name)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, remove_comments=True
    )
    root: Any = etree.fromstring(data, parser)
    if root is None:
        cure = "Open it in the program that made it and save it anew."
        raise DocumentError(f"{name}: its XML is damaged.", cure, code="damaged")
    return root


def _ascii(data: bytes) -> bytes:
    """The text of an XML part up to its first elements, UTF-16 made readable; a declaration can only stand
    there."""
    start = data.replace(b"\x00", b"") if b"\x00" in data[:200] else data
    found = re.search(rb"<[A-Za-z_]", start)
    return start[: found.start()] if found else start


def _entities(name: str) -> DocumentError:
    cure = "Save it anew from the program that made it; if it came from a stranger, leave it out."
    return DocumentError(
        f"{name}: its XML declares entities, as attacks do and documents don't.", cure, code="xml_entities"
    )
