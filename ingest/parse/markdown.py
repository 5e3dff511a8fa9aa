"""Markdown (CommonMark with tables) to pieces: tokens of markdown-it-py walked once. Knows no offsets;
template tags and front matter are taken off before by `liquid.py`."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from core.nouns import ParsedDocument
from ingest.clean import join_lines, names, normalize, table
from ingest.parse.build import Piece, build, fence
from ingest.parse.liquid import front_matter, strip_templates

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_BREAK = "\x0b"  # a break the author meant; "\n" is one of the editor's
_ANCHOR = re.compile(r"\s*\{[#:][^}]*\}\s*$")
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)(?:\s[^<>]*)?/?>")
_HIDDEN = re.compile(r"<(script|style|template)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.S | re.I)
_RICH = re.compile(r"<(?:table|ul|ol|li|h[1-6]|pre|dl)\b", re.I)
_BR = re.compile(r"<br\s*/?>", re.I)
_ALERT = re.compile(r"^\[!(\w+)\][ \t]*")
# Names that are HTML and nothing else in a text. The others may be placeholders: `--repo=<path>`.
_MARKUP = names(
    "a abbr b bdi bdo big blockquote br center cite dd del details dfn div dl dt em fieldset "
    "figcaption figure font h1 h2 h3 h4 h5 h6 hr i iframe img ins kbd legend li link mark meta "
    "noscript ol p picture pre q rp rt ruby s samp small span strike strong sub summary sup svg table "
    "tbody td tfoot th thead tr tt u ul video wbr"
)
_AMBIGUOUS = names(
    "address area article aside audio base body button caption code col data dialog footer form head "
    "header html input label main map menu meter nav object option output param progress section "
    "select slot source template textarea time title track var"
)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def parse_markdown(text: str, source: str, name: str) -> ParsedDocument:
    """The document of a Markdown text; its title is the front matter's, else its one top heading."""
    body, title = front_matter(normalize(text))
    return build(pieces(body), source, title=title, name=name, media_type="text/markdown")


def pieces(text: str) -> Iterator[Piece]:
    """The blocks of a Markdown text without front matter."""
    tokens = _parser().parse(strip_templates(text))
    return _blocks(tokens, 0, len(tokens))


def _close(tokens: Sequence[Token], index: int) -> int:
    """The index of the token that closes the block opened at `index`."""
    depth = 0
    for position in range(index, len(tokens)):
        depth += tokens[position].nesting
        if depth == 0:
            return position
    return len(tokens) - 1


def _blocks(tokens: Sequence[Token], index: int, end: int) -> Iterator[Piece]:
    while index < end:
        token = tokens[index]
        close = _close(tokens, index) if token.nesting == 1 else index
        if token.type == "heading_open":
            yield Piece("heading", _ANCHOR.sub("", inline(tokens[index + 1])), int(token.tag[1]))
        elif token.type == "paragraph_open":
            yield Piece("paragraph", inline(tokens[index + 1]))
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            yield Piece("list", "\n".join(_list(tokens, index, close)))
        elif token.type in ("fence", "code_block"):
            yield Piece("code", fence(token.content, _language(token.info)))
        elif token.type == "table_open":
            yield Piece("table", _table(tokens[index:close]))
        elif token.type == "blockquote_open":
            inside = [piece.text for piece in _blocks(tokens, index + 1, close)]
            yield Piece("quote", _ALERT.sub("", "\n\n".join(inside)))
        elif token.type == "html_block":
            yield from _html(token.content)
        index = close + 1


def _language(info: str) -> str:
    word = info.split(maxsplit=1)[0] if info.split() else ""
    return word if re.fullmatch(r"[\w+#.-]+", word) else ""


def _list(tokens: Sequence[Token], index: int, end: int) -> Iterator[str]:
    """The lines of a list; what an item holds beyond its first line is indented under it."""
    number = int(tokens[index].attrGet("start") or 1) if tokens[index].type == "ordered_list_open" else None
    index += 1
    while index < end:
        close = _close(tokens, index)
        mark = "- " if number is None else f"{number}. "
        lines = [line for piece in _blocks(tokens, index + 1, close) for line in piece.text.split("\n")]
        for place, line in enumerate(lines or [""]):
            lead = mark if place == 0 else " " * len(mark)
            yield f"{lead}{line}" if line.strip() else ""
        number = None if number is None else number + 1
        index = close + 1


def _table(tokens: Sequence[Token]) -> str:
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(inline(token))
    return table(rows[0], rows[1:]) if rows else ""


def inline(token: Token) -> str:
    """The text of an inline token: emphasis and link targets gone, code in backticks, broken lines mended."""
    children = token.children or []
    closed = {child.content[2:-1].strip().lower() for child in children if child.content.startswith("</")}
    out: list[str] = []
    for child in children:
        if child.type == "text" or child.type == "text_special":
            out.append(child.content)
        elif child.type == "code_inline":
            marks = "``" if "`" in child.content else "`"
            pad = " " if "`" in child.content else ""
            out.append(f"{marks}{pad}{child.content}{pad}{marks}")
        elif child.type == "softbreak":
            out.append("\n")
        elif child.type == "hardbreak":
            out.append(_BREAK)
        elif child.type == "image":
            out.append(inline(child))
        elif child.type == "html_inline":
            out.append(_tag(child.content, closed))
    lines = "".join(out).split(_BREAK)
    return "\n".join(join_lines(line.split("\n")) for line in lines)


def _tag(content: str, closed: set[str]) -> str:
    """What stays of a tag in running text: nothing of markup, all of a placeholder such as `<path>`."""
    if _BR.fullmatch(content):
        return _BREAK
    found = _TAG.fullmatch(content)
    if found is None:
        return ""  # a comment, a declaration
    word = found.group(1).lower()
    if word in _MARKUP or (word in _AMBIGUOUS and word in closed):
        return ""
    return content


def _html(content: str) -> Iterator[Piece]:
    """Raw HTML between Markdown blocks: lists, tables and headings as such, the rest as text."""
    content = _HIDDEN.sub("", content)
    if _RICH.search(content):
        from ingest.parse.web import fragment

        yield from fragment(content)
        return
    closed = {found.lower() for found in re.findall(r"</([A-Za-z][\w-]*)", content)}
    for part in re.split(r"\n\s*\n", content):
        text = _TAG.sub(lambda found: _tag(found.group(), closed).replace(_BREAK, "\n"), part)
        lines = [html.unescape(line).strip() for line in text.split("\n")]
        yield Piece("paragraph", "\n".join(filter(None, lines)))
