"""Every setting on notes that may have several labels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from tests.fixtures.corpora import write_corpus
from tests.fixtures.labels import split_of
from wardspace.config import ClassificationConfig, parse_study
from wardspace.corpus.schema import SPLITS
from wardspace.models.unit_length import unit_length
from wardspace.tasks import EvaluatedModel, Texts, kind_of, predict
from wardspace.tasks.documents.subsets import few_shot, several_few_shot
from wardspace.tasks.probes.head import fit_head, head_probabilities
from wardspace.tasks.probes.private import fit_private

WORDS = {"growth": "proliferation", "spread": "metastasis", "death": "apoptosis"}


@pytest.fixture
def corpus(tmp_path):
    random = np.random.default_rng(3)
    rows = []
    for i in range(200):
        has = [name for name in WORDS if random.random() < 0.4]
        words = [*(WORDS[name] for name in has), *random.choice(["cells", "were", "seen", "in", "culture"], size=6)]
        rows.append(
            {"note_id": f"n{i:03d}", "patient_id": f"p{i // 2}", "text": " ".join(words), "split": split_of(i)}
            | {"hallmarks": ";".join(has)}
        )  # fmt: skip
    return write_corpus(tmp_path / "corpus", rows, ["hallmarks"])


def _task(**options):
    values = {"name": "hallmarks", "label": "hallmarks", "separator": ";", "unlabelled": "none", **options}
    return ClassificationConfig.model_validate(values)


@st.composite
def flags(draw):
    notes, labels = draw(st.integers(6, 60)), draw(st.integers(1, 5))
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    return random.random((notes, labels)) < random.uniform(0.05, 0.9, labels)


@settings(max_examples=150, deadline=None)
@given(flags(), st.integers(1, 6), st.integers(1, 6))
def test_subsets_are_nested_and_hold_enough_of_each_label(flags, shots, more):
    small, large = several_few_shot(flags, shots), several_few_shot(flags, shots + more)
    assert set(small) <= set(large)
    groups = np.concatenate([flags, ~flags.any(axis=1, keepdims=True)], axis=1)
    assert (groups[small].sum(axis=0) >= np.minimum(groups.sum(axis=0), shots)).all()
    assert len(small) <= shots * groups.shape[1] + flags.shape[1]
    for has in flags.T:  # where a note lacks a label, one that does is drawn
        assert has.all() or not has[small].all()


def test_each_label_is_learned_from_the_same_notes_by_a_classifier_of_its_own(corpus, tmp_path):
    """Predictions of few shots follow from the subset alone, as plain logistic regression finds them."""
    task = _task(shots=[4, 8], subsets=2)
    kind = kind_of(task)
    gold = kind.gold(Texts(corpus), task, SPLITS)
    labels = gold.labels
    random = np.random.default_rng(0)
    vectors = (labels.members @ random.normal(size=(3, 12)) + random.normal(0, 0.2, (200, 12))).astype(np.float32)
    model = EvaluatedModel("m", lambda: vectors, None, labels.split)
    own = [one for one in kind.settings(task) if one.models == "encoders"]
    table = predict(own, model, gold, task.name, tmp_path, show_progress=False).to_pandas()
    assert sorted(set(zip(table["shots"].fillna(0), table["seed"], strict=True))) == [
        (0, 0), (4, 0), (4, 1), (8, 0), (8, 1)
    ]  # fmt: skip
    test = labels.rows("test")
    for shots in (4, 8):
        run = table[(table["shots"] == shots) & (table["seed"] == 1) & (table["split"] == "test")]
        said = np.stack(run["probabilities"])
        rows = few_shot(labels, shots, 1)
        assert (labels.members[rows].sum(axis=0) >= shots).all()
        for label in range(3):
            plain = LogisticRegression(C=1000, max_iter=2000).fit(vectors[rows], labels.members[rows, label])
            ranks = [np.argsort(np.argsort(p)) for p in (said[:, label], plain.predict_proba(vectors[test])[:, 1])]
            assert np.corrcoef(*ranks)[0, 1] > 0.9
        assert f1_score(labels.members[test], np.stack(run["predicted"]), average="macro") > 0.85


def _overlapping(notes=500):
    random = np.random.default_rng(0)
    truth = random.random((notes, 3)) < (0.5, 0.3, 0.15)
    return (truth @ random.normal(size=(3, 16)) + random.normal(0, 0.25, (notes, 16))).astype(np.float32), truth


def test_the_head_gives_each_label_a_probability_of_its_own():
    vectors, truth = _overlapping()
    head, _ = fit_head(vectors[:300], truth[:300], vectors[300:400], truth[300:400], 3, seed=0)
    said = head_probabilities(head, vectors[400:])
    assert f1_score(truth[400:], said >= 0.5, average="macro") > 0.9
    assert said.sum(axis=1).max() > 1.5 and said.sum(axis=1).min() < 0.9


def test_a_private_probe_learns_labels_that_overlap():
    pytest.importorskip("opacus")
    vectors, truth = _overlapping()
    dp = _task(probes=["private_logistic"], dp={"epsilon": 8, "epochs": 20, "batch": 64}).dp
    owners = np.arange(400).astype(str).astype(object)
    probe, spent = fit_private(
        unit_length(vectors[:400]), truth[:400], owners, 3, kind="private_logistic", dp=dp, seed=0
    )
    assert spent.epsilon <= 8
    assert f1_score(truth[400:], probe.probabilities(unit_length(vectors[400:])) >= 0.5, average="micro") > 0.75


def test_all_settings_are_accepted_for_several_labels():
    every = ["logistic", "head", "embedding_tfidf", "private_logistic", "private_head"]
    task = _task(settings=["probe", "finetune"], probes=every, shots=[8, 16], labels=100).model_dump()
    study = parse_study({"corpus": {"columns": {"labels": ["hallmarks"]}}, "tasks": [task]})
    names = [one.record.name for one in kind_of(study.tasks[0]).settings(study.tasks[0])]
    assert set(names) == {*every, "finetune"}
