"""What kind of file this is, by its first bytes, then by its name. Opens nothing but a zip's table of
contents."""

from __future__ import annotations

from pathlib import PurePath

from core.errors import DocumentError

SUFFIXES: dict[str, str] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdx": "markdown",
    ".txt": "plain",
    ".text": "plain",
}


def supported(name: str) -> bool:
    """Whether a file of this name is taken from a folder."""
    return PurePath(name).suffix.lower() in SUFFIXES


def kind_of(data: bytes, name: str) -> str:
    """The kind, one of the values of SUFFIXES. Raises DocumentError where the bytes are none of them."""
    if not data.strip():
        raise DocumentError(f"{name}: the file is empty.", "Fill it, or leave it out.", code="empty")
    return SUFFIXES.get(PurePath(name).suffix.lower(), "plain")
