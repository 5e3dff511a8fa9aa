"""How much of a file is read before it is refused. One place, so that tests, errors and documentation
agree."""

from core.errors import DocumentError

MAX_INPUT = 50 * 1024 * 1024  # bytes of one file
MAX_ZIP_ENTRIES = 1_000
MAX_ZIP_BYTES = 200 * 1024 * 1024  # unpacked
MAX_ZIP_RATIO = 100  # unpacked / packed
MAX_PDF_PAGES = 1_000
MAX_ROWS = 200_000  # of one table
MAX_CELLS = 4_000_000  # of one spreadsheet
MAX_DEPTH = 200  # of nested JSON or markup


def too_big(name: str, size: int, limit: int = MAX_INPUT) -> DocumentError:
    """The refusal of a file of `size` bytes."""
    megabyte = 1024 * 1024
    message = f"{name}: {-(-size // megabyte)} MB is more than the {limit // megabyte} MB a document may have."
    return DocumentError(message, "Split it into smaller files, by chapters or by months.", code="too_big")
