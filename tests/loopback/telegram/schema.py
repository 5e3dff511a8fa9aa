"""The Bot API contract: decodes a call's parameters and names everything in them that the contract forbids.

Knows the types, not the state: whether a chat or a message exists is not its business.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.loopback.serving import CONTRACTS
from tests.loopback.telegram.text import utf16_len

CONTRACT = CONTRACTS / "telegram-bot-api.json"
EXTRAS = Path(__file__).with_name("contract_extras.json")

CHAT_ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
_CONSTANT = re.compile(r"(?:must be|always) [\"“]?([a-z0-9_]+)[\"”]?$")
_LENGTH = re.compile(r"(\d+)-(\d+) (characters|bytes)")
_MAX_BYTES = re.compile(r"can't exceed (\d+) bytes")
_VALUES = re.compile(r"Values between (\d+)-(\d+) are accepted")
_AT_MOST = re.compile(r"(?:At most|No more than) (\d+)")
_NUMBERS = frozenset(
    {"chat_id", "message_id", "message_thread_id", "draft_id", "user_id"}
    | {"offset", "limit", "timeout", "max_connections", "cache_time"}
)
_TEXTS = frozenset({"text", "caption", "description", "short_description", "name"})
_SCALARS = frozenset({"Integer", "Float", "String", "Boolean", "InputFile"})


@dataclass(frozen=True)
class Violation:
    """One breach of the contract by the bot: the method, where in its parameters, and what is wrong."""

    method: str
    where: str
    message: str


@dataclass(frozen=True)
class Upload:
    """A file part of a multipart call."""

    filename: str
    content: bytes
    mime: str


@dataclass(frozen=True)
class FieldRule:
    """One parameter or field, with the limits its description states."""

    name: str
    types: tuple[str, ...]
    required: bool
    constant: str | None
    length: tuple[int, int, str] | None
    values: tuple[int, int] | None
    max_items: int | None

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> FieldRule:
        text: str = raw["description"]
        constant = _CONSTANT.search(text) if raw["name"] in {"type", "source", "status"} else None
        sized = _LENGTH.search(text)
        length = (int(sized[1]), int(sized[2]), sized[3]) if sized else None
        if "after entit" in text:  # checked where the entities are parsed
            length = None
        if capped := _MAX_BYTES.search(text):
            length = (0, int(capped[1]), "bytes")
        span, most = _VALUES.search(text), _AT_MOST.search(text)
        return cls(
            name=raw["name"],
            types=tuple(raw["types"]),
            required=raw["required"],
            constant=constant[1] if constant else None,
            length=length,
            values=(int(span[1]), int(span[2])) if span else None,
            max_items=int(most[1]) if most else None,
        )


class BotApiSchema:
    """The contract file, ready to check calls and objects. `complete` is False where the file is absent."""

    def __init__(self, methods: Mapping[str, Any], types: Mapping[str, Any], *, complete: bool) -> None:
        self.complete = complete
        self._methods = {name: _rules(body) for name, body in methods.items()}
        self._returns = {name: tuple(body["returns"]) for name, body in methods.items()}
        self._types = {name: _rules(body) for name, body in types.items() if not body.get("subtypes")}
        self._subtypes = {name: tuple(body["subtypes"]) for name, body in types.items() if body.get("subtypes")}

    @classmethod
    @functools.cache
    def load(cls, path: Path = CONTRACT) -> BotApiSchema:
        """The contract with the newer parameters declared beside it; a permissive one where it is absent."""
        if not path.exists():
            return cls({}, {}, complete=False)
        raw = json.loads(path.read_text("utf-8"))
        extras = json.loads(EXTRAS.read_text("utf-8"))
        for kind in ("methods", "types"):
            for name, fields in extras[kind].items():
                body = raw[kind].setdefault(name, {"fields": []})
                known = {f["name"] for f in body["fields"]}
                body["fields"] += [f for f in fields if f["name"] not in known]
        return cls(raw["methods"], raw["types"], complete=True)

    def knows(self, method: str) -> bool:
        return not self.complete or method in self._methods

    def decode(
        self, method: str, raw: Mapping[str, Any], uploads: Mapping[str, Upload]
    ) -> tuple[dict[str, Any], list[Violation]]:
        """The parameters with JSON-encoded ones decoded, and everything wrong with them.

        An upload that no parameter names (`attach://…` or its own field) is a violation too.
        """
        if not self.complete:
            return {k: _guess(k, v) for k, v in raw.items()} | dict(uploads), []
        rules, params, errors = self._methods[method], {}, []
        used: set[str] = set()
        for name, value in {**raw, **uploads}.items():
            rule = rules.get(name)
            if rule is None:
                if name not in uploads:
                    errors.append((name, "the method has no such parameter"))
                continue
            decoded = _decode(rule, value)
            params[name] = decoded
            used |= {name} | _attached(decoded)
            errors += self._check_field(rule, decoded, name, set(uploads))
        errors += [
            (r.name, "a required parameter is missing") for r in rules.values() if r.required and r.name not in params
        ]
        errors += [(name, "the upload is named by no parameter") for name in uploads if name not in used]
        return params, [Violation(method, where, message) for where, message in errors]

    def check_result(self, method: str, result: object) -> list[str]:
        """What is wrong with a result of the server's own, as `where: message`."""
        if not self.complete:
            return []
        return [f"{w}: {m}" for w, m in self._check_any(self._returns[method], result, "result", set())]

    def check_object(self, type_name: str, value: object) -> list[str]:
        """What is wrong with one object of a contract type."""
        if not self.complete:
            return []
        return [f"{w}: {m}" for w, m in self._check_any((type_name,), value, type_name, set())]

    def _check_field(self, rule: FieldRule, value: Any, where: str, uploads: set[str]) -> list[tuple[str, str]]:
        errors = self._check_any(rule.types, value, where, uploads)
        if errors:
            return errors
        if rule.constant is not None and value != rule.constant:
            errors.append((where, f"must be {rule.constant!r}, got {value!r}"))
        if rule.length is not None and isinstance(value, str):
            low, high, unit = rule.length
            size = len(value.encode()) if unit == "bytes" else utf16_len(value)
            if not low <= size <= high:
                errors.append((where, f"{size} {unit}; {low}-{high} allowed"))
        if rule.values is not None and isinstance(value, int) and not rule.values[0] <= value <= rule.values[1]:
            errors.append((where, f"{value} is outside {rule.values[0]}-{rule.values[1]}"))
        if rule.max_items is not None and isinstance(value, list) and len(value) > rule.max_items:
            errors.append((where, f"{len(value)} items; at most {rule.max_items} allowed"))
        return errors

    def _check_any(self, types: tuple[str, ...], value: Any, where: str, uploads: set[str]) -> list[tuple[str, str]]:
        best: list[tuple[str, str]] | None = None
        for name in types:
            errors = self._check_type(name, value, where, uploads)
            if not errors:
                return []
            # The alternative that the sender meant is the one whose discriminator fits, else the nearest.
            if best is None or _rank(errors) < _rank(best):
                best = errors
        return best or []

    def _check_type(self, name: str, value: Any, where: str, uploads: set[str]) -> list[tuple[str, str]]:
        if name.startswith("Array of "):
            if not isinstance(value, list):
                return [(where, f"must be an array, got {type(value).__name__}")]
            inner = (name.removeprefix("Array of "),)
            return [e for i, v in enumerate(value) for e in self._check_any(inner, v, f"{where}[{i}]", uploads)]
        if name in _SCALARS:
            return [] if _is_scalar(name, value, uploads) else [(where, f"must be {name}, got {_shown(value)}")]
        if name in self._subtypes:
            return self._check_any(self._subtypes[name], value, where, uploads)
        if not isinstance(value, dict):
            return [(where, f"must be {name}, got {_shown(value)}")]
        rules, errors = self._types.get(name), []
        if rules is None:
            return [(where, f"the contract has no type {name}")]
        for key, item in value.items():
            if key not in rules:
                errors.append((f"{where}.{key}", f"{name} has no such field"))
            else:
                errors += self._check_field(rules[key], item, f"{where}.{key}", uploads)
        errors += [
            (f"{where}.{rule.name}", f"{name} requires it")
            for rule in rules.values()
            if rule.required and rule.name not in value
        ]
        return errors


def _rules(body: Mapping[str, Any]) -> dict[str, FieldRule]:
    return {raw["name"]: FieldRule.read(raw) for raw in body.get("fields", [])}


def _rank(errors: list[tuple[str, str]]) -> tuple[bool, int]:
    wrong_kind = any(where.endswith((".type", ".source", ".status")) and "must be '" in m for where, m in errors)
    return wrong_kind, len(errors)


def _is_scalar(name: str, value: Any, uploads: set[str]) -> bool:
    if name == "Integer":
        return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63
    if name == "Float":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if name == "Boolean":
        return isinstance(value, bool)
    if name == "String":
        return isinstance(value, str)
    if isinstance(value, str) and value.startswith("attach://"):
        return value.removeprefix("attach://") in uploads
    return isinstance(value, Upload)


def _decode(rule: FieldRule, value: Any) -> Any:
    """A form field is text: read it as the type the contract asks for; leave it as it is where that fails."""
    if not isinstance(value, str):
        return value
    integer = "Integer" in rule.types and re.fullmatch(r"[+-]?\d+", value)
    if integer:
        return int(value)
    if "String" in rule.types or "InputFile" in rule.types:
        return value
    if rule.types == ("Boolean",):
        return {"true": True, "1": True, "false": False, "0": False}.get(value.lower(), value)
    try:
        return json.loads(value)
    except ValueError:
        return value


def _guess(name: str, value: Any) -> Any:
    """Without the contract: numbers and JSON by the parameters' names, the rest stays text."""
    if not isinstance(value, str) or name in _TEXTS:
        return value
    if name in _NUMBERS or value in {"true", "false"} or value[:1] in {"[", "{"}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _attached(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value.removeprefix("attach://")} if value.startswith("attach://") else set()
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {name for item in items for name in _attached(item)}


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
