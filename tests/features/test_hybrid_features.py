"""Embedding + TF-IDF in a whole study."""

from __future__ import annotations

import re

import pytest

from tests.fixtures.studies import CANARY, small_study
from wardspace.report.wording import setting_name
from wardspace.results import Results
from wardspace.study import Study
from wardspace.tasks import notes

EMBEDDING_TFIDF = "embedding_tfidf"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run folder, and how often words were counted for it."""
    home = tmp_path_factory.mktemp("hybrid")
    values = small_study(home)
    values["adapt"] = values["adapt"][1:]
    values["compare"] = [{"name": "other", "model": values["base"]}]
    tuning = {"models": "best", "best": 1, "seeds": 1, "epochs": 1, "batch_notes": 8, "notes": 8}
    values["tasks"][0] |= {
        "settings": ["probe", "finetune"],
        "probes": ["logistic", EMBEDDING_TFIDF],
        "finetune": tuning,
    }
    counted = []
    with pytest.MonkeyPatch.context() as patch:
        features = notes.fitted
        patch.setattr(notes, "fitted", lambda *given: counted.append(1) or features(*given))
        Study.parse(values, home / "run").run()
    return home / "run", len(counted)


@pytest.fixture(scope="module")
def results(finished):
    return Results.read(finished[0] / "results.json")


def test_every_encoder_has_it_with_few_labels_and_with_all_and_words_alone_have_not(results):
    found = {
        (s.model, s.shots, s.split, s.seed is None)
        for s in results.scores
        if s.setting == EMBEDDING_TFIDF and s.metric == "macro_f1" and s.seed is None
    }
    places = [(shots, split, True) for shots in (None, 4) for split in ("validation", "test")]
    assert found == {(model, *place) for model in ("base", "other", "category") for place in places}


def test_words_are_counted_once_for_the_task(finished):
    assert finished[1] == 1


def test_it_is_a_family_of_its_own(results):
    base = [d for d in results.differences if d.against == "base" and d.metric == "macro_f1"]
    hybrid = [d for d in base if d.setting == EMBEDDING_TFIDF]
    alone = [d for d in base if d.setting != EMBEDDING_TFIDF]
    assert {(d.model, d.shots) for d in hybrid} == {(m, s) for m in ("other", "category") for s in (None, 4)}
    for family in (hybrid, alone):
        smallest = min(family, key=lambda one: one.p)
        assert smallest.p_holm == pytest.approx(min(1, smallest.p * len(family)))


def test_it_is_held_against_the_model_alone_and_words_alone(results):
    pairs = {
        (one.model, one.shots, one.against, one.against_setting, one.against_shots)
        for one in results.across
        if one.setting == EMBEDDING_TFIDF and (one.against_setting, one.metric) == ("logistic", "macro_f1")
    }
    encoders = ("base", "other", "category")
    assert pairs == {
        (model, shots, against, "logistic", shots)
        for model in encoders
        for shots in (None, 4)
        for against in (model, "tfidf")
    }
    assert not [one for one in results.across if one.setting == "finetune" and one.against_setting == EMBEDDING_TFIDF]


def test_what_lies_behind_its_scores_is_measured_too(results):
    encoders = {"base", "other", "category"}
    assert {s.model for s in results.calibration if s.setting == EMBEDDING_TFIDF} == encoders
    assert {s.model for s in results.subgroups if s.setting == EMBEDDING_TFIDF} == encoders


def test_the_page_compares_it_with_either_alone(finished):
    page = (finished[0] / "report.html").read_text()
    assert f"Frozen encoder, {setting_name(EMBEDDING_TFIDF)}" in page
    assert re.search(r"With all labels, embedding of \w+ \+ TF-IDF: .* over the embedding alone", page)
    assert "on the embedding alone and on embedding + TF-IDF" in page


def test_no_text_of_a_note_outside_the_corpus(finished):
    run = finished[0]
    checked = [path for path in run.rglob("*") if path.is_file() and (run / "corpus") not in path.parents]
    assert len(checked) > 15
    for path in checked:
        assert CANARY.encode() not in path.read_bytes(), path
