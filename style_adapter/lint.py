"""Every fault of a bible file with its line and cure: shape, contradictions, gaps, and lines that break the
bible's own rules."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from core.text import fold, words
from style_adapter.bible import REMINDER_TOKENS, Bible, parse, read_text
from style_adapter.score import Reply, score
from style_adapter.yaml_lines import Fault, Lines

__all__ = ["Fault", "lint", "lint_text", "tokens_of"]

ENOUGH = {"traits": 3, "refusals": 2, "smalltalk": 2, "examples": 2}
_HINTS = {
    "traits": "write them in the first person, general: «I use irony generously»",
    "refusals": "write how it says that the documents don't tell; a model learns that from here only",
    "smalltalk": "write how it answers a greeting and thanks",
    "examples": "write exchanges with `user`, `draft` (neutral, cited [1]) and `reply`",
}


def lint(path: Path) -> list[Fault]:
    """Every fault of the file, by line; empty = fit to use. UsageError where it can't be read."""
    return lint_text(read_text(Path(path)))


def lint_text(text: str) -> list[Fault]:
    """The same for a bible's text. Where its shape is wrong only that is reported: the rest can't be judged
    yet."""
    found = parse(text)
    faults = list(found.faults)
    if found.bible is not None:
        faults += _gaps(found.bible, found.lines)
        faults += _own_lines(found.bible, found.lines)
        faults += _catchphrases(found.bible, found.lines)
    return sorted(faults, key=lambda fault: fault.line)


def tokens_of(text: str) -> int:
    """About how many tokens a model's tokenizer makes of the text: a word of up to 5 letters (4 Cyrillic) is
    one, each further as many letters another, every sign one. On both shipped bibles 4 to 14 % above Gemma's
    count: safe for a limit."""
    count = len(re.findall(r"[^\w\s]", text))
    for word in re.findall(r"\w+", text):
        count += -(-len(word) // (5 if word.isascii() else 4))
    return count


def _gaps(bible: Bible, lines: Lines) -> list[Fault]:
    faults = []
    for key, least in ENOUGH.items():
        have = len(getattr(bible, key))
        if have < least:
            what = f"no {key}" if not have else f"only {have} of {key}"
            faults.append(Fault(lines.at((key,)), f"{what}: at least {least} are needed", _HINTS[key]))
    if not bible.reminder.strip():
        faults.append(Fault(1, "no reminder", f"write the persona in one line, at most {REMINDER_TOKENS} tokens"))
    elif tokens_of(bible.reminder) > REMINDER_TOKENS:
        message = f"the reminder is about {tokens_of(bible.reminder)} tokens long, at most {REMINDER_TOKENS}"
        faults.append(Fault(lines.at(("reminder",)), message, "keep address, length, taboos and «facts exactly»"))
    if bible.address == "neutral" and bible.language == "ru":
        message = "address is neutral: in Russian that means neither ты nor вы"
        faults.append(Fault(lines.at(("address",)), message, "set ty or vy, if it speaks to people", "advice"))
    return faults


def _own_lines(bible: Bible, lines: Lines) -> list[Fault]:
    """The persona's own lines, held to its own rules. Gaps in voice are advice: a refusal may be plain."""
    spoken: list[tuple[tuple[str | int, ...], Reply]] = []
    for n, example in enumerate(bible.examples):
        spoken.append((("examples", n, "reply"), Reply(example.reply, example.user, 0, example.draft or "")))
    for key in ("refusals", "smalltalk"):
        spoken += [((key, n), Reply(text)) for n, text in enumerate(getattr(bible, key))]
    faults = []
    for path, reply in spoken:
        found = score(bible, reply.text, prompt=reply.prompt, draft=reply.draft)
        for violation in found.violations:
            severity: Literal["error", "advice"] = "advice" if violation.rule == "voice" else "error"
            message = f"{'.'.join(map(str, path))} breaks the bible's own rule «{violation.rule}»: {violation.message}"
            spot = "" if violation.rule in {"voice", "length"} else f"mend «{violation.where}» or the rule"
            faults.append(Fault(lines.at(path), message, spot or "mend the line or the rule", severity))
    for n, example in enumerate(bible.examples):
        lost = _marks(example.draft or "") - _marks(example.reply)
        if lost:
            where = lines.at(("examples", n, "reply"))
            faults.append(
                Fault(
                    where,
                    f"examples.{n}.reply drops {', '.join(sorted(lost))} of its draft",
                    "keep every [n]",
                )
            )
    return faults


def _marks(text: str) -> set[str]:
    return set(re.findall(r"\[\d{1,3}\]", text))


def _catchphrases(bible: Bible, lines: Lines) -> list[Fault]:
    """Traits generalise, phrases are learnt word for word: literal ones belong under speech.favourite, with a
    cap."""
    faults = []
    liked = [fold(favourite.text) for favourite in bible.speech.favourite]
    for n, trait in enumerate(bible.traits):
        literal = re.search(r"[«\"“][^»\"”]{2,60}[»\"”]", trait)
        if (literal and any(len(word) > 3 for word in words(literal.group()))) or any(
            text in fold(trait) for text in liked
        ):
            message = f"traits.{n} quotes a phrase: a model repeats it word for word"
            hint = "say what the manner is; put the phrase under speech.favourite with a max_share"
            faults.append(Fault(lines.at(("traits", n)), message, hint, "advice"))
    total = sum(favourite.max_share for favourite in bible.speech.favourite)
    if total > 1:
        faults.append(
            Fault(
                lines.at(("speech", "favourite")),
                "favourites together may fill every reply",
                "lower max_share",
                "advice",
            )
        )
    return faults
