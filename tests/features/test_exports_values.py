"""Exports whose values are spelled, filled and dated as programs do it, prepared as a whole."""

import json
from datetime import datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.fixtures.corpora import split_step
from tests.fixtures.sources import csv_text, prepared, rejected
from wardspace.core.errors import CorpusError
from wardspace.core.times import moment

COLUMNS = {"patient_id": "patient"}
PATIENTS = range(1001, 1041)


def text(number):
    """A note that is near to no other."""
    return " ".join(f"word{number * 37 + place * 101}" for place in range(30))


def rows(prefix, spelled, start):
    return [(f"{prefix}{number}", spelled(number), text(start + number)) for number in PATIENTS]


def splits_by_patient(corpus):
    table = corpus.table(["patient_id", "split"])
    return set(zip(table["patient_id"].to_pylist(), table["split"].to_pylist(), strict=True))


def check_patients(corpus, wanted=PATIENTS):
    assert corpus.manifest.counts["patients"] == len(wanted)
    assert {patient for patient, _ in splits_by_patient(corpus)} == {str(number) for number in wanted}
    assert len(splits_by_patient(corpus)) == len(wanted)


def test_whole_numbers_and_fractions_are_one_patient_in_csv(tmp_path):
    header = ("note_id", "patient", "text")
    (tmp_path / "a.csv").write_text(csv_text(rows("a", str, 0), header))
    (tmp_path / "b.csv").write_text(csv_text(rows("b", lambda number: f"{number}.0", 5000), header))
    (tmp_path / "c.csv").write_text(csv_text(rows("c", lambda number: f"{number}.0000000000", 9000), header))
    corpus = prepared(tmp_path, tmp_path / "corpus", COLUMNS)
    check_patients(corpus)
    told = corpus.manifest.statistics["values"]
    assert told["respelled"] == {"patient": 2 * len(PATIENTS)}
    assert told["patients_in_two_spellings"] == len(PATIENTS)
    assert any("patient" in warning for warning in corpus.manifest.warnings)


def test_whole_numbers_and_fractions_are_one_patient_in_jsonl(tmp_path):
    spelled = [*rows("a", int, 0), *rows("b", float, 5000), *rows("c", str, 9000)]
    lines = [json.dumps(dict(zip(("note_id", "patient", "text"), row, strict=True))) for row in spelled]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    check_patients(prepared(tmp_path, tmp_path / "corpus", COLUMNS))


@pytest.mark.parametrize("factor", [1, 10**13])
def test_large_numbers_are_one_patient_in_parquet(tmp_path, factor):
    types = {"a": pa.float64(), "b": pa.decimal128(38, 10), "c": pa.int64(), "d": pa.string()}
    made = {"a": float, "b": Decimal, "c": int, "d": lambda number: f"{number}.0"}
    for start, (name, type_) in enumerate(types.items()):
        numbers = [made[name](number * factor) for number in PATIENTS]
        columns = {
            "note_id": [f"{name}{number}" for number in PATIENTS],
            "patient": pa.array(numbers, type_),
            "text": [text(start * 5000 + number) for number in PATIENTS],
        }
        pq.write_table(pa.table(columns), tmp_path / f"{name}.parquet")
    check_patients(prepared(tmp_path, tmp_path / "corpus", COLUMNS), [number * factor for number in PATIENTS])


def test_classes_are_one_and_codes_keep_their_points(tmp_path):
    header = ("note_id", "specialty", "icd", "text")
    files = {"a": (str, ["428.0", "486"]), "b": (lambda number: f"{number}.0", ["401.9", "250.00"])}
    for start, (name, (spelled, codes)) in enumerate(files.items()):
        notes = [(f"{name}{i}", spelled(i % 3), codes[i % 2], text(start * 5000 + i)) for i in range(30)]
        (tmp_path / f"{name}.csv").write_text(csv_text(notes, header))
    corpus = prepared(tmp_path, tmp_path / "corpus", {"labels": ["specialty"], "metadata": ["icd"]})
    found = corpus.manifest.counts["categories"]
    assert set(found["specialty"]["values"]) == {"0", "1", "2"}
    assert set(found["icd"]["values"]) == {"428.0", "486", "401.9", "250.00"}


@pytest.mark.parametrize("word", ["NULL", "\\N", "nan", "None", "NA", "<NA>"])
def test_words_for_missing(tmp_path, word):
    header = ("note_id", "patient", "when", "specialty", "text")
    notes = [
        (
            i,
            word if i % 2 else f"p{i}",
            word if i % 3 == 0 else "2024-01-02",
            word if i % 4 == 0 else "ab"[i % 2],
            text(i),
        )
        for i in range(40)
    ]
    (tmp_path / "a.csv").write_text(csv_text([*notes, (99, "p99", "2024-01-02", "a", word)], header))
    columns = COLUMNS | {"time": "when", "labels": ["specialty"]}
    corpus = prepared(tmp_path / "a.csv", tmp_path / "corpus", columns)
    assert rejected(corpus) == [("a.csv", 42, "99", "empty text")]
    table = corpus.table(["patient_id", "time", "specialty"])
    assert word not in {value for name in table.column_names for value in table[name].to_pylist()}
    assert corpus.manifest.counts["patients_missing"] == 20
    assert corpus.manifest.statistics["values"]["missing_words"] == {
        "patient": {word: 20},
        "when": {word: 14},
        "specialty": {word: 10},
        "text": {word: 1},
    }
    kept = prepared(
        tmp_path / "a.csv", tmp_path / "kept", columns, missing={"words": [], "words_outside_categories": []}
    )
    assert word in kept.table(["patient_id"])["patient_id"].to_pylist()
    assert kept.manifest.counts["rejects"] == {}


def test_a_class_may_be_called_none(tmp_path):
    notes = [(i, ("None", "daily")[i % 2], text(i)) for i in range(40)]
    (tmp_path / "a.csv").write_text(csv_text(notes, ("note_id", "smoking", "text")))
    corpus = prepared(tmp_path / "a.csv", tmp_path / "corpus", {"labels": ["smoking"]})
    assert set(corpus.manifest.counts["categories"]["smoking"]["values"]) == {"None", "daily"}
    assert any("corpus.missing.words" in warning for warning in corpus.manifest.warnings)


def test_a_patient_with_far_too_many_notes_is_told(tmp_path):
    notes = [(i, "unbekannt" if i % 2 else f"p{i}", text(i)) for i in range(60)]
    (tmp_path / "a.csv").write_text(csv_text(notes, ("note_id", "patient", "text")))
    corpus = prepared(tmp_path / "a.csv", tmp_path / "corpus", COLUMNS)
    assert any("30 of 60" in warning for warning in corpus.manifest.warnings)
    cured = prepared(tmp_path / "a.csv", tmp_path / "cured", COLUMNS, missing={"words": ["unbekannt"]})
    assert not any("30 of 60 notes (" in warning for warning in cured.manifest.warnings)
    assert cured.manifest.counts["patients_missing"] == 30


HOURS = [datetime(2024, 1, 1, 0, 30) + timedelta(hours=hour) for hour in range(120)]
FORMS = (
    "%Y%m%d%H%M%S+0000", "%Y-%m-%d %H:%M:%S UTC", "%d.%m.%Y %H:%M", "%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %H:%M",
    "%Y%m%d%H%M%S", "%d-%b-%y %H.%M.%S", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M:%S",
)  # fmt: skip


@pytest.mark.parametrize("written", FORMS)
def test_times_are_read_in_their_order_whatever_their_form(tmp_path, written):
    hours = [at + timedelta(days=10) for at in HOURS]
    notes = [(f"n{i}", f"p{i}", at.strftime(written), text(i)) for i, at in enumerate(hours)]
    (tmp_path / "a.csv").write_text(csv_text(notes, ("note_id", "patient", "when", "text")))
    corpus = prepared(tmp_path / "a.csv", tmp_path / "corpus", COLUMNS | {"time": "when"}, split={"by": "time"})
    table = corpus.table(["note_id", "time", "split"])
    assert len(corpus) == len(hours)
    assert [moment(time) for time in table["time"].to_pylist()] == [moment(at.isoformat()) for at in hours]
    assert table["split"].to_pylist() == ["train"] * 84 + ["validation"] * 12 + ["test"] * 24
    assert moment(split_step(corpus)["test_from"]) == moment(hours[96].isoformat())


def test_numbers_as_times_are_told_in_full(tmp_path):
    notes = [(f"n{i}", f"p{i}", 1_700_000_000 + i, text(i)) for i in range(40)]
    (tmp_path / "a.csv").write_text(csv_text(notes, ("note_id", "patient", "when", "text")))
    corpus = prepared(tmp_path / "a.csv", tmp_path / "corpus", COLUMNS | {"time": "when"}, split={"by": "time"})
    assert split_step(corpus)["test_from"] == "1700000032"


def test_times_that_cannot_be_read_are_told_with_the_key(tmp_path):
    notes = [(f"n{i}", f"p{i}", f"KW {i} im Jahr 24", text(i)) for i in range(40)]
    (tmp_path / "a.csv").write_text(csv_text(notes, ("note_id", "patient", "when", "text")))
    columns = COLUMNS | {"time": "when"}
    corpus = prepared(tmp_path / "a.csv", tmp_path / "corpus", columns)
    assert corpus.manifest.statistics["values"]["times"]["unread"] == 40
    (warning,) = [warning for warning in corpus.manifest.warnings if "corpus.columns.time_format" in warning]
    assert "KW" not in warning
    with pytest.raises(CorpusError) as error:
        prepared(tmp_path / "a.csv", tmp_path / "split", columns, split={"by": "time"})
    assert "corpus.columns.time_format" in error.value.fix
    assert "corpus.columns.text" not in error.value.fix
