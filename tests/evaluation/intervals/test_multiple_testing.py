import pytest

from tests.fixtures.tasks import CLASSIFICATION_SETTINGS
from wardspace.evaluation.intervals.multiple_testing import corrected
from wardspace.results import Difference

SETTINGS = {one.name: one for one in CLASSIFICATION_SETTINGS}


def compare(model, against, p, *, shots=8, metric="macro_f1", tie=None):
    tie = p >= 0.05 if tie is None else tie
    return Difference(
        model=model, against=against, task="t", setting="logistic", shots=shots, metric=metric,
        value=0.02, low=-0.01 if tie else 0.01, high=0.04, tie=tie, p=p,
    )  # fmt: skip


def by_pair(found):
    return {(d.model, d.against, d.shots, d.metric): d for d in found}


def test_comparisons_with_the_base_are_one_family_over_settings():
    found = by_pair(
        corrected(
            [compare("a", "base", 0.01), compare("a", "base", 0.04, shots=16), compare("b", "base", 0.03)],
            0.95,
            SETTINGS,
        )
    )
    first = found["a", "base", 8, "macro_f1"]
    assert (first.family, first.p_holm, first.clear) == ("base", pytest.approx(0.03), True)
    assert found["b", "base", 8, "macro_f1"].p_holm == pytest.approx(0.06)
    assert not found["b", "base", 8, "macro_f1"].clear
    assert first.p_pairs == pytest.approx(0.02)  # two pairs with 8 shots
    assert found["a", "base", 16, "macro_f1"].p_pairs == pytest.approx(0.04)


def test_metrics_are_families_of_their_own():
    found = by_pair(
        corrected([compare("a", "base", 0.03), compare("a", "base", 0.03, metric="accuracy")], 0.95, SETTINGS)
    )
    assert {d.p_holm for d in found.values()} == {0.03}


def test_a_pair_both_ways_round_counts_once():
    both = [compare("tfidf", "base", 0.02), compare("base", "tfidf", 0.02), compare("a", "tfidf", 0.03)]
    found = by_pair(corrected(both, 0.95, SETTINGS))
    turned = found["base", "tfidf", 8, "macro_f1"]
    assert (turned.family, turned.p_holm) == ("pairs", pytest.approx(0.04))
    assert found["tfidf", "base", 8, "macro_f1"].p_holm == 0.02
    assert found["a", "tfidf", 8, "macro_f1"].p_holm == pytest.approx(0.04)


def test_a_tie_is_never_clear_and_order_is_kept():
    given = [compare("b", "base", 0.001, tie=True), compare("a", "base", 0.001)]
    found = corrected(given, 0.95, SETTINGS)
    assert [d.model for d in found] == ["b", "a"]
    assert [d.clear for d in found] == [False, True]


def test_the_noise_of_private_probes_changes_nothing_that_is_said_of_others():
    private = compare("b", "base", 0.5).model_copy(update={"setting": "private_logistic"})
    found = corrected([compare("a", "base", 0.03), private], 0.95, SETTINGS)
    assert [d.p_holm for d in found] == [0.03, 0.5]


def test_word_counts_beside_a_model_do_not_dilute_the_model_alone():
    hybrid = [compare(name, "base", 0.02).model_copy(update={"setting": "embedding_tfidf"}) for name in "ab"]
    found = corrected([compare("a", "base", 0.03), *hybrid], 0.95, SETTINGS)
    assert [d.p_holm for d in found] == pytest.approx([0.03, 0.04, 0.04])
