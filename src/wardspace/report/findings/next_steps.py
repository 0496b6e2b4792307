"""What to try next, where adapting fell short: read off the losses, the gains and the recipe that was used."""

from __future__ import annotations

from wardspace.config import BESIDE
from wardspace.config.recommended import MEASURED, NAME, is_recipe
from wardspace.report.findings.findings import Finding, told_apart
from wardspace.report.score_table import Board
from wardspace.report.wording import listed
from wardspace.results.results import ModelRecord

STILL = 0.04
"""Part of the whole fall of the validation loss; less in the last stretch of training is taken as its end."""
RULES = (
    "More tokens are suggested where the lowest validation loss is the last one, and at least "
    f"{STILL:.0%} of its whole fall came in the last stretch between two looks at it.",
    "Another recipe is suggested for a task where no adapted model is above the base after correction, the encoder "
    "frozen, with any number of labels.",
)
"""How these suggestions are made; printed on the page."""


def next_steps(board: Board) -> list[Finding]:
    """Suggestions for the whole study; none where every task gained and no training was cut short."""
    adapted = [record for record in board.records.values() if record.kind == "adapted"]
    if not adapted:
        return []
    known = [record.name for record in adapted if _is_recommended(record)]
    found = [finding for record in adapted if (finding := _unfinished(record))]
    without = [task for task in board.tasks if board.metrics(task) and not _gained(board, task)]
    if without:
        found.append(_elsewhere(board, without, tried=bool(known)))
    if known:
        found.append(Finding("plain", f"What {listed(known)} gave elsewhere: {MEASURED}"))
    return found


def _unfinished(record: ModelRecord) -> Finding | None:
    """Whether the last stage was still learning when its tokens were spent."""
    losses = record.stages[-1].losses if record.stages else []
    if len(losses) < 3 or min(losses[1:], key=lambda point: point.loss) is not losses[-1]:
        return None
    whole, last = losses[0].loss - losses[-1].loss, losses[-2].loss - losses[-1].loss
    if whole <= 0 or last < STILL * whole:
        return None
    stretch = 1 - losses[-2].tokens / losses[-1].tokens
    return Finding(
        "plain",
        f"{record.name} was still learning when its tokens were spent: {last / whole:.0%} of the whole fall of its "
        f"validation loss came in the last {stretch:.0%} of them. A larger budget.tokens may gain more.",
    )


def _gained(board: Board, task: str) -> bool:
    """Whether an adapted model is told to be above the base, frozen, somewhere in this task."""
    metric = board.metrics(task)[0]
    pairs = [
        board.difference(task, name, place, metric)
        for name in board.adapted(task)
        for place in board.places(task, metric)
        if place.frozen and place.setting != BESIDE
    ]
    return any(pair is not None and pair.value > 0 and told_apart(pair) for pair in pairs)


def _elsewhere(board: Board, tasks: list[str], *, tried: bool) -> Finding:
    what = "" if tried else f"The recipe objective: {NAME} was not among them; "
    return Finding(
        "plain",
        f"{listed(tasks)}: no adapted model is shown above {board.base} with the encoder frozen. "
        f"{what}wardspace search looks for a recipe on validation notes, within hours that you set. Until then "
        f"{board.base} as it came is the safer choice.",
    )


def _is_recommended(record: ModelRecord) -> bool:
    return len(record.stages) == 1 and is_recipe(record.stages[0].objective, record.stages[0].options)
