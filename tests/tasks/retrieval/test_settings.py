from __future__ import annotations

import numpy as np
import pyarrow.compute as pc
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from tests.fixtures.asking import QUERY, asking_rows
from tests.fixtures.corpora import write_corpus
from tests.fixtures.models import tiny_model
from tests.fixtures.tasks import retrieval_predictions, tfidf_retrieval
from wardspace.config import ReportConfig, RetrievalConfig
from wardspace.evaluation.metrics.retrieval import query_values
from wardspace.models import Encoder
from wardspace.study.commands.evaluate import evaluate
from wardspace.tasks import Texts, read_predictions, terms_of
from wardspace.tasks import write_predictions as write
from wardspace.tasks.retrieval.queries import read_queries

TASK = RetrievalConfig(name="questions", query=QUERY)


@pytest.fixture
def corpus(tmp_path):
    return write_corpus(tmp_path / "corpus", asking_rows(), [QUERY])


def searched(queries, vectors, told, task=TASK, model="base"):
    """Predictions of an invented model that embeds the queries as `told`, in their order."""
    embed = dict(zip([text for split in ("validation", "test") for text in queries.texts[split]], told, strict=True))
    return retrieval_predictions(
        vectors,
        queries,
        task,
        model=model,
        embed=lambda texts: np.array([embed[text] for text in texts], dtype=np.float32),
    )


def spaces(queries, noise, d=16):
    random = np.random.default_rng(0)
    notes = random.normal(size=(len(queries.codes), d)).astype(np.float32)
    rows = np.concatenate([queries.asked["validation"], queries.asked["test"]])
    told = notes[rows] * 3 + noise * random.normal(size=(len(rows), d))
    return notes, told.astype(np.float32)


def test_ranks_are_those_of_sorting_all_cosines(corpus):
    queries = read_queries(Texts(corpus), TASK)
    notes, told = spaces(queries, 5.0)
    table = searched(queries, notes, told)
    units = [part / np.linalg.norm(part, axis=1, keepdims=True) for part in (notes, told)]
    rows = np.concatenate([queries.asked["validation"], queries.asked["test"]])
    cosines = units[1] @ units[0].T
    expected = [[int((row >= row[own]).sum())] for row, own in zip(cosines, rows, strict=True)]
    assert table["ranks"].to_pylist() == expected
    assert len({rank for (rank,) in expected}) > 5
    assert table["note_id"].to_pylist() == [f"n{row:03d}" for row in rows]
    assert set(table["candidates"].to_pylist()) == {100}
    assert set(table["relevant"].to_pylist()) == {1}


def test_the_length_of_vectors_does_not_matter(corpus):
    queries = read_queries(Texts(corpus), TASK)
    notes, told = spaces(queries, 5.0)
    longer = notes * np.random.default_rng(1).uniform(1, 9, (len(notes), 1)).astype(np.float32)
    assert searched(queries, longer, told * 7)["ranks"] == searched(queries, notes, told)["ranks"]


def test_a_space_without_directions_finds_nothing(corpus):
    queries = read_queries(Texts(corpus), TASK)
    notes, told = spaces(queries, 0)
    table = searched(queries, np.zeros_like(notes), told)
    assert set(map(tuple, table["ranks"].to_pylist())) == {(100,)}


def test_within_the_split_other_notes_are_not_searched(corpus):
    task = RetrievalConfig(name="questions", query=QUERY, among="split")
    queries = read_queries(Texts(corpus), task)
    notes, told = spaces(queries, 5.0)
    within, everywhere = searched(queries, notes, told, task), searched(read_queries(Texts(corpus), TASK), notes, told)
    assert set(within["candidates"].to_pylist()) == {20}
    pairs = list(zip(within["ranks"].to_pylist(), everywhere["ranks"].to_pylist(), strict=True))
    assert all(one <= other for one, other in pairs)
    assert any(one < other for one, other in pairs)


def test_what_is_stored_holds_ids_and_ranks_and_no_text(corpus, tmp_path):
    queries = read_queries(Texts(corpus), TASK)
    table = tfidf_retrieval(queries, TASK)
    assert table.column_names[6:] == ["note_id", "group", "relevant", "candidates", "ranks"]
    write(table, tmp_path / "p.parquet")
    found = read_predictions(tmp_path / "p.parquet")
    assert found["ranks"].to_pylist() == table["ranks"].to_pylist()
    assert set(found["split"].to_pylist()) == {"validation", "test"}
    words = {word for text in queries.texts["test"] for word in text.split() if len(word) > 3}
    assert not words & {str(value) for name in found.column_names[:8] for value in found[name].to_pylist()}


def test_tfidf_is_that_of_classification(corpus):
    queries = read_queries(Texts(corpus), TASK)
    table = tfidf_retrieval(queries, TASK)
    notes = corpus.table(["text", "split"])
    texts, splits = notes["text"].to_pylist(), notes["split"].to_pylist()
    plain = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    plain.fit([text for text, split in zip(texts, splits, strict=True) if split == "train"])
    assert terms_of(table) == len(plain.vocabulary_)
    cosines = (plain.transform(queries.texts["test"]) @ plain.transform(texts).T).toarray()
    expected = [int((row >= row[own] - 1e-6).sum()) for row, own in zip(cosines, queries.asked["test"], strict=True)]
    assert [rank for rank, *_ in table["ranks"].to_pylist()[20:]] == expected
    assert np.mean(np.array(expected) == 1) > 0.9


def test_vectors_must_be_of_all_notes_and_finite(corpus):
    queries = read_queries(Texts(corpus), TASK)
    notes, told = spaces(queries, 1.0)
    with pytest.raises(ValueError, match="99 vectors for 100 notes"):
        searched(queries, notes[1:], told)
    with pytest.raises(ValueError, match="not finite"):
        searched(queries, np.where(np.arange(100)[:, None] == 3, np.nan, notes), told)


def test_a_real_encoder_finds_notes_by_their_first_words(corpus, tmp_path):
    encoder = Encoder.load(tiny_model(tmp_path / "model"))
    scores, differences = evaluate(corpus, {"base": encoder}, TASK, ReportConfig(resamples=200))
    found = {s.model: s.value for s in scores if (s.metric, s.split, s.seed) == ("recall_at_10", "test", None)}
    assert found["tfidf"] > 0.95
    assert found["base"] > 0.6  # ten of a hundred would be chance
    assert {(d.model, d.against) for d in differences} == {("tfidf", "base"), ("base", "tfidf")}


def test_a_text_asked_twice_is_embedded_once(tmp_path):
    rows = asking_rows(n004="same words", n009="same words")
    queries = read_queries(Texts(write_corpus(tmp_path / "c", rows, [QUERY])), TASK)
    seen = []

    def embed(texts):
        seen.extend(texts)
        return np.ones((len(texts), 4), np.float32)

    table = retrieval_predictions(np.ones((100, 4), np.float32), queries, TASK, model="base", embed=embed)
    assert seen.count("same words") == 1
    rows_of = pc.equal(table["relevant"], 2)
    assert table.filter(rows_of)["ranks"].to_pylist() == [[99, 100]] * 2
    assert query_values(table["ranks"], table["relevant"].to_numpy()).max(axis=0)[:4].tolist() == [0, 0, 0, 0]
