"""reStructuredText to pieces, by docutils with files, raw blocks and settings shut. Directives and roles of
Sphinx are read for their text; what only builds navigation is left out. Knows no other format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from core.nouns import ParsedDocument
from ingest.clean import join_lines, names, normalize, one_line
from ingest.parse.build import Piece, build, fence
from ingest.parse.grid import grid_pieces, span_rows

_DIRECTIVE = re.compile(r"^[ \t]*\.\. (?:\|[^|\n]+\| )?([A-Za-z][\w:.+-]*)::", re.M)
_ROLE = re.compile(r":([A-Za-z][\w:.+-]*):`")
_DROPPED = names(
    "toctree automodule autoclass autofunction automethod autosummary index currentmodule highlight contents sectnum "
    "include raw meta module tabularcolumns default-domain program"
)
_CODE = names("code code-block sourcecode prompt console ipython graphviz mermaid uml")
_OPTION = re.compile(r"\s*:[\w-]+:")
_TARGET = re.compile(r"^!?~?(.*?)(?:\s*<[^<>]*>)?$", re.S)
_SETTINGS = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "report_level": 5,
    "halt_level": 5,
    "_disable_config": True,
    "line_length_limit": 10_000_000,
    "smart_quotes": False,
    "pep_references": False,
    "rfc_references": False,
}


def parse_rst(text: str, source: str, name: str) -> ParsedDocument:
    """The document of a reStructuredText; its title is its lone top heading."""
    from docutils.core import publish_doctree

    body = normalize(text)
    _register(body)
    tree = publish_doctree(body, settings_overrides={**_SETTINGS, "doctitle_xform": False, "docinfo_xform": False})
    return build(_walk(tree, 0), source, title="", name=name, media_type="text/x-rst")


def _register(text: str) -> None:
    """Teach docutils the directives and roles of this text that it doesn't know: their content is read as it
    stands."""
    from docutils import nodes
    from docutils.parsers.rst import Directive, directives, languages, roles

    class Content(Directive):
        """Any directive: its argument as a paragraph, its content parsed."""

        has_content = True
        optional_arguments = 1
        final_argument_whitespace = True

        def run(self) -> list[Any]:
            if self.name in _DROPPED:
                return []
            start = next(
                (number for number, line in enumerate(self.content) if not _OPTION.match(line)), len(self.content)
            )
            lines = self.content[start:]
            words = self.arguments[0].split("\n") if self.arguments else []
            argument = "\n".join(line for line in words if not _OPTION.match(line))
            if self.name in _CODE:
                code = "\n".join(lines)
                block = nodes.literal_block(code, code)
                block["language"] = argument
                return [block]
            holder = nodes.container()
            if argument:
                inline, _ = self.state.inline_text(argument, self.lineno)
                holder += nodes.paragraph("", "", *inline)
            self.state.nested_parse(lines, self.content_offset, holder)
            return [holder]

    def role(name: str, raw: str, text: str, line: int, inliner: Any, options: Any = None, content: Any = None) -> Any:
        found = _TARGET.match(text)
        shown = found.group(1) if found else text
        code = name.rsplit(":", 1)[-1] not in (
            "ref",
            "doc",
            "term",
            "abbr",
            "guilabel",
            "menuselection",
            "dfn",
            "numref",
        )
        return [nodes.literal(shown, shown) if code else nodes.inline(shown, shown)], []

    language = languages.get_language("en")
    registry = getattr(directives, "_directive_registry", {})
    taught = getattr(roles, "_role_registry", {})
    for name in set(_DIRECTIVE.findall(text)):
        known = name in registry or name in language.directives
        if name in _DROPPED or name in _CODE or not known:
            directives.register_directive(name, Content)
    for name in set(_ROLE.findall(text)):
        if name not in taught and name not in language.roles:
            roles.register_local_role(name, role)


def _walk(parent: Any, level: int) -> Iterator[Piece]:
    from docutils import nodes

    for node in parent.children:
        if isinstance(node, nodes.section):
            yield from _walk(node, level + 1)
        elif isinstance(node, nodes.title):
            yield Piece("heading" if level else "paragraph", _inline(node), level)
        elif isinstance(
            node, nodes.comment | nodes.system_message | nodes.substitution_definition | nodes.target | nodes.topic
        ):
            continue
        elif isinstance(node, nodes.literal_block | nodes.doctest_block):
            yield Piece("code", fence(node.astext(), _language(node)))
        elif isinstance(
            node,
            nodes.bullet_list | nodes.enumerated_list | nodes.definition_list | nodes.field_list | nodes.option_list,
        ):
            yield Piece("list", "\n".join(_list(node, level)))
        elif isinstance(node, nodes.table):
            yield from _table(node)
        elif isinstance(node, nodes.block_quote):
            yield Piece("quote", "\n\n".join(piece.text for piece in _walk(node, level) if piece.text.strip()))
        elif isinstance(node, nodes.line_block):
            yield Piece("paragraph", "\n".join(_inline(line) for line in node.findall(nodes.line)))
        elif isinstance(node, nodes.image):
            yield Piece("paragraph", node.get("alt", ""))
        elif isinstance(node, nodes.TextElement):
            yield Piece("paragraph", _inline(node))
        else:
            yield from _walk(node, level)


def _language(node: Any) -> str:
    classes = [str(name) for name in node.get("classes", ()) if name != "code"]
    return str(node.get("language") or (classes[0] if classes else ""))


def _inline(node: Any) -> str:
    """The text of an element: emphasis gone, literals in backticks, lines mended."""
    from docutils import nodes

    out: list[str] = []
    for child in node.children:
        if isinstance(child, nodes.Text):
            out.append(child.astext())
        elif isinstance(child, nodes.literal):
            out.append(f"`{one_line(child.astext())}`")
        elif isinstance(child, nodes.image):
            out.append(child.get("alt", ""))
        elif isinstance(child, nodes.problematic):
            out.append(re.sub(r"^:[\w:+.-]+:`|[`|]", "", child.astext()))
        elif not isinstance(
            child, nodes.footnote_reference | nodes.citation_reference | nodes.system_message | nodes.target
        ):
            out.append(_inline(child))
    return join_lines("".join(out).split("\n"))


def _list(node: Any, level: int) -> Iterator[str]:
    from docutils import nodes

    number = int(node.get("start", 1)) if isinstance(node, nodes.enumerated_list) else None
    for item in node.children:
        mark = "- " if number is None else f"{number}. "
        term = ""
        if isinstance(item, nodes.definition_list_item | nodes.field | nodes.option_list_item):
            heads = [child for child in item.children if isinstance(child, nodes.term | nodes.field_name)]
            options = [f"`{option.astext()}`" for option in item.findall(nodes.option)]
            term = ", ".join([_inline(head) for head in heads] + options)
        holders = [
            child
            for child in item.children
            if isinstance(child, nodes.definition | nodes.field_body | nodes.description)
        ]
        pieces = [piece for holder in holders or [item] for piece in _walk(holder, level) if piece.text.strip()]
        lines = [line for piece in pieces for line in piece.text.split("\n")]
        if term:
            lines = [f"{term} — {lines[0]}" if lines else term, *lines[1:]]
        for place, line in enumerate(lines):
            yield (mark if place == 0 else " " * len(mark)) + line if line.strip() else ""
        number = None if number is None else number + 1


def _table(node: Any) -> Iterator[Piece]:
    from docutils import nodes

    for title in node.findall(nodes.title):
        yield Piece("paragraph", _inline(title))
    heads = [row for head in node.findall(nodes.thead) for row in head.findall(nodes.row)]
    bodies = [row for body in node.findall(nodes.tbody) for row in body.findall(nodes.row)]
    grid = span_rows([[_cell(entry) for entry in row.findall(nodes.entry)] for row in [*heads, *bodies]])
    yield from grid_pieces(grid, head=len(heads) or None)


def _cell(entry: Any) -> tuple[str, int, int]:
    text = one_line(" ".join(piece.text for piece in _walk(entry, 1)))
    return text, int(entry.get("morecols", 0)) + 1, int(entry.get("morerows", 0)) + 1
