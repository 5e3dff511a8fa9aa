"""Any supported file to a ParsedDocument. The content says what a file is, its name only where the content
doesn't. Knows no storage; each format's library is imported when a file of that format comes."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from core.errors import DocumentError
from core.nouns import ParsedDocument
from ingest.encoding import decode
from ingest.limits import MAX_INPUT, too_big
from ingest.parse.kinds import SUFFIXES, kind_of, supported

__all__ = ["PARSER_VERSION", "SUFFIXES", "parse", "supported"]

PARSER_VERSION = 1  # raised when a change of the parsers should re-ingest what is in


def parse(data: bytes, source: str, *, name: str) -> ParsedDocument:
    """The document of a file's bytes. `name` is the file's name, for its suffix and for messages. Raises
    DocumentError with the file, the cause, the cure and a `code`; limits of time and memory are the
    sandbox's."""
    if len(data) > MAX_INPUT:
        raise too_big(name, len(data))
    kind = kind_of(data, name)
    try:
        document = _parse(kind, data, source, name)
    except (DocumentError, MemoryError):
        raise
    except RecursionError as error:
        message = f"{name}: it is nested too deeply to be read."
        raise DocumentError(message, "Flatten it, or save it in another format.", code="too_deep") from error
    except Exception as error:  # a parser met what its authors didn't think of: the file's fault, and said so
        message = f"{name}: it is damaged: {_WORDS[kind]} can't be read ({type(error).__name__})."
        cure = "Open it in the program that made it, save it anew, and try again."
        raise DocumentError(message, cure, code="damaged") from error
    if not document.text.strip():
        raise DocumentError(f"{name}: there is no text in it.", "Check that the file is the right one.", code="empty")
    return document


_WORDS = {
    "markdown": "its Markdown",
    "plain": "its text",
    "rst": "its reStructuredText",
    "html": "its HTML",
    "pdf": "the PDF",
    "docx": "the Word document",
    "pptx": "the presentation",
    "xlsx": "the workbook",
    "csv": "its table",
    "epub": "the book",
    "json": "its JSON",
    "jsonl": "its JSON lines",
}


def _parse(kind: str, data: bytes, source: str, name: str) -> ParsedDocument:
    """By kind to the one file that knows it; that file's libraries are imported then."""
    module = import_module(f"ingest.parse.{_MODULES.get(kind, kind)}")
    reader: Callable[[Any, str, str], ParsedDocument] = getattr(module, f"parse_{kind}")
    return reader(data if kind in _BYTES else decode(data)[0], source, name)


_MODULES = {
    "epub": "book",
    "html": "web",
    "docx": "word",
    "pptx": "slides",
    "xlsx": "sheets",
    "csv": "sheets",
    "json": "records",
    "jsonl": "records",
}
_BYTES = frozenset(("pdf", "docx", "pptx", "xlsx", "epub"))
