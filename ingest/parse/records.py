"""JSON and JSON lines to pieces: records as lines that name their fields, the rest as `path.to.key: value`.
Knows no other format."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.errors import DocumentError
from core.nouns import ParsedDocument
from ingest.clean import normalize, one_line
from ingest.limits import MAX_DEPTH, MAX_ROWS
from ingest.parse.build import Piece, build
from ingest.parse.plain import pieces as plain_pieces

_NAMES = ("title", "name", "question", "subject", "heading", "заголовок", "название", "имя", "вопрос", "тема", "id")
_LONG = 160  # characters above which a value is a text of its own
_DEPTH = re.compile(r"[\[{]")


def parse_json(text: str, source: str, name: str) -> ParsedDocument:
    """The document of a JSON text. Numbers keep their spelling. Raises DocumentError with the line of a
    fault."""
    try:
        value = _loads(text.lstrip("\ufeff"))
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and "\n" in text.strip():
            return parse_jsonl(text, source, name)  # JSON lines under the name of JSON
        cure = f"Correct line {error.lineno}, column {error.colno}."
        raise DocumentError(f"{name}: line {error.lineno} is no JSON: {error.msg}.", cure, code="bad_json") from error
    title = _scalar(value.get("title")) if isinstance(value, dict) and isinstance(value.get("title"), str) else ""
    return build(_pieces(value, (), name), source, title=title, name=name, media_type="application/json")


def parse_jsonl(text: str, source: str, name: str) -> ParsedDocument:
    """The document of JSON lines, a record a line. Raises DocumentError with the first line that is none."""
    records: list[Any] = []
    for number, line in enumerate(text.lstrip("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        try:
            records.append(_loads(line))
        except json.JSONDecodeError as error:
            cure = f"Correct or remove line {number}."
            raise DocumentError(f"{name}: line {number} is no JSON: {error.msg}.", cure, code="bad_json") from error
        _check_rows(len(records), name)
    return build(_pieces(records, (), name), source, title="", name=name, media_type="application/jsonl")


def _loads(text: str) -> Any:
    return json.loads(text, parse_float=str, parse_int=str, strict=False)


def _check_rows(count: int, name: str) -> None:
    if count > MAX_ROWS:
        cure = "Split the file, or leave out the records nobody asks about."
        raise DocumentError(f"{name}: it has more than {MAX_ROWS} records.", cure, code="too_big")


def _pieces(value: Any, path: tuple[str, ...], name: str) -> Iterator[Piece]:
    """The pieces of a value at a path: records and fields as lines, long texts and deeper structures by
    themselves."""
    if len(path) > MAX_DEPTH:
        raise RecursionError
    if isinstance(value, dict):
        yield from _object(value, path, name)
    elif isinstance(value, list):
        yield from _array(value, path, name)
    else:
        yield from _text(value, path)


def _object(value: Mapping[str, Any], path: tuple[str, ...], name: str) -> Iterator[Piece]:
    lines: list[str] = []
    for key, item in value.items():
        if _is_flat(item):
            lines.append(f"{'.'.join((*path, key))}: {_flat(item)}")
            continue
        if lines:
            yield Piece("table", "\n".join(lines))
            lines = []
        if not path and isinstance(item, dict | list) and item:
            yield Piece("heading", key, 1)
        yield from _pieces(item, (*path, key), name)
    if lines:
        yield Piece("table", "\n".join(lines))


def _array(values: Sequence[Any], path: tuple[str, ...], name: str) -> Iterator[Piece]:
    _check_rows(len(values), name)
    lines: list[str] = []
    for number, item in enumerate(values):
        if isinstance(item, dict) and all(_is_flat(field) for field in item.values()):
            lines.append("; ".join(f"{key}: {_flat(field)}" for key, field in item.items() if _flat(field)))
            continue
        if lines:
            yield Piece("table", "\n".join(lines))
            lines = []
        if isinstance(item, dict):
            yield from _record(item, (*path, str(number)), name)
        else:
            yield from _pieces(item, (*path, str(number)), name)
    if lines:
        yield Piece("table", "\n".join(lines))


def _record(item: Mapping[str, Any], path: tuple[str, ...], name: str) -> Iterator[Piece]:
    """A record with a long text or a structure inside: a heading by its name, short fields in a line, then
    the rest."""
    key = next(
        (key for key in _NAMES for own in item if own.lower() == key and _is_flat(item[own]) and item[own]), None
    )
    own = next((own for own in item if key is not None and own.lower() == key), None)
    if own is not None:
        yield Piece("heading", _flat(item[own]), min(len(path), 6))
    short = {key: field for key, field in item.items() if key != own and _is_flat(field) and _flat(field)}
    yield Piece("table", "; ".join(f"{key}: {_flat(field)}" for key, field in short.items()))
    for key, field in item.items():
        if key != own and key not in short and not _is_flat(field):
            inner = (key,) if own is not None else (*path, key)
            yield from _pieces(field, inner, name)


def _is_flat(value: Any) -> bool:
    """Whether a value fits into a line: a short scalar, or a list of them."""
    if isinstance(value, str):
        return len(value) <= _LONG and "\n" not in value.strip()
    if isinstance(value, list):
        return (
            all(_is_flat(item) and not isinstance(item, list) for item in value)
            and sum(len(_scalar(v)) for v in value) <= _LONG
        )
    return not isinstance(value, dict) or not value


def _flat(value: Any) -> str:
    return ", ".join(map(_scalar, value)) if isinstance(value, list) else _scalar(value)


def _scalar(value: Any) -> str:
    """A value as JSON spells it, strings without quotes; nothing for null and empty objects."""
    if value is None or value == {}:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return one_line(normalize(str(value)))


def _text(value: Any, path: tuple[str, ...]) -> Iterator[Piece]:
    """A long string: its key, then its paragraphs."""
    if isinstance(value, str) and not _is_flat(value):
        if len(path) > 1 or (path and not path[-1].isdigit()):
            yield Piece("paragraph", f"{'.'.join(path)}:")
        yield from plain_pieces(normalize(value))
    elif _scalar(value):
        yield Piece("paragraph", f"{'.'.join(path)}: {_scalar(value)}" if path else _scalar(value))
