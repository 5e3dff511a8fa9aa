"""Our training loop against a plain `Trainer` + PEFT: the same base, rows, precision, rank and batch; tokens a second and the
loss after the same steps, measured alike for both over the whole vocabulary.

    python -m bench.training --steps 8

Prints a Markdown table. Timings are for reading, never asserted."""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from collections.abc import Sequence
from typing import Any

from bot.app import ROOT
from style_adapter.bible import load as load_bible
from style_adapter.model.base import cache_folder, compute_type, locate
from style_adapter.model.copying import Vocabulary
from style_adapter.model.library import load, new
from style_adapter.model.template import Codec, Row
from style_adapter.train.body import Body
from style_adapter.train.data import passes, prepare
from style_adapter.train.loss import Head, batch_loss
from style_adapter.train.settings import TrainSettings, settings_for

BATCH = 8


def held_out_loss(model: Any, rows: Sequence[Row]) -> float:
    """Nats a supervised token over the whole vocabulary: one yardstick for every way of training."""
    import torch

    model.eval()
    body, head = Body(model), Head(model)
    with torch.inference_mode():
        sums = [batch_loss(body, head, group) for group in passes(rows)]
    return sum(total for total, _ in sums) / sum(count for _, count in sums)


def ours(
    model: Any, codec: Codec, steps: Sequence[Sequence[Row]], settings: TrainSettings, epochs: int
) -> tuple[Any, float, float]:
    """(model, tokens a second in the first epoch, in the others)."""
    import torch
    from peft.helpers import disable_input_dtype_casting

    count = model.config.num_hidden_layers
    first = count - max(1, round(count * settings.upper))
    torch.manual_seed(1)
    model = new(model, "x", settings.rank, settings.alpha, settings.targets, 0.0, range(first, count) if first else ())
    wanted = {t for step in steps for row in step for t, learned in zip(row.ids, row.learned, strict=True) if learned}
    head = Head(model, sorted(set(Vocabulary(codec, "ru").ids) | wanted) if settings.shortlist else None)
    body = Body(model, first)
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=settings.lr, weight_decay=0.0)
    paces = []
    model.train()
    with disable_input_dtype_casting(model):
        for _ in range(epochs):
            started = time.perf_counter()
            for step in steps:
                learned = sum(sum(row.learned) for row in step)
                for group in passes(step):
                    batch_loss(body, head, group, backward=1 / learned)
                torch.nn.utils.clip_grad_norm_(parameters, 1.0)
                optimizer.step()
                optimizer.zero_grad()
            paces.append(_tokens(steps) / (time.perf_counter() - started))
    return model, paces[0], sum(paces[1:]) / max(1, len(paces) - 1)


def plain(model: Any, steps: Sequence[Sequence[Row]], settings: TrainSettings, epochs: int) -> tuple[Any, float, float]:
    """transformers' Trainer with PEFT, the same rows in the same order, dynamic padding, the mask as labels; all of it in bf16
    where this machine is quick at that, else in fp32, as ours."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import Trainer, TrainingArguments

    torch.manual_seed(1)
    narrow = compute_type() == torch.bfloat16
    if not narrow:
        model.float()
    config = LoraConfig(
        r=settings.rank, lora_alpha=settings.alpha, target_modules=list(settings.targets), task_type="CAUSAL_LM"
    )
    model = get_peft_model(model, config)
    rows = [row for step in steps for row in step]

    def collate(batch: Sequence[dict[str, Any]]) -> dict[str, Any]:
        longest = max(len(item["input_ids"]) for item in batch)
        fill = {"input_ids": 0, "attention_mask": 0, "labels": -100}
        return {
            key: torch.tensor([list(item[key]) + [pad] * (longest - len(item[key])) for item in batch])
            for key, pad in fill.items()
        }

    data = [
        {
            "input_ids": list(row.ids),
            "attention_mask": [1] * len(row.ids),
            "labels": [t if learned else -100 for t, learned in zip(row.ids, row.learned, strict=True)],
        }
        for row in rows
    ]

    class InOrder(Trainer):
        def _get_train_sampler(self, *_: Any) -> Any:
            return torch.utils.data.SequentialSampler(data)  # type: ignore[arg-type]

    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder, per_device_train_batch_size=BATCH, num_train_epochs=epochs, learning_rate=settings.lr,
            lr_scheduler_type="constant", weight_decay=0.0, max_grad_norm=1.0, bf16=narrow, use_cpu=not torch.cuda.is_available(),
            logging_strategy="no", save_strategy="no", report_to=[], disable_tqdm=True, remove_unused_columns=False,
        )  # fmt: skip
        trainer = InOrder(model=model, args=arguments, train_dataset=data, data_collator=collate)  # type: ignore[arg-type]
        started = time.perf_counter()
        trainer.train()
        pace = epochs * _tokens(steps) / (time.perf_counter() - started)
    return model, pace, pace


def _tokens(steps: Sequence[Sequence[Row]]) -> int:
    return sum(len(row.ids) for step in steps for row in step)


def main() -> None:
    import torch

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persona", default="alex")
    parser.add_argument("--steps", type=int, default=8, help="optimiser steps an epoch")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--held", type=int, default=24, help="held-out rows")
    parser.add_argument("--threads", type=int, default=0)
    wanted = parser.parse_args()
    warnings.simplefilter("ignore")
    if wanted.threads:
        torch.set_num_threads(wanted.threads)
    base = locate("", cache_folder())
    codec, bible = Codec(base.path), load_bible(ROOT / "personas", wanted.persona)
    settings = settings_for("cpu")
    data = prepare(ROOT / "personas" / wanted.persona, bible, codec, settings)
    rows = sorted(data.train[: wanted.steps * BATCH], key=lambda row: len(row.ids))
    steps = [rows[at : at + BATCH] for at in range(0, len(rows), BATCH)]
    held = data.validation[: wanted.held]
    whole = settings_for("cpu", upper=1.0, shortlist=False)
    print(f"{_tokens(steps)} tokens an epoch, {wanted.epochs} epochs, {torch.get_num_threads()} threads\n")
    print("| what | tokens/s, first epoch | tokens/s, later | held-out loss |\n|---|---|---|---|", flush=True)
    ways: dict[str, Any] = {
        "Trainer + PEFT": lambda: plain(load(base), steps, whole, wanted.epochs),
        "ours, all layers, whole vocabulary": lambda: ours(load(base), codec, steps, whole, wanted.epochs),
        "ours, as `persona train` runs it": lambda: ours(load(base), codec, steps, settings, wanted.epochs),
    }
    for name, train in ways.items():
        model, first, later = train()
        print(f"| {name} | {first:.0f} | {later:.0f} | {held_out_loss(model, held):.3f} |", flush=True)
        del model


if __name__ == "__main__":
    main()
