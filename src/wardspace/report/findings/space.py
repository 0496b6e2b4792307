"""The best space by each column, and what each objective cost."""

from __future__ import annotations

from wardspace.core.wording import duration
from wardspace.report.findings.findings import Finding, Tone
from wardspace.report.score_table import MODELS, Board
from wardspace.report.tables.spaces import SpaceBoard, verdict_mark
from wardspace.report.wording import measure_name
from wardspace.report.wording import measures as say

HEADLINE = ("silhouette", "neighbour_purity")
"""Measures with a sentence of their own: how well classes separate, and whether neighbours share a label."""


def space_findings(board: Board) -> list[Finding]:
    """For every column and headline measure: the best space, and its difference to the base's."""
    spaces = SpaceBoard(board.results)
    columns = dict.fromkeys(score.column for score in board.results.space if score.column != "*")
    found = [_best(board, spaces, column, measure) for column in columns for measure in HEADLINE]
    return [finding for finding in found if finding is not None]


def _best(board: Board, spaces: SpaceBoard, column: str, measure: str) -> Finding | None:
    base, best = spaces.scores.get((board.base, column, measure)), spaces.best(column, measure)
    compared = {key[0] for key in spaces.scores if key[1:] == (column, measure)}
    if base is None or best is None or len(compared) < 2:
        return None
    name = f"{measure_name(measure)} by {column}"
    if best.model == board.base:
        return Finding("plain", say.base_is_best(name, base.value))
    if f"{best.value:.3f}" == f"{base.value:.3f}":
        return Finding("plain", say.barely_better(name, base.value))
    difference = spaces.difference(best, board.base)
    tie = verdict_mark(difference, best, base.model) == "tie"
    tone: Tone = "plain" if difference is None else "tie" if tie else "gain-uncorrected"
    parts = [say.best_space(name, best.model, (best.value, base.value), difference, tie=tie)]
    record = board.records.get(best.model)
    if record is not None and column in record.learned_columns:
        parts.append(say.learned_from(column))
    if level := [model for model in spaces.level(best) if model != board.base]:
        parts.append(say.no_difference_to(level))
    return Finding(tone, " ".join(parts))


def cost_findings(board: Board) -> list[Finding]:
    """What each adapted model read, how long it took, and the notes it could not use."""
    found = []
    for model in board.results.models:
        if not model.stages:
            continue
        read = sum(stage.tokens for stage in model.stages)
        seconds = sum(stage.seconds for stage in model.stages)
        unused = max(stage.notes_left_out for stage in model.stages)
        met = unused + max(stage.notes_seen for stage in model.stages)
        found.append(Finding("plain", say.training_read(model.name, read, duration(seconds), unused, met), MODELS))
    return found
