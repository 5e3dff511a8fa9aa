"""Two choices of `ingest/` held against their alternatives: our chunker and llama-index's on real pages (needs
`llama-index-core`), and three ways to write a table row. Run as `python -m bench.chunkers`; prints Markdown tables."""

from __future__ import annotations

import importlib.util
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.nouns import ParsedDocument
from core.terms import terms
from ingest.chunk import chunk
from ingest.clean import row
from ingest.parse import parse

CORPUS = Path(__file__).parents[2] / "shared" / "corpora" / "werf-ru"
LIMIT = 1200
Spans = list[list[tuple[int, int]]]


def kept(documents: Sequence[ParsedDocument], spans: Spans) -> list[str]:
    """How many code blocks, tables and lists of at most LIMIT characters lie in one chunk, and how many code blocks lie in
    one with the end of the paragraph before them."""
    counts = {name: [0, 0] for name in ("code", "table", "list", "code with its sentence")}
    for document, own in zip(documents, spans, strict=True):
        for before, block in zip((None, *document.blocks), document.blocks, strict=False):
            if block.kind in ("code", "table", "list") and block.end - block.start <= LIMIT:
                counts[block.kind][1] += 1
                counts[block.kind][0] += any(start <= block.start and block.end <= end for start, end in own)
            if (
                block.kind == "code"
                and before
                and before.kind == "paragraph"
                and block.end - block.start <= LIMIT - 200
            ):
                tail = max(before.start, before.end - 60)
                counts["code with its sentence"][1] += 1
                counts["code with its sentence"][0] += any(start <= tail and block.end <= end for start, end in own)
    return [f"{have}/{total}" for have, total in counts.values()]


def ours(documents: Sequence[ParsedDocument]) -> tuple[Spans, int, int]:
    """Spans, chunks with exact offsets, chunks with a heading path."""
    found = [chunk(document, max_chars=LIMIT) for document in documents]
    exact = sum(
        document.text[c.start : c.end] == c.text for document, own in zip(documents, found, strict=True) for c in own
    )
    return (
        [[(c.start, c.end) for c in own] for own in found],
        exact,
        sum(bool(c.headings) for own in found for c in own),
    )


def peer(parsers: Sequence[Callable[[], Any]]) -> Callable[[Sequence[ParsedDocument]], tuple[Spans, int, int]]:
    """The same of llama-index node parsers, one after the other."""

    def split(documents: Sequence[ParsedDocument]) -> tuple[Spans, int, int]:
        from llama_index.core import Document

        spans: Spans = []
        exact = headed = 0
        for document in documents:
            nodes: Sequence[Any] = [Document(text=document.text)]
            for make in parsers:
                nodes = make().get_nodes_from_documents(nodes)
            own, position = [], 0
            for node in nodes:
                text = node.get_content()
                start, end = node.start_char_idx, node.end_char_idx
                exact += start is not None and document.text[start:end] == text
                headed += bool(node.metadata.get("header_path", "/").strip("/"))
                position = max(document.text.find(text, position), 0)
                own.append((position, position + len(text)))
            spans.append(own)
        return spans, exact, headed

    return split


def chunkers() -> None:
    documents = [parse(path.read_bytes(), str(path), name=path.name) for path in sorted(CORPUS.rglob("*.md"))]
    candidates: dict[str, Callable[[Sequence[ParsedDocument]], tuple[Spans, int, int]]] = {"ours": ours}
    if importlib.util.find_spec("llama_index") is None:
        print("llama-index-core is not installed: no peers")
    else:
        from llama_index.core.node_parser import MarkdownNodeParser, SentenceSplitter

        def sentences() -> Any:
            return SentenceSplitter(chunk_size=400, chunk_overlap=0)  # tokens: about 1,000 Russian characters

        candidates |= {
            "SentenceSplitter": peer([sentences]),
            "MarkdownNodeParser": peer([MarkdownNodeParser]),
            "Markdown, then Sentence": peer([MarkdownNodeParser, sentences]),
        }
    print(
        "\n| chunker | chunks | mean | longest | exact offsets | heading path | code whole | tables | lists "
        "| code with its sentence | s |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for name, split in candidates.items():
        split(documents[:1])
        started = time.perf_counter()
        spans, exact, headed = split(documents)
        seconds = time.perf_counter() - started
        sizes = [end - start for own in spans for start, end in own]
        cells = [
            len(sizes),
            sum(sizes) // len(sizes),
            max(sizes),
            f"{exact}/{len(sizes)}",
            headed,
            *kept(documents, spans),
        ]
        print(f"| {name} | {' | '.join(map(str, cells))} | {seconds:.2f} |")


PEOPLE = "Иванова Петров Сидоренко Ким Орлова Гусев Лебедев Зайцева Волков Соколова Морозов Белова Крылов Титова Фомин".split()
TABLES = {
    "Сотрудники": (("Фамилия", "Отдел", "Телефон"), ("отдел", "номер телефона")),
    "Дежурства": (("Фамилия", "Дата дежурства", "Смена"), ("дата дежурства", "смена")),
    "Отпуска": (("Фамилия", "Начало отпуска", "Дней отпуска"), ("начало отпуска", "сколько дней отпуска")),
    "Выплаты": (("Фамилия", "Оклад", "Премия"), ("какой оклад", "размер премии")),
    "Техника": (("Фамилия", "Ноутбук", "Инвентарный номер"), ("какой ноутбук", "инвентарный номер")),
}


def _values(rng: random.Random, name: str) -> tuple[str, str]:
    day = f"{rng.randrange(1, 28):02}.{rng.randrange(1, 12):02}.2024"
    return {
        "Сотрудники": (rng.choice(["Связь", "Архив", "Кадры"]), f"{rng.randrange(10, 99)}-{rng.randrange(10, 99)}"),
        "Дежурства": (day, rng.choice(["ночь", "день", "вечер"])),
        "Отпуска": (day, str(rng.randrange(7, 28))),
        "Выплаты": (str(rng.randrange(60, 200) * 1000), f"{rng.randrange(5, 40)}%"),
        "Техника": (rng.choice(["Aquarius", "Гравитон", "ThinkPad"]), f"ИН-{rng.randrange(1000, 9999)}"),
    }[name]


def rows() -> None:
    """Rows as evidence: of 75 rows in five tables about the same people, is the one asked for first?"""
    import numpy as np

    from retrieval.embed import UseEmbedder

    rng = random.Random(7)
    records = [(name, person, _values(rng, name)) for name in TABLES for person in PEOPLE]
    ways: dict[str, Callable[[str, str, tuple[str, str]], str]] = {
        "`Column: value; …`": lambda name, person, cells: row(TABLES[name][0], [person, *cells]),
        "`\\| value \\| value \\|`": lambda name, person, cells: f"| {person} | {cells[0]} | {cells[1]} |",
        "`\\| value \\|` under its table's name": lambda name, person, cells: (
            f"{name}: | {person} | {cells[0]} | {cells[1]} |"
        ),
    }
    asked = [
        (f"{words} {person}?", index) for index, (name, person, _) in enumerate(records) for words in TABLES[name][1]
    ]
    embedder = UseEmbedder()
    queries = np.stack([embedder.encode_query(text) for text, _ in asked])
    print("\n| a row as | right row first | among three |\n|---|---|---|")
    for way, write in ways.items():
        texts = [write(*record) for record in records]
        shared = np.array([[len(set(terms(text)) & set(terms(other))) for other in texts] for text, _ in asked])
        scores = queries @ embedder.encode(texts).T + shared
        order = np.argsort(-scores, axis=1, kind="stable")
        ranks = np.array([int(np.where(order[number] == right)[0][0]) for number, (_, right) in enumerate(asked)])
        print(f"| {way} | {np.mean(ranks == 0):.3f} | {np.mean(ranks < 3):.3f} |")


if __name__ == "__main__":
    if CORPUS.is_dir():
        chunkers()
    else:
        print("../shared/corpora/werf-ru is not there: no pages to cut")
    rows()
