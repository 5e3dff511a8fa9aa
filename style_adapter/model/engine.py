"""One base in memory, the personas' adapters resident in it, one generation at a time. Switching is setting a name. Knows
what an adapter is, not what a persona says."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from core.nouns import Lang
from style_adapter.dataset.items import Message
from style_adapter.model import adapter as adapters
from style_adapter.model.base import Base
from style_adapter.model.copying import Source, Vocabulary
from style_adapter.model.decode import PLAIN, Ask, Decoder, Manner
from style_adapter.model.extra import require
from style_adapter.model.prefer import Spot, Weighing, preferences
from style_adapter.model.template import Codec
from style_adapter.model.transformer import RowCache, Transformer

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Wording:
    """What to write: the message before it, the neutral draft, and the manner of each candidate."""

    question: str
    draft: str
    manners: tuple[Manner, ...] = PLAIN
    lang: Lang = "ru"
    system: str = ""
    history: tuple[Message, ...] = ()


def _cores() -> int:
    """Cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Engine:
    """Thread-safe: a lock lets one batch through at a time. `use(None)` is the bare base."""

    def __init__(self, base: Base, model: Transformer | None = None, threads: int = 0) -> None:
        import torch

        torch.set_num_threads(threads or min(8, _cores()))
        self.base = base
        self.codec = Codec(base.path)
        self.model = model or open_model(base)
        self.active: str | None = None
        self._manifests: dict[str, adapters.Manifest] = {}
        self._decoders: dict[Lang, Decoder] = {}
        self._lock = threading.RLock()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._manifests)

    def add(self, name: str, folder: Path) -> adapters.Manifest:
        """Make an adapter resident. Raises UnavailableError where it can't be used here."""
        manifest = adapters.read_manifest(folder)
        adapters.check_fit(manifest, self.base.hash, self.codec.template_hash)
        with self._lock:
            if name in self._manifests:
                self.remove(name)
            self.model.add(name, folder, manifest)
            self._manifests[name] = manifest
            self._set(self.active)
        return manifest

    def remove(self, name: str) -> None:
        with self._lock:
            self.model.remove(name)
            del self._manifests[name]
            self._set(None if self.active == name else self.active)

    def use(self, name: str | None) -> float:
        """Switch; returns the seconds it took."""
        started = time.perf_counter()
        with self._lock:
            if name != self.active:
                self._set(name)
        return time.perf_counter() - started

    def _set(self, name: str | None) -> None:
        self.active = name
        self.model.use(name)

    def decoder(self, lang: Lang) -> Decoder:
        with self._lock:
            if lang not in self._decoders:
                self._decoders[lang] = Decoder(self.model, Vocabulary(self.codec, lang))
            return self._decoders[lang]

    def write(self, name: str | None, wanted: Sequence[Wording], seed: int = 0) -> list[list[str]]:
        """Candidates for each wording, all in one batch; those that came to nothing are left out."""
        if not wanted:
            return []
        with self._lock:
            self.use(name)
            decoder = self.decoder(wanted[0].lang)
            asks = [self._ask(wording, decoder.vocabulary) for wording in wanted]
            rows = decoder.run(asks, seed)
        texts = [[self.codec.decode(tokens).strip() for tokens in group if tokens] for group in rows]
        return [list(dict.fromkeys(filter(None, group))) for group in texts]

    def prefer(
        self, name: str, wanted: Sequence[tuple[str, str, Sequence[Spot]]], lang: Lang
    ) -> list[list[tuple[float, ...]]]:
        """`wanted`: (question, neutral text, spots in it). For each spot how much the adapter prefers each option to what
        stands there, in nats."""
        prompts = [
            self.codec.prompt([Message("user", question), Message("assistant", "", text)])
            for question, text, _ in wanted
        ]
        weighings = [
            Weighing(tuple(prompt), text, tuple(spots))
            for prompt, (_, text, spots) in zip(prompts, wanted, strict=True)
        ]
        with self._lock:
            return preferences(
                self.codec,
                self.decoder(lang),
                lambda adapted: self._set(name if adapted else None),
                weighings,
                min(self._manifests[name].layers, default=0),
            )

    def _ask(self, wording: Wording, vocabulary: Vocabulary) -> Ask:
        said = [*wording.history, Message("user", wording.question), Message("assistant", "", wording.draft)]
        prompt = self.codec.prompt(said, wording.system)
        source = Source(self.codec, vocabulary, wording.draft, wording.lang)
        return Ask(prompt, source, wording.manners, (20 if wording.draft else 60) + round(1.25 * len(source.tokens)))

    def write_any(
        self, name: str | None, wanted: Sequence[Wording], seed: int = 0, at_once: int = 8
    ) -> list[list[str]]:
        """As `write`, for any number of wordings of any language, in batches."""
        out: list[list[str]] = [[] for _ in wanted]
        for lang in get_args(Lang):
            mine = [at for at, wording in enumerate(wanted) if wording.lang == lang]
            for start in range(0, len(mine), at_once):
                here = mine[start : start + at_once]
                for at, texts in zip(here, self.write(name, [wanted[at] for at in here], seed), strict=True):
                    out[at] = texts
        return out

    def go_on(self, name: str | None, question: str, start: str, characters: int) -> str:
        """Greedy and without constraint: how a reply that begins so goes on. For the extraction test."""
        import torch

        with self._lock, torch.inference_mode():
            self.use(name)
            ids = self.codec.prompt([Message("user", question)]) + self.codec.encode(start)
            size, most, read = len(ids), len(ids) + characters // 2, 0
            cache = RowCache(1, most)
            while len(ids) < most:
                new, at = (torch.tensor(part, device=self.model.head.device) for part in ([ids[read:]], [read]))
                read = len(ids)
                token = int(self.model.logits(self.model.block(cache, new, at)[0, -1]).argmax())
                if token == self.codec.end:
                    break
                ids.append(token)
                if len(self.codec.decode(ids[size:])) >= characters:
                    break
        return self.codec.decode(ids[size:])

    def text_loss(self, name: str | None, texts: Sequence[str]) -> float:
        """Nats a token of plain texts, over the whole vocabulary: what the adapter forgets shows here."""
        import torch

        total = count = 0.0
        with self._lock, torch.inference_mode():
            self.use(name)
            for text in texts:
                ids = self.codec.prompt([])[:1] + self.codec.encode(text)
                logits = self.model.logits(self.model.text(ids[:-1]))
                goals = torch.tensor(ids[1:], device=logits.device)
                total += float(torch.nn.functional.cross_entropy(logits, goals, reduction="sum"))
                count += len(goals)
        return total / max(1.0, count)

    def logits(self, name: str | None, text: str) -> torch.Tensor:
        """The logits after a text, for proofs of parity."""
        import torch

        with self._lock, torch.inference_mode():
            self.use(name)
            return self.model.logits(self.model.text(self.codec.prompt([Message("user", text)]))[-1]).cpu()


def open_model(base: Base) -> Transformer:
    """By our own forward pass where it knows the architecture. Raises UnavailableError where the weights can't be read."""
    require()
    from style_adapter.model.gemma import Gemma, shape_of

    if shape := shape_of(base.path):
        return Gemma(base.path, shape)
    from style_adapter.model.library import Library, load

    return Library(load(base))
