import random

import pytest

from tests.fixtures.sources import csv_text, prepared, rejected, texts

HEADER = ("note_id", "who", "at", "kind", "author", "saved", "text")
COLUMNS = {"patient_id": "who", "time": "at"}
VERSIONS = {"category": "kind", "caregiver": "author", "stored": "saved"}


def steps(corpus, name):
    return next(step for step in corpus.manifest.steps if step["step"] == f"deduplicate.{name}")


def words(key, count=40):
    draw = random.Random(key)
    return [f"w{draw.randrange(2000)}" for _ in range(count)]


def row(note_id, who, text, *, at="2024-01-01", kind="nursing", author="c", saved=""):
    return (note_id, who, at, kind, author, saved, text)


def own_rows(patients=60):
    """Three notes of each patient, none like another."""
    return [
        row(f"p{i}-{n}", f"p{i}", " ".join(words(f"{i} {n}")), at=f"2024-01-0{n + 1}")
        for i in range(patients)
        for n in range(3)
    ]


def prepare_rows(tmp_path, rows, columns=COLUMNS, sample=None, **options):
    (tmp_path / "notes.csv").write_text(csv_text(rows, HEADER))
    return prepared(tmp_path / "notes.csv", tmp_path / "corpus", columns, deduplicate=options, sample=sample)


def patients(corpus):
    """One patient of each split."""
    table = corpus.table(["split", "patient_id"]).to_pylist()
    return {note["split"]: note["patient_id"] for note in table}


def changed(text, number=1):
    """A text with its last words replaced."""
    return " ".join([*text.split()[:-number], *(f"new{i}" for i in range(number))])


@pytest.fixture(scope="module")
def split_patients(tmp_path_factory):
    return patients(prepare_rows(tmp_path_factory.mktemp("splits"), own_rows()))


def test_of_the_versions_of_a_note_the_last_is_kept(tmp_path):
    rows = [
        row("second", "p", "seen twice", saved="2024-01-01T10:00"),
        row("third", "p", "seen three times", saved="2024-01-02"),
        row("first", "p", "seen", saved="2024-01-01T09:00"),
        row("other author", "p", "also seen", author="d", saved="2024-01-05"),
        row("no author", "p", "seen by nobody", author="", saved="2024-01-05"),
        row("never saved", "p", "seen in passing"),
        row("other patient", "q", "seen elsewhere", saved="2024-01-05"),
    ]
    corpus = prepare_rows(tmp_path, rows, versions=VERSIONS)
    assert rejected(corpus) == [
        ("notes.csv", 2, "second", "earlier version"),
        ("notes.csv", 4, "first", "earlier version"),
    ]
    assert set(corpus.rejects()["reason"].to_pylist()) == {"an earlier version of third"}
    assert steps(corpus, "versions") == {"step": "deduplicate.versions", "left_out": 2, "incomplete": 2}
    assert corpus.schema.names == ["note_id", "patient_id", "time", "text", "split"]


def test_a_copy_of_an_earlier_version_stays(tmp_path):
    rows = [
        row("old", "p", "Stable today", saved="1"),
        row("new", "p", "Stable today, going home", saved="2"),
        row("elsewhere", "q", "stable today"),
        row("again", "q", "STABLE TODAY", at="2024-02-02"),
    ]
    corpus = prepare_rows(tmp_path, rows, versions=VERSIONS)
    assert texts(corpus) == {"new": "Stable today, going home", "elsewhere": "stable today"}
    assert steps(corpus, "exact")["left_out"] == corpus.manifest.counts["rejects"]["duplicate text"] == 1


def test_near_duplicates_are_left_out_with_what_they_are_near_to(tmp_path):
    text = " ".join(words("near"))
    rows = [*own_rows(5), row("a", "p1", text), row("b", "p1", changed(text)), row("c", "p2", f"{text} and more")]
    corpus = prepare_rows(tmp_path, rows, near=0.8)
    assert [r[2:] for r in rejected(corpus)] == [("a", "near-duplicate"), ("b", "near-duplicate")]
    assert corpus.rejects()["reason"].to_pylist()[0] == "near-duplicate of c (similarity 0.950)"
    assert steps(corpus, "near") == {
        "step": "deduplicate.near",
        "threshold": 0.8,
        "left_out": 2,
        "within_patients": 0,
        "across_patients": 2,
        "clusters": 1,
        "curtailed": 0,
    }
    shuffled = random.Random(3).sample(rows, len(rows))
    assert texts(prepare_rows(tmp_path, shuffled, near=0.8)) == texts(corpus)
    assert not rejected(prepare_rows(tmp_path, rows, near=1, report_near=None))


def test_training_notes_near_to_test_or_validation_are_left_out(tmp_path, split_patients):
    common = {name: " ".join(words(f"common {name}")) for name in ("test", "validation", "held out")}
    who = split_patients
    rows = [
        *own_rows(),
        row("train-1", who["train"], common["test"]),
        row("test-1", who["test"], changed(common["test"])),
        row("train-2", who["train"], common["validation"], at="2024-02-02"),
        row("validation-2", who["validation"], changed(common["validation"])),
        row("validation-3", who["validation"], common["held out"], at="2024-02-02"),
        row("test-3", who["test"], changed(common["held out"]), at="2024-02-02"),
    ]
    corpus = prepare_rows(tmp_path, rows)
    found = {
        "threshold": 0.8,
        "train_near_validation": 1,
        "train_near_test": 1,
        "validation_near_train": 1,
        "validation_near_test": 1,
        "test_near_train": 1,
        "test_near_validation": 1,
        "curtailed": 0,
    }
    assert steps(corpus, "across_splits") == {"step": "deduplicate.across_splits", "left_out": 2, **found}
    assert {r[2:] for r in rejected(corpus)} == {
        ("train-1", "near-duplicate in another split"),
        ("train-2", "near-duplicate in another split"),
    }
    assert "near-duplicate of test-1 in test" in corpus.rejects()["reason"][0].as_py()
    assert patients(corpus).keys() == {"train", "validation", "test"}

    reported = prepare_rows(tmp_path, rows, across_splits="report")
    assert steps(reported, "across_splits") == {"step": "deduplicate.across_splits", "left_out": 0, **found}
    assert not rejected(reported)
    assert any("1 training notes are near-duplicates of a test note" in line for line in reported.manifest.warnings)
    assert not any("are near-duplicates" in line for line in corpus.manifest.warnings)
    mixed = random.Random(1).sample(rows, len(rows))
    assert texts(prepare_rows(tmp_path, mixed)) == texts(corpus)


def test_counts_follow_when_a_patient_loses_his_last_note(tmp_path, split_patients):
    base = prepare_rows(tmp_path, own_rows()).manifest.counts
    theirs = {row[1]: row[-1] for row in own_rows()}
    copied = [
        (*r[:-1], changed(theirs[split_patients["test"]], 2)) if r[1] == split_patients["train"] else r
        for r in own_rows()
    ]
    corpus = prepare_rows(tmp_path, copied, exact=False)
    counts = corpus.manifest.counts
    assert counts["splits"]["test"] == base["splits"]["test"]
    assert counts["splits"]["train"]["patients"] == base["splits"]["train"]["patients"] - 1
    assert counts["notes"] == len(corpus) == base["notes"] - 3
    assert corpus.manifest.statistics["notes_per_patient"]["total"] == len(corpus)
    table = corpus.table(["split", "patient_id"]).to_pylist()
    assert counts["patients"] == len({note["patient_id"] for note in table})


def test_a_sample_is_drawn_of_what_is_left(tmp_path):
    text = " ".join(words("sampled"))
    rows = [*own_rows(20), *(row(f"copy{i}", "p1", f"{text} x{i}", at="2024-03-03") for i in range(40))]
    corpus = prepare_rows(tmp_path, rows, near=0.8, sample=61)
    assert len(corpus) == 61
    assert corpus.manifest.counts["rejects"] == {"near-duplicate": 39}
    few = prepare_rows(tmp_path, rows, near=0.8, sample=50)
    assert len(few) == 50
    assert few.manifest.counts["rejects"] == {"near-duplicate": 39, "not in the sample": 11}


def test_reasons_quote_no_text(tmp_path):
    text = " ".join(["Secretname", *words("secret")])
    rows = [row("a", "p", text), row("b", "q", changed(text)), *own_rows(3)]
    corpus = prepare_rows(tmp_path, rows, near=0.8)
    assert len(rejected(corpus)) == 1
    assert not any("ecretname" in str(value) for r in corpus.rejects().to_pylist() for value in r.values())
    assert sorted(path.name for path in corpus.folder.iterdir()) == ["corpus.json", "notes", "rejects.parquet"]
