import csv
import gzip
import json
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from wardspace.config import parse_study
from wardspace.core.errors import CorpusError
from wardspace.core.seeds import generator
from wardspace.corpus.guess import guess, read_table, study_file
from wardspace.corpus.guess.roles import Guess
from wardspace.corpus.guess.table import Column, Table

WORDS = ("cough", "fever", "stable", "review", "oxygen", "plan", "denies", "chest", "left", "right")


def sentence(i, words=12):
    return f"Note {i}: " + " ".join(generator(5, "sentence", i).choice(WORDS, words)) + "."


def written(path, columns, delimiter=","):
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, delimiter=delimiter)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return str(path)


def roles(path):
    return {role.column: role.role for role in guess(read_table(path)).roles}


def ward(rows=240):
    """A table of every kind of column whose roles are known."""
    start = date(2021, 3, 1)
    return {
        "NoteID": [f"n{i}" for i in range(rows)],
        "subject_id": [1000 + i // 3 for i in range(rows)],
        "charttime": [(start + timedelta(days=i)).strftime("%d/%m/%Y") for i in range(rows)],
        "dob": ["1960-01-01" if i % 2 else "1971-05-04" for i in range(rows)],
        "ward": [("A1", "B2", "C3")[i // 3 % 3] for i in range(rows)],
        "age": [20 + i // 3 % 60 for i in range(rows)],
        "position": [i % 3 for i in range(rows)],
        "heart_rate": [60.5 + i / 7 for i in range(rows)],
        "first name": [f"Name{i % 80}" for i in range(rows)],
        "fold": [("train", "train", "dev", "test")[i // 3 % 4] for i in range(rows)],
        "outcome_code": [f"{('low', 'high')[i % 2]}-{i % 4}" for i in range(rows)],
        "severity": [("low", "high")[i % 2] for i in range(rows)],
        "summary": [f"Short line {i} of it" for i in range(rows)],
        "report": [sentence(i, 30) for i in range(rows)],
        "empty": [""] * rows,
    }


def test_every_column_gets_the_role_it_was_made_for(tmp_path):
    path = written(tmp_path / "ward.csv", ward())
    assert roles(path) == {
        "NoteID": "note_id",
        "subject_id": "patient_id",
        "charttime": "time",
        "dob": "left out",
        "ward": "metadata",
        "age": "metadata",
        "position": "left out",
        "heart_rate": "left out",
        "first name": "names",
        "fold": "split",
        "outcome_code": "left out",  # its values hold those of the label
        "severity": "label",
        "summary": "left out",
        "report": "text",
        "empty": "left out",
    }
    found = guess(read_table(path))
    assert found.time_format == "%d/%m/%Y"
    study = parse_study(yaml.safe_load(study_file(found)))
    assert study.tasks[0].label == "severity"
    assert study.report.bands == {"age": [18, 40, 65]}


@pytest.mark.parametrize("kind", ["tsv", "semicolon", "gz", "parquet", "jsonl"])
def test_all_tables_are_read_alike(tmp_path, kind):
    columns = ward()
    expected = roles(written(tmp_path / "ward.csv", columns))
    if kind == "tsv":
        path = written(tmp_path / "a.tsv", columns, "\t")
    elif kind == "semicolon":
        path = written(tmp_path / "a.csv", columns, ";")
    elif kind == "gz":
        path = str(tmp_path / "a.csv.gz")
        (tmp_path / "a.csv.gz").write_bytes(gzip.compress((tmp_path / "ward.csv").read_bytes()))
    elif kind == "parquet":
        path = str(tmp_path / "a.parquet")
        pq.write_table(pa.table(columns), path)
    else:
        path = str(tmp_path / "a.jsonl")
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert roles(path) == expected


def test_spans_and_several_labels(tmp_path):
    path = tmp_path / "a.jsonl"
    kinds = ("growth", "death", "growth|death", "")
    rows = [
        {"text": sentence(i), "doc_id": f"d{i // 5}", "labels": kinds[i % 4], "marks": [{"start": 0, "end": 4}]}
        for i in range(200)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = guess(read_table(str(path)))
    assert (found.of("spans"), found.one("patient_id"), found.one("note_id")) == (["marks"], "doc_id", None)
    (task,) = parse_study(yaml.safe_load(study_file(found))).tasks
    assert (task.separator, task.unlabelled) == ("|", "none")
    assert dict(found.labels[0].counts) == {"growth": 100, "death": 100}


def test_questions_become_a_search(tmp_path):
    columns = {
        "question": [f"What is illness number {i}?" for i in range(100)],
        "type": [("cause", "cure")[i % 2] for i in range(100)],
        "answer": [sentence(i, 40) for i in range(100)],
    }
    found = guess(read_table(written(tmp_path / "a.csv", columns)))
    (task,) = parse_study(yaml.safe_load(study_file(found))).tasks
    assert (task.kind, task.query, found.one("text")) == ("retrieval", "question", "answer")


def test_of_two_labels_that_tell_each_other_the_coarser_stays(tmp_path):
    rows = range(300)
    columns = {
        "text": [sentence(i) for i in rows],
        "outcome": [("home", "rehab", "ward", "died")[i % 4] for i in rows],
        "severity": [("low", "low", "high", "high")[i % 4] for i in rows],
        "specialty": [("heart", "lung", "bone")[i % 3] for i in rows],
    }
    found = guess(read_table(written(tmp_path / "a.csv", columns)))
    assert [label.column for label in found.labels] == ["severity", "specialty"]
    assert "outcome" in found.of("left out")


def test_rare_classes_are_left_out_by_the_number_that_leaves_two(tmp_path):
    classes = ["a"] * 100 + ["b"] * 40 + ["c"] * 12 + ["d"]
    columns = {"text": [sentence(i) for i in range(len(classes))], "label": classes}
    (label,) = guess(read_table(written(tmp_path / "a.csv", columns))).labels
    assert (label.min_notes, label.smallest, label.shots) == (30, 40, [8, 16])


def test_either_order_of_day_and_month_is_said(tmp_path):
    columns = {"text": [sentence(i) for i in range(40)], "date": [f"0{1 + i % 9}/0{1 + i % 7}/2020" for i in range(40)]}
    found = guess(read_table(written(tmp_path / "a.csv", columns)))
    assert found.one("time") == "date"
    assert any("time_format" in note for note in found.notes)
    assert found.time_format is None


def test_no_more_rows_are_read_than_asked(tmp_path):
    path = written(tmp_path / "a.csv", {"text": [sentence(i) for i in range(50)]})
    table = read_table(path, 20)
    assert (table.rows, table.whole) == (20, False)
    assert read_table(path, 50).whole


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.csv", "", "empty"),
        ("a.csv", "id,text\n", "no rows"),
        ("a.csv", "id,kind\n1,a\n2,b\n3,a\n", "no column holds text"),
        ("a.csv", "7,2020-01-01,Patient seen on the ward with chest pain and cough\n" * 3, "column names"),
        ("a.jsonl", '{"resourceType": "Patient"}\n', "FHIR"),
        ("a.jsonl", "[1]\n", "JSON object"),
        ("a.txt", "Seen on the ward.\n", "no table"),
    ],
)
def test_what_is_no_table_of_notes_is_refused_with_its_name(tmp_path, name, content, what):
    (tmp_path / name).write_text(content)
    with pytest.raises(CorpusError, match=what) as caught:
        guess(read_table(str(tmp_path / name)))
    assert name in caught.value.where
    assert caught.value.fix
    assert "chest pain" not in str(caught.value)


VALUES = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.sampled_from(["a", "b", "a|b", "train", "test", "2020-01-02", "7"]),
    st.integers(),
)
NAMES = st.text(min_size=1, max_size=12).filter(lambda name: name.strip() and name.isprintable())


@settings(max_examples=150, deadline=None)
@given(
    names=st.lists(
        NAMES | st.sampled_from(["label", "time", "split", "patient", "age", "title"]), unique=True, max_size=6
    ),
    rows=st.integers(1, 30),
    data=st.data(),
)
def test_every_guess_makes_a_sound_study_without_values(names, rows, data):
    names = [name for name in names if name != "text"]
    columns = [Column("text"), *(Column(name) for name in names)]
    for i in range(rows):
        columns[0].see(f"Zebrafish {i} swims in a tank of the ward and is well")
        for column in columns[1:]:
            column.see(data.draw(VALUES))
    found = guess(Table("notes.csv", "csv", tuple(columns), rows, True))
    assert isinstance(found, Guess)
    assert [role.column for role in found.roles] == ["text", *names]
    written = study_file(found)
    study = parse_study(yaml.safe_load(written))
    used = {*study.corpus.columns.metadata, *study.corpus.columns.labels, study.corpus.columns.note_id} - {None}
    assert used <= {"text", *names}
    assert study.corpus.columns.text == "text"
    assert "Zebrafish" not in written
