"""HTML to pieces: the main content without menus, scripts and what is hidden; headings, lists, tables and
code as such. Knows no other format; EPUB chapters and raw HTML inside Markdown come here too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core.nouns import ParsedDocument
from ingest.clean import names, normalize, one_line
from ingest.parse.build import Piece, build, fence
from ingest.parse.grid import grid_pieces, is_layout, span_rows

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_SKIP = names(
    "script style noscript template head nav footer button select option input textarea svg iframe "
    "canvas object embed audio video map dialog math-menu datalist meter progress"
)
_INLINE = names(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark q rp rt "
    "ruby s samp small span strike strong sub sup time tt u var wbr br nobr"
)
_CODE = frozenset(("code", "kbd", "samp", "tt"))
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
# Parts of a page that are not its text, by the names their authors give them.
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:breadcrumbs?|cookies?(?:-?(?:banner|bar|consent|notice))?|sidebar|side-?nav|nav-?bar|navigation|site-?header|site-?footer"
    r"|page-?footer|toc|table-of-contents|pagination|pager|skip-?(?:link|to-content|nav)|social|share(?:-buttons)?|edit-(?:this-)?page"
    r"|menu|headerlink|anchor-?link|hash-link|linenos|lineno|gutter|search-?(?:form|box)|ads?|advert(?:isement)?)(?:$|[\s_-])",
    re.I,
)
_FURNITURE_TAGS = names("div section ul ol aside header a p span table td form")
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])", re.I
)
_LANGUAGE = re.compile(r"(?:language|lang|highlight|brush)[-:]\s*([\w+#.-]+)", re.I)
_PERMALINK = re.compile(r"\s*[¶#§🔗]\s*$")
_SPACE = re.compile(r"[ \t\n\r\f]+")


def parse_html(text: str, source: str, name: str, media_type: str = "text/html") -> ParsedDocument:
    """The document of an HTML page; its title is the one h1 of its content, else <title>."""
    root = _tree(text)
    found = root.find(".//title")
    title = one_line(found.text_content()) if found is not None else ""
    main = _main(root)
    tops = [one_line(inline(heading)) for heading in main.iter("h1")]
    if len(tops) == 1 and tops[0]:
        title = _PERMALINK.sub("", tops[0])
    return build(_walk(main, main is not root), source, title=title, name=name, media_type=media_type)


def fragment(text: str) -> Iterator[Piece]:
    """The pieces of a stretch of HTML, taken whole."""
    root = _tree(text)
    body = root.find("body")
    return _walk(root if body is None else body, True)


def _tree(text: str) -> HtmlElement:
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
    data = re.sub(r"^\s*<\?xml[^>]*\?>", "", normalize(text)).replace("\x00", "")
    try:
        return document_fromstring(data, parser=parser)
    except etree.ParserError:  # nothing but comments or blanks
        return document_fromstring("<html><body></body></html>")


def _main(root: HtmlElement) -> HtmlElement:
    """The element that holds the page's own text: the one <main> or <article> where it has a fair share of
    it."""
    body = root.find("body")
    whole: HtmlElement = root if body is None else body
    size = len(whole.text_content())
    for path in (".//main", ".//*[@role='main']", ".//article"):
        found = whole.xpath(path)
        if len(found) == 1 and len(found[0].text_content()) >= min(size * 0.2, 2000):
            main: HtmlElement = found[0]
            return main
    return whole


def _is_furniture(element: Any, in_main: bool) -> bool:
    tag = element.tag
    if tag in _SKIP or (tag == "aside" and not in_main):
        return True
    hidden = element.get("hidden") is not None or element.get("aria-hidden") == "true"
    if (hidden and element.get("role") != "tabpanel") or _HIDDEN_STYLE.search(element.get("style") or ""):
        return True
    if element.get("role") in ("navigation", "search", "contentinfo", "banner") and tag != "main":
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return tag in _FURNITURE_TAGS and bool(names.strip()) and bool(_FURNITURE.search(names))


def _walk(element: Any, in_main: bool) -> Iterator[Piece]:
    """The pieces under an element, in order. Text between blocks is a paragraph of its own."""
    words: list[str] = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and not _is_furniture(child, in_main):
            if child.tag in _INLINE and not _holds_blocks(child):
                words.append(_inline_of(child, _last(words)))
            else:
                yield Piece("paragraph", _collapse("".join(words)))
                words = []
                yield from _block(child, in_main)
        words.append(child.tail or "")
    yield Piece("paragraph", _collapse("".join(words)))


def _holds_blocks(element: Any) -> bool:
    return any(
        isinstance(child.tag, str) and child.tag not in _INLINE and child.tag not in _SKIP for child in element.iter()
    )


def _block(element: Any, in_main: bool) -> Iterator[Piece]:
    tag = element.tag
    if tag in _HEADINGS:
        yield Piece("heading", _PERMALINK.sub("", inline(element)), _HEADINGS[tag])
    elif tag == "pre":
        yield _pre(element)
    elif tag in ("ul", "ol", "menu"):
        yield Piece("list", "\n".join(_list(element, in_main)))
    elif tag == "dl":
        yield Piece("list", "\n".join(_definitions(element)))
    elif tag == "table":
        yield from _table(element, in_main)
    elif tag == "blockquote":
        yield Piece("quote", "\n\n".join(piece.text for piece in _walk(element, in_main) if piece.text.strip()))
    else:
        yield from _walk(element, in_main)


def _pre(element: Any) -> Piece:
    names = " ".join(
        found.get("class") or "" for found in [element.getparent(), element, *element.iter("code")] if found is not None
    )
    language = _LANGUAGE.search(names)
    for line_break in element.iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")
    return Piece("code", fence(element.text_content(), language.group(1) if language else ""))


def _list(element: Any, in_main: bool) -> Iterator[str]:
    start = element.get("start") or "1"
    number = int(start) if element.tag == "ol" and start.lstrip("-").isdigit() else (1 if element.tag == "ol" else None)
    for item in element:
        if not isinstance(item.tag, str) or _is_furniture(item, in_main):
            continue
        if item.tag in ("ul", "ol"):  # a list inside a list without an item: common and wrong
            yield from ("  " + line for line in _list(item, in_main))
            continue
        mark = "- " if number is None else f"{number}. "
        pieces = [piece for piece in _walk(item, in_main) if piece.text.strip()]
        lines = [line for piece in pieces for line in piece.text.strip("\n").split("\n")]
        for place, line in enumerate(lines):
            yield (mark if place == 0 else " " * len(mark)) + line if line.strip() else ""
        if lines and number is not None:
            number += 1


def _definitions(element: Any) -> Iterator[str]:
    """`term — definition`, a line each; terms that share a definition stand together."""
    terms: list[str] = []
    for child in element.iter("dt", "dd"):
        text = one_line(inline(child))
        if child.tag == "dt":
            terms.append(text)
        else:
            yield f"- {', '.join(terms)} — {text}" if terms else f"  {text}"
            terms = []
    yield from (f"- {term}" for term in terms)


def _table(element: Any, in_main: bool) -> Iterator[Piece]:
    caption = element.find("caption")
    if caption is not None:
        yield Piece("paragraph", inline(caption))
    rows = [row for row in element.iter("tr") if _owner(row) is element]
    cells = [[cell for cell in row if cell.tag in ("td", "th") and not _is_furniture(cell, True)] for row in rows]
    if is_layout([len(row) for row in cells]) or any(
        next(cell.iter("table", "pre"), None) is not None for row in cells for cell in row
    ):
        for row in cells:
            for cell in row:
                yield from _walk(cell, in_main)
        return
    grid = span_rows(
        [[(inline(cell), _span(cell, "colspan"), _span(cell, "rowspan")) for cell in row] for row in cells]
    )
    heads = [
        all(cell.tag == "th" for cell in row) or (bool(row) and row[0].getparent().getparent().tag == "thead")
        for row in cells
    ]
    depth = next((index for index, head in enumerate(heads) if not head), len(heads))
    sided = depth == 0 and all(row and row[0].tag == "th" for row in cells)
    yield from grid_pieces(grid, head=0 if sided else depth or None, sided=sided)


def _owner(row: Any) -> Any:
    parent = row.getparent()
    while parent is not None and parent.tag != "table":
        parent = parent.getparent()
    return parent


def _span(cell: Any, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return min(max(int(value), 1), 1000) if value.isdecimal() else 1


def inline(element: Any) -> str:
    """The running text of an element: blanks made one, `<br>` a line break, code in backticks, images by
    their alt text."""
    return _collapse(_inline_of(element, "", plain=True))


def _inline_of(element: Any, before: str, plain: bool = False) -> str:
    tag = element.tag
    if tag == "br":
        return "\x0b"
    if tag == "wbr":
        return ""
    if tag == "img":
        return f" {element.get('alt') or ''} "
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and not _is_furniture(child, True):
            gap = "" if child.tag in _INLINE else " "
            parts += [gap, _inline_of(child, _last(parts) or before), gap]
        parts.append(child.tail or "")
    text = "".join(parts)
    if plain or not text.strip():
        return text
    if tag in _CODE and "`" not in text:
        return f"`{one_line(text)}`"
    if tag == "sup":
        if element.find(".//a") is not None:
            return ""  # a footnote's number
        return f"^{text.strip()}" if before.isdigit() and text.strip()[:1].isdigit() else text
    return text


def _last(parts: list[str]) -> str:
    """The last character put down so far."""
    return next((part[-1] for part in reversed(parts) if part), "")


def _collapse(text: str) -> str:
    return "\n".join(_SPACE.sub(" ", line).strip() for line in text.split("\x0b")).strip()
