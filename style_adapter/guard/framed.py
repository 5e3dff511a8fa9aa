"""The framed rung: fact sentences stand verbatim, and the persona's own sentences around them are proved to state no fact.
Knows no model but the word vectors."""

from __future__ import annotations

import re

from core.nouns import Reason
from style_adapter.guard.facts import analyse
from style_adapter.guard.messages import reason
from style_adapter.guard.persona import FIRST, PAST_EN, TALK
from style_adapter.guard.segments import sentence_spans
from style_adapter.guard.words import Reading, read

FACTUAL = re.compile(
    r"(?<!\w)(?:потому что|поскольку|так как|из-за|благодаря|согласно|начиная с|вследствие|в результате|нельзя|"
    r"запрещено|разрешено|обязательно|необходимо|"
    r"because|due to|according to|since|as a result|must|forbidden|allowed|required|mandatory)(?!\w)"
)
# What says of the facts themselves that they don't hold (any more): no remark, whatever else it names.
DENIED = re.compile(
    r"(?<!\w)(?:неправд\w*|не правда|врань\w+|вр[уе]т|лож\w*|выдум\w+|чуш\w*|бред\w*|миф\w*|не верь\w*|не вер[ия]\w*|ошиба\w+|"
    r"ошибк\w+|неверн\w+|не так|наоборот|устаре\w+|отмен\w+|измени(?:л|т)\w*|раньше|прежде|уже не\w*|больше не|якобы|будто|"
    r"(?:not|isn't|is not|ain't|never) true|untrue|false\w*|lies?|lied|lying|myth|nonsense|wrong|don't believe|do not believe|"
    r"mistaken|outdated|obsolete|no longer|cancell?ed|used to be|abolished|the opposite|supposedly|allegedly)(?!\w)"
)


def own_sentences(text: str, draft: str) -> list[str]:
    """What is left of a framed text when the draft's sentences are taken out, longest first."""
    rest = text
    pieces = sorted((draft[s:e] for s, e in sentence_spans(draft)), key=len, reverse=True)
    for piece in pieces:
        rest = rest.replace(piece, "\n", 1)
    return [rest[s:e] for s, e in sentence_spans(rest) if re.search(r"\w", rest[s:e])]


def joined(text: str, draft: str) -> list[str]:
    """What stands before a draft sentence in one sentence with it («не верьте, будто …»): it may turn its sense."""
    found: list[str] = []
    for start, end in sentence_spans(draft):
        at = text.find(draft[start:end])
        before = text[: max(at, 0)].rstrip(" ")
        if before and (before[-1].isalnum() or before[-1] in ",;("):
            found.append(before[sentence_spans(before)[-1][0] :])
    return found


def missing_sentences(text: str, draft: str) -> list[str]:
    """Draft sentences that do not stand verbatim in the framed text."""
    return [draft[s:e] for s, e in sentence_spans(draft) if draft[s:e] not in text]


def facts_in(sentence: str, draft: Reading) -> list[Reason]:
    """Why one own sentence is not mere colour: a number, date, identifier, citation, name, rule, or a statement "
    "about the subject."""
    facts = analyse(sentence)
    reading = read(sentence, facts)
    found: list[Reason] = []

    def say(kind: str, spot: str) -> None:
        found.append(reason(kind, "", spot, draft.text))

    for identifier in facts.identifiers:
        say("identifier", identifier.text)
    for segment in facts.segments:
        if segment.cites:
            say("citation", sentence[segment.end : segment.after])
    for value in facts.values:
        idiom = any(s <= value.start < e for s, e in facts.idioms)
        counted = value.form == "word" and value.unit is not None and value.unit.dimension != "times"
        if not idiom and (value.form == "digits" or counted):
            say("number", value.text)
    for moment in facts.moments:
        if moment.key[0] in ("day", "clock", "month", "weekday", "bc"):
            say("date", moment.text)
    names = {w.lemma for w in draft.words if w.name}
    for word in reading.words:
        if word.name and word.lemma not in names and len(word.text) > 2 and not sentence.isupper():
            say("added_claim", word.text)
    subject = {w.lemma for w in draft.words if w.content and w.form.pos in ("noun", "adj")}
    shared = [w for w in reading.words if w.content and w.lemma in subject]
    talk = sentence.rstrip().endswith("?")
    if denied := DENIED.search(reading.folded):
        say("added_claim", sentence[denied.start() : denied.end()])
    if FIRST.search(reading.folded) and shared and not talk and _past(reading):
        say("autobiography", sentence)
    elif not talk and (len({w.lemma for w in shared}) >= 3 or (shared and FACTUAL.search(reading.folded))):
        say("added_claim", sentence)
    return found


def _past(reading: Reading) -> bool:
    return (
        any(w.form.past and not TALK.match(w.low) for w in reading.words)
        or PAST_EN.search(" " + reading.folded) is not None
    )
