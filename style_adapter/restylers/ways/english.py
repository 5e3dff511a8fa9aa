"""Ways of English: modal verbs, formal and plain words, the place of a condition or a purpose."""

from __future__ import annotations

import re

from style_adapter.restylers.ways.english_order import HELD_TEXT, orders
from style_adapter.restylers.ways.english_words import WORDS
from style_adapter.restylers.ways.nouns import BOOKISH, Place, Rule, found, group, masked

__all__ = ["orders", "places"]


def places(sentence: str) -> list[Place]:
    return found(sentence, masked(sentence, HELD_TEXT), _RULES)


def _forms(*lines: str) -> list[Rule]:
    """Lines of forms, one column a verb: each form may be said as the others in its place."""
    rules = []
    for line in lines:
        columns = [verb.split("/") for verb in line.split()]
        for row in zip(*columns, strict=True):
            rules += group(*(form.replace("_", " ") for form in row))
    return rules


_NEXT_VERB = r"(?=\s[a-z]+)"
_RULES: tuple[Rule, ...] = (
    *group("note that", "please note that", "kindly note that", before="^"),
    *group("cannot", casual=True, also=("can not",)),
    *group("you can", "you may", after=r"(?!\s(?:not|only|also be|be)\b)"),
    *group("can be", "may be", before=r"(?<!it )(?<!there )", after=r"(?=\s(?:[a-z]+ed|set|run|found|made|kept)\b)"),
    *group("must not", casual=True, also=("mustn't", "is not allowed to", "are not allowed to")),
    *WORDS,
    *group("it is", casual=True, also=("it's",)),
    *group("so as to", "in order to", before=r"(?<=[a-z] )", after=_NEXT_VERB),
    *group("at least", "not less than", "no fewer than", before=r"(?<!at )", after=r"(?=\s\d+\s[a-z]+s\b)"),
    *group("at most", "not more than", "no more than", after=r"(?=\s\d)"),
    *group("over", "more than", casual=True, also=("above",), before=r"(?<!no )(?<!not )", after=r"(?=\s\d)"),
    *group("under", "less than", casual=True, also=("below",), before=r"(?<!no )(?<!not )", after=r"(?=\s\d)"),
    *group("about", "approximately", casual=True, also=("roughly",), after=r"(?=\s\d)"),
    *group("because", "as", "since", before=r"(?<=, )", after=r"(?=\s(?:the|it|they|this|an?)\b)"),
    *group("so", "therefore", before=r"(?<=; )", after=r"(?=\s(?:the|it|they|this|a|an|you)\b)"),
    *group("however,", casual=True, also=("but",), before="^", after=r"(?=\s)"),
    *group("but", "yet", before=r"(?<=, )", after=r"(?=\s(?:the|it|they|a|an|no)\b)"),
    *group("for example", "for instance"),
    *group("allowed", "permitted", before=r"(?<!not )"),
    *group("not allowed", "not permitted"),
    *group("mandatory", "compulsory"),
    *group("except", "save", after=r"(?=\s(?:on|in|for|where|with|by|when)\b)"),
    *group("takes effect", "comes into force"),
    *group("is valid for", "holds good for"),
    *group("in case of", "in the event of"),
    *group("during", "in the course of", after=r"(?=\s(?:the|an?|lessons|work|tests?)\b)"),
    *group("turned off", "switched off"),
    *group("turned on", "switched on"),
    *group("as well as", "and also", before=r"(?<=[a-z] )"),
    *group("no sooner than", "no earlier than"),
    *group("a", "per", before=r"(?<=[a-z] )", after=r"(?=\s(?:day|week|month|year)\b)"),
    *group("that is,", casual=True, also=("i.e.,", "i.e.")),
    *group("later on", "afterwards", casual=True, also=("after that",), before="(?<!,)", after=r"(?=[.,])"),
    *group("straight away", "immediately", "at once", before=r"(?<!all )"),
    *group("every day", "daily", before=r"(?<=[a-z] )", after=r"(?=[.,;]| at\b)"),
    *group("every", "each", before=r"(?<!of )(?<!for )", after=r"(?=\s(?:time|day|week|month|hour|user|file|request)\b)"),
    *group("before", "prior to", after=r"(?=\s(?:the|a|an|each|any|your)\s[a-z]+(?:[.,]|$))"),
    *group("by hand", "manually"),
    *group("if", casual=True, also=("in the event that", "provided that"), after=r"(?=\s(?:the|an?|it|you|no)\b)"),
    *group("using", "by means of", before=r"(?<=ed )"),
    *group("besides,", "in addition,", "moreover,", casual=True, also=("additionally,",), before="^"),
    *group("thus", "therefore", before="^", after=r"(?=[,\s])"),
    *group("now", "at present", casual=True, also=("currently", "at the moment"), before=r"(?<=is )"),
    *_forms(
        "show/shows/shown/showing display/displays/displayed/displaying",
        "start/starts begin/begins",
        "let_you/lets_you allow_you_to/allows_you_to permit_you_to/permits_you_to",
        "obtain/obtains/obtained get/gets/got",
        "buy/buys/bought purchase/purchases/purchased",
        "finish/finishes/finished complete/completes/completed",
        "ask_for/asks_for/asked_for request/requests/requested",
        "needs/needed requires/required",
        "try_to/tries_to/tried_to attempt_to/attempts_to/attempted_to",
        "tell/tells/told inform/informs/informed",
        "help/helps/helped assist/assists/assisted",
    ),
    Rule(re.compile(r"^(?P<it>Use|Run|Set|Add|Check|Open|Remove|Enter|Press|Turn|Keep|Wait|Send|Put|Write|Choose|Do not)(?=\s)"),
         lambda match: (f"{BOOKISH}Kindly {match['it'].lower()}", f"{BOOKISH}Please {match['it'].lower()}")),
)  # fmt: skip
