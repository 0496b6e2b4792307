"""What to do, derived from the results by rules that the page states."""

from __future__ import annotations

from dataclasses import dataclass

from wardspace.core.durations import duration
from wardspace.evaluation.results import Difference
from wardspace.report.anchors import cell_anchor
from wardspace.report.beside import RULE as BESIDE_RULE
from wardspace.report.beside import beside_findings
from wardspace.report.board import Board
from wardspace.report.choosing import Choice, cheaper_tried, choices
from wardspace.report.corrected import not_apart, told_apart
from wardspace.report.findings import Finding, Tone
from wardspace.report.numbers import between, gap, listed, points
from wardspace.report.reached import reached_finding
from wardspace.report.tuning import tuning_findings
from wardspace.report.words import metric_name, setting_name

RULES = (
    "Which model: the one with the highest validation score, never the highest on test; scores alike to a tenth of a "
    "point count as equal. Test then serves as a check: where it does not show that model above a cheaper one (after "
    "correction for the number of comparisons), the cheapest such model is named instead. TF-IDF is cheapest, then the "
    "base, then other models as they came, then adapted ones by training time (where it differs by a tenth or more).",
    "Fine-tuning pays where the same model fine-tuned is above itself frozen, in pairs over the same test notes; the "
    "frozen setting is the one with the higher validation score. `From n` is said only where more than one number of "
    "labels was fine-tuned, and every number tried from there on is a gain.",
    "What an objective bought is its difference to the base with the fewest labels and with all of them, the encoder "
    "frozen: the same two for every model.",
    "How many labels a model saves is read between the numbers that were tried, by the scores themselves; nothing is "
    "drawn beyond them.",
    BESIDE_RULE,
)
"""How guidance is made; printed on the page."""


@dataclass(frozen=True)
class Guidance:
    """What to do for one task."""

    task: str
    metric: str
    use: list[Finding]
    tuning: list[Finding]
    cost: list[Finding]


def guidance(board: Board) -> list[Guidance]:
    """Guidance for every task by its first metric."""
    return [_task(board, task, board.metrics(task)[0]) for task in board.tasks if board.metrics(task)]


def _task(board: Board, task: str, metric: str) -> Guidance:
    chosen = choices(board, task, metric)
    reached = reached_finding(board, task, metric)
    return Guidance(
        task=task,
        metric=metric_name(metric),
        use=[_use(board, choice, metric) for choice in chosen] + _words(board, task, metric),
        tuning=[]
        if all(place.search for place in board.places(task, metric))
        else tuning_findings(board, task, metric),
        cost=[*_costs(board, task, metric), *([reached] if reached else [])],
    )


def _words(board: Board, task: str, metric: str) -> list[Finding]:
    """What is said of counting words: alone, and beside vectors."""
    return [*words_findings(board, task, metric), *beside_findings(board, task, metric)]


def _use(board: Board, choice: Choice, metric: str) -> Finding:
    place, score = choice.place, choice.score
    interval = "" if score.low is None or score.high is None else f" ({between(score.low, score.high)})"
    kind = board.records[choice.used].kind
    name = {"tfidf": "tfidf, which counts words and needs no language model", "base": f"{choice.used} as it came"}
    name["other"] = name["base"]
    used = name.get(kind, choice.used)
    text = f"{place.used}: use {used}. {points(score.value)} on test{interval}. {_why(board, choice)}"
    tone: Tone = "gain" if kind == "adapted" and choice.apart and told_apart(choice.apart) else "plain"
    return Finding(tone, text, cell_anchor(score.task, metric, choice.used, place))


def _why(board: Board, choice: Choice) -> str:
    apart = choice.apart
    if not board.compared(choice.score.task, choice.place, choice.score.metric):
        return (
            "Highest on validation; test was not compared in pairs, so that nothing cheaper could be tried against it."
        )
    amount = "" if apart is None else f"{gap(apart.value)} points ({between(apart.low, apart.high, signed=True)})"
    if choice.used != choice.favoured:
        shown = not_apart(board, apart) if apart and not told_apart(apart) else "shows it lower"
        return f"Validation favours {choice.favoured}, but test {shown}: {amount}; {choice.used} is cheaper."
    if board.records[choice.used].kind == "tfidf" and apart is not None:
        doubt = " Test speaks against this choice: the validation notes may be too few to choose by."
        against = doubt if apart.value < 0 and not apart.tie else ""
        return f"Highest on validation, and nothing is cheaper; against {board.base} {amount}.{against}"
    if choice.used == board.base or apart is None:
        tried = cheaper_tried(board, choice)
        return f"Highest on validation, and nothing cheaper {'does as well' if tried else 'was tried so'}."
    return f"Highest on validation, and above everything cheaper on test: {board.base} by {amount}."


def words_findings(board: Board, task: str, metric: str) -> list[Finding]:
    """Where counting words is above every language model, in pairs."""
    words = next((name for name in board.models(task) if board.records[name].kind == "tfidf"), None)
    if words is None:
        return []
    best = []
    for place in board.places(task, metric):
        others = [name for name in board.models(task) if name != words and board.score(task, name, place, metric)]
        pairs = [board.difference(task, words, place, metric, against=name) for name in others]
        known = [pair for pair in pairs if pair is not None]
        if known and len(known) == len(pairs) and all(told_apart(pair) and pair.value > 0 for pair in known):
            best.append((place, min(known, key=lambda pair: pair.value)))
    if not best:
        return []
    settings = {place.setting for place, _ in best}
    places = listed([place.labels if len(settings) == 1 else place.name for place, _ in best])
    places += f" ({setting_name(settings.pop())})" if len(settings) == 1 else ""
    place, nearest = max(best, key=lambda pair: (pair[0].shots is None, pair[0].shots or 0))
    text = (
        f"Counting words (TF-IDF) is above every language model, also after correction, with {places}; the nearest "
        f"{place.with_labels} is {nearest.against}, {points(nearest.value)} points below "
        f"({between(nearest.low, nearest.high)})."
    )
    return [Finding("plain", text, cell_anchor(task, metric, words, place))]


def _costs(board: Board, task: str, metric: str) -> list[Finding]:
    """What each adapted model took, and what it bought with the fewest labels and with all."""
    places = [place for place in board.places(task, metric) if place.frozen]
    ends = [*[p for p in places if p.shots is not None][:1], *[p for p in places if p.shots is None][:1]]
    found = []
    for name in board.adapted(task):
        seconds = sum(stage.seconds for stage in board.records[name].stages)
        pairs = [(place, board.difference(task, name, place, metric)) for place in ends]
        known = [(place, pair) for place, pair in pairs if pair is not None]
        if not known:
            continue
        bought = [
            f"{_bought(pair)} {place.with_labels} "
            f"({gap(pair.value)} points, {between(pair.low, pair.high, signed=True)})"
            for place, pair in known
        ]
        gains = [pair.value > 0 for _, pair in known if told_apart(pair)]
        tone: Tone = "tie" if not gains else "gain" if all(gains) else "mixed" if any(gains) else "harm"
        anchor = cell_anchor(task, metric, name, known[-1][0])
        found.append(Finding(tone, f"{name}, {duration(seconds)} of training: {listed(bought)}.", anchor))
    return found


def _bought(pair: Difference) -> str:
    if pair.tie:
        return "no gain shown"
    return f"{'a gain' if pair.value > 0 else 'harm'}{'' if told_apart(pair) else ' (not after correction)'}"
