"""What the results say, in sentences that follow from stated rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wardspace.evaluation.intervals.multiple_testing import BASE, kin
from wardspace.report.score_table import Board, Place, cell_anchor
from wardspace.report.wording import between, counted, gap, is_point, listed, metric_name, points
from wardspace.results.results import Difference, Score


def told_apart(difference: Difference) -> bool:
    """Whether the two models differ on test, also after correction for the number of comparisons."""
    return bool(difference.clear)


def not_apart(board: Board, difference: Difference) -> str:
    """What to say of two models that are not told apart: whose interval excludes zero are so by the correction alone.

    Examples
    --------
    `does not tell the two apart after correction for 36 comparisons`, said of test.
    """
    said = "does not tell the two apart"
    if difference.tie or difference.family is None:
        return said
    return f"{said} after correction for {counted(_corrected_together(board, difference), 'comparison')}"


def _corrected_together(board: Board, one: Difference) -> int:
    """Comparisons of the family of a difference; one that was taken both ways round counts once."""
    return len(
        {
            (other.setting, other.shots, frozenset((other.model, other.against)))
            for other in board.results.differences
            if (other.task, other.metric) == (one.task, one.metric) and _same_family(board, one, other)
        }
    )


def _same_family(board: Board, one: Difference, other: Difference) -> bool:
    if one.family == "base":
        ours, theirs = (kin(board.settings[each.setting]) for each in (one, other))
        return other.against == BASE and ours == theirs
    return (other.setting, other.shots) == (one.setting, one.shots)


Tone = Literal["gain", "harm", "gain-alone", "harm-alone", "mixed", "tie", "plain"]
SIGNS: dict[Tone, str] = {
    "gain": "▲", "harm": "▼", "gain-alone": "△", "harm-alone": "▽", "mixed": "▲▼", "tie": "≈", "plain": "•",
}  # fmt: skip

RULES = (
    "A difference is paired: both models are scored on the same test notes, and its interval comes from drawing the "
    "patients anew.",
    "A gain over the base is a difference whose whole interval lies above zero; harm is one whose whole interval lies "
    "below; anything else is called a tie, however large the difference looks.",
    "A gain or harm holds after correction (▲ ▼) if its p, corrected by Holm's method for all comparisons with the "
    "base of the task by the same metric (private probes apart, and probes that read word counts beside the vectors "
    "apart), stays below one minus the confidence of the intervals; else it holds on its own alone (△ ▽), as one gap "
    "in so many may by chance. Where models are compared with each other, all pairs of one setting are corrected "
    "together.",
    "Fine-tuned against frozen, word counts beside vectors against either alone, spaces and changes over time are not "
    "corrected for their number: what stands there in sentences holds on its own alone (△ ▽).",
    "The highest model of a setting is the one with the highest test score; its difference to the base is said beside "
    "it, and models that tie with it are named.",
    "Every setting of every task counts alike; none is left out because of how it turned out.",
)
"""How findings are made; printed on the page."""


@dataclass(frozen=True)
class Finding:
    """One sentence."""

    tone: Tone
    text: str
    evidence: str | None = None
    """Id of the place on the page where its figures stand."""

    @property
    def sign(self) -> str:
        """The tone as a sign."""
        return SIGNS[self.tone]


_ALONE: dict[Tone, Tone] = {"gain": "gain-alone", "harm": "harm-alone"}


def highest_findings(board: Board, task: str, metric: str) -> list[Finding]:
    """Which model is highest with the fewest labels, with all labels, and fine-tuned."""
    found = [_highest(board, task, place, metric) for place in _headline(board.places(task, metric))]
    return [finding for finding in found if finding is not None]


def model_findings(board: Board, task: str, metric: str) -> list[Finding]:
    """Each model against the base over all settings; TF-IDF last."""
    models = [name for name in board.models(task) if name != board.base]
    adapted_first = sorted(models, key=lambda name: board.records[name].kind == "tfidf")
    found = [_against_base(board, task, name, metric) for name in adapted_first]
    return [finding for finding in found if finding is not None]


def _headline(places: list[Place]) -> list[Place]:
    """Fewest labels, all labels frozen, fine-tuned: the three questions a reader comes with."""
    few = [place for place in places if place.shots is not None][:1]
    frozen = [place for place in places if place.shots is None and place.frozen][:1]
    tuned = [place for place in places if not place.frozen][:1]
    return few + frozen + tuned


def _highest(board: Board, task: str, place: Place, metric: str) -> Finding | None:
    top = board.highest(task, place, metric)
    if top is None:
        return None
    how = "Fine-tuned" if not place.frozen else "Frozen encoder"
    where = place.group[1] if place.search else f"{how}, {place.labels}"
    tone, tail = _over_base(board, top, place, metric)
    interval = "" if top.low is None or top.high is None else f" ({between(top.low, top.high)})"
    level = _level(board, top, place, metric)
    also = f" Tied with it: {listed(level)}." if level else ""
    highest = f"{top.model} has the highest {metric_name(metric)}, {points(top.value)}{interval}"
    evidence = cell_anchor(task, metric, top.model, place)
    return Finding(tone, f"{where}: {highest}; {tail}.{also}", evidence)


def _over_base(board: Board, top: Score, place: Place, metric: str) -> tuple[Tone, str]:
    if top.model == board.base:
        return "plain", "no adapted model is above the base"
    difference = board.difference(top.task, top.model, place, metric)
    if difference is None:
        return "plain", "it was not compared with the base in pairs"
    if difference.tie:
        return "tie", f"a tie with the base: {_amount(difference)}"
    tone: Tone = "gain" if difference.value > 0 else "harm"
    if difference.clear:
        return tone, f"against the base {_amount(difference)}, also after correction"
    return _ALONE[tone], f"against the base {_amount(difference)}, which does not hold after correction"


def _level(board: Board, top: Score, place: Place, metric: str) -> list[str]:
    names = [name for name in board.models(top.task) if name != top.model]
    pairs = [(name, board.difference(top.task, top.model, place, metric, against=name)) for name in names]
    return [name for name, difference in pairs if difference is not None and difference.tie]


def _against_base(board: Board, task: str, model: str, metric: str) -> Finding | None:
    pairs = [(place, board.difference(task, model, place, metric)) for place in board.places(task, metric)]
    known = [(place, difference) for place, difference in pairs if difference is not None]
    if not known:
        return None
    gains = [pair for pair in known if not pair[1].tie and pair[1].value > 0]
    harms = [pair for pair in known if not pair[1].tie and pair[1].value < 0]
    kind = board.records[model].kind
    name = f"{model} (words counted, no language model)" if kind == "tfidf" else model
    if not gains and not harms:
        each = "its one setting" if len(known) == 1 else f"all {len(known)} settings"
        evidence = cell_anchor(task, metric, model, known[0][0])
        return Finding("tie", f"{name} ties with the base in {each}: no difference was shown.", evidence)
    of_all = f"of {counted(len(known), 'setting')}"
    parts = [f"gains over the base in {len(gains)} {of_all} {_held(gains)}"] if gains else []
    if harms:
        verb = "is worse than the base" if kind != "adapted" else "harms (it is worse than the base)"
        parts.append(f"{verb} in {len(harms)} {of_all} {_held(harms)}")
    ties = len(known) - len(gains) - len(harms)
    parts += [f"ties in {ties}"] if ties else []
    tone: Tone = "gain" if gains else "harm"
    if gains and harms:
        tone = "mixed"
    elif not any(difference.clear for _, difference in known):
        tone = _ALONE[tone]
    extremes = [_extreme("Most", max(gains, key=lambda pair: pair[1].value), metric)] if gains else []
    extremes += [_extreme("Worst", min(harms, key=lambda pair: pair[1].value), metric)] if harms else []
    evidence = cell_anchor(task, metric, model, (gains or harms)[0][0])
    return Finding(tone, f"{name} {listed(parts)}. {' '.join(extremes)}", evidence)


def _held(gaps: list[tuple[Place, Difference]]) -> str:
    """How many gaps hold after correction, in brackets."""
    held = sum(bool(difference.clear) for _, difference in gaps)
    if held in (0, len(gaps)):
        return "(not after correction)" if not held else "(also after correction)"
    return f"({held} also after correction)"


def _extreme(word: str, pair: tuple[Place, Difference], metric: str) -> str:
    place, difference = pair
    return f"{word}: {_amount(difference, metric_name(metric))} with {place.name}."


def _amount(difference: Difference, metric: str | None = None) -> str:
    """A difference with its interval: `+2.1 points (interval +0.8 to +3.3)`; see `numbers.between`."""
    low, high = difference.low, difference.high
    ends = f"{'' if is_point(low, high) else 'interval '}{between(low, high, signed=True)}"
    of = "" if metric is None else f" of {metric}"
    return f"{gap(difference.value)} points{of} ({ends})"
