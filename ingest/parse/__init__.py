"""Any supported file to a ParsedDocument. The content says what a file is, its name only where the content
doesn't. Knows no storage; each format's library is imported when a file of that format comes."""

from __future__ import annotations

from core.errors import DocumentError
from core.nouns import ParsedDocument
from ingest.parse.kinds import SUFFIXES, kind_of, supported

__all__ = ["PARSER_VERSION", "SUFFIXES", "parse", "supported"]

PARSER_VERSION = 1  # raised when a change of the parsers should re-ingest what is in


def parse(data: bytes, source: str, *, name: str) -> ParsedDocument:
    """The document of a file's bytes. `name` is the file's name, for its suffix and for messages. Raises
    DocumentError with the file, the cause, the cure and a `code`; limits of time and memory are the
    sandbox's."""
    kind = kind_of(data, name)
    try:
        document = _parse(kind, data, source, name)
    except RecursionError as error:
        raise DocumentError(
            f"{name}: nested too deeply to be read.",
            "Flatten the file, or save it in another format.",
            code="too_deep",
        ) from error
    if not document.text.strip():
        raise DocumentError(
            f"{name}: there is no text in it.", "Check that the file is the right one.", code="empty"
        )
    return document


def _parse(kind: str, data: bytes, source: str, name: str) -> ParsedDocument:
    from ingest.encoding import decode

    if kind == "markdown":
        from ingest.parse.markdown import parse_markdown

        return parse_markdown(decode(data)[0], source, name)
    from ingest.parse.plain import parse_plain

    return parse_plain(decode(data)[0], source, name)
