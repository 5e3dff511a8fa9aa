"""Checks that the hand-written guard pairs are well-formed, balanced and honestly split.

Knows the file's schema only; it does not know the guard.
"""

import json
import re
from collections import Counter
from pathlib import Path
from statistics import mean

import pytest

PAIRS = Path(__file__).resolve().parents[2] / "evals" / "guard" / "pairs.jsonl"
FIELDS = {"id", "lang", "persona", "domain", "draft", "restyled", "label", "kind", "note", "part"}
FAITHFUL_KINDS = {"restyle", "suspicious"}
CORRUPT_KINDS = {
    "number", "unit", "date", "identifier", "entity_swap", "role_swap", "negation_flip", "condition_dropped",
    "quantifier", "modality", "comparison_flipped", "cause_effect_reversed", "added_claim", "dropped_claim",
    "citation", "autobiography",
}  # fmt: skip
CITATION = re.compile(r"\[(\d+)\]")
Pair = dict[str, str]


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]


def of(pairs: list[Pair], **wanted: str) -> list[Pair]:
    return [pair for pair in pairs if all(pair[key] == value for key, value in wanted.items())]


def test_schema(pairs: list[Pair]) -> None:
    for pair in pairs:
        assert set(pair) - {"at", "spot"} == FIELDS, pair["id"]
        assert all(isinstance(value, str) for value in pair.values()), pair["id"]
        assert all(pair[key].strip() for key in FIELDS - {"note"}), pair["id"]
        assert pair["lang"] in {"ru", "en"}
        assert pair["part"] in {"dev", "held"}
        kinds = FAITHFUL_KINDS if pair["label"] == "faithful" else CORRUPT_KINDS
        assert pair["label"] in {"faithful", "corrupt"}
        assert pair["kind"] in kinds, pair["id"]
        assert bool(pair["note"]) == (pair["label"] == "corrupt"), pair["id"]


def test_ids_and_texts_are_unique(pairs: list[Pair]) -> None:
    assert len({pair["id"] for pair in pairs}) == len(pairs)
    assert len({pair["restyled"] for pair in pairs}) == len(pairs)


def test_language_matches_script(pairs: list[Pair]) -> None:
    for pair in pairs:
        for key in ("draft", "restyled"):
            cyrillic = len(re.findall(r"[а-яё]", pair[key], re.IGNORECASE))
            latin = len(re.findall(r"[a-z]", pair[key], re.IGNORECASE))
            assert (cyrillic > latin) == (pair["lang"] == "ru"), (pair["id"], key)


def test_size_and_balance(pairs: list[Pair]) -> None:
    assert len(pairs) >= 420
    assert len({pair["draft"] for pair in pairs}) >= 150
    assert len({pair["domain"] for pair in pairs}) >= 18
    assert len({pair["persona"] for pair in pairs}) >= 30
    kinds = Counter(pair["kind"] for pair in pairs)
    assert all(kinds[kind] >= 12 for kind in CORRUPT_KINDS), kinds
    faithful = of(pairs, label="faithful")
    assert 0.40 <= len(faithful) / len(pairs) <= 0.50
    assert 0.12 <= kinds["suspicious"] / len(faithful) <= 0.20
    assert 0.55 <= len(of(pairs, lang="ru")) / len(pairs) <= 0.75
    for part in ("dev", "held"):
        for lang in ("ru", "en"):
            labels = Counter(pair["label"] for pair in of(pairs, part=part, lang=lang))
            assert min(labels["faithful"], labels["corrupt"]) >= 20, (part, lang, labels)
        held_kinds = {pair["kind"] for pair in of(pairs, part=part, label="corrupt")}
        assert held_kinds == CORRUPT_KINDS, (part, CORRUPT_KINDS - held_kinds)


def test_split_is_disjoint_by_domain_persona_and_draft(pairs: list[Pair]) -> None:
    dev, held = of(pairs, part="dev"), of(pairs, part="held")
    for key in ("domain", "persona", "draft"):
        assert not {pair[key] for pair in dev} & {pair[key] for pair in held}, key
    for key in ("domain", "persona"):
        share = len({pair[key] for pair in held}) / len({pair[key] for pair in pairs})
        assert 0.35 <= share <= 0.45, (key, share)


def test_citations(pairs: list[Pair]) -> None:
    for pair in pairs:
        draft = CITATION.findall(pair["draft"])
        restyled = CITATION.findall(pair["restyled"])
        assert draft == [str(n + 1) for n in range(len(draft))], pair["id"]
        assert draft, pair["id"]
        assert restyled, pair["id"]
        for key, found in (("draft", draft), ("restyled", restyled)):
            assert pair[key].count("[") == pair[key].count("]") == len(found), pair["id"]
        if pair["kind"] != "citation":
            assert sorted(restyled) == sorted(draft), pair["id"]
        else:
            assert restyled != draft, pair["id"]


def test_length_carries_no_signal(pairs: list[Pair]) -> None:
    corrupt = [len(pair["restyled"]) for pair in of(pairs, label="corrupt")]
    faithful = [len(pair["restyled"]) for pair in of(pairs, label="faithful")]
    assert mean(corrupt) >= 0.95 * mean(faithful)
    # the share of (corrupt, faithful) couples in which the corrupt one is longer
    longer = mean((c > f) + 0.5 * (c == f) for c in corrupt for f in faithful)
    assert 0.40 <= longer <= 0.60, longer
