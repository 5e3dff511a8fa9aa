"""Measures the guard on labelled pairs: per kind, with bootstrap intervals by draft, timings, and the misses in words."""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.nouns import Verdict
from style_adapter.guard.guard import Guard

SURFACE_KINDS = ("number", "unit", "date", "identifier", "citation")


@dataclass(frozen=True, slots=True)
class Pair:
    """One labelled pair; `kind` is empty for a faithful one. Of a corrupt one, where the writer told it: the mark under which it
    is wrong, and the words at fault."""

    id: str
    draft: str
    styled: str
    kind: str
    note: str = ""
    at: str = ""
    spot: str = ""

    @property
    def faithful(self) -> bool:
        return not self.kind


@dataclass(frozen=True, slots=True)
class Outcome:
    """A pair with the guard's verdict and its seconds, surface checks apart."""

    pair: Pair
    verdict: Verdict
    seconds: float
    surface_seconds: float

    @property
    def kind_right(self) -> bool:
        return any(r.kind == self.pair.kind for r in self.verdict.reasons)

    @property
    def spots_right(self) -> bool:
        """Some reason of the right kind quotes both texts verbatim (one, where a claim is only added or only lost)."""
        return any(
            r.kind == self.pair.kind
            and r.draft in self.pair.draft
            and r.styled in self.pair.styled
            and (r.draft or r.styled)
            for r in self.verdict.reasons
        )


def load(path: Path, part: str | None = None) -> list[Pair]:
    """Pairs of a JSON-lines file, `part` filtering by the field of that name."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [
        Pair(
            r["id"], r["draft"], r["restyled"], "" if r["label"] == "faithful" else r["kind"],
            *(r.get(name, "") for name in ("note", "at", "spot")),
        )
        for r in rows if part is None or r.get("part") == part
    ]  # fmt: skip


def run(guard: Guard, pairs: Iterable[Pair]) -> list[Outcome]:
    """Check every pair."""
    found = []
    for pair in pairs:
        started = time.perf_counter()
        guard.surface(pair.draft, pair.styled)
        middle = time.perf_counter()
        verdict = guard.check(pair.draft, pair.styled)
        found.append(Outcome(pair, verdict, time.perf_counter() - middle, middle - started))
    return found


def interval(
    outcomes: Sequence[Outcome], measure: Callable[[Sequence[Outcome]], float], rounds: int = 1000
) -> tuple[float, float]:
    """95 % bootstrap interval; whole drafts are drawn, since one draft stands in several pairs."""
    groups: dict[str, list[Outcome]] = {}
    for each in outcomes:
        groups.setdefault(each.pair.draft, []).append(each)
    drafts, dice = list(groups), random.Random(7)
    values = (
        sorted(measure([o for d in dice.choices(drafts, k=len(drafts)) for o in groups[d]]) for _ in range(rounds))
        if drafts
        else [0.0]
    )
    return values[int(0.025 * len(values))], values[int(0.975 * len(values)) - 1 if len(values) > 1 else 0]


def noticed(outcomes: Sequence[Outcome]) -> float:
    """Share of pairs that were stopped."""
    return sum(not o.verdict.ok for o in outcomes) / len(outcomes) if outcomes else 0.0


def report(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Everything the table prints, as JSON."""
    corrupt, faithful = [o for o in outcomes if not o.pair.faithful], [o for o in outcomes if o.pair.faithful]
    kinds: dict[str, Mapping[str, Any]] = {}
    for kind in sorted({o.pair.kind for o in corrupt}):
        mine = [o for o in corrupt if o.pair.kind == kind]
        caught = [o for o in mine if not o.verdict.ok]
        kinds[kind] = {"pairs": len(mine), "noticed": len(caught), "interval": interval(mine, noticed),
                       "kind_right": sum(o.kind_right for o in caught),
                       "spots_right": sum(o.spots_right for o in caught)}  # fmt: skip
    caught = [o for o in corrupt if not o.verdict.ok]
    return {
        "pairs": len(outcomes),
        "noticed": noticed(corrupt), "noticed_interval": interval(corrupt, noticed),
        "wrongly_stopped": noticed(faithful), "wrongly_stopped_interval": interval(faithful, noticed),
        "faithful": len(faithful), "corrupt": len(corrupt),
        "kind_and_spots_right": sum(o.spots_right for o in caught) / len(caught) if caught else 0.0,
        "kinds": kinds,
        "median_ms": 1000 * statistics.median([o.seconds for o in outcomes] or [0]),
        "surface_median_ms": 1000 * statistics.median([o.surface_seconds for o in outcomes] or [0]),
        "max_ms": 1000 * max([o.seconds for o in outcomes] or [0]),
    }  # fmt: skip


def table(data: Mapping[str, Any]) -> str:
    """The report as text."""
    lines = [f"{'kind':24} {'noticed':>10}  {'95 % interval':>15}  {'kind right':>10}  {'both spots':>10}"]
    for kind, row in data["kinds"].items():
        low, high = row["interval"]
        lines.append(
            f"{kind:24} {row['noticed']:>4} / {row['pairs']:<3}  {low:>6.0%} … {high:<6.0%}  "
            f"{row['kind_right']:>10}  {row['spots_right']:>10}"
        )
    low, high = data["noticed_interval"]
    lines.append(
        f"corrupt noticed {data['noticed']:.1%} ({low:.0%} … {high:.0%}) of {data['corrupt']}; "
        f"kind and spots right {data['kind_and_spots_right']:.1%} of the noticed"
    )
    low, high = data["wrongly_stopped_interval"]
    lines.append(
        f"faithful wrongly stopped {data['wrongly_stopped']:.1%} ({low:.0%} … {high:.0%}) of {data['faithful']}"
    )
    lines.append(
        f"time per pair: surface median {data['surface_median_ms']:.1f} ms, "
        f"whole median {data['median_ms']:.1f} ms, max {data['max_ms']:.0f} ms"
    )
    return "\n".join(lines)


def misses(outcomes: Sequence[Outcome]) -> list[str]:
    """What went wrong, one line each."""
    lines = []
    for o in outcomes:
        found = "; ".join(f"{r.kind}: «{r.draft[:60]}» → «{r.styled[:60]}»" for r in o.verdict.reasons)
        if o.pair.faithful and not o.verdict.ok:
            lines.append(f"{o.pair.id} wrongly stopped: {found}")
        elif not o.pair.faithful and o.verdict.ok:
            lines.append(f"{o.pair.id} {o.pair.kind} missed: {o.pair.note}")
        elif not o.pair.faithful and not o.kind_right:
            lines.append(f"{o.pair.id} {o.pair.kind} noticed as another kind ({found}): {o.pair.note}")
    return lines
