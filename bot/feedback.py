"""What people's thumbs and unanswered questions say: rated answers asked again, and what the documents lack."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.nouns import Question
from core.text import words

if TYPE_CHECKING:
    from bot.app import App
    from bot.state import State

Json = dict[str, Any]
READ = 2000  # traces looked through for gaps
NEAREST = 2  # passages


def rated(state: State) -> list[Json]:
    """Traces with the sum of their ratings in `value`, newest first; those that cancel out are left out."""
    rows = state.db.read(
        "SELECT t.body, SUM(f.value) AS value FROM traces t JOIN feedback f ON f.trace = t.id GROUP BY t.id"
        " HAVING SUM(f.value) != 0 ORDER BY t.at DESC LIMIT 500"
    )
    return [{**json.loads(row["body"]), "value": row["value"]} for row in rows]


def gaps(state: State, bot: int, since: float, limit: int) -> list[Json]:
    """Questions that were refused, answered only in part or rated down, those asked most often first: `question`, `times`,
    `status` of the last answer, `disliked` and the `nearest` passages. The same words in another case are one question."""
    rows = state.db.read(
        "SELECT t.body, COALESCE(SUM(f.value), 0) AS value FROM traces t LEFT JOIN feedback f ON f.trace = t.id"
        " WHERE t.bot = ? AND t.at > ? GROUP BY t.id ORDER BY t.at DESC LIMIT ?",
        (bot, since, READ),
    )
    found: dict[str, Json] = {}
    for row in rows:
        trace = json.loads(row["body"])
        if trace["kind"] not in ("refused", "partly") and row["value"] >= 0:
            continue
        gap = found.setdefault(
            " ".join(words(trace["question"])),
            {"question": trace["question"], "times": 0, "status": trace["kind"], "disliked": 0,
             "nearest": trace["passages"][:NEAREST]},
        )  # fmt: skip
        gap["times"] += 1
        gap["disliked"] += row["value"] < 0
    return sorted(found.values(), key=lambda gap: -gap["times"])[:limit]


async def evaluate(app: App, state: State, progress: Callable[[int, int, str], None]) -> Json:
    """Liked answers should keep their sources, disliked ones should change. Asked without history, in the neutral voice."""
    items = rated(state)
    counts = {"questions": len(items), "liked": 0, "kept": 0, "disliked": 0, "changed": 0, "refused": 0}
    for number, item in enumerate(items, 1):
        answer = await app.answer(Question(item["query"]), None)
        counts["refused"] += answer.status == "refused"
        now = {(source.source, source.start) for source in answer.draft.sources}
        before = {(source["source"], source["start"]) for source in item["sources"]}
        if item["value"] > 0:
            counts["liked"] += 1
            counts["kept"] += before <= now if before else answer.status == item["status"]
        else:
            counts["disliked"] += 1
            counts["changed"] += now != before or answer.draft.text != item["draft"]
        progress(number, len(items), "")
    return counts
