"""The persona workshop as plain functions for the command line: each takes paths and values and returns
JSON-able ones. Loads no guard, embedder or chat model: those are handed in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from core.errors import UsageError
from style_adapter import card as cards
from style_adapter.bible import BIBLE_FILE, Bible, bible_path, load, to_yaml
from style_adapter.dataset import generate
from style_adapter.dataset.check import Guard, Limits, Report, check
from style_adapter.dataset.items import FILES, Item, read_all, write
from style_adapter.dataset.near import Embed
from style_adapter.dataset.split import split
from style_adapter.dataset.stats import stats
from style_adapter.lint import lint, lint_text
from style_adapter.score import Score, score

CARD_FILE = "card.json"
LORE_FOLDER = "lore"
Json = dict[str, Any]


def persona_list(personas_dir: Path) -> list[Json]:
    """`[{"id","name","role","language","version","faults"}]`; a persona whose bible can't be read is listed
    with its faults."""
    found = []
    for path in sorted(Path(personas_dir).glob(f"*/{BIBLE_FILE}")):
        faults = lint(path)
        errors = sum(fault.severity == "error" for fault in faults)
        row: Json = {"id": path.parent.name, "faults": errors}
        try:
            bible = load(personas_dir, path.parent.name)
        except UsageError as error:
            row |= {"name": "", "role": "", "language": "", "version": 0, "error": error.message}
        else:
            row |= {
                "name": bible.name,
                "role": bible.role,
                "language": bible.language,
                "version": bible.version,
            }
        found.append(row)
    return found


def persona_show(personas_dir: Path, id: str) -> Json:
    """The bible as plain values, and what lies beside it."""
    bible = load(personas_dir, id)
    items, _ = read_all(bible_path(personas_dir, id).parent)
    counts = {kind: sum(item.kind == kind for item in items) for kind in FILES.values()}
    return {"bible": bible.model_dump(mode="json", by_alias=True, exclude_none=True), "items": counts}


def persona_lint(personas_dir: Path, id: str) -> Json:
    """`{"ok","faults":[{"line","message","hint","severity"}]}`; advice alone leaves it ok."""
    path = bible_path(personas_dir, id)
    if not path.is_file():
        load(personas_dir, id)  # says which personas there are
    faults = lint(path)
    return {
        "ok": all(fault.severity != "error" for fault in faults),
        "faults": [asdict(fault) for fault in faults],
    }


def persona_new(personas_dir: Path, id: str, name: str, lang: Literal["ru", "en", "user"] = "ru") -> Json:
    """Writes a bible to start from; UsageError where the persona exists. Returns its path and what is still
    to be written."""
    path = bible_path(personas_dir, id)
    text = to_yaml(Bible.new(id, name, lang))
    _write_new(path, text.encode())
    return {"id": id, "path": str(path), "missing": [asdict(fault) for fault in lint_text(text)]}


def persona_import(personas_dir: Path, file: Path, id: str) -> Json:
    """A character card as a new persona: bible, the card itself (for export) and its lorebook as Markdown,
    for ingestion."""
    path = bible_path(personas_dir, id)
    found = cards.import_card(cards.read_card(file), id)
    text = to_yaml(found.bible)
    _write_new(path, text.encode())
    (path.parent / CARD_FILE).write_text(json.dumps(found.card, ensure_ascii=False, indent=1), "utf-8")
    for name, document in found.documents.items():
        lore = path.parent / LORE_FOLDER / name
        lore.parent.mkdir(exist_ok=True)
        lore.write_text(document, "utf-8")
    return {
        "id": id,
        "path": str(path),
        "documents": [str(path.parent / LORE_FOLDER / name) for name in found.documents],
        "notes": list(found.notes),
        "missing": [asdict(fault) for fault in lint_text(text)],
    }


def persona_export(personas_dir: Path, id: str, file: Path, spec: Literal["v2", "v3"] = "v3") -> Json:
    """A card file, PNG or JSON by the ending of its name. What an imported card held besides stays in it."""
    bible = load(personas_dir, id)
    beside = bible_path(personas_dir, id).parent / CARD_FILE
    base = json.loads(beside.read_text("utf-8")) if beside.is_file() else None
    endings: dict[str, Callable[[], bytes]] = {
        ".png": lambda: cards.card_png(bible, base),
        ".json": lambda: cards.card_json(bible, base, spec),
    }
    make = endings.get(Path(file).suffix.lower())
    if make is None:
        raise UsageError(f"a card is .png or .json, not «{Path(file).suffix}»", "name the file so")
    raw = make()
    try:
        Path(file).write_bytes(raw)
    except OSError as error:
        raise UsageError(f"{file} can't be written: {error.strerror}", "check the folder") from None
    return {"id": id, "path": str(file), "bytes": len(raw)}


def score_json(found: Score) -> Json:
    """`{"score","violations":[{"rule","where","message"}]}` as the contract has it."""
    return {
        "score": found.value,
        "violations": [{"rule": v.rule, "where": v.where, "message": v.message} for v in found.violations],
    }


def persona_score(personas_dir: Path, id: str, text: str, prompt: str = "", turn: int = 0, draft: str = "") -> Json:
    return score_json(score(load(personas_dir, id), text, prompt=prompt, turn=turn, draft=draft))


def persona_score_batch(personas_dir: Path, id: str, rows: Iterable[Json]) -> Iterator[Json]:
    """A line per line, in order: `{"id","text","prompt"?,"turn"?,"draft"?}` →
    `{"id","score","violations"}`."""
    bible = load(personas_dir, id)
    for row in rows:
        text = row.get("text")
        if not isinstance(text, str):
            yield {"id": row.get("id"), "error": "a row needs `text`"}
            continue
        turn = row.get("turn")
        found = score(
            bible,
            text,
            prompt=str(row.get("prompt") or ""),
            turn=turn if isinstance(turn, int) else 0,
            draft=str(row.get("draft") or ""),
        )
        yield {"id": row.get("id"), **score_json(found)}


def dataset_check(
    personas_dir: Path,
    id: str,
    guard: Guard | None = None,
    embed: Embed | None = None,
    limits: Limits | None = None,
) -> Json:
    """The report of `dataset.check` over the persona's files; broken lines are rejected too. `ok` decides the
    exit code."""
    bible, items, bad = _items(personas_dir, id)
    report = check(bible, items, guard, embed, limits)
    return {"ok": report.ok and not bad, "bad_lines": [asdict(line) for line in bad], **_report(report)}


def dataset_stats(personas_dir: Path, id: str) -> Json:
    bible, items, bad = _items(personas_dir, id)
    return {**asdict(stats(bible, items)), "bad_lines": len(bad)}


def dataset_split(personas_dir: Path, id: str, validation: float = 0.2, seed: int = 7) -> Json:
    """Rewrites the persona's files with a new split; nothing is written where a line is broken."""
    _, items, bad = _items(personas_dir, id)
    if bad:
        raise UsageError(
            f"{len(bad)} broken lines, first: {bad[0].file}:{bad[0].line} {bad[0].message}", "mend them first"
        )
    done = split(items, validation, seed)
    folder = bible_path(personas_dir, id).parent
    for name, kind in FILES.items():
        rows = [item for item in done if item.kind == kind]
        if rows:
            write(folder / name, rows)
    return {name: sum(item.split == name for item in done) for name in ("train", "validation", "trap")}


async def dataset_synopses(
    personas_dir: Path,
    id: str,
    count: int,
    complete: generate.Complete,
    confirm: Callable[[generate.Estimate], bool],
    prices: tuple[float, float] | None = None,
) -> Json:
    """Fills `synopses.jsonl` up to `count`."""
    bible = load(personas_dir, id)
    path = bible_path(personas_dir, id).parent / "synopses.jsonl"
    return asdict(await generate.synopses(bible, count, complete, path, confirm=confirm, prices=prices))


async def dataset_expand(
    personas_dir: Path,
    id: str,
    complete: generate.Complete,
    confirm: Callable[[generate.Estimate], bool],
    guard: Guard | None = None,
    prices: tuple[float, float] | None = None,
) -> Json:
    """A dialogue for each synopsis into `generated.jsonl`: read it, then move what is good into
    `dialogues.jsonl`."""
    bible, items, _ = _items(personas_dir, id)
    folder = bible_path(personas_dir, id).parent
    sources = generate.read_synopses(folder / "synopses.jsonl")
    if not sources:
        raise UsageError(f"«{id}» has no synopses yet", "run `persona dataset synopses` first")
    done = await generate.expand(
        bible,
        sources,
        complete,
        folder / "generated.jsonl",
        guard=guard,
        known=items,
        confirm=confirm,
        prices=prices,
    )
    return asdict(done)


def _items(personas_dir: Path, id: str) -> tuple[Bible, Sequence[Item], Sequence[Any]]:
    bible = load(personas_dir, id)
    items, bad = read_all(bible_path(personas_dir, id).parent)
    return bible, items, bad


def _report(report: Report) -> Json:
    return {
        "kept": len(report.kept),
        "rejected": [asdict(why) for why in report.rejected],
        "findings": [asdict(finding) for finding in report.findings],
        "stats": asdict(report.stats),
        "notes": list(report.notes),
    }


def _write_new(path: Path, raw: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(raw)
    except FileExistsError:
        raise UsageError(
            f"the persona «{path.parent.name}» exists already", "choose another id or edit its bible"
        ) from None
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror}", "check the folder") from None
