"""The bible: a persona as a typed, versioned object, read from YAML with the line of every fault.

Knows the shape of a persona and nothing of any persona. What a text sounds like is judged in `score/`.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from core.errors import UsageError
from style_adapter.yaml_lines import Fault, Lines, read_yaml

BIBLE_FILE = "bible.yaml"
ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
REMINDER_TOKENS = 60

Text = Annotated[str, Field(min_length=1, max_length=4000)]
Texts = tuple[Text, ...]
TabooRule = Literal[
    "address", "emoji", "greetings", "language", "length", "never", "never_claims", "register", "cliche"
]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _lists_as_tuples(cls, value: Any) -> Any:
        """YAML knows lists only; strict mode wants tuples."""
        if not isinstance(value, dict):
            return value
        return {key: tuple(item) if isinstance(item, list) else item for key, item in value.items()}


class Favourite(_Part):
    """A phrase the persona likes. `max_share`: the greatest share of its replies that may hold it, (0, 1]."""

    text: Text
    max_share: Annotated[float, Field(gt=0, le=1, strict=False)]


class Speech(_Part):
    """`register_` is `register` in the file: that name belongs to Python's abstract classes."""

    greetings: Texts = ()
    favourite: tuple[Favourite, ...] = ()
    never: Texts = ()
    emoji: Literal["never", "rare", "free"] = "never"
    register_: Literal["formal", "neutral", "colloquial"] = Field("neutral", alias="register")


class Limit(_Part):
    max_sentences: Annotated[int, Field(ge=1, le=100)]


class Expanded(Limit):
    """The limit where the question touches one of `topics`."""

    topics: Annotated[Texts, Field(min_length=1)]


class Length(_Part):
    default: Limit = Limit(max_sentences=5)
    expanded: Expanded | None = None


class Taboo(_Part):
    """What the persona never does. Exactly one of: `rule` (a rule of the score already watches it), `pattern`
    (a regular expression, case-insensitive, that must not be found in a reply), `judge: true` (only a reader
    or a judge model can tell)."""

    text: Text
    rule: TabooRule | None = None
    pattern: Annotated[str, Field(min_length=2, max_length=200)] | None = None
    judge: bool = False

    @field_validator("pattern")
    @classmethod
    def _safe_pattern(cls, value: str | None) -> str | None:
        if value is None:
            return value
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        if re.search(r"(?<!\\)\)[*+{]", value):
            raise ValueError("a repeated group can take for ever; repeat single characters only")
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Taboo:
        if [self.rule is not None, self.pattern is not None, self.judge].count(True) != 1:
            raise ValueError("needs exactly one of `rule`, `pattern` or `judge: true`")
        return self


class Knowledge(_Part):
    knows: Texts = ()
    pretends_not: Texts = ()
    refuses: Texts = ()


class Example(_Part):
    """One exchange. `draft` is the neutral cited text that `reply` restyles; absent for small talk."""

    user: Text
    draft: Text | None = None
    reply: Text


class Framing(_Part):
    """Remarks that state no fact, to stand before and after facts. The sober ones, which jest at nothing, are said where the
    documents hold no direct answer or their subject is illness, death, loss or danger."""

    before: Texts = ()
    after: Texts = ()
    sober_before: Texts = ()
    sober_after: Texts = ()


class Bible(_Part):
    """A persona. `language` is what it answers in, `user` = as it is asked; `address` is the Russian ты or
    вы."""

    id: Annotated[str, Field(pattern=rf"^{ID.pattern}$")]
    version: Annotated[int, Field(ge=1)] = 1
    name: Text
    role: Text
    language: Literal["ru", "en", "user"] = "user"
    address: Literal["ty", "vy", "neutral"] = "neutral"
    traits: Texts = ()
    speech: Speech = Field(default_factory=lambda: Speech.model_validate({}))
    length: Length = Length()
    values: Texts = ()
    taboos: tuple[Taboo, ...] = ()
    knowledge: Knowledge = Knowledge()
    never_claims: Texts = ()
    refusals: Texts = ()
    smalltalk: Texts = ()
    examples: tuple[Example, ...] = ()
    framing: Framing = Framing()
    reminder: str = ""

    @classmethod
    def new(cls, id: str, name: str, lang: Literal["ru", "en", "user"] = "ru") -> Bible:
        """A bible to start from: the required keys and safe rules. `lint` names what is still to be
        written."""
        if not ID.fullmatch(id):
            raise UsageError(
                f"«{id}» is no persona id",
                "use 1-32 small Latin letters, digits, - and _, a letter or digit first",
            )
        role = (
            "кто это: занятие, возраст, характер в одной строке"
            if lang == "ru"
            else "who: trade, age, temper, in one line"
        )
        emoji = Taboo(text="эмодзи" if lang == "ru" else "emoji", rule="emoji")
        return cls(id=id, name=name, role=role, language=lang, taboos=(emoji,))

    @property
    def utterances(self) -> tuple[str, ...]:
        """Everything the bible lets the persona say: replies of the examples, refusals, small talk."""
        return (*(example.reply for example in self.examples), *self.refusals, *self.smalltalk)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What reading gave: the bible if its shape is right, and every fault of shape. `lines` finds a key's
    line."""

    bible: Bible | None
    faults: tuple[Fault, ...]
    lines: Lines


def parse(text: str) -> Parsed:
    """A bible from YAML text. Never raises for what the text holds: all faults come back at once."""
    data, lines, faults = read_yaml(text)
    if data is None:
        return Parsed(None, tuple(faults), lines)
    try:
        bible = Bible.model_validate(data)
    except ValidationError as error:
        faults.extend(_fault(item, lines) for item in error.errors())
        return Parsed(None, tuple(sorted(faults, key=lambda fault: fault.line)), lines)
    faults.extend(_contradiction_faults(bible, lines))
    return Parsed(bible, tuple(sorted(faults, key=lambda fault: fault.line)), lines)


def load(personas_dir: Path, id: str) -> Bible:
    """The persona's bible. UsageError with every fault and its line where it is missing or wrong."""
    path = bible_path(personas_dir, id)
    if not path.is_file():
        known = sorted(item.parent.name for item in Path(personas_dir).glob(f"*/{BIBLE_FILE}"))
        near = difflib.get_close_matches(id, known, 1)
        hint = f"did you mean «{near[0]}»?" if near else f"known personas: {', '.join(known) or 'none'}"
        raise UsageError(f"there is no persona «{id}»", hint)
    found = parse(read_text(path))
    if found.faults or found.bible is None:
        listed = "; ".join(f"line {fault.line}: {fault.message}" for fault in found.faults)
        hints = "; ".join(dict.fromkeys(fault.hint for fault in found.faults if fault.hint))
        raise UsageError(f"the bible of «{id}» is wrong: {listed}", hints)
    if found.bible.id != id:
        raise UsageError(
            f"the bible in folder «{id}» says id: {found.bible.id}",
            "make the folder's name and the id the same",
        )
    return found.bible


def bible_path(personas_dir: Path, id: str) -> Path:
    """Where a persona's bible lies. UsageError for an id that could leave the folder."""
    if not ID.fullmatch(id):
        raise UsageError(f"«{id}» is no persona id", "use 1-32 small Latin letters, digits, - and _")
    return Path(personas_dir) / id / BIBLE_FILE


def read_text(path: Path) -> str:
    """UTF-8 text of a bible file, at most 256 KiB; UsageError says what is wrong with it."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path.name} can't be read: {error.strerror}", "check the path and its permissions") from None
    if len(raw) > 256 * 1024:
        raise UsageError(
            f"{path.name} is larger than 256 KiB",
            "a bible is a page or two; keep dialogues in dialogues.jsonl",
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path.name} is not UTF-8 text", "save it as UTF-8") from None


def to_yaml(bible: Bible) -> str:
    """The bible as YAML that `parse` reads back to an equal one."""
    import yaml

    data = bible.model_dump(mode="json", by_alias=True, exclude_none=True)
    for taboo in data["taboos"]:
        if not taboo["judge"]:
            del taboo["judge"]
    return str(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=120))


def _contradiction_faults(bible: Bible, lines: Lines) -> list[Fault]:
    from core.text import words

    faults: list[Fault] = []

    def add(path: tuple[str | int, ...], message: str, hint: str) -> None:
        faults.append(Fault(lines.at(path), message, hint))

    never = {tuple(words(item)): item for item in bible.speech.never}
    for n, favourite in enumerate(bible.speech.favourite):
        if tuple(words(favourite.text)) in never:
            where = ("speech", "favourite", n)
            add(
                where,
                f"«{favourite.text}» is a favourite and in never too",
                "take it out of one of the two lists",
            )
    for n, greeting in enumerate(bible.speech.greetings):
        if tuple(words(greeting)) in never:
            add(
                ("speech", "greetings", n),
                f"«{greeting}» is a greeting and in never too",
                "take it out of one of the two lists",
            )
    expanded = bible.length.expanded
    if expanded and bible.length.default.max_sentences > expanded.max_sentences:
        add(
            ("length", "expanded", "max_sentences"),
            f"the default limit ({bible.length.default.max_sentences} sentences) is above the "
            f"expanded one ({expanded.max_sentences})",
            "expanded is where the persona speaks at length: make it the larger",
        )
    if bible.speech.emoji == "free":
        for n, taboo in enumerate(bible.taboos):
            if taboo.rule == "emoji":
                add(
                    ("taboos", n),
                    "emoji are free in speech and a taboo here",
                    "set emoji: never, or drop the taboo",
                )
    return faults


def _fault(error: Any, lines: Lines) -> Fault:
    loc = tuple(error["loc"])
    name = ".".join(str(part) for part in loc) or "the file"
    kind = error["type"]
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(loc[-1]), _keys_at(loc[:-1]), 1, 0.5)
        hint = f"did you mean «{near[0]}»?" if near else f"keys known here: {', '.join(_keys_at(loc[:-1]))}"
        return Fault(lines.at(loc), f"unknown key «{name}»", hint)
    if kind == "missing":
        return Fault(lines.at(loc[:-1]), f"«{name}» is missing", f"add {loc[-1]}: …")
    if kind == "string_type" and isinstance(error.get("input"), bool):
        return Fault(
            lines.at(loc),
            f"«{name}» was read as true/false",
            "YAML reads bare yes, no, on, off so: put it in quotes",
        )
    if kind == "string_type":
        return Fault(
            lines.at(loc),
            f"«{name}» must be text",
            "put it in quotes: a colon, # or bare number inside changes its meaning",
        )
    if kind == "tuple_type":
        return Fault(lines.at(loc), f"«{name}» must be a list", "write it as [one, two] or one «- item» a line")
    message = str(error["msg"]).removeprefix("Value error, ")
    return Fault(lines.at(loc), f"«{name}»: {message[:1].lower()}{message[1:]}", "")


def _keys_at(loc: tuple[Any, ...]) -> list[str]:
    """The keys that the model at this place of a bible knows."""
    model: Any = Bible
    for part in loc:
        if isinstance(part, str):
            fields = {field.alias or name: field for name, field in model.model_fields.items()}
            if part not in fields:
                return []
            model = _model_in(fields[part].annotation)
            if model is None:
                return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _model_in(argument)
        if found is not None:
            return found
    return None
