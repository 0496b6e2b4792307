"""A split that is given as files, whatever their format."""

import base64
import gzip
import json
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.fixtures.corpora import split_step
from tests.fixtures.sources import corpus_config, csv_text, rejected
from tests.fixtures.warehouses import MIMIC4_NOTE, NOTEEVENTS, OMOP_NOTE, note_event, write_table
from wardspace.core.errors import CorpusError
from wardspace.corpus import prepare
from wardspace.corpus.readers import FORMATS, source_content, source_files
from wardspace.corpus.schema import SPLITS

PLACES = ("train", "validation", "test")


def made(tmp_path, source, columns=None, **sections):
    config = corpus_config(None, columns, source=source, **sections)
    return prepare(config, tmp_path / "corpus", show_progress=False)


def splits(corpus):
    """Texts by split."""
    found = {split: [] for split in SPLITS}
    for row in corpus.table(["split", "text"]).to_pylist():
        found[row["split"]].append(row["text"])
    return {split: sorted(texts) for split, texts in found.items()}


def pack(text):
    return base64.b64encode(text.encode()).decode()


def document(key, text):
    attachment = {"contentType": "text/plain", "data": pack(text)}
    subject = {"reference": f"Patient/{key}"}
    return {"resourceType": "DocumentReference", "id": key, "subject": subject, "content": [{"attachment": attachment}]}


def write_lines(path, lines):
    path.write_text("".join(line + "\n" for line in lines))
    return path


def parted(notes, sign):
    return [sign.join(row) for row in [("note_id", "text"), *notes.items()]]


def parquet(folder, notes):
    pq.write_table(pa.table({"note_id": list(notes), "text": list(notes.values())}), folder / "a.parquet")
    return folder / "a.parquet"


def meds(folder, notes):
    (folder / "data").mkdir()
    ids = [int(key[1:]) for key in notes]
    events = {
        "subject_id": ids,
        "time": [None] * len(ids),
        "code": ["NOTE//x"] * len(ids),
        "text_value": list(notes.values()),
    }
    pq.write_table(pa.table(events), folder / "data" / "0.parquet")
    return folder


def brat(folder, notes):
    for place, text in enumerate(notes.values()):
        (folder / f"doc{place}.txt").write_text(text)
    return folder


def omop(folder, notes):
    rows = [{"note_id": k[1:], "person_id": k[1:], "note_date": "2020-05-01", "note_text": t} for k, t in notes.items()]
    write_table(folder / "NOTE.csv", list(OMOP_NOTE), rows)
    return folder


def mimic4(folder, notes):
    write_table(
        folder / "discharge.csv.gz", MIMIC4_NOTE, [{"note_id": k, "subject_id": k, "text": t} for k, t in notes.items()]
    )
    return folder


def squad(folder, notes):
    articles = [{"title": key, "paragraphs": [{"context": text, "qas": []}]} for key, text in notes.items()]
    (folder / "a.json").write_text(json.dumps({"data": articles}))
    return folder / "a.json"


WRITERS = {
    "csv": lambda folder, notes: write_lines(
        folder / "a.csv", ["note_id,text", *(f"{k},{t}" for k, t in notes.items())]
    ),
    "tsv": lambda folder, notes: write_lines(
        folder / "a.tsv", ["note_id\ttext", *(f"{k}\t{t}" for k, t in notes.items())]
    ),
    "jsonl": lambda folder, notes: write_lines(
        folder / "a.jsonl", [json.dumps({"note_id": k, "text": t}) for k, t in notes.items()]
    ),
    "parquet": parquet,
    "mimic-iii": lambda folder, notes: (
        write_table(
            folder / "NOTEEVENTS.csv",
            NOTEEVENTS,
            [note_event(int(k[1:]), int(k[1:]), None, t) for k, t in notes.items()],
        ).parent
    ),
    "mimic-iv-note": mimic4,
    "omop": omop,
    "meds": meds,
    "fhir": lambda folder, notes: write_lines(
        folder / "a.ndjson", [json.dumps(document(k, t)) for k, t in notes.items()]
    ),
    "brat": brat,
    "pubtator": lambda folder, notes: write_lines(folder / "a.txt", [f"{k}|t|{t}\n" for k, t in notes.items()]),
    "conll": lambda folder, notes: write_lines(
        folder / "a.conll", ["\n".join(f"{word} O" for word in t.split()) + "\n" for t in notes.values()]
    ),
    "squad": squad,
    "sentences": lambda folder, notes: write_lines(
        folder / "a.csv", ["document_id,sentence,text,labels", *(f"{k},0,{t}," for k, t in notes.items())]
    ),
}


def test_every_format_that_has_files_is_tried():
    assert set(WRITERS) == set(FORMATS) - {"ward"}


@pytest.mark.parametrize("kind", WRITERS)
def test_files_of_one_name_in_any_format_are_the_splits(tmp_path, kind):
    source, expected = {"format": kind}, {}
    for part, name in enumerate(PLACES):
        (tmp_path / name).mkdir()
        notes = {f"n{10 * part + i}": f"note number {i} of {name}" for i in range(4 - part)}
        source[name] = str(WRITERS[kind](tmp_path / name, notes))
        expected[name] = sorted(notes.values())
    corpus = made(tmp_path, source, deduplicate={"report_near": None})
    assert splits(corpus) == expected
    assert rejected(corpus) == []
    assert split_step(corpus)["given"]["patients"] == 9
    assert len(set(corpus.manifest.source["files"])) == len(corpus.manifest.source["files"])
    config = corpus_config(None, source=source).source
    assert {name.split("/")[0] for name, _ in source_content(config)} == set(PLACES)
    assert len(source_files(config)) >= 3


def test_a_glob_a_folder_and_a_packed_file(tmp_path):
    for place in ("a", "b", "c/deep"):
        (tmp_path / place).mkdir(parents=True)
    for i in range(3):
        (tmp_path / "a" / f"part-{i}.csv").write_text(csv_text([(f"a{i}", f"first {i}")]))
    (tmp_path / "b" / "x.csv.gz").write_bytes(gzip.compress(csv_text([("b", "second")]).encode()))
    (tmp_path / "c" / "deep" / "y.csv").write_text(csv_text([("c", "third"), ("d", "")]))
    source = {
        "train": str(tmp_path / "a" / "*.csv"),
        "validation": str(tmp_path / "b" / "x.csv.gz"),
        "test": str(tmp_path / "c"),
    }
    corpus = made(tmp_path, source, deduplicate={"report_near": None})
    assert splits(corpus) == {"train": ["first 0", "first 1", "first 2"], "validation": ["second"], "test": ["third"]}
    assert rejected(corpus) == [("test/deep/y.csv", 3, "d", "empty text")]


def of_patients(tmp_path, **files):
    for name, patients in files.items():
        rows = [(f"{name}{i}", patient, f"note {i} of {name}") for i, patient in enumerate(patients)]
        (tmp_path / f"{name}.csv").write_text(csv_text(rows, ("note_id", "who", "text")))
    return {name: str(tmp_path / f"{name}.csv") for name in files}


def test_a_patient_in_two_files_stops_the_preparation(tmp_path):
    source = of_patients(tmp_path, train=["p", "q"], test=["r", "p"])
    with pytest.raises(CorpusError, match="1 notes are in another split") as caught:
        made(tmp_path, source, {"patient_id": "who"})
    assert "test/test.csv, row 3" in str(caught.value)
    assert "corpus.columns" not in caught.value.fix


def test_validation_is_taken_from_the_patients_of_train_where_no_file_is_given(tmp_path):
    train = [f"p{i // 2}" for i in range(400)]
    source = of_patients(tmp_path, train=train, test=[f"t{i}" for i in range(50)])
    corpus = made(tmp_path, source, {"patient_id": "who"}, deduplicate={"report_near": None})
    rows = corpus.table(["patient_id", "split"]).to_pylist()
    counted = Counter(row["split"] for row in rows)
    assert counted["test"] == 50
    assert counted["validation"] == pytest.approx(400 * 0.1 / 0.8, abs=25)
    by_patient = {}
    for row in rows:
        assert by_patient.setdefault(row["patient_id"], row["split"]) == row["split"]
    taken = sum(split == "validation" for split in by_patient.values())
    assert any(f"no validation split: {taken} of its train patients" in warning for warning in corpus.manifest.warnings)


@pytest.mark.parametrize(
    "source",
    [
        {"path": "a.csv", "train": "b.csv", "test": "c.csv"},
        {"train": "a.csv"},
        {"validation": "a.csv", "test": "b.csv"},
        {"train": "a.csv", "test": "a.csv"},
        {"train": "a", "test": "b", "format": "ward"},
    ],
)
def test_what_is_no_source(source):
    with pytest.raises(ValidationError):
        corpus_config(None, source=source)


@pytest.mark.parametrize(("columns", "split"), [({"split": "fold"}, {}), ({"time": "day"}, {"by": "time"})])
def test_a_second_way_to_split_is_refused(tmp_path, columns, split):
    source = of_patients(tmp_path, train=["p"], test=["q"])
    with pytest.raises(CorpusError, match="no effect"):
        made(tmp_path, source, columns, split=split)


def test_a_missing_file_or_column_is_named(tmp_path):
    source = of_patients(tmp_path, train=["p"], test=["q"])
    with pytest.raises(CorpusError, match="no such file"):
        made(tmp_path, source | {"test": str(tmp_path / "none.csv")})
    (tmp_path / "test.csv").write_text("note_id,body\n1,a\n")
    with pytest.raises(CorpusError, match="missing column: 'text'"):
        made(tmp_path, source)


NOTES = st.dictionaries(st.integers(0, 30), st.sampled_from(PLACES), min_size=1, max_size=20)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=NOTES)
def test_files_split_as_a_column_does(tmp_path_factory, places):
    """The same notes once in three files and once in one with a column: the same corpus, but for its names."""
    folder = tmp_path_factory.mktemp("notes")
    rows = [(f"n{key}", place, f"note number {key}") for key, place in places.items()]
    rows += [("t", "train", "first"), ("v", "test", "second")]
    rows.sort(key=lambda row: PLACES.index(row[1]))
    source = {}
    for place in PLACES:
        own = [row for row in rows if row[1] == place]
        if own:
            (folder / f"{place}.csv").write_text(csv_text(own, ("note_id", "fold", "text")))
            source[place] = str(folder / f"{place}.csv")
    (folder / "all.csv").write_text(csv_text(rows, ("note_id", "fold", "text")))
    one = prepare(corpus_config(folder / "all.csv", {"split": "fold"}), folder / "one", show_progress=False)
    three = prepare(corpus_config(None, source=source), folder / "three", show_progress=False)
    assert three.table().to_pylist() == one.table().to_pylist()
    assert three.content_hash == one.content_hash
    assert three.manifest.counts == one.manifest.counts
