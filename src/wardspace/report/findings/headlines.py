"""The three to six sentences at the top of the page."""

from __future__ import annotations

from wardspace.core.wording import duration
from wardspace.report.findings.findings import Finding, significant
from wardspace.report.findings.guidance import fewer_labels, paired_with_frozen
from wardspace.report.findings.model_selection import validation_scores
from wardspace.report.score_table import COMPARISON, MODELS, Board, Place, cell_anchor
from wardspace.report.wording import change, counted, listed, metric_name
from wardspace.report.wording import comparisons as say
from wardspace.results import Difference, Results


def opening(results: Results) -> str:
    """Say in one sentence which notes and which models this page is about."""
    kinds = [model.kind for model in results.models]
    adapted = kinds.count("adapted")
    parts = ["a general language model"] if "base" in kinds else []
    parts += [f"{counted(adapted, 'version')} of it adapted to these notes"] if adapted else []
    others = kinds.count("other")
    parts += [counted(others, "other model")] if others else []
    parts += ["TF-IDF word counts"] if "tfidf" in kinds else []
    if not parts:
        return f"{_notes(results)}."
    tasks = len({score.task for score in results.scores})
    compared = f", compared on {counted(tasks, 'task')}" if tasks else ""
    return f"{_notes(results)}: {listed(parts)}{compared}."


def _notes(results: Results) -> str:
    counts = results.corpus.get("counts", {})
    if "notes" not in counts:
        return "Embedding spaces of clinical notes"
    known = results.corpus.get("roles", {}).get("patient_id") is not None
    whose = f" of {counted(counts['patients'], 'patient')}" if known else ""
    return f"{counted(counts['notes'], 'synthetic note' if results.synthetic else 'clinical note')}{whose}"


MOST_TASKS = 2
"""Tasks with a headline of their own; the others share one."""
Pair = tuple[str, Place, Difference]


def headlines(board: Board) -> list[Finding]:
    """The main results: whether adaptation helped, whether a language model is needed, what fine-tuning added, time."""
    scored = [(task, board.metrics(task)[0]) for task in board.tasks if board.metrics(task)]
    own = scored if len(scored) <= MOST_TASKS + 1 else scored[:MOST_TASKS]
    found = [_adapting(board, task, metric) for task, metric in own]
    found.append(_others(board, scored[len(own) :]))
    found += [_tfidf(board, scored), _tuning(board, scored), _cost(board)]
    return [finding for finding in found if finding is not None]


def _pairs(board: Board, task: str, metric: str) -> list[Pair]:
    """Adapted models against the base in every place, without embedding + TF-IDF."""
    places = [place for place in board.places(task, metric) if place.family != "hybrid"]
    pairs = [
        (name, place, board.difference(task, name, place, metric)) for name in board.adapted(task) for place in places
    ]
    return [(name, place, difference) for name, place, difference in pairs if difference is not None]


def _adapting(board: Board, task: str, metric: str) -> Finding | None:
    pairs = _pairs(board, task, metric)
    if not pairs:
        return None
    gains = [pair for pair in pairs if significant(pair[2]) and pair[2].value > 0]
    worse = list(dict.fromkeys(name for name, _, one in pairs if significant(one) and one.value < 0))
    settings = len({place for _, place, _ in pairs})
    if not gains:
        uncorrected = sum(not one.tie and one.value > 0 for _, _, one in pairs)
        text = say.adapting_did_not_help(task, len(board.adapted(task)), settings, uncorrected, worse)
        return Finding("harm" if worse else "tie", text, cell_anchor(task, metric, pairs[0][0], pairs[0][1]))
    name, place, most = max(gains, key=lambda pair: (sum(gain[0] == pair[0] for gain in gains), pair[2].value))
    times = sum(gain[0] == name for gain in gains)
    largest = say.extreme(most, metric_name(metric), place.name)
    text = say.adapting_helped(task, name, (times, settings), largest, worse)
    return Finding("mixed" if worse else "gain", text, cell_anchor(task, metric, name, place))


def _others(board: Board, tasks: list[tuple[str, str]]) -> Finding | None:
    if not tasks:
        return None
    helped = [
        task
        for task, metric in tasks
        if any(significant(one) and one.value > 0 for _, _, one in _pairs(board, task, metric))
    ]
    return Finding("gain" if helped else "tie", say.other_tasks(len(tasks), helped), COMPARISON)


def _tfidf(board: Board, tasks: list[tuple[str, str]]) -> Finding | None:
    """The language model that is best on validation against TF-IDF, over all places."""
    tfidf = next((name for name, record in board.records.items() if record.kind == "tfidf"), None)
    better, worse, same = 0, 0, 0
    for task, metric in tasks if tfidf is not None else []:
        for place in board.places(task, metric):
            models = {name: v for name, v in validation_scores(board, task, metric, place).items() if name != tfidf}
            best = max(models, key=lambda name: models[name], default=board.base)
            difference = board.difference(task, best, place, metric, against=tfidf)
            if difference is not None:
                better += significant(difference) and difference.value > 0
                worse += significant(difference) and difference.value < 0
                same += not significant(difference)
    if not better + worse + same:
        return None
    return Finding("plain", say.language_model_needed(better, worse, same), COMPARISON)


def _tuning(board: Board, tasks: list[tuple[str, str]]) -> Finding | None:
    found = [
        one
        for task, metric in tasks
        for name in board.models(task)
        for one in paired_with_frozen(board, task, metric, name)
    ]
    if not found:
        return None
    gains = [one for one in found if not one.tie and one.value > 0]
    fewer = any(fewer_labels(board, one) is not None for one in found)
    most = max(gains, key=lambda one: one.value, default=None)
    largest = None if most is None else f"{most.model} on {most.task}, {change(most)}"
    text = say.fine_tuning_overall(len(gains), len(found), largest, fewer_labels=fewer)
    if most is None:
        return Finding("tie", text, COMPARISON)
    evidence = cell_anchor(most.task, most.metric, most.model, board.place(most.task, most.setting, most.shots))
    return Finding("gain-uncorrected", text, evidence)


def _cost(board: Board) -> Finding | None:
    took = {name: sum(stage.seconds for stage in one.stages) for name, one in board.records.items() if one.stages}
    if not took:
        return None
    shortest, longest = (duration(end(took.values())) for end in (min, max))
    return Finding("plain", say.training_time(len(took), duration(sum(took.values())), shortest, longest), MODELS)
