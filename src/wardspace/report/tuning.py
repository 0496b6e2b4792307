"""Whether and from how many labels fine-tuning is above the frozen encoder."""

from __future__ import annotations

from wardspace.evaluation.results import AcrossDifference
from wardspace.report.anchors import cell_anchor
from wardspace.report.board import Board, Place
from wardspace.report.choosing import validation_scores
from wardspace.report.findings import Finding, Tone
from wardspace.report.numbers import between, gap

FINE_TUNED = "finetune"


def tuning_findings(board: Board, task: str, metric: str) -> list[Finding]:
    """One sentence a model that was fine-tuned, and what was not measured."""
    by_model = {model: _by_size(board, task, metric, model) for model in board.models(task)}
    known = {model: pairs for model, pairs in by_model.items() if pairs}
    if not known:
        return [Finding("plain", "Whether fine-tuning pays was not tried, or not compared with the frozen encoder.")]
    found = [_sentence(board, task, metric, pairs) for pairs in known.values()]
    if all(len(pairs) == 1 for pairs in known.values()):
        tried = _size(board, next(iter(known.values()))[0])
        found.append(
            Finding("plain", f"Fine-tuning was tried with {tried} alone: from how many on it pays was not measured.")
        )
    return found


def paired_with_frozen(board: Board, task: str, metric: str, model: str) -> list[AcrossDifference]:
    """Every fine-tuned against frozen comparison of a model."""
    return [
        one
        for one in board.results.across
        if (one.task, one.metric, one.model, one.against) == (task, metric, model, model)
        and one.setting == FINE_TUNED
        and one.against_setting != FINE_TUNED
    ]


def _by_size(board: Board, task: str, metric: str, model: str) -> list[AcrossDifference]:
    """Fine-tuned against the frozen setting that validation prefers, fewest labels first."""
    best: dict[int | None, AcrossDifference] = {}
    for one in paired_with_frozen(board, task, metric, model):
        held = best.get(one.shots)
        if held is None or _frozen_score(board, one) > _frozen_score(board, held):
            best[one.shots] = one
    return [best[shots] for shots in sorted(best, key=lambda shots: (shots is None, shots or 0))]


def _frozen_score(board: Board, one: AcrossDifference) -> float:
    place = Place(one.against_setting, one.against_shots)
    return validation_scores(board, one.task, one.metric, place).get(one.against, float("-inf"))


def _sentence(board: Board, task: str, metric: str, pairs: list[AcrossDifference]) -> Finding:
    last = pairs[-1]
    gains = [not one.tie and one.value > 0 for one in pairs]
    fewer = f" against {_frozen(board, last)} frozen" if held_to(board, last) is not None else ""
    ends = between(last.low, last.high, signed=True)
    amount = f"{gap(last.value)} points with {_size(board, last)}{fewer} ({ends})"
    tone: Tone = "tie" if last.tie else "gain-alone" if gains[-1] else "harm-alone"
    said = {"gain-alone": "fine-tuning pays", "harm-alone": "fine-tuning is worse than the frozen encoder"}
    words = said.get(tone, "no gain of fine-tuning was shown")
    if tone == "gain-alone":
        first = len(gains) - next((i for i, gain in enumerate(reversed(gains)) if not gain), len(gains))
        words += f" from {_size(board, pairs[first])} on" if first < len(pairs) - 1 else ""
    evidence = cell_anchor(task, metric, last.model, Place(last.setting, last.shots))
    return Finding(tone, f"{last.model}: {words}, {amount}.", evidence)


def _size(board: Board, one: AcrossDifference) -> str:
    return board.place(one.task, one.setting, one.shots).labels


def _frozen(board: Board, one: AcrossDifference) -> str:
    """What the frozen encoder had where fine-tuning had fewer."""
    place = board.place(one.task, one.against_setting, one.against_shots)
    return "all of them" if place.notes is None else place.labels


def held_to(board: Board, one: AcrossDifference) -> int | None:
    """Labelled notes that fine-tuning was held to, where the frozen encoder had more."""
    tuned, frozen = (board.place(one.task, name, one.shots).notes for name in (one.setting, one.against_setting))
    return tuned if tuned != frozen else None
