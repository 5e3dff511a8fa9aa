"""The nouns of the project. Each stage of an answer is frozen and contains the one before it:
`Passages ⊂ Draft ⊂ Styled ⊂ Checked ⊂ Answer`, so the last value tells the whole story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Status = Literal["styled", "framed", "draft", "refused", "smalltalk"]
DraftKind = Literal["answer", "partly", "refused", "smalltalk"]
Origin = Literal["extractive", "llm"]
Lang = Literal["ru", "en"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asked, with the conversation before it (oldest first)."""

    text: str
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A structural piece of a parsed document: `text[start:end]` of `ParsedDocument.text`."""

    kind: Literal["heading", "paragraph", "list", "table", "code", "quote"]
    start: int
    end: int
    level: int = 0  # of a heading: 1 is the highest


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A file as clean text (Unicode NFC, "\\n" line ends) and its structure, blocks in order, not overlapping. Whatever the
    file was, the text is light Markdown: headings begin with `#`, list items with `- ` or `1. `, code stands in fences or
    backticks, a table is a line a row that names its columns (`Column: value; …`); emphasis and link targets are gone."""

    source: str
    title: str
    text: str
    blocks: tuple[Block, ...]
    media_type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A retrievable piece: `text == document.text[start:end]`; `headings` is the path above it, highest first."""

    text: str
    start: int
    end: int
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that a search brought, with the score it was ranked by and the signals behind it."""

    chunk_id: str
    doc_id: str
    source: str
    title: str
    headings: tuple[str, ...]
    text: str
    start: int
    end: int
    score: float
    signals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """What `[n]` in a draft points at: a verbatim quote; `start`/`end` are offsets in the parsed document. `focus` is the
    part of the quote that answers, the rest is what it stands among; `denied` is the heading above that, where it turns what is
    said («Нельзя»); `weight` compares the quotes of one answer."""

    n: int
    source: str
    title: str
    headings: tuple[str, ...]
    quote: str
    start: int
    end: int
    focus: str = ""
    denied: str = ""
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Passages:
    """The result of a search, best first. `query` is what was searched for: the question, resolved with its history.
    `kind` says what the passages allow: an answer, part of one, or none; `confidence` (0..1) is what that rests on.
    `evidence` are the sentences that answer, at most three; `missing` are the question's words no passage knows."""

    question: Question
    query: str
    hits: tuple[Passage, ...]
    kind: DraftKind = "answer"
    confidence: float = 1.0
    evidence: tuple[Source, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """The neutral answer. Every claim of an `answer` or `partly` carries `[n]`; a refusal or small talk has no sources
    and states no fact."""

    passages: Passages
    kind: DraftKind
    text: str
    sources: tuple[Source, ...] = ()
    origin: Origin = "extractive"
    lang: Lang = "ru"
    note: str = ""  # why this draft is not the first choice, e.g. the LLM was down


@dataclass(frozen=True, slots=True)
class Candidate:
    """One wording in the persona's voice. `framed`: the draft stands verbatim in it. `own`: what stands around the draft are
    remarks of the persona's bible, not words of a model."""

    text: str
    rung: Literal["styled", "framed"]
    own: bool = False


@dataclass(frozen=True, slots=True)
class Styled:
    """A draft with the wordings a persona offers for it, in no order."""

    draft: Draft
    persona: str | None
    candidates: tuple[Candidate, ...] = ()
    note: str = ""  # why there are no styled candidates, e.g. the adapter is missing


@dataclass(frozen=True, slots=True)
class Reason:
    """One slip the guard found. `draft` and `styled` are the two spots, verbatim; empty where there is none."""

    kind: str
    draft: str
    styled: str
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the guard says of one restyled text."""

    ok: bool
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """The candidates with a verdict and a persona score (0..1) each, in the order of `styled.candidates`."""

    styled: Styled
    verdicts: tuple[Verdict, ...] = ()
    scores: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent, and on which rung of the ladder it stands. `verdict` is of the text that is sent, or, when the ladder
    had to go down, of the best styled candidate that failed. Times in seconds."""

    id: str
    checked: Checked
    text: str
    status: Status
    verdict: Verdict
    timings: Mapping[str, float]

    @property
    def draft(self) -> Draft:
        return self.checked.styled.draft

    @property
    def persona(self) -> str | None:
        return self.checked.styled.persona
