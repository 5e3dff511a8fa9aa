"""Our byte-pair encoding against `tokenizers`: the same tokens, whatever the text."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import UnavailableError
from style_adapter.model.base import locate
from style_adapter.model.bpe import TABLES, Bpe, write_tables
from style_adapter.model.template import Codec
from style_adapter.model.tokenizer import Tokenizer, _Library, open_tokenizer
from tests.adapter.conftest import World, unpacked

ROOT = Path(__file__).parents[2]
ADDED = ["<bos>", "<end_of_turn>", "\n", "\n\n", "<b>", "</b>", "[x]"]
LEARNED = "кот котёл которого и ёлочки «ёлочки» the then there  then   there кот> </b кот> </b ab abab ababab"
TRICKY = ["", " ", "  ", "\t", "▁", "> </", "<0x41>", "<b", "<<b>>", "\n\n\n\n\n", "é", "e\u0301", "\0", "\ufeff", "😀",
          "🇷🇺", "👩\u200d🔧", "漢字", "кот", "ё", "«", "»", "—", "a", "b", "1", "_", "/", "[x]", "<end_of_turn>"]  # fmt: skip


def gemma_like(folder: Path) -> Path:
    """A tokenizer.json of Gemma's kind with a few hundred tokens, one of which reaches over the beginning of a word."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

    made: Any = Tokenizer(models.BPE(unk_token=None, byte_fallback=True))
    made.normalizer = normalizers.Replace(" ", "▁")
    made.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    made.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    made.train_from_iterator([LEARNED] * 3, trainers.BpeTrainer(vocab_size=300, show_progress=False))
    plain = json.loads(made.to_str())
    numbers, merges = plain["model"]["vocab"], plain["model"]["merges"]
    for text in (*(f"<0x{byte:02X}>" for byte in range(256)), *ADDED, "\n", "▁<", "▁</", ">▁</"):
        numbers.setdefault(text, len(numbers))
    plain["model"]["merges"] = [["▁", "<"], ["▁<", "/"], [">", "▁</"], ["\n", "\n"], *(
        pair for pair in merges if pair[0] + pair[1] in numbers and pair not in (["▁", "<"], ["▁<", "/"], [">", "▁</"])
    )]  # fmt: skip
    plain["added_tokens"] = [
        {"id": numbers[text], "content": text, "single_word": False, "lstrip": False, "rstrip": False,
         "normalized": False, "special": text in ADDED[:2]}
        for text in ADDED
    ]  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(plain), "utf-8")
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tokenizer, Tokenizer]:
    folder = gemma_like(tmp_path_factory.mktemp("bpe"))
    write_tables(folder)
    ours = open_tokenizer(folder)
    assert isinstance(ours, Bpe)
    return ours, _Library(folder / "tokenizer.json")


def same(ours: Tokenizer, theirs: Tokenizer, text: str) -> None:
    ids = theirs.encode(text)
    assert ours.encode(text) == ids, repr(text)
    for special in (False, True):
        assert ours.decode(ids, special=special) == theirs.decode(ids, special=special), repr(text)


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.sampled_from([*TRICKY, *LEARNED.split(" ")]), st.text(max_size=5)), max_size=20))
def test_tokens_are_those_of_the_library(small: tuple[Tokenizer, Tokenizer], parts: list[str]):
    same(*small, "".join(parts))
    same(*small, " ".join(parts))


@given(st.lists(st.integers(0, 1000), max_size=20))
def test_any_tokens_are_read_alike(small: tuple[Tokenizer, Tokenizer], ids: list[int]):
    ours, theirs = small
    known = [number for number in ids if number < len(theirs.texts())]
    for special in (False, True):
        assert ours.decode(known, special=special) == theirs.decode(known, special=special)


def test_the_vocabulary_is_that_of_the_library(small: tuple[Tokenizer, Tokenizer]):
    ours, theirs = small
    assert list(ours.texts()) == list(theirs.texts())
    assert sorted(ours.added) == sorted(theirs.added)
    for number, text in enumerate(theirs.texts()):
        assert (ours.number(text), ours.text(number)) == (number, text)
    assert (ours.number("no such"), ours.text(len(theirs.texts()))) == (None, "")


def test_a_long_text_without_blanks_takes_no_square_of_its_length(small: tuple[Tokenizer, Tokenizer]):
    same(*small, "ab" * 30_000)


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "bytes": lambda plain: plain["model"].update(byte_fallback=False),
    "dropout": lambda plain: plain["model"].update(dropout=0.1),
    "normalizer": lambda plain: plain.update(normalizer=None),
    "words": lambda plain: plain.update(pre_tokenizer={"type": "Whitespace"}),
    "strip": lambda plain: plain["added_tokens"][0].update(lstrip=True),
    "gap": lambda plain: plain["model"]["vocab"].pop("<bos>"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_another_kind_is_left_to_the_library(tmp_path: Path, change: str):
    file = gemma_like(tmp_path) / "tokenizer.json"
    plain = json.loads(file.read_text("utf-8"))
    CHANGES[change](plain)
    file.write_text(json.dumps(plain), "utf-8")
    write_tables(tmp_path)
    assert not list(tmp_path.glob(TABLES + "*"))


def test_the_base_of_another_kind_keeps_its_tokens(world: World):
    assert isinstance(open_tokenizer(world.base), _Library)


def test_broken_tables_name_the_cure(tmp_path: Path):
    write_tables(gemma_like(tmp_path))
    raw = (tmp_path / TABLES).read_bytes()
    (tmp_path / TABLES).write_bytes(raw[: len(raw) // 2])
    with pytest.raises(UnavailableError) as found:
        open_tokenizer(tmp_path)
    assert "Delete" in found.value.hint


def texts(added: list[str]) -> Iterator[str]:
    """Ours to read and write, and thousands that nobody would."""
    for pattern in (
        "personas/*/*.jsonl",
        "personas/*/*.yaml",
        "*.md",
        "docs/**/*.md",
        "style_adapter/**/*.py",
        "evals/questions/*.jsonl",
    ):
        for file in sorted(ROOT.glob(pattern)):
            text = file.read_text("utf-8")
            yield from (text[at : at + 600] for at in range(0, len(text), 9000))
    draw, anything = random.Random(5), [*range(1, 0xD800), *range(0xE000, 0x30000)]
    kinds: list[Callable[[], str]] = [
        lambda: chr(draw.choice(anything)),
        lambda: draw.choice("абвгдеёжзАБВЁ «»—–…"),
        lambda: draw.choice(" \n\t▁  <>[]/"),
        lambda: draw.choice(TRICKY),
        lambda: draw.choice(added),
    ]
    for _ in range(1000):
        chosen = draw.sample(kinds, draw.randint(1, 4))
        yield "".join(draw.choice(chosen)() for _ in range(draw.randint(0, 50)))
    for char in "\n\t ▁":
        yield from (char * count for count in range(0, 70, 3))
    yield "漢字" * 3000


def test_tokens_of_the_packaged_base_are_those_of_the_library():
    folder = unpacked()
    assert locate().path == folder
    ours, theirs = open_tokenizer(folder), _Library(folder / "tokenizer.json")
    assert isinstance(ours, Bpe)
    assert list(ours.texts()) == list(theirs.texts())
    assert sorted(ours.added) == sorted(theirs.added)
    count = 0
    for text in texts(ours.added):
        same(ours, theirs, text)
        count += 1
    assert count > 1000
    codec, other = Codec(folder), Codec(folder)
    other.tokenizer = theirs
    assert codec._marks("<start_of_turn>user\n") == other._marks("<start_of_turn>user\n")
    assert codec.encode("<start_of_turn>user\nя <b>тут</b>\n") == other.encode("<start_of_turn>user\nя <b>тут</b>\n")
