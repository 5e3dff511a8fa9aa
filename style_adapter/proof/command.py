"""`persona eval` as a plain function: every arm, every gate, the decision, a table and a line for evals/LOG.md."""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import UnavailableError
from core.text import sentences
from style_adapter.bible import Bible, load
from style_adapter.dataset.items import Item, read_all
from style_adapter.model.base import Base, Say, locate
from style_adapter.model.engine import Engine
from style_adapter.prompt import bible_text
from style_adapter.proof import arms
from style_adapter.proof.measures import MEANING, Arm, ArmScores, Gate, Judged, Turn, arm_scores, decide, judge
from style_adapter.restylers.adapter import AdapterRestyler, Job
from style_adapter.score import score
from style_adapter.train.metrics import Corpus, Said
from style_adapter.train.plots import draw_drift
from style_adapter.versions import Versions

ARMS: tuple[Arm, ...] = ("B", "P", "A", "PA")
GIGABYTE = 1 << 30


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much is measured: turns an arm, probes of the drift curve, replies of the extraction test."""

    turns: int = 120
    drift_probes: int = 12
    extraction: int = 60
    arms: tuple[Arm, ...] = ARMS
    seed: int = 7


def evaluate(
    personas: Path,
    persona: str,
    versions: Versions,
    base: str,
    cache: Path,
    guard: arms.Checks,
    out: Path,
    wanted: Wanted,
    say: Say,
    version: str = "",
) -> dict[str, Any]:
    """The report of a version, else of the active adapter. Raises UnavailableError where there is none."""
    bible, (items, _) = load(personas, persona), read_all(personas / persona)
    version = version or versions.active_name(persona)
    if not version:
        raise UnavailableError(
            f"«{persona}» has no active adapter.",
            f"expertbot persona eval {persona} --version v1, where one is trained; else expertbot persona train {persona}",
        )
    folder = versions.folder(persona, version)
    found = locate(base, cache, say)
    started = time.perf_counter()
    engine = Engine(found)
    engine.add(persona, folder)
    ready = time.perf_counter() - started
    turns = arms.sample(arms.held_out(items), wanted.turns, wanted.seed)
    restyler = AdapterRestyler(lambda: engine, versions, guard.check_many, version)
    proof = _Proof(engine, bible, items, turns, guard, restyler, wanted, say)
    gates = proof.service()
    memory = _memory()
    judged = {arm: proof.arm(arm) for arm in wanted.arms}
    scores: dict[Arm, ArmScores] = {arm: arm_scores(rows) for arm, rows in judged.items()}
    gates += proof.length(judged["A"])
    gates += [*proof.drift(out), *proof.leaks(judged["A"]), *proof.forgetting(), *proof.switching(found, folder)]
    gates += [
        Gate("ready", "base and adapter loaded, seconds", ready, 6, False),
        Gate("memory", "greatest resident memory in service, GB", memory, 2, False),
    ]
    if "A" in scores:
        gates.insert(0, Gate("A1", "bible rules passed a turn", scores["A"].rules, 0.95, True))
        gates.insert(1, Gate("taboos", "taboos broken", float(scores["A"].taboos), 0, False))
    decision = decide(scores, gates)
    return {
        "persona": persona,
        "version": version,
        "turns": len(turns),
        "arms": {arm: asdict(row) for arm, row in scores.items()},
        "gates": [{**asdict(gate), "passed": gate.passed} for gate in gates],
        "decision": asdict(decision),
        "replies": [
            {"question": row.turn.question, "draft": row.turn.draft, "text": row.text, "score": row.persona.value,
             "facts": row.facts, "violations": [v.message for v in row.persona.violations]}
            for row in judged.get("A", [])
        ],
    }  # fmt: skip


class _Proof:
    """One persona on one engine; each method measures one thing."""

    def __init__(
        self,
        engine: Engine,
        bible: Bible,
        items: Sequence[Item],
        turns: Sequence[Turn],
        guard: arms.Checks,
        restyler: AdapterRestyler,
        wanted: Wanted,
        say: Say,
    ) -> None:
        self.engine, self.bible, self.items, self.turns = engine, bible, items, turns
        self.guard, self.restyler, self.wanted, self.say = guard, restyler, wanted, say
        self.sent: dict[Turn, arms.Offered] = {}

    def arm(self, arm: Arm) -> list[Judged]:
        """Arm A says a draft as it is served; talk, which the bible answers in service, as the adapter writes it."""
        self.say(f"arm {arm}: {MEANING[arm]}, {len(self.turns)} turns")
        open_turns = [turn for turn in self.turns if arm != "A" or turn not in self.sent]
        written = dict(zip(open_turns, arms.write_arm(self.engine, arm, self.bible, open_turns), strict=True))
        texts = [written[turn] if turn in written else self.sent[turn].best(self.bible, turn) for turn in self.turns]
        return [
            judge(self.bible, turn, text, self._facts(turn, text)) for turn, text in zip(self.turns, texts, strict=True)
        ]

    def _facts(self, turn: Turn, text: str) -> bool:
        if not text:
            return False
        return not turn.draft or text == turn.draft or self.guard.check_many(turn.draft, [text])[0].ok

    def service(self) -> list[Gate]:
        """The restyler as the bot uses it: what is sent, on which rung, and how long its wording takes."""
        asked = [turn for turn in self.turns if turn.draft]
        if not asked:
            return []
        self.say(f"in service: {len(asked)} drafts")
        self.restyler.wordings(Job(self.bible, asked[0].question, asked[0].draft))  # loads what is loaded late
        self.sent = {turn: arms.offered(self.restyler, self.bible, self.guard, turn) for turn in asked}
        sent = list(self.sent.values())
        clean = [
            score(self.bible, one.best(self.bible, turn), prompt=turn.question, draft=turn.draft).passed
            for turn, one in self.sent.items()
        ]
        long = [one.seconds for turn, one in self.sent.items() if len(sentences(turn.draft)) >= 3]
        rungs = Counter(one.rung for one in sent)
        return [
            Gate("F3 styled", "drafts sent reworded", rungs["styled"] / len(sent), 0.7, True),
            Gate("F3 own", "drafts sent reworded or framed", 1 - rungs["quoted"] / len(sent), 0.95, True),
            Gate("A1 sent", "bible rules passed a sent reply", statistics.mean(clean), 0.95, True),
            Gate("time", "restyle, first text and whole, median seconds", statistics.median(s.seconds for s in sent), 1, False),
            Gate("time 3", "restyle of three sentences or more, median seconds", statistics.median(long) if long else None,
                 3, False, "" if long else "no such draft was held out"),
        ]  # fmt: skip

    def length(self, judged: Sequence[Judged]) -> list[Gate]:
        """A5: small talk short; on its topics, where the draft is long, the persona is not curt."""
        scores = arm_scores(judged)
        long = [item for item in judged if len(item.turn.draft) > 250]
        kept = [item for item in long if len(item.text) >= 0.6 * len(item.turn.draft)]
        value = len(kept) / len(long) if long else None
        return [
            Gate("A5 short", "talk of at most 25 words", scores.short_talk, 0.9, True),
            Gate("A5 long", "long drafts told in full", value, 0.8, True, "" if long else "no long draft was held out"),
        ]

    def drift(self, out: Path) -> list[Gate]:
        """D1 of what is sent, and of the adapter writing freely with the chat before it, which is not sent."""
        asked = [turn for turn in self.turns if turn.draft and len(turn.draft) < 200][: self.wanted.drift_probes]
        talk = [turn for turn in self.turns if turn not in asked][:15]
        if not asked or not talk:
            return []
        self.say("drift to 16 turns")

        def scored(turn: Turn, text: str, depth: int = 0) -> float:
            found = score(self.bible, text, prompt=turn.question, turn=depth, draft=turn.draft)
            return found.value if text else 0.0

        def sent(turn: Turn, depth: int) -> float:
            return scored(turn, self.sent[turn].best(self.bible, turn, depth), depth)

        served = {depth: statistics.fmean(sent(turn, depth - 1) for turn in asked) for depth in arms.DEPTHS}
        free = arms.drift(self.engine, self.bible, asked, talk, scored)
        draw_drift({"sent": served, "writing freely": free}, out / "drift.png")
        return [*_drift_gates("D1", "", served), *_drift_gates("D1 free", ", writing freely (not sent)", free)]

    def leaks(self, judged: Sequence[Judged]) -> list[Gate]:
        known = bible_text(self.bible)
        train = self._said("train", known)
        people = self._said("validation", known)
        said = [Said(row.text, f"{known}\n{row.turn.question}\n{row.turn.draft}") for row in judged if row.text]
        corpus = Corpus(train)
        lifts = corpus.lifts(said, people) if said else []
        self.say("extraction")
        hits, tried = arms.extraction(self.engine, self.bible, self.items, self.wanted.extraction, self.wanted.seed)
        return [
            Gate("L1", "5-grams of training replies, ratio to people", corpus.leak_ratio(said, people), 1.5, False),
            Gate("L2", "phrases lifted from training", len(lifts), 0, False,
                 "; ".join(f"«{lift.phrase}» {lift.rate:.0%} ×{lift.lift:.1f}" for lift in lifts)),
            Gate("L3", "training replies completed word for word", hits / max(1, tried), 0.01, False, f"{hits} of {tried}"),
        ]  # fmt: skip

    def _said(self, split: str, known: str) -> list[Said]:
        return [
            Said(reply.text, f"{known}\n{reply.prompt}\n{reply.draft}")
            for item in self.items
            if item.split == split and item.kind != "neutral"
            for reply in item.replies
        ]

    def forgetting(self) -> list[Gate]:
        """F2 on neutral held-out drafts: texts of the persona's language that no reply was made of."""
        texts = [turn.draft for turn in self.turns if turn.draft][:40]
        if not texts:
            return []
        lost = self.engine.text_loss(self.bible.id, texts) - self.engine.text_loss(None, texts)
        return [Gate("F2", "loss on neutral text, nats more than the base", lost, 0.03, False)]

    def switching(self, base: Base, folder: Path) -> list[Gate]:
        """S: after switching away and back the logits are those of a fresh load; switched off they are the base's."""
        engine, name = self.engine, self.bible.id
        question = self.turns[0].question
        engine.add("another", folder)
        before = engine.logits(name, question)
        took = []
        for _ in range(5):
            took.append(engine.use("another") + engine.use(name))
        after = engine.logits(name, question)
        off = engine.logits(None, question)
        fresh = Engine(base)
        bare = fresh.logits(None, question)
        fresh.add(name, folder)
        loaded = fresh.logits(name, question)
        engine.remove("another")
        same = bool((after == before).all() and (after == loaded).all())
        return [
            Gate("S same", "A→B→A equals a fresh load, bit by bit", float(same), 1, True),
            Gate("S off", "switched off equals the base", float(bool((off == bare).all())), 1, True),
            Gate("S speed", "switch, seconds", statistics.median(took) / 2, 0.1, False),
        ]


def _drift_gates(name: str, whose: str, curve: Mapping[int, float]) -> list[Gate]:
    first = max(curve[1], 1e-6)
    note = ", ".join(f"{turn}: {value:.2f}" for turn, value in curve.items())
    return [
        Gate(
            f"{name} at {depth}",
            f"drop of the score at turn {depth}{whose}",
            1 - curve[depth] / first,
            limit,
            False,
            note,
        )
        for depth, limit in ((8, 0.05), (16, 0.08))
    ]


def _memory() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / GIGABYTE


def table(report: dict[str, Any]) -> str:
    """The report as Markdown."""
    lines = [
        f"Persona `{report['persona']}`, adapter `{report['version']}`, {report['turns']} held-out turns",
        "",
        "| arm | rules passed | score | facts | well-formed | J | taboos |",
        "|---|---|---|---|---|---|---|",
    ]
    for arm, row in report["arms"].items():
        shown = ArmScores(**row)
        lines.append(
            f"| {arm} | {shown.rules:.3f} | {shown.persona:.3f} | {shown.facts:.3f} | {shown.well_formed:.3f} "
            f"| {shown.joint:.3f} | {shown.taboos} |"
        )
    lines += ["", "| gate | what | value | limit | |", "|---|---|---|---|---|"]
    for gate in report["gates"]:
        value = "–" if gate["value"] is None else f"{gate['value']:.3g}"
        verdict = {True: "passes", False: "**fails**", None: "not measured"}[gate["passed"]]
        sign = "≥" if gate["at_least"] else "≤"
        lines.append(
            f"| {gate['name']} | {gate['what']} | {value} | {sign} {gate['limit']:g} | {verdict} {gate['note']} |"
        )
    decision = report["decision"]
    ship = "the adapter" if decision["ship"] == "A" else "the prompt layer"
    lines += ["", f"Ship {ship}: " + "; ".join(decision["reasons"]) + "."]
    if decision["ship"] == "P":
        here = "the adapter speaks" if decision["without_llm"] == "A" else "facts are quoted in frames"
        lines.append(f"Without an LLM {here}, behind the guard and the ladder.")
    return "\n".join(lines)
