"""Word counts beside vectors in one probe."""

from __future__ import annotations

import numpy as np
import pytest

from tests.fixtures.labels import labelled_corpus, make_task
from tests.fixtures.tasks import frozen_predictions, single_label, tfidf_predictions
from wardspace.config import ClassificationConfig, ReportConfig
from wardspace.evaluation import score_predictions
from wardspace.tasks import Texts
from wardspace.tasks.documents.features import joined
from wardspace.tasks.documents.labelled import labelled
from wardspace.tasks.probes.scaling import Scaling

TASK = make_task(probes=["logistic", "embedding_tfidf"], shots=[4], subsets=2)


def macro_f1(table, classes):
    """Test macro F1 by setting and shots."""
    found = score_predictions(
        table, single_label(specialty=classes), ReportConfig(resamples=100), show_progress=False
    ).scores
    return {(s.setting, s.shots): s.value for s in found if (s.seed, s.split, s.metric) == (None, "test", "macro_f1")}


@pytest.fixture(scope="module")
def telling(tmp_path_factory):
    """Notes whose words give the class away."""
    return labelled_corpus(tmp_path_factory.mktemp("telling") / "c", 240, share=0.35)


@pytest.fixture(scope="module")
def mute(tmp_path_factory):
    """Notes whose words say nothing."""
    return labelled_corpus(tmp_path_factory.mktemp("mute") / "c", 240, share=0.0)


def noise(corpus, dimension=8):
    return np.random.default_rng(5).normal(size=(len(corpus), dimension)).astype(np.float32)


def test_both_parts_have_the_same_mean_length(telling):
    words = Texts(telling).tfidf
    vectors = 40 * noise(telling) + 3
    both = joined(Scaling.of(vectors).apply(vectors), words)
    assert both.shape == (len(telling), 8 + words.shape[1])
    assert both.dtype == np.float32
    parts = both[:, :8], both[:, 8:]
    assert [part.multiply(part).sum() / len(telling) for part in parts] == pytest.approx([0.5, 0.5], abs=1e-4)
    np.testing.assert_allclose(both[:, 8:].toarray(), words.toarray() * np.sqrt(0.5), rtol=1e-6)


def test_with_vectors_of_noise_it_scores_like_the_words(telling):
    labels = labelled(telling, TASK)
    texts = Texts(telling)
    table = frozen_predictions(noise(telling), labels, TASK, model="m", texts=texts)
    found = macro_f1(table, labels.classes)
    counted = macro_f1(tfidf_predictions(telling, labels, TASK), labels.classes)
    assert found["logistic", None] < 0.55
    assert counted["logistic", None] > 0.8
    assert found["embedding_tfidf", None] == pytest.approx(counted["logistic", None], abs=0.1)


def test_with_words_of_noise_it_scores_like_the_vectors(mute):
    labels = labelled(mute, TASK)
    vectors = noise(mute) + 4 * np.eye(3, 8, dtype=np.float32)[labels.codes]
    texts = Texts(mute)
    found = macro_f1(frozen_predictions(vectors, labels, TASK, model="m", texts=texts), labels.classes)
    assert macro_f1(tfidf_predictions(mute, labels, TASK), labels.classes)["logistic", None] < 0.55
    assert found["logistic", None] > 0.9
    assert found["embedding_tfidf", None] == pytest.approx(found["logistic", None], abs=0.1)


def test_it_runs_on_all_labels_and_on_every_few_shot_subset_and_leaves_the_others_alone(telling):
    labels, vectors = labelled(telling, TASK), noise(telling)
    texts = Texts(telling)
    table = frozen_predictions(vectors, labels, TASK, model="m", texts=texts)
    rows = table.to_pylist()
    runs = {(row["setting"], row["shots"], row["seed"]) for row in rows}
    expected = {(None, 0), (4, 0), (4, 1)}
    assert runs == {(setting, *run) for setting in ("logistic", "embedding_tfidf") for run in expected}
    plain = make_task(shots=[4], subsets=2)
    alone = frozen_predictions(vectors, labels, plain, model="m")
    assert [row for row in rows if row["setting"] == "logistic"] == alone.to_pylist()


def test_words_are_read_for_it_alone(telling):
    class Never:
        @property
        def tfidf(self):
            raise AssertionError("nobody asked for words")

    plain = make_task()
    labels = labelled(telling, plain)
    frozen_predictions(noise(telling), labels, plain, model="m", texts=Never())
    with pytest.raises(AssertionError, match="nobody asked"):
        frozen_predictions(noise(telling), labels, TASK, model="m", texts=Never())


def test_it_never_stands_instead_of_the_encoder_alone():
    with pytest.raises(ValueError, match="add logistic"):
        ClassificationConfig(name="t", label="x", probes=["embedding_tfidf"])
