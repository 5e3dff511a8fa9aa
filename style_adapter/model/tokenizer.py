"""What the template asks of a tokenizer, and where it comes from: our tables where the base's folder has them, else the
`tokenizers` library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from core.errors import UsageError
from style_adapter.model.bpe import TABLES, Bpe


class Tokenizer(Protocol):
    """Text ↔ token ids."""

    @property
    def added(self) -> list[str]:
        """Tokens that are found in a text before anything else: markers of turns, tags, runs of line ends."""
        ...

    def encode(self, text: str) -> list[int]:
        """Nothing put before or after it."""
        ...

    def decode(self, ids: Sequence[int], *, special: bool = False) -> str:
        """`special`: with the special tokens among them."""
        ...

    def number(self, text: str) -> int | None:
        """The token that is written so."""
        ...

    def text(self, number: int) -> str:
        """As the token is written, `▁` for a blank; "" where there is none."""
        ...

    def texts(self) -> Sequence[str]:
        """Of all tokens, by number; "" for numbers without a token."""
        ...


def open_tokenizer(folder: Path) -> Tokenizer:
    """Raises UsageError or UnavailableError where the folder's file can't be read."""
    tables = folder / TABLES
    return Bpe(tables) if tables.is_file() else _Library(folder / "tokenizer.json")


class _Library:
    """A tokenizer.json of any kind."""

    def __init__(self, file: Path) -> None:
        import tokenizers

        try:
            self._made: Any = tokenizers.Tokenizer.from_file(str(file))
        except Exception as error:  # the library raises bare Exception
            raise UsageError(f"{file} can't be read: {error}", "Fetch the model anew.") from None
        self._made.no_truncation()
        self._made.no_padding()

    @property
    def added(self) -> list[str]:
        return [token.content for token in self._made.get_added_tokens_decoder().values()]

    def encode(self, text: str) -> list[int]:
        return list(self._made.encode(text, add_special_tokens=False).ids)

    def decode(self, ids: Sequence[int], *, special: bool = False) -> str:
        return str(self._made.decode(list(ids), skip_special_tokens=not special))

    def number(self, text: str) -> int | None:
        found: int | None = self._made.token_to_id(text)
        return found

    def text(self, number: int) -> str:
        return self._made.id_to_token(number) or ""

    def texts(self) -> Sequence[str]:
        numbers: dict[str, int] = self._made.get_vocab()
        out = [""] * (1 + max(numbers.values(), default=-1))
        for text, number in numbers.items():
            out[number] = text
        return out
