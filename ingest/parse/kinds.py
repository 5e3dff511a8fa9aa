"""What kind of file this is, by its first bytes, then by its name. Opens nothing but a zip's table of
contents."""

from __future__ import annotations

import re
from pathlib import PurePath

from core.errors import DocumentError
from ingest.parse.archive import open_archive

SUFFIXES: dict[str, str] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdx": "markdown",
    ".txt": "plain",
    ".text": "plain",
    ".rst": "rst",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".docm": "docx",
    ".pptx": "pptx",
    ".pptm": "pptx",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".csv": "csv",
    ".tsv": "csv",
    ".epub": "epub",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}

_BINARY_KINDS = frozenset(("pdf", "docx", "pptx", "xlsx", "epub"))
_NAMES = {
    "pdf": "a PDF",
    "docx": "a Word document",
    "pptx": "a PowerPoint presentation",
    "xlsx": "an Excel workbook",
    "epub": "an EPUB book",
}
# First bytes of what is not read: what it is, and the cure.
_AS_FILES = "Unpack it and give the folder."
_AS_TEXT = "Give its text as a document: recognise it (OCR) or write it down."
_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG", "a picture (PNG)", _AS_TEXT),
    (b"\xff\xd8\xff", "a picture (JPEG)", _AS_TEXT),
    (b"GIF8", "a picture (GIF)", _AS_TEXT),
    (b"II*\x00", "a picture (TIFF)", _AS_TEXT),
    (b"MM\x00*", "a picture (TIFF)", _AS_TEXT),
    (b"\x1f\x8b", "a gzip archive", _AS_FILES),
    (b"BZh", "a bzip2 archive", _AS_FILES),
    (b"\xfd7zXZ\x00", "an xz archive", _AS_FILES),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _AS_FILES),
    (b"Rar!\x1a\x07", "a RAR archive", _AS_FILES),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", _AS_FILES),
    (b"\x7fELF", "a program", "Leave it out."),
    (b"MZ\x90\x00", "a program", "Leave it out."),
    (b"SQLite format 3\x00", "an SQLite database", "Export its tables as CSV."),
    (b"OggS", "sound or video", "Give a transcript."),
    (b"ID3", "sound (MP3)", "Give a transcript."),
    (b"fLaC", "sound (FLAC)", "Give a transcript."),
    (b"{\\rtf", "an RTF document", "Open it in Word or LibreOffice and save it as DOCX."),
    (b"AT&TFORM", "a DjVu book", "Convert it to a PDF with a text layer."),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html[\s>])",
    re.I | re.S,
)


def supported(name: str) -> bool:
    """Whether a file of this name is taken from a folder."""
    return PurePath(name).suffix.lower() in SUFFIXES


def kind_of(data: bytes, name: str) -> str:
    """The kind, one of the values of SUFFIXES. Raises DocumentError where the bytes are none of them."""
    if not data.strip(b" \t\r\n\x0b\x0c\x00\xef\xbb\xbf"):
        raise DocumentError(f"{name}: the file is empty.", "Fill it, or leave it out.", code="empty")
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        return _zip_kind(data, name)
    if data.startswith(_OLE):
        raise _ole(data, name)
    for mark, what, cure in _SIGNATURES:
        if data.startswith(mark):
            raise DocumentError(f"{name}: it is {what}, which is not read.", cure, code="unsupported")
    if data[:4] == b"RIFF" or data[4:8] == b"ftyp":
        message = f"{name}: it is sound, video or a picture, which is not read."
        raise DocumentError(message, "Give a transcript.", code="unsupported")
    by_name = SUFFIXES.get(PurePath(name).suffix.lower(), "plain")
    _refuse_binary(data, name, by_name)
    if by_name in _BINARY_KINDS or by_name == "plain":
        return "html" if _HTML.match(data[:4096]) else "plain"
    return by_name


def _zip_kind(data: bytes, name: str) -> str:
    with open_archive(data, name) as archive:
        inside = set(archive.namelist())
        if "META-INF/container.xml" in inside:
            return "epub"
        if "[Content_Types].xml" in inside:
            for folder, kind in (("word/", "docx"), ("ppt/", "pptx"), ("xl/", "xlsx")):
                if any(entry.startswith(folder) for entry in inside):
                    return kind
        if "mimetype" in inside and archive.read("mimetype").startswith(b"application/vnd.oasis"):
            cure = "Open it in LibreOffice and save it as DOCX, XLSX or PPTX."
            raise DocumentError(f"{name}: OpenDocument files are not read.", cure, code="unsupported")
    cure = "Unpack it and give the folder."
    raise DocumentError(f"{name}: it is an archive, not a document.", cure, code="archive")


def _ole(data: bytes, name: str) -> DocumentError:
    """Word, Excel and PowerPoint before 2007, or a newer file behind a password: both are OLE containers."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        cure = "Open it with its password and save it without one."
        return DocumentError(f"{name}: it is protected by a password.", cure, code="password")
    cure = "Open it in Word, Excel or LibreOffice and save it as DOCX, XLSX or PPTX."
    return DocumentError(f"{name}: it is in the Office format of before 2007.", cure, code="old_office")


def _refuse_binary(data: bytes, name: str, by_name: str) -> None:
    """Raise where the bytes are no text in any encoding: control characters all over."""
    from ingest.encoding import is_wide

    sample = data[:8192] + data[len(data) // 2 : len(data) // 2 + 8192]
    if not is_wide(data):
        control = sum(byte < 32 and byte not in b"\t\n\r\x0b\x0c\x1a\x1b" for byte in sample)
        if control * 20 <= len(sample):
            return
        what = _NAMES.get(by_name)
        if what:
            message = f"{name}: it is not {what}, or a damaged one: it doesn't begin like one."
            raise DocumentError(message, "Fetch or export it again.", code="damaged")
        raise DocumentError(f"{name}: it is no text but binary data.", "Leave it out.", code="binary")
