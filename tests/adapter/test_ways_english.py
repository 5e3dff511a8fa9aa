"""The wider ways of English, and what must stay. No model."""

from __future__ import annotations

from functools import partial

import pytest

from tests.adapter import test_ways

ways = partial(test_ways.ways, lang="en")


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("A blocked card cannot be reopened [1].", "A blocked card can't be reopened [1]."),
        ("Records are kept for 5 years [3].", "Records are retained for 5 years [3]."),
        ("The house is kept between 14 °C and 24 °C [1].", "The house is maintained between 14 °C and 24 °C [1]."),
        ("The speed must not exceed 40 mph [1].", "The speed must not be more than 40 mph [1]."),
        ("A lost book must be replaced [1].", "A lost book is to be replaced [1]."),
        ("The account is locked for 30 minutes [1].", "The account is locked for a period of 30 minutes [1]."),
        ("The library is open on Sundays from 11:00 [1].", "The library is open every Sunday from 11:00 [1]."),
        ("He works with tools in order to mend boilers [1].", "He works with tools to mend boilers [1]."),
        ("It was relegated because of its debts [1].", "It was relegated owing to its debts [1]."),
        ("The default timeout is 600 seconds [1].", "The timeout is 600 seconds by default [1]."),
        ("After 21 days it is considered lost [1].", "It is considered lost after 21 days [1]."),
        ("The wing was built in 1884 [1].", "In 1884, the wing was built [1]."),
        (
            "No deposit is taken, but a lost key costs £10 [1].",
            "No deposit is taken [1]. But a lost key costs £10 [1].",
        ),
        (
            "Check-in closes at noon and the gate closes at one [1].",
            "Check-in closes at noon [1]. The gate closes at one [1].",
        ),
    ],
)
def test_ways_of_english(text: str, way: str):
    assert way in ways(text)


@pytest.mark.parametrize(
    "text",
    [
        "Carry a copy in case the disk fails [1].",  # not «if»
        "Gurus were often reborn many times [1].",
        "If the door is shut, the pump is off and the valve is open [1].",
        "At night the pump is off and the valve is open [1].",
        "Admission is free of charge [1].",
    ],
)
def test_what_must_stay(text: str):
    changed = ways(text)
    assert not any(
        way.count("[1]") > 1 or "if the disk" in way or "numerous" in way or "without" in way for way in changed
    )


def test_never_stays_with_its_verb():
    assert not any("to never" in way for way in ways("The telescope must never be pointed at the Sun [1]."))
