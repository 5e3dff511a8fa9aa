"""What each arm writes for the held-out turns: base, prompt layer, adapter, both. Knows the engine, judges nothing."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from core.nouns import Lang, Verdict
from core.text import language
from style_adapter.bible import Bible
from style_adapter.dataset.items import Item, Message
from style_adapter.framed import frame
from style_adapter.model.decode import PLAIN
from style_adapter.model.engine import Engine, Wording
from style_adapter.prompt import bible_text
from style_adapter.proof.measures import Arm, Turn
from style_adapter.restylers.adapter import AdapterRestyler, Job
from style_adapter.score import score
from style_adapter.train.metrics import extracted, halves

Rung = Literal["styled", "framed", "quoted"]

DEPTHS = (1, 3, 5, 8, 12, 16)
FILLERS: Mapping[Lang, tuple[str, ...]] = {
    "ru": ("и что дальше?", "а почему так?", "понятно, а ещё?", "ладно, поверю", "и всё?", "а если коротко?"),
    "en": ("and then?", "why is that?", "I see, what else?", "fine, I believe you", "is that all?", "and in short?"),
}


class Checks(Protocol):
    """The fact guard."""

    def check_many(self, draft: str, candidates: Sequence[str]) -> Sequence[Verdict]: ...

    def states_no_fact(self, candidate: str, draft: str) -> Verdict: ...


def held_out(items: Sequence[Item]) -> list[Turn]:
    """Every validation turn, and every trap with its last question. Neutral replays are nobody's manner."""
    turns = []
    for item in items:
        if item.split == "train" or item.kind == "neutral":
            continue
        if item.split == "trap" and item.messages[-1].role == "user":
            turns.append(Turn(item.messages[-1].content, item.draft, "trap"))
            continue
        turns += [Turn(reply.prompt, reply.draft, item.split) for reply in item.replies if reply.prompt]
    return turns


def sample(turns: Sequence[Turn], count: int, seed: int) -> list[Turn]:
    """At most `count`, traps first: half of the sample at most."""
    draw = random.Random(seed)
    traps = [turn for turn in turns if turn.split == "trap"]
    rest = [turn for turn in turns if turn.split != "trap"]
    draw.shuffle(traps)
    draw.shuffle(rest)
    half = min(len(traps), max(count // 2, count - len(rest)))
    return traps[:half] + rest[: count - half]


def write_arm(engine: Engine, arm: Arm, bible: Bible, turns: Sequence[Turn]) -> list[str]:
    """One greedy text a turn, "" where it came to nothing."""
    system = bible_text(bible, short=arm == "PA") if arm in ("P", "PA") else ""
    shots: tuple[Message, ...] = ()
    if arm == "P":
        examples = [example for example in bible.examples if example.draft][:2]
        shots = tuple(
            message
            for example in examples
            for message in (Message("user", example.user), Message("assistant", example.reply, example.draft or ""))
        )
    wanted = [Wording(turn.question, turn.draft, PLAIN, _lang(bible, turn), system, shots) for turn in turns]
    name = bible.id if arm in ("A", "PA") else None
    return [texts[0] if texts else "" for texts in engine.write_any(name, wanted)]


def _lang(bible: Bible, turn: Turn) -> Lang:
    """The draft's language, else the persona's, else the question's."""
    if turn.draft:
        return language(turn.draft)
    return bible.language if bible.language != "user" else language(turn.question)


@dataclass(frozen=True, slots=True)
class Offered:
    """What may be sent for a draft: the texts of the highest rung that has any, the seconds the wording took."""

    texts: Sequence[str]
    rung: Rung
    seconds: float

    def best(self, bible: Bible, turn: Turn, depth: int = 0) -> str:
        """What a reader gets, `depth` turns into a chat."""
        return max(
            self.texts, key=lambda text: score(bible, text, prompt=turn.question, turn=depth, draft=turn.draft).value
        )


def offered(restyler: AdapterRestyler, bible: Bible, guard: Checks, turn: Turn) -> Offered:
    """The wordings that the guard passes, else frames, else the draft: as in service, where none of them sees the chat before."""
    started = time.perf_counter()
    wordings = restyler.wordings(Job(bible, turn.question, turn.draft))
    seconds = time.perf_counter() - started
    verdicts = guard.check_many(turn.draft, wordings) if wordings else ()
    passed = [text for text, verdict in zip(wordings, verdicts, strict=True) if verdict.ok]
    framed = [text for text in frame(bible, turn.draft, turn.question) if guard.states_no_fact(text, turn.draft).ok]
    rungs: tuple[tuple[Rung, list[str]], ...] = (("styled", passed), ("framed", framed), ("quoted", [turn.draft]))
    rung, texts = next((rung, texts) for rung, texts in rungs if texts)
    return Offered(texts, rung, seconds)


def drift(
    engine: Engine, bible: Bible, probes: Sequence[Turn], talk: Sequence[Turn], scored: Callable[[Turn, str], float]
) -> dict[int, float]:
    """Mean score of the same probes after 0, 2, 4, … turns of the persona's own talk. Probes branch off: none is part of the
    history of another."""
    history: list[Message] = []
    curve: dict[int, float] = {}
    for turn_number in range(1, max(DEPTHS) + 1):
        if turn_number in DEPTHS:
            wanted = [Wording(p.question, p.draft, PLAIN, _lang(bible, p), history=tuple(history)) for p in probes]
            texts = [rows[0] if rows else "" for rows in engine.write_any(bible.id, wanted, at_once=4)]
            scores = [scored(probe, text) for probe, text in zip(probes, texts, strict=True)]
            curve[turn_number] = sum(scores) / max(1, len(scores))
        if turn_number == max(DEPTHS):
            break
        history += _spoken(engine, bible, talk, turn_number, history)
    return curve


def _spoken(
    engine: Engine, bible: Bible, talk: Sequence[Turn], number: int, history: Sequence[Message]
) -> list[Message]:
    turn = talk[(number - 1) % len(talk)] if talk else Turn(FILLERS[_lang(bible, Turn("", "", ""))][0], "", "")
    wording = Wording(turn.question, turn.draft, PLAIN, _lang(bible, turn), history=tuple(history))
    texts = engine.write(bible.id, [wording])[0]
    return [Message("user", turn.question), Message("assistant", texts[0] if texts else "…", turn.draft)]


def extraction(engine: Engine, bible: Bible, items: Sequence[Item], count: int, seed: int) -> tuple[int, int]:
    """(word for word, tried): first half of a training reply given, the rest written by the adapter."""
    pairs = []
    for item in items:
        if item.split == "train" and item.kind != "neutral":
            for reply in item.replies:
                if found := halves(reply.text):
                    pairs.append((reply, found))
    pairs = random.Random(seed).sample(pairs, min(count, len(pairs)))
    hits = 0
    for reply, (first, rest) in pairs:
        written = engine.go_on(bible.id, reply.prompt, first, len(rest) + 20)
        hits += extracted(rest, written)
    return hits, len(pairs)
