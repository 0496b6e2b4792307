"""What to do, derived from the results by rules that the page states."""

from __future__ import annotations

from dataclasses import dataclass

from wardspace.core.durations import duration
from wardspace.report.findings.findings import Finding, Tone, not_apart, told_apart
from wardspace.report.findings.label_efficiency import RULE as BESIDE_RULE
from wardspace.report.findings.label_efficiency import beside_findings, reached_finding
from wardspace.report.findings.model_selection import Choice, cheaper_tried, choices, validation_scores
from wardspace.report.score_table import Board, Place, cell_anchor
from wardspace.report.wording import between, gap, listed, metric_name, points, setting_name
from wardspace.results.results import AcrossDifference, Difference

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
