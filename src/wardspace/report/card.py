"""A short model card: what the model is, what it read, how it scored, and what it may not be used for."""

from __future__ import annotations

import yaml

from wardspace.config import AdaptConfig, StudyConfig
from wardspace.evaluation.results import ModelRecord, Results
from wardspace.report.asked import base_name, objective_words
from wardspace.report.board import Board
from wardspace.report.card_audit import NOT_TESTED
from wardspace.report.caveats import not_shown
from wardspace.report.comparison import comparison
from wardspace.report.markdown import markdown_table
from wardspace.report.numbers import duration, thousands, tokens
from wardspace.report.words import metric_name


def model_card(results: Results, model: str, study: StudyConfig) -> str:
    """A model card in Markdown with the header that model hubs read. It holds no text of any note.

    Parameters
    ----------
    results : Results
        What was found.
    model : str
        An adapted model of the study.
    study : StudyConfig
        What was asked.

    Raises
    ------
    ValueError
        If the study adapted no such model.
    """
    board = Board(results)
    asked = next((one for one in study.adapt if one.name == model), None)
    if asked is None or model not in board.records:
        raise ValueError(f"no adapted model {model!r}: {', '.join(one.name for one in study.adapt)}")
    parts = [
        _header(study),
        f"# {study.name}: {model}\n",
        _about(board, asked, study),
        "## How it was adapted\n\n" + _adapted(asked, board.records[model], _metadata(results, study)),
        "## Scores on the test notes\n\n" + _scores(board, model),
        "## What was not shown\n\n" + "".join(f"- {line}\n" for line in _limits(board, model)),
        _use(),
    ]
    return "\n".join(parts)


def _header(study: StudyConfig) -> str:
    header = {
        "library_name": "sentence-transformers",
        "pipeline_tag": "sentence-similarity",
        "base_model": base_name(study.base),
        "tags": ["sentence-transformers", "feature-extraction", "clinical", "wardspace"],
    }
    return f"---\n{yaml.safe_dump(header, sort_keys=False)}---\n"


def _about(board: Board, asked: AdaptConfig, study: StudyConfig) -> str:
    record = board.records[asked.name]
    made_up = " **The notes were synthetic: its scores are no findings.**" if board.results.synthetic else ""
    size = "" if record.parameters is None else f", {record.parameters / 1e6:.1f} M parameters"
    return (
        f"An encoder of clinical notes: a note becomes {record.dimension} numbers{size}. It started from "
        f"`{base_name(study.base)}` and was adapted to one corpus of notes by wardspace "
        f"{board.results.wardspace}.{made_up}\n"
    )


def _metadata(results: Results, study: StudyConfig) -> list[str]:
    """Metadata columns as the corpus found them, or as the study names them."""
    return list(results.corpus.get("roles", {}).get("metadata", study.corpus.columns.metadata))


def _adapted(asked: AdaptConfig, record: ModelRecord, metadata: list[str]) -> str:
    lines = [f"{i}. It {objective_words(one, metadata)}." for i, one in enumerate(asked.objectives, start=1)]
    read = sum(stage.tokens for stage in record.stages)
    seconds = sum(stage.seconds for stage in record.stages)
    seen = max((stage.notes_seen for stage in record.stages), default=0)
    left = max((stage.notes_left_out for stage in record.stages), default=0)
    cost = f"\nIt read {thousands(read)} tokens of {thousands(seen)} notes in {duration(seconds)}"
    batches = "".join(
        f" An update read {tokens(stage.batch_tokens)} tokens of {thousands(stage.batch_notes)} notes on average."
        for stage in record.stages
        if stage.batch_tokens is not None and stage.batch_notes is not None
    )
    left_out = f"{thousands(left)} training notes could not be used"
    return "\n".join(lines) + f"\n{cost}; {left_out}.{batches}\n"


def _scores(board: Board, model: str) -> str:
    rows = [row for task in board.tasks for row in _task_scores(board, task, model)]
    if not rows:
        return "It was not scored.\n"
    head = ["task", "setting", "metric", "score (interval)", "against the base"]
    return markdown_table(head, rows)


def _task_scores(board: Board, task: str, model: str) -> list[list[str]]:
    metrics = board.metrics(task)
    if not metrics:
        return []
    table = comparison(board, task, metrics[0])
    row = next((row for row in table.rows if row.model == model), None)
    if row is None:
        return []
    return [
        [task, place.name, metric_name(metrics[0]), f"{cell.value} ({cell.interval})", cell.verdict]
        for place, cell in zip(table.places, row.cells, strict=True)
        if cell is not None
    ]


def _limits(board: Board, model: str) -> list[str]:
    return [
        *not_shown(board, model),
        NOT_TESTED,
        "Whether it serves clinical use, or all groups of patients alike: that was not tested.",
    ]


def _use() -> str:
    return (
        "## Use\n\n```python\nfrom sentence_transformers import SentenceTransformer\n\n"
        'vectors = SentenceTransformer("this-folder").encode(notes)\n```\n\n'
        "Notes longer than its window are cut by sentence-transformers; `wardspace embed` reads them in windows.\n"
    )
