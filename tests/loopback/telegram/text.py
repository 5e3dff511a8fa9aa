"""Message text as Telegram sees it: UTF-16 lengths, entities and the HTML parse mode. Knows no chats.

`parse_mode` other than HTML is refused on purpose: model text must travel as entities.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

ENTITY_TYPES = frozenset(
    [
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
        "date_time",
    ]
)
MAX_ENTITIES = 100
_NEEDS = {
    "text_link": "url",
    "text_mention": "user",
    "custom_emoji": "custom_emoji_id",
    "date_time": "unix_time",
}
_QUOTES = frozenset({"blockquote", "expandable_blockquote"})
_VERBATIM = frozenset({"code", "pre"})
_HTML_TYPES = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "strike", "del"), "strikethrough"),
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)([^<>]*)>|<")
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_DETECTED = re.compile(
    r"(?P<bot_command>(?<![\w/])/[a-zA-Z0-9_]{1,64}(?:@\w+)?)|(?P<mention>(?<!\w)@\w{4,})|(?P<url>https?://\S+)"
)


class TextError(ValueError):
    """Text or entities that Telegram refuses."""


def utf16_len(text: str) -> int:
    """The length in UTF-16 code units, Telegram's measure."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf16_slice(text: str, offset: int, length: int) -> str:
    """The part at a UTF-16 offset; raises TextError where it would cut a surrogate pair."""
    raw = text.encode("utf-16-le", "surrogatepass")
    try:
        return raw[2 * offset : 2 * (offset + length)].decode("utf-16-le")
    except UnicodeDecodeError:
        raise TextError(f"offset {offset}, length {length} cuts a surrogate pair") from None


def entity_errors(text: str, entities: Sequence[dict[str, Any]]) -> list[str]:
    """Everything wrong with the entities of a text: bounds, kinds, what they need, how they nest."""
    errors, size = [], utf16_len(text)
    if len(entities) > MAX_ENTITIES:
        errors.append(f"{len(entities)} entities; Telegram drops those after {MAX_ENTITIES}")
    for i, entity in enumerate(entities):
        kind, offset, length = entity["type"], entity["offset"], entity["length"]
        if kind not in ENTITY_TYPES:
            errors.append(f"entity {i} has the unknown type {kind!r}")
        if offset < 0 or length <= 0 or offset + length > size:
            errors.append(f"entity {i} ({kind}) {offset}+{length} is outside the text of {size} units")
            continue
        try:
            utf16_slice(text, offset, length)
        except TextError as error:
            errors.append(f"entity {i} ({kind}): {error}")
        if kind in _NEEDS and _NEEDS[kind] not in entity:
            errors.append(f"entity {i} ({kind}) lacks {_NEEDS[kind]}")
    return errors + _nesting_errors(entities)


def _nesting_errors(entities: Sequence[dict[str, Any]]) -> list[str]:
    errors = []
    ordered = sorted(entities, key=lambda e: (e["offset"], -e["length"]))
    for i, outer in enumerate(ordered):
        end = outer["offset"] + outer["length"]
        for inner in ordered[i + 1 :]:
            if inner["offset"] >= end:
                break
            kinds = f"{outer['type']} and {inner['type']} at {inner['offset']}"
            if inner["offset"] + inner["length"] > end:
                errors.append(f"{kinds} overlap without nesting")
            elif {outer["type"], inner["type"]} <= _QUOTES:
                errors.append(f"{kinds}: block quotes can't be nested")
            elif outer["type"] in _VERBATIM and not (inner["type"] in _QUOTES and inner["length"] == outer["length"]):
                errors.append(f"{kinds}: code can't contain other entities")
    return errors


def trim(text: str, entities: Sequence[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    """Without the white space around it, as Telegram stores it; entities move along."""
    lead = utf16_len(text) - utf16_len(text.lstrip())
    clean = text.strip()
    size, kept = utf16_len(clean), []
    for entity in entities:
        start = max(0, entity["offset"] - lead)
        end = min(size, entity["offset"] - lead + entity["length"])
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return clean, kept


def detect(text: str) -> list[dict[str, Any]]:
    """The commands, mentions and URLs that Telegram marks by itself in what people write."""
    return [
        {
            "type": match.lastgroup,
            "offset": utf16_len(text[: match.start()]),
            "length": utf16_len(match[0]),
        }
        for match in _DETECTED.finditer(text)
    ]


def parse_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    """Text and entities of Telegram's HTML; raises TextError as Telegram does."""
    text, position = "", 0
    stack: list[tuple[str, dict[str, Any] | None]] = []
    entities: list[dict[str, Any]] = []
    for match in _TAG.finditer(source):
        text += html.unescape(source[position : match.start()])
        position = match.end()
        closing, tag, attributes = match[1], (match[2] or "").lower(), match[3] or ""
        if tag not in _HTML_TYPES:
            raise TextError(f'Unsupported start tag "{tag}" at byte offset {len(source[: match.start()].encode())}')
        if not closing:
            stack.append((tag, _html_entity(tag, attributes, text, stack)))
            continue
        if not stack or stack[-1][0] != tag:
            raise TextError(f'Unmatched end tag at byte offset {len(source[: match.start()].encode())}, "{tag}"')
        entity = stack.pop()[1]
        if entity is not None:
            entity["length"] = utf16_len(text) - entity["offset"]
            if entity["length"]:
                entities.append(entity)
    if stack:
        raise TextError(f'Can\'t find end tag corresponding to start tag "{stack[-1][0]}"')
    text += html.unescape(source[position:])
    return text, sorted(entities, key=lambda e: (e["offset"], -e["length"]))


def _html_entity(
    tag: str, raw: str, text: str, stack: Sequence[tuple[str, dict[str, Any] | None]]
) -> dict[str, Any] | None:
    attributes = {m[1].lower(): html.unescape(m[2] or m[3] or "") for m in _ATTRIBUTE.finditer(raw)}
    entity: dict[str, Any] = {"type": _HTML_TYPES[tag], "offset": utf16_len(text)}
    if tag == "code" and stack and stack[-1][0] == "pre" and stack[-1][1] is not None:
        if attributes.get("class", "").startswith("language-"):
            stack[-1][1]["language"] = attributes["class"].removeprefix("language-")
        return None
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise TextError('Tag "span" must have class "tg-spoiler"')
    if tag == "blockquote" and "expandable" in raw:
        entity["type"] = "expandable_blockquote"
    if tag == "a":
        entity["url"] = attributes.get("href", "")
        return entity if entity["url"] else None
    if tag == "tg-emoji":
        entity["custom_emoji_id"] = attributes.get("emoji-id", "")
    return entity
