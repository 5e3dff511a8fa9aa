"""The training loop: rows → steps → epochs, a backup before each epoch, scores after it, the stop rule, the kept epoch.
Resumes where it was cut off. Knows no persona by name."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from core.errors import UnavailableError, UsageError
from core.nouns import Lang
from style_adapter.bible import Bible
from style_adapter.model import adapter as adapters
from style_adapter.model.base import Base, Say
from style_adapter.model.copying import Vocabulary
from style_adapter.model.library import new
from style_adapter.model.template import Codec
from style_adapter.train import backup
from style_adapter.train.body import Body
from style_adapter.train.data import TrainingData, passes, steps
from style_adapter.train.loss import Head, batch_loss, padded, weights
from style_adapter.train.plots import draw
from style_adapter.train.probe import Probe
from style_adapter.train.settings import TrainSettings
from style_adapter.train.stop import EpochScores, Why, chosen, stop_now

LOG = "train_log.jsonl"
EPOCH = "epoch-{}"
BEFORE = "before-{}"
WITHIN = "within-{}"
SAVE_EVERY = 240.0  # seconds between backups within an epoch


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished run. `kept` is the epoch in `folder`; None where every epoch leaked."""

    folder: Path | None
    kept: EpochScores | None
    history: tuple[EpochScores, ...]
    why: Why
    plots: tuple[Path, ...]


class Run:
    """One persona, one base, one folder for everything the run writes."""

    def __init__(
        self,
        bible: Bible,
        base: Base,
        model: Any,
        codec: Codec,
        data: TrainingData,
        settings: TrainSettings,
        folder: Path,
        probe: Probe,
        say: Say = lambda _: None,
    ) -> None:
        import torch

        torch.manual_seed(settings.seed)
        self.bible, self.base, self.codec, self.data, self.settings = bible, base, codec, data, settings
        self.folder, self.probe, self.say = folder, probe, say
        count = model.config.num_hidden_layers
        first = count - max(1, round(count * settings.upper))
        self.layers = tuple(range(first, count)) if first else ()
        if settings.four_bit:  # big bases: activations are computed again on the way back instead of kept
            getattr(model, "activation_checkpointing_enable", model.gradient_checkpointing_enable)()
            model.enable_input_require_grads()
        self.model = new(
            model, bible.id, settings.rank, settings.alpha, settings.targets, settings.dropout, self.layers
        )
        self.parameters = {name: p for name, p in self.model.named_parameters() if p.requires_grad}
        self.body = Body(self.model, first)
        self.head = Head(self.model, sorted(self._shortlist()) if settings.shortlist else None)
        self.optimizer = torch.optim.AdamW(list(self.parameters.values()), lr=settings.lr, weight_decay=0.0)
        self.history: list[EpochScores] = []
        self.step = 0
        self.at = (0, 0.0, 0)  # steps done within the epoch, their loss, their supervised tokens
        self.steps_an_epoch = math.ceil(len(data.train) / settings.batch)

    def _shortlist(self) -> set[int]:
        """What the decoder may write, and whatever the replies hold besides."""
        langs: tuple[Lang, ...] = ("ru", "en") if self.bible.language == "user" else (self.bible.language,)
        tokens = {token for lang in langs for token in Vocabulary(self.codec, lang).ids}
        for row in (*self.data.train, *self.data.validation):
            tokens.update(token for token, learned in zip(row.ids, row.learned, strict=True) if learned)
        return tokens

    def __call__(self) -> Trained:
        self._resume()
        started, why = time.monotonic(), stop_now(self.history, *self._limits)
        while not why and len(self.history) < self.settings.epochs:
            self._epoch(len(self.history) + 1)
            why = stop_now(self.history, *self._limits)
            took = (time.monotonic() - started) / max(1, len(self.history))
            if self.settings.minutes and time.monotonic() - started + took > self.settings.minutes * 60:
                why = why or "time"
        return self._finish(why or "epochs")

    @property
    def _limits(self) -> tuple[int, float, float]:
        return self.settings.patience, self.settings.min_delta, self.settings.leak_limit

    def _epoch(self, number: int) -> None:
        from peft.helpers import disable_input_dtype_casting

        if not self.at[0]:
            self._backup(BEFORE.format(number))
        started = time.monotonic()
        with disable_input_dtype_casting(self.model):  # autocast does it, once a weight
            train_loss, pace = self._train(number)
            validation = self.validation_loss()
        leak, persona, facts, lifted, texts = self.probe(self.model)
        scores = EpochScores(
            number, train_loss, validation, leak, persona, facts, lifted, pace, time.monotonic() - started
        )
        self._save(scores)
        self.history.append(scores)
        self._log(scores, texts)
        self.say(
            f"epoch {number}: validation loss {validation:.3f}, leak ×{leak:.2f}, persona {persona:.2f}, facts {facts:.2f}"
            + (f", lifted: {'; '.join(lifted)}" if lifted else "")
        )

    def _train(self, number: int) -> tuple[float, float]:
        """(mean loss, tokens a second) of one pass over the training rows."""
        started, saved, seen = time.monotonic(), time.monotonic(), 0
        done, lost, learned = self.at
        self.model.train()
        whole = steps(self.data.train, self.settings.batch, self.settings.seed + number)
        for at, step in enumerate(whole[done:], done + 1):
            total, count = self._step(step)
            lost, learned = lost + total, learned + count
            seen += sum(len(row.ids) for rows in step for row in rows)
            if at % 10 == 0 or at == self.steps_an_epoch:
                pace = seen / (time.monotonic() - started)
                self.say(
                    f"epoch {number}, step {at}/{self.steps_an_epoch}, loss {lost / learned:.3f}, {pace:.0f} tokens/s"
                )
            if time.monotonic() - saved > SAVE_EVERY:
                self.at, saved = (at, lost, learned), time.monotonic()
                self._backup(WITHIN.format(number))
        self.at = (0, 0.0, 0)
        return lost / max(1, learned), seen / max(1e-9, time.monotonic() - started)

    def _step(self, step: Sequence[Sequence[Any]]) -> tuple[float, int]:
        """One optimiser step, its loss normalised by the weight of all its supervised tokens."""
        import torch

        own = self.settings.own_weight
        learned = sum(sum(row.learned) for rows in step for row in rows)
        weight = sum(float(weights(rows, goals := padded(rows)[2], own)[goals >= 0].sum()) for rows in step)
        total = 0.0
        for rows in step:
            total += batch_loss(self.body, self.head, rows, backward=1 / weight, own=own)[0]
        if not math.isfinite(total):
            raise UsageError("The loss is not a number any more.", "Train with a smaller --lr; nothing before is lost.")
        torch.nn.utils.clip_grad_norm_(list(self.parameters.values()), self.settings.clip)
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings.lr * self._schedule()
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1
        return total, learned

    def _schedule(self) -> float:
        """Linear warm-up, then half a cosine to a tenth."""
        whole = self.steps_an_epoch * self.settings.epochs
        warm = max(1, round(whole * self.settings.warmup))
        if self.step < warm:
            return (self.step + 1) / warm
        return 0.1 + 0.45 * (1 + math.cos(math.pi * (self.step - warm) / max(1, whole - warm)))

    def validation_loss(self) -> float:
        """Nats a supervised token over held-out rows, over the same softmax as in training, every token alike."""
        self.model.eval()
        total = count = 0.0
        held = sorted(self.data.validation, key=lambda row: hash(row.ids))[: self.settings.validation_rows]
        for rows in passes(held):
            lost, learned = batch_loss(self.body, self.head, rows)
            total, count = total + lost, count + learned
        return total / max(1.0, count)

    def _backup(self, name: str) -> None:
        plain = {
            "step": self.step,
            "at": self.at,
            "history": [asdict(scores) for scores in self.history],
            "key": self._key,
        }
        backup.write(self.folder / name, self.parameters, self.optimizer, plain)

    @property
    def _key(self) -> str:
        """What must be the same for a run to go on."""
        same = [self.base.hash, self.codec.template_hash, self.data.hash, asdict(self.settings)]
        return json.dumps(same, sort_keys=True)

    def _resume(self) -> None:
        for folder in backup.latest(self.folder):
            try:
                plain = backup.read(folder, self.parameters, self.optimizer)
            except UsageError as error:
                self.say(f"{error.message} {error.hint}")
                continue
            if plain["key"] != self._key:
                raise UsageError(
                    f"{self.folder} holds a run with other data or settings.",
                    "Give another --out, or delete that folder.",
                )
            self.step, self.at = plain["step"], (plain["at"][0], plain["at"][1], plain["at"][2])
            self.history = [EpochScores(**{**row, "lifted": tuple(row["lifted"])}) for row in plain["history"]]
            self.say(f"Going on in epoch {len(self.history) + 1}, step {self.at[0]}.")
            return

    def _save(self, scores: EpochScores) -> None:
        metrics = {"validation_loss": scores.validation_loss, "leak": scores.leak}
        metrics |= {"persona": scores.persona, "facts": scores.facts}
        manifest = adapters.Manifest(
            persona=self.bible.id,
            bible_version=self.bible.version,
            base=self.base.name,
            base_hash=self.base.hash,
            template_hash=self.codec.template_hash,
            data_hash=self.data.hash,
            seed=self.settings.seed,
            epoch=scores.epoch,
            rank=self.settings.rank,
            alpha=self.settings.alpha,
            targets=self.settings.targets,
            layers=self.layers,
            trained_at=datetime.now(UTC).isoformat(timespec="seconds"),
            libraries={name: version(name) for name in ("torch", "transformers", "peft")},
            metrics={key: round(value, 4) for key, value in metrics.items()},
        )
        adapters.save(self.model, self.bible.id, self.folder / EPOCH.format(scores.epoch), manifest)

    def _log(self, scores: EpochScores, texts: Sequence[str]) -> None:
        line = {**asdict(scores), "samples": list(texts[:8])}
        try:
            with (self.folder / LOG).open("a", encoding="utf-8") as log:
                log.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            raise UnavailableError(
                f"{self.folder / LOG} can't be written: {error.strerror}.", "Free some space and run the command again."
            ) from None

    def _finish(self, why: Why) -> Trained:
        kept = chosen(self.history, self.settings.leak_limit)
        plots = draw(self.history, self.folder, self.settings.leak_limit, kept.epoch if kept else 0)
        folder = self.folder / EPOCH.format(kept.epoch) if kept else None
        return Trained(folder, kept, tuple(self.history), why, tuple(plots))
