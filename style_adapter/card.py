"""SillyTavern character cards V2 and V3, JSON and PNG, to a bible's draft and back. Card text is data:
whatever it commands, nothing here obeys it, and lines that speak to a model are left out of the bible and
named."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from core.errors import UsageError
from core.text import language, sentences
from style_adapter.bible import ID, REMINDER_TOKENS, Bible, Example, Length, Limit
from style_adapter.lint import tokens_of
from style_adapter.png import PNG_HEAD, blank_png, read_texts, with_texts

NAMESPACE = "expertbot"
MAX_CARD = 8 * 1024 * 1024
SPECS = {"v2": ("chara_card_v2", "2.0"), "v3": ("chara_card_v3", "3.0")}

_TEXT_FIELDS = (
    "name",
    "description",
    "personality",
    "scenario",
    "first_mes",
    "mes_example",
    "creator_notes",
    "system_prompt",
    "post_history_instructions",
    "creator",
    "character_version",
)
# Text that talks to the model instead of describing the character.
COMMANDS = re.compile(
    r"ignore (?:all |any )?(?:the )?(?:previous|prior|above)|disregard (?:all|the|any)|"
    r"forget (?:all|everything|your) |system prompt|jailbreak|"
    r"developer mode|reveal (?:your|the)|you must (?:always )?(?:obey|comply)|no "
    r"(?:restrictions|limits|filters)|override|<\|?\w+\|?>|\[/?INST\]|"
    r"<start_of_turn>|^\s*(?:system|assistant|user)\s*:|api[ _-]?key|"
    r"игнорируй|проигнорируй|забудь (?:все|всё|предыдущ|прежн)|системн\w+ (?:промпт|"
    r"инструкц)|раскрой (?:свой|свои|систем)|без (?:ограничений|цензуры|фильтров)",
    re.I | re.M,
)


@dataclass(frozen=True, slots=True)
class ImportedCard:
    """`card`: the `data` of the card as it came, kept so that an export loses nothing. `documents`: name →
    Markdown of the lorebook, for ingestion only. `notes`: what was left out or is still missing."""

    bible: Bible
    card: dict[str, Any]
    documents: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_card(path: Path) -> dict[str, Any]:
    """The `data` of a card in a JSON or PNG file. UsageError with the cure where it is none."""
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"{Path(path).name} can't be read: {error.strerror}", "check the path") from None
    return card_of(raw)


def card_of(raw: bytes) -> dict[str, Any]:
    """The `data` of a card from the bytes of a JSON or PNG file; V1 cards, which have no `data`, count as
    it."""
    if len(raw) > MAX_CARD:
        raise UsageError("the card is larger than 8 MiB", "a card is text and one picture; make the picture smaller")
    if raw.startswith(PNG_HEAD):
        texts = read_texts(raw)
        coded = texts.get("ccv3") or texts.get("chara")
        if coded is None:
            raise UsageError("this PNG holds no character card", "export it from SillyTavern as PNG, not as a picture")
        try:
            raw = base64.b64decode(coded, validate=True)
        except ValueError:
            raise UsageError("the card inside the PNG is damaged", "export it again") from None
    try:
        card = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise UsageError("this is no character card: not JSON", "give a V2 or V3 card, .json or .png") from None
    if not isinstance(card, dict):
        raise UsageError("this is no character card", "give a V2 or V3 card, .json or .png")
    data = card.get("data", card)
    if not isinstance(data, dict) or not isinstance(data.get("name"), str) or not data["name"].strip():
        raise UsageError("this is no character card: it has no name", "give a V2 or V3 card, .json or .png")
    return {str(key): value for key, value in data.items()}


def import_card(data: Mapping[str, Any], id: str) -> ImportedCard:
    """A bible's draft from a card's `data`. What the card doesn't say stays empty, so that `lint` names
    it."""
    if not ID.fullmatch(id):
        raise UsageError(f"«{id}» is no persona id", "use 1-32 small Latin letters, digits, - and _")
    notes: list[str] = []
    kept = _own_bible(data, id, notes)
    bible = kept if kept is not None else _draft(data, id, notes)
    return ImportedCard(bible, dict(data), lorebook(data), tuple(notes))


def export_card(
    bible: Bible, base: Mapping[str, Any] | None = None, spec: Literal["v2", "v3"] = "v3"
) -> dict[str, Any]:
    """The bible as a card. `base`: the data of the card it came from; its lorebook, assets and unknown
    extensions stay."""
    data: dict[str, Any] = dict.fromkeys(_TEXT_FIELDS, "")
    data |= {"alternate_greetings": [], "tags": [], "extensions": {}}
    if spec == "v3":
        data["group_only_greetings"] = []
    data |= dict(base or {})
    data["name"] = bible.name
    data["description"] = bible.role
    data["personality"] = "\n".join(bible.traits)
    data["system_prompt"] = _rules_text(bible)
    data["post_history_instructions"] = bible.reminder
    data["first_mes"] = bible.smalltalk[0] if bible.smalltalk else str(data.get("first_mes") or "")
    data["alternate_greetings"] = list(bible.smalltalk[1:])
    data["mes_example"] = "\n".join(f"<START>\n{{{{user}}}}: {e.user}\n{{{{char}}}}: {e.reply}" for e in bible.examples)
    data["character_version"] = str(bible.version)
    extensions = data.get("extensions")
    data["extensions"] = {
        **(extensions if isinstance(extensions, dict) else {}),
        NAMESPACE: {"bible": bible.model_dump(mode="json", by_alias=True, exclude_none=True)},
    }
    name, version = SPECS[spec]
    return {"spec": name, "spec_version": version, "data": data}


def card_json(bible: Bible, base: Mapping[str, Any] | None = None, spec: Literal["v2", "v3"] = "v3") -> bytes:
    """A card file, UTF-8 JSON."""
    return json.dumps(export_card(bible, base, spec), ensure_ascii=False, indent=2).encode()


def card_png(bible: Bible, base: Mapping[str, Any] | None = None, image: bytes | None = None) -> bytes:
    """A PNG that readers of V2 (`chara`) and of V3 (`ccv3`) both open; without an image a plain grey one."""
    texts = {}
    for keyword, spec in (("chara", "v2"), ("ccv3", "v3")):
        card = export_card(bible, base, "v2" if spec == "v2" else "v3")
        texts[keyword] = base64.b64encode(json.dumps(card, ensure_ascii=False).encode()).decode("ascii")
    return with_texts(image or blank_png(), texts)


def lorebook(data: Mapping[str, Any]) -> dict[str, str]:
    """The card's `character_book` as Markdown documents for retrieval: file name → text. Disabled entries are
    left out."""
    book = data.get("character_book")
    entries = book.get("entries") if isinstance(book, dict) else None
    documents: dict[str, str] = {}
    for n, entry in enumerate(entries if isinstance(entries, list) else [], 1):
        if not isinstance(entry, dict) or entry.get("enabled") is False:
            continue
        content = _filled(str(entry.get("content") or ""), str(data.get("name") or ""))
        if not content.strip():
            continue
        keys = [str(key) for key in entry.get("keys") or [] if isinstance(key, str)]
        title = str(entry.get("name") or entry.get("comment") or ", ".join(keys) or f"{data.get('name')} {n}")
        title = re.sub(r"\s+", " ", title).strip()
        also = f"\n\n{', '.join(keys)}\n" if keys and ", ".join(keys) != title else "\n"
        documents[f"lore-{n:03d}.md"] = f"# {title}\n\n{content.strip()}{also}"
    return documents


def _own_bible(data: Mapping[str, Any], id: str, notes: list[str]) -> Bible | None:
    """The bible that our own export left in the extensions, if it is sound."""
    extensions = data.get("extensions")
    ours = extensions.get(NAMESPACE) if isinstance(extensions, dict) else None
    if not isinstance(ours, dict) or "bible" not in ours:
        return None
    try:
        kept = ours["bible"]
        return Bible.model_validate({**kept, "id": id})
    except (ValueError, TypeError):
        notes.append(f"extensions.{NAMESPACE}.bible is damaged; the bible was drafted from the card's text instead")
        return None


def _draft(data: Mapping[str, Any], id: str, notes: list[str]) -> Bible:
    name = _line(str(data["name"]))
    texts = {key: _clean(str(data.get(key) or ""), key, name, notes) for key in _TEXT_FIELDS if key != "name"}
    whole = " ".join((texts["description"], texts["personality"], texts["first_mes"]))
    lang: Literal["ru", "en"] = language(whole) if whole.strip() else "en"
    described = _sentences(texts["description"])
    greetings = [texts["first_mes"]] + [
        _clean(text, "alternate_greetings", name, notes)
        for text in data.get("alternate_greetings") or []
        if isinstance(text, str)
    ]
    reminder = texts["post_history_instructions"]
    if tokens_of(reminder) > REMINDER_TOKENS:
        notes.append(f"post_history_instructions is longer than {REMINDER_TOKENS} tokens: write the reminder by hand")
        reminder = ""
    for key in ("scenario", "system_prompt", "creator_notes"):
        if texts[key]:
            notes.append(
                f"{key} is kept in the card, not in the bible: it is for a role-play, not for answering from documents"
            )
    if data.get("character_book"):
        notes.append("the lorebook becomes documents for retrieval, never training data")
    notes.append("speech, length, taboos, refusals and drafts of the examples are not in a card: see `persona lint`")
    return Bible(
        id=id,
        name=name[:200],
        role=(described[0] if described else name)[:300],
        language=lang,
        traits=tuple((_sentences(texts["personality"]) or described[1:])[:12]),
        length=Length(default=Limit(max_sentences=5)),
        smalltalk=tuple(text[:600] for text in greetings if text)[:6],
        examples=tuple(_examples(texts["mes_example"], name))[:12],
        reminder=reminder,
    )


def _clean(text: str, key: str, name: str, notes: list[str]) -> str:
    """Macros filled in, actions between asterisks dropped, sentences that command the model left out and
    noted."""
    filled = re.sub(r"\*[^*\n]{1,300}\*", " ", _filled(text, name))
    if not COMMANDS.search(filled):
        return filled.strip()
    if key in ("mes_example", "first_mes", "alternate_greetings"):
        kept = "\n".join(line for line in filled.splitlines() if not COMMANDS.search(line))
    else:
        kept = " ".join(filled[start:end] for start, end in sentences(filled) if not COMMANDS.search(filled[start:end]))
    notes.append(f"{key} holds text that commands a model; left out of the bible, kept in the card")
    return "" if COMMANDS.search(kept) else kept.strip()


def _filled(text: str, name: str) -> str:
    text = re.sub(r"\{\{char\}\}|<BOT>", name, text, flags=re.I)
    return re.sub(
        r"\{\{user\}\}(?!:)|<USER>(?!:)",
        "собеседник" if language(text) == "ru" else "the user",
        text,
        flags=re.I,
    )


def _sentences(text: str) -> list[str]:
    return [_line(text[start:end]) for start, end in sentences(text) if re.search(r"\w", text[start:end])]


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()[:1000]


def _examples(text: str, name: str) -> list[Example]:
    """Pairs `{{user}}: … / Name: …` of a card's example dialogue."""
    found = []
    turn = re.compile(
        rf"^(?P<who>\{{\{{user\}}\}}|<USER>|"
        rf"{re.escape(name)})\s*:\s*(?P<said>.*?)(?=^(?:\{{\{{user\}}\}}|<USER>|{re.escape(name)})\s*:|^<START>|\Z)",
        re.M | re.S | re.I,
    )
    asked = ""
    for hit in turn.finditer(text):
        said = _line(hit["said"])
        if hit["who"].lower() in ("{{user}}", "<user>"):
            asked = said
        elif asked and said:
            found.append(Example(user=asked, reply=said))
            asked = ""
    return found


def _rules_text(bible: Bible) -> str:
    from style_adapter.prompt import bible_text

    return bible_text(bible)
