"""A study that learns from a part of the labelled notes."""

from __future__ import annotations

import pytest

from tests.fixtures.studies import small_study
from wardspace.core.errors import WardspaceError
from wardspace.results import Results
from wardspace.study import Study


def limited(home, **options):
    values = small_study(home, adapt=[])
    tuning = {"models": "all", "seeds": 1, "epochs": 1, "batch_notes": 8}
    values["tasks"][0] |= {"settings": ["probe", "finetune"], "finetune": tuning, **options}
    return values


def by_place(results):
    return {
        (s.model, s.setting, s.shots): s.value
        for s in results.scores
        if (s.split, s.seed, s.metric) == ("validation", None, "macro_f1")
    }


def log_loss(results, model):
    """Of the probe on all that may be learned from, on test."""
    (found,) = [
        s.value
        for s in results.calibration
        if (s.model, s.setting, s.shots, s.measure, s.temperature) == (model, "logistic", None, "log_loss", None)
    ]
    return found


def test_the_number_is_told_and_few_shot_runs_stay(tmp_path):
    values = limited(tmp_path)
    Study.parse(values, tmp_path / "run").run(until="space")
    whole = Results.read(tmp_path / "run" / "results.json")
    assert (whole.labelled_notes, whole.finetune_notes) == ({}, {})
    Study.parse(limited(tmp_path, labels=6), tmp_path / "run").run()
    results = Results.read(tmp_path / "run" / "results.json")
    assert (results.labelled_notes, results.finetune_notes) == ({"area": 6}, {"area": 6})
    before, after = by_place(whole), by_place(results)
    assert set(before) == set(after)
    assert {place: value for place, value in after.items() if place[2]} == {
        place: value for place, value in before.items() if place[2]
    }
    for model in ("base", "tfidf"):
        assert log_loss(results, model) != log_loss(whole, model)
    page = (tmp_path / "run" / "report.html").read_text()
    assert "6 labelled notes, logistic regression" in page
    assert "all labels, logistic regression" not in page


def test_too_few_for_its_classes_stops_the_study(tmp_path):
    with pytest.raises(WardspaceError, match="task area: 1 labelled notes cannot hold every class; it takes 2"):
        Study.parse(limited(tmp_path, labels=1), tmp_path / "run").run()
