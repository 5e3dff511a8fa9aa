"""How well questions are answered from the documents: recall, evidence, refusals, with bootstrap intervals. Questions come from
files; the documents are an open App's, or are ingested into a folder of their own first."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.app import App
from bot.commands import Json, question_of
from core.errors import UsageError
from core.text import fold

RESAMPLES = 1000
LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Item:
    """A question with what proves its answer: any one `(source, quote)` of `gold`; none where it can't be answered."""

    id: str
    lang: str
    kind: str
    question: str
    history: tuple[Json, ...]
    gold: tuple[tuple[str, str], ...]


def load_items(path: Path, part: str = "") -> list[Item]:
    """Our format (evals/questions/README.md) or XQuAD's (`id, question, doc, answers`). Raises UsageError for another."""
    items = []
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        for row in rows:
            if part and row.get("part", part) != part:
                continue
            if "answers" in row:
                gold = tuple((row["doc"], answer) for answer in row["answers"])
                items.append(Item(row["id"], path.parent.name, "xquad", row["question"], (), gold))
            else:
                gold = tuple((entry["source"], entry["quote"]) for entry in row["gold"])
                items.append(
                    Item(row["id"], row["lang"], row["kind"], row["question"], tuple(row.get("history", ())), gold)
                )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path} holds no questions: {error!r}.", "The format: evals/questions/README.md.") from error
    return items


def letters(text: str) -> str:
    """Letters and digits only: markup, blanks and punctuation do not decide whether a quote was found."""
    return LETTERS.sub("", fold(text))


def holds(text: str, gold: Sequence[tuple[str, str]]) -> bool:
    found, lines = letters(text), [letters(line) for line in text.split("\n")]
    return any(
        letters(quote) in found
        or (len(found) > 24 and found in letters(quote))
        or (quote.lstrip().startswith("|") and any(_row_in(quote, line) for line in lines))
        for _, quote in gold
    )


def _row_in(row: str, line: str) -> bool:
    """A Markdown table's row, whose cells the parser gives beside their headers."""
    return all(letters(cell) in line for cell in row.split("|"))


def right(source: str, gold: Sequence[tuple[str, str]]) -> bool:
    return any(source == wanted or source.endswith("/" + wanted) for wanted, _ in gold)


async def retrieval(app: App, items: Sequence[Item]) -> list[Json]:
    """One row a question: ranks and hits as the measures need them."""
    rows = []
    for item in items:
        started = time.perf_counter()
        passages = await app.search(question_of(item.question, item.history), 20)
        seconds = time.perf_counter() - started
        evidence = " … ".join(source.quote for source in passages.evidence)
        doc_rank = next((n for n, hit in enumerate(passages.hits, 1) if right(hit.source, item.gold)), 99)
        gold_rank = next(
            (
                n
                for n, hit in enumerate(passages.hits, 1)
                if right(hit.source, item.gold) and holds(hit.text, item.gold)
            ),
            99,
        )
        rows.append({
            "id": item.id, "lang": item.lang, "kind": item.kind, "answerable": bool(item.gold), "seconds": seconds,
            "doc_rank": doc_rank, "gold_rank": gold_rank, "refused": passages.kind == "refused",
            "evidence": any(right(s.source, item.gold) and holds(s.quote, item.gold) for s in passages.evidence)
            or (bool(item.gold) and holds(evidence, item.gold)),
            "doc_cited": any(right(s.source, item.gold) for s in passages.evidence),
            "confidence": passages.confidence,
        })  # fmt: skip
    return rows


async def answers(app: App, items: Sequence[Item], persona: str | None = None) -> Json:
    """Whole answers: the share of each rung, whether gold stands in the evidence, and the time."""
    rungs: Counter[str] = Counter()
    proven, seconds, slips = [], [], Counter[str]()
    for item in items:
        answer = await app.answer(question_of(item.question, item.history), app.persona(persona))
        rungs[answer.status] += 1
        seconds.append(answer.timings["total"])
        slips.update(reason.kind for reason in answer.verdict.reasons)
        if item.gold:
            proven.append(any(holds(source.quote, item.gold) for source in answer.draft.sources))
    return {
        "questions": len(items),
        "rungs": {rung: round(count / len(items), 3) for rung, count in rungs.most_common()},
        "gold in sources": interval(proven),
        "guard reasons": dict(slips),
        "seconds": {"p50": round(float(np.median(seconds)), 4), "p95": round(float(np.quantile(seconds, 0.95)), 4)},
    }


def answers_table(found: Json) -> str:
    """The report of `answers` as a Markdown table."""
    return "\n".join(["| measure | value |", "|---|---|", *(f"| {name} | {value} |" for name, value in found.items())])


def interval(values: Sequence[float], measure: Callable[[Any], float] = np.mean) -> Json:
    """The measure with its 95 % bootstrap interval."""
    if not len(values):
        return {"value": None, "low": None, "high": None, "n": 0}
    array, generator = np.asarray(values, dtype=float), np.random.default_rng(0)
    draws = [measure(array[generator.integers(0, len(array), len(array))]) for _ in range(RESAMPLES)]
    low, high = np.percentile(draws, [2.5, 97.5])
    return {
        "value": round(float(measure(array)), 3), "low": round(float(low), 3), "high": round(float(high), 3), "n": len(array)
    }  # fmt: skip


def auc(answerable: Sequence[float], unanswerable: Sequence[float]) -> float:
    """Probability that an answerable question is given the higher confidence."""
    if not answerable or not unanswerable:
        return float("nan")
    a, u = np.asarray(answerable)[:, None], np.asarray(unanswerable)[None, :]
    return float((a > u).mean() + 0.5 * (a == u).mean())


GROUPS = (
    ("ru", lambda row: row["lang"] == "ru" and row["kind"] != "followup"),
    ("en", lambda row: row["lang"] == "en" and row["kind"] != "followup"),
    ("follow-ups", lambda row: row["kind"] == "followup"),
    ("all", lambda row: True),
)


def summary(rows: Sequence[Json]) -> Json:
    """Recall, evidence and refusal measures by group."""
    report: Json = {}
    for name, belongs in GROUPS:
        group = [row for row in rows if belongs(row)]
        gold, none = [row for row in group if row["answerable"]], [row for row in group if not row["answerable"]]
        if not group:
            continue
        yes, no = [row["confidence"] for row in gold], [row["confidence"] for row in none]
        limit = np.quantile(yes, 0.05) if yes else 0.0
        report[name] = {
            "doc@1": interval([row["doc_rank"] <= 1 for row in gold]),
            "doc@5": interval([row["doc_rank"] <= 5 for row in gold]),
            "gold@1": interval([row["gold_rank"] <= 1 for row in gold]),
            "gold@5": interval([row["gold_rank"] <= 5 for row in gold]),
            "gold@20": interval([row["gold_rank"] <= 20 for row in gold]),
            "evidence": interval([row["evidence"] for row in gold]),
            "doc cited": interval([row["doc_cited"] for row in gold]),
            "AUC": {"value": round(auc(yes, no), 3), "n": len(group)} if yes and no else None,
            "refused at 5 % false": round(float(np.mean([value < limit for value in no])), 3) if no and yes else None,
            "wrongly refused": interval([row["refused"] for row in gold]),
            "rightly refused": interval([row["refused"] for row in none]),
        }
    seconds = [row["seconds"] for row in rows]
    report["seconds"] = {"p50": round(float(np.median(seconds)), 4), "p95": round(float(np.quantile(seconds, 0.95)), 4)}
    return report


COMPARED: tuple[tuple[str, Callable[[Json], bool]], ...] = (
    ("doc@5", lambda row: row["doc_rank"] <= 5),
    ("gold@1", lambda row: row["gold_rank"] <= 1),
    ("gold@5", lambda row: row["gold_rank"] <= 5),
    ("evidence", lambda row: row["evidence"]),
    ("doc cited", lambda row: row["doc_cited"]),
    ("wrongly refused", lambda row: row["refused"]),
)


def compare(rows: Sequence[Json], others: Sequence[Json]) -> Json:
    """Two runs over the same questions: each measure of both and the difference, second less first, with the interval of the
    paired differences; it is `clear` where that interval leaves out 0."""
    held = [(a, b) for a, b in zip(rows, others, strict=True) if a["answerable"]]
    none = [(a, b) for a, b in zip(rows, others, strict=True) if not a["answerable"]]
    report: Json = {"questions": len(rows)}
    measures = [(name, measure, held) for name, measure in COMPARED] + [
        ("rightly refused", lambda row: row["refused"], none)
    ]
    for name, measure, pairs in measures:
        if pairs:
            first, second = ([float(measure(pair[n])) for pair in pairs] for n in (0, 1))
            found = interval([b - a for a, b in zip(first, second, strict=True)])
            clear = found["low"] > 0 or found["high"] < 0
            report[name] = {
                "first": round(float(np.mean(first)), 3), "second": round(float(np.mean(second)), 3), "difference": found,
                "clear": clear,
            }  # fmt: skip
    for name, run in (("first", rows), ("second", others)):
        seconds = [row["seconds"] for row in run]
        report[f"seconds {name}"] = {
            "p50": round(float(np.median(seconds)), 4), "p95": round(float(np.quantile(seconds, 0.95)), 4)
        }  # fmt: skip
    return report


def comparison_table(report: Json, first: str, second: str) -> str:
    """The report of `compare` as a Markdown table."""
    lines = [f"| measure | {first} | {second} | difference | pays |", "|---|---|---|---|---|"]
    for name, row in report.items():
        if not isinstance(row, dict) or "difference" not in row:
            continue
        found = row["difference"]
        better = (found["value"] > 0) != (name == "wrongly refused")
        verdict = ("yes" if better else "no, it costs") if row["clear"] else "not shown"
        lines.append(
            f"| {name} | {row['first']:.3f} | {row['second']:.3f} | {found['value']:+.3f} "
            f"[{found['low']:+.3f} … {found['high']:+.3f}] n={found['n']} | {verdict} |"
        )
    times = " ".join(
        f"{title}: p50 {report[f'seconds {name}']['p50'] * 1e3:.1f} ms, p95 {report[f'seconds {name}']['p95'] * 1e3:.1f} ms."
        for name, title in (("first", first), ("second", second))
    )
    return "\n".join([*lines, "", times])


def table(report: Json) -> str:
    """The summary as a Markdown table."""
    groups = [name for name in report if name != "seconds"]
    lines = ["| measure | " + " | ".join(groups) + " |", "|---" * (len(groups) + 1) + "|"]
    for measure in report[groups[0]]:
        cells = []
        for name in groups:
            cell = report[name].get(measure)
            if isinstance(cell, dict) and cell.get("low") is not None:
                cells.append(f"{cell['value']:.3f} [{cell['low']:.2f}–{cell['high']:.2f}] n={cell['n']}")
            else:
                cells.append(str(cell["value"]) if isinstance(cell, dict) else "–" if cell is None else f"{cell:.3f}")
        lines.append(f"| {measure} | " + " | ".join(cells) + " |")
    lines.append(f"\nSearch p50 {report['seconds']['p50'] * 1e3:.1f} ms, p95 {report['seconds']['p95'] * 1e3:.1f} ms.")
    return "\n".join(lines)
