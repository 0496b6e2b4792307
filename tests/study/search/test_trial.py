from dataclasses import replace

import numpy as np
import pytest

from tests.fixtures.labels import labelled_corpus, make_task
from tests.fixtures.models import tiny_model
from wardspace.config import EncoderConfig
from wardspace.models import Encoder
from wardspace.study.search.records import Part
from wardspace.study.search.trial import Scorer, against_base, overall
from wardspace.tasks.documents.label_budget import learned_rows
from wardspace.tasks.documents.labelled import NO_CLASS
from wardspace.tasks.documents.subsets import few_shot


def part(shots, *values):
    return Part(shots=shots, value=sum(values) / len(values), values=list(values))


def test_the_score_is_the_mean_of_its_parts_and_a_seed_is_one_draw():
    score, error = overall([part(4, 0.2, 0.4), part(8, 0.4, 0.6), part(None, 0.9)])
    assert score == pytest.approx((0.3 + 0.5 + 0.9) / 3)
    assert error == pytest.approx((0.2 * 2 / 3) / 2)  # draws of 0.2 and 0.333: their standard deviation over √2


def test_without_subsets_there_is_no_standard_error():
    assert overall([part(None, 0.9)]) == (0.9, None)
    assert overall([part(4, 0.9)]) == (0.9, None)


def test_a_difference_is_paired_over_subsets():
    base, own = [part(4, 0.2, 0.6), part(None, 0.8)], [part(4, 0.3, 0.7), part(None, 0.8)]
    difference, error = against_base(own, base)
    assert difference == pytest.approx(0.05)
    assert error == pytest.approx(0.0, abs=1e-12)


def test_it_learns_from_as_many_labels_as_the_study_does(tmp_path):
    corpus, model = labelled_corpus(tmp_path / "c"), tiny_model(tmp_path / "model")

    def scorer(**options):
        return Scorer(corpus, make_task(**options), [4, None], "macro_f1", EncoderConfig(window=24))

    capped, whole = scorer(labels=9, subsets=2), scorer(subsets=2)
    parts = capped.parts(str(model), tmp_path, show_progress=False)
    labels = whole.gold.labels
    rows = learned_rows(labels, capped.task)
    codes = labels.codes.copy()
    codes[np.setdiff1d(labels.rows("train"), rows)] = NO_CLASS
    whole.read, whole.split = capped.read, capped.split  # vectors are scaled by the notes read
    few = whole.parts(str(model), tmp_path, show_progress=False)[0]
    whole.gold = replace(whole.gold, labels=replace(labels, codes=codes))
    assert parts == [few, whole.parts(str(model), tmp_path, show_progress=False)[1]]


def test_it_reads_no_note_that_its_probes_leave_alone(tmp_path, monkeypatch):
    corpus, model = labelled_corpus(tmp_path / "c"), tiny_model(tmp_path / "model")
    scorer = Scorer(corpus, make_task(labels=9, subsets=2), [4, None], "macro_f1", EncoderConfig(window=24))
    read: list[str] = []
    plain = Encoder.encode

    def watched(self, texts, **options):
        read.extend(texts)
        return plain(self, texts, **options)

    monkeypatch.setattr(Encoder, "encode", watched)
    scorer.parts(str(model), tmp_path, show_progress=False)
    task, labels = scorer.task, scorer.gold.labels
    wanted = [labels.rows("validation"), learned_rows(labels, task)]
    wanted += [few_shot(labels, 4, seed) for seed in range(2)]
    texts = corpus.table(columns=["note_id", "text"]).to_pylist()
    names = {labels.note_id[row] for rows in wanted for row in rows}
    assert sorted(read) == sorted(row["text"] for row in texts if row["note_id"] in names)
    assert len(read) < len(labels.rows("train")) + scorer.validated


def test_what_is_not_read_changes_no_score(tmp_path, monkeypatch):
    corpus, model = labelled_corpus(tmp_path / "c"), tiny_model(tmp_path / "model")
    scorer = Scorer(corpus, make_task(labels=9, subsets=2), [4, None], "macro_f1", EncoderConfig(window=24))
    parts = scorer.parts(str(model), tmp_path, show_progress=False)
    vectors = scorer._vectors(Encoder.load(str(model), scorer.encoder), show=False)
    others = np.setdiff1d(np.arange(len(vectors)), scorer.read)
    vectors[others] = np.random.default_rng(0).normal(size=(len(others), vectors.shape[1]))
    monkeypatch.setattr(scorer, "_vectors", lambda encoder, show: vectors)
    assert len(others) and scorer.parts(str(model), tmp_path, show_progress=False) == parts
