"""Answers, sources and traces as texts with entities and buttons. Nothing is ever parsed as markup by Telegram: entities are
built here, so `< > & _ *` stay what they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bot.telegram.split import split, units
from retrieval.draft import UNCITED

if TYPE_CHECKING:
    from aiogram.utils.formatting import Text

Json = dict[str, Any]
Rendered = tuple[str, list[Json]]
Buttons = tuple[tuple[tuple[str, str], ...], ...]

CODE = re.compile(r"```[^\n`]*\n(?P<block>.*?)\n?```|`(?P<inline>[^`\n]+)`", re.DOTALL)
HEADING = re.compile(r"^#{1,6} +(?P<title>.+?)(?= \[\d+\]|$)", re.MULTILINE)
LABEL = 24  # characters of a source button
A_ROW = 3
PASSAGES_SHOWN = 5
QUOTE_SHOWN = 3000


def plain(*nodes: Any) -> Rendered:
    """Nodes of aiogram's formatting as text and Bot API entities."""
    from aiogram.utils.formatting import Text as Root

    text, entities = Root(*nodes).render()
    return text, [entity.model_dump(exclude_none=True, mode="json") for entity in entities]


def marked(text: str) -> Text:
    """Light Markdown (fences, backticks, headings) as formatting nodes; all else stays as it is written."""
    from aiogram.utils.formatting import Code, Pre
    from aiogram.utils.formatting import Text as Root

    nodes: list[Any] = []
    at = 0
    for match in CODE.finditer(text):
        nodes += _headed(text[at : match.start()])
        nodes.append(Pre(match["block"]) if match["block"] else Code(match["inline"]) if match["inline"] else match[0])
        at = match.end()
    nodes += _headed(text[at:])
    return Root(*nodes)


def _headed(text: str) -> list[Any]:
    from aiogram.utils.formatting import Bold

    nodes: list[Any] = []
    at = 0
    for match in HEADING.finditer(text):
        nodes += [text[at : match.start()], Bold(match["title"])]
        at = match.end()
    return [*nodes, text[at:]]


def answer_parts(answer: Json, note: str = "") -> list[Rendered]:
    """An answer as messages."""
    from aiogram.utils.formatting import Italic
    from aiogram.utils.formatting import Text as Root

    body = marked(answer["text"])
    return split(*plain(Root(body, "\n\n", Italic(note)) if note else body))


def answer_buttons(answer: Json) -> Buttons:
    """A button for each source, then the thumbs."""
    ident = answer["id"]
    sources = [(_label(source), f"s:{ident}:{source['n']}") for source in answer["sources"][:24]]
    rows = [tuple(sources[start : start + A_ROW]) for start in range(0, len(sources), A_ROW)]
    thumbs = (("👍", f"f:{ident}:1"), ("👎", f"f:{ident}:-1"))
    return (*rows, thumbs)


def _label(source: Json) -> str:
    title = " ".join((source["title"] or source["source"].rsplit("/", 1)[-1]).split())
    return f"[{source['n']}] " + (title if len(title) <= LABEL else title[: LABEL - 1].rstrip() + "…")


def source_block(source: Json) -> Text:
    """A source as its place and its quote, folded where it is long."""
    from aiogram.utils.formatting import Bold, ExpandableBlockQuote
    from aiogram.utils.formatting import Text as Root

    title = source["title"] or source["source"].rsplit("/", 1)[-1]
    place = [heading for heading in dict.fromkeys(source["headings"]) if heading != title]
    quote = source["quote"].strip()
    if units(quote) > QUOTE_SHOWN:
        quote = quote[:QUOTE_SHOWN].rsplit(" ", 1)[0] + " …"
    where = " › ".join(place)
    return Root(Bold(f"[{source['n']}] {title}"), f"\n{where}" if where else "", "\n", ExpandableBlockQuote(quote))


def sources_parts(sources: Sequence[Json]) -> list[Rendered]:
    """Every source of an answer, whole."""
    from aiogram.utils.formatting import as_list

    return split(*plain(as_list(*(source_block(source) for source in sources), sep="\n\n")))


def trace_parts(trace: Json, words: Json) -> list[Rendered]:
    """How an answer came to be, for /why. `words` are the names of the rows in the person's language."""
    from aiogram.utils.formatting import Bold, Code, ExpandableBlockQuote, as_key_value, as_list

    rows: list[Any] = [
        Bold(words["title"]),
        as_key_value(words["rung"], words.get(f"rung_{trace['status']}", trace["status"])),
        as_key_value(words["persona"], trace["persona"] or words["nobody"]),
        as_key_value(words["model"], trace["model"] or words["extractive"]),
        as_key_value(words["confidence"], f"{trace['confidence']:.2f}"),
    ]
    if trace["query"] != trace["question"]:
        rows.append(as_key_value(words["query"], trace["query"]))
    rows.append(as_key_value(words["draft"], ExpandableBlockQuote(trace["draft"])))
    for passage in trace["passages"][:PASSAGES_SHOWN]:
        place = " › ".join(dict.fromkeys((passage["title"], *passage["headings"])))
        rows.append(as_list(f"{passage['score']:.2f}  {place}"))
    reasons = trace["guard"]["reasons"]
    rows.append(as_key_value(words["guard"], words["guard_kept"] if not reasons else words["guard_found"]))
    for reason in reasons[:5]:
        spots = " → ".join(f"«{spot}»" for spot in (reason["draft"], reason["styled"]) if spot)
        rows.append(f"· {words['slip_' + reason['kind']]}: {spots}")
    if trace["note"]:
        rows.append(as_key_value(words["note"], words[_note(trace["note"])]))
    times = ", ".join(f"{words['stage_' + stage]} {seconds * 1000:.0f}" for stage, seconds in trace["timings"].items())
    rows.append(as_key_value(words["times"], Code(times)))
    return split(*plain(as_list(*rows)))


def _note(note: str) -> str:
    """The word for why an answer is not the first choice: the draft's reasons begin with LLM, all others are the restyler's."""
    if not note.startswith("LLM"):
        return "note_voice"
    return "note_citations" if note == UNCITED else "note_llm"
