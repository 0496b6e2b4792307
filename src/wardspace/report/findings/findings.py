"""What the results show: the best model of each setting, and each model against the base."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wardspace.evaluation.intervals.multiple_testing import BASE, correction_group
from wardspace.report.score_table import Board, Place, cell_anchor
from wardspace.report.wording import between, metric_name, points
from wardspace.report.wording import comparisons as say
from wardspace.results import Difference, Score


def significant(difference: Difference) -> bool:
    """Whether two models differ on test after Holm correction."""
    return bool(difference.clear)


def comparisons(board: Board, difference: Difference) -> int | None:
    """Comparisons that a difference was corrected for; None where its interval includes zero without correction."""
    if difference.tie or difference.family is None:
        return None
    return _corrected_together(board, difference)


def _corrected_together(board: Board, one: Difference) -> int:
    """Comparisons corrected together with this one; two models count once, whichever comes first."""
    return len(
        {
            (other.setting, other.shots, frozenset((other.model, other.against)))
            for other in board.results.differences
            if (other.task, other.metric) == (one.task, one.metric) and _same_family(board, one, other)
        }
    )


def _same_family(board: Board, one: Difference, other: Difference) -> bool:
    if one.family == "base":
        ours, theirs = (correction_group(board.settings[each.setting]) for each in (one, other))
        return other.against == BASE and ours == theirs
    return (other.setting, other.shots) == (one.setting, one.shots)


Tone = Literal["gain", "harm", "gain-uncorrected", "harm-uncorrected", "mixed", "tie", "plain"]
"""What a finding amounts to, which its colour shows and its words say."""


@dataclass(frozen=True)
class Finding:
    """One sentence."""

    tone: Tone
    text: str
    evidence: str | None = None
    """Id of the element of the page that has its figures."""


_UNCORRECTED: dict[Tone, Tone] = {"gain": "gain-uncorrected", "harm": "harm-uncorrected"}


def highest_findings(board: Board, task: str, metric: str) -> list[Finding]:
    """The best model with the fewest labels, with all labels, and fine-tuned."""
    found = [_highest(board, task, place, metric) for place in main_places(board, task, metric)]
    return [finding for finding in found if finding is not None]


def model_findings(board: Board, task: str, metric: str) -> list[Finding]:
    """Each model against the base over all settings; TF-IDF last."""
    models = [name for name in board.models(task) if name != board.base]
    adapted_first = sorted(models, key=lambda name: board.records[name].kind == "tfidf")
    found = [_against_base(board, task, name, metric) for name in adapted_first]
    return [finding for finding in found if finding is not None]


def main_places(board: Board, task: str, metric: str) -> list[Place]:
    """Fewest labels, all labels with the encoder frozen, fine-tuned: what most readers want to know.

    Settings that only a baseline ran with come in where no encoder was frozen.
    """
    places = board.places(task, metric)
    encoders = [name for name in board.models(task) if board.records[name].kind not in ("tfidf", "baseline")]
    models = [place for place in places if any(board.score(task, name, place, metric) is not None for name in encoders)]
    few = [place for place in models if place.shots is not None][:1]
    frozen = [place for place in (*models, *places) if place.shots is None and place.frozen][:1]
    tuned = [place for place in places if not place.frozen][:1]
    return few + frozen + tuned


def _highest(board: Board, task: str, place: Place, metric: str) -> Finding | None:
    top = board.highest(task, place, metric)
    if top is None:
        return None
    how = "Fine-tuned" if not place.frozen else "Frozen encoder"
    alone = place.search or place.family == "baseline"
    where = place.group[1] if alone else f"{how}, {place.labels}"
    tone, against_base = _over_base(board, top, place, metric)
    interval = "" if top.low is None or top.high is None else f" ({between(top.low, top.high)})"
    score = f"{top.model}, {points(top.value)}{interval}"
    text = say.best_model(where, score, metric_name(metric), against_base, _not_shown_below(board, top, place, metric))
    return Finding(tone, text, cell_anchor(task, metric, top.model, place))


def _over_base(board: Board, top: Score, place: Place, metric: str) -> tuple[Tone, str]:
    if top.model == board.base:
        return "plain", say.BASE_IS_BEST
    difference = board.difference(top.task, top.model, place, metric)
    if difference is None:
        return "plain", say.NOT_COMPARED
    holds = significant(difference)
    tone: Tone = "gain" if difference.value > 0 else "harm"
    text = say.over_base(difference, tie=difference.tie, significant=holds)
    return "tie" if difference.tie else tone if holds else _UNCORRECTED[tone], text


def _not_shown_below(board: Board, top: Score, place: Place, metric: str) -> list[str]:
    names = [name for name in board.models(top.task) if name != top.model]
    pairs = [(name, board.difference(top.task, top.model, place, metric, against=name)) for name in names]
    return [name for name, difference in pairs if difference is not None and difference.tie]


def _against_base(board: Board, task: str, model: str, metric: str) -> Finding | None:
    pairs = [(place, board.difference(task, model, place, metric)) for place in board.places(task, metric)]
    known = [(place, difference) for place, difference in pairs if difference is not None]
    if not known:
        return None
    better = [pair for pair in known if not pair[1].tie and pair[1].value > 0]
    worse = [pair for pair in known if not pair[1].tie and pair[1].value < 0]
    name = f"{model} (word counts, no language model)" if board.records[model].kind == "tfidf" else model
    evidence = cell_anchor(task, metric, model, (better or worse or known)[0][0])
    if not better and not worse:
        return Finding("tie", say.no_difference_anywhere(name, len(known)), evidence)
    extremes = [max(better, key=lambda pair: pair[1].value)] if better else []
    extremes += [min(worse, key=lambda pair: pair[1].value)] if worse else []
    text = say.against_base(
        name,
        len(known),
        (len(better), _significant(better)),
        (len(worse), _significant(worse)),
        [say.extreme(difference, metric_name(metric), place.name) for place, difference in extremes],
    )
    return Finding(_tone(better, worse), text, evidence)


def _tone(better: list[tuple[Place, Difference]], worse: list[tuple[Place, Difference]]) -> Tone:
    if better and worse:
        return "mixed"
    tone: Tone = "gain" if better else "harm"
    return tone if _significant(better or worse) else _UNCORRECTED[tone]


def _significant(pairs: list[tuple[Place, Difference]]) -> int:
    return sum(significant(difference) for _, difference in pairs)
