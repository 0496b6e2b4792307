import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, ndcg_score

from wardspace.space import search, unit_norm
from wardspace.space.neighbours.retrieval import retrieval_scores


def test_a_ranking_worked_out_by_hand():
    # relevant at places 1, 3 and 6 of seven; the eighth place is the query's own patient
    ranked = np.array([[1, 0, 1, 2, -1, 0, 1, 1]])
    found = retrieval_scores(ranked, np.array([7]), np.array([1]), neighbours=3)
    assert found.average_precision == pytest.approx((1 / 1 + 2 / 3 + 3 / 6) / 3)
    assert found.precision == pytest.approx(2 / 3)
    assert found.recall == pytest.approx(2 / 3)
    assert found.ndcg == pytest.approx((1 + 1 / 2) / (1 + 1 / np.log2(3) + 1 / 2))


def test_queries_without_an_answer_stand_aside():
    ranked = np.array([[0, 0], [0, 1], [0, 1]])
    found = retrieval_scores(ranked, np.array([2, 2, 0]), np.array([1, -1, 0]), neighbours=10)
    assert found.precision[0] == 0.0
    assert np.isnan(found.average_precision).all()
    assert np.isnan(found.recall).all()
    assert np.isnan(found.precision[1:]).all()


@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_equals_scikit_learn_without_the_patients_own_notes(seed, k, per_patient):
    draw = np.random.default_rng(seed)
    units = unit_norm(draw.normal(size=(30, 6)))
    codes = draw.integers(-1, 3, 30)
    patients = np.arange(30) // per_patient
    found = search(units, {"a": codes}, groups=patients, neighbours=k, block=7).retrieved["a"]
    for i in range(30):
        others = np.flatnonzero((patients != patients[i]) & (codes >= 0))
        relevant = codes[others] == codes[i]
        if codes[i] < 0 or not relevant.any():
            assert np.isnan(found.average_precision[i])
            continue
        cosines = units[others] @ units[i]
        assert found.average_precision[i] == pytest.approx(average_precision_score(relevant, cosines))
        assert found.ndcg[i] == pytest.approx(ndcg_score([relevant], [cosines], k=k))
        near = np.argsort(-cosines)[:k]
        assert found.precision[i] == pytest.approx(relevant[near].mean())
        assert found.recall[i] == pytest.approx(relevant[near].sum() / relevant.sum())
