"""How much the bot is used and how it does, for /stats. Reads only."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from bot import feedback
from bot.state import today
from bot.telegram.words import say
from core.nouns import Lang

if TYPE_CHECKING:
    from bot.telegram.outcome import Service

DAY = 86400
GAP_DAYS = 30
GAPS = 7  # questions shown
SHOWN = 160  # characters of one


def figures(service: Service) -> dict[str, Any]:
    read, me, now = service.state.db.read, service.me, time.time()

    def number(query: str, *values: Any) -> int:
        return int(read(query, values)[0][0] or 0)

    seconds = sorted(row[0] for row in read("SELECT seconds FROM traces WHERE bot = ? AND at > ?", (me, now - 7 * DAY)))
    statuses = read("SELECT status, COUNT(*) FROM traces WHERE bot = ? GROUP BY status ORDER BY 2 DESC", (me,))
    return {
        "people": number("SELECT COUNT(DISTINCT user) FROM usage WHERE bot = ?", me),
        "chats": number("SELECT COUNT(DISTINCT chat) FROM traces WHERE bot = ?", me),
        "today": number("SELECT SUM(questions) FROM usage WHERE bot = ? AND day = ?", me, today()),
        "week": number("SELECT COUNT(*) FROM traces WHERE bot = ? AND at > ?", me, now - 7 * DAY),
        "statuses": {row[0]: row[1] for row in statuses},
        "up": number("SELECT COUNT(*) FROM feedback WHERE value > 0"),
        "down": number("SELECT COUNT(*) FROM feedback WHERE value < 0"),
        "p50": seconds[len(seconds) // 2] if seconds else 0.0,
        "p95": seconds[int(len(seconds) * 0.95)] if seconds else 0.0,
        "queue": service.desk.length,
        "unsent": service.outbox.waiting(),
        "documents": len(service.app.ledger.sources()),
        "chunks": service.app.ledger.chunk_count(),
    }


def table(service: Service, lang: Lang) -> str:
    found = figures(service)
    rungs = [say(lang, f"stats_{status}", count=count) for status, count in found["statuses"].items()]
    found["statuses"] = "\n".join(rungs) or "—"
    lines = [say(lang, "stats", **found)]
    gaps = feedback.gaps(service.state, service.me, time.time() - GAP_DAYS * DAY, GAPS)
    if gaps:
        lines += ["", say(lang, "gaps", days=GAP_DAYS), *(_gap(gap, number) for number, gap in enumerate(gaps, 1))]
    return "\n".join(lines)


def _gap(gap: dict[str, Any], number: int) -> str:
    """`1. question (×3, 👎 1)` and below it where the nearest passages stand."""
    marks = [f"×{gap['times']}"] * (gap["times"] > 1) + [f"👎 {gap['disliked']}"] * (gap["disliked"] > 0)
    near = [" › ".join(dict.fromkeys((hit["title"], *hit["headings"][-1:]))) for hit in gap["nearest"]]
    question = gap["question"] if len(gap["question"]) <= SHOWN else gap["question"][:SHOWN] + "…"
    return (
        f"{number}. {question}"
        + (f" ({', '.join(marks)})" if marks else "")
        + "".join(f"\n    → {place}" for place in dict.fromkeys(near))
    )
