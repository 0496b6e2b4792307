"""What word counts add to a model's vectors, and what vectors add to word counts."""

from __future__ import annotations

from wardspace.config import BESIDE
from wardspace.evaluation.results import AcrossDifference
from wardspace.report.anchors import cell_anchor
from wardspace.report.board import Board, Place
from wardspace.report.choosing import validation_scores
from wardspace.report.findings import Finding, Tone
from wardspace.report.numbers import between, gap, listed

RULE = (
    "What word counts add beside a model's vectors in one probe is its difference to the same model alone and to word "
    "counts alone, in pairs, with the fewest labels and with all of them, for the model that validation favours so; it "
    "is not corrected for the number of comparisons."
)
"""How these findings are made; printed on the page."""


def beside_findings(board: Board, task: str, metric: str) -> list[Finding]:
    """One sentence with the fewest labels and one with all; none where words were not read beside vectors."""
    places = [place for place in board.places(task, metric) if place.setting == BESIDE]
    few, every = ([p for p in places if (p.shots is None) == whole] for whole in (False, True))
    found = [_finding(board, task, metric, place) for place in (*few[:1], *every[:1])]
    return [finding for finding in found if finding is not None]


def _finding(board: Board, task: str, metric: str, place: Place) -> Finding | None:
    known = validation_scores(board, task, metric, place)
    model = max(known, key=lambda name: known[name], default=board.base)
    pairs = [
        one
        for one in board.results.across
        if (one.task, one.metric, one.model, one.setting, one.shots) == (task, metric, model, BESIDE, place.shots)
        and one.against_shots == one.shots
        and one.against_setting != BESIDE
    ]
    if not pairs:
        return None
    said = listed([_said(one) for one in sorted(pairs, key=lambda one: one.against != model)])
    text = f"{_start(place)}, word counts beside {model}, which validation favours so: {said}."
    return Finding(_tone(pairs), text, cell_anchor(task, metric, model, place))


def _start(place: Place) -> str:
    words = place.with_labels
    return words[0].upper() + words[1:]


def _said(one: AcrossDifference) -> str:
    against = f"{one.against} alone" if one.against == one.model else f"word counts alone ({one.against})"
    tie = ", a tie" if one.tie else ""
    return f"{gap(one.value)} points against {against} ({between(one.low, one.high, signed=True)}{tie})"


def _tone(pairs: list[AcrossDifference]) -> Tone:
    gains = [one.value > 0 for one in pairs if not one.tie]
    if not gains:
        return "tie"
    if len(gains) < len(pairs):
        return "plain"
    return "gain-alone" if all(gains) else "mixed" if any(gains) else "harm-alone"
