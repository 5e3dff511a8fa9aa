"""Modality, scope, negation, poles and bounds: found in both texts, compared where the aligned words stand. Knows no names."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

from style_adapter.guard import lexicon
from style_adapter.guard.align import ROOT, SAME, Alignment
from style_adapter.guard.bounds import Bounds
from style_adapter.guard.ops import LIMIT, Op, Slip, Window, clause_at, find, plain, within
from style_adapter.guard.words import Word

EQUIVALENT: dict[str, set[str]] = {
    "must": {"must"}, "forbid": {"forbid"}, "should": {"should"}, "may": {"may", "optional"}, "perhaps": {"perhaps", "may"},
    "noneed": {"noneed", "optional"}, "shouldnot": {"shouldnot"}, "none": {"none"},
    "only": {"only"}, "most": {"most"}, "many": {"many", "most"},
    "few": {"few"}, "some": {"some", "many"}, "all": {"all", "none"}, "notall": {"notall", "some", "most"},
}  # fmt: skip
CONFLICT: dict[str, dict[str, str]] = {
    "must": {"should": "modality", "optional": "modality", "noneed": "modality", "perhaps": "modality", "may": "modality"},
    "forbid": {"shouldnot": "modality", "may": "negation_flip", "should": "modality", "optional": "modality",
               "must": "negation_flip"},
    "shouldnot": {"forbid": "modality", "may": "negation_flip", "must": "negation_flip"},
    "should": {"must": "modality", "optional": "modality", "noneed": "modality", "forbid": "modality", "may": "modality"},
    "may": {"must": "modality", "certain": "modality", "forbid": "negation_flip", "noneed": "modality"},
    "perhaps": {"certain": "modality"},
    "noneed": {"must": "negation_flip"},
    "none": {"some": "quantifier", "all": "quantifier", "few": "quantifier", "most": "quantifier", "many": "quantifier"},
    "only": {"anyway": "condition_dropped", "all": "quantifier", "some": "quantifier", "most": "quantifier"},
    "most": {"all": "quantifier", "some": "quantifier", "few": "quantifier", "none": "quantifier", "many": "quantifier"},
    "many": {"all": "quantifier", "few": "quantifier", "none": "quantifier", "some": "quantifier"},
    "few": {"many": "quantifier", "most": "quantifier", "all": "quantifier"},
    "some": {"all": "quantifier", "most": "quantifier", "none": "quantifier"},
    "all": {"some": "quantifier", "few": "quantifier", "most": "quantifier", "notall": "quantifier", "many": "quantifier"},
}  # fmt: skip


STRICT_ONLY = re.compile(r"только|лишь|токмо|исключительно|единственн|only|sole|just|merely|nothing but|exclusiv|alone")
NEAR = 12  # characters
NOT = re.compile(r"(?:(?<!\w)(?:не|not|never|nae)|n't|cannot)\s+(?:\w+ly\s+)?$")
NOT_AFTER = re.compile(r"\s+(?:(?:он|она|оно|они|его|ее|их)\s+)?не\s+(?:буд|был|мо[жг]|стан)\w*")
NOT_ALONE = re.compile(
    r"(?:пока|покуда|until|till|unless|lest|чтобы?)\s[^.]*$|(?:не|not|n't)\s+(?:только|просто|только лишь|лишь|only|just|merely|"
    r"more|less|больше|меньше|более|менее|раньше|позже|сразу|сам|сама|само|сами)\s*$"
)
SHOULD_NOT = re.compile(r"should|ought|следует|не следует")


def _denied(text: str, word: Word) -> tuple[int, int] | None:
    """A word with the `not` right before it, or after it before an auxiliary: `перезаписан он не будет`."""
    if before := NOT.search(text, max(0, word.start - 24), word.start):
        return before.start(), word.end
    after = NOT_AFTER.match(text, word.end)
    return (word.start, after.end()) if after else None


class Operators:
    """All operator checks of one aligned pair."""

    def __init__(self, alignment: Alignment) -> None:
        self.a = alignment
        self.draft, self.styled = plain(alignment.draft), plain(alignment.styled)
        self.window = Window(alignment)
        self.slips: list[Slip] = []
        self.negations = [Op("neg", *m.span()) for m in islice(lexicon.NEGATION.finditer(self.styled), LIMIT)]
        self.bound_spans: list[tuple[int, int]] = []
        self.their_bounds: list[tuple[int, int]] = []

    def run(self) -> list[Slip]:
        bounds = Bounds(self.a)
        bounds.run()
        self.slips += bounds.slips
        self.bound_spans, self.their_bounds = bounds.bound_spans, bounds.their_bounds
        modal = self._family(lexicon.MODALITY_RE)
        self._family(lexicon.QUANTITY_RE)
        self._negation(modal)
        self._axes()
        return self.slips

    def _claim(self, position: int) -> int:
        claims = self.a.claims
        return next((k for k, c in enumerate(claims) if c.start <= position < c.after), len(claims) - 1)

    def _near(self, op: Op, wide: int = 1) -> list[tuple[int, int]]:
        return self.window.spans(op.start, self._claim(op.start), wide)

    def _family(self, table: dict[str, re.Pattern[str]]) -> list[Op]:
        theirs = find(self.styled, table)
        mine = find(self.draft, table)
        for op in mine:
            if op.cls not in CONFLICT or any(s <= op.start < e for s, e in self.bound_spans):
                continue
            region = self.a.region[self._claim(op.start)]
            spans = self._near(op)
            same = EQUIVALENT[op.cls]
            wide = self._near(op, 2)
            if any(t.cls in same and within(t, wide) for t in theirs):
                continue
            claim = self._claim(op.start)
            counts = {
                c: sum(m.cls == c for m in mine if self._claim(m.start) == claim)
                - sum(t.cls == c and within(t, region) for t in theirs)
                for c in CONFLICT[op.cls]
            }
            against = [t for t in theirs if t.cls in CONFLICT[op.cls] and within(t, spans) and counts[t.cls] < 0]
            if op.cls == "only" and not STRICT_ONLY.match(self.draft[op.start : op.end]):
                continue
            if op.cls == "may" and self._exclusive(op.start):  # `may only` is told as `has to`
                against = [t for t in against if t.cls not in ("must", "forbid")]
            if op.cls == "must" and any(t.cls == "may" for t in against):
                against = [
                    t for t in against if t.cls != "may" or not re.search(r"(?:а|и|или) $", self.styled[: t.start][-4:])
                ]
            if op.cls == "forbid" and any(
                within(n, spans) and n.start not in {t.start for t in theirs} for n in self.negations
            ):
                soft = SHOULD_NOT.match(self.draft[op.start : op.end]) is not None
                against = [t for t in against if t.cls in ("optional", "shouldnot") or (t.cls == "should" and not soft)]
            if against:
                worst = min(against, key=lambda t: list(CONFLICT[op.cls]).index(t.cls))
                self.slips.append(Slip(CONFLICT[op.cls][worst.cls], (op.start, op.end), (worst.start, worst.end), 0.8))
        return mine

    def _negation(self, modal: list[Op]) -> None:
        mine = [Op("neg", *m.span()) for m in islice(lexicon.NEGATOR.finditer(self.draft), LIMIT)]
        for op in mine:
            if any(s <= op.start < e for s, e in self.bound_spans) or re.match(
                r"(?:исключ|без|кроме|вместо|против|off|free|except|unless|fail|lost)", self.draft[op.start :]
            ):
                continue
            governed = next((i for i, w in enumerate(self.a.draft.words) if w.start >= op.end and w.content), None)
            if governed is not None and re.search(
                r"[\[,;.]", self.a.draft.text[op.end : self.a.draft.words[governed].start]
            ):
                governed = None
            if (
                governed is not None
                and self.a.draft.words[governed].start - op.end < 30
                and max(self.a.best[governed].score, self._following(governed)) < 0.75
            ):
                continue
            if not any(within(n, self._near(op, 1)) and self._opposes(n) for n in self.negations):
                spot = self._counterpart(op)
                self.slips.append(Slip("negation_flip", (op.start, self._after(op)), spot, 0.7))
        found = {slip.draft[0] for slip in self.slips if slip.kind == "negation_flip" and slip.draft}
        for slip in self._parity():
            if slip.draft and not any(abs(start - slip.draft[0]) < NEAR for start in found):
                self.slips.append(slip)

    def _parity(self) -> list[Slip]:
        """A predicate that both texts share, with `not` right beside it in one of them only, and nothing near it to make up for
        that: another negation of its clause, `nobody`, `only`, a question."""
        slips = []
        draft, styled = self.a.draft, self.a.styled
        mine = [m.start() for m in islice(lexicon.NEGATION.finditer(self.draft), LIMIT)]
        limits = [o.start for o in find(self.draft, lexicon.QUANTITY_RE) if o.cls in ("only", "none", "few", "notall")]
        lemmas = Counter(w.lemma for w in styled.words)
        for index, word in enumerate(draft.words):
            match = self.a.best[index]
            if not word.content or word.name or match.score < SAME or word.form.pos not in ("verb", "adj"):
                continue
            other = styled.words[match.index]
            denied, denies = _denied(self.draft, word), _denied(self.styled, other)
            if (denied is None) == (denies is None) or lemmas[other.lemma] > 1:
                continue
            spans = denied or (word.start, word.end), denies or (other.start, other.end)
            if denied and not self._made_up_for(index, other):
                slips.append(Slip("negation_flip", *spans, 0.7))
            elif denies and not any(abs(clause_at(draft, at) - word.clause) <= 1 for at in (*mine, *limits)):
                before = self.styled[max(0, other.start - 40) : other.start]
                end = next((e for s, e in styled.facts.spans if s <= other.start < e), len(self.styled))
                if not NOT_ALONE.search(before) and "?" not in styled.text[other.end : end + 1]:
                    slips.append(Slip("negation_flip", *spans, 0.7))
        return slips

    def _made_up_for(self, index: int, word: Word) -> bool:
        """Whether the styled sentence of a word denies as often as the draft's does."""
        draft, styled = self.a.draft, self.a.styled
        of = next((s for s in draft.facts.spans if s[0] <= draft.words[index].start < s[1]), (0, len(self.draft)))
        to = next((s for s in styled.facts.spans if s[0] <= word.start < s[1]), (0, len(self.styled)))
        mine = sum(1 for m in islice(lexicon.NEGATION.finditer(self.draft, *of), LIMIT))
        return sum(to[0] <= n.start < to[1] for n in self.negations) >= mine

    def _following(self, index: int) -> float:
        """How well the word after a governed one lives on, in the same clause: `не требует остановки`."""
        words = self.a.draft.words
        if index + 1 < len(words) and words[index + 1].clause == words[index].clause and words[index + 1].content:
            return self.a.best[index + 1].score
        return 0.0

    def _opposes(self, op: Op) -> bool:
        """A word like `остаются` answers a lost `не` only where it is not the draft's own predicate."""
        if not re.match(r"оста|уцеле|жив|remain|stay|keep|kept|surviv|spare", self.styled[op.start :]):
            return True
        return all(w.start != op.start or self.a.back[j] < ROOT for j, w in enumerate(self.a.styled.words))

    def _after(self, op: Op) -> int:
        """The operator with the word it governs."""
        following = next((w for w in self.a.draft.words if w.start >= op.end), None)
        return following.end if following and following.start - op.end < 25 else op.end

    def _counterpart(self, op: Op) -> tuple[int, int] | None:
        """The styled word that answers the word an operator governs."""
        for index, word in enumerate(self.a.draft.words):
            if (
                word.start >= op.start
                and word.content
                and self.a.best[index].score >= 0.55
                and word.start - op.end < 40
            ):
                other = self.a.styled.words[self.a.best[index].index]
                return other.start, other.end
        spans = self._near(op)
        return spans[0] if spans else None

    # poles

    def _axes(self) -> None:
        for name, kind, plus, minus in lexicon.AXES_RE:
            mine = self._poles(self.draft, plus, minus)
            if not mine:
                continue
            theirs = self._poles(self.styled, plus, minus)
            if not theirs:
                continue
            for sign, start, end in mine:
                if any(s <= start < e for s, e in self.bound_spans):
                    continue
                op = Op(name, start, end)
                region = self.a.region[self._claim(start)]
                spans = self._near(op)
                theirs = [t for t in theirs if not any(s <= t[1] < e for s, e in self.their_bounds)]
                claim = self._claim(start)
                inside = [t for t in theirs if within(Op("", t[1], t[2]), region)]
                own = [m for m in mine if self._claim(m[1]) == claim]
                same = sum(t[0] == sign for t in inside) >= sum(m[0] == sign for m in own)
                gained = sum(t[0] == -sign for t in inside) > sum(m[0] == -sign for m in own)
                against = [t for t in theirs if t[0] == -sign and within(Op("", t[1], t[2]), spans)]
                if same or not gained or not against:
                    continue
                other = against[0]
                if self.draft[start : start + 4] == self.styled[other[1] : other[1] + 4]:
                    continue  # the word itself lives on: what denies it is for the negations to tell
                if name in ("allow", "keep", "enable") and self._exclusive(start):
                    continue
                if name == "after" and re.search(
                    r"(?<!\w)(?:потом|затем|сначала|сперва|then|first)(?!\w)", self._text(spans)
                ):
                    continue
                if name in ("more", "after") and self._swapped(op, Op(name, other[1], other[2])):
                    continue
                self.slips.append(Slip(kind, (start, end), (other[1], other[2]), 0.75))

    def _exclusive(self, position: int) -> bool:
        """The draft's claim says `only`, which a restyle may turn into a prohibition of the rest."""
        claim = self.a.claims[self._claim(position)]
        return lexicon.QUANTITY_RE["only"].search(self.draft[claim.start : claim.end]) is not None

    def _text(self, spans: list[tuple[int, int]]) -> str:
        return " ".join(self.styled[a:b] for a, b in spans)

    def _poles(self, text: str, plus: re.Pattern[str], minus: re.Pattern[str]) -> list[tuple[int, int, int]]:
        found: list[tuple[int, int, int]] = []
        for sign, pattern in ((1, plus), (-1, minus)):
            for match in pattern.finditer(text):
                before = text[max(0, match.start() - 24) : match.start()]
                negated = (
                    re.search(r"(?:(?<!\w)(?:не|not|no|never|ни|cannae|nae)|n't)\s+(?:\w+\s)?$", before) is not None
                )
                after = text[match.end() : match.end() + 16]
                if match.group() in ("больше", "более", "more", "over", "up", "down") and re.match(
                    r"\s+(?:не|нет|нету|нельзя|ни|and|the|to)\b", after
                ):
                    continue
                infinitive = text[: match.end()].endswith(("ть", "ться", "ти", "же", "ше", "ее", "че"))
                clause_negs = (
                    len([n for n in self.negations if abs(n.start - match.start()) < 60]) if text is self.styled else 0
                )
                if negated and clause_negs > 1 and not re.search(r"(?<!\w)(?:не|not|no)\s$", before):
                    continue
                negated = negated or (infinitive and re.match(r"\s+(?:не|нельзя)\s", after) is not None)
                found.append((-sign if negated else sign, match.start(), match.end()))
        minus_spans = [(s, e) for sign, s, e in found if minus.match(text, s)]
        return [
            f
            for f in found
            if f[0] == -1 or not any(s <= f[1] and f[2] <= e and (s, e) != (f[1], f[2]) for s, e in minus_spans)
        ]

    def _swapped(self, op: Op, other: Op) -> bool:
        """The arguments changed sides together with the pole: `A after B` = `B before A`."""
        votes = 0
        clause = clause_at(self.a.draft, op.start)
        for index, word in enumerate(self.a.draft.words):
            match = self.a.best[index]
            if not word.content or match.score < 0.6 or abs(word.clause - clause) > 1:
                continue
            left, other_left = word.start < op.start, self.a.styled.words[match.index].start < other.start
            votes += 1 if left != other_left else -1
        return votes > 0
