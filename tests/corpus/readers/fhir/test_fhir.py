"""FHIR R4 resources as the specification's own examples shape them."""

from __future__ import annotations

import base64
import gzip
import html
import json

import pyarrow.parquet as pq
import pytest

from wardspace.config import ColumnsConfig, CorpusConfig, SourceConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus import prepare
from wardspace.corpus.readers import open_readers

FINDINGS = "<p>Lungs <b>clear</b>.</p><p>Heart normal.</p>"
ALL = ("id", "resource", "patient", "encounter", "date", "type", "category", "status", "format", "title", "text")


def packed(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def document(key: str = "d1", *attachments: dict, **elements) -> dict:
    """A DocumentReference with the elements that US Core asks for."""
    plain = {"contentType": "text/plain; charset=utf-8", "data": packed("Chest pain since Monday."), "title": "Note"}
    return {
        "resourceType": "DocumentReference",
        "id": key,
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": "11506-3", "display": "Progress note"}]},
        "category": [{"coding": [{"code": "clinical-note", "display": "Clinical Note"}]}],
        "subject": {"reference": "Patient/p1"},
        "date": "2016-03-09T15:29:46Z",
        "content": [{"attachment": one} for one in attachments or (plain,)],
        "context": {"encounter": [{"reference": "Encounter/e1"}]},
    } | elements


def report(key: str = "r1", **elements) -> dict:
    return {
        "resourceType": "DiagnosticReport",
        "id": key,
        "status": "final",
        "category": [{"text": "Radiology"}],
        "code": {"text": "Chest X-ray", "coding": [{"code": "24642-2"}]},
        "subject": {"reference": "https://hospital.example/fhir/Patient/p2/_history/3"},
        "encounter": {"reference": "Encounter/e9"},
        "effectiveDateTime": "2017-01-01",
        "presentedForm": [{"contentType": "text/html", "data": packed(FINDINGS)}],
    } | elements


def write(path, *resources) -> str:
    lines = [one if isinstance(one, str) else json.dumps(one) for one in resources]
    content = "".join(line + "\n" for line in lines).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return str(path)


def rows(tmp_path, *resources, needed=ALL):
    path = write(tmp_path / "notes.ndjson", *resources)
    (reader,) = open_readers(SourceConfig(path=path, format="fhir"), needed, tmp_path)
    return [row.fault or dict(zip(needed, row.values, strict=True)) for row in reader.rows()]


def test_a_document(tmp_path):
    (found,) = rows(tmp_path, document())
    assert found == {
        "id": "d1",
        "resource": "DocumentReference",
        "patient": "p1",
        "encounter": "e1",
        "date": "2016-03-09T15:29:46Z",
        "type": "Progress note",
        "category": "Clinical Note",
        "status": "current",
        "format": "text/plain",
        "title": "Note",
        "text": "Chest pain since Monday.",
    }


def test_a_report(tmp_path):
    (found,) = rows(tmp_path, report())
    assert (found["patient"], found["encounter"], found["date"]) == ("p2", "e9", "2017-01-01")
    assert (found["type"], found["category"], found["format"]) == ("Chest X-ray", "Radiology", "text/html")
    assert found["text"] == "Lungs clear.\nHeart normal."


def test_a_report_without_a_form_has_its_conclusion_or_narrative(tmp_path):
    narrative = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml"><p>Fracture.</p></div>'}
    bare = report("r2", text=narrative)
    del bare["presentedForm"]
    first, second = rows(tmp_path, bare, bare | {"id": "r3", "conclusion": "No fracture."})
    assert (first["text"], first["format"]) == ("Fracture.", "application/xhtml+xml")
    assert (second["text"], second["format"]) == ("No fracture.", "text/plain")


def test_of_several_formats_the_one_that_loses_least_is_read(tmp_path):
    rtf = {"contentType": "application/rtf", "data": packed(r"{\rtf1 rich}")}
    marked = {"contentType": "text/html", "data": packed("<p>marked</p>")}
    plain = {"contentType": "text/plain", "data": packed("plain")}
    pdf = {"contentType": "application/pdf", "data": packed("%PDF")}
    away = {"contentType": "text/plain", "url": "Binary/5"}
    found = rows(tmp_path, document("1", pdf, rtf, marked, plain), document("2", rtf, marked), document("3", away, rtf))
    assert [one["text"] for one in found] == ["plain", "marked", "rich"]


def test_other_charsets(tmp_path):
    latin = {"contentType": "text/plain; charset=ISO-8859-1", "data": packed("Müller 5°".encode("latin-1"))}
    assert rows(tmp_path, document("1", latin))[0]["text"] == "Müller 5°"


@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        ('{"resourceType": "DocumentReference", "id": ', "malformed JSON"),
        (document(status="entered-in-error"), "entered-in-error"),
        (document(docStatus="entered-in-error"), "entered-in-error"),
        (document(subject=None), "missing patient"),
        (document(subject={"reference": "Group/g1"}), "missing patient"),
        (document("x", {"contentType": "text/plain", "data": "not*base64"}), "malformed base64"),
        (document("x", {"contentType": "text/plain", "data": packed(b"\xff\xfe\x00")}), "undecodable bytes"),
        (document("x", {"contentType": "text/plain; charset=klingon", "data": packed("a")}), "unknown charset"),
        (document("x", {"contentType": "application/pdf", "data": packed("%PDF")}), "unreadable attachment"),
        (document("x", {"contentType": "text/plain", "url": "Binary/5"}), "attachment elsewhere"),
        (document("x", {"contentType": "application/rtf", "data": packed("no rtf")}), "malformed RTF"),
        (document(content=[]), "no attachment"),
        (document(content=[{"nothing": 1}]), "malformed resource"),
        (document(content="text"), "malformed resource"),
        (document(type="Progress note"), "malformed resource"),
    ],
)
def test_a_fault_costs_its_resource_alone(tmp_path, resource, kind):
    first, fault, last = rows(tmp_path, document("a"), resource, document("z"))
    assert fault.kind == kind
    assert "Chest" not in fault.reason
    assert (first["id"], last["id"]) == ("a", "z")


def test_a_patient_may_be_named_by_an_identifier(tmp_path):
    logical = {"identifier": {"system": "urn:mrn", "value": "7"}}
    found = rows(tmp_path, document("1", subject=logical), document("2", subject={"identifier": {"value": "7"}}))
    assert [one["patient"] for one in found] == ["urn:mrn|7", "7"]


def test_an_export_is_prepared_and_the_counts_add_up(tmp_path):
    export = tmp_path / "export"
    export.mkdir()
    write(export / "Patient.ndjson", {"resourceType": "Patient", "id": "p1"})
    write(
        export / "DocumentReference.ndjson",
        *(
            document(
                f"d{i}",
                subject={"reference": f"Patient/p{i}"},
                content=[
                    {"attachment": {"contentType": "text/plain", "data": packed(f"Note number {i} of a patient.")}}
                ],
            )
            for i in range(30)
        ),
        document("bad", subject=None),
        {"resourceType": "Observation", "id": "o1"},
    )
    write(export / "DiagnosticReport.000.ndjson.gz", report())
    source = {"path": str(export), "format": "fhir"}
    corpus = prepare(CorpusConfig(source=SourceConfig(**source)), tmp_path / "corpus", show_progress=False)
    counts = corpus.manifest.counts
    assert (counts["rows_read"], counts["notes"], counts["rejects"]) == (32, 31, {"missing patient": 1})
    assert corpus.manifest.roles["metadata"] == ["type"]
    assert counts["patients"] == 30  # the report is about one of them
    assert any("passed over 1 Observation" in warning for warning in corpus.manifest.warnings)
    rejects = pq.read_table(tmp_path / "corpus" / "rejects.parquet").to_pylist()
    assert [(r["file"], r["row"], r["kind"]) for r in rejects] == [("DocumentReference.ndjson", 31, "missing patient")]


def test_a_study_may_name_other_columns(tmp_path):
    path = write(tmp_path / "a.ndjson", *(document(f"d{i}", subject={"reference": f"Patient/{i}"}) for i in range(5)))
    config = CorpusConfig(
        source=SourceConfig(path=path, format="fhir"),
        columns=ColumnsConfig(metadata=["category", "title"]),
        deduplicate={"exact": False},
    )
    corpus = prepare(config, tmp_path / "corpus", show_progress=False)
    assert corpus.table(["category", "title"]).to_pylist()[0] == {"category": "Clinical Note", "title": "Note"}


def test_files_without_notes_are_told(tmp_path):
    path = write(tmp_path / "Patient.ndjson", {"resourceType": "Patient", "id": "p1"})
    with pytest.raises(CorpusError, match="no DocumentReference or DiagnosticReport here"):
        open_readers(SourceConfig(path=path, format="fhir"), ("id", "text"), tmp_path)


def test_an_unknown_column_is_named(tmp_path):
    path = write(tmp_path / "a.ndjson", document())
    with pytest.raises(CorpusError, match="missing column: 'pateint' \\(did you mean 'patient'\\?\\)"):
        open_readers(SourceConfig(path=path, format="fhir"), ("id", "pateint"), tmp_path)


@pytest.mark.parametrize("kind", ["text/html", "text/plain"])
def test_html_that_was_escaped_is_read_and_told(tmp_path, kind):
    once, twice = html.escape(FINDINGS), html.escape(html.escape(FINDINGS))
    plain = "Temp &lt;38 and K &gt;5"
    held = [
        document(f"d{i}", {"contentType": kind, "data": packed(text)}) for i, text in enumerate((once, twice, plain))
    ]
    path = write(tmp_path / "notes.ndjson", *held)
    (reader,) = open_readers(SourceConfig(path=path, format="fhir"), ("text",), tmp_path)
    texts = [row.values[0] for row in reader.rows()]
    assert texts[:2] == ["Lungs clear.\nHeart normal."] * 2
    assert texts[2] == (plain if kind == "text/plain" else "Temp <38 and K >5")
    assert [warning for warning in reader.warnings if "2 attachments" in warning and "escaped" in warning]
