"""What to try next where adaptation did not help: from the losses, the gains and the options that were used."""

from __future__ import annotations

from wardspace.config.recommended import MEASURED, NAME, is_recipe
from wardspace.report.findings.findings import Finding, significant
from wardspace.report.score_table import Board
from wardspace.report.wording import guidance as say
from wardspace.results import ModelRecord, kept_point

STILL = 0.04
"""Share of the whole fall of the validation loss; if the last stretch of training has less, training had converged."""
RULES = (
    "We suggest more tokens where the lowest validation loss is the last one, and at least "
    f"{STILL:.0%} of its whole fall came between the last two evaluations.",
    "We suggest other options for a task where no adapted model is significantly better than the base (Holm-corrected) "
    "with the encoder frozen, with any number of labels.",
)
"""How these suggestions are made; printed on the page."""


def next_steps(board: Board) -> list[Finding]:
    """Suggestions for the whole study; empty where every task gained and every training had converged."""
    adapted = [record for record in board.records.values() if record.kind == "adapted"]
    if not adapted:
        return []
    known = [record.name for record in adapted if _is_recommended(record)]
    found = [finding for record in adapted if (finding := _unfinished(record))]
    without = [task for task in board.tasks if board.metrics(task) and not _gained(board, task)]
    if without:
        found.append(Finding("plain", say.try_elsewhere(without, board.base, None if known else NAME)))
    if known:
        found.append(Finding("plain", say.measured_elsewhere(known, MEASURED)))
    return found


def _unfinished(record: ModelRecord) -> Finding | None:
    """A suggestion if the last stage was still learning when its token budget ended."""
    losses = record.stages[-1].losses if record.stages else []
    if len(losses) < 3 or kept_point(losses) is not losses[-1]:
        return None
    whole, last = losses[0].loss - losses[-1].loss, losses[-2].loss - losses[-1].loss
    if whole <= 0 or last < STILL * whole:
        return None
    stretch = 1 - losses[-2].tokens / losses[-1].tokens
    return Finding("plain", say.still_learning(record.name, last / whole, stretch))


def _gained(board: Board, task: str) -> bool:
    """Whether an adapted model is significantly better than the base in some frozen setting of a task."""
    metric = board.metrics(task)[0]
    pairs = [
        board.difference(task, name, place, metric)
        for name in board.adapted(task)
        for place in board.places(task, metric)
        if place.frozen and place.family != "hybrid"
    ]
    return any(pair is not None and pair.value > 0 and significant(pair) for pair in pairs)


def _is_recommended(record: ModelRecord) -> bool:
    return len(record.stages) == 1 and is_recipe(record.stages[0].objective, record.stages[0].options)
