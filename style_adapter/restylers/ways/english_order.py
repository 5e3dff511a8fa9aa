"""Other orders of an English sentence: the place of a condition, a purpose or a time; one sentence as two."""

from __future__ import annotations

import re

from style_adapter.restylers.ways.nouns import CODE, masked

HELD_TEXT = (
    rf"{CODE}|\"[^\"\n]*\"|“[^”\n]*”|(?<![\w-])--?[A-Za-z][!-~]*"
    r"|[!-~]*[0-9_/\\][!-~]*[A-Za-z][!-~]*|[A-Za-z]+[A-Z][A-Za-z]*"
)
_POINTING = re.compile(
    r"\b(?:it|its|they|them|their|he|his|him|she|her|this|that|these|those|such|there|then|otherwise|latter|former|one|ones|so"
    r"|itself|themselves|too|also|other|others|another|same)\b",
    re.I,
)
_BOUND = re.compile(  # a conjunction after these words belongs to them
    r"\b(?:only|even|not|just|except|and|or|but|as|than|check|see|tell|days?|hours?|minutes?|weeks?|months?|long|soon|right"
    r"|immediately|shortly|the)$"
)
_VERBS = frozenset(
    """is are was were be been being has have had do does did can could may might must shall should will would need needs
    use uses used run runs set sets show shows make makes take takes give gives get gets keep keeps let lets work works
    require requires allow allows contain contains return returns start starts stop stops write writes read reads""".split()
)


_FINITE = frozenset(
    """is are was were has have had can could may might must shall will would does do did should cannot became began closes opens
    starts ends costs needs applies includes contains allows requires provides covers takes makes gives keeps runs works
    remains lasts lies stands means shows uses holds""".split()
)
_OPENS = re.compile(  # a clause that what follows may still belong to
    r"\b(?:if|when|unless|while|whilst|because|since|although|though|that|which|who|whom|whose|where|what|how|why|whether"
    r"|until|till|before|after|as|not only|either|neither|both|so|than|said|says|argued|claimed|found|concluded|provided|once"
    r"|whereas)\b",
    re.I,
)
_HANGS = re.compile(
    r"\b(?:if|when|unless|except|provided|until|while|where|only|in case|although|because|respectively)\b", re.I
)
_UNIT = r"(?:second|minute|hour|day|week|month|year|mile|kilometre|km|attempt|failure|use|working day|overhaul)s?"
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_WHEN = (
    rf"(?:[Ee]very \d[\d,]* {_UNIT}|[Aa]fter \d[\d,]* (?:[a-z]+ )?{_UNIT}|[Ii]n (?:the (?:early|late|mid) )?\d{{4}}"
    rf"|[Ii]n (?:{_MONTH} )?\d{{4}}|[Oo]n \d{{1,2}} {_MONTH} \d{{4}})"
)


def orders(sentence: str) -> list[str]:
    """«If A, B» as «B if A» and the other way; the same for a purpose or a time. «A; B» and «A, but B» as two sentences."""
    end = re.search(r"\s*(?:\[\d{1,3}\]\s*)*[.!]?\s*$", sentence)
    tail = sentence[end.start() :] if end else ""
    core = sentence[: len(sentence) - len(tail)]
    mask = masked(core, HELD_TEXT)
    return [
        *_turned(core, mask, tail),
        *_timed(core, mask, tail),
        *_default(core, mask, tail),
        *_apart(core, mask, tail),
    ]


def _says(text: str) -> bool:
    return bool(_FINITE.intersection(re.findall(r"[a-z]+", text.lower())))


def _timed(core: str, mask: str, tail: str) -> list[str]:
    """«In 1884 the wing was built» as «The wing was built in 1884» and the other way: one clause, no commas."""
    if re.search(r"[;:()—–,]|\. |\b(?:or|but|not|no|only|never)\b", mask[4:]) or _OPENS.search(mask[5:]):
        return []
    if re.search(r"\band\b", mask) and (
        sum(word in _FINITE for word in mask.split()) != 1 or not mask.startswith("Every ")
    ):
        return []
    front = re.match(rf"(?P<when>{_WHEN})(?:,)? (?P<rest>[a-zA-Z].*)$", mask)
    if (
        front
        and _says(front["rest"])
        and not re.search(r"\b(?:in|on|from|by|until) (?:[A-Z]\w+ )?\d{4}\b", front["rest"])
    ):
        rest = core[front.start("rest") :]
        if not re.search(r"^(?:and|or|but|until|is|are|was|were)\b|\bto [a-z]+", rest):
            return [f"{rest[:1].upper()}{rest[1:]} {front['when'][:1].lower()}{front['when'][1:]}{tail}"]
    back = re.match(rf"(?P<rest>.+?) (?P<when>{_WHEN})$", mask)
    bound = r"\d|\b(?:of|from|as|early|late|back|since|until|by|least|most|held|born)$"
    if back and _says(back["rest"]) and _lower(back["rest"]) != back["rest"] and not re.search(bound, back["rest"]):
        if re.match(r"[Ii]n|[Oo]n", back["when"]) and not re.search(
            r"\b(?:was|were) (?:\w+ly )?(?:\w+ed|built|made|held|won|found|begun)$", back["rest"]
        ):
            return []  # «the prize for work in 1884», «staff hired in 2020»: of the prize, of all that is said?
        rest = core[: back.end("rest")]
        return [f"{back['when'][:1].upper()}{back['when'][1:]}, {_lower(rest)}{tail}"]
    return []


_ASKS = re.compile(
    r"\b(?:ask(?:s|ed)?|told|tells?|knows?|shows?|shown|checks?|checked|sees?|decides?|determines?|says?|indicates?|specif\w+|sure|reports?)"
    r"(?: [a-z]+)?$"
)


def _default(core: str, mask: str, tail: str) -> list[str]:
    """«The default timeout is 600 seconds» as «The timeout is 600 seconds by default»."""
    found = re.match(r"The default (?P<what>[^,;:()—–]+?) is (?P<value>[\d¤][^,;:()—–]*)$", mask)
    if not found or re.search(r"\b(?:and|or|but|by|for|if|when|that|which)\b", found["what"] + " " + found["value"]):
        return []
    return [f"The {core[found.start('what') :]} by default{tail}"]


def _apart(core: str, mask: str, tail: str) -> list[str]:
    """«A, but B [1].» as «A [1]. But B [1].»; «A and the B is …» as «A [1]. The B is … [1].»."""
    if re.search(r"[;:()—–]|\. ", mask):
        return []
    subject = r"(?:the|an?|it|they|he|she|we|you|this|these|each|every|all|no|its|their|his|[A-Z]\w+)"
    for found in re.finditer(rf"(?P<link>, (?:but|so|and|yet) | and (?=(?:the|each|every|all) ))(?={subject}\b)", mask):
        first, rest = mask[: found.start()], mask[found.end() :]
        word = found["link"].strip(", ")
        if _OPENS.search(first) or _HANGS.search(rest) or min(len(first.split()), len(rest.split())) < 3:
            continue
        if "," in first or re.match(
            r"(?:In|On|At|For|With|By|From|During|Under|To|Every|Per|Without|Between)\b", first
        ):
            continue  # what stands first, or in a list, may be of both
        near = re.split(r",| and | or ", rest)[0]
        verb = _FINITE.intersection(near.lower().split()[1:5])
        if not _says(first) or not verb or (re.search(r"\bnot\b", first) and word != "and"):
            continue
        if "," not in found["link"] and (not _next_is_verb(near) or re.search(r"\bbetween\b", first)):
            continue
        second = core[found.end() :]
        said = f"{second[:1].upper()}{second[1:]}" if word == "and" else f"{word.capitalize()} {second}"
        return [f"{core[: found.start()]}{tail.rstrip('.! ')}. {said}{tail}"]
    return []


def _next_is_verb(text: str) -> bool:
    """«the gate closes …»: an article, a word or two, then a verb."""
    words = text.split()
    return any(word in _FINITE for word in words[2:4])


def _turned(core: str, mask: str, tail: str) -> list[str]:
    """«If A, B» as «B if A» and the other way; the same for a purpose."""
    if re.search(r"[;:()—–]|\. ", mask):
        return _split(core, mask, tail)
    front = re.match(r"(?P<word>If|When|Unless|To|Before|After) (?P<first>[^,]+), (?:then )?(?P<rest>[^,]+)$", mask)
    if front:
        first, rest = core[front.start("first") : front.end("first")], core[front.start("rest") : front.end("rest")]
        if _fit(first, rest) and not re.match(r"(?:and|or|but|not|only)\b", rest):
            return [f"{rest[:1].upper()}{rest[1:]} {front['word'].lower()} {first}{tail}"]
        return []
    back = re.match(r"(?P<rest>[^,]+?),? (?P<word>if|when|unless|before|after) (?P<first>[^,]+)$", mask)
    if back and back["word"] in ("if", "when") and _ASKS.search(back["rest"]):
        return []  # «is asked if the file is kept»: no condition
    if back and not _BOUND.search(back["rest"]):
        first, rest = core[back.start("first") : back.end("first")], core[back.start("rest") : back.end("rest")]
        if _fit(first, rest) and _lower(rest) != rest:
            return [f"{back['word'].capitalize()} {first}, {_lower(rest)}{tail}"]
    return []


def _split(core: str, mask: str, tail: str) -> list[str]:
    """«A; b [1].» as «A [1]. B [1].»."""
    parts = mask.split(";")
    if len(parts) != 2 or re.search(r"[:(]", mask) or any(len(part.split()) < 4 for part in parts):
        return []
    if any(not _VERBS.intersection(re.findall(r"[a-z]+", part)) for part in parts):
        return []
    first, second = core[: len(parts[0])].rstrip(), core[len(parts[0]) + 1 :].lstrip()
    return [f"{first}{tail.rstrip('.! ')}. {second[:1].upper()}{second[1:]}{tail}"] if second[:1].isalpha() else []


def _fit(*texts: str) -> bool:
    return all(len(text.split()) > 2 and not _POINTING.search(text) for text in texts) and any(
        word.lower() in _VERBS for word in re.findall(r"[A-Za-z]+", " ".join(texts))
    )


def _lower(text: str) -> str:
    word = re.match(r"(?:The|A|An|You|Your|Each|Every|All|No|Any|In|On|At|For|Use|Run|Set|Do|Never|Always)\b", text)
    return text[0].lower() + text[1:] if word else text
