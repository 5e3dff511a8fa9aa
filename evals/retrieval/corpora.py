"""Two more corpora of Russian documentation, made from Debian packages: `python -m evals.retrieval.corpora [FOLDER]`.

Fetches the packages with apt-get, takes the pages named here and cuts off their navigation; knows nothing of the questions."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import ExpertbotError, UsageError

HOME = Path(__file__).parents[2] / "data" / "corpora"  # not in git: the pages belong to their packages

# Whole pages of the installation guide: those mostly in Russian, without the tables of contents.
GUIDE = """
ch01s01 ch01s02 ch01s03 ch01s04 ch01s07 ch01s08 ch02s01 ch02s03 ch02s04 ch03s01 ch03s02 ch03s03 ch03s04 ch03s05
ch04s05 ch04s06 ch05s01 ch05s02 ch05s03 ch06s01 ch07s01 ch07s02 ch07s03 ch08s01 ch08s02 ch08s03 ch08s04 ch08s05 ch08s06
apas03 apbs01 apbs03 apbs05 apcs01 apcs02 apcs04 apcs05 apds01 apds02 apds04 apds05 apes01 apes02
""".split()
# Long pages of Double Commander's help are cut at these headings (their numbers); what comes before the first is left out.
SECTIONS: Mapping[str, Sequence[str]] = {
    "help": ("1.", "2.1.1.", "2.1.2.", "2.1.5.", "2.2.", "2.8.", "2.9."),
    "faq": ("1.", "2.", "3.", "4.", "5.", "6.", "7."),
    "copymove": ("1.", "2.", "3."),
    "findfiles": ("1.", "3.", "3.1.", "4.", "5."),
    "multirename": ("1.", "3.", "4.2.", "5.", "6.", "7.", "10."),
    "syncdirs": ("1.", "3."),
    "viewer": ("1.", "3.", "5."),
    "toolbar": ("1.", "5.1."),
    "directoryhotlist": ("1.", "2.5.", "2.9.", "3.1.", "3.5."),
    "commandline": ("1.",),
}
TITLE = re.compile(r"<h1[^>]*>(.*?)</h1>", re.S)
HEADING = re.compile(r"<h2[^>]*>(.*?)</h2>", re.S)
NUMBER = re.compile(r"\s*(\d+(?:\.\d+)*\.)\s+")
NAVIGATION = re.compile(
    r'<div class="nav(?:header|footer)">.*?</div>|<div class="footer"><div.*?</div></div>|<p class="navback">.*?</p>',
    re.S,
)


@dataclass(frozen=True)
class Package:
    """A Debian package: where its pages lie once unpacked."""

    name: str
    pages: str


INSTALL = Package("installation-guide-amd64", "usr/share/doc/installation-guide-amd64/ru")
DCMD = Package("doublecmd-help-ru", "usr/share/doublecmd/doc/ru")


def plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup)).strip()


def page(title: str, body: str) -> str:
    head = f'<head><meta charset="utf-8"><title>{html.escape(title)}</title></head>'
    return f"<html>{head}<body>\n{body}\n</body></html>\n"


def install_pages(folder: Path) -> Iterator[tuple[str, str]]:
    """(file name, HTML) of the installation guide, a section a page."""
    for name in GUIDE:
        markup = NAVIGATION.sub("", (folder / f"{name}.html").read_text(encoding="utf-8"))
        yield f"{name}.html", markup


def dcmd_pages(folder: Path) -> Iterator[tuple[str, str]]:
    """(file name, HTML) of Double Commander's help, a page a few sections."""
    for name, starts in SECTIONS.items():
        markup = NAVIGATION.sub("", (folder / f"{name}.html").read_text(encoding="utf-8"))
        found = TITLE.search(markup)
        title = NUMBER.sub("", plain(found[1])) if found else name
        cuts = [(n[1], heading) for heading in HEADING.finditer(markup) if (n := NUMBER.match(plain(heading[1])))]
        wanted = [(number, heading) for number, heading in cuts if number in starts]
        for at, (number, heading) in enumerate(wanted):
            end = wanted[at + 1][1].start() if at + 1 < len(wanted) else len(markup)
            body = markup[heading.start() : end].replace("</body>", "").replace("</html>", "")
            topic = f"{title}: {NUMBER.sub('', plain(heading[1]))}"
            yield (
                f"{name}-{number.strip('.').replace('.', '-')}.html",
                page(topic, f"<h1>{html.escape(topic)}</h1>\n{body}"),
            )


CORPORA = {"install": (INSTALL, install_pages), "dcmd": (DCMD, dcmd_pages)}


def made(home: Path = HOME) -> dict[str, Path]:
    """The folders of the corpora that have been made, by name: for `evals.retrieval.lab.FOLDERS`."""
    return {name: home / name for name in CORPORA if any((home / name).glob("*.html"))}


def unpack(package: Package, folder: Path) -> Path:
    """Downloads and unpacks the package under `folder`; the folder of its pages. Raises UsageError where that can't be done."""
    missing = [tool for tool in ("apt-get", "dpkg-deb") if shutil.which(tool) is None]
    if missing:
        raise UsageError(
            f"There is no {' and no '.join(missing)} here.",
            "The corpora are made from Debian packages: run this on Debian or Ubuntu, or in a container of it.",
        )
    got = subprocess.run(["apt-get", "download", package.name], cwd=folder, capture_output=True, text=True)
    files = sorted(folder.glob(f"{package.name}_*.deb"))
    if got.returncode or not files:
        reason = got.stderr.strip() or "no file came"
        raise UsageError(f"apt-get could not download {package.name}: {reason}", "Run `apt-get update` first.")
    subprocess.run(["dpkg-deb", "-x", str(files[-1]), str(folder / package.name)], check=True)
    return folder / package.name / package.pages


def make(out: Path) -> dict[str, int]:
    """Writes `out`/install and `out`/dcmd; the pages written by corpus. Raises UsageError where apt isn't there."""
    counts = {}
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o755)  # apt drops to a user of its own while it downloads
        for name, (package, pages) in CORPORA.items():
            source = unpack(package, Path(scratch))
            target = out / name
            target.mkdir(parents=True, exist_ok=True)
            written = [(target / file).write_text(markup, encoding="utf-8") for file, markup in pages(source)]
            counts[name] = len(written)
    return counts


def main() -> int:
    if len(sys.argv) > 2 or sys.argv[-1].startswith("-"):
        print(f"python -m evals.retrieval.corpora [FOLDER], by default {HOME}", file=sys.stderr)
        return 2
    folder = Path(sys.argv[1]) if len(sys.argv) == 2 else HOME
    try:
        counts = make(folder)
    except ExpertbotError as error:
        print(f"{error} {error.hint}", file=sys.stderr)
        return error.exit_code
    for name, pages in counts.items():
        print(f"{folder / name}: {pages} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
