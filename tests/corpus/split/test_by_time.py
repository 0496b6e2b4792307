import tempfile
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fixtures.corpora import split_step
from tests.fixtures.sources import csv_text, prepared, rejected
from wardspace.config import SplitConfig, parse_study
from wardspace.core.errors import CorpusError, StudyError
from wardspace.corpus.prepare.ledger import Ledger
from wardspace.corpus.schema import SPLITS
from wardspace.corpus.split.by_time import TimeSplit
from wardspace.corpus.split.split import share_out, splits_of_notes

ALL = 2**63 - 1
BY_TIME = {"by": "time", "validation": 0.2, "test": 0.3}
COLUMNS = {"patient_id": "patient", "time": "day"}


def assign(notes, config=None, highest_lot=ALL, draws=None):
    """Splits of (patient, time) notes by time, and the periods."""
    config = config or SplitConfig(by="time")
    with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder) / "ledger") as ledger:
        times = TimeSplit(ledger)
        for i, (patient, time) in enumerate(notes):
            times.add(ledger.notes, str(time))
            ledger.add(f"n{i}", patient, None, draws[i] if draws else None)
        times.settle(config, highest_lot)
        shares = share_out(ledger.connection, config, highest_lot)
        splits = [
            split if fault is None else None
            for split, fault in zip(splits_of_notes(ledger.connection, highest_lot), ledger.faults(), strict=True)
        ]
        return splits, times.periods, shares


NOTES = st.lists(st.tuples(st.integers(0, 30).map("p{}".format), st.integers(0, 60)), min_size=3, max_size=120).filter(
    lambda notes: len({time for _, time in notes}) >= 3
)


def splits_or_nothing(notes):
    try:
        return assign(notes)
    except CorpusError:
        return None


@settings(max_examples=80, deadline=None)
@given(NOTES)
def test_nobody_is_on_two_sides_and_every_later_split_is_later(notes):
    found = splits_or_nothing(notes)
    if found is None:
        return
    splits, periods, shares = found
    times = {name: [t for (_, t), s in zip(notes, splits, strict=True) if s == name] for name in set(splits)}
    patients = {name: {p for (p, _), s in zip(notes, splits, strict=True) if s == name} for name in set(splits)}
    kept = [name for name in ("train", "validation", "test") if name in times]
    assert "train" in kept
    for earlier, later in pairwise(kept):
        assert max(times[earlier]) < min(times[later])
    for i, one in enumerate(kept):
        for other in kept[i + 1 :]:
            assert not patients[one] & patients[other]
    assert periods.left_out == splits.count(None)
    assert {name: len(who) for name, who in patients.items() if name} == {n: c for n, c in shares.patients.items() if c}
    # and nobody is left out without cause: a note that is gone has a patient of an earlier period
    firsts = {}
    for (patient, time), split in sorted(zip(notes, splits, strict=True), key=lambda pair: pair[0][1]):
        if split is None:
            assert firsts[patient] in ("train", "validation")
        else:
            assert firsts.setdefault(patient, split) == split
            assert time >= 0


@settings(max_examples=40, deadline=None)
@given(NOTES, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(notes, random):
    found = splits_or_nothing(notes)
    order = random.sample(range(len(notes)), len(notes))
    again = splits_or_nothing([notes[i] for i in order])
    assert (found is None) == (again is None)
    if found and again:
        assert [found[0][i] for i in order] == again[0]


@settings(max_examples=40, deadline=None)
@given(st.integers(20, 150), st.floats(0.05, 0.4), st.floats(0.05, 0.4))
def test_shares_are_kept_to_the_note_where_times_and_patients_differ(n, validation, test):
    config = SplitConfig(by="time", validation=validation, test=test)
    splits, _, _ = assign([(f"p{i}", i) for i in range(n)], config)
    counts = Counter(splits)
    assert counts["test"] == max(1, round(test * n))
    assert counts["validation"] == max(1, round(validation * n))
    assert splits == ["train"] * counts["train"] + ["validation"] * counts["validation"] + ["test"] * counts["test"]


def test_notes_of_one_moment_stay_together():
    splits, _, _ = assign([(f"p{i}", i // 30) for i in range(150)], SplitConfig(by="time", test=0.25, validation=0.2))
    assert splits == ["train"] * 90 + ["validation"] * 30 + ["test"] * 30


def test_zones_are_compared_as_moments():
    base = datetime(2024, 5, 1)
    plain = [(f"p{i}", (base + timedelta(hours=i)).isoformat() + "+00:00") for i in range(40)]
    shifted = [
        (p, (datetime.fromisoformat(t) + timedelta(hours=5)).replace(tzinfo=None).isoformat() + "+05:00")
        if i % 2
        else (p, t)
        for i, (p, t) in enumerate(plain)
    ]
    assert assign(shifted)[0] == assign(plain)[0]
    assert assign(shifted)[1].test_from == "2024-05-02T08:00:00+00:00"


def test_only_notes_of_the_sample_count():
    notes = [(f"p{i}", i) for i in range(100)]
    draws = [i % 2 for i in range(100)]
    splits, _, _ = assign(notes, highest_lot=0, draws=draws)
    assert splits[1::2] == [None] * 50
    assert Counter(splits[0::2]) == {"train": 35, "validation": 5, "test": 10}


@pytest.mark.parametrize("times", [[1, 1, 1, 1], [1, 1, 2, 2], [5]])
def test_too_few_times_are_an_error(times):
    with pytest.raises(CorpusError, match="too few different times"):
        assign([(f"p{i}", time) for i, time in enumerate(times)])


def test_dates_beside_numbers_are_an_error():
    with pytest.raises(CorpusError, match="dates in 2 notes, numbers in 1"):
        assign([("p", "2024-05-01"), ("q", "2024-05-02"), ("r", 3)])


def write(tmp_path, rows):
    path = tmp_path / "notes.csv"
    path.write_text(csv_text(rows, ("note_id", "patient", "day", "text", "kind")))
    return path


def day(i):
    return (datetime(2003, 1, 1) + timedelta(days=i)).date().isoformat()


def test_a_corpus_split_by_time(tmp_path):
    rows = [(f"n{i}", f"p{i}", day(i), f"text of note {i}", "ab"[i % 2]) for i in range(50)]
    rows += [("late", "p0", day(60), "another text of p0", "a"), ("none", "p60", "", "a text without a time", "a")]
    rows += [("odd", "p61", "in spring", "a text of some time", "a")]
    corpus = prepared(write(tmp_path, rows), tmp_path / "corpus", COLUMNS | {"labels": ["kind"]}, split=BY_TIME)
    table = corpus.table(["time", "split"]).to_pylist()
    ends = {name: sorted(row["time"] for row in table if row["split"] == name) for name in SPLITS}
    assert ends["train"][-1] < ends["validation"][0] <= ends["validation"][-1] < ends["test"][0]
    assert [(note, kind) for _, _, note, kind in rejected(corpus)] == [
        ("none", "no time that can be read"),
        ("odd", "no time that can be read"),
        ("late", "patient of an earlier period"),
    ]
    assert split_step(corpus) == {
        "step": "split", "by": "time", "validation": 0.2, "test": 0.3, "left_out": 1,
        "validation_from": f"{ends['validation'][0]}T00:00:00+00:00", "test_from": f"{ends['test'][0]}T00:00:00+00:00",
    }  # fmt: skip
    assert any("1 notes of patients who are in an earlier period" in line for line in corpus.manifest.warnings)
    assert corpus.manifest.counts["splits"]["test"] == {"notes": len(ends["test"]), "patients": len(ends["test"])}


def test_times_in_a_format_of_their_own_are_stored_as_iso(tmp_path):
    american = [(f"n{i}", f"p{i}", f"{i % 12 + 1:02d}/05/{2000 + i // 12}", f"text of {i}", "a") for i in range(48)]
    american.append(("odd", "p99", "2001-13-01", "text of the odd one", "a"))
    path = write(tmp_path, american)
    corpus = prepared(path, tmp_path / "a", COLUMNS | {"time_format": "%m/%d/%Y"}, split=BY_TIME)
    times = corpus.table(["time"])["time"].to_pylist()
    assert times == [f"{2000 + i // 12}-{i % 12 + 1:02d}-05" for i in range(48)]
    assert rejected(corpus)[0][2:] == ("odd", "no time that can be read")
    by_patient = prepared(path, tmp_path / "b", COLUMNS | {"time_format": "%m/%d/%Y"})
    assert by_patient.table(["time"])["time"].to_pylist()[-1] == "2001-13-01"


@pytest.mark.parametrize(
    ("corpus", "said"),
    [
        ({"split": {"by": "time", "stratify": "kind"}}, "corpus.split.stratify: it has no effect"),
        ({"split": {"by": "time", "seed": 14}}, "corpus.split.seed: it has no effect"),
        (
            {"split": {"by": "time"}, "columns": {"time": "day", "split": "fold"}},
            "corpus.columns.split: it has no effect",
        ),
        ({"columns": {"time": "day", "time_format": "%Q"}}, "this is no format of strptime"),
    ],
)
def test_options_that_would_be_passed_over_are_mistakes(corpus, said):
    with pytest.raises(StudyError, match="1 mistake in the study") as caught:
        parse_study({"corpus": corpus})
    assert said in str(caught.value)


def test_a_seed_with_a_sample_is_none():
    study = parse_study({"corpus": {"split": {"by": "time", "seed": 14}, "sample": 100, "columns": {"time": "day"}}})
    assert study.corpus.split.seed == 14


@pytest.mark.parametrize(("columns", "split"), [({}, BY_TIME), ({"time_format": "%Y"}, {})])
def test_without_a_column_of_times_there_is_nothing_to_go_by(tmp_path, columns, split):
    path = write(tmp_path, [("n", "p", day(0), "text", "a")])
    with pytest.raises(CorpusError, match="no column of times is named"):
        prepared(path, tmp_path / "corpus", columns, split=split)
