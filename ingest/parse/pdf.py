"""PDF with a text layer to fragments of lines with their places, by PDFium; `layout.py` makes text of them.
Knows faults of the file (password, scan, fonts without letters), no reading order."""

from __future__ import annotations

import ctypes
import re
from typing import Any

from core.errors import DocumentError
from core.nouns import ParsedDocument
from ingest.clean import normalize, one_line
from ingest.limits import MAX_PDF_PAGES
from ingest.parse.build import build
from ingest.parse.layout import Fragment, Page, pieces_of

_BAD_TITLE = re.compile(
    r"^(?:microsoft \w+ - .*|untitled.*|без имени.*|документ\d*|document\d*"
    r"|.*\.(?:docx?|indd|pptx?|odt|rtf|tex|dvi|qxd))$",
    re.I,
)
_STRANGE = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")
_BOLD_FLAG, _FIXED_FLAG = 1 << 18, 1
_BOLD = re.compile("bold|black|heavy|semibold|demi", re.I)
_FIXED = re.compile("mono|courier|consol|typewriter|cmtt|inconsolata|menlo|fixed|sourcecode|firacode", re.I)


def parse_pdf(data: bytes, source: str, name: str) -> ParsedDocument:
    """The document of a PDF; its title is the largest heading of its first page, else the one in its
    properties."""
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD:
            cure = "Open it with its password and save it without one."
            raise DocumentError(f"{name}: it is protected by a password.", cure, code="password") from error
        cure = "Fetch or export it again: it is damaged or its end is missing."
        raise DocumentError(f"{name}: it can't be opened as a PDF.", cure, code="damaged") from error
    try:
        count = len(pdf)
        if count > MAX_PDF_PAGES:
            message = f"{name}: {count} pages are more than the {MAX_PDF_PAGES} allowed."
            raise DocumentError(message, "Split it, by chapters for instance.", code="too_many_pages")
        pages = [_page(pdf, number) for number in range(count)]
        _check_text(pdf, pages, name)
        meta = one_line(normalize(pdf.get_metadata_dict().get("Title") or ""))
    finally:
        pdf.close()
    pieces, title = pieces_of(pages)
    if len(meta) > 3 and not _BAD_TITLE.match(meta):
        cover = one_line(normalize(" ".join(fragment.text for fragment in pages[0].fragments))).lower()
        title = meta if not title or meta.lower() in cover else title
    return build(pieces, source, title=title, name=name, media_type="application/pdf")


def _check_text(pdf: Any, pages: list[Page], name: str) -> None:
    """Raise where there is nothing to read: a scan, an empty file, letters that are pictures."""
    text = "".join(fragment.text for page in pages for fragment in page.fragments)
    letters = len("".join(text.split()))
    if letters < 8 * max(len(pages), 1):
        import pypdfium2.raw as raw

        images = sum(
            1
            for number in range(min(len(pages), 20))
            for _ in pdf[number].get_objects([raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)
        )
        if images:
            message = f"{name}: it is a scan: its pages are pictures without a text layer."
            raise DocumentError(message, "Recognise it first (OCR), for example with `ocrmypdf`.", code="pdf_scan")
        if not letters:
            raise DocumentError(
                f"{name}: there is no text in it.", "Check that the file is the right one.", code="empty"
            )
    if len(_STRANGE.findall(text)) * 4 > letters:
        message = f"{name}: its fonts don't say which letters they draw, so the text can't be read."
        raise DocumentError(
            message,
            "Export it anew, or recognise it (OCR), for example with `ocrmypdf --force-ocr`.",
            code="pdf_garbled",
        )


def _page(pdf: Any, number: int) -> Page:
    """One page's fragments, in the order of its content."""
    import pypdfium2.raw as raw

    page = pdf[number]
    textpage = page.get_textpage()
    try:
        width, height = page.get_size()
        count = max(raw.FPDFText_CountChars(textpage), 0)
        collector = _Collector(textpage, raw)
        for index in range(count):
            collector.take(index)
        collector.flush()
        return Page(width, height, collector.fragments)
    finally:
        textpage.close()
        page.close()


class _Collector:
    """Characters put together into fragments: stretches of one line without a gap as wide as a column's."""

    def __init__(self, textpage: Any, raw: Any) -> None:
        self.fragments: list[Fragment] = []
        self._textpage, self._raw = textpage, raw
        self._box = raw.FS_RECTF()
        self._pointer = ctypes.byref(self._box)
        self._text: list[str] = []
        self._edges = (0.0, 0.0, 0.0, 0.0)  # left, bottom, right, top
        self._first = self._last = 0
        self._space = False

    def take(self, index: int) -> None:
        """The character at this index, into the fragment at hand or a new one."""
        code = self._raw.FPDFText_GetUnicode(self._textpage, index)
        if code in (2, 0xFFFE):
            code = 0x2D  # PDFium's mark for a hyphen at a line's end
        char = chr(code)
        if char.isspace():
            self._space = True
            if char in "\r\n":
                self.flush()
            return
        if not self._raw.FPDFText_GetLooseCharBox(self._textpage, index, self._pointer):
            return
        box = self._box
        left, bottom, right, top = box.left, box.bottom, box.right, box.top
        if self._text and not self._continues(left, bottom, top):
            self.flush()
        if not self._text:
            self._first, self._edges, self._space = index, (left, bottom, right, top), False
        elif self._space or left - self._edges[2] > 0.3 * (top - bottom):
            self._text.append(" ")
        self._space, self._last = False, index
        self._text.append(char)
        edges = self._edges
        self._edges = (min(edges[0], left), min(edges[1], bottom), max(edges[2], right), max(edges[3], top))

    def _continues(self, left: float, bottom: float, top: float) -> bool:
        edges = self._edges
        size = max(top - bottom, 1.0)
        overlap = min(top, edges[3]) - max(bottom, edges[1])
        return overlap > 0.4 * min(size, edges[3] - edges[1]) and -size < left - edges[2] < 1.1 * size

    def flush(self) -> None:
        """End the fragment at hand."""
        if self._text:
            text = "".join(self._text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            left, bottom, right, top = self._edges
            bold, mono = self._font(self._first)
            step = max((self._last - self._first) // 4, 1)  # a line of code, not a line with some code in it
            mono = mono and all(self._font(index)[1] for index in range(self._first, self._last + 1, step))
            self.fragments.append(Fragment(text, left, bottom, right, top, bold, mono))
        self._text, self._space = [], False

    def _font(self, index: int) -> tuple[bool, bool]:
        """Whether the font of a character is bold, and whether it is one of fixed width."""
        flags, buffer = ctypes.c_int(0), ctypes.create_string_buffer(128)
        self._raw.FPDFText_GetFontInfo(self._textpage, index, buffer, 128, ctypes.byref(flags))
        name = buffer.value.decode("utf-8", "replace")
        bold = bool(flags.value & _BOLD_FLAG) or _BOLD.search(name) is not None
        return bold, bool(flags.value & _FIXED_FLAG) or _FIXED.search(name) is not None
