"""Where a cap left labelled notes out, the page says with how many the models learned."""

import pytest

from tests.fixtures.results import fake_results, fake_study
from wardspace.report.changes import Pair, Side
from wardspace.report.changes.scores import score_tables
from wardspace.report.figures.charts import few_shot_curves
from wardspace.report.findings.guidance import fewer_labels, guidance, tuning_findings
from wardspace.report.page import page
from wardspace.report.score_table import Board
from wardspace.report.tables.study import study_setup


@pytest.fixture
def capped(results):
    """Results of which one task learned from 400 notes, fine-tuned from 100."""
    caps = {"labelled_notes": {"specialty": 400}, "finetune_notes": {"specialty": 100}}
    return results.model_copy(update=caps)


def test_places_say_the_number(capped):
    board = Board(capped)
    assert [place.labels for place in board.places("specialty", "macro_f1")] == [
        "8 labels per class", "16 labels per class", "32 labels per class",
        "400 labelled notes", "400 labelled notes", "100 labelled notes",
    ]  # fmt: skip
    others = [place.labels for place in board.places("severity", "macro_f1") if place.shots is None]
    assert set(others) == {"all labels"}


def test_sentences_say_the_number(capped):
    board = Board(capped)
    said = [one.text for part in guidance(board) if part.task == "specialty" for one in (*part.use, *part.cost)]
    assert any(text.startswith("With 400 labelled notes: ") for text in said)
    assert any(text.startswith("base scores ") and " with 400 labelled notes. " in text for text in said)
    assert not any("all labels" in text for text in said)
    assert "400 in all" in few_shot_curves(board, "specialty", "macro_f1")[0].svg


def test_fine_tuning_on_fewer_names_what_the_frozen_encoder_had(capped):
    first, *_ = tuning_findings(Board(capped), "specialty", "macro_f1")
    assert "100 labelled notes" in first.text
    assert "400 labelled notes" in first.text


def test_fine_tuning_on_the_same_notes_is_not_called_fewer(capped):
    board = Board(capped.model_copy(update={"finetune_notes": {"specialty": 400}}))
    first, *_ = tuning_findings(board, "specialty", "macro_f1")
    assert first.text.count("labelled notes") == 1
    assert all(fewer_labels(board, one) is None for one in capped.across)


def test_the_page_says_the_number(capped):
    study = fake_study()
    tasks = [task.model_copy(update={"labels": 400}) for task in study.tasks]
    study = study.model_copy(update={"tasks": tasks})
    written = page(capped, {}, study.report, study)
    assert "400 notes</th>" in written
    assert "at most 400 labelled notes" in dict(study_setup(study).tasks)["severity"]


def test_two_runs_with_other_caps_differ_by_name(capped):
    sides = [Side(name, fake_study(), one, {}) for name, one in (("before", fake_results()), ("after", capped))]
    table = next(one for one in score_tables(Pair(*sides, {}, {})) if one.task == "specialty")
    places = {row.place for row in table.rows}
    assert "all labels, logistic regression; then 400 labelled notes" in places
    assert "8 labels per class, logistic regression" in places
