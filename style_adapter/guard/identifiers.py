"""Identifiers that must survive letter for letter: code in backticks, URLs, flags, files, variables, versions, model names.
Knows units and days by their form, no number and no language."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.text import fold, stem
from style_adapter.guard import units
from style_adapter.guard.patterns import DOTTED, ISO, calendar_day, labelled


@dataclass(frozen=True, slots=True)
class Identifier:
    """`text` is the bare identifier (no backticks), `start`/`end` its span; `code`: it stood in backticks."""

    text: str
    start: int
    end: int
    code: bool = False

    @property
    def plain_word(self) -> bool:
        """A code word without any mark of code: a branch, a value, a state (`master`, `skip-delete`)."""
        return re.fullmatch(r"[^\W\d_]+(?:-[^\W\d_]+)*", self.text) is not None


FENCE = re.compile(r"```[^\n`]*\n(.*?)```", re.DOTALL)
CODE = re.compile(r"(`{1,2})(?!`)([^`\n]{1,400}?)\1(?!`)")
URL = re.compile(r"(?:https?|ftp|ssh|git|oci|wss?)://[^\s<>«»\"'`]+|\bwww\.[^\s<>«»\"'`]+")
CLOSING = ".,;:!?)»]"  # what stands behind a URL and is none of it
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
BARE = re.compile(
    r"(?<![\w`.-])(?:"
    r"--?[A-Za-z][\w-]*(?:=[^\s,;:!?)«»]*[\w/])?"  # flags
    r"|[a-z][a-z][\w-]*(?:\.[a-z][a-z][\w-]*){2,}"  # max.poll.interval.ms
    r"|[A-Za-z_][A-Za-z0-9]*_[\w]*(?:\.[A-Za-z]\w*)*(?:=[^\s,;:!?)«»]*[\w/])?"  # snake_case, ENV_VAR=1
    r"|(?:~|\.{1,2})?/[\w.+@-]+(?:/[\w.+@*-]+)*/?"  # paths
    r"|[A-Za-z]:\\[^\s,;«»]+"  # Windows paths
    r"|\.?(?:[\w-]+/)+[\w-]+\.[A-Za-z]\w*"  # relative paths
    r"|\.[a-z][\w-]{2,}(?:\.[\w-]+)*"  # dot files
    r"|[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*\.(?:ya?ml|json|toml|ini|conf|cfg|md|txt|py|js|ts|go|rs|sh|sql|csv|xml|html?|gz|zip|tar|tgz|"
    r"log|env|lock|exe|dll|so|db|pem|crt|key|service|docx?|xlsx?|pdf|png|jpe?g|bin|iso|deb|rpm|jar|war|bat|ps1|proto|tmpl|tpl)"
    r"|[A-Za-z]\w*(?:/[\w.-]+){2,}"  # HR/2025/signed
    r"|\+?\d(?:[-()]\d|\d){6,}(?:-\d+)*(?<=\d-\d\d)"  # telephone 8-800-000-14-52
    r"|\d{1,3}(?:\.\d{1,3}){3}/\d{1,2}"  # networks 10.20.0.0/16
    r"|[vV]?\d{1,8}(?:\.\d{1,12}){2,}(?:[-+][A-Za-z][\w.]*)?"  # versions 4.7.2
    r"|[A-Za-z]{1,12}-\d[\w.]*(?:-[A-Za-z0-9]+)*"  # SHA-256, PDP-11, oxygen-16
    r"|(?!(?i:nos?|pp?|figs?|sec|ch|art|vol|para|pt|ed|v|ver|approx|ca)\.)[A-Za-z]{1,6}\.\d+(?:\.\d+)*"  # X.25, not `p.5`
    r"|[A-Za-z]+\d+[A-Za-z0-9]*(?:[-.][A-Za-z0-9]+)*"  # B2B, ipv6, Mi8
    r"|\d+[A-Z]+\d*[A-Z]*(?![\w%])"  # 2A
    r"|[a-z]+[A-Z][A-Za-z0-9]*"  # camelCase
    r"|[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+"  # PascalCase
    r"|(?:Ctrl|Alt|Shift|Cmd|Win|Esc|Fn|Option|Super|Meta)(?:\s?\+\s?\w{1,9})+"  # key combinations
    r"|(?<=№ )\d+-?[А-ЯЁ](?!\w)"  # № 14П
    r"|0x[0-9a-fA-F]+"
    r"|#[0-9]{1,6}\b"
    r")(?![A-Za-z0-9_])"
)
MORE = re.compile(
    r"(?:\d{1,40}[.,])?\d{41,}(?:[.,]\d+)?"  # too long for a number
    r"|(?<=[^\W\d_]\.)\d{1,8}(?:\.\d{1,12}){2,}(?!\w)"  # п.5.2.1
    r"|(?<![\w`])(?:[А-ЯЁ]{1,6}[а-яё]{0,2}\d{1,6}){1,4}[А-ЯЁа-яё]?(?!\w)"  # А4, ЭД4М, Р6М5
)
NUMBER = re.compile(r"v\d+\.\d+$|Q[1-4]$")  # compared by value
UNIT_WORD = re.compile(r"(?:[kcm]?m|км|м)[23]$")
DECADE = re.compile(r"(?:19|20)?\d0s$")
UNIT_GLUED = re.compile(r"\d+(?:GB|MB|KB|TB|PB|GIB|MIB|KIB|B|W|V|A|K|M|C|F|H|S|G|L|AM|PM|BC|AD|BCE|CE|HZ|KW|MW|GW)$")


def find(text: str) -> list[Identifier]:
    """All identifiers of a text, in order, not overlapping."""
    taken = bytearray(len(text))
    found: list[Identifier] = []

    def take(value: str, start: int, end: int, code: bool) -> None:
        if value and start < end and not any(taken[start:end]):
            taken[start:end] = b"\x01" * (end - start)
            found.append(Identifier(value, start, end, code))

    for match in FENCE.finditer(text):
        take(match.group(1).strip(), match.start(), match.end(), True)
    for match in CODE.finditer(text):
        take(match.group(2).strip(), match.start(), match.end(), True)
    for match in URL.finditer(text):
        value = match.group().rstrip(CLOSING)
        take(value, match.start(), match.start() + len(value), False)
    for match in EMAIL.finditer(text):
        take(match.group(), match.start(), match.end(), False)
    for match in (*BARE.finditer(text), *MORE.finditer(text)):
        value = match.group().rstrip(".,;:!?")
        if units.named(value) and re.search(r"\d[\s\xa0]?$", text[max(0, match.start() - 2) : match.start()]):
            continue  # `7 kW`: a unit, though it looks like camel case
        if len(value) < 2 or any(p.match(value) for p in (DECADE, UNIT_GLUED, UNIT_WORD, NUMBER)) or _is_name(value):
            continue
        if _is_date(text, match.start(), match.start() + len(value)):
            continue
        take(value, match.start(), match.start() + len(value), False)
    return sorted(found, key=lambda each: each.start)


def _is_name(value: str) -> bool:
    return bool(re.fullmatch(r"(?:Mc|Mac|De|Le|La|Van|O)[A-Z][a-z]+", value)) or (
        value.endswith("th") and value[:-2].isdigit()
    )


def _is_date(text: str, start: int, end: int) -> bool:
    """A day that is compared by value; `версия 2.10.11` is none."""
    found = ISO.match(text, start) or DOTTED.match(text, start)
    if found is None or found.end() != end or calendar_day(found) is None:
        return False
    return found.re is ISO or len(found[4]) == 4 or not labelled(text, start, end)


def inflected(name: str, other: str) -> bool:
    """`Брама` and `Брамы`: Russian words in backticks take their endings with them."""
    words = [re.fullmatch(r"[а-яё]+", each.lower()) is not None for each in (name, other)]
    return all(words) and stem(fold(name)) == stem(fold(other))


def occurs(identifier: str, text: str) -> bool:
    """The identifier stands in the text as a whole: `--set` does not occur in `--set-string`."""
    return occurrence(identifier, text) is not None


def is_tail(name: str, known: list[Identifier], text: str) -> bool:
    """`burst` where the text names `gate/burst` too: the last step of a known path stands for the whole."""
    return any(each.text.endswith("/" + name) and occurs(each.text, text) for each in known)


def occurrence(identifier: str, text: str, start: int = 0) -> int | None:
    """Offset of the first whole occurrence at or after `start`, or None."""
    at = text.find(identifier, start)
    while at >= 0:
        end = at + len(identifier)
        if not _continues(identifier[0], text[at - 1 : at], text[max(0, at - 2) : at - 1], -1) and not _continues(
            identifier[-1], text[end : end + 1], text[end + 1 : end + 2], 1
        ):
            return at
        at = text.find(identifier, at + 1)
    return None


def _continues(edge: str, beside: str, beyond: str, direction: int) -> bool:
    """Does the character beside an identifier's edge make it part of a longer one?"""
    if not beside:
        return False
    if beside.isascii() and (beside.isalnum() or beside == "_"):
        return edge.isalnum() or edge in "_-./="
    if beside == "-" and edge.isalnum():  # `gzip-ом` is Russian inflection, `--set-string` is another flag
        return direction < 0 or (beyond.isascii() and beyond.isalnum())
    if direction < 0 and beside == "." and edge.isdigit() and beyond.isalpha():
        return False  # `п.5.2.1`
    if direction < 0:
        return (
            beside in "./\\@" and (edge.isalnum() or edge in "_.") and beside != edge and beyond.isalnum()
            if beside
            else False
        )
    if beside in "./\\@=":
        return bool(beyond) and beyond.isascii() and (beyond.isalnum() or beyond in "_*-")
    return False


ALIKE = str.maketrans("АВЕКМНОРСТХавекмнорстх", "ABEKMHOPCTXabekmhopctx")
CODE_LETTERS = re.compile(  # a run is looked at from its first letter only: a word of 20,000 letters takes no minute
    r"(?<![АВЕКМНОРСТХавекмнорстх])[АВЕКМНОРСТХавекмнорстх]++(?=-?\d)|(?<=\d)[АВЕКМНОРСТХ](?!\w)"
)
VERSION_MARK = re.compile(r"(?<![\w.=/-])[vV](?=\d+(?:\.\d+)+)")


def folded(text: str, code: bool) -> str:
    """What is alike in identifiers made equal: runs of blanks, `А4` in Russian and Latin letters, in prose v2.3.1 and 2.3.1."""
    text = CODE_LETTERS.sub(lambda m: m.group().translate(ALIKE), re.sub(r"\s+", " ", text))
    return text if code else VERSION_MARK.sub("", text)
