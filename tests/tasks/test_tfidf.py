from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from tests.fixtures.corpora import write_corpus
from tests.fixtures.labels import labelled_corpus, make_task
from tests.fixtures.tasks import tfidf_predictions
from wardspace.core.errors import WardspaceError
from wardspace.tasks import Texts, terms_of
from wardspace.tasks.documents.labelled import labelled
from wardspace.tasks.probes.validation import macro_f1
from wardspace.tasks.tfidf import fitted


def test_features_know_the_training_words_alone(tmp_path):
    corpus = labelled_corpus(tmp_path / "c")
    features = Texts(corpus).tfidf
    table = corpus.table(["text", "split"])
    train = [t for t, s in zip(table["text"].to_pylist(), table["split"].to_pylist(), strict=True) if s == "train"]
    plain = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True).fit(train)
    assert features.shape == (len(table), len(plain.vocabulary_))
    np.testing.assert_allclose(features.toarray(), plain.transform(table["text"].to_pylist()).toarray(), atol=1e-6)
    np.testing.assert_allclose(np.sqrt(features.multiply(features).sum(axis=1)), 1, atol=1e-5)


def test_it_classifies_by_words_and_tells_its_size(tmp_path):
    corpus = labelled_corpus(tmp_path / "c")
    task = make_task(shots=[4], subsets=2)
    table = tfidf_predictions(corpus, labelled(corpus, task), task)
    rows = [row for row in table.to_pylist() if row["split"] == "test" and row["shots"] is None]
    truth = np.array([row["truth"] for row in rows], dtype=np.int32)
    assert macro_f1(truth, np.array([row["probabilities"] for row in rows])) > 0.8
    assert {row["model"] for row in rows} == {"tfidf"}
    assert {(row["shots"], row["seed"]) for row in table.to_pylist()} == {(None, 0), (4, 0), (4, 1)}
    assert terms_of(table) == Texts(corpus).tfidf.shape[1]


def test_notes_without_a_common_word_are_a_user_s_fault(tmp_path):
    rows = [
        {"note_id": f"n{i}", "patient_id": f"n{i}", "text": f"word{i}", "split": "train", "specialty": "a"}
        for i in range(4)
    ]
    with pytest.raises(WardspaceError, match="two training notes"):
        fitted(write_corpus(tmp_path / "c", rows, ["specialty"]))
