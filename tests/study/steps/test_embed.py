"""Which notes a study embeds: all where a task reads their vectors, else those that it measures."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.fixtures.studies import small_study
from wardspace.config import parse_study
from wardspace.corpus import Corpus
from wardspace.models import Encoder
from wardspace.study import Study
from wardspace.study.run import Run
from wardspace.study.steps.embed import vectors_now

PROBED = {"name": "area", "label": "area"}
PAIRED = {"name": "infer", "kind": "pairs", "hypothesis": "kind", "label": "area", "settings": []}
"""A task of baselines alone."""


def study_of(folder, *tasks, **changes):
    values = small_study(folder, tasks=list(tasks), **{"adapt": [], "space": {"columns": ["area"]}, **changes})
    values["report"] = {"resamples": 100}
    return Study(parse_study(values), folder / "run", show_progress=False)


@pytest.fixture
def read(monkeypatch):
    """How many texts are embedded."""
    counts, encode = [], Encoder.encode

    def counting(self, texts, **options):
        counts.append(len(texts))
        return encode(self, texts, **options)

    monkeypatch.setattr(Encoder, "encode", counting)
    return counts


@pytest.mark.parametrize("tasks", [[], [PAIRED]])
def test_only_what_is_measured_is_embedded_where_no_task_reads_vectors(tmp_path, read, tasks):
    study = study_of(tmp_path, *tasks)
    study.run()
    vectors = np.load(study.folder.vectors("base"))
    known = np.isfinite(vectors).all(axis=1)
    splits = json.loads((study.folder.corpus / "corpus.json").read_text())["counts"]["splits"]
    assert sum(read) == known.sum() == splits["test"]["notes"] < len(vectors)
    assert np.isnan(vectors[~known]).all()


def test_a_task_that_reads_vectors_gets_all_and_the_space_stays_as_it_was(tmp_path, read):
    study_of(tmp_path, PAIRED).run()
    few = results(tmp_path)
    before = sum(read)
    whole = study_of(tmp_path, PAIRED, PROBED)
    stage = whole.folder.stage("evaluate/infer-majority-frozen")
    written = stage.stat().st_mtime_ns
    whole.run()
    vectors = np.load(whole.folder.vectors("base"))
    assert np.isfinite(vectors).all()
    assert sum(read) - before == len(vectors)
    assert stage.stat().st_mtime_ns == written  # what does not read vectors does not run again
    for one, other in zip(few["space"], results(tmp_path)["space"], strict=True):
        assert one["measure"] == other["measure"]
        assert one["value"] == pytest.approx(other["value"], abs=0.02)  # bfloat16, in other company
    # all of them serve a study that needs few
    study_of(tmp_path, PAIRED).run()
    assert sum(read) - before == len(vectors)


def test_a_split_that_is_measured_is_the_one_that_is_embedded(tmp_path, read):
    study = study_of(tmp_path, space={"columns": ["area"], "split": "validation", "notes": 10})
    study.run()
    assert sum(read) == 10


def results(folder):
    return json.loads((folder / "run" / "results.json").read_text())


def test_who_asks_for_all_vectors_of_an_adapted_model_gets_them(tmp_path, read):
    adapt = [{"name": "mlm", "objectives": ["mlm"]}]
    study = study_of(tmp_path, PAIRED, adapt=adapt, budget={"tokens": 500})
    study.run()
    run = Run(study.config, study.folder, study.stages, show_progress=False)
    corpus = Corpus.open(study.folder.corpus)
    for name in ("base", "mlm"):
        assert np.isnan(np.load(study.folder.vectors(name))).any()
        assert np.isfinite(vectors_now(run, corpus, name)).all()
    study.folder.stage("embed/mlm").unlink()
    assert vectors_now(run, corpus, "mlm") is None
