"""The rules of the persona score, one function each: `(Profile, View) -> violations`. Knows no persona by
name."""

from __future__ import annotations

import re
from collections.abc import Callable

from core.text import fold, language, sentences, stem, words
from style_adapter.score.address import forms
from style_adapter.score.emoji import smileys
from style_adapter.score.lexicon import LIVED_RU
from style_adapter.score.morph import Token, likely, parses, tokens
from style_adapter.score.nouns import Violation
from style_adapter.score.profile import (
    CLICHES,
    CONTRACTION,
    IDENTITY,
    LIVED_EN,
    LIVED_TURNS,
    PROFANE,
    Profile,
)
from style_adapter.score.spans import View

Rule = Callable[[Profile, View], list[Violation]]
WORDS_A_SENTENCE = 35  # a reply of longer sentences on average is long, whatever their number
LEAD = re.compile(r"\W*(?:(?:ну|о|ой|эй|а|и|да|well|oh|and|ah|why)\b\W*)?", re.I)
FRAME = 2  # sentences the persona may speak around facts that stand verbatim


def _at(view: View, rule: str, start: int, end: int, message: str) -> Violation:
    return Violation(rule, view.text[start:end], message, start, end)


def address(profile: Profile, view: View) -> list[Violation]:
    """ты or вы, by the morphology of pronouns, verbs and imperatives. `neutral` allows the imperative
    «нажмите» only."""
    wanted = profile.bible.address
    out = []
    for token, form, imperative in forms(view.words):
        if form == wanted or (wanted == "neutral" and form == "vy" and imperative):
            continue
        said = "ты" if form == "ty" else "вы"
        due = {"ty": "ты", "vy": "вы", "neutral": "neither"}[wanted]
        out.append(
            _at(
                view,
                "address",
                token.start,
                token.end,
                f"addresses the reader as «{said}», the bible says {due}",
            )
        )
    return out


def greetings(profile: Profile, view: View) -> list[Violation]:
    """A greeting opens a sentence and stands apart. Only the bible's own; once; and not again in
    mid-conversation."""
    found: list[tuple[Token, Token]] = []
    all_words = tokens(view.plain)
    at_start = {start for start, _ in sentences(view.plain)}
    for phrase, n in profile.greetings_all.find(all_words):
        first, last = all_words[n], all_words[n + len(phrase.words) - 1]
        if not any(start <= first.start and LEAD.fullmatch(view.plain[start : first.start]) for start in at_start):
            continue
        if [token.word for token in all_words[n : n + len(phrase.words)]] != list(phrase.words):
            continue
        if re.match(r"\s*(?:[,.!?…;:)—–-]|\n|$)|\s+(?:to )?(?:\w+[ ,]+){0,4}\w*[!.,…]", view.plain[last.end :]):
            found.append((first, last))
    own = set(profile.greetings_own)
    out = []
    for first, last in found:
        said = fold(" ".join(words(view.text[first.start : last.end])))
        if own and said not in own and not any(said == f"{greeting} to you" for greeting in own):
            due = ", ".join(profile.bible.speech.greetings)
            out.append(
                _at(
                    view,
                    "greetings",
                    first.start,
                    last.end,
                    f"greets with «{said}», the bible greets with: {due}",
                )
            )
    if len(found) > 1:
        first, last = found[-1]
        out.append(_at(view, "greets_again", first.start, last.end, "greets twice in one reply"))
    elif found and view.turn > 0 and not greets(profile, view.prompt):
        first, last = found[0]
        out.append(_at(view, "greets_again", first.start, last.end, "greets again in the middle of a conversation"))
    return out


def greets(profile: Profile, text: str) -> bool:
    """Whether a message opens with some greeting."""
    found = profile.greetings_all.find(tokens(text)[:6])
    return bool(found) and found[0][1] <= 1


def never(profile: Profile, view: View) -> list[Violation]:
    """Words the persona never says, in all their forms, quoted or not; a draft's own words carried over are
    facts."""
    out = []
    plain = tokens(view.plain)
    own = {token.start: n for n, token in enumerate(view.words)}
    for phrase, n in profile.never.find(plain):
        first, last = plain[n], plain[n + len(phrase.words) - 1]
        if any(start <= first.start < end for start, end in view.copied):
            continue
        if first.start in own and view.carried(own[first.start], len(phrase.words)):
            continue
        if view.draft and first.start not in own and fold(view.text[first.start : last.end]) in fold(view.draft):
            continue
        out.append(_at(view, "never", first.start, last.end, f"says «{phrase.text}», which it never does"))
    return out


def emoji(profile: Profile, view: View) -> list[Violation]:
    allowed = profile.bible.speech.emoji
    if allowed == "free":
        return []
    spans = [(a, b) for a, b in smileys(view.plain) if view.text[a:b] not in view.draft]
    spare = 1 if allowed == "rare" else 0
    message = "an emoji or smiley, which it never uses" if allowed == "never" else "more than one emoji in a reply"
    return [_at(view, "emoji", start, end, message) for start, end in spans[spare:]]


def length(profile: Profile, view: View) -> list[Violation]:
    """At most so many sentences; the expanded limit where the question touches its topics. Facts are never to
    be dropped for length: a draft with more sentences lifts the limit, and verbatim ones leave room for a
    word before and after."""
    limits = profile.bible.length
    expanded = limits.expanded is not None and on_topic(profile, view)
    limit = limits.expanded.max_sentences if expanded and limits.expanded else limits.default.max_sentences
    if view.draft:
        limit = max(limit, len(sentences(view.draft)))
        if len(view.copied) > 1:
            limit = max(limit, len(view.copied) + FRAME)
    spans = view.sentences
    if len(spans) > limit:
        start, end = spans[limit][0], spans[-1][1]
        return [_at(view, "length", start, end, f"{len(spans)} sentences, at most {limit} here")]
    count = len(tokens(view.plain))
    most = max(limit * WORDS_A_SENTENCE, round(len(view.draft_words) * 1.6))
    if count > most:
        start = tokens(view.plain)[most].start
        return [_at(view, "length", start, len(view.text), f"{count} words, too long for {limit} sentences")]
    return []


def on_topic(profile: Profile, view: View) -> bool:
    """Whether the exchange touches a topic on which the persona speaks at length."""
    stems = [stem(word) for word in words(" ".join((view.prompt, view.draft, view.text)))]
    return any(
        tuple(stems[at : at + len(topic)]) == topic
        for topic in profile.topics
        for at in range(len(stems) - len(topic) + 1)
    )


def favourites(profile: Profile, view: View) -> list[Violation]:
    """A favourite phrase once in a reply is manner, twice a tic."""
    seen: dict[str, int] = {}
    out = []
    for phrase, n in profile.favourites.find(view.words):
        seen[phrase.text] = seen.get(phrase.text, 0) + 1
        if seen[phrase.text] > 1:
            start, end = view.words[n].start, view.words[n + len(phrase.words) - 1].end
            out.append(_at(view, "favourite", start, end, f"«{phrase.text}» twice in one reply"))
    return out


def register(profile: Profile, view: View) -> list[Violation]:
    """Officialese is wrong in colloquial speech, slang and contractions in formal; neutral keeps from both
    slang and rudeness."""
    wanted, out = profile.bible.speech.register_, []
    if wanted == "colloquial":
        for phrase, n in profile.officialese.find(view.words):
            if not view.carried(n, len(phrase.words)):
                last = view.words[n + len(phrase.words) - 1]
                out.append(_at(view, "register", view.words[n].start, last.end, f"officialese: «{phrase.text}»"))
        out += [
            _at(view, "register", *hit.span(), "officialese")
            for rule in profile.officialese_patterns
            for hit in rule.finditer(view.own)
        ]
        return out
    liked = set(profile.greetings_own)
    for phrase, n in profile.slang.find(view.words):
        if phrase.text not in liked and not view.carried(n, len(phrase.words)):
            last = view.words[n + len(phrase.words) - 1]
            out.append(_at(view, "register", view.words[n].start, last.end, f"slang: «{phrase.text}»"))
    out += [_at(view, "register", *hit.span(), "rude") for rule in PROFANE for hit in rule.finditer(view.own)]
    if wanted == "formal":
        out += [_at(view, "register", *hit.span(), "a contraction") for hit in CONTRACTION.finditer(view.own)]
    return out


def speaks_language(profile: Profile, view: View) -> list[Violation]:
    """The bible's language (or the user's), no other alphabet, no word half in Cyrillic and half in Latin
    letters."""
    wanted = profile.bible.language
    if wanted == "user":
        wanted = language(view.prompt) if view.prompt.strip() else language(view.text)
    out = []
    known = fold(view.draft)
    for hit in re.finditer(r"(?<![\w-])(?=\w*[a-zA-Z])(?=\w*[а-яёА-ЯЁ])[a-zA-Zа-яёА-ЯЁ]+(?![\w-])", view.own):
        if fold(hit.group()) not in known:
            out.append(_at(view, "language", *hit.span(), "one word in two alphabets"))
    for hit in re.finditer(r"[^\W\d_a-zA-Zа-яёА-ЯЁ]{2,}", view.own):
        strange = [char for char in hit.group() if ord(char) > 0x24F and not 0x370 <= ord(char) <= 0x3FF]
        if len(strange) > 1 and hit.group() not in view.draft:
            out.append(_at(view, "language", *hit.span(), "another alphabet"))
    for start, end in view.sentences:
        own = view.own[start:end]
        said = [word for word in words(own) if word.isalpha() and word not in known]
        if len(said) >= 4 and language(" ".join(said)) != wanted:
            out.append(_at(view, "language", start, end, f"not in the bible's language ({wanted})"))
    return out


def never_claims(profile: Profile, view: View) -> list[Violation]:
    """No lived experience: first person with a verb of doing or witnessing, or a turn like «в моей практике»,
    "my crew"."""
    out = [
        _at(view, "never_claims", *hit.span(), "tells of experience it can't have")
        for rule in LIVED_TURNS
        for hit in rule.finditer(view.own)
    ]
    for hit in LIVED_EN.finditer(view.own):
        out.append(_at(view, "never_claims", *hit.span(), "tells of experience it can't have"))
    for n, token in enumerate(view.words):
        if token.word == "я":
            out += _lived(view, n)
    return out


def _lived(view: View, n: int) -> list[Violation]:
    """«я сам настраивал»: a past verb of the list within four words after «я» in the same clause, neither
    denied nor supposed."""
    start = view.words[n].start
    for token in view.words[n + 1 : n + 5]:
        between = view.own[start : token.start]
        if re.search(r"[.!?;:,\n—]", between):
            return []
        if token.word in {"не", "бы", "ни", "никогда"}:
            return []
        past = likely(token.word, frozenset({"VERB", "past", "sing"})) >= 0.5
        if past and any(fold(reading.normal_form) in LIVED_RU for reading in parses(token.word)):
            after = view.words[n + 1 :]
            if any(later.word in {"бы", "б"} for later in after[:6]):
                return []
            return [_at(view, "never_claims", start, token.end, "tells of experience it can't have")]
    return []


def identity(profile: Profile, view: View) -> list[Violation]:
    """ "As an AI language model": no character says that, unless its bible does."""
    return _patterns(profile, view, IDENTITY, "identity", "speaks as a language model, not as the character")


def cliche(profile: Profile, view: View) -> list[Violation]:
    """Service phrases of assistants."""
    return _patterns(profile, view, CLICHES, "cliche", "an assistant's cliché")


def _patterns(
    profile: Profile, view: View, rules: tuple[re.Pattern[str], ...], name: str, message: str
) -> list[Violation]:
    out = []
    for rule in rules:
        for hit in rule.finditer(view.own):
            if fold(hit.group()) not in profile.said:
                out.append(_at(view, name, *hit.span(), message))
    return out


def taboo(profile: Profile, view: View) -> list[Violation]:
    return [
        _at(view, "taboo", *hit.span(), message)
        for rule, message in profile.taboos
        for hit in rule.finditer(view.plain)
    ]


def repetition(profile: Profile, view: View) -> list[Violation]:
    """A text that runs in circles: the same four words thrice, or one word four times in a row."""
    here = tokens(view.plain)
    seen: dict[tuple[str, ...], int] = {}
    for n in range(len(here) - 3):
        four = tuple(token.word for token in here[n : n + 4])
        seen[four] = seen.get(four, 0) + 1
        if seen[four] > 2 or len(set(four)) == 1:
            return [_at(view, "repetition", here[n].start, here[n + 3].end, "repeats itself")]
    return []
