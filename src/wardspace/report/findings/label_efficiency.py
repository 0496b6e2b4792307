"""With how few labels a model reaches what the base reaches with all that there are to learn from."""

from __future__ import annotations

from wardspace.config import BESIDE
from wardspace.report.findings.findings import Finding, Tone
from wardspace.report.findings.model_selection import validation_scores
from wardspace.report.score_table import Board, Place, cell_anchor
from wardspace.report.wording import between, gap, listed, points
from wardspace.results.results import AcrossDifference

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
