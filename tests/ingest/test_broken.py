"""Every broken file gets a sentence with the file, the cause and the cure; every odd one is read; nothing
crashes or hangs."""

from __future__ import annotations

import random
import re

import pytest

from core.errors import DocumentError
from ingest.chunk import chunk
from ingest.parse import parse
from tests.ingest.make_files import broken, make_docx, make_epub, make_pptx, make_xlsx, strange
from tests.ingest.make_pdf import Text, make_pdf

BROKEN = broken()
STRANGE = strange()


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_named(name: str) -> None:
    make, code = BROKEN[name]
    with pytest.raises(DocumentError) as caught:
        parse(make(), name, name=name)
    error = caught.value
    assert error.code == code
    assert name in error.message
    assert re.match(r".+: .+\.$", error.message)
    assert re.match(r"[A-Z].+\.$", error.hint)


@pytest.mark.parametrize("name", STRANGE)
def test_odd_files_are_read(name: str) -> None:
    make, word = STRANGE[name]
    document = parse(make(), name, name=name)
    assert word in document.text
    assert all(len(piece.text) <= 1200 for piece in chunk(document))


@pytest.mark.parametrize("name", ["a.docx", "a.pptx", "a.xlsx", "a.epub", "a.pdf"])
def test_flipped_and_missing_bytes_never_escape(name: str) -> None:
    makers = {"a.docx": make_docx, "a.pptx": make_pptx, "a.xlsx": make_xlsx, "a.epub": make_epub}
    whole = makers[name]() if name in makers else make_pdf([[Text(60, 700, "Проверка связи и текста")]])
    chance = random.Random(name)
    for _ in range(40):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 12)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        error = _error(bytes(data), name)
        assert error is None or (name in error.message and error.hint)


def _error(data: bytes, name: str) -> DocumentError | None:
    try:
        parse(data, name, name=name)
    except DocumentError as error:
        return error
    return None
