"""Plain text to pieces: paragraphs with their hard-wrapped lines mended, lists, underlined headings. Guesses
little: what is not clearly a heading is a paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from core.nouns import ParsedDocument
from ingest.clean import join_lines, normalize
from ingest.parse.build import Piece, build, fence

BULLET = re.compile(r"^(\s*)(?:[-*•‣◦▪–—·]|\(?\d{1,3}[.)]|\(?[a-zа-я]\))[ \t]+(?=\S)", re.I)
_MARK = re.compile(r"^\s*(?:[*•‣◦▪–—·-])[ \t]+")
_UNDERLINE = re.compile(r"^[ \t]*([=~^*#-])\1{2,}[ \t]*$")
_NUMBERED = re.compile(
    r"^(?:(?:глава|часть|раздел|статья|приложение|chapter|part|section|appendix)\s+[\dIVXLА-Я]+\b.*|\d{1,2}(?:\.\d{1,2}){1,4}\.?\s+\S.*)$",
    re.I,
)
_HASHES = re.compile(r"^(#{1,6})[ \t]+(\S.*?)[ \t]*#*$")
_VOCABULARY = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_NARROW = 30  # characters: the narrowest column that is set as running text
_WRAP_MIN = 45  # characters: shorter lines were broken by their author, as in an address or a verse


def parse_plain(text: str, source: str, name: str) -> ParsedDocument:
    """The document of a plain text; its title is its one top heading, else the file's name."""
    return build(pieces(normalize(text)), source, title="", name=name, media_type="text/plain")


def vocabulary(text: str) -> frozenset[str]:
    """The folded words of a text, hyphenated ones whole: what `join_lines` decides doubtful hyphens by."""
    return frozenset(word.lower() for word in _VOCABULARY.findall(text))


def pieces(text: str) -> Iterator[Piece]:
    """The blocks of a plain text; blank lines part them."""
    known = vocabulary(text) if "-\n" in text or "‐\n" in text else frozenset()
    for part in re.split(r"\n[ \t]*\n", text.expandtabs(4)):
        lines = [line.rstrip() for line in part.strip("\n").split("\n") if line.strip()]
        if lines:
            yield from _part(lines, known)


def _part(lines: list[str], known: frozenset[str]) -> Iterator[Piece]:
    if len(lines) >= 2 and _UNDERLINE.match(lines[1]) and len(lines[0]) <= 120:
        level = 1 if lines[1].strip()[0] in "=#*" else 2
        yield Piece("heading", lines[0], level)
        lines = lines[2:]
        if not lines:
            return
    heading = _HASHES.match(lines[0]) or _heading(lines)
    if heading:
        level = len(heading.group(1)) if heading.re is _HASHES else _number_level(lines[0])
        yield Piece("heading", heading.group(2) if heading.re is _HASHES else lines[0], level)
        lines = lines[1:]
        if not lines:
            return
    first = next((index for index, line in enumerate(lines) if BULLET.match(line)), None)
    bullets = sum(bool(BULLET.match(line)) for line in lines)
    if first is not None and (bullets > 1 or (first == 0 and not lines[0].lstrip().startswith(("–", "—")))):
        if first:
            yield Piece("paragraph", paragraph(lines[:first], known))
        yield Piece("list", "\n".join(items(lines[first:], known)))
    elif len(lines) > 1 and all(line.startswith("    ") for line in lines):
        yield Piece("code", fence(_dedent(lines)))
    else:
        yield Piece("paragraph", paragraph(lines, known))


def _heading(lines: Sequence[str]) -> re.Match[str] | None:
    """A numbered or named heading that stands alone: `2.1 Установка`, `Глава 3. Сети`."""
    line = lines[0]
    if len(lines) > 1 or len(line) > 100 or line.rstrip().endswith((".", ";", ",", ":", "!", "?")):
        return None
    return _NUMBERED.match(line.strip())


def _number_level(line: str) -> int:
    found = re.match(r"\s*(\d+(?:\.\d+)*)", line)
    return found.group(1).count(".") + 1 if found else 1


def paragraph(lines: Sequence[str], known: frozenset[str] = frozenset()) -> str:
    """One paragraph: lines that a typesetter broke are joined, short ones that the author broke stay."""
    longest = max(map(len, lines))
    out: list[list[str]] = [[]]
    for index, line in enumerate(lines):
        out[-1].append(line)
        if index + 1 < len(lines) and not _wrapped(line, lines[index + 1], longest):
            out.append([])
    return "\n".join(join_lines(group, known) for group in out)


def _wrapped(line: str, following: str, longest: int) -> bool:
    """Whether the break after `line` is a typesetter's: the next word would not have fitted, or the sentence
    goes on."""
    line, following = line.strip(), following.strip()
    if line.endswith(("-", "‐", "‑", "\u00ad")) and following[:1].islower():
        return True
    if following[:1].islower() and line[-1:] not in ":;" and longest >= _NARROW:
        return True
    word = following.split(maxsplit=1)[0]
    return longest >= _WRAP_MIN and len(line) + 1 + len(word) > longest - 2 and line[-1:] != ":"


def items(lines: Sequence[str], known: frozenset[str] = frozenset()) -> Iterator[str]:
    """The items of a list as lines, their own broken lines mended; every bullet becomes `- `, numbers
    stay."""
    current: list[str] = []
    for line in lines:
        if BULLET.match(line) and current:
            yield _item(current, known)
            current = []
        current.append(line)
    if current:
        yield _item(current, known)


def _item(lines: Sequence[str], known: frozenset[str]) -> str:
    lead = len(lines[0]) - len(lines[0].lstrip())
    text = join_lines([_MARK.sub("", lines[0]), *lines[1:]], known)
    mark = "- " if _MARK.match(lines[0]) else ""
    return "  " * min(lead // 2, 4) + mark + text


def _dedent(lines: Sequence[str]) -> str:
    lead = min(len(line) - len(line.lstrip()) for line in lines)
    return "\n".join(line[lead:] for line in lines)
