"""What people's thumbs say: answers that were rated, asked again, and compared with what they were."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.nouns import Question

if TYPE_CHECKING:
    from bot.app import App
    from bot.state import State

Json = dict[str, Any]


def rated(state: State) -> list[Json]:
    """Traces with the sum of their ratings in `value`, newest first; those that cancel out are left out."""
    rows = state.db.read(
        "SELECT t.body, SUM(f.value) AS value FROM traces t JOIN feedback f ON f.trace = t.id GROUP BY t.id"
        " HAVING SUM(f.value) != 0 ORDER BY t.at DESC LIMIT 500"
    )
    return [{**json.loads(row["body"]), "value": row["value"]} for row in rows]


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
