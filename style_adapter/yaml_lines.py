"""YAML read safely, with the line of every key. Knows nothing of bibles."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, Literal

MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a file. `line` counts from 1; `advice` does not stop anything."""

    line: int
    message: str
    hint: str = ""
    severity: Literal["error", "advice"] = "error"


@dataclass(frozen=True, slots=True)
class Lines:
    """Where each place of the file stands, by its path: `("speech", "never", 0)`."""

    by_path: dict[tuple[Hashable, ...], int] = field(default_factory=dict)

    def at(self, path: tuple[Any, ...]) -> int:
        """The line of a place, or of the nearest place around it that the file holds."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.by_path:
                return self.by_path[path[:end]]
        return 1


def read_yaml(text: str) -> tuple[dict[str, Any] | None, Lines, list[Fault]]:
    """A mapping of plain values, the lines of its places, and the faults (then no mapping, unless only keys
    repeat)."""
    import yaml

    lines, faults = Lines(), list[Fault]()
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent):
                return None, lines, [Fault(line, "anchors and aliases are not allowed", "write the text out")]
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                return None, lines, [Fault(line, "broken YAML: nested too deeply", "check brackets and indents")]
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is None:
            return None, lines, [Fault(1, "the file is empty", "start from `persona new`")]
        if not isinstance(node, yaml.MappingNode):
            return None, lines, [Fault(1, "the file must be a mapping of keys", "start from `persona new`")]
        _walk(node, (), lines, faults)
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = error.problem or error.context or "broken YAML"
        return (
            None,
            lines,
            [Fault(mark.line + 1 if mark else 1, f"broken YAML: {what}", "check indents, colons and quotes")],
        )
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return None, lines, [Fault(1, f"broken YAML: {error}", "check indents, colons and quotes")]
    return data, lines, faults


def _walk(node: Any, path: tuple[Hashable, ...], lines: Lines, faults: list[Fault]) -> None:
    import yaml

    lines.by_path.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for n, item in enumerate(node.value):
            _walk(item, (*path, n), lines, faults)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, str(key.value))
            line = key.start_mark.line + 1
            if here in lines.by_path:
                first = lines.by_path[here]
                faults.append(Fault(line, f"the key «{key.value}» stands twice (first in line {first})", "keep one"))
            lines.by_path[here] = line
            _walk(value, here, lines, faults)
