"""Metrics of a search against scikit-learn and values worked out by hand."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from tests.fixtures.tasks import retrieval_metrics
from wardspace.config import ReportConfig
from wardspace.evaluation import score_predictions
from wardspace.evaluation.between_runs import between, same_units
from wardspace.evaluation.metrics.retrieval import RANKED, RETRIEVAL, query_values, retrieval_tally
from wardspace.evaluation.subgroups.subgroups import subgroups
from wardspace.evaluation.trust.calibration import calibration

N = 150
CONFIG = ReportConfig(resamples=400)
TASK = retrieval_metrics()


def values(ranks, relevant):
    return query_values(pa.chunked_array([pa.array(ranks, pa.list_(pa.int32()))]), np.array(relevant))


def rankings(ranks, *, relevant=1, model="base", split="test", patients=None, candidates=500, task="questions"):
    """One run of a search."""
    n = len(ranks)
    return pa.table(
        {
            "task": [task] * n, "model": [model] * n, "setting": ["retrieval"] * n,
            "shots": pa.nulls(n, pa.int32()), "seed": pa.array([0] * n, pa.int32()), "split": [split] * n,
            "note_id": [f"{split}-{i:04d}" for i in range(n)],
            "group": [f"p{i if patients is None else i % patients}" for i in range(n)],
            "relevant": pa.array([relevant] * n, pa.int32()),
            "candidates": pa.array([candidates] * n, pa.int32()),
            "ranks": pa.array(ranks, pa.list_(pa.int32())),
        }
    )  # fmt: skip


@st.composite
def found(draw):
    relevant = draw(st.integers(1, N - 1))
    return sorted(draw(st.lists(st.integers(1, N), min_size=relevant, max_size=relevant, unique=True)))


@given(found())
def test_gain_is_scikit_learn_s(ranks):
    truth = np.isin(np.arange(1, N + 1), ranks).astype(float)
    expected = ndcg_score([truth], [np.arange(N, 0, -1)], k=10)
    assert values([ranks], [len(ranks)])[0, 0] == pytest.approx(expected)


@given(found())
def test_recall_and_reciprocal_rank_are_what_they_are_called(ranks):
    (row,) = values([ranks], [len(ranks)])
    told = dict(zip(RANKED, row, strict=True))
    assert told["mrr_at_10"] == pytest.approx(1 / ranks[0] if ranks[0] <= 10 else 0)
    for k in (1, 10, 100):
        assert told[f"recall_at_{k}"] == pytest.approx(len([rank for rank in ranks if rank <= k]) / len(ranks))


def test_values_worked_out_by_hand():
    told = values([[1], [3], [11], [2, 4, 200], []], [1, 1, 1, 3, 1])
    best = 1 + 1 / np.log2(3) + 1 / 2
    assert RANKED == ("ndcg_at_10", "mrr_at_10", "recall_at_1", "recall_at_10", "recall_at_100")
    assert told == pytest.approx(
        np.array(
            [
                [1, 1, 1, 1, 1],
                [1 / 2, 1 / 3, 0, 1, 1],
                [0, 0, 0, 0, 1],
                [(1 / np.log2(3) + 1 / np.log2(5)) / best, 1 / 2, 0, 2 / 3, 2 / 3],
                [0, 0, 0, 0, 0],
            ]
        )
    )


def test_means_are_weighted_by_patient():
    tally = retrieval_tally(rankings([[1], [3], [20]], patients=2))
    assert tally.groups.tolist() == [0, 1, 0]
    (gain, *_) = RETRIEVAL
    weights = np.array([[1.0, 1.0], [2.0, 0.0], [0.0, 3.0], [0.0, 0.0]])
    found = gain.value(tally.split(weights @ tally.by_group()))
    assert found[:3] == pytest.approx([(1 + 1 / 2) / 3, 1 / 2, 1 / 2])
    assert np.isnan(found[3])


def drawn(skill, seed, n=120):
    random = np.random.default_rng(seed)
    return [[int(rank)] for rank in np.maximum(1, random.geometric(skill, n))]


def judged(**models):
    tables = [rankings(ranks, model=name, patients=40) for name, ranks in models.items()]
    tables += [rankings(ranks, model=name, split="validation") for name, ranks in models.items()]
    return score_predictions(pa.concat_tables(tables), {"questions": TASK}, CONFIG, show_progress=False)


def test_a_search_is_scored_and_compared_like_any_task():
    told = judged(tfidf=drawn(0.2, 0), base=drawn(0.05, 1), adapted=drawn(0.5, 2))
    main = {s.model: s for s in told.scores if (s.split, s.seed, s.metric) == ("test", None, "ndcg_at_10")}
    expected = values(drawn(0.5, 2), [1] * 120)[:, 0].mean()
    assert main["adapted"].value == pytest.approx(expected)
    assert main["adapted"].low < expected < main["adapted"].high
    assert (main["base"].n, main["base"].groups, main["base"].shots) == (120, 40, None)
    assert {s.metric for s in told.scores if s.split == "validation"} == set(RANKED)
    pairs = {(d.model, d.against): d for d in told.differences if d.metric == "ndcg_at_10"}
    assert set(pairs) == {("tfidf", "base"), ("adapted", "base"), ("base", "tfidf"), ("adapted", "tfidf")}
    assert pairs["adapted", "base"].clear
    assert pairs["adapted", "base"].p_holm >= pairs["adapted", "base"].p
    assert told.across == []


def test_the_same_ranks_are_a_tie():
    told = judged(base=drawn(0.3, 0), adapted=drawn(0.3, 0))
    assert all(one.tie and one.value == 0 for one in told.differences)


def test_a_search_has_no_probabilities_to_trust_but_has_subgroups():
    table = pa.concat_tables([rankings(drawn(0.3, 0)), rankings(drawn(0.3, 0), split="validation")])
    columns = {"kind": {f"test-{i:04d}": "ab"[i % 2] for i in range(120)}}
    assert calibration(table, {"questions": TASK}, CONFIG) == []
    found = {
        one.group: one for one in subgroups(table, {"questions": TASK}, columns, CONFIG) if one.metric == RANKED[0]
    }
    told = values(drawn(0.3, 0), [1] * 120)[:, 0]
    assert {group: one.value for group, one in found.items()} == pytest.approx(
        {"a": told[::2].mean(), "b": told[1::2].mean()}
    )
    assert found["a"].gap == pytest.approx(told[::2].mean() - told[1::2].mean())


def test_two_runs_are_paired_only_if_as_many_notes_were_searched():
    first, second = rankings(drawn(0.2, 0)), rankings(drawn(0.5, 1))
    (main, *_) = between(first, second, TASK, CONFIG, show_progress=False)
    assert main.metric == "ndcg_at_10"
    assert main.gap.low > 0
    assert not same_units(first, rankings(drawn(0.5, 1), candidates=400), TASK)
    assert not same_units(first, rankings(drawn(0.5, 1), relevant=2), TASK)
