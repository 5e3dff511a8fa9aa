"""The maker of the extra corpora: pages cut at headings, navigation gone, a clear word where apt isn't there."""

from pathlib import Path

import pytest

from core.errors import UsageError
from evals.retrieval import corpora
from ingest.parse import parse

HELP = """<html><body><h1>2.7. Окна &amp; двери</h1><h2>Содержание</h2><dl><dt>1. Начало</dt></dl>
<h2><a name="a">1. Начало</a></h2><p>Первое.</p><p class="navback"><a href="#top">(наверх)</a></p>
<h2><a name="b">1.1. Мелочи</a></h2><p>Второе.</p>
<h2>2. Конец</h2><p>Третье.</p>
<div class="footer"><div class="nav"><a>Пред.</a> | <a>След.</a></div></div></body></html>"""
GUIDE = """<html><head><title>1.1. Окна</title></head><body><div class="navheader"><table><tr><td>След.</td></tr></table><hr>
</div><h2>1.1. Окна</h2><p>Окна моют.</p><div class="navfooter"><hr><table><tr><td>Наверх</td></tr></table></div></body></html>"""


def test_help_is_cut_at_the_listed_headings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "окна.html").write_text(HELP, encoding="utf-8")
    monkeypatch.setattr(corpora, "SECTIONS", {"окна": ("1.", "2.")})
    pages = {name: parse(text.encode(), name, name=name) for name, text in corpora.dcmd_pages(tmp_path)}
    assert sorted(pages) == ["окна-1.html", "окна-2.html"]
    first, second = (pages[name] for name in sorted(pages))
    assert first.title == "Окна & двери: Начало"
    assert "Первое." in first.text
    assert "Второе." in first.text
    assert "Третье." in second.text
    for gone in ("Содержание", "наверх", "Пред."):
        assert gone not in first.text + second.text


def test_guide_loses_its_navigation(tmp_path: Path) -> None:
    (tmp_path / "ch01.html").write_text(GUIDE, encoding="utf-8")
    [(name, markup)] = corpora.whole_pages(tmp_path, ["ch01"], head="guide-")
    assert name == "guide-ch01.html"
    text = parse(markup.encode(), name, name=name).text
    assert "Окна моют." in text
    assert "След." not in text
    assert "Наверх" not in text


def test_without_apt_the_cure_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="no apt-get and no dpkg-deb") as caught:
        corpora.make(tmp_path / "out")
    assert "Debian" in caught.value.hint


def test_only_what_has_been_made_is_listed(tmp_path: Path) -> None:
    (tmp_path / "install").mkdir()
    (tmp_path / "dcmd").mkdir()
    (tmp_path / "dcmd" / "faq-1.html").write_text("<p>…</p>", encoding="utf-8")
    assert corpora.made(tmp_path) == {"dcmd": tmp_path / "dcmd"}
