"""The checks that need grammar and meaning, after the surface ones. Knows the order in which findings are believed."""

from __future__ import annotations

from core.nouns import Reason
from style_adapter.guard import claims
from style_adapter.guard.additions import Additions
from style_adapter.guard.align import align
from style_adapter.guard.coverage import Coverage
from style_adapter.guard.gaps import Gaps
from style_adapter.guard.messages import reason
from style_adapter.guard.operators import Operators
from style_adapter.guard.ops import Slip
from style_adapter.guard.persona import Persona
from style_adapter.guard.relations import Relations
from style_adapter.guard.words import Reading

THRESHOLD = 0.5


def check(
    draft: Reading, styled: Reading, found: list[Reason], cited: Reading | None = None
) -> tuple[list[Reason], list[Reason]]:
    """(sure, likely) reasons. Sure are the surface ones, given in `found`, and claims under another mark. `cited`: the draft with
    its marks where they were, where `draft` has them gathered."""
    alignment = align(draft, styled)
    crossed = claims.moved(align(cited, styled) if cited else alignment)
    sure = [_reason(s, cited or draft, styled) for s in crossed if s.score >= THRESHOLD]
    if any(s.kind == "citation" for s in crossed):
        found = [r for r in found if r.kind not in ("number", "unit", "date", "dropped_claim", "condition_dropped")]
        return [*found, *sure], []
    slips = (
        Operators(alignment).run()
        + Coverage(alignment).run()
        + Gaps(alignment).run()
        + Relations(alignment).run()
        + Persona(alignment).run()
        + Additions(alignment).run()
    )
    return [*found, *sure], [_reason(s, draft, styled) for s in slips if s.score >= THRESHOLD]


def _reason(slip: Slip, draft: Reading, styled: Reading) -> Reason:
    mine = draft.text[slice(*slip.draft)] if slip.draft else ""
    theirs = styled.text[slice(*slip.styled)] if slip.styled else ""
    return reason(slip.kind, mine, theirs, draft.text)
