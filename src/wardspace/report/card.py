"""A model card: what the model is, which notes it read, how it scored, and what it may not be used for."""

from __future__ import annotations

from wardspace.config import StudyConfig
from wardspace.evaluation.results import ModelRecord, Results
from wardspace.report.asked import base_name
from wardspace.report.board import Board
from wardspace.report.card_audit import AUDIT, NOT_TESTED
from wardspace.report.card_data import data_statement
from wardspace.report.card_facts import CardFacts
from wardspace.report.card_header import header
from wardspace.report.card_scores import evaluation
from wardspace.report.card_training import training_cost, training_procedure
from wardspace.report.card_use import CITATION, HOW, INTENDED, OUT_OF_SCOPE
from wardspace.report.caveats import not_shown


def model_card(results: Results, model: str, study: StudyConfig, facts: CardFacts | None = None) -> str:
    """A model card in Markdown with the header that model hubs read. It holds no text of any note.

    Parameters
    ----------
    results : Results
        What was found.
    model : str
        An adapted model of the study.
    study : StudyConfig
        What was asked.
    facts : CardFacts, optional
        What else is known of the run.

    Raises
    ------
    ValueError
        If the study adapted no such model.

    References
    ----------
    Mitchell et al. 2019, Model Cards for Model Reporting; Bender and Friedman 2018, Data Statements for Natural
    Language Processing.
    """
    board, facts = Board(results), facts or CardFacts()
    asked = next((one for one in study.adapt if one.name == model), None)
    if asked is None or model not in board.records:
        raise ValueError(f"no adapted model {model!r}: {', '.join(one.name for one in study.adapt)}")
    record = board.records[model]
    sections = {
        "Model details": _details(record, results, study),
        "Intended use": INTENDED,
        "Out-of-scope use": OUT_OF_SCOPE,
        "Data statement": data_statement(results.corpus, study, facts),
        "How it was adapted": training_procedure(asked, record, results, study),
        "What it cost": training_cost(record, facts),
        "Scores on the test notes": evaluation(board, model),
        AUDIT: f"{NOT_TESTED}\n",
        "What was not shown": _listed(_limits(board, model)),
        "How to use it": HOW,
        "Citation": CITATION.format(version=results.wardspace),
    }
    body = "\n".join(f"## {title}\n\n{text}" for title, text in sections.items())
    return f"{header(board, model, study)}\n# {study.name}: {model}\n\n{_about(results, study)}\n{body}"


def _about(results: Results, study: StudyConfig) -> str:
    made_up = " **The notes were synthetic: its scores are no findings.**" if results.synthetic else ""
    return (
        f"An encoder of clinical notes, adapted from `{base_name(study.base)}` to one corpus of notes by wardspace "
        f"{results.wardspace}.{made_up}\n"
    )


def _details(record: ModelRecord, results: Results, study: StudyConfig) -> str:
    size = "not recorded" if record.parameters is None else f"{record.parameters / 1e6:.1f} M"
    return _listed(
        [
            f"A note becomes {record.dimension} numbers; parameters: {size}.",
            f"Base: `{base_name(study.base)}`; its licence goes on to hold; who owns the notes decides on the rest.",
            f"Made by wardspace {results.wardspace}; opens in plain Sentence-Transformers.",
        ]
    )


def _limits(board: Board, model: str) -> list[str]:
    told_apart = any(row.model == model and row.value is not None for row in board.results.subgroups)
    groups = (
        "Whether it serves all groups of patients alike: scores by subgroup stand in the report of its run, for the "
        "columns and sizes there were; no gap shown is no proof of there being none."
        if told_apart
        else "Whether it serves all groups of patients alike: not tested."
    )
    return [*not_shown(board, model), "Whether it serves clinical use: not tested.", groups]


def _listed(lines: list[str]) -> str:
    return "".join(f"- {line}\n" for line in lines)
