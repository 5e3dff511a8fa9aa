"""A bible's shape: every fault at once, each with its line; unsafe YAML refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import UsageError
from style_adapter.bible import Bible, load, parse, to_yaml
from style_adapter.lint import lint, lint_text, tokens_of
from tests.persona.bibles import ALL, BUTLER, GRANDMA

PERSONAS = Path(__file__).parents[2] / "personas"


def faults(text: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for fault in lint_text(text):
        found[fault.line] = found.get(fault.line, "") + f"{fault.message} | {fault.hint}\n"
    return found


@pytest.mark.parametrize("id", ["alex", "engineer"])
def test_shipped_bibles_lint_clean(id: str) -> None:
    assert lint(PERSONAS / id / "bible.yaml") == []


@pytest.mark.parametrize("name", sorted(ALL))
def test_yaml_round_trip(name: str) -> None:
    assert parse(to_yaml(ALL[name])).bible == ALL[name]


def test_all_faults_at_once_with_lines_and_nearest_names() -> None:
    text = GRANDMA.replace("emoji: rare", "emojis: rare").replace("max_sentences: 4", "max_sentences: много")
    text = text.replace("name: Баба", "nam: Баба")
    found = faults(text)
    lines = text.splitlines()
    at = {key: next(n for n, line in enumerate(lines, 1) if key in line) for key in ("emojis", "nam:", "много")}
    assert "did you mean «emoji»" in found[at["emojis"]]
    assert "did you mean «name»" in found[at["nam:"]]
    assert "max_sentences" in found[at["много"]]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("[кринж, менеджер]", "[кринж, менеджер, 'ох, милок']"), "favourite and in never"),
        (("[кринж, менеджер]", "[Здравствуй]"), "greeting and in never"),
        (("{max_sentences: 8, topics", "{max_sentences: 2, topics"), "above the expanded one"),
        (("[кринж, менеджер]", "[no, кринж]"), "true/false"),
        (("role: деревенская", "role: &a деревенская"), ""),
        (("language: ru", "language: ru\nlanguage: en"), "stands twice"),
        (("травница", "травница: да"), "broken YAML"),
    ],
)
def test_contradictions_and_traps_of_yaml(change: tuple[str, str], says: str) -> None:
    text = GRANDMA.replace(*change)
    assert text != GRANDMA
    assert any(says in message for message in faults(text).values())


def test_lines_that_break_the_bibles_own_rules() -> None:
    more = """examples:
  - {user: как быть, draft: "Нужно 5 г травы [1].", reply: "Возьмите 5 г травы, ох, милок [1]."}
  - {user: а потом, draft: "Ждать 2 дня [1].", reply: "Ну, жди 2 дня, родимый."}
"""
    found = [message for message in faults(GRANDMA + more).values() if "examples" in message]
    assert any("«address»" in message for message in found)
    assert any("drops [1]" in message for message in found)


def test_emoji_in_an_example_of_a_bible_without_emoji() -> None:
    found = faults(BUTLER + 'refusals: ["Сожалею, бумаги молчат 🙂", "Увы, сударь, там пусто."]\n')
    assert any("«emoji»" in message for message in found.values())


def test_gaps_are_named() -> None:
    found = " ".join(fault.message for fault in lint_text(to_yaml(Bible.new("kot", "Кот", "ru"))))
    for gap in ("traits", "refusals", "smalltalk", "examples", "reminder"):
        assert gap in found


def test_long_reminder() -> None:
    text = GRANDMA + "reminder: " + "говори ласково и просто, " * 20 + "\n"
    assert any("at most 60" in message for message in faults(text).values())
    assert tokens_of("короткая строка") <= 6


def test_aliases_bombs_and_tags_are_refused() -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    assert "anchors" in lint_text(bomb)[0].message
    assert "broken YAML" in lint_text("id: !!python/object/apply:os.system ['true']\n")[0].message
    assert lint_text("")[0].message == "the file is empty"
    assert "broken YAML" in lint_text("[" * 5000)[0].message


def test_taboo_needs_one_way_and_a_safe_pattern() -> None:
    found = faults(
        BUTLER + "taboos:\n  - {text: так}\n  - {text: сяк, pattern: '(a+)+b'}\n  - {text: эдак, pattern: '[a'}\n"
    )
    text = " ".join(found.values())
    assert "exactly one of" in text
    assert "repeated group" in text
    assert "not a regular expression" in text


def test_load_names_the_nearest_persona_and_refuses_paths(tmp_path: Path) -> None:
    (tmp_path / "butler").mkdir()
    (tmp_path / "butler" / "bible.yaml").write_text(BUTLER, "utf-8")
    assert load(tmp_path, "butler").address == "vy"
    with pytest.raises(UsageError) as nearest:
        load(tmp_path, "buttler")
    assert "butler" in nearest.value.hint
    with pytest.raises(UsageError):
        load(tmp_path, "../butler")
    (tmp_path / "butler" / "bible.yaml").write_bytes(BUTLER.encode("cp1251"))
    with pytest.raises(UsageError, match="UTF-8"):
        load(tmp_path, "butler")


def test_catchphrase_in_a_trait_is_advice() -> None:
    text = GRANDMA + "traits: ['я всегда говорю «ох, милок»']\n"
    advice = [fault for fault in lint_text(text) if fault.severity == "advice"]
    assert any("quotes a phrase" in fault.message for fault in advice)
