"""What a restyled text says beyond its draft: the persona's invented experience and added claims. Persona colour (emotion,
address, metaphor, questions) is let be. Knows alignment, no operators."""

from __future__ import annotations

import re

from core.text import CYRILLIC
from style_adapter.guard.align import Alignment
from style_adapter.guard.ops import Slip
from style_adapter.guard.segments import CITATION, bare

FIRST = re.compile(
    r"(?<![\w-])(?:я|мне|меня|мной|мною|мой|моя|мое|мои|моего|моей|моему|моим|моих|мою|моими|мы|нас|нам|наша|наше|нашу|нашего|нашей|наши|наших|нашим|"
    r"(?<![а-я] )i|me|my|mine|myself|we|us|our|ours|i've|i'd|i'm|we've|ah|ma|mysel'?)(?![\w])"
)
# A first person that only talks: opinion, feeling, address, the act of speaking.
TALK = re.compile(
    r"(?:говор|сказ|скаж|повтор|рекоменд|совет|прошу|прос(?:ил|ят)|напом|осмел|доклад|замет|замеч|поведа|обеща|клян|думаю|полага|счита|называ|зову|люблю|хочу|знаю|вижу|слыш|гада|чую|вер[юи]|боюсь|"
    r"уверя|заявля|подчерк|требую|предлага|умоля|сообща|объясн|повед|молч|"
    r"say|tell|told|said|mean|think|swear|bet|reckon|call|hear|guess|believe|know|suppose|wish|hope|fear|beg|dare|promise|warn|love|hate|declare|confess|sing|ask|advise|suggest|recommend|remind|understand|wonder|write|speak|see)",
)
PAST_EN = re.compile(
    r"(?:^|\W)(?:i|we|i've|i'd|we've|ah|myself)\s+(?:(?:\w+ly|once|never|always|also|have|had|just|only|even|did|was|"
    r"were|used to|personally|been|still)\s+){0,3}"
    r"(?:\w+ed|was|were|had|did|drove|saw|took|made|went|ran|set|built|wrote|met|got|kept|held|stood|sat|lost|won|ate|drank|slept|found|bought|sold|brought|taught|caught|fought|gave|came|knew|"
    r"flew|rode|sang|swam|wore|tore|threw|grew|broke|spoke|chose|froze|stole|woke|hid|bit|fed|led|left|spent|paid|put|cut|hit|lived|been|done|seen|worked|tried|dug|hung|climbed|sailed|led)(?!\w)"
)
FIXED = re.compile(
    r"blow me|bless me|my word|my stars|oh my|my lord|my lady|my dear|my friend|my pardner|if i may|as i (?:call|say|"
    r"see)|скажу|бог мой|боже мой|мои хорош|мой друг|мой дорог|мамочк|батюшки|мать моя|мой юный|i must say|i regret|"
    r"i fear|i dare|i daresay|in my book|my mind"
)
OWN = re.compile(r"(?<!\w)(?:мо(?:й|я|е|и|ю|его|ей|их|им)|у меня|при мне|со мной|my|mine|ma|our)(?!\w)")
LINK = re.compile(
    r"(?<!\w)(?:это|так|там|тут|ее|его|их|ним|ней|нем|них|такой|такую|так\w+|сам|сама|самом|лично|ту|тот|той|тем|где|котор\w+|that|it|there|this|those|them|one|him|her|where|which|myself|personally|same)(?!\w)"
)


OWN_WORDS = 4  # a clause of fewer says nothing of where it comes from


class Persona:
    """Looks for experience and claims of the persona's own making."""

    def __init__(self, alignment: Alignment) -> None:
        self.a = alignment
        self.slips: list[Slip] = []
        self.cited = [m.start() for m in CITATION.finditer(bare(alignment.styled.text))]

    def run(self) -> list[Slip]:
        self._autobiography()
        return self.slips

    def _autobiography(self) -> None:
        reading = self.a.styled
        for number, (start, end) in enumerate(reading.facts.spans):
            text = reading.folded[start:end]
            for match in FIRST.finditer(text):
                position = start + match.start()
                left, right = self._stretch(start, end, position)
                if self._drafts_own(left, position, right):
                    continue
                score = self._experience(left, right, number, end)
                if score >= 0.5:
                    self.slips.append(Slip("autobiography", None, (left, right), score))
                    break

    def _stretch(self, start: int, end: int, position: int) -> tuple[int, int]:
        """The part of a sentence around a first person: to the nearest marks on both sides."""
        text = self.a.styled.text
        left = max([start] + [start + m.end() for m in re.finditer(r"[;:()\]]\s*|,\s+|\s—\s", text[start:position])])
        right = re.search(r"\s?\[\d|[;()!?\n]|\s—\s|\.(?:\s|$)", text[position:end])
        return left, position + right.start() if right else end

    def _drafts_own(self, left: int, position: int, right: int) -> bool:
        """Whether the clause around a first person stands in the draft as it is, from its beginning to its end: «если … и мы
        ничего не могли сделать». A word or two of it would stand in any draft."""
        clause = self.a.styled.folded[left:position] + re.split(r",\s", self.a.styled.folded[position:right])[0]
        whole = rf"(?<!\w){re.escape(clause.strip())}(?!\w)"
        return len(clause.split()) >= OWN_WORDS and re.search(whole, self.a.draft.folded) is not None

    def _experience(self, left: int, right: int, sentence: int, sentence_end: int) -> float:
        reading = self.a.styled
        text = reading.folded[left:right]
        words = [(j, w) for j, w in enumerate(reading.words) if left <= w.start < right]
        verbs = [w for _, w in words if w.form.pos == "verb"]
        english = PAST_EN.search(" " + text)
        if english and (TALK.match(english.group().split()[-1]) or english.group().split()[-1] in ("got", "ever")):
            english = None
        past = (
            any(w.form.past and CYRILLIC.search(w.low) and not TALK.match(w.low) for w in verbs) or english is not None
        )
        own = OWN.search(text) is not None
        if not past and not (own and any(w.form.past or w.low in ("was", "were") for _, w in words)):
            return 0.0
        if FIXED.search(text) or text.strip().startswith(("нашли", "нашел")):
            return 0.0
        if all(TALK.match(w.low) for w in verbs) and verbs and not english:
            return 0.0
        cited = any(left <= c <= sentence_end for c in self.cited) or any(
            reading.facts.spans[sentence][0] <= c < sentence_end for c in self.cited
        )
        shared = sum(1 for j, w in words if w.content and self.a.back[j] >= 0.8)
        whole = sum(
            1 for j, w in enumerate(reading.words) if w.sentence == sentence and w.content and self.a.back[j] >= 0.8
        )
        link = LINK.search(text) is not None
        return (
            0.1
            + 0.4 * cited
            + 0.1 * min(shared, 2)
            + 0.1 * (whole >= 2)
            + 0.1 * link
            + 0.1 * (past and bool(re.search(r"(?<!\w)(?:я|i|i've|we|мы|myself)(?!\w)", text)))
        )
