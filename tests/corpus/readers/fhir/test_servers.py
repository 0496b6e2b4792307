"""Exports of several servers: equal ids of two of them are two resources."""

import json

import pytest

from tests.corpus.readers.fhir.test_fhir import document, packed
from wardspace.config import SourceConfig
from wardspace.corpus.readers import open_readers

A, B = "https://a.example/fhir", "http://B.example:8080/r4"
ON_A, ON_B = "https://a.example/fhir", "https://b.example:8080/r4"


def plain(text, **more):
    return {"contentType": "text/plain", "data": packed(text), **more}


def bundle(base, *resources):
    entries = [{"fullUrl": f"{base}/{one['resourceType']}/{one['id']}", "resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def ndjson(path, *resources):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(one) + "\n" for one in resources))


def read(tmp_path, folder="e"):
    config = SourceConfig(path=str(tmp_path / folder), format="fhir")
    readers = open_readers(config, ("id", "patient", "text"), tmp_path / "scratch")
    rows = [row for reader in readers for row in reader.rows()]
    notes = {row.values[0]: row.values[1:] for row in rows if not row.fault}
    return notes, [row.fault.kind for row in rows if row.fault], sorted({w for r in readers for w in r.warnings})


def test_servers_that_use_the_same_ids_in_bundles(tmp_path):
    for name, base in (("x.json", A), ("y.json", B)):
        patient = {"resourceType": "Patient", "id": "p1", "identifier": [{"value": f"mrn of {base}"}]}
        binary = {"resourceType": "Binary", "id": "b1", "contentType": "text/plain", "data": packed(f"far {base}")}
        held = (
            document("d1", plain(f"near {base}")),
            document("d2", {"contentType": "text/plain", "url": "Binary/b1"}),
            document("d3", plain(f"by number {base}"), subject={"identifier": {"value": f"mrn of {base}"}}),
        )
        (tmp_path / "e").mkdir(exist_ok=True)
        (tmp_path / "e" / name).write_text(json.dumps(bundle(base, patient, binary, *held), indent=1))
    notes, faults, warnings = read(tmp_path)
    assert faults == []
    assert notes == {
        f"{on}/DocumentReference/{key}": (f"{on}/Patient/p1", f"{text} {base}")
        for base, on in ((A, ON_A), (B, ON_B))
        for key, text in (("d1", "near"), ("d2", "far"), ("d3", "by number"))
    }
    assert any("2 servers" in warning for warning in warnings)


def test_versions_deletions_and_successors_are_those_of_one_server(tmp_path):
    old = document("d1", plain("old"), meta={"lastUpdated": "2020-01-01T00:00:00Z"})
    new = document("d1", plain("new"), meta={"lastUpdated": "2021-01-01T00:00:00Z"})
    successor = document(
        "s", plain("s"), relatesTo=[{"code": "replaces", "target": {"reference": "DocumentReference/r"}}]
    )
    gone = {"resourceType": "Bundle", "entry": [{"request": {"method": "DELETE", "url": f"{B}/DocumentReference/g"}}]}
    on_a = bundle(A, old, document("r", plain("replaced")), successor, document("g", plain("g")))
    on_b = bundle(B, new, document("r", plain("kept")), document("g", plain("g")))
    ndjson(tmp_path / "e" / "all.ndjson", on_a, on_b, gone)
    notes, faults, _ = read(tmp_path)
    assert {name: text for name, (_, text) in notes.items()} == {
        f"{ON_A}/DocumentReference/d1": "old",
        f"{ON_A}/DocumentReference/s": "s",
        f"{ON_A}/DocumentReference/g": "g",
        f"{ON_B}/DocumentReference/d1": "new",
        f"{ON_B}/DocumentReference/r": "kept",
    }
    assert sorted(faults) == ["deleted", "superseded"]


def test_absolute_references_tell_the_server_of_notes_without_a_url(tmp_path):
    for folder, base in (("x", A), ("y", B)):
        subject = {"reference": f"{base}/Patient/p1"}
        ndjson(tmp_path / "e" / folder / "d.ndjson", document("d1", plain(f"note {base}"), subject=subject))
    notes, faults, _ = read(tmp_path)
    assert faults == []
    assert sorted(notes.values()) == [(f"{ON_A}/Patient/p1", f"note {A}"), (f"{ON_B}/Patient/p1", f"note {B}")]


def test_one_server_is_one_however_it_is_written(tmp_path):
    urls = ["https://h.example/fhir/Patient/p1", "http://H.example/fhir/Patient/p1/_history/2", "Patient/p1"]
    held = [document(f"d{i}", plain(f"note {i}"), subject={"reference": url}) for i, url in enumerate(urls)]
    ndjson(tmp_path / "e" / "d.ndjson", *held, bundle("https://h.example/fhir", document("d3", plain("note 3"))))
    newer = document("d2", plain("note 2, newer"), meta={"lastUpdated": "2021-01-01T00:00:00Z"})
    ndjson(tmp_path / "e" / "e.ndjson", bundle("https://h.example/fhir", newer))
    notes, faults, warnings = read(tmp_path)
    texts = ["note 0", "note 1", "note 2, newer", "note 3"]
    assert notes == {f"d{i}": ("p1", text) for i, text in enumerate(texts)}
    assert faults == ["earlier version"]
    assert warnings == []


@pytest.mark.parametrize("version", [{}, {"meta": {"versionId": "1"}}])
def test_ids_that_are_used_twice_without_a_url_are_told(tmp_path, version):
    for folder in ("x", "y"):
        patient = {
            "resourceType": "Patient",
            "id": "p1",
            "birthDate": f"19{len(folder)}0-01-01",
            "name": [{"family": folder}],
        }
        same = {"resourceType": "Patient", "id": "p2", "gender": "female", "birthDate": "1950-01-01"}
        same = same if folder == "x" else dict(reversed(same.items()))
        binary = {"resourceType": "Binary", "id": "b1", "contentType": "text/plain", "data": packed(folder)}
        ndjson(tmp_path / "e" / folder / "Patient.ndjson", patient | version, same | version)
        ndjson(tmp_path / "e" / folder / "Binary.ndjson", binary | version)
        notes = [document("d1", plain(f"note {folder}")), document("d2", plain("the same"))]
        notes.append(document(f"d3-{folder}", {"contentType": "text/plain", "url": "Binary/b1"}))
        ndjson(tmp_path / "e" / folder / "DocumentReference.ndjson", *(note | version for note in notes))
    _, _, warnings = read(tmp_path)
    told = {
        kind: warning for warning in warnings for kind in ("DocumentReference", "Patient", "Binary") if kind in warning
    }
    assert {kind: warning.split()[0] for kind, warning in told.items()} == dict.fromkeys(told, "1")
    assert set(told) == {"DocumentReference", "Patient", "Binary"}


def test_versions_of_one_server_are_not_told(tmp_path):
    versions = [
        document("d1", plain(f"version {i}"), meta={"versionId": str(i), "lastUpdated": f"202{i}-01-01T00:00:00Z"})
        for i in range(3)
    ]
    stages = [document("d2", plain(status), docStatus=status) for status in ("preliminary", "final")]
    patients = [
        {"resourceType": "Patient", "id": "p1", "birthDate": f"195{i}", "meta": {"versionId": f"{i}"}} for i in "12"
    ]
    ndjson(tmp_path / "e" / "all.ndjson", *versions, *stages, *patients)
    notes, faults, warnings = read(tmp_path)
    assert {name: text for name, (_, text) in notes.items()} == {"d1": "version 2", "d2": "final"}
    assert faults == ["earlier version"] * 3
    assert all("passed over" in warning for warning in warnings)
