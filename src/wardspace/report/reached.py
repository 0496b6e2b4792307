"""With how few labels a model reaches what the base reaches with all that there are to learn from."""

from __future__ import annotations

from wardspace.report.anchors import cell_anchor
from wardspace.report.board import Board, Place
from wardspace.report.findings import Finding
from wardspace.report.numbers import between, gap, listed, points

SETTING = "logistic"
"""The setting that is tried with few labels."""


def reached_finding(board: Board, task: str, metric: str) -> Finding | None:
    """One sentence for all adapted models, and for the base where it gets there too; None without few labels."""
    places = [place for place in board.places(task, metric) if place.setting == SETTING]
    few = [place for place in places if place.shots is not None]
    whole = board.place(task, SETTING)
    target = board.score(task, board.base, whole, metric)
    if not few or target is None or not board.adapted(task):
        return None
    found = {name: _reached(board, task, metric, few, (name, target.value)) for name in board.adapted(task)}
    itself = _reached(board, task, metric, few, (board.base, target.value))
    clauses = [f"{board.base} itself {itself}"] if itself else []
    clauses += [f"{name} {words}" for name, words in found.items() if words]
    never = [name for name, words in found.items() if not words]
    if never:
        who = f"{listed(never)} {'do' if len(never) > 1 else 'does'} not" if clauses else "no adapted model does"
        clauses.append(f"{who} with {few[-1].labels}, the most tried short of all")
    start = f"What {board.base} reaches {whole.with_labels} ({points(target.value)}): "
    evidence = cell_anchor(task, metric, board.base, whole)
    return Finding("plain", f"{start}{'; '.join(clauses)}.", evidence)


def _reached(board: Board, task: str, metric: str, few: list[Place], wanted: tuple[str, float]) -> str | None:
    model, target = wanted
    below: Place | None = None
    for place in few:
        score = board.score(task, model, place, metric)
        if score is None:
            continue
        if score.value >= target:
            return f"{_between(below, place)}{_paired(board, task, metric, model, place)}"
        below = place
    return None


def _between(below: Place | None, place: Place) -> str:
    if below is None:
        return f"reaches it already with {place.labels}, the fewest tried"
    return f"reaches it with between {below.shots} and {place.labels}"


def _paired(board: Board, task: str, metric: str, model: str, place: Place) -> str:
    """The paired difference at the larger of the two numbers, so that luck is not taken for labels saved."""
    for one in board.results.across:
        here = (one.task, one.metric, one.model, one.setting, one.shots)
        if here == (task, metric, model, place.setting, place.shots) and one.against == board.base:
            return f" (there {gap(one.value)} points, {between(one.low, one.high, signed=True)})"
    return ""
