"""What training and proof left of each persona: plots and the report, wherever they lie. Reads only, and only what it listed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import ExpertbotError
from style_adapter.bible import load

LARGEST = 5 << 20  # bytes of a plot or report


@dataclass(frozen=True, slots=True)
class Proof:
    """`plots`: name of the file → its path; the address of one is `<persona>/<place>/<name>`."""

    persona: str
    name: str
    role: str
    report: str
    plots: dict[str, Path]


class Proofs:
    """`personas`: their folder; `data_dir`: where trainings and proofs of this installation lie."""

    def __init__(self, personas: Path, data_dir: Path) -> None:
        self._personas = personas
        self._data_dir = data_dir

    def all(self) -> list[Proof]:
        return [self._proof(path.parent.name) for path in sorted(self._personas.glob("*/bible.yaml"))]

    def plot(self, persona: str, name: str) -> bytes | None:
        """The PNG of this address; None for anything that is not in the list."""
        known = next((proof for proof in self.all() if proof.persona == persona), None)
        path = known.plots.get(name) if known else None
        return path.read_bytes() if path else None

    def _proof(self, persona: str) -> Proof:
        places = {
            "proof": self._data_dir / "proof" / persona,
            "training": self._data_dir / "training" / persona,
            "shipped": self._personas / persona / "proof",
            "adapter": self._personas / persona / "adapter",
        }
        plots = {
            f"{place}/{path.name}": path
            for place, folder in places.items()
            for path in sorted(folder.glob("*.png"))
            if _is_file(path)
        }
        reports = [folder / "report.md" for folder in places.values()]
        report = next((path.read_text("utf-8") for path in reports if _is_file(path)), "")
        try:
            bible = load(self._personas, persona)
        except ExpertbotError as error:
            return Proof(persona, persona, error.message, report, plots)
        return Proof(persona, bible.name, bible.role, report, plots)


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.stat().st_size <= LARGEST
