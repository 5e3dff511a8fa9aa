"""Which adapter of a persona speaks: the shipped one or one trained here, and the way back. Knows no model."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import UnavailableError, UsageError
from style_adapter.bible import ID
from style_adapter.model.adapter import MANIFEST, read_manifest

SHIPPED = "shipped"
FOLDER = "adapter"  # beside the bible
POINTER = "active.json"
NAME = re.compile(r"v(\d+)")


@dataclass(frozen=True, slots=True)
class Version:
    """`name` is `shipped` or `v1`, `v2`, …; `fault` says why it can't be used, empty where it can."""

    name: str
    folder: Path
    active: bool
    metrics: dict[str, float]
    trained_at: str
    fault: str = ""


class Versions:
    """`personas`: the folder of personas; `trained`: where this installation keeps its own adapters."""

    def __init__(self, personas: Path, trained: Path) -> None:
        self._personas, self._trained = personas, trained

    def listing(self, persona: str) -> list[Version]:
        active = self.active_name(persona)
        return [self._version(persona, name, name == active) for name in self.names(persona)]

    def names(self, persona: str) -> list[str]:
        shipped = [SHIPPED] if (self.folder(persona, SHIPPED) / MANIFEST).is_file() else []
        own = [item.name for item in self._own(persona).glob("v*") if NAME.fullmatch(item.name)]
        return shipped + sorted((name for name in own if self._whole(persona, name)), key=lambda name: int(name[1:]))

    def folder(self, persona: str, name: str) -> Path:
        _check(persona)
        return self._personas / persona / FOLDER if name == SHIPPED else self._own(persona) / name

    def active(self, persona: str) -> Path | None:
        """The folder of the adapter that speaks; None where the persona has none or was switched off."""
        name = self.active_name(persona)
        return self.folder(persona, name) if name else None

    def active_name(self, persona: str) -> str:
        chosen = self._read(persona)
        if chosen is None:
            return SHIPPED if SHIPPED in self.names(persona) else ""
        return str(chosen["active"])

    def next_name(self, persona: str) -> str:
        taken = [int(item.name[1:]) for item in self._own(persona).glob("v*") if NAME.fullmatch(item.name)]
        return f"v{max(taken, default=0) + 1}"

    def add(self, persona: str, adapter: Path) -> str:
        """Copy a trained adapter in as the next version; returns its name. It does not speak yet."""
        read_manifest(adapter)
        name = self.next_name(persona)
        self._copy(adapter, self.folder(persona, name))
        return name

    def ship(self, persona: str, name: str) -> Path:
        """Copy a version into the persona's own folder, to be shipped with the bible."""
        self._known(persona, name)
        self._copy(self.folder(persona, name), self.folder(persona, SHIPPED))
        return self.folder(persona, SHIPPED)

    def activate(self, persona: str, name: str) -> None:
        """Let this version speak; `none` switches adapters off. Raises where it does not exist or can't be read."""
        if name == "none":
            name = ""
        else:
            self._known(persona, name)
            read_manifest(self.folder(persona, name))
        before = self.active_name(persona)
        history = (self._read(persona) or {"before": []})["before"]
        if before != name:
            history = [*history, before][-20:]
        self._write(persona, {"active": name, "before": history})

    def rollback(self, persona: str) -> str:
        """Back to what spoke before; returns its name, "" for none. Raises UsageError where nothing was before."""
        chosen = self._read(persona)
        if not chosen or not chosen["before"]:
            raise UsageError(
                f"No other adapter of «{persona}» spoke before this one.", "See `persona show` for its versions."
            )
        *history, name = chosen["before"]
        if name:
            self._known(persona, name)
        self._write(persona, {"active": name, "before": history})
        return str(name)

    def _own(self, persona: str) -> Path:
        _check(persona)
        return self._trained / persona

    def _whole(self, persona: str, name: str) -> bool:
        return (self._own(persona) / name / MANIFEST).is_file()

    def _known(self, persona: str, name: str) -> None:
        if name not in self.names(persona):
            known = ", ".join(self.names(persona)) or "none"
            raise UsageError(f"«{persona}» has no adapter version «{name}».", f"It has: {known}.")

    def _version(self, persona: str, name: str, active: bool) -> Version:
        folder = self.folder(persona, name)
        try:
            manifest = read_manifest(folder)
        except UnavailableError as error:
            return Version(name, folder, active, {}, "", error.message)
        return Version(name, folder, active, dict(manifest.metrics), manifest.trained_at)

    def _read(self, persona: str) -> dict[str, Any] | None:
        path = self._own(persona) / POINTER
        if not path.is_file():
            return None
        try:
            chosen = json.loads(path.read_text("utf-8"))
            return {"active": str(chosen["active"]), "before": [str(name) for name in chosen["before"]]}
        except (OSError, ValueError, KeyError, TypeError):
            raise UnavailableError(
                f"{path} can't be read.", f"Set it anew: expertbot persona activate {persona} VERSION."
            ) from None

    def _write(self, persona: str, chosen: dict[str, Any]) -> None:
        path = self._own(persona) / POINTER
        beside = path.with_name(path.name + ".new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(chosen) + "\n", "utf-8")
            os.replace(beside, path)
        except OSError as error:
            raise UnavailableError(
                f"{path} can't be written: {error.strerror}.", "Free some space, check its rights."
            ) from None

    def _copy(self, source: Path, goal: Path) -> None:
        beside = goal.with_name(goal.name + ".new")
        try:
            shutil.rmtree(beside, ignore_errors=True)
            beside.parent.mkdir(parents=True, exist_ok=True)
            beside.mkdir()
            for name in (*read_manifest(source).files, MANIFEST):
                shutil.copyfile(source / name, beside / name)
            shutil.rmtree(goal, ignore_errors=True)
            os.replace(beside, goal)
        except OSError as error:
            shutil.rmtree(beside, ignore_errors=True)
            raise UnavailableError(
                f"{goal} can't be written: {error.strerror}.", "Free some space, check its rights."
            ) from None


def _check(persona: str) -> None:
    if not ID.fullmatch(persona):
        raise UsageError(f"«{persona}» is no persona id", "use 1-32 small Latin letters, digits, - and _")
