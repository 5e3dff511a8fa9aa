"""Light Markdown as readable text: what is embedded, tokenised and shown. Knows no document structure; it never changes what a
quote is, only how it reads."""

from __future__ import annotations

import re

CODE = re.compile(
    r"^(?P<fence>[ \t]*(?P<marks>`{3,}|~{3,}))[^\n]*\n(?P<block>.*?)(?:^[ \t]*(?P=marks)[`~]*[ \t]*$\n?|\Z)"
    r"|(?P<ticks>`+)(?!`)(?P<inline>.+?)(?<!`)(?P=ticks)(?!`)",
    re.S | re.M,
)
LONE_FENCE = re.compile(r"^[ \t]*(?:`{3,}|~{3,})[^\n]*$\n?", re.M)
LINK = re.compile(r"!?\[([^\]\n]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"\n]*\")?\)")
REFERENCE = re.compile(r"!?\[([^\]\n]+)\]\[[^\]\n]*\]")
AUTOLINK = re.compile(r"<(https?://[^>\s]+)>")
STARS = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.S)
UNDERSCORES = re.compile(r"(?<!\w)__(?=\S)(?!\w+__)(.+?)(?<=\S)__(?!\w)", re.S)  # but `__init__` is a name
EMPHASIS = re.compile(r"(?<![\w*_/])([*_])(?=[^\s*_])([^*_\n]*[^\s*_])\1(?![\w*_/])")
HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+", re.M)
RULE = re.compile(r"^[ \t]*\|[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$\n?", re.M)
ROW = re.compile(r"^[ \t]*\|(.*)\|[ \t]*$", re.M)
CELLS = re.compile(r"(?<!\\)\|")
HELD = re.compile("\ue000(\\d+)\ue001")
MARKS = re.compile(r"[\[*_`#|~<]")


def plain(text: str) -> str:
    """The text without its markup: links as their text, a table row as `a — b`, code, as it stands, without its fences and
    backticks. Text that has no markup comes back as it is."""
    if not MARKS.search(text):
        return text
    code: list[str] = []

    def hold(match: re.Match[str]) -> str:
        code.append(match["inline"] if match["block"] is None else match["block"])
        return f"\ue000{len(code) - 1}\ue001"

    text = LONE_FENCE.sub("", CODE.sub(hold, text.replace("\ue000", "")))
    text = HEADING.sub("", text)
    if "|" in text:
        text = ROW.sub(_row, RULE.sub("", text))
    text = AUTOLINK.sub(r"\1", REFERENCE.sub(r"\1", LINK.sub(r"\1", text)))
    text = EMPHASIS.sub(r"\2", UNDERSCORES.sub(r"\1", STARS.sub(r"\1", text)))
    return HELD.sub(lambda match: code[int(match[1])], text)


def _row(match: re.Match[str]) -> str:
    cells = [cell.strip().replace("\\|", "|") for cell in CELLS.split(match.group(1))]
    return " — ".join(cell for cell in cells if cell)
