"""What is measured of a set of replies, and the gates. Texts and numbers only; knows no model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from core.text import words
from style_adapter.bible import Bible
from style_adapter.score import Score, score

Arm = Literal["B", "P", "A", "PA"]
MEANING: dict[Arm, str] = {
    "B": "base",
    "P": "prompt layer",
    "A": "adapter as served",
    "PA": "prompt and adapter, writing freely",
}
SHORT_WORDS = 25  # small talk at most
LOOP = 4  # a run of words that comes twice is a loop


@dataclass(frozen=True, slots=True)
class Turn:
    """A held-out turn: what was asked, the draft to carry ("" for talk), which split it is from."""

    question: str
    draft: str
    split: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A reply to a turn. `facts`: the guard passed it (talk has none to lose). `taboos`: of the bible, that it broke."""

    turn: Turn
    text: str
    persona: Score
    facts: bool
    well_formed: bool

    @property
    def taboos(self) -> int:
        return sum(violation.rule == "taboo" for violation in self.persona.violations)

    @property
    def joint(self) -> float:
        """Persona × facts × well-formed, of one item."""
        return self.persona.value * self.facts * self.well_formed


def judge(bible: Bible, turn: Turn, text: str, facts: bool) -> Judged:
    found = score(bible, text, prompt=turn.question, draft=turn.draft)
    return Judged(turn, text, found, facts, well_formed(text, turn.draft))


def well_formed(text: str, draft: str = "") -> bool:
    """Ends as a sentence does, does not loop, and is no torso."""
    said = words(text)
    if not said or not re.search(r"[.!?…»)\]`]$", text.strip()):
        return False
    runs = [tuple(said[at : at + LOOP]) for at in range(len(said) - LOOP + 1)]
    given = words(draft)
    twice = {run for run in runs if runs.count(run) > 1}
    return not any(sum(tuple(given[at : at + LOOP]) == run for at in range(len(given))) < 2 for run in twice)


@dataclass(frozen=True, slots=True)
class ArmScores:
    """Of one arm, all 0..1: rules passed a turn, mean persona score, guard passed, J, well-formed; taboos counted."""

    count: int
    rules: float
    turns_clean: float
    persona: float
    facts: float
    joint: float
    well_formed: float
    taboos: int
    short_talk: float


def arm_scores(judged: Sequence[Judged]) -> ArmScores:
    count = max(1, len(judged))
    with_facts = [item for item in judged if item.turn.draft]
    talk = [item for item in judged if not item.turn.draft]
    return ArmScores(
        len(judged),
        sum(item.persona.passed for item in judged) / count,
        sum(not item.persona.violations for item in judged) / count,
        sum(item.persona.value for item in judged) / count,
        sum(item.facts for item in with_facts) / max(1, len(with_facts)),
        sum(item.joint for item in judged) / count,
        sum(item.well_formed for item in judged) / count,
        sum(item.taboos for item in judged),
        sum(len(words(item.text)) <= SHORT_WORDS for item in talk) / max(1, len(talk)),
    )


@dataclass(frozen=True, slots=True)
class Gate:
    """One line of the table. `value` None: not measured here, `note` says why."""

    name: str
    what: str
    value: float | None
    limit: float
    at_least: bool
    note: str = ""

    @property
    def passed(self) -> bool | None:
        if self.value is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit


@dataclass(frozen=True, slots=True)
class Decision:
    """`ship` is the rule's word. `without_llm`: what speaks where the prompt layer has no model to run on."""

    ship: Literal["A", "P"]
    without_llm: Literal["A", "framed"]
    reasons: tuple[str, ...]


def decide(arms: Mapping[Arm, ArmScores], gates: Sequence[Gate]) -> Decision:
    """The adapter ships only where its J is at least .85, beats the prompt layer's by .05, and nothing leaks or is forgotten.
    Without an LLM it still speaks, behind guard and ladder, where its J beats the base's and it does not leak."""
    adapter, prompt, bare = arms.get("A"), arms.get("P"), arms.get("B")
    if adapter is None:
        return Decision("P", "framed", ("there is no adapter",))
    against = []
    if adapter.joint < 0.85:
        against.append(f"J of the adapter is {adapter.joint:.2f}, below .85")
    if prompt is not None and adapter.joint < prompt.joint + 0.05:
        against.append(
            f"J of the adapter, {adapter.joint:.2f}, does not beat the prompt layer's {prompt.joint:.2f} by .05"
        )
    failed = [gate for gate in gates if gate.passed is False]
    against += [
        f"{gate.name} fails: {gate.value:.3g} against {gate.limit:.3g}"
        for gate in failed
        if gate.name in ("L1", "L2", "L3", "F2")
    ]
    leaks = any(gate.name in ("L1", "L2", "L3") for gate in failed)
    speaks = not leaks and (bare is None or adapter.joint > bare.joint)
    if against:
        return Decision("P", "A" if speaks else "framed", tuple(against))
    return Decision("A", "A", (f"J {adapter.joint:.2f}", "no leak, nothing forgotten"))
