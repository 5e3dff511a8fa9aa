"""Plain and bookish words of English that mean the same in the same place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from style_adapter.restylers.ways.nouns import BOOKISH, Rule, group, one_way

_NEXT = r"(?=\s[a-z])"
_NOT_BE = r"(?<!was )(?<!were )(?<!been )(?<!has )(?<!have )(?<!had )(?<!be )(?<!is )(?<!are )(?<!being )"
_PLACE = r"(?=\s(?:in|at|on|near|within|outside|inside|next|along|between)\s)"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PAIRS = {  # short form: full form
    "isn't": "is not", "aren't": "are not", "wasn't": "was not", "weren't": "were not", "don't": "do not", "doesn't": "does not",
    "didn't": "did not", "can't": "cannot", "won't": "will not", "hasn't": "has not", "haven't": "have not",
    "wouldn't": "would not", "couldn't": "could not", "shouldn't": "should not",
}  # fmt: skip


def _short(full: str, short: str) -> list[Rule]:
    """«is not» as «isn't», where a word follows; «cannot» too."""
    return group(short, full, after=r"(?=\s(?!only\b|just\b|merely\b|necessarily\b)[a-z])")


def _more(match: re.Match[str]) -> Sequence[str]:
    """«must not exceed 40 mph» as «must not be more than 40 mph»; «exceeds 5» as «is more than 5»."""
    return ("be more than",) if match["it"].lower() == "exceed" else ("is more than",)


def _must(match: re.Match[str], plain: str, bookish: str) -> Sequence[str]:
    """«A lost book must be replaced» as «A lost book has to be replaced», «is to be replaced»: the subject's number is seen
    by how the sentence begins, and nothing is joined to it."""
    head = match.string[: match.start("it")]
    if re.search(r"\b(?:and|or|if|when|that|which|who|is|are|was|were|has|have|can|may)\b", head):
        return ()
    return (plain, f"{BOOKISH}{bookish}")


def _weekly(match: re.Match[str]) -> Sequence[str]:
    return (f"every {match['day']}",)


WORDS: tuple[Rule, ...] = (
    *[rule for short, full in _PAIRS.items() for rule in _short(full, short)],
    *group("it's", "it is", after=r"(?=\s(?:not|a|an|the|[a-z]+ed|[a-z]+ing|possible|also|called|known|now|only|best)\b)",
           before="^"),
    *group("don't forget", "remember", before="^", after=r"(?=\sthat\s)"),
    # purpose, cause, link
    Rule(re.compile(r"(?<=[a-z] )(?P<it>in order to)(?=\s[a-z]+)", re.I), lambda _: ("to", f"{BOOKISH}so as to")),
    *group("so that", "in order that", before=r"(?<=[a-z] )", after=r"(?=\s(?:the|it|they|you|an?|this)\b)"),
    *group("because of", "owing to", "on account of", before=r"(?<!is )(?<!are )(?<!was )(?<!were )(?<!mainly )(?<!partly )"),
    *group("though", "although", before="^", after=_NEXT),
    *group("though", "although", before=r"(?<=, )", after=_NEXT),
    *group("while", "whilst", before=r"(?<!a )(?<!long )(?<!short )", after=_NEXT),
    *group("among", "amongst", after=_NEXT),
    *group("on", "upon",
           after=r"(?=\s(?:arrival|request|receipt|completion|departure|delivery|payment|entry|arriving|leaving)\b)"),
    *group("besides", "in addition to", before="^", after=r"(?=\s(?:the|its|their|an?)\s)"),
    # how often, how soon
    *group("often", "frequently"),
    *group("usually", "ordinarily"),
    *group("sometimes", "at times", "on occasion", before=r"(?<!, )"),
    *group("almost", "nearly", before=r"(?<!not )", after=r"(?=\s(?:\d|all|every|half|twice|the|always|a)\b)"),
    *group("mainly", "chiefly", "primarily"),
    *group("mostly", "for the most part", before=r"(?<!, )"),
    *group("quickly", "rapidly"),
    *group("every year", "annually", before=r"(?<=[a-z] )", after=r"(?=[.,;]|\s¤)"),
    *group("every month", "monthly", before=r"(?<=[a-z] )", after=r"(?=[.,;]|\s¤)"),
    *group("every week", "weekly", before=r"(?<=[a-z] )", after=r"(?=[.,;]|\s¤)"),
    Rule(re.compile(rf"\b(?P<it>on (?P<day>{'|'.join(_DAYS)})s)(?=\s(?:at|from|until)\s\d|[.;]|\s¤)"), _weekly),
    *group("till", "until", after=r"(?=\s\d{1,2}[:.\s])"),
    *group("later", "subsequently", before=r"(?:(?<=was )|(?<=were )|(?<=and )|(?<=he )|(?<=she )|(?<=they )|(?<=it ))",
           after=r"(?=\s[a-z]+(?:ed|wn|en|ame|ilt|ld|ote|ook)\b)"),
    *group("later,", "subsequently,", before="^"),
    *group("straight away", "without delay", "forthwith", before=r"(?<!, )", after=r"(?=[.,;]|\s¤)"),
    *group("before", "prior to", after=r"(?=\s(?:departure|arrival|boarding|use|delivery|publication|[a-z]{3,}ing)\b)"),
    *one_way("at the present time", "at this point in time", by="now"),
    # amounts
    Rule(re.compile(r"(?:(?<=must not )|(?<=should not )|(?<=may not )|(?<=will not ))(?P<it>exceed)(?=\s[\d£$€])"), _more),
    Rule(re.compile(r"(?<=[a-z] )(?P<it>exceeds)(?=\s[\d£$€])"), _more),
    Rule(re.compile(r"(?<!not )(?P<it>is more than)(?=\s[\d£$€])"), lambda _: (f"{BOOKISH}exceeds",)),
    *group("at most", "no more than",
           before=r"(?:(?<=may borrow )|(?<=may take )|(?<=may carry )|(?<=may hold ))", after=r"(?=\s\d)",
           also=("up to",)),
    *group("many", "numerous", before=r"(?<!more )(?<!most )(?<!often )(?<!as )(?<!so )(?<!how )(?<!too )(?<!that )"
           r"(?<!not )(?<!very )(?<!the )(?<!these )(?<!a )"
           r"(?<!great )(?<!its )(?<!their )(?<!his )", after=r"(?=\s(?!of\b|more\b|other\b|such\b|times\b)[a-z]+s\b)"),
    *one_way("a large number of", "a great number of", by="many", after=r"(?=\s[a-z]+s\b)"),
    *group("most of", "the majority of", before=r"(?<!the )(?<!of )(?<!make )(?<!made )",
           after=r"(?=\s(?:the|these|those|its|their)\s(?:[A-Za-z]+\s)?[a-z]+[a-rt-z]s\b)"),
    *group("only", "solely", before=r"(?<!not )(?<!the )(?<!an )(?<!and )(?<!if )",
           after=r"(?=\s(?:by|in|for|through|from|with|on)\s)"),
    Rule(re.compile(r"(?<=[a-z] )(?P<it>of more than)(?=\s\d)"), lambda _: (f"{BOOKISH}in excess of",)),
    Rule(re.compile(r"(?<=[a-z] )(?P<it>in excess of)(?=\s\d)"), lambda _: ("of more than",)),
    *group("at least", "not less than", before=r"(?<!at )",
           after=r"(?=\s\d+\s(?:working\s|calendar\s)?(?:day|week|month|year|hour|minute)s?\b)"),
    *group("unless", "except where", before=r"(?:(?<=[a-z],\s)|(?<=[a-z]\s))", after=r"(?=\s(?:the|an?|another)\s)"),
    *group("except", "with the exception of", before=r"(?:(?<=s )|(?<=s, ))",
           after=r"(?=\s(?:the\s)?(?!for\b|on\b|in\b|where\b|if\b|when\b|that\b|with\b|by\b|to\b|as\b|from\b|at\b|during\b|after\b"
           r"|before\b|under\b|through\b|while\b|only\b|because\b|unless\b|until\b|the\b)[A-Za-z])"),
    # verbs and their company
    *group("kept", "retained", before=r"(?:(?<=is )|(?<=are ))", after=r"(?=\sfor\s(?:at least\s)?\d)"),
    *group("kept", "maintained", before=r"(?:(?<=is )|(?<=are )|(?<=be ))", after=r"(?=\s(?:between|at|below|above)\s-?−?\d)"),
    *group("built", "constructed", before=r"(?:(?<=was )|(?<=were )|(?<=been )|(?<=be ))"),
    *group("chosen", "selected", before=r"(?:(?<=was )|(?<=were )|(?<=been )|(?<=be )|(?<=is )|(?<=are ))"),
    *one_way("began", by="started", after=r"(?=\s(?:to|in|on|with|as|after|at|when)\b)"),
    Rule(re.compile(r"\b(?P<it>happens)(?=\s(?:in|at|on|when|during|every|after|before|once)\b|[.,;])"),
         lambda _: (f"{BOOKISH}occurs",)),
    Rule(re.compile(r"\b(?P<it>happened)(?=\s(?:in|at|on|when|during|every|after|before|once)\b|[.,;])"),
         lambda _: (f"{BOOKISH}occurred",)),
    *one_way("reside in", by="live in"),
    *one_way("resides in", by="lives in"),
    *one_way("resided in", by="lived in"),
    *one_way("utilise", "utilize", by="use"),
    *one_way("utilises", "utilizes", by="uses"),
    *one_way("utilised", "utilized", by="used", after=r"(?!\sto\b)"),
    *one_way("utilising", "utilizing", by="using"),
    *one_way("is able to", "has the ability to", by="can"),
    *one_way("are able to", "have the ability to", by="can"),
    *one_way("commences", by="starts"),
    *one_way("terminates", by="ends", after=r"(?=\s(?:on|at|in|when)\b)"),
    *group("located", "situated", after=_PLACE),
    *group("is made up of", "consists of", "is composed of"),
    *group("are made up of", "consist of", "are composed of"),
    *group("free of charge", "without charge", before=r"(?<!is )(?<!are )"),
    *one_way("for a period of", by="for", after=r"(?=\s\d)"),
    Rule(re.compile(r"(?:kept|held|retained|locked|stored|stays?|valid|open|closed|available|suspended|blocked)\s(?P<it>for)"
                    r"(?=\s\d+\s(?:second|minute|hour|day|week|month|year)s\b)"), lambda _: (f"{BOOKISH}for a period of",)),
    Rule(re.compile(r"^(?:An?|Each|Every)\s[^,;:()]*?(?P<it>must)(?=\s(?!not\b|only\b|never\b|always\b|also\b)[a-z]+\b)"),
         lambda match: _must(match, "has to", "is to")),
    Rule(re.compile(r"^The\s(?:(?![a-z]+s\s)[a-z]+\s)?(?!people|children|men|women|staff|police|feet|teeth)[a-z]+[a-rt-z]\s"
                    r"(?P<it>must)(?=\s(?!not\b|only\b|never\b|always\b|also\b)[a-z]+\b)"),
         lambda match: _must(match, "has to", "is to")),
    *group("is responsible for", "is answerable for"),
    *group("are responsible for", "are answerable for"),
    *group("enough", "sufficient", before=r"(?:(?<=is )|(?<=are )|(?<=have )|(?<=has )|(?<=with ))",
           after=r"(?=\s[a-z]+\b(?!\sto\b))"),
    *group("near", "close to", before=r"(?:(?<=is )|(?<=are )|(?<=was )|(?<=were ))", after=r"(?=\sthe\b)"),
    *group("with regard to", "concerning", before=r"(?<=[a-z] )", also=("with respect to",)),
)  # fmt: skip
