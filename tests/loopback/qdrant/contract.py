"""Qdrant's OpenAPI file: what a request may look like, and what an answer must. Executes nothing."""

from __future__ import annotations

import functools
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs

from tests.loopback.serving import CONTRACTS

CONTRACT = CONTRACTS / "qdrant-openapi.json"
Json = dict[str, Any]


@dataclass(frozen=True)
class Violation:
    """One request that the contract forbids: the operation, where, and what is wrong."""

    operation: str
    where: str
    message: str


class Contract:
    """Checks by operation (`operationId`). Without the file `complete` is False and all is allowed."""

    def __init__(self, document: Json | None) -> None:
        self.complete = document is not None
        document = document or {"paths": {}, "components": {}, "info": {"version": "v1.19.x"}}
        self.version: str = document["info"]["version"].lstrip("v").replace("x", "0")
        self._operations = {
            body["operationId"]: body for methods in document["paths"].values() for body in methods.values()
        }
        self._strict = _adapted(document["components"], strict=True)
        self._lenient = _adapted(document["components"], strict=False)

    @classmethod
    @functools.cache
    def load(cls, path: Path = CONTRACT) -> Contract:
        return cls(json.loads(path.read_text("utf-8")) if path.exists() else None)

    def check_request(
        self, operation: str, path: Mapping[str, str], query: Mapping[str, str], body: object
    ) -> list[Violation]:
        """Everything wrong with a request; `body` None means that there is none."""
        if not self.complete:
            return []
        spec = self._operations[operation]
        known = {(p["in"], p["name"]): p for p in spec.get("parameters", [])}
        errors = [(n, "the operation has no such query parameter") for n in query if ("query", n) not in known]
        for (place, name), parameter in known.items():
            given = (path if place == "path" else query).get(name)
            if given is not None:
                errors += self._check_parameter(parameter["schema"], name, given)
            elif parameter.get("required") and place in {"path", "query"}:
                errors.append((name, "a required parameter is missing"))
        content = spec.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None and body is not None:
            errors.append(("body", "the operation takes no body"))
        elif content is not None and body is not None:
            errors += self._check(json.dumps(content["schema"]), body, strict=True)
        elif content is not None and spec["requestBody"].get("required"):
            errors.append(("body", "a body is required"))
        return [Violation(operation, where, message) for where, message in errors]

    def check_answer(self, operation: str, answer: object) -> list[str]:
        """What is wrong with an answer of the server's own."""
        if not self.complete:
            return []
        content = self._operations[operation]["responses"]["200"].get("content", {}).get("application/json")
        if content is None:
            return []
        return [f"{operation} {w}: {m}" for w, m in self._check(json.dumps(content["schema"]), answer, strict=False)]

    def _check_parameter(self, schema: Json, name: str, given: str) -> list[tuple[str, str]]:
        readings: list[object] = [given]
        if given.isdigit():
            readings.append(int(given))
        if given in {"true", "false"}:
            readings.append(given == "true")
        source = json.dumps(schema)
        if any(not self._check(source, reading, strict=True) for reading in readings):
            return []
        return [(name, f"{given!r} does not fit its schema")]

    def _check(self, schema: str, value: object, *, strict: bool) -> list[tuple[str, str]]:
        validator = self._validator(schema, strict)
        if validator.is_valid(value):
            return []
        return [
            ("/".join(str(step) for step in error.instance_path) or "body", _shortened(error.message))
            for error in list(validator.iter_errors(value))[:3]
        ]

    @functools.cache  # noqa: B019 - one contract a process
    def _validator(self, schema: str, strict: bool) -> Any:
        root = _adapted(json.loads(schema), strict=strict)
        root["components"] = self._strict if strict else self._lenient
        return jsonschema_rs.Draft202012Validator(root, validate_formats=True, formats={"uuid": _is_uuid})


def _adapted(schema: Any, *, strict: bool) -> Any:
    """OpenAPI 3.0 in JSON Schema's words: `nullable` becomes a type; strict forbids unknown fields."""
    if isinstance(schema, list):
        return [_adapted(item, strict=strict) for item in schema]
    if not isinstance(schema, dict):
        return schema
    adapted = {k: _adapted(v, strict=strict) for k, v in schema.items() if k not in {"nullable", "example"}}
    if isinstance(adapted.get("format"), str) and adapted["format"] != "uuid":
        del adapted["format"]  # Rust's number formats; their bounds stand beside them
    is_object = adapted.get("type") == "object" and isinstance(adapted.get("properties"), dict)
    if strict and is_object and "additionalProperties" not in adapted:
        adapted["additionalProperties"] = False
    if schema.get("nullable") is True:
        rest = {k: v for k, v in adapted.items() if k not in {"description", "default"}}
        return {"anyOf": [rest, {"type": "null"}]} if rest else {"type": "null"}
    return adapted


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _shortened(message: str) -> str:
    return message if len(message) <= 300 else message[:200] + " … " + message[-90:]
