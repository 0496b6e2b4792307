"""The three to six sentences that a reader in a hurry reads."""

from __future__ import annotations

from wardspace.config import BESIDE
from wardspace.core.durations import duration
from wardspace.report.findings.findings import Finding, Tone, told_apart
from wardspace.report.findings.guidance import held_to, paired_with_frozen
from wardspace.report.findings.model_selection import validation_scores
from wardspace.report.score_table import COMPARISON, MODELS, Board, Place, cell_anchor
from wardspace.report.wording import between, counted, gap, listed, metric_name
from wardspace.results.results import Difference, Results


def opening(results: Results) -> str:
    """Say in one sentence which notes and which models this page is about."""
    kinds = [model.kind for model in results.models]
    adapted = kinds.count("adapted")
    parts = ["a general language model"] if "base" in kinds else []
    parts += [f"{counted(adapted, 'version')} of it adapted to these notes"] if adapted else []
    others = kinds.count("other")
    parts += [counted(others, "other model")] if others else []
    parts += ["a plain count of words"] if "tfidf" in kinds else []
    if not parts:
        return f"{_notes(results)}."
    listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    tasks = len({score.task for score in results.scores})
    compared = f", compared on {counted(tasks, 'task')}" if tasks else ""
    return f"{_notes(results)}: {listed}{compared}."


def _notes(results: Results) -> str:
    counts = results.corpus.get("counts", {})
    if "notes" not in counts:
        return "Embedding spaces of clinical notes"
    known = results.corpus.get("roles", {}).get("patient_id") is not None
    whose = f" of {counted(counts['patients'], 'patient')}" if known else ""
    return f"{counted(counts['notes'], 'made-up note' if results.synthetic else 'clinical note')}{whose}"


MOST_TASKS = 2
"""Tasks that get a headline of their own; of more, the rest are told in one."""
Pair = tuple[str, Place, Difference]


def headlines(board: Board) -> list[Finding]:
    """What came out, in the order in which it is asked."""
    scored = [(task, board.metrics(task)[0]) for task in board.tasks if board.metrics(task)]
    own = scored if len(scored) <= MOST_TASKS + 1 else scored[:MOST_TASKS]
    found = [_adapting(board, task, metric) for task, metric in own]
    found.append(_others(board, scored[len(own) :]))
    found += [_words(board, scored), _tuning(board, scored), _cost(board)]
    return [finding for finding in found if finding is not None]


def _pairs(board: Board, task: str, metric: str) -> list[Pair]:
    """Adapted models against the base, in every place in which the model stands alone."""
    places = [place for place in board.places(task, metric) if place.setting != BESIDE]
    pairs = [
        (name, place, board.difference(task, name, place, metric)) for name in board.adapted(task) for place in places
    ]
    return [(name, place, difference) for name, place, difference in pairs if difference is not None]


def _adapting(board: Board, task: str, metric: str) -> Finding | None:
    pairs = _pairs(board, task, metric)
    if not pairs:
        return None
    gains = [pair for pair in pairs if told_apart(pair[2]) and pair[2].value > 0]
    harmed = list(dict.fromkeys(name for name, _, one in pairs if told_apart(one) and one.value < 0))
    tried = counted(len({place for _, place, _ in pairs}), "way of using it", "ways of using it")
    worse = f"{listed(harmed)} {'are' if len(harmed) > 1 else 'is'} worse than the base in at least one"
    tail = f" {worse}, also after correction." if harmed else ""
    if not gains:
        alone = sum(not one.tie and one.value > 0 for _, _, one in pairs)
        but = f", but for {counted(alone, 'gap')} that cannot be told from chance after correction" if alone else ""
        models = counted(len(board.adapted(task)), "adapted model")
        text = (
            f"{task}: adapting was not shown to help here. None of {models} was shown to be above the base, in {tried}"
            f"{but}.{tail}"
        )
        anchor = cell_anchor(task, metric, pairs[0][0], pairs[0][1])
        return Finding("harm" if harmed else "tie", text, anchor)
    name, place, most = max(gains, key=lambda pair: (sum(g[0] == pair[0] for g in gains), pair[2].value))
    ends = between(most.low, most.high, signed=True)
    times = sum(gain[0] == name for gain in gains)
    text = (
        f"{task}: adapting helped. {name} is above the base in {times} of {tried}, also after correction; most "
        f"with {place.name}, by {gap(most.value)} points of {metric_name(metric)} ({ends}).{tail}"
    )
    return Finding("mixed" if harmed else "gain", text, cell_anchor(task, metric, name, place))


def _others(board: Board, tasks: list[tuple[str, str]]) -> Finding | None:
    if not tasks:
        return None
    helped = [
        task
        for task, metric in tasks
        if any(told_apart(one) and one.value > 0 for _, _, one in _pairs(board, task, metric))
    ]
    tone: Tone = "gain" if helped else "tie"
    text = f"Of {counted(len(tasks), 'other task')}, adapting helped in {len(helped)}"
    return Finding(tone, f"{text}: {listed(helped)}." if helped else f"{text}.", COMPARISON)


def _words(board: Board, tasks: list[tuple[str, str]]) -> Finding | None:
    """The language model that validation favours against counting words, over all places."""
    words = next((name for name, record in board.records.items() if record.kind == "tfidf"), None)
    above, below, level = 0, 0, 0
    for task, metric in tasks if words is not None else []:
        for place in board.places(task, metric):
            models = {name: v for name, v in validation_scores(board, task, metric, place).items() if name != words}
            favoured = max(models, key=lambda name: models[name], default=board.base)
            best = board.difference(task, favoured, place, metric, against=words)
            if best is not None:
                above += told_apart(best) and best.value > 0
                below += told_apart(best) and best.value < 0
                level += not told_apart(best)
    every = above + below + level
    if not every:
        return None
    text = (
        "Is a language model needed? Against counting words (TF-IDF), and after correction for the number of "
        f"comparisons, the language model that validation favours is above in {above} of "
        f"{counted(every, 'case')}, below in {below}, and not told apart in {level}."
    )
    return Finding("plain", text, COMPARISON)


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
    fewer = any(held_to(board, one) is not None for one in found)
    text = (
        f"Fine-tuning{' on fewer labels' * fewer} was above the same model frozen in {len(gains)} of "
        f"{counted(len(found), 'comparison')} (not corrected for their number)"
    )
    if not gains:
        return Finding("tie", f"{text}.", COMPARISON)
    most = max(gains, key=lambda one: one.value)
    ends = between(most.low, most.high, signed=True)
    text = f"{text}, most for {most.model} on {most.task}: {gap(most.value)} points ({ends})."
    return Finding("gain-alone", text, cell_anchor(most.task, most.metric, most.model, Place(most.setting, most.shots)))


def _cost(board: Board) -> Finding | None:
    took = {name: sum(stage.seconds for stage in one.stages) for name, one in board.records.items() if one.stages}
    if not took:
        return None
    fewest, most = (duration(end(took.values())) for end in (min, max))
    each = f"{fewest} each" if fewest == most else f"{fewest} to {most} each"
    models, total = counted(len(took), "model"), duration(sum(took.values()))
    return Finding("plain", f"Adapting {models} took {total} in all ({each}).", MODELS)
