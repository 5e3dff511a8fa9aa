"""What chat logs leave behind in a reply: one-word noise, file names, timestamps, names of speakers, slips of
the keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.text import fold, words
from style_adapter.score.lexicon import word_set
from style_adapter.score.morph import parses
from style_adapter.score.spans import CODE

NOISE = word_set("""
    а ага ах ахах ахаха да э эм мм ммм угу ок окей оке норм нормально ну хз хм лол кек збс пон понял
    ясно ладно пасиб спс плз нет не неа че чо k ok okay lol kk yep yes no nah hm hmm thx ty pls idk brb
""")
_RULES: tuple[tuple[str, str], ...] = (
    (
        "a file name",
        r"(?<![\w/.])[\w-]+\.(?:pdf|docx?|xlsx?|pptx?|txt|csv|png|jpe?g|"
        r"gif|webp|mp[34]|ogg|zip|rar|exe|apk|log)\b(?!/)",
    ),
    (
        "a timestamp",
        r"\[?\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4},? \d{1,2}:\d{2}(?::\d{2})?\b\]?|"
        r"\[\d{1,2}:\d{2}(?::\d{2})?\]|\b\d{1,2}:\d{2}:\d{2}\b",
    ),
    (
        "a chat export's mark",
        r"<(?:media|файл|image|video|photo|sticker)[^>]*>|\b(?:forwarded from|переслано от|in "
        r"reply to|в ответ на)\b|пропущенный звонок",
    ),
    (
        "a speaker's name before the text",
        r"^(?:user|assistant|human|ai|bot|q|a|пользователь|ассистент|бот|вопрос|ответ):\s",
    ),
    ("a template's mark", r"<\|?\w+\|?>|\{\{\w+\}\}|<start_of_turn>|<end_of_turn>|\[/?INST\]|###\s"),
    ("a mention", r"(?<![\w.`])@\w{3,}"),
)
_SLIPS: tuple[tuple[str, str], ...] = (
    ("a blank before the sign", r"[^\W\d]\s+[,.!?;:](?=\s|$)"),
    ("no blank after the sign", r"[а-яё][,;!?][а-яёa-z]"),
    ("two signs", r",,|;;|(?<!\.)\.\.(?!\.)|\?\?\?|!!!"),
    ("two blanks", r"\S[ \t]{2,}\S"),
    ("a hyphen for a dash", r"[а-яё] - [а-яё]"),
    ("a letter held down", r"([а-яёa-z])\1\1"),
    ("a word twice", r"\b([а-яё]{1,12}|[a-z]{2,12}) \1\b(?!-)"),
)
_WORDS_TWICE = word_set("ну да нет очень много далеко had that вот")
_RULES_RE = tuple((what, re.compile(rule, re.I | re.M)) for what, rule in _RULES)
_SLIPS_RE = tuple((what, re.compile(rule, re.I)) for what, rule in _SLIPS)


def rubbish(text: str, known: str = "") -> Iterator[tuple[str, str]]:
    """(what it is, where) for each trace. `known`: the draft and the user's words, which may hold names and
    times themselves."""
    folded = fold(known)
    if len(text.strip()) == 0:
        yield "an empty reply", ""
        return
    said = words(text)
    if said and len(said) <= 3 and all(word in NOISE for word in said):
        yield "chat noise for a reply", text
    clean = CODE.sub(lambda found: "¤" * len(found.group()), text)
    for what, rule in (*_RULES_RE, *_SLIPS_RE):
        for found in rule.finditer(clean):
            spot = found.group().strip()
            if fold(spot) in folded or (what == "a word twice" and fold(found.group(1)) in _WORDS_TWICE):
                continue
            yield what, spot
    if clean.count("«") != clean.count("»") or text.count("`") % 2 or clean.count("(") != clean.count(")"):
        yield "a quote, bracket or backtick that is not closed", text[-40:]
    if re.search(r"[\w,;:—–-]\s*$", clean):
        yield "no end to the sentence", text[-40:]
    yield from typos(clean, folded)


def typos(text: str, known: str) -> Iterator[tuple[str, str]]:
    """Russian words no dictionary knows that one swap, one dropped double or one missing letter would
    mend."""
    seen = set(words(known))
    for word in words(text):
        if len(word) < 5 or word in seen or "-" in word or not re.fullmatch(r"[а-я]+", word):
            continue
        if not _known(word) and any(_known(near) for near in _near(word)):
            yield "perhaps a typo", word


def _known(word: str) -> bool:
    return any(reading.is_known for reading in parses(word))


def _near(word: str) -> Iterator[str]:
    for at in range(len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        if word[at] == word[at + 1]:
            yield word[:at] + word[at + 1 :]
