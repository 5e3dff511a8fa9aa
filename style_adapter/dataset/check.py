"""Is every item of a set fit to learn from? Reasons for each that is not, and what is wrong with the set as a
whole.

Knows the bible, and a guard and an embedder where it is given them; loads neither.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from core.nouns import Verdict
from core.text import words
from style_adapter.bible import Bible
from style_adapter.dataset.habits import Habit, habits
from style_adapter.dataset.items import Item
from style_adapter.dataset.near import Embed, alike, duplicates, nearest
from style_adapter.dataset.rubbish import rubbish
from style_adapter.dataset.split import LONG
from style_adapter.dataset.stats import Stats, stats
from style_adapter.score import Reply, favourite_use, score

GIST = 24  # words
NEUTRAL = 0.1  # of the replies: replayed so that facts are not forgotten
Guard = Callable[[str, str], Verdict]


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a set is called unfit. Shares are of replies unless said otherwise."""

    messages: int = 6  # of a dialogue
    plain_words: int = 15  # a one-sentence reply so short may do without a voice: length contrast
    plain: float = 0.12
    voiceless: float = 1 / 3  # of a dialogue's replies
    same_meaning: float = 0.85  # cosine of two items
    trap_meaning: float = 0.70  # cosine of a trap's question to the nearest in training; rewordings come to .5 to .7
    trap_wording: float = 0.3  # word triples a trap's draft may share with a training draft
    long_dialogues: float = 0.1  # of the dialogues
    short_replies: float = 0.1
    long_replies: float = 0.005
    spread: float = 0.4  # the greatest share of one domain
    domains: int = 5
    validation: tuple[float, float] = (0.15, 0.25)
    facts: tuple[float, float] = (0.55, 0.9)
    refusals: tuple[float, float] = (0.03, 0.2)
    whole_set: int = 30  # items; smaller sets are not judged as sets


@dataclass(frozen=True, slots=True)
class Why:
    """Why an item is rejected. `kind`: roles, too_short, off_bible, facts_lost, rubbish, near_duplicate,
    over_cap, trap_seen."""

    id: str
    kind: str
    message: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with the set as a whole; `ids` are items to look at first."""

    kind: str
    message: str
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """`ok`: nothing rejected and nothing wrong with the set."""

    kept: tuple[str, ...]
    rejected: tuple[Why, ...]
    findings: tuple[Finding, ...]
    stats: Stats
    notes: tuple[str, ...] = field(default=())

    @property
    def ok(self) -> bool:
        return not self.rejected and not self.findings


def check(
    bible: Bible,
    items: Sequence[Item],
    guard: Guard | None = None,
    embed: Embed | None = None,
    limits: Limits | None = None,
) -> Report:
    """Every item against bible and guard, then the set. Without a guard or an embedder their checks are left
    out and noted."""
    limits = limits or Limits()
    reasons = list[Why]()
    for item in items:
        reasons += check_item(bible, item, guard, limits)
    reasons += _same_ids(items) + _duplicates(items, embed, limits) + _over_cap(bible, items)
    reasons += _traps_seen(items, embed, limits)
    out = {why.id for why in reasons}
    kept = tuple(item.id for item in items if item.id not in out)
    found = stats(bible, items)
    findings = _findings(bible, items, found, limits) if len(items) >= limits.whole_set else []
    share = found.mix["neutral"]
    notes = [f"{share:.0%} of replies are neutral replay, aim at {NEUTRAL:.0%}"] if share < NEUTRAL else []
    notes += [
        f"checked without {what}" for what, given in (("a guard", guard), ("an embedder", embed)) if given is None
    ]
    return Report(kept, tuple(reasons), tuple(findings), found, tuple(notes))


def check_item(bible: Bible, item: Item, guard: Guard | None = None, limits: Limits | None = None) -> list[Why]:
    """What is wrong with one item by itself."""
    limits = limits or Limits()
    wrong = _roles(item)
    if wrong:
        return wrong
    if item.kind == "dialogue" and item.split != "trap" and len(item.messages) < limits.messages:
        wrong.append(
            Why(
                item.id,
                "too_short",
                f"{len(item.messages)} messages, a dialogue has at least {limits.messages}",
            )
        )
    before = ""
    voiceless = list[str]()
    for n, reply in enumerate(item.replies):
        before += f"\n{reply.prompt}\n{reply.draft}"
        wrong += [Why(item.id, "rubbish", what, where) for what, where in rubbish(reply.text, before)]
        if guard is not None and reply.draft:
            verdict = guard(reply.draft, reply.text)
            wrong += [
                Why(item.id, "facts_lost", f"{r.kind}: {r.message}", f"{r.draft} → {r.styled}") for r in verdict.reasons
            ]
        if item.kind != "neutral":
            wrong += _off_bible(bible, item, n, reply, voiceless, limits)
        before += f"\n{reply.text}"
    if voiceless and (item.kind == "restyle" or len(voiceless) > limits.voiceless * len(item.replies)):
        wrong += [Why(item.id, "off_bible", "voice: it reads as the neutral draft", text) for text in voiceless]
    return wrong


def _off_bible(bible: Bible, item: Item, turn: int, reply: Reply, voiceless: list[str], limits: Limits) -> list[Why]:
    found = score(bible, reply.text, prompt=reply.prompt, turn=turn, draft=reply.draft)
    copied = words(reply.text) == words(reply.draft)
    if "voice" in found.broken and (copied or not _plain(reply, limits)):
        voiceless.append(reply.text)
    return [
        Why(item.id, "off_bible", f"{violation.rule}: {violation.message}", violation.where)
        for violation in found.violations
        if violation.rule != "voice"
    ]


def _plain(reply: Reply, limits: Limits) -> bool:
    from core.text import sentences

    return len(sentences(reply.text)) == 1 and len(words(reply.text)) <= limits.plain_words


def _roles(item: Item) -> list[Why]:
    def why(message: str) -> list[Why]:
        return [Why(item.id, "roles", message)]

    for n, message in enumerate(item.messages):
        due = "user" if n % 2 == 0 else "assistant"
        if message.role != due:
            return why(f"message {n + 1} is {message.role}'s, {due}'s turn is due: user first, then in turns")
        if not message.content.strip():
            return why(f"message {n + 1} is empty")
        if message.draft and message.role != "assistant":
            return why(f"message {n + 1}: only an assistant's message has a draft")
    if item.messages[-1].role != "assistant" and item.split != "trap":
        return why("it ends with the user's turn: there is nothing to learn")
    if item.kind != "dialogue" and len(item.messages) != 2 and item.split != "trap":
        return why("a single restyle has two messages")
    return []


def _same_ids(items: Sequence[Item]) -> list[Why]:
    counts = Counter(item.id for item in items)
    return [Why(id, "roles", f"the id stands {count} times") for id, count in counts.items() if count > 1]


def _duplicates(items: Sequence[Item], embed: Embed | None, limits: Limits) -> list[Why]:
    taught = [item for item in items if item.kind != "neutral" and item.split != "trap"]
    texts = ["\n".join(reply.text for reply in item.replies) for item in taught]
    pairs = [(a, b, f"{alike:.0%} of its word triples") for a, b, alike in duplicates(texts)]
    if embed is not None:
        known = {later for _, later, _ in pairs}
        close = alike([_gist(item) for item in taught], embed, limits.same_meaning)
        pairs += [(a, b, f"cosine {cosine:.2f}") for a, b, cosine in close if b not in known]
    return [Why(taught[b].id, "near_duplicate", f"like {taught[a].id}: {how}") for a, b, how in pairs]


def _gist(item: Item) -> str:
    """What an item is about, short enough for a sentence embedder: what is asked, then what is answered."""
    said = " ".join(reply.text for reply in item.replies)
    return " ".join((*item.asked.split()[:GIST], *said.split()[:GIST]))


def _over_cap(bible: Bible, items: Sequence[Item]) -> list[Why]:
    """Items that hold a favourite beyond its share: the last ones, so that a growing set keeps its first."""
    taught = [
        (item, reply) for item in items if item.split != "trap" and item.kind != "neutral" for reply in item.replies
    ]
    if len(taught) < 2:
        return []
    use, out = favourite_use(bible, [reply for _, reply in taught]), list[Why]()
    for favourite in bible.speech.favourite:
        allowed = max(1, int(favourite.max_share * len(taught)))
        message = f"«{favourite.text}» in more than {favourite.max_share:.0%} of the replies"
        out += [Why(taught[at][0].id, "over_cap", message, favourite.text) for at in use[favourite.text][allowed:]]
    return out


def _traps_seen(items: Sequence[Item], embed: Embed | None, limits: Limits) -> list[Why]:
    """Traps whose draft shares its wording with a training draft, or whose question means what a training question means."""
    traps = [item for item in items if item.split == "trap"]
    turns = [(i, r) for i in items if i.split == "train" and i.kind != "neutral" for r in i.replies]
    facts = [" ".join((trap.draft, *(reply.draft for reply in trap.replies))) for trap in traps]
    drafts = [reply.draft for _, reply in turns]
    out = []
    for earlier, later, share in duplicates([*drafts, *facts], limits.trap_wording):
        if earlier < len(drafts) <= later and facts[later - len(drafts)].strip():
            seen, trap = turns[earlier][0], traps[later - len(drafts)]
            out.append(Why(trap.id, "trap_seen", f"its draft is like one of {seen.id} ({share:.0%})", drafts[earlier]))
    if embed is None:
        return out
    for trap, (at, cosine) in zip(
        traps, nearest([trap.asked for trap in traps], [reply.prompt for _, reply in turns], embed), strict=False
    ):
        if cosine >= limits.trap_meaning:
            message = f"its situation is like {turns[at][0].id} (cosine {cosine:.2f})"
            out.append(Why(trap.id, "trap_seen", message, turns[at][1].prompt))
    return out


def _findings(bible: Bible, items: Sequence[Item], found: Stats, limits: Limits) -> list[Finding]:
    out = _length_findings(bible, items, limits) + _split_findings(items, limits) + _mix_findings(items, found, limits)
    taught = [
        (item, reply) for item in items if item.split != "trap" and item.kind != "neutral" for reply in item.replies
    ]
    for habit in habits([reply for _, reply in taught]):
        if not _allowed(bible, habit):
            ids = tuple(dict.fromkeys(taught[at][0].id for at in habit.at))
            out.append(
                Finding(
                    "habit",
                    f"{habit.kind} «{habit.phrase}» in {habit.share:.1%} of replies ({habit.count})",
                    ids,
                )
            )
    plain = [item.id for item, reply in taught if _plain(reply, limits) and _silent(bible, reply)]
    if len(plain) > limits.plain * len(taught):
        out.append(
            Finding(
                "plain",
                f"{len(plain)} short replies have no voice, at most {limits.plain:.0%} may",
                tuple(plain),
            )
        )
    return out


def _silent(bible: Bible, reply: Reply) -> bool:
    return "voice" in score(bible, reply.text, prompt=reply.prompt, draft=reply.draft).broken


def _allowed(bible: Bible, habit: Habit) -> bool:
    """A favourite or a greeting has its own cap."""
    liked = [" ".join(words(text)) for text in (*(f.text for f in bible.speech.favourite), *bible.speech.greetings)]
    return any(text in habit.phrase for text in liked if " " in text)


def _length_findings(bible: Bible, items: Sequence[Item], limits: Limits) -> list[Finding]:
    from core.text import sentences

    out = []
    dialogues = [item for item in items if item.kind == "dialogue" and item.split != "trap"]
    long = sum(len(item.messages) >= 10 for item in dialogues)
    if dialogues and long < limits.long_dialogues * len(dialogues):
        out.append(Finding("no_long_dialogues", f"{long} of {len(dialogues)} dialogues have 10 messages or more"))
    counts = [len(sentences(r.text)) for i in items if i.split != "trap" and i.kind != "neutral" for r in i.replies]
    short = sum(count == 1 for count in counts)
    most = bible.length.default.max_sentences
    longer = sum(count > most for count in counts)
    if counts and short < limits.short_replies * len(counts):
        out.append(
            Finding(
                "no_length_contrast",
                f"{short} of {len(counts)} replies are one sentence; at least {limits.short_replies:.0%}",
            )
        )
    if counts and bible.length.expanded and longer < limits.long_replies * len(counts):
        out.append(
            Finding(
                "no_length_contrast",
                f"{longer} of {len(counts)} replies are longer than {most} sentences; topics ask for some",
            )
        )
    return out


def _split_findings(items: Sequence[Item], limits: Limits) -> list[Finding]:
    out = []
    low, high = limits.validation
    for kind in ("dialogue", "restyle"):
        group = [item for item in items if item.kind == kind and item.split != "trap"]
        held = [item for item in group if item.split == "validation"]
        if group and not low <= len(held) / len(group) <= high:
            out.append(
                Finding(
                    "split",
                    f"{len(held)} of {len(group)} {kind}s are validation, {low:.0%} to {high:.0%} should be",
                )
            )
        short = tuple(item.id for item in held if kind == "dialogue" and len(item.messages) < LONG)
        if short:
            out.append(Finding("split", f"validation dialogues have at least {LONG} messages", short))
    return out


def _mix_findings(items: Sequence[Item], found: Stats, limits: Limits) -> list[Finding]:
    out = []
    carried = found.mix["facts"] + found.mix["contrast"]
    if not limits.facts[0] <= carried <= limits.facts[1]:
        out.append(
            Finding(
                "mix",
                f"{carried:.0%} of replies carry facts, {limits.facts[0]:.0%} to {limits.facts[1]:.0%} should",
            )
        )
    if not limits.refusals[0] <= found.mix["refusal"] <= limits.refusals[1]:
        out.append(
            Finding(
                "mix",
                f"{found.mix['refusal']:.0%} of replies refuse, "
                f"{limits.refusals[0]:.0%} to {limits.refusals[1]:.0%} should",
            )
        )
    if not found.mix["smalltalk"]:
        out.append(Finding("one_register", "no small talk at all: the persona would know one tone only"))
    names: dict[str, int] = defaultdict(int)
    for item in items:
        names[item.domain or (item.tags[-1] if item.tags else "")] += 1
    name, most = max(names.items(), key=lambda pair: pair[1])
    if len(names) < limits.domains or most > limits.spread * len(items):
        out.append(
            Finding(
                "one_register",
                f"{len(names)} domains, the greatest «{name}» with {most / len(items):.0%}: the manner "
                "must not hang on the subject",
            )
        )
    return out
