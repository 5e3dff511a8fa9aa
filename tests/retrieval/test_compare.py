"""Two runs over the same questions compared."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from bot.cli.evaluation import named_settings
from bot.evaluation import compare, comparison_table
from core.errors import UsageError
from core.settings import EmbedderSettings, Settings


def rows(right: int, refused: int = 0) -> list[dict[str, object]]:
    return [
        {
            "answerable": n < 40, "doc_rank": 1 if n < right else 9, "gold_rank": 1 if n < right else 9, "evidence": n < right,
            "doc_cited": True, "refused": n < refused or n >= 50, "seconds": 0.01,
        }
        for n in range(60)
    ]  # fmt: skip


def test_a_clear_gain_is_called_one_and_none_is_not() -> None:
    report = compare(rows(20), rows(36))
    assert report["gold@5"]["first"] == 0.5
    assert report["gold@5"]["difference"]["value"] == pytest.approx(0.4)
    assert report["gold@5"]["clear"]
    assert not report["doc cited"]["clear"]
    table = comparison_table(report, "use", "other")
    assert "| gold@5 | 0.500 | 0.900 | +0.400" in table
    assert table.count("| yes |") == 4
    assert "not shown" in table


def test_more_wrong_refusals_cost() -> None:
    table = comparison_table(compare(rows(20), rows(20, refused=30)), "a", "b")
    assert "no, it costs" in next(line for line in table.split("\n") if "wrongly refused" in line)


def test_embedders_are_named_by_kind_and_model() -> None:
    given = EmbedderSettings(kind="openai", model="m", base_url="http://127.0.0.1/v1", api_key=SecretStr("k"))
    settings = Settings(embedder=given)
    assert named_settings(settings, "as-set") == settings
    assert named_settings(settings, "use").embedder.kind == "use"
    other = named_settings(settings, "openai:small:v2").embedder
    assert (other.kind, other.model, other.base_url) == ("openai", "small:v2", given.base_url)
    quality = named_settings(settings, "use+quality")
    assert (quality.embedder.kind, quality.retrieval.quality) == ("use", True)
    assert named_settings(settings, "as-set+quality").embedder == given
    with pytest.raises(UsageError, match="no embedder"):
        named_settings(settings, "magic:x")
