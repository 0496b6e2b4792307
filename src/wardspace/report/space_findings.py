"""What the measures of the spaces say, and what each objective cost, in sentences."""

from __future__ import annotations

from wardspace.evaluation.results import SpaceScore
from wardspace.report.anchors import MODELS, SPACE
from wardspace.report.board import Board
from wardspace.report.findings import Finding
from wardspace.report.numbers import counted, duration, plain, share, tokens
from wardspace.report.words import measure_name

HEADLINE = ("silhouette", "neighbour_purity")
"""Measures that get a sentence: how far classes stand apart, and whether neighbours agree."""


def space_findings(board: Board) -> list[Finding]:
    """For every column and headline measure: which space is best, and where the base stands."""
    columns = dict.fromkeys(score.column for score in board.results.space if score.column != "*")
    found = []
    for column in columns:
        for measure in HEADLINE:
            scores = [s for s in board.results.space if s.column == column and s.measure == measure]
            sentence = _best(board, column, measure, scores)
            found += [Finding("plain", sentence, SPACE)] if sentence else []
    return found


def _best(board: Board, column: str, measure: str, scores: list[SpaceScore]) -> str | None:
    base = next((score for score in scores if score.model == board.base), None)
    if base is None or len(scores) < 2:
        return None
    sign = 1 if base.better == "higher" else -1
    best = max(scores, key=lambda score: sign * score.value)
    name = f"{measure_name(measure)} by {column}"
    if best.model == board.base:
        return f"{name}: the base is best ({plain(base.value)}); no adaptation made it better."
    values = f"{plain(best.value, [base.value])}; base {plain(base.value, [best.value])}"
    if f"{best.value:.3f}" == f"{base.value:.3f}":
        return f"{name}: no adaptation made it better by 0.001 (base {plain(base.value)})."
    record = board.records.get(best.model)
    learned = record is not None and column in record.learned_columns
    because = f" It learned from {column}, so this is what it was trained to do." if learned else ""
    return f"{name}: {best.model} is best ({values}).{because}"


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
