"""What of a draft has no counterpart in a restyled text: chunks of its clauses, conditions and names. Knows no operators."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from style_adapter.guard import lexicon, units, vectors
from style_adapter.guard.align import Alignment
from style_adapter.guard.ops import Slip
from style_adapter.guard.words import Reading, Word


@dataclass(frozen=True, slots=True)
class Chunk:
    """A phrase of the draft: its content words (indices), its span with the words that lead it in, its claim."""

    words: tuple[int, ...]
    start: int
    end: int
    claim: int


def chunks(reading: Reading, claim_of: list[int]) -> list[Chunk]:
    """Runs of content words within a clause; a preposition or conjunction begins a new one."""
    found: list[Chunk] = []
    run: list[int] = []
    lead: int | None = None

    def close() -> None:
        nonlocal run, lead
        if run:
            words = reading.words
            found.append(
                Chunk(
                    tuple(run),
                    lead if lead is not None else words[run[0]].start,
                    words[run[-1]].end,
                    claim_of[run[0]],
                )
            )
        run, lead = [], None

    previous: Word | None = None
    for index, word in enumerate(reading.words):
        gap = reading.text[previous.end : word.start] if previous else ""
        if previous and (word.clause != previous.clause or "`" in gap or "[" in gap):
            close()
        if word.content:
            run.append(index)
        elif word.form.pos == "function":
            close_lead = lead if not run else None
            close()
            lead = close_lead if close_lead is not None else word.start
        previous = word
    close()
    return found


GENERIC = re.compile(
    r"(?:параметр|опци|значени|аннотаци|политик|директори|директив|команд|переменн|позици|направлени|достижени|случа|пример|умолчани|псевдоним|момент|"
    r"врем|начал|конец|конц|част|сторон|помощ|процесс|систем|служб|вид|тип|форм|ход|порядок|порядк|возможност|назначени|количеств|числ|величин|уровен|уровн|"
    r"составля|занима|явля|происход|осуществля|производ|выполня|обеспеч|предостав|предназнач|котор|равн|друг|год|номер|лимит|люб|цел|"
    r"default|option|parameter|value|variable|command|order|example|process|system|term|amount|period|level|rate|site|total|type|form|"
    r"follow|compar|contain|reach|provid|perform|carr|account|occur|situat|locat|origin|further|year|place|basis|addition)\w{0,6}$"
)
LIMITING = re.compile(
    r"(?:если|когда|кроме|исключени|только|лишь|при|после|до|без|внутри|пока|хотя|несмотря|иначе|или|для|включая|если|перед|потому|чтобы|начиная|"
    r"unless|except|only|if|when|until|without|although|though|after|before|within|during|including|because|otherwise|or|for|in|on|made)$"
)
MARKER = re.compile(
    r"(?<!\w)(?:кроме|за исключением|исключая|если(?! не\w)|только если|при условии,? что|unless|except(?: for)?|"
    r"only if|if|provided that|as long as)(?!\w)"
)
ANSWER = re.compile(
    r"(?<!\w)(?:если|ежели|коли|коль|кроме|окромя|исключ\w+|изъят\w+|за вычетом|только|лишь|покуда|пока|когда|а вот|"
    r"но|без|не|нет|unless|except|save|but|if|when|only|should|provided|"
    r"not|no|without|barring|bar|let|so long|nae|ain't|don't|once|whenever|where|an)(?!\w)"
)
LEADS = re.compile(
    r"(?:и |а |но |but |and )?(?:только |лишь |only )?(?:если|когда|кроме|за исключением|исключая|при|после|до|внутри|"
    r"в рамках|в пределах|пока|без|или|хотя|несмотря|начиная|выпущен\w+|"
    r"if|when|unless|except|after|before|within|during|until|without|although|though|below|above|under|made for|for|"
    r"in one|or)(?!\w)"
)
GOVERNS = re.compile(
    r"(?<!\w)(?:если|когда|кроме|за исключением|только|лишь|при условии|хотя|if|when|unless|except|only|provided|"
    r"although|though|as long as)(?!\w)[^,]*$"
)
LOST = 0.42


class Coverage:
    """Looks for what was lost or replaced."""

    def __init__(self, alignment: Alignment) -> None:
        self.a = alignment
        self.slips: list[Slip] = []
        self.valued = [(v.start, v.end) for v in alignment.draft.facts.values] + [
            (m.start, m.end) for m in alignment.draft.facts.moments
        ]
        self.score = [self._score(i) for i in range(len(alignment.draft.words))]

    def run(self) -> list[Slip]:
        self._names()
        self._contrasts()
        self._conditions()
        self._chunks()
        return self.slips

    def _score(self, index: int) -> float:
        return max(self.a.best[index].score, 0.85 * self.a.anywhere[index].score)

    def _skippable(self, word: Word) -> bool:
        """Words that values, identifiers or operators already answer for."""
        if any(s <= word.start < e for s, e in self.valued) or units.named(word.text, after_digit=False):
            return True
        if GENERIC.match(word.low) or GENERIC.match(word.lemma):
            return True
        after = self.a.draft.text[word.end : word.end + 3]
        return bool(re.match(r"\s`", after)) or any(
            p.fullmatch(word.low) for p in (*lexicon.MODALITY_RE.values(), *lexicon.QUANTITY_RE.values())
        )

    # names

    def _names(self) -> None:
        strange = [
            w for j, w in enumerate(self.a.styled.words)
            if w.content and w.text[:1].isupper() and self.a.back[j] < 0.7 and (w.name or self._inside_quotes(w))
        ]  # fmt: skip
        for index, word in enumerate(self.a.draft.words):
            if (
                not word.name
                or self.score[index] >= 0.7
                or self._spelled(word)
                or any(s <= word.start < e for s, e in self.valued)
            ):
                continue
            region = self.a.region[self.a.claim_of[index]]
            other = next((w for w in strange if any(s <= w.start < e for s, e in region)), None)
            whole = self._name_span(index)
            if other is not None:
                strange.remove(other)
                self.slips.append(Slip("entity_swap", whole, (other.start, other.end), 0.8))
            else:
                kept = any(
                    self.score[i] >= 0.7 for i, w in enumerate(self.a.draft.words) if whole[0] <= w.start < whole[1]
                )
                kind = (
                    "condition_dropped"
                    if re.search(
                        r"(?<!\w)(?:кроме|исключая|за исключением|except|unless|if|если|только|only|but)(?!\w)[^,;.]*$",
                        self.a.draft.folded[max(0, whole[0] - 30) : whole[0]],
                    )
                    else "dropped_claim"
                )
                self.slips.append(Slip(kind, whole, None, 0.4 if kept else 0.75))

    def _inside_quotes(self, word: Word) -> bool:
        return self.a.styled.text[word.start - 1 : word.start] in '«“"„' and word.start > 0

    def _name_span(self, index: int) -> tuple[int, int]:
        """The whole run of name words around one."""
        words = self.a.draft.words
        first = last = index
        while first > 0 and words[first - 1].name and words[first].start - words[first - 1].end <= 2:
            first -= 1
        while last + 1 < len(words) and words[last + 1].name and words[last + 1].start - words[last].end <= 2:
            last += 1
        return words[first].start, words[last].end

    def _spelled(self, word: Word) -> bool:
        """An acronym spelled out, a name put in another form, or initials."""
        text = self.a.styled.folded
        if word.low in text or (word.low == "gmt" and "greenwich" in text) or word.low in ("utc", "мск"):
            return word.low in text or "greenwich" in text or "москов" in text
        if word.text.isupper() and 2 <= len(word.text) <= 5:
            initials = "".join(w.low[0] for w in self.a.styled.words)
            return word.low in initials
        run = self._name_span(self.a.draft.words.index(word))
        parts = re.findall(r"\w+", self.a.draft.folded[run[0] : run[1]])
        acronym = "".join(p[0] for p in parts)
        return (
            len(acronym) >= 2
            and re.search(
                rf"(?<!\w){re.escape(acronym)}(?!\w)|(?<!\w)lax(?!\w)"
                if acronym == "lai"
                else rf"(?<!\w){re.escape(acronym)}(?!\w)",
                text,
            )
            is not None
        )

    # sets whose members exclude one another

    def _contrasts(self) -> None:
        mine = {w.lemma for w in self.a.draft.words} | {w.low for w in self.a.draft.words}
        theirs = {w.lemma for w in self.a.styled.words} | {w.low for w in self.a.styled.words}
        for index, word in enumerate(self.a.draft.words):
            keys = {row for key in (word.lemma, word.low) for row in lexicon.CONTRAST_OF.get(key, ())}
            if any(len(t) >= 4 and t[:4] == word.low[:4] for t in theirs):
                continue
            if (
                not keys
                or word.lemma in theirs
                or word.low in theirs
                or any(s <= word.start < e for s, e in self.valued)
            ):
                continue
            region = self.a.region[self.a.claim_of[index]]
            for other in self.a.styled.words:
                if (
                    other.lemma in mine
                    or other.low in mine
                    or other.low[:4] == word.low[:4]
                    or not any(s <= other.start < e for s, e in region)
                ):
                    continue
                if keys & {row for key in (other.lemma, other.low) for row in lexicon.CONTRAST_OF.get(key, ())}:
                    self.slips.append(Slip("entity_swap", (word.start, word.end), (other.start, other.end), 0.7))
                    break

    # conditions and exceptions

    def _conditions(self) -> None:
        """`кроме Турции`, `unless the soil is wet`: what a condition holds must live on under the same mark."""
        text = self.a.draft.folded
        for match in MARKER.finditer(text):
            stop = re.search(r"[,;:]\s|\s\[|[.!?](?:\s|$)|\s[—–]\s", text[match.end() :])
            end = match.end() + stop.start() if stop else len(text)
            inside = [
                i for i, w in enumerate(self.a.draft.words)
                if match.end() <= w.start < end and w.content and not (self._skippable(w) and not w.name)
            ]  # fmt: skip
            claim = next((k for k, c in enumerate(self.a.claims) if c.start <= match.start() < c.after), 0)
            if not inside:
                continue
            mean = sum(self.a.best[i].score for i in inside) / len(inside)
            theirs = " ".join(self.a.styled.folded[s:e] for s, e in self.a.region[claim])
            if mean < 0.7 and not ANSWER.search(theirs):
                self.slips.append(Slip("condition_dropped", (match.start(), end), None, 0.5 + (0.7 - mean) / 2))

    # chunks

    def _chunks(self) -> None:
        found = chunks(self.a.draft, self.a.claim_of)
        lost = [c for c in found if self._lost(c)]
        if not lost:
            return
        clause = self._clause_scores(lost)
        for group in self._stretches(lost, found):
            words = [i for c in group for i in c.words if not self._skippable(self.a.draft.words[i])]
            weight = sum(self.a.draft.words[i].weight for i in words)
            mean = sum(self.score[i] * self.a.draft.words[i].weight for i in words) / (weight or 1)
            likeness = max(clause[c] for c in group)
            limiting = any(
                LIMITING.match(self.a.draft.folded[c.start : c.end].split()[0]) for c in group if c.end > c.start
            )
            score = (
                0.25 + 0.2 * min(weight, 3.0) - 0.8 * mean - 0.5 * max(0.0, likeness - 0.3) + (0.12 if limiting else 0)
            )
            start, end = group[0].start, group[-1].end
            if group[0] is next(c for c in found if c.claim == group[0].claim):
                score -= 0.25  # the topic itself may go without saying in a reply
            kind = "condition_dropped" if self._conditional(start, end) else "dropped_claim"
            score -= 0.05 * (kind == "condition_dropped")  # `gaps` tells these better
            other = self._replacement(group)
            if other and kind == "dropped_claim" and len(words) == 1:
                self.slips.append(Slip("entity_swap", (start, end), (other.start, other.end), score + 0.1))
            else:
                self.slips.append(Slip(kind, (start, end), None, score))

    def _lost(self, chunk: Chunk) -> bool:
        real = [i for i in chunk.words if not self._skippable(self.a.draft.words[i]) and not self.a.draft.words[i].name]
        return bool(real) and max(self.score[i] for i in real) < LOST

    def _stretches(self, lost: list[Chunk], all_chunks: list[Chunk]) -> list[list[Chunk]]:
        """Lost chunks that stand side by side."""
        order = {c: i for i, c in enumerate(all_chunks)}
        groups: list[list[Chunk]] = []
        for chunk in lost:
            if groups and order[chunk] - order[groups[-1][-1]] == 1 and chunk.claim == groups[-1][-1].claim:
                groups[-1].append(chunk)
            else:
                groups.append([chunk])
        return groups

    def _clause_scores(self, lost: list[Chunk]) -> dict[Chunk, float]:
        texts = [self.a.draft.text[c.start : c.end] for c in lost]
        clauses = [self.a.styled.text[s:e] for s, e in self.a.styled.clauses][:120]
        both = vectors.clauses(texts + clauses)
        grid = both[: len(texts)] @ both[len(texts) :].T
        result = {}
        for row, chunk in enumerate(lost):
            inside = np.array(
                [
                    any(s < e2 and s2 < e for s2, e2 in self.a.region[chunk.claim])
                    for s, e in self.a.styled.clauses[:120]
                ]
            )
            result[chunk] = float(np.where(inside, grid[row], 0).max()) if len(inside) else 0.0
        return result

    def _conditional(self, start: int, end: int) -> bool:
        """The stretch begins with, or stands behind, the word of a condition, exception or restriction."""
        folded = self.a.draft.folded
        if LEADS.match(folded[start:end]):
            return True
        before = re.split(r"[;:.]|\[\d", folded[max(0, start - 40) : start])[-1]
        return GOVERNS.search(before) is not None

    def _replacement(self, group: list[Chunk]) -> Word | None:
        """A strange noun that stands beside the counterpart of the lost chunk's neighbour."""
        first, last = group[0].words[0], group[-1].words[-1]
        for beside in (last + 1, first - 1):
            if not 0 <= beside < len(self.a.draft.words) or self.a.best[beside].score < 0.75:
                continue
            at = self.a.best[beside].index
            for j in (at - 1, at + 1, at - 2, at + 2):
                if 0 <= j < len(self.a.styled.words):
                    word = self.a.styled.words[j]
                    if word.content and self.a.back[j] < 0.6 and word.form.pos == self.a.draft.words[first].form.pos:
                        return word
        return None
