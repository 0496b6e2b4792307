"""What the measures of the spaces say, and what each objective cost, in sentences."""

from __future__ import annotations

from wardspace.core.durations import duration
from wardspace.report.findings.findings import Finding, Tone
from wardspace.report.score_table import MODELS, Board
from wardspace.report.tables.spaces import SpaceBoard, verdict_mark
from wardspace.report.wording import counted, listed, measure_name, plain, share, signed, signed_between, tokens
from wardspace.results.results import SpaceDifference, SpaceScore

HEADLINE = ("silhouette", "neighbour_purity")
"""Measures that get a sentence: how far classes stand apart, and whether neighbours agree."""


def space_findings(board: Board) -> list[Finding]:
    """For every column and headline measure: which space is best, and whether the base can be told apart from it."""
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
        return Finding("plain", f"{name}: no adaptation is better than the base ({plain(base.value)}).")
    if f"{best.value:.3f}" == f"{base.value:.3f}":
        return Finding("plain", f"{name}: no adaptation made it better by 0.001 (base {plain(base.value)}).")
    difference = spaces.difference(best, board.base)
    tone, said = _against(best, base, difference)
    record = board.records.get(best.model)
    learned = record is not None and column in record.learned_columns
    because = f" It learned from {column}, so this is what it was trained to do." if learned else ""
    level = [model for model in spaces.level(best) if model != board.base]
    also = f" Tied with it: {listed(level)}." if level else ""
    return Finding(tone, f"{name}: {said}{also}{because}")


def _against(best: SpaceScore, base: SpaceScore, difference: SpaceDifference | None) -> tuple[Tone, str]:
    beside = [best.value, base.value]
    values = f"{plain(best.value, beside)}; base {plain(base.value, beside)}"
    if difference is None:
        return "plain", f"{best.model} has the best value ({values}), which was not compared with the base in pairs."
    ends = signed_between(difference.low, difference.high, beside)
    gap = f"{signed(difference.value, beside)}, interval {ends}"
    if verdict_mark(difference, best, base.model) == "tie":
        return "tie", f"{best.model} has the best value ({values}), a tie with the base: {gap}."
    return "gain-alone", f"{best.model} is best ({values}): {gap}."


def cost_findings(board: Board) -> list[Finding]:
    """What each adapted model read, took and left out."""
    found = []
    for model in board.results.models:
        if not model.stages:
            continue
        read = sum(stage.tokens for stage in model.stages)
        seconds = sum(stage.seconds for stage in model.stages)
        text = f"{model.name} read {tokens(read)} tokens in {duration(seconds)}"
        left = max(stage.notes_left_out for stage in model.stages)
        seen = max(stage.notes_seen for stage in model.stages)
        if left:
            text += (
                f" and could not use {counted(left, 'training note')} ({share(left / (left + seen))} of those it met)"
            )
        found.append(Finding("plain", text + ".", MODELS))
    return found
