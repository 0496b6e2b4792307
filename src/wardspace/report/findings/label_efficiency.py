"""Fewer labels for the same score: how many adaptation saves, and what TF-IDF adds to an embedding."""

from __future__ import annotations

from wardspace.report.findings.findings import Finding, Tone
from wardspace.report.findings.model_selection import validation_scores
from wardspace.report.score_table import Board, Place, cell_anchor
from wardspace.report.wording import capitalised, comparisons
from wardspace.report.wording import guidance as say
from wardspace.results import AcrossDifference, Score


def hybrid_findings(board: Board, task: str, metric: str) -> list[Finding]:
    """Embedding + TF-IDF with the fewest labels and with all; empty where it was not tried."""
    places = [place for place in board.places(task, metric) if place.family == "hybrid"]
    few, every = ([p for p in places if (p.shots is None) == whole] for whole in (False, True))
    found = [_hybrid(board, task, metric, place) for place in (*few[:1], *every[:1])]
    return [finding for finding in found if finding is not None]


def _hybrid(board: Board, task: str, metric: str, place: Place) -> Finding | None:
    known = validation_scores(board, task, metric, place)
    model = max(known, key=lambda name: known[name], default=board.base)
    pairs = [
        one
        for one in board.results.across
        if (one.task, one.metric, one.model, one.setting, one.shots)
        == (task, metric, model, place.setting, place.shots)
        and one.against_shots == one.shots
        and one.against_setting != one.setting
    ]
    if not pairs:
        return None
    against = [
        ("the embedding alone" if one.against == model else "TF-IDF alone", one, one.tie)
        for one in sorted(pairs, key=lambda one: one.against != model)
    ]
    text = comparisons.hybrid_features(capitalised(place.with_labels), model, against)
    return Finding(_tone(pairs), text, cell_anchor(task, metric, model, place))


def _tone(pairs: list[AcrossDifference]) -> Tone:
    gains = [one.value > 0 for one in pairs if not one.tie]
    if not gains:
        return "tie"
    if len(gains) < len(pairs):
        return "plain"
    return "gain-uncorrected" if all(gains) else "mixed" if any(gains) else "harm-uncorrected"


def label_efficiency(board: Board, task: str, metric: str) -> Finding | None:
    """With how few labels each adapted model reaches the base's score with all; None without few-shot scores."""
    setting = board.main_setting(task)
    if setting is None:
        return None
    places = [place for place in board.places(task, metric) if place.setting == setting]
    few = [place for place in places if place.shots is not None]
    whole = board.place(task, setting)
    target = board.score(task, board.base, whole, metric)
    adapted = board.adapted(task)
    if not few or target is None or not adapted:
        return None
    found = {name: _reaches(board, metric, few, name, target) for name in (board.base, *adapted)}
    clauses = [clause for clause in found.values() if clause]
    never = [name for name in adapted if not found[name]]
    if never:
        clauses.append(say.does_not_reach(never if clauses else [], few[-1].labels))
    text = say.label_efficiency(board.base, target.value, whole.with_labels, clauses)
    return Finding("plain", text, cell_anchor(task, metric, board.base, whole))


def _reaches(board: Board, metric: str, few: list[Place], model: str, target: Score) -> str | None:
    below: Place | None = None
    for place in few:
        score = board.score(target.task, model, place, metric)
        if score is None:
            continue
        if score.value >= target.value:
            paired = _over_base_with_all(board, score)
            return say.reaches(model, None if below is None else below.shots, place.labels, paired)
        below = place
    return None


def _over_base_with_all(board: Board, score: Score) -> AcrossDifference | None:
    """The paired difference to the base with all labels, which shows whether reaching its score may be luck."""
    key = (score.task, score.metric, score.model, score.setting, score.shots)
    return next(
        (
            one
            for one in board.results.across
            if (one.task, one.metric, one.model, one.setting, one.shots) == key and one.against == board.base
        ),
        None,
    )
