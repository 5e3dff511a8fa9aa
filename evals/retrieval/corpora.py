"""Four more corpora of Russian documentation, made from Debian packages: `python -m evals.retrieval.corpora [FOLDER]`.

Fetches the packages with apt-get, takes the pages named here and cuts off their navigation; knows nothing of the questions."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
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
# Pages of GIMP's help, a chance choice among those in Russian and of middle length.
GIMP = """
gfdl-4 gfdl-addendum gimp-colors-auto-menu gimp-concepts-brushes gimp-concepts-gradients gimp-concepts-image-guides
gimp-concepts-palettes gimp-concepts-undo gimp-dialogs-content gimp-file-create gimp-filter-bump-map
gimp-filter-desaturate gimp-filter-dropshadow gimp-filter-edge gimp-filter-gaussian-blur gimp-filter-lens-distortion
gimp-filter-median-blur gimp-filter-pixelize gimp-filter-recursive-transform gimp-filter-supernova
gimp-filter-tile-paper gimp-filter-value-propagate gimp-filter-wind gimp-filters-python-fu gimp-filters-script-fu
gimp-histogram-dialog gimp-image-color-profile-assign gimp-image-color-profile-convert gimp-image-color-profile-save
gimp-image-dialog gimp-image-merge-layers gimp-image-properties gimp-image-scale gimp-image-window-quick-mask-button
gimp-indexed-palette-dialog gimp-introduction-history-2-4 gimp-introduction-history-2-6
gimp-introduction-history-early-days gimp-layer-crop gimp-layer-resize gimp-navigation-dialog gimp-path-stroke
gimp-pattern-dialog gimp-pointer-info-dialog gimp-symmetry-dialog gimp-tool-convolve gimp-tool-ellipse-select
gimp-tool-eraser gimp-tool-handle-transform gimp-tool-ink gimp-tool-move gimp-tool-pencil gimp-tool-perspective-clone
gimp-tool-perspective gimp-tool-rect-select gimp-tool-rotate gimp-tool-scale gimp-tool-shear gimp-tool-warp
gimp-tutorial-quickie-crop gimp-tutorial-quickie-separate gimp-undo-dialog gimp-using-script-fu-tutorial-lists
gimp-using-script-fu-tutorial-script gimp-using-selections gimp-using-setup-tile-cache gimp-using-simpleobjects
gimp-view-zoom plug-in-align-layers plug-in-curve-bend plug-in-depth-merge plug-in-film plug-in-gfig plug-in-grid
plug-in-ifscompose plug-in-lic plug-in-lighting plug-in-oilify plug-in-sparkle plug-in-unit-editor script-fu-addborder
script-fu-carve-it script-fu-clothify script-fu-fuzzy-border script-fu-line-nova script-fu-old-photo
script-fu-predator script-fu-round-corners script-fu-weave tone-mapping-conclusion
""".split()
# Pages on Debian's packages and of KiCad: those mostly in Russian.
APTITUDE = """
ch01s01s01 ch01s01s02 ch01s01s04 ch01s02 ch02s01s02 ch02s02s02 ch02s02s03 ch02s02s04 ch02s02s05 ch02s02s06 ch02s03s02
ch02s03s03 ch02s03s04 ch02s03s05 ch02s04 ch02s04s01 ch02s04s02 ch02s04s03 ch02s04s04 ch02s04s05 ch02s05s01 ch02s05s02
ch02s05s03 ch02s05s04 ch02s05s05 ch02s06 index ld-idm1874 pr01s02 pr01s03 pr01s04s03 rn01re01 rn01re02 rn01re03
""".split()
FAQ = """
basic-defs choosing compatibility contributing customizing faqinfo ftparchives getting-debian nextrelease pkg-basics
pkgtools redistributing software support uptodate
""".split()
MAINTAINER = "advanced build checkit dother dreq first modify start update upload".split()
KICAD = "kicad pl_editor".split()
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
GIMP_HELP = Package("gimp-help-ru", "usr/share/gimp/2.0/help/ru")
DEBIAN = {
    "aptitude": (Package("aptitude-doc-ru", "usr/share/doc/aptitude/html/ru"), APTITUDE, ".html"),
    "faq": (Package("debian-faq-ru", "usr/share/doc/debian/FAQ/ru"), FAQ, ".ru.html"),
    "maint": (Package("maint-guide-ru", "usr/share/doc/maint-guide-ru/html"), MAINTAINER, ".ru.html"),
    "kicad": (Package("kicad-doc-ru", "usr/share/doc/kicad/help/ru"), KICAD, ".html"),
}


def plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup)).strip()


def page(title: str, body: str) -> str:
    head = f'<head><meta charset="utf-8"><title>{html.escape(title)}</title></head>'
    return f"<html>{head}<body>\n{body}\n</body></html>\n"


def whole_pages(folder: Path, names: Sequence[str], ending: str = ".html", head: str = "") -> Iterator[tuple[str, str]]:
    """(file name, HTML) of these pages as they are; `head` goes before the names."""
    for name in names:
        markup = NAVIGATION.sub("", (folder / f"{name}{ending}").read_text(encoding="utf-8"))
        yield f"{head}{name}{ending}", markup


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


Pages = Callable[[Path], Iterator[tuple[str, str]]]
CORPORA: Mapping[str, Sequence[tuple[Package, Pages]]] = {
    "install": [(INSTALL, partial(whole_pages, names=GUIDE))],
    "dcmd": [(DCMD, dcmd_pages)],
    "gimp": [(GIMP_HELP, partial(whole_pages, names=GIMP))],
    "debian": [
        (package, partial(whole_pages, names=names, ending=ending, head=f"{head}-"))
        for head, (package, names, ending) in DEBIAN.items()
    ],
}


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
    """Writes a folder a corpus below `out`; the pages written by corpus. Raises UsageError where apt isn't there."""
    counts = {}
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o755)  # apt drops to a user of its own while it downloads
        for name, packages in CORPORA.items():
            target = out / name
            target.mkdir(parents=True, exist_ok=True)
            counts[name] = 0
            for package, pages in packages:
                for file, markup in pages(unpack(package, Path(scratch))):
                    (target / file).write_text(markup, encoding="utf-8")
                    counts[name] += 1
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
