"""What /ingest may read: folders and URL prefixes that the settings allow, nothing else on the machine or the network."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from core.errors import DocumentError, UsageError

LARGEST = 20 << 20  # bytes, as for files sent in the chat
SECONDS = 60
NAME_LENGTH = 100


def is_url(place: str) -> bool:
    return place.lower().startswith(("http://", "https://"))


def allowed(place: str, roots: Sequence[str]) -> bool:
    """Whether a path, links resolved, lies in an allowed folder, or a URL below an allowed one."""
    if is_url(place):
        return any(is_url(root) and _below(place, root) for root in roots)
    try:
        path = Path(place).resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        return False
    return any(not is_url(root) and path.is_relative_to(Path(root).resolve()) for root in roots)


def _below(url: str, root: str) -> bool:
    ours, theirs = urlsplit(root), urlsplit(url)
    if theirs.username or theirs.password or (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
        return False
    path = unquote(theirs.path)
    if ".." in PurePosixPath(path).parts or "\\" in path:
        return False
    return path == ours.path or path.startswith(ours.path.rstrip("/") + "/")


def safe_name(name: str) -> str:
    """A file name without folders, control characters or a leading dot."""
    base = (
        re.sub(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200b-\u200f\u202a-\u202e]", "_", name.rsplit("/", 1)[-1])
        .strip()
        .lstrip(".")
    )
    stem, dot, suffix = base.rpartition(".")
    if len(base) > NAME_LENGTH:
        base = (
            (stem[: NAME_LENGTH - len(suffix) - 1] + dot + suffix) if dot and len(suffix) < 10 else base[:NAME_LENGTH]
        )
    return base or "document"


def _places(url: str, folder: Path) -> tuple[Path, Path]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / safe_name(unquote(urlsplit(url).path) or "page.html")
    return path, path.with_name(f".{path.name}.part")


async def fetch(url: str, roots: Sequence[str], folder: Path) -> Path:
    """The file of an allowed URL. Raises DocumentError, UsageError where it is not allowed."""
    import aiohttp

    if not allowed(url, roots):
        raise UsageError(
            f"{url} is not below an allowed place.",
            "EXPERTBOT_INGEST__ROOTS names the allowed ones.",
            code="not_allowed",
        )
    path, partial = await asyncio.to_thread(_places, url, folder)
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as session,
            # A redirect could lead anywhere, also to what only this machine can reach.
            session.get(url, allow_redirects=False) as response,
        ):
            if response.status != 200:
                raise DocumentError(
                    f"{url} answers {response.status}.",
                    "Check the address.",
                    code="url_status",
                    status=response.status,
                )
            size = 0
            with partial.open("wb") as file:
                async for piece in response.content.iter_chunked(1 << 16):
                    size += len(piece)
                    if size > LARGEST:
                        raise DocumentError(
                            f"{url} is larger than 20 MB.", "Put it into a folder on the server.", code="url_too_big"
                        )
                    file.write(piece)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise DocumentError(f"{url} can't be fetched: {error}.", "Check the address.", code="url") from error
    except DocumentError:
        partial.unlink(missing_ok=True)
        raise
    os.replace(partial, path)
    return path
