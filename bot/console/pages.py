"""The console's pages. Knows no HTTP and reads nothing by itself."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from bot.console.html import Child, Safe, difference, highlight, rows, tag, text
from bot.console.proofs import Proof
from bot.console.records import Record, Wording
from bot.console.words import WORDS
from core.nouns import Lang

Json = dict[str, Any]
PAGES = {"overview": "/console", "documents": "/console/documents", "personas": "/console/personas"}
SHORT = 160  # characters of a question in a list


class Pages:
    """Pages in one language."""

    def __init__(self, lang: Lang) -> None:
        self._lang = lang
        self._say = WORDS[lang]

    def overview(self, figures: dict[str, Child], answers: Sequence[Record], jobs: Sequence[Json]) -> str:
        say = self._say
        shown = tag(
            "dl",
            *(tag("div", tag("dt", say[name]), tag("dd", value)) for name, value in figures.items()),
            class_="figures",
        )
        body = [tag("h1", say["overview"]), shown, tag("h2", say["answers"]), self._answers(answers)]
        if jobs:
            lines: list[list[Child]] = []
            for job in jobs:
                state = str(job["state"])
                lines.append([_when(job["at"]), job["kind"], say.get("broken" if state == "failed" else state, state)])
            body += [tag("h2", say["jobs"]), _wide(rows((say["when"], say["kind"], say["state"]), lines))]
        return self._page("overview", say["overview"], body)

    def documents(self, found: Sequence[Json]) -> str:
        say = self._say
        head = (say["name"], say["chunks"], say["added"], say["where"])
        lines: list[list[Child]] = [
            [
                row["title"],
                row["chunks"],
                row["ingested_at"].replace("T", " ").rstrip("Z"),
                tag("span", row["source"], class_="path small soft"),
            ]
            for row in found
        ]
        table = _wide(rows(head, lines)) if lines else tag("p", say["no_documents"])
        return self._page("documents", say["documents"], [tag("h1", say["documents"]), table])

    def personas(self, found: Sequence[Proof]) -> str:
        """Who there is, with the report of the last proof and its plots."""
        say = self._say
        body: list[Child] = [tag("h1", say["personas"])]
        for proof in found:
            body += [tag("h2", proof.name), tag("p", proof.role, class_="soft")]
            if proof.report:
                body.append(tag("div", tag("pre", proof.report, class_="small"), class_="card scroll"))
            shown = [
                tag(
                    "figure", tag("img", src=f"/console/plots/{proof.persona}/{quote(name)}", alt=_caption(name)),
                    tag("figcaption", _caption(name), class_="soft small"), class_="card",
                )
                for name in proof.plots
            ]  # fmt: skip
            body.append(tag("div", *shown, class_="plots") if shown else tag("p", say["no_proof"], class_="soft"))
        return self._page("personas", say["personas"], body)

    def answer(self, record: Record) -> str:
        body = record.body
        passed = [
            tag("p", tag("a", "← " + self._say["back"], href="/console")),
            tag("h1", body["question"]),
            tag("p", self._rung(body["status"]), " ", self._facts(record), class_="soft"),
            *self._found(record), *self._way(body), *self._others(record.others, body["draft"]), *self._timings(body["timings"]),
        ]  # fmt: skip
        return self._page("", self._say["of"], passed)

    def unknown(self) -> str:
        return self._page(
            "",
            self._say["of"],
            [tag("p", self._say["unknown"]), tag("p", tag("a", self._say["back"], href="/console"))],
        )

    # Parts

    def _page(self, here: str, title: str, body: Sequence[Child]) -> str:
        say = self._say
        links = [
            tag("a", say[name], href=href, aria_current="page" if here == name else None)
            for name, href in PAGES.items()
        ]
        head = tag(
            "head", tag("meta", charset="utf-8"), tag("title", f"{title} · expertbot"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("link", rel="stylesheet", href="/console/style.css"),
        )  # fmt: skip
        top = tag(
            "header",
            tag(
                "div",
                tag("b", "expertbot"),
                tag("nav", links[0], *(piece for link in links[1:] for piece in (text("\u2003"), link))),
            ),
        )
        return "<!doctype html>" + tag("html", head, tag("body", top, tag("main", *body)), lang=self._lang)

    def _rung(self, status: str) -> Safe:
        known = ("styled", "framed", "refused", "smalltalk", "draft")
        name = "draft_rung" if status == "draft" else status
        return tag("span", self._say.get(name, status), class_="rung " + (status if status in known else ""))

    def _facts(self, record: Record) -> str:
        say, body = self._say, record.body
        parts = [
            body["persona"] or say["nobody"],
            _when(record.at),
            f"{say['confidence'].lower()} {self._number(body.get('confidence', 0))}",
        ]
        if body.get("note"):
            parts.append(f"{say['note'].lower()}: {body['note']}")
        return " · ".join(parts)

    def _answers(self, found: Sequence[Record]) -> Safe:
        say = self._say
        if not found:
            return tag("p", say["no_answers"], class_="soft")
        lines: list[list[Child]] = []
        for record in found:
            body, question = record.body, record.body["question"]
            short = question if len(question) <= SHORT else question[: SHORT - 1] + "…"
            lines.append([
                tag("span", _when(record.at), class_="soft small"), tag("a", short, href=f"/console/answers/{body['id']}"),
                self._rung(body["status"]), body["persona"] or "—", self._seconds(body["timings"]["total"]),
                self._rating(record.rating),
            ])  # fmt: skip
        head = (say["when"], say["question"], say["rung"], say["persona"], say["time"], say["rated"])
        return _wide(rows(head, lines))

    def _number(self, value: float) -> str:
        written = f"{value:.2f}".replace("-", "−")
        return written.replace(".", ",") if self._lang == "ru" else written

    def _seconds(self, value: float) -> str:
        return f"{self._number(value)}\u00a0{self._say['s']}"

    def _rating(self, rating: int | None) -> str:
        return self._say["not_rated"] if not rating else self._say["liked" if rating > 0 else "disliked"]

    def _found(self, record: Record) -> list[Safe]:
        lines = []
        for hit in record.passages:
            head = tag("summary", f"{hit['rank']}. {_place(hit)} · {self._number(hit['score'])}")
            lines.append(tag("details", head, tag("p", hit["text"], class_="text")))
        found = [tag("h2", self._say["passages"]), tag("div", *lines, class_="card lines")] if lines else []
        return found + self._quotes(record.body["sources"])

    def _quotes(self, sources: Sequence[Json]) -> list[Safe]:
        if not sources:
            return []
        cards = [
            tag(
                "div",
                tag("h3", f"[{source['n']}] {_place(source)}"),
                tag("p", source["quote"], class_="text"),
                class_="card",
            )
            for source in sources
        ]
        return [tag("h2", self._say["quotes"]), *cards]

    def _way(self, body: Json) -> list[Safe]:
        say, reasons = self._say, body["guard"]["reasons"]
        if body["text"] == body["draft"]:
            card = tag(
                "div", tag("p", highlight(body["draft"], [r["draft"] for r in reasons]), class_="text"), class_="card"
            )
            found = [tag("h2", say["sent"]), card]
            found += [tag("p", say["same"], class_="soft")] if body["persona"] else []
            return found + self._reasons(reasons)
        before, after = difference(body["draft"], body["text"])
        pair = tag(
            "div",
            tag("div", tag("h3", say["draft"]), tag("p", before, class_="text"), class_="card"),
            tag("div", tag("h3", say["sent"]), tag("p", after, class_="text"), class_="card"),
            class_="pair",
        )  # fmt: skip
        return [
            tag("h2", f"{say['draft']} → {say['sent'].lower()}"),
            pair,
            *(self._reasons(reasons) or [tag("p", say["guard_ok"], class_="soft")]),
        ]

    def _reasons(self, reasons: Sequence[Json]) -> list[Safe]:
        say = self._say
        if not reasons:
            return []
        items = []
        for reason in reasons:
            spots = [
                text(f" · {say[where]}: ", tag("mark", reason[key]))
                for key, where in (("draft", "in_draft"), ("styled", "in_styled")) if reason[key]
            ]  # fmt: skip
            items.append(tag("li", reason["message"], *spots))
        return [tag("h2", say["guard"]), tag("div", tag("ol", *items, class_="reasons"), class_="card")]

    def _others(self, others: Sequence[Wording], draft: str) -> list[Safe]:
        say = self._say
        if not others:
            return []
        cards = []
        for wording in sorted(others, key=lambda item: (not item.ok, -item.score)):
            mark = tag(
                "span", say["passed" if wording.ok else "failed"], class_="rung styled" if wording.ok else "rung no"
            )
            spots = [reason["styled"] for reason in wording.reasons]
            shown = highlight(wording.text, spots) if spots else difference(draft, wording.text)[1]
            why = (
                tag("ol", *(tag("li", reason["message"]) for reason in wording.reasons), class_="reasons")
                if wording.reasons
                else None
            )
            head = tag(
                "h3", mark, f" {say.get(wording.rung, wording.rung)} · {say['score']} {self._number(wording.score)}"
            )
            cards.append(tag("div", head, tag("p", shown, class_="text"), why, class_="card"))
        return [tag("h2", say["versions"]), *cards]

    def _timings(self, timings: Json) -> list[Safe]:
        say = self._say
        names = {"search": "search", "draft": "draft_rung", "restyle": "restyle", "guard": "checking", "total": "total"}
        boxes = [
            tag("div", tag("dt", say[names[stage]]), tag("dd", self._seconds(seconds)))
            for stage, seconds in timings.items() if stage in names
        ]  # fmt: skip
        return [tag("h2", say["timings"]), tag("dl", *boxes, class_="figures")]


def _wide(table: Safe) -> Safe:
    return tag("div", table, class_="scroll")


def _place(item: Json) -> str:
    return " › ".join(dict.fromkeys((item["title"], *item["headings"])))


def _when(at: float) -> str:
    return time.strftime("%d.%m.%Y %H:%M", time.localtime(at))


def _caption(name: str) -> str:
    """`proof/drift.png` → `proof: drift`."""
    place, _, file = name.partition("/")
    return f"{place}: {file.removesuffix('.png')}"
