import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardspace.config import SplitConfig
from wardspace.corpus.prepare.ledger import Ledger
from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.split.split import cuts, share_out, splits_of_notes, without

CONFIG = SplitConfig()


def assign(notes, config=CONFIG):
    """Splits of (patient, stratum) notes, and how they were shared out."""
    with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder) / "ledger") as ledger:
        for patient, stratum in notes:
            ledger.add("n", patient, stratum, None)
        shares = share_out(ledger.connection, config, 2**63 - 1)
        return list(splits_of_notes(ledger.connection, 2**63 - 1)), shares


NOTES = st.lists(
    st.tuples(st.integers(0, 40).map("p{}".format), st.sampled_from(["a", "b", "c", None])), min_size=1, max_size=120
)


@settings(max_examples=40, deadline=None)
@given(NOTES, st.randoms())
def test_no_patient_stands_in_two_splits_and_order_does_not_matter(notes, random):
    splits, shares = assign(notes)
    by_patient = {}
    for (patient, _), split in zip(notes, splits, strict=True):
        assert by_patient.setdefault(patient, split) == split
    assert Counter(by_patient.values()) == {name: n for name, n in shares.patients.items() if n}
    shuffled = random.sample(notes, len(notes))
    for (patient, _), split in zip(shuffled, assign(shuffled)[0], strict=True):
        assert by_patient[patient] == split


def simple_thresholds(patient, config=CONFIG):
    """The rule itself, written again: what a patient gets where nothing is mended."""
    from wardspace.core.seeds import unit

    place = unit("split", config.seed, patient)
    return "test" if place < config.test else "validation" if place < config.test + config.validation else "train"


@settings(max_examples=40, deadline=None)
@given(NOTES, NOTES)
def test_added_rows_move_nobody_where_nothing_was_mended(notes, more):
    before, shares = assign(notes)
    after, shares_after = assign(notes + more)
    moved = [note for note, a, b in zip(notes, before, after[: len(notes)], strict=True) if a != b]
    if not shares.mended and not shares_after.mended:
        assert not moved
    plain = [simple_thresholds(patient) for patient, _ in notes]
    if not shares.mended:
        assert before == plain


def test_large_strata_follow_the_thresholds_and_come_near_the_shares():
    notes = [(f"p{i}", "ab"[i % 2]) for i in range(4000)]
    splits, shares = assign(notes)
    assert shares.mended == 0
    assert shares.strata == 2
    assert splits == [simple_thresholds(patient) for patient, _ in notes]
    assert shares.patients["test"] / 4000 == pytest.approx(0.2, abs=0.02)
    assert shares.patients["validation"] / 4000 == pytest.approx(0.1, abs=0.015)


def test_adding_a_thousand_patients_moves_nobody():
    notes = [(f"p{i}", "ab"[i % 2]) for i in range(3000)]
    before, _ = assign(notes[:2000])
    after, _ = assign(notes[::-1])
    assert after[::-1][:2000] == before


@given(st.integers(3, 400), st.floats(0.05, 0.4), st.floats(0.05, 0.4), st.data())
def test_cuts_leave_every_split_a_patient_and_chance_alone_where_it_is_fair(n, test, validation, data):
    config = SplitConfig(test=test, validation=validation)
    by_chance = data.draw(st.integers(0, n))
    also = data.draw(st.integers(0, n - by_chance))
    got = cuts(n, by_chance, also, config)
    assert got[0] >= 1
    assert got[1] >= 1
    assert sum(got) < n
    fair = [0.5 * share * n <= count <= 1.5 * share * n for count, share in ((by_chance, test), (also, validation))]
    if all(fair) and min(by_chance, also, n - by_chance - also) >= 1:
        assert got == (by_chance, also)
    if n * min(test, validation) >= 3 and test + validation < 0.6:
        assert 0.5 * test * n <= got[0] <= 1.5 * test * n + 1e-9
        assert 0.5 * validation * n <= got[1] <= 1.5 * validation * n + 1e-9


def test_a_rare_class_reaches_every_split():
    notes = [(f"p{i}", "common") for i in range(500)] + [(f"r{i}", "rare") for i in range(3)]
    splits, _ = assign(notes)
    assert sorted(splits[-3:]) == ["test", "train", "validation"]


def test_values_with_too_few_patients_are_taken_together():
    notes = [(f"p{i}", f"value {i // 2}") for i in range(60)]
    splits, shares = assign(notes)
    assert shares.strata == 1
    assert Counter(splits)["test"] in range(6, 19)


def test_a_patient_belongs_to_his_commonest_value():
    config = SplitConfig(stratify="kind")
    notes = [("p", "ba"), ("p", "ab"), ("p", None), ("p", None), ("q", "ab"), ("r", "ab"), ("s", "ba")]
    # p has ab and ba once each: ab is first by name, which makes a stratum of three, and ba is too small to stand alone
    _, shares = assign(notes, config)
    assert shares.strata == 2


def test_notes_per_patient_are_counted():
    _, shares = assign([("p", None)] * 3 + [("q", None)])
    assert shares.notes_per_patient.counts == {3: 1, 1: 1}


def test_notes_outside_the_sample_have_no_split(tmp_path):
    with Ledger(tmp_path / "ledger") as ledger:
        for i in range(10):
            ledger.add(f"n{i}", f"p{i}", None, 9 - i)
        highest = ledger.highest_lot(4)
        shares = share_out(ledger.connection, CONFIG, highest)
        splits = list(splits_of_notes(ledger.connection, highest))
    assert [split is None for split in splits] == [True] * 6 + [False] * 4
    assert sum(shares.patients.values()) == 4


def test_another_seed_gives_another_split():
    notes = [(f"p{i}", None) for i in range(200)]
    assert assign(notes)[0] != assign(notes, SplitConfig(seed=14))[0]


def test_a_larger_validation_share_leaves_the_test_split_alone():
    notes = [(f"p{i}", None) for i in range(500)]
    small, large = assign(notes)[0], assign(notes, SplitConfig(validation=0.3))[0]
    assert [s == "test" for s in small] == [s == "test" for s in large]


def test_notes_left_out_after_the_split_move_nobody(tmp_path):
    with Ledger(tmp_path / "ledger") as ledger:
        for i in range(40):
            ledger.add(f"n{i}", f"p{i // 2}", "ab"[i % 2], None)
        before = share_out(ledger.connection, CONFIG, 2**63 - 1)
        splits = list(splits_of_notes(ledger.connection, 2**63 - 1))
        gone = [0, 1, 6]
        for note in gone:
            ledger.leave_out(note, Fault("kind", "a reason"))
        after = without(ledger.connection, before, gone)
        left = list(splits_of_notes(ledger.connection, 2**63 - 1))
    assert left == [None if i in gone else split for i, split in enumerate(splits)]
    assert after.patients == before.patients | {splits[0]: before.patients[splits[0]] - 1}
    assert after.notes_per_patient.counts == {2: 18, 1: 1}
    assert (after.strata, after.mended) == (before.strata, before.mended)
