"""Models that were not trained here: named as they are, and never called adapted."""

from __future__ import annotations

import pytest

from tests.report.build import small_results
from wardspace.config import parse_study
from wardspace.report.changes.study import study_keys
from wardspace.report.findings.findings import model_findings
from wardspace.report.findings.guidance import guidance
from wardspace.report.findings.headlines import headlines, opening
from wardspace.report.findings.limitations import not_shown
from wardspace.report.findings.model_selection import cost_order
from wardspace.report.score_table import Board
from wardspace.report.tables.costs import model_rows
from wardspace.report.tables.study import study_setup
from wardspace.report.wording import comparisons
from wardspace.report.wording.guidance import unchanged
from wardspace.report.wording.limitations import unknown_training_data

GAPS = {"mlm": [(0.02, -0.01, 0.05)], "clinical": [(0.1, 0.05, 0.15)], "older": [(-0.1, -0.15, -0.05)]}


@pytest.fixture
def board():
    made = small_results(GAPS)
    others = {"clinical": "other", "older": "other"}
    models = [one.model_copy(update={"kind": others.get(one.name, one.kind)}) for one in made.models]
    chosen = [score.model_copy(update={"split": "validation"}) for score in made.scores]
    return Board(made.model_copy(update={"models": models, "scores": [*made.scores, *chosen]}))


def test_they_come_between_the_base_and_what_was_adapted(board):
    assert board.models("t") == ["base", "clinical", "older", "mlm"]
    assert board.adapted("t") == ["mlm"]
    assert sorted(board.records, key=lambda name: cost_order(board.records[name])) == [
        "base", "clinical", "older", "mlm"
    ]  # fmt: skip
    assert {row.name: row.kind for row in model_rows(board.results)}["clinical"] == "not trained here"


def test_sentences_do_not_call_them_adapted(board):
    (first, *_) = headlines(board)
    assert first.text == comparisons.adapting_did_not_help("t", models=1, settings=1, uncorrected=0, worse=[])
    older = next(one for one in model_findings(board, "t", "macro_f1") if one.text.startswith("older"))
    assert older.tone == "harm"
    (found,) = guidance(board)
    assert unchanged("clinical") in found.use[0].text
    assert found.use[0].tone == "plain"
    assert [finding.text.split(" ")[0] for finding in found.cost] == ["mlm"]


def test_their_unknown_training_data_is_a_limit(board):
    limit = unknown_training_data(["clinical", "older"])
    assert limit in not_shown(board)
    assert limit not in not_shown(board, "mlm")
    assert limit not in not_shown(Board(small_results(GAPS)))
    assert "2 other models" in opening(board.results)


def test_their_folders_stay_on_the_machine():
    study = parse_study({"compare": [{"name": "clinical", "model": "/home/jo/models/clinical-bert"}]})
    assert any("clinical (clinical-bert)" in line for line in study_setup(study).summary)
    assert study_keys(study)["compare[clinical].model"] == "clinical-bert"
