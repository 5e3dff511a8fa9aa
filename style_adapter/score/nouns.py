"""What the persona score says of a text: the values and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule. `where` is the spot, verbatim: `text[start:end]`; an absence (no voice) points at the
    whole text."""

    rule: str
    where: str
    message: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Score:
    """`value` in 0..1, 1 = nothing to object to. `rules` are the rules that applied to this text, by name."""

    value: float
    violations: tuple[Violation, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def broken(self) -> frozenset[str]:
        return frozenset(violation.rule for violation in self.violations)

    @property
    def passed(self) -> float:
        """The share of the rules that applied and were kept, 0..1."""
        return 1 - len(self.broken) / len(self.rules) if self.rules else 0.0


@dataclass(frozen=True, slots=True)
class Reply:
    """A text to be scored with what it answered: the user's message, the turn (0 = first reply), the neutral
    draft."""

    text: str
    prompt: str = ""
    turn: int = 0
    draft: str = ""


@dataclass(frozen=True, slots=True)
class SetScore:
    """A score over many replies: `value` is the mean, `violations` those of the set as a whole (favourites
    over their share)."""

    value: float
    passed: float
    scores: tuple[Score, ...] = ()
    violations: tuple[Violation, ...] = ()
    shares: dict[str, float] = field(default_factory=dict)
