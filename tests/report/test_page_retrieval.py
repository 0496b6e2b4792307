"""A search in the report: as other tasks, in its own words."""

from __future__ import annotations

import pytest

from tests.report.build import small_results
from wardspace.report.findings.findings import highest_findings, model_findings
from wardspace.report.findings.guidance import guidance
from wardspace.report.findings.headlines import headlines
from wardspace.report.findings.limitations import not_shown
from wardspace.report.page import task_view
from wardspace.report.score_table import Board, Place
from wardspace.report.tables.comparison import comparison
from wardspace.report.wording import guidance as guidance_words
from wardspace.report.wording.limitations import percentile_intervals

GAPS = {"tfidf": [(-0.1, -0.15, -0.05)], "mlm": [(0.1, 0.05, 0.15)]}


@pytest.fixture
def board():
    """Results of a search: `mlm` above the base, TF-IDF below."""
    made = small_results(GAPS, classes={"t": []})
    search = {"setting": "retrieval", "shots": None, "metric": "ndcg_at_10"}
    scores = [score.model_copy(update=search) for score in made.scores]
    recalls = [score.model_copy(update={"metric": "recall_at_1"}) for score in scores]
    chosen = [score.model_copy(update={"split": "validation", "low": None, "high": None}) for score in scores]
    differences = [one.model_copy(update=search) for one in made.differences]
    return Board(made.model_copy(update={"scores": [*recalls, *scores, *chosen], "differences": differences}))


def test_the_main_metric_comes_first_and_is_written_for_humans(board):
    view = task_view(board, "t")
    assert [metric.name for metric in view.metrics] == ["nDCG@10", "recall@1"]
    assert view.size == "100 test queries"
    assert not view.few_shot
    assert [panel.title for panel in view.panels] == ["search by query"]


def test_the_table_has_one_column_without_labels(board):
    (place,) = comparison(board, "t", "ndcg_at_10").places
    assert (place.group[1], place.short) == ("Search by query", "no labels")
    assert not Place("logistic", None).search


def test_sentences_speak_of_no_labels_and_of_no_fine_tuning(board):
    (found,) = guidance(board)
    assert found.tuning == []
    assert found.use[0].text.startswith("Without labels: use mlm.")
    gain = board.difference("t", "mlm", Place("retrieval", None), "ndcg_at_10")
    assert guidance_words.gain(gain, "without labels", tie=False, significant=True) in found.cost[0].text
    texts = [
        *(one.text for one in [*found.use, *found.cost, *headlines(board)]),
        *(one.text for one in highest_findings(board, "t", "ndcg_at_10") + model_findings(board, "t", "ndcg_at_10")),
    ]
    assert not [text for text in texts if "all labels" in text or "Frozen encoder" in text or "lassif" in text]
    assert any(text.startswith("Search by query: ") and "nDCG@10" in text and "mlm, 60.0" in text for text in texts)


def test_no_class_is_blamed_for_percentiles(board):
    scores = [score.model_copy(update={"interval": "percentile"}) for score in board.results.scores]
    results = board.results.model_copy(update={"scores": scores, "interval": "bca"})
    assert percentile_intervals("t") not in not_shown(Board(results))
