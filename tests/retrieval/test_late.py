"""Late interaction: tokens of a passage, each in its context, against a question's; what is stored of them and measured."""

import asyncio
import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.app import App
from bot.doctor import examine
from core.e5 import shared
from core.errors import UsageError
from core.nouns import Question
from core.payload import pack_tokens, token_vectors
from core.settings import Settings
from evals.retrieval.lab import Lab
from retrieval.evidence import unit_scores, unit_tables
from retrieval.features import PASSAGE
from retrieval.late import TokenEncoder, TokenQuery, meetings
from retrieval.late_signals import PASSAGE_LATE, UNIT_LATE, passage_late, unit_late
from retrieval.rank import scorer
from retrieval.sufficiency import SUFFICIENCY, sufficiency_features
from retrieval.units import UNIT

PAGES = {
    "backup.md": "# Резервные копии\n\nКопии базы снимаются каждую ночь в 02:30 и лежат 30 дней.\n\n"
    "## Восстановление\n\nЧтобы вернуть базу, выполните `restore --point-in-time` и укажите время.\n",
    "leave.md": "# Отпуск\n\nСотруднику положено 28 дней отпуска. Заявку подают за две недели.\n",
    "access.md": "# Доступы\n\nДоступ к базе даёт дежурный администратор по заявке в трекере.\n",
}


@pytest.fixture(scope="module")
def tokens() -> TokenEncoder:
    try:
        return TokenEncoder()
    except UsageError as error:
        pytest.skip(error.message)


@pytest.fixture(scope="module")
def lab(tokens: TokenEncoder, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    folder = tmp_path_factory.mktemp("pages")
    for name, text in PAGES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return Lab(folder, tokens=tokens)


def test_every_token_is_of_the_headings_or_of_a_unit(tokens: TokenEncoder) -> None:
    (one,) = tokens.passages([("Резервные копии", ["Копии лежат 30 дней.", "", "🙂"])])
    assert len(one.counts) == 4
    assert sum(one.counts) == len(one.vectors)
    assert one.counts[2] == 0
    np.testing.assert_allclose(np.linalg.norm(one.vectors, axis=1), 1, atol=1e-4)


def test_passages_read_together_are_read_as_each_alone(tokens: TokenEncoder) -> None:
    texts = [("Отпуск", ["Положено 28 дней."]), ("Копии", ["Каждую ночь.", "Лежат 30 дней. " * 20]), ("", ["x"])]
    for alone, together in zip(
        itertools.chain(*([tokens.passages([t])[0]] for t in texts)), tokens.passages(texts), strict=True
    ):
        assert alone.counts == together.counts
        np.testing.assert_allclose(alone.vectors, together.vectors, atol=2e-4)


def test_a_passage_longer_than_the_encoder_reads_is_read_in_parts(tokens: TokenEncoder) -> None:
    units = [f"Строка {n}: узел {n * 7} отвечает за отдел {n}." for n in range(120)]
    (one,) = tokens.passages([("Узлы", units)])
    assert min(one.counts) > 3, "no unit is left out"
    assert one.counts[0] < 8, "the headings count once"


@pytest.mark.parametrize("text", ["копии базы", "Rollback", "где лежат копии?"])
def test_every_piece_of_a_question_counts(tokens: TokenEncoder, text: str) -> None:
    assert len(tokens.query(text).vectors) == len(shared().encode(text))


@pytest.mark.parametrize("text", ["", " ", "?", "🙂🙂", "ы" * 50_000, "слово " * 20_000, "漢字の質問"])
def test_any_question_has_tokens(tokens: TokenEncoder, text: str) -> None:
    asked = tokens.query(text)
    assert len(asked.vectors) == len(asked.weights) >= 1
    assert asked.weights.sum() == pytest.approx(1, abs=1e-4)
    assert np.isfinite(asked.vectors).all()


def test_meetings_are_the_greatest_cosines() -> None:
    generator = np.random.default_rng(1)
    counts = [[2, 3, 0, 1], [1], [1, 0, 4]]
    vectors = generator.normal(size=(sum(map(sum, counts)), 8)).astype(np.float32)
    asked = TokenQuery(generator.normal(size=(5, 8)).astype(np.float32), np.full(5, 0.2, np.float32))
    at = 0
    for table, sizes in zip(meetings(asked, vectors, counts), counts, strict=True):
        assert table.shape == (len(sizes), 5)
        for row, size in zip(table, sizes, strict=True):
            own = vectors[at : at + size] @ asked.vectors.T
            np.testing.assert_allclose(row, own.max(axis=0) if size else 0, rtol=1e-5)
            at += size


def test_what_is_stored_is_what_was_read(tokens: TokenEncoder) -> None:
    read = tokens.passages([("Отпуск", ["Положено 28 дней.", "Заявка за две недели."]), ("Копии", ["Ночью."])])
    stored = [pack_tokens(one.vectors, one.counts) for one in read]
    back = token_vectors(stored)
    assert (back * np.concatenate([one.vectors for one in read])).sum(axis=1).min() > 0.99
    assert [one["token_counts"] for one in stored] == [list(one.counts) for one in read]


def test_the_passage_that_means_it_is_met_best(lab: Lab) -> None:
    asked = Question("за какой срок можно откатить данные, если всё сломалось ночью?")
    found = asyncio.run(lab.searcher.find(asked, 8)).found
    late = passage_late([item.candidate for item in found])
    assert found[int(late[:, 0].argmax())].passage.source == "backup.md"
    assert found[0].passage.source == "backup.md"


def test_signals_stand_beside_the_others_and_have_weights(lab: Lab) -> None:
    result = asyncio.run(lab.searcher.find(Question("Сколько дней отпуска?"), 8))
    assert result.late
    assert result.found[0].features.shape == (len(PASSAGE + PASSAGE_LATE),)
    assert set(result.found[0].passage.signals) == set(PASSAGE + PASSAGE_LATE)
    assert {table.shape[1] for table in unit_tables(result)} == {len(UNIT + UNIT_LATE)}
    assert sufficiency_features(result, unit_scores(result)).shape == (len(SUFFICIENCY),)
    for name, signals in (("passage", PASSAGE + PASSAGE_LATE), ("unit", UNIT + UNIT_LATE)):
        assert scorer(name, late=True).names == signals
        assert scorer(name).names == signals[: len(scorer(name).names)]


def test_a_candidate_without_units_has_signals_too(lab: Lab) -> None:
    found = asyncio.run(lab.searcher.find(Question("Сколько дней отпуска?"), 8)).found
    bare = replace(found[0].candidate, spans=[], met=found[0].candidate.met[:1])
    assert np.isfinite(passage_late([bare, found[1].candidate])).all()
    assert [len(table) for table in unit_late([bare, found[1].candidate])] == [0, len(found[1].candidate.spans)]


def test_an_index_without_tokens_is_refused_with_the_cure(tokens: TokenEncoder, tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "leave.md").write_text(PAGES["leave.md"], encoding="utf-8")
    plain = Settings(data_dir=tmp_path / "data")
    quality = Settings.model_validate({"data_dir": tmp_path / "data", "retrieval": {"quality": True}})

    async def scene() -> None:
        app = App(plain)
        await app.open()
        await app.ingest([tmp_path / "pages"], False, lambda *_: None)
        await app.close()
        app = App(quality)
        with pytest.raises(UsageError, match="tokens") as other:
            await app.open()
        await app.close()
        assert "reindex" in other.value.hint

    asyncio.run(scene())
    (cure,) = [one.cure for one in examine(quality) if "another encoder" in one.what]
    assert "expertbot reindex" in cure
