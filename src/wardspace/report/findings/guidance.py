"""Advice for each task: which model to use, whether fine-tuning pays off, what adaptation gained for its cost."""

from __future__ import annotations

from dataclasses import dataclass

from wardspace.core.wording import duration
from wardspace.report.findings.findings import Finding, Tone, significant
from wardspace.report.findings.label_efficiency import hybrid_findings, label_efficiency
from wardspace.report.findings.model_selection import validation_scores
from wardspace.report.findings.verdict import Candidate, Verdict, verdicts
from wardspace.report.score_table import Board, Place, cell_anchor
from wardspace.report.wording import (
    between,
    capitalised,
    comparisons,
    listed,
    metric_name,
    points,
    units_name,
)
from wardspace.report.wording import guidance as say
from wardspace.results import AcrossDifference


def tuning_findings(board: Board, task: str, metric: str) -> list[Finding]:
    """One sentence for each model that was fine-tuned, and what was not measured."""
    by_model = {model: _by_size(board, task, metric, model) for model in board.models(task)}
    known = {model: pairs for model, pairs in by_model.items() if pairs}
    if not known:
        return [Finding("plain", comparisons.FINE_TUNING_NOT_TRIED)]
    found = [_fine_tuning(board, task, metric, pairs) for pairs in known.values()]
    if all(len(pairs) == 1 for pairs in known.values()):
        found.append(Finding("plain", comparisons.one_size_only(_size(board, next(iter(known.values()))[0]))))
    return found


def paired_with_frozen(board: Board, task: str, metric: str, model: str) -> list[AcrossDifference]:
    """Every fine-tuned against frozen comparison of a model."""
    return [
        one
        for one in board.results.across
        if (one.task, one.metric, one.model, one.against) == (task, metric, model, model)
        and board.settings[one.setting].family == "fine-tuned"
        and board.settings[one.against_setting].family != "fine-tuned"
    ]


def _by_size(board: Board, task: str, metric: str, model: str) -> list[AcrossDifference]:
    """Fine-tuned against the frozen setting that is best on validation, fewest labels first."""
    best: dict[int | None, AcrossDifference] = {}
    for one in paired_with_frozen(board, task, metric, model):
        other = best.get(one.shots)
        if other is None or _frozen_score(board, one) > _frozen_score(board, other):
            best[one.shots] = one
    return [best[shots] for shots in sorted(best, key=lambda shots: (shots is None, shots or 0))]


def _frozen_score(board: Board, one: AcrossDifference) -> float:
    place = board.place(one.task, one.against_setting, one.against_shots)
    return validation_scores(board, one.task, one.metric, place).get(one.against, float("-inf"))


def _fine_tuning(board: Board, task: str, metric: str, pairs: list[AcrossDifference]) -> Finding:
    last = pairs[-1]
    gains = [not one.tie and one.value > 0 for one in pairs]
    first = len(gains) - next((i for i, gain in enumerate(reversed(gains)) if not gain), len(gains))
    tone: Tone = "tie" if last.tie else "gain-uncorrected" if gains[-1] else "harm-uncorrected"
    text = comparisons.fine_tuning(
        last.model,
        last,
        _size(board, last),
        tie=last.tie,
        since=_size(board, pairs[first]) if gains[-1] and first < len(pairs) - 1 else None,
        frozen=_frozen(board, last) if fewer_labels(board, last) is not None else "",
    )
    return Finding(tone, text, cell_anchor(task, metric, last.model, board.place(last.task, last.setting, last.shots)))


def _size(board: Board, one: AcrossDifference) -> str:
    return board.place(one.task, one.setting, one.shots).labels


def _frozen(board: Board, one: AcrossDifference) -> str:
    """How many labels the frozen encoder had, where fine-tuning had fewer."""
    place = board.place(one.task, one.against_setting, one.against_shots)
    return "all labels" if place.notes is None else place.labels


def fewer_labels(board: Board, one: AcrossDifference) -> int | None:
    """Labelled notes used in fine-tuning, if the frozen encoder had more."""
    tuned, frozen = (board.place(one.task, name, one.shots).notes for name in (one.setting, one.against_setting))
    return tuned if tuned != frozen else None


@dataclass(frozen=True)
class Guidance:
    """Advice for one task."""

    task: str
    metric: str
    use: list[Finding]
    """The verdict for each number of labels."""
    words: list[Finding]
    tuning: list[Finding]
    cost: list[Finding]


def guidance(board: Board) -> list[Guidance]:
    """Guidance for every task by its first metric."""
    return [_task(board, task, board.metrics(task)[0]) for task in board.tasks if board.metrics(task)]


def _task(board: Board, task: str, metric: str) -> Guidance:
    searched = all(place.search for place in board.places(task, metric))
    saved = label_efficiency(board, task, metric)
    return Guidance(
        task=task,
        metric=metric_name(metric),
        use=[verdict_finding(board, verdict) for verdict in verdicts(board, task, metric)],
        words=[*tfidf_findings(board, task, metric), *hybrid_findings(board, task, metric)],
        tuning=[] if searched else tuning_findings(board, task, metric),
        cost=[*_costs(board, task, metric), *([saved] if saved else [])],
    )


def verdict_finding(board: Board, verdict: Verdict) -> Finding:
    """A verdict in words."""
    score, used = verdict.score, verdict.used
    interval = "" if score.low is None or score.high is None else f" ({between(score.low, score.high)})"
    figure = f"{points(score.value)}{interval}"
    labels = capitalised(verdict.budget.with_labels)
    where = cell_anchor(score.task, score.metric, used.model, used.place)
    doubt = "" if verdict.overruled is None else say.overruled(named(board, verdict.overruled))
    if verdict.reason == "undecided" and verdict.rival is not None and verdict.gap is not None:
        units = say.test_units(score.n, (score.unit, units_name(score.unit)), score.groups)
        names = named(board, used), named(board, verdict.rival)
        return Finding("tie", say.undecided(labels, units, names, figure, verdict.gap) + doubt, where)
    tone: Tone = "gain" if board.records[used.model].kind == "adapted" and verdict.reason == "better" else "plain"
    text = say.recommendation(labels, named(board, used), figure, _why(board, verdict))
    return Finding(tone, text + doubt, where)


def named(board: Board, one: Candidate) -> str:
    """A model and how it is used."""
    if one.place.family == "baseline":
        return one.place.setting_name
    kind = board.records[one.model].kind
    name = one.model if kind == "adapted" else say.TFIDF if kind == "tfidf" else say.unchanged(one.model)
    return name if one.place.search else say.with_setting(name, one.place.setting_name, one.place.family)


def _why(board: Board, verdict: Verdict) -> str:
    if verdict.rival is None or verdict.gap is None:
        return say.NOT_PAIRED if verdict.reason == "not-compared" else say.NOTHING_CHEAPER
    rival = named(board, verdict.rival)
    if verdict.reason == "as-good":
        return say.cheaper_is_as_good(rival, verdict.gap)
    return say.better_than_cheaper(rival, verdict.gap, significant=verdict.reason == "better")


def tfidf_findings(board: Board, task: str, metric: str) -> list[Finding]:
    """Where TF-IDF is better than every language model, in pairs."""
    tfidf = next((name for name in board.models(task) if board.records[name].kind == "tfidf"), None)
    if tfidf is None:
        return []
    best = []
    for place in board.places(task, metric):
        others = [name for name in board.models(task) if name != tfidf and board.score(task, name, place, metric)]
        pairs = [board.difference(task, tfidf, place, metric, against=name) for name in others]
        known = [pair for pair in pairs if pair is not None]
        if known and len(known) == len(pairs) and all(significant(pair) and pair.value > 0 for pair in known):
            best.append((place, min(known, key=lambda pair: pair.value)))
    if not best:
        return []
    place, nearest = max(best, key=lambda pair: (pair[0].shots is None, pair[0].shots or 0))
    text = comparisons.tfidf_beats_all(
        _listed_places([place for place, _ in best]), nearest.against, nearest, capitalised(place.with_labels)
    )
    return [Finding("plain", text, cell_anchor(task, metric, tfidf, place))]


def _listed_places(places: list[Place]) -> str:
    """Places in words, with the setting once if all share it."""
    settings = {place.setting_name for place in places}
    if len(settings) > 1:
        return listed([place.name for place in places])
    return f"{listed([place.labels for place in places])} ({settings.pop()})"


def _costs(board: Board, task: str, metric: str) -> list[Finding]:
    """What each adapted model's training took, and what it gained with the fewest labels and with all."""
    places = [place for place in board.places(task, metric) if place.frozen]
    ends = [*[p for p in places if p.shots is not None][:1], *[p for p in places if p.shots is None][:1]]
    found = []
    for name in board.adapted(task):
        seconds = sum(stage.seconds for stage in board.records[name].stages)
        pairs = [(place, board.difference(task, name, place, metric)) for place in ends]
        known = [(place, pair) for place, pair in pairs if pair is not None]
        if not known:
            continue
        gains = [
            say.gain(pair, place.with_labels, tie=pair.tie, significant=significant(pair)) for place, pair in known
        ]
        better = [pair.value > 0 for _, pair in known if significant(pair)]
        tone: Tone = "tie" if not better else "gain" if all(better) else "mixed" if any(better) else "harm"
        text = say.gained(name, duration(seconds), gains)
        found.append(Finding(tone, text, cell_anchor(task, metric, name, known[-1][0])))
    return found
