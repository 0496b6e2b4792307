import gzip
import json
import stat
import tracemalloc

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.fixtures.sources import corpus_config, csv_text, prepared, rejected, texts
from tests.fixtures.tokens import Characters
from wardspace.core.errors import CorpusError
from wardspace.corpus import Corpus, prepare

HEADER = ("note_id", "patient", "day", "text", "kind", "code")
COLUMNS = {"patient_id": "patient", "time": "day", "metadata": ["kind"], "labels": ["code"]}
ROWS = [(f"n{i}", f"p{i // 3}", "2024-05-01", f"text of note {i}", "ab"[i % 2], "xyz"[i // 3 % 3]) for i in range(300)]


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "notes.csv"
    path.write_text(csv_text(ROWS, HEADER))
    return path


def test_notes_become_a_corpus(source, tmp_path):
    corpus = prepared(source, tmp_path / "corpus", COLUMNS)
    table = corpus.table()
    assert table.column_names == ["note_id", "patient_id", "time", "text", "split", "kind", "code"]
    assert table.drop(["split"]).slice(7, 1).to_pylist() == [
        {"note_id": "n7", "patient_id": "p2", "time": "2024-05-01", "text": "text of note 7", "kind": "b", "code": "z"}
    ]
    manifest = corpus.manifest
    assert manifest.counts["rows_read"] == manifest.counts["notes"] == 300
    assert manifest.counts["patients"] == 100
    assert manifest.counts["rejects"] == {}
    splits = table.group_by("split").aggregate([("patient_id", "count_distinct"), ("note_id", "count")]).to_pylist()
    assert manifest.counts["splits"] == {
        row["split"]: {"notes": row["note_id_count"], "patients": row["patient_id_count_distinct"]} for row in splits
    }
    assert sum(manifest.counts["categories"]["code"]["values"]["x"].values()) == 102
    assert manifest.roles == {"note_id": "note_id", "text": "text", "spans": [], "split": None} | {
        "patient_id": "patient",
        "time": "day",
        "metadata": ["kind"],
        "labels": ["code"],
    }
    assert manifest.source == {"format": "csv", "files": ["notes.csv"], "encoding": "utf-8"}
    assert manifest.statistics["words"]["median"] == 4
    assert manifest.statistics["notes_per_patient"]["max"] == 3
    assert not manifest.synthetic
    assert manifest.warnings == []
    assert sorted(path.name for path in corpus.folder.iterdir()) == ["corpus.json", "notes", "rejects.parquet"]


def test_formats_give_the_same_corpus(source, tmp_path):
    records = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
    (tmp_path / "n.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    (tmp_path / "n.tsv").write_text(csv_text(ROWS, HEADER).replace(",", "\t"))
    (tmp_path / "n.csv.gz").write_bytes(gzip.compress(source.read_bytes()))
    (tmp_path / "w.csv").write_text(source.read_text(), encoding="utf-16")
    pq.write_table(pa.Table.from_pylist(records), tmp_path / "n.parquet")
    (tmp_path / "many").mkdir()
    (tmp_path / "many" / "a.csv").write_text(csv_text(ROWS[:200], HEADER))
    (tmp_path / "many" / "b.csv").write_text(csv_text(ROWS[200:], HEADER))
    expected = prepared(source, tmp_path / "corpus", COLUMNS)
    for name in ("n.jsonl", "n.tsv", "n.csv.gz", "w.csv", "n.parquet", "many"):
        other = prepared(tmp_path / name, tmp_path / f"corpus-{name}", COLUMNS)
        assert other.content_hash == expected.content_hash, name
        assert other.table().equals(expected.table()), name


def test_faulty_rows_are_rejects_and_the_rest_goes_on(tmp_path):
    lines = [
        b"note_id,text",
        b"1,good",
        b"2,",
        b"3,  \t ",
        b"1,another text",
        b"4,nul\0byte",
        b"5,bro\xffken",
        b",no id",
        b"6,too,many",
        b"7,GOOD!",
        b'8,"two',
        b'lines"',
        b"9," + b"x" * 2000,
        b"10,fine",
    ]
    (tmp_path / "notes.csv").write_bytes(b"\n".join(lines))
    corpus = prepared(tmp_path / "notes.csv", tmp_path / "corpus", reject={"max_bytes": 1000})
    assert texts(corpus) == {"1": "good", "8": "two\nlines", "10": "fine"}
    assert rejected(corpus) == [
        ("notes.csv", 3, "2", "empty text"),
        ("notes.csv", 4, "3", "empty text"),
        ("notes.csv", 5, "1", "note id seen before"),
        ("notes.csv", 6, "4", "NUL bytes"),
        ("notes.csv", 7, "5", "undecodable bytes"),
        ("notes.csv", 8, None, "missing note id"),
        ("notes.csv", 9, None, "wrong number of fields"),
        ("notes.csv", 10, "7", "duplicate text"),
        ("notes.csv", 13, "9", "too long"),
    ]
    assert corpus.rejects()["reason"].to_pylist()[7] == "duplicate of 1"
    assert corpus.manifest.counts["rejects"]["empty text"] == 2
    assert corpus.manifest.counts["rows_read"] == 12


def test_copies_stay_where_the_study_wants_them(tmp_path):
    (tmp_path / "notes.csv").write_text("note_id,text\n1,Good\n2,good.\n")
    assert len(prepared(tmp_path / "notes.csv", tmp_path / "c", deduplicate={"exact": False})) == 2


def test_no_text_stands_outside_the_notes(tmp_path):
    rows = [(f"n{i}", f"Secretname {i} was seen", "a") for i in range(20)]
    (tmp_path / "notes.csv").write_text(
        csv_text([*rows, ("x", "Secretname 1 was seen", "a"), ("y", "Secretname\0", "a")], ("note_id", "text", "kind"))
    )
    corpus = prepared(tmp_path / "notes.csv", tmp_path / "corpus", {"labels": ["kind"]})
    assert "Secretname" not in (corpus.folder / "corpus.json").read_text()
    assert not any("Secretname" in str(value) for row in corpus.rejects().to_pylist() for value in row.values())
    assert str(tmp_path) not in (corpus.folder / "corpus.json").read_text()


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("note_id,text\n1,\n2, \n", {}, r"no note is left of 2 rows \(empty text: 2\)"),
        ("note_id,text\n", {}, "the file holds a header and no rows"),
        ("note_id,body\n1,a\n", {}, "missing column: 'text'"),
        ("note_id,text\n1,a\n", {"source": {"encoding": "utf-16"}}, "wrong encoding"),
    ],
)
def test_a_fault_of_the_file_leaves_what_was_there(tmp_path, content, options, message):
    (tmp_path / "good.csv").write_text("note_id,text\n1,a\n")
    before = prepared(tmp_path / "good.csv", tmp_path / "corpus")
    (tmp_path / "bad.csv").write_text(content)
    with pytest.raises(CorpusError, match=message) as caught:
        prepared(tmp_path / "bad.csv", tmp_path / "corpus", **options)
    assert caught.value.exit_code == 2
    assert caught.value.where
    assert caught.value.fix
    assert "embed" not in caught.value.fix
    assert Corpus.open(tmp_path / "corpus").content_hash == before.content_hash
    assert {path.name for path in tmp_path.iterdir()} <= {".corpus-shards", "bad.csv", "corpus", "good.csv"}


def test_rows_that_mostly_do_not_decode_are_a_wrong_encoding(tmp_path):
    rows = b"".join(b'%d,"one\ntwo\nthree\n\xe4"\n' % i for i in range(20))
    (tmp_path / "notes.csv").write_bytes(b"note_id,text\n" + rows)
    with pytest.raises(CorpusError, match="wrong encoding: most rows do not decode as utf-8"):
        prepared(tmp_path / "notes.csv", tmp_path / "corpus", source={"encoding": "utf-8"})


def test_an_interruption_leaves_nothing_behind_but_what_it_goes_on_from(source, tmp_path, monkeypatch):
    from wardspace.corpus.prepare import ingest

    def interrupt(text):
        raise KeyboardInterrupt

    monkeypatch.setattr(ingest, "fingerprint", interrupt)
    with pytest.raises(KeyboardInterrupt):
        prepared(source, tmp_path / "corpus")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".corpus-shards", "notes.csv"]
    assert stat.S_IMODE((tmp_path / ".corpus-shards").stat().st_mode) == 0o700
    monkeypatch.undo()
    prepared(source, tmp_path / "corpus")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus", "notes.csv"]


@pytest.mark.parametrize(
    ("source_options", "message"), [({}, "no notes given"), ({"format": "ward", "path": "x"}, "it has no path")]
)
def test_the_path_is_given_or_not_as_the_format_wants(tmp_path, source_options, message):
    with pytest.raises(CorpusError, match=message) as caught:
        prepare(corpus_config(None, source=source_options), tmp_path / "corpus")
    assert caught.value.where == "corpus.source.path"


def test_without_patients_the_split_is_by_note_and_says_so(source, tmp_path):
    corpus = prepared(source, tmp_path / "corpus")
    table = corpus.table()
    assert table["patient_id"].equals(table["note_id"])
    assert corpus.manifest.roles["patient_id"] is None
    assert "no patient column" in corpus.manifest.warnings[0]


def test_a_note_without_patient_is_one_by_itself(tmp_path):
    (tmp_path / "notes.csv").write_text("note_id,who,text\n1,p,a\n2,,b\n3,,c\n")
    corpus = prepared(tmp_path / "notes.csv", tmp_path / "corpus", {"patient_id": "who"})
    assert corpus.table()["patient_id"].to_pylist() == ["p", "2", "3"]
    assert corpus.manifest.counts["patients_missing"] == 2
    assert "2 notes without a patient" in corpus.manifest.warnings[0]


def test_a_sample_stays_when_rows_are_added(source, tmp_path):
    few = prepared(source, tmp_path / "few", COLUMNS, sample=50)
    assert len(few) == 50
    assert few.manifest.counts["rejects"] == {"not in the sample": 250}
    assert few.rejects().num_rows == 250
    assert few.manifest.counts["patients"] == len(set(few.table()["patient_id"].to_pylist()))
    more = tmp_path / "more.csv"
    more.write_text(csv_text([("m", "q", "", "a new note", "a", "x"), *ROWS[::-1]], HEADER))
    again = prepared(more, tmp_path / "again", COLUMNS, sample=50)
    assert len(set(texts(few)) - set(texts(again))) <= 1
    assert len(prepared(source, tmp_path / "all", COLUMNS, sample=1000)) == 300


def test_spans_move_with_the_text(tmp_path):
    text = "a\r\n\r\n\r\n\r\nb  \r\nmetformin"
    start = text.index("metformin")
    spans = [{"start": start, "end": start + 9, "code": "A10"}, {"start": 0, "end": 99, "code": "out"}]
    records = [{"note_id": "1", "text": text, "drugs": spans}, {"note_id": "2", "text": "plain", "drugs": []}]
    (tmp_path / "n.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    pq.write_table(pa.Table.from_pylist(records), tmp_path / "n.parquet")
    (tmp_path / "n.csv").write_text(
        csv_text([(r["note_id"], r["text"], json.dumps(r["drugs"])) for r in records], ("note_id", "text", "drugs")),
        newline="",
    )
    for name in ("n.jsonl", "n.parquet", "n.csv"):
        corpus = prepared(tmp_path / name, tmp_path / "corpus", {"spans": ["drugs"]})
        first, second = corpus.table(["text", "drugs"]).to_pylist()
        (span,) = first["drugs"]
        assert first["text"] == "a\n\nb\nmetformin"
        assert first["text"][span["start"] : span["end"]] == "metformin"
        assert span["code"] == "A10"
        assert second["drugs"] == []
        assert corpus.manifest.counts["spans_dropped"] == 1


def test_steps_tell_what_they_changed(tmp_path):
    (tmp_path / "notes.csv").write_text('note_id,text\n1,"a \n\n\n\nb"\n2,c \n3,d\n4,D\n')
    corpus = prepared(tmp_path / "notes.csv", tmp_path / "corpus", clean={"lowercase": True})
    changed = {step["step"]: step.get("changed", step.get("left_out")) for step in corpus.manifest.steps}
    assert changed["clean.trailing_space"] == 2
    assert changed["clean.blank_lines"] == 1
    assert changed["clean.lowercase"] == 0
    assert changed["deduplicate.exact"] == 1
    assert next(step["by"] for step in corpus.manifest.steps if step["step"] == "split") == "note"


def test_tokens_are_counted_by_the_given_tokenizer(source, tmp_path):
    corpus = prepare(corpus_config(source), tmp_path / "c", tokens=Characters(), show_progress=False)
    assert corpus.manifest.statistics["tokens"]["max"] == len("text of note 100")
    assert corpus.manifest.statistics["pieces_per_word"]["notes"] == pytest.approx(sum(len(r[3]) for r in ROWS) / 1200)


def test_a_wrong_way_of_encoding_is_warned_of(tmp_path):
    (tmp_path / "notes.csv").write_text(
        "note_id,text\n" + "".join(f"{i},Müller {i}\n" for i in range(9)), encoding="utf-8"
    )
    corpus = prepared(tmp_path / "notes.csv", tmp_path / "corpus", source={"encoding": "cp1252"})
    assert "its bytes are valid UTF-8" in corpus.manifest.warnings[0]


def test_memory_does_not_grow_with_the_notes(tmp_path):
    def peak(notes):
        path = tmp_path / f"{notes}.csv"
        path.write_text(
            csv_text([(f"n{i}", f"p{i}", "", f"text of note {i} " * 8, "a", "x") for i in range(notes)], HEADER)
        )
        config = corpus_config(path, COLUMNS)
        tracemalloc.start()
        prepare(config, tmp_path / "corpus", show_progress=False)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    # buffers are full at 5,000 notes; three times the notes may not need a fifth more
    assert peak(15_000) < 1.2 * peak(5_000)


def test_mixed_time_zones_are_kept_and_told(tmp_path):
    times = ["2024-05-01T10:00:00Z", "2024-05-01T12:00:00+02:00", "2024-05-01T10:00:00"]
    rows = [(i, time, f"text {i}") for i, time in enumerate(times)]
    (tmp_path / "notes.csv").write_text(csv_text(rows, ("note_id", "day", "text")))
    corpus = prepared(tmp_path / "notes.csv", tmp_path / "corpus", {"time": "day"})
    assert corpus.table()["time"].to_pylist() == times
    assert any("several time zones are left as they are" in warning for warning in corpus.manifest.warnings)
