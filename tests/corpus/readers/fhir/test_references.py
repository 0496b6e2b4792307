"""Documents that FHIR resources refer to: Binary resources and files of the export."""

import gzip
import json
import socket

import pytest

from tests.corpus.readers.fhir.test_fhir import document, packed
from wardspace.config import SourceConfig
from wardspace.corpus.readers import open_readers, source_content, source_files


def binary(key, text, kind="text/plain", **others):
    return {"resourceType": "Binary", "id": key, "contentType": kind, "data": packed(text)} | others


def referring(key, url, kind="text/plain"):
    return document(key, {"url": url} | ({"contentType": kind} if kind else {}))


def written(path, *resources):
    path.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in resources).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def found(path, scratch):
    """Text, or kind of fault, of each document by its id or row."""
    config = SourceConfig(path=str(path), format="fhir")
    readers = open_readers(config, ("id", "text"), scratch)
    rows = [row for reader in readers for row in reader.rows()]
    return {row.values[0]: row.values[1] for row in rows if not row.fault} | {
        row.number: row.fault.kind for row in rows if row.fault
    }


@pytest.mark.parametrize("name", ["Binary.ndjson", "Binary.000.ndjson.gz", "sub/x.ndjson"])
def test_binaries_of_another_file(tmp_path, name):
    export = tmp_path / "export"
    written(export / name, *(binary(f"b{i}", f"Mül{i}ler, pain.") for i in range(300)), {"resourceType": "Patient"})
    urls = ["Binary/b0", "https://h.example/fhir/Binary/b150", "Binary/b299/_history/2", "/Binary/b7"]
    written(export / "DocumentReference.ndjson", *(referring(f"d{i}", url) for i, url in enumerate(urls)))
    assert found(export, tmp_path / "scratch") == {
        "d0": "Mül0ler, pain.",
        "d1": "Mül150ler, pain.",
        "d2": "Mül299ler, pain.",
        "d3": "Mül7ler, pain.",
    }


def test_binaries_among_the_documents_or_beside_the_file_that_is_named(tmp_path):
    own = written(tmp_path / "a" / "all.ndjson", binary("b1", "inside"), referring("d1", "Binary/b1"))
    assert found(own, tmp_path / "s1") == {"d1": "inside"}
    notes = written(tmp_path / "b" / "DocumentReference.ndjson", referring("d1", "Binary/b1"))
    written(tmp_path / "b" / "Binary.ndjson", binary("b1", "beside"))
    assert found(notes, tmp_path / "s2") == {"d1": "beside"}
    assert found(tmp_path / "b" / "Doc*.ndjson", tmp_path / "s3") == {"d1": "beside"}


def test_the_type_is_the_attachments_own_or_else_the_binarys(tmp_path):
    page = "<p>marked</p>"
    written(
        tmp_path / "e" / "Binary.ndjson",
        binary("html", page, "text/html"),
        binary("latin", "Müller".encode("latin-1"), "text/plain; charset=latin-1"),
        binary("pdf", "%PDF", "application/pdf"),
    )
    written(
        tmp_path / "e" / "d.ndjson",
        referring("a", "Binary/html", None),
        referring("b", "Binary/html", "text/plain"),
        referring("c", "Binary/latin", None),
        referring("d", "Binary/pdf", None),
    )
    assert found(tmp_path / "e", tmp_path / "s") == {
        "a": "marked",
        "b": "marked",
        "c": "Müller",
        4: "unreadable attachment",
    }


def test_what_is_not_there_is_a_reject(tmp_path):
    resources = [binary("empty", "", data=None), binary("bad", "x", data="*"), {"resourceType": "Binary", "id": 7}]
    written(tmp_path / "e" / "Binary.ndjson", *resources)
    written(
        tmp_path / "e" / "d.ndjson",
        *(referring(key, f"Binary/{key}") for key in ("none", "empty", "bad", "7")),
        referring("x", "https://example.org/note.txt"),
        referring("y", "urn:oid:1.2.3"),
    )
    faults = list(found(tmp_path / "e", tmp_path / "s").values())
    assert faults == [*["attachment elsewhere"] * 2, "malformed base64", *["attachment elsewhere"] * 3]


def test_binaries_cut_short_are_told(tmp_path):
    path = written(tmp_path / "e" / "Binary.ndjson.gz", binary("b1", "whole"), binary("b2", "cut"))
    path.write_bytes(path.read_bytes()[:-2])
    written(tmp_path / "e" / "d.ndjson", referring("d1", "Binary/b1"), referring("d2", "Binary/b3"))
    (reader,) = open_readers(SourceConfig(path=str(tmp_path / "e"), format="fhir"), ("id", "text"), tmp_path / "s")
    assert [row.values[1] for row in reader.rows()] == ["whole", None]
    assert any("Binary.ndjson.gz: the gzip file is cut short" in warning for warning in reader.warnings)


def test_files_inside_the_export(tmp_path):
    export = tmp_path / "export"
    written(export / "ndjson" / "d.ndjson", *(referring(f"d{i}", url) for i, url in enumerate(INSIDE)))
    (export / "files").mkdir()
    (export / "files" / "a note.txt").write_text("from a file")
    (export / "ndjson" / "beside.html").write_text("<p>from a page</p>")
    config = SourceConfig(path=str(export), format="fhir")
    assert found(export, tmp_path / "s") == dict.fromkeys(["d0", "d1", "d2"], "from a file")
    before = source_content(config)
    (export / "files" / "a note.txt").write_text("changed")
    assert source_content(config) != before


INSIDE = ("files/a%20note.txt", "../files/a%20note.txt", "./files/../files/a%20note.txt")


def test_the_type_of_a_file_is_told_by_its_name(tmp_path):
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "page.html").write_text("<p>from a page</p>")
    url = (tmp_path / "e" / "page.html").as_uri()
    written(tmp_path / "e" / "d.ndjson", referring("d", url, None))
    assert found(tmp_path / "e", tmp_path / "s") == {"d": "from a page"}


def test_nothing_outside_the_export_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", None)
    export = tmp_path / "export"
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    export.mkdir()
    (export / "link.txt").symlink_to(secret)
    (export / "folder").symlink_to(tmp_path)
    urls = [
        "../secret.txt",
        "..%2Fsecret.txt",
        "link.txt",
        "folder/secret.txt",
        str(secret),
        secret.as_uri(),
        f"file://server{secret}",
        "//server/secret.txt",
        "file:",
        "",
        ".",
        "a%00b",
        "http://[broken",
    ]
    written(export / "d.ndjson", *(referring(f"x{i}", url) for i, url in enumerate(urls)))
    assert set(found(export, tmp_path / "s").values()) == {"attachment elsewhere"}


def test_files_behind_references_are_part_of_the_source(tmp_path):
    export = tmp_path / "e"
    written(export / "Patient.ndjson", {"resourceType": "Patient", "id": "p"})
    written(export / "Binary.ndjson", binary("b1", "one"))
    written(export / "d.ndjson", referring("d1", "Binary/b1"), referring("d2", "later.txt"))
    config = SourceConfig(path=str(export), format="fhir")
    assert [file.name for file in source_files(config)] == ["d.ndjson", "Binary.ndjson"]
    first = source_content(config)
    (export / "later.txt").write_text("came later")
    second = source_content(config)
    written(export / "Binary.ndjson", binary("b1", "two"))
    assert len({json.dumps(content) for content in (first, second, source_content(config))}) == 3


def test_binaries_are_looked_for_when_the_first_is_asked_for(tmp_path):
    written(tmp_path / "e" / "Binary.ndjson.gz", binary("b1", "one"))
    written(tmp_path / "e" / "d.ndjson", document("d1"))
    (reader,) = open_readers(SourceConfig(path=str(tmp_path / "e"), format="fhir"), ("id", "text"), tmp_path / "s")
    assert not (tmp_path / "s").exists()
    assert len(list(reader.rows())) == 1
    assert not (tmp_path / "s" / "binaries.sqlite").exists()


def test_the_latest_binary_counts(tmp_path):
    old = binary("b1", "old", meta={"lastUpdated": "2024-01-01T00:00:00Z"})
    new = binary("b1", "new", meta={"lastUpdated": "2024-02-01T00:00:00Z"})
    for name, lines in {"a": (old, new), "b": (new, old)}.items():
        path = written(tmp_path / name / "all.ndjson", *lines, referring("d1", "Binary/b1?x=1"))
        assert found(path, tmp_path / f"s{name}") == {"d1": "new"}


def test_documents_in_data_urls_and_contained_ones(tmp_path):
    inside = binary("b", "from inside")
    inside_of = {"resourceType": "Binary", "id": "b", "contentType": "text/plain", "data": inside["data"]}
    path = written(
        tmp_path / "d.ndjson",
        referring("d1", "data:text/plain;base64," + packed("packed " * 60)),
        referring("d2", "data:text/html,%3Cp%3Ein%20clear%3C/p%3E", None),
        referring("d3", "#b") | {"contained": [inside_of]},
    )
    assert found(path, tmp_path / "s") == {"d1": "packed " * 60, "d2": "in clear", "d3": "from inside"}


@pytest.mark.parametrize(
    "url", ["a" * 300, "x/" * 3000 + "a", "loop/note.txt", "\ud800.txt", "%ED%A0%80", "a\nb", "~", "C:\\a"]
)
def test_a_url_that_no_file_can_have_costs_its_note(tmp_path, url):
    export = tmp_path / "e"
    path = written(export / "d.ndjson", document("ok"))
    path.write_text(path.read_text() + json.dumps(referring("bad", url)) + "\n")
    (export / "loop").symlink_to(export / "loop")
    config = SourceConfig(path=str(export), format="fhir")
    assert found(export, tmp_path / "s") == {"ok": "Chest pain since Monday.", 2: "attachment elsewhere"}
    assert source_content(config) == source_content(config)
