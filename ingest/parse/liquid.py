"""Marks of site generators around Markdown: front matter, Liquid/Jinja tags, Hugo shortcodes, admonitions.
Takes them off and keeps the text between; code is left as it is, for there they are what the page is
about."""

from __future__ import annotations

import re

_FRONT = re.compile(
    r"\A(?:---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)|\+\+\+[ \t]*\n(.*?\n)?\+\+\+[ \t]*(?:\n|\Z))",
    re.S,
)
_KEY = re.compile(r"^[\w.-]+[ \t]*[:=]", re.M)
_TITLE = re.compile(r"^title[ \t]*[:=][ \t]*(.+?)[ \t]*$", re.M | re.I)
_FENCE = re.compile(r"^[ \t>]*(?:[-*+][ \t]+|\d+[.)][ \t]+)?(`{3,}|~{3,})")
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)")
_RAW = re.compile(r"\{%-?\s*(?:end)?(?:raw|verbatim)\s*-?%\}")
_LOOP = re.compile(r"\{%-?\s*(for|tablerow|comment)\b[^%]*%\}.*?\{%-?\s*end\1\s*-?%\}", re.S)
_STATEMENT = re.compile(r"\{%-?(?:[^%\n]|%(?!\}))*-?%\}")
_URL_VALUE = re.compile(r"""\{\{-?\s*["']([^"'\n]*)["']\s*\|[^{}\n]*?(?:url|path|link|asset)[^{}\n]*-?\}\}""", re.I)
_LINK_VALUE = re.compile(r"\]\(\s*(\{\{.*?\}\})[^()\s]*\s*\)")
_SHORTCODE = re.compile(r"\{\{[<%]\s*/?\s*[^{}]*?[>%]\}\}")
_ATTRIBUTES = re.compile(r"^[ \t]*\{:[^{}\n]*\}[ \t]*$", re.M)
_ADMONITION = re.compile(r"""^([ \t]*)(?:!!!|\?\?\?\+?)[ \t]+[\w -]+?(?:[ \t]+"([^"\n]*)")?[ \t]*$""")
_CONTAINER = re.compile(r"^[ \t]*:{3,}[ \t]*(?:\{?[A-Za-z][\w-]*\}?(?:\[([^\]\n]*)\])?[ \t]*(.*))?$")
_TEMPLATE_SIGN = re.compile(r"\{%|\{\{[<%]|\{\{.*\||^[ \t]*(?:!!!|\?\?\?|:::)|^[ \t]*\{:|\]\(\s*\{\{", re.M)


def front_matter(text: str) -> tuple[str, str]:
    """The text without its YAML or TOML front matter, and the title found there (empty where there is
    none)."""
    found = _FRONT.match(text)
    inside = (found.group(1) or found.group(2) or "") if found else ""
    if found is None or (inside.strip() and not _KEY.search(inside)):
        return text, ""
    title = _TITLE.search(inside)
    value = title.group(1) if title else ""
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return text[found.end() :], value if value not in ("|", ">") else ""


def strip_templates(text: str) -> str:
    """The text without template marks outside code. Text without any comes back as it is."""
    if not _TEMPLATE_SIGN.search(text):
        return text
    out: list[str] = []
    for is_code, part in _split_code(text):
        out.append(part if is_code else _prose(part))
    return "".join(out)


def _split_code(text: str) -> list[tuple[bool, str]]:
    """Fenced code and what lies between, in order; together they are the text."""
    parts: list[tuple[bool, str]] = []
    lines: list[str] = []
    marks = ""
    for line in text.splitlines(keepends=True):
        fence = _FENCE.match(line)
        if not marks and fence:
            if lines:
                parts.append((False, "".join(lines)))
            lines, marks = [line], fence.group(1)
        elif marks and fence and fence.group(1).startswith(marks) and not line.strip(" \t>`~\r\n"):
            parts.append((True, "".join([*lines, line])))
            lines, marks = [], ""
        else:
            lines.append(line)
    if lines:
        parts.append((bool(marks), "".join(lines)))
    return parts


def _prose(text: str) -> str:
    text = _RAW.sub("", text)
    spans: list[str] = []

    def hide(found: re.Match[str]) -> str:
        spans.append(found.group())
        return f"\x00{len(spans) - 1}\x00"

    text = _CODE_SPAN.sub(hide, text)
    text = _URL_VALUE.sub(lambda found: found.group(1).replace(" ", "%20"), text)
    text = _LINK_VALUE.sub("](#)", text)
    text = _LOOP.sub("", text)
    text = _STATEMENT.sub("", text)
    text = _SHORTCODE.sub("", text)
    text = _ATTRIBUTES.sub("", text)
    text = _admonitions(text)
    return re.sub("\x00(\\d+)\x00", lambda found: spans[int(found.group(1))], text)


def _admonitions(text: str) -> str:
    """`!!! note "Title"` with an indented body, and `:::note … :::`, as plain paragraphs."""
    out: list[str] = []
    indent: str | None = None
    for line in text.split("\n"):
        opened = _ADMONITION.match(line)
        boxed = _CONTAINER.match(line) if ":::" in line else None
        if opened:
            indent = opened.group(1) + "    "
            out.extend(["", opened.group(1) + (opened.group(2) or ""), ""])
        elif boxed:
            out.extend(["", boxed.group(1) or boxed.group(2) or "", ""])
        elif indent is not None and (line.startswith(indent) or not line.strip()):
            out.append(line[4:] if line.strip() else line)
        else:
            indent = None
            out.append(line)
    return "\n".join(out)
