"""FHIR exports as servers write them: who is a patient, which version counts, where resources and their text are."""

import base64
import gzip
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.corpus.readers.fhir.test_fhir import document, packed, report
from wardspace.config import CorpusConfig
from wardspace.corpus import prepare
from wardspace.corpus.readers import open_readers


def note(key, text=None, **elements):
    """A document of its own patient with a text of its own."""
    attachment = {"contentType": "text/plain", "data": packed(text or f"Note of {key}.")}
    return document(key, attachment, **({"subject": {"reference": f"Patient/{key}"}} | elements))


def written(path, *resources):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(one) + "\n" for one in resources))
    return path


def prepared(tmp_path, path, **source):
    source = {"path": str(path), "format": "fhir"} | source
    config = {"source": source, "deduplicate": {"report_near": None}}
    corpus = prepare(CorpusConfig.model_validate(config), tmp_path / "corpus", show_progress=False)
    notes = {row["note_id"]: row for row in corpus.table(["note_id", "patient_id", "text"]).to_pylist()}
    return corpus, notes, [(row["note_id"], row["kind"]) for row in corpus.rejects().to_pylist()]


def patients(tmp_path, *resources):
    _, notes, _ = prepared(tmp_path, written(tmp_path / "e.ndjson", *resources))
    return {key: row["patient_id"] for key, row in notes.items()}


# Who is a patient


def test_contained_patients_belong_to_their_own_resource(tmp_path):
    contained = {"resourceType": "Patient", "id": "pat", "name": [{"family": "A"}]}
    resources = [note(f"d{i}", subject={"reference": "#pat"}, contained=[contained]) for i in range(10)]
    assert len(set(patients(tmp_path, *resources).values())) == 10


def test_contained_patients_of_one_record_number_are_one_patient(tmp_path):
    def of(number):
        contained = {"resourceType": "Patient", "id": "pat", "identifier": [{"system": "urn:mrn", "value": number}]}
        return {"subject": {"reference": "#pat"}, "contained": [contained]}

    known = {"resourceType": "Patient", "id": "p7", "identifier": [{"system": "urn:mrn", "value": "7"}]}
    found = patients(tmp_path, note("a", **of("7")), note("b", **of("7")), note("c", **of("8")), known, note("p7"))
    assert found["a"] == found["b"] == found["p7"] == "p7"
    assert found["c"] != "p7"


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/88",
        " Patient/88 ",
        "Patient/88/",
        "Patient/88?x=1",
        "Patient/88#x",
        "Patient/88/_history/3",
        "http://h.example/fhir/Patient/88",
        "https://h.example:8080/r4/Patient/88/_history/2?_format=json",
        "https://h.example/Patient/fhir/Patient/88",
        "Patient?identifier=urn:mrn|m88",
        "Patient?identifier=urn%3Amrn%7Cm88",
    ],
)
def test_a_reference_names_its_patient_however_it_is_written(tmp_path, reference):
    known = {"resourceType": "Patient", "id": "88", "identifier": [{"system": "urn:mrn", "value": "m88"}]}
    assert patients(tmp_path, note("d", subject={"reference": reference}), known, note("88")) == {"d": "88", "88": "88"}


def test_references_of_a_bundle_mean_its_own_entries(tmp_path):
    subject = {"reference": "urn:uuid:one"}

    def bundle(patient):
        return {
            "resourceType": "Bundle",
            "type": "transaction",
            "entry": [
                {"fullUrl": "urn:uuid:one", "resource": {"resourceType": "Patient", "id": patient}},
                {
                    "fullUrl": f"urn:uuid:n{patient}",
                    "resource": note(None, patient, subject=subject),
                },
            ],
        }

    outside = note("x", subject={"reference": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"})
    assert patients(tmp_path, bundle("p1"), bundle("p2"), outside) == {
        "np1": "p1",
        "np2": "p2",
        "x": "0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0",
    }


def test_what_is_no_patient_is_none(tmp_path):
    device = {"resourceType": "Device", "id": "pat"}
    bad = [
        note("a", subject={"reference": "Device/1"}),
        note("b", subject={"reference": "#pat"}, contained=[device]),
        note("c", subject={"reference": "Patient/"}),
        note("d", subject={"type": "Group", "identifier": {"value": "1"}}),
        note("e", subject={"reference": 88}),
    ]
    _, notes, rejects = prepared(tmp_path, written(tmp_path / "e.ndjson", note("ok"), *bad))
    assert set(notes) == {"ok"}
    assert rejects == [(key, "missing patient") for key in "abcd"] + [("e", "malformed resource")]


# Identity and versions


def test_ids_are_unique_within_a_type_only(tmp_path):
    reports = [report(f"{i}", conclusion=f"Report {i}.", presentedForm=[]) for i in range(3)]
    path = written(tmp_path / "e.ndjson", *reports, *(note(f"{i}") for i in range(2)))
    _, notes, rejects = prepared(tmp_path, path)
    assert set(notes) == {"0", "1", "2", "DiagnosticReport/0", "DiagnosticReport/1"}
    assert rejects == []


def version(text, updated=None, number=None, **elements):
    meta = {key: value for key, value in (("lastUpdated", updated), ("versionId", number)) if value is not None}
    return note("same", text, subject={"reference": "Patient/x"}, **({"meta": meta} if meta else {}), **elements)


VERSIONS = {
    "time": (version("old", "2024-01-02T10:00:00Z", "9"), version("new", "2024-01-05T10:00:00Z", "2")),
    "zone": (version("old", "2024-01-02T10:00:00+02:00"), version("new", "2024-01-02T09:00:00Z")),
    "fraction": (version("old", "2024-01-02T10:00:00.1234567Z"), version("new", "2024-01-02T10:00:00.2Z")),
    "number": (version("old", None, "9"), version("new", None, "10")),
    "etag": (version("old", None, 'W/"2"'), version("new", None, 'W/"11"')),
    "status": (version("old", docStatus="preliminary"), version("new", docStatus="final")),
    "none and some": (version("old"), version("new", "2024-01-02T10:00:00Z")),
}


@pytest.mark.parametrize("kind", VERSIONS)
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("apart", [False, True])
def test_the_latest_version_counts_wherever_it_is(tmp_path, kind, turned, apart):
    first, second = reversed(VERSIONS[kind]) if turned else VERSIONS[kind]
    written(tmp_path / "e" / "a.ndjson", note("ok"), first, *(() if apart else (second,)))
    written(tmp_path / "e" / "b.ndjson", note("ok2"), *((second,) if apart else ()))
    _, notes, rejects = prepared(tmp_path, tmp_path / "e")
    assert notes["same"]["text"] == "new"
    assert rejects == [("same", "earlier version")]


def test_of_copies_one_is_kept(tmp_path):
    _, notes, rejects = prepared(tmp_path, written(tmp_path / "e.ndjson", note("ok"), *[version("text")] * 3))
    assert (set(notes), len(rejects)) == ({"ok", "same"}, 2)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("status", [{"status": "entered-in-error"}, {"docStatus": "entered-in-error"}])
def test_a_note_that_was_retracted_later_is_left_out(tmp_path, turned, status):
    pair = [version("text", "2024-01-02T10:00:00Z"), version("text", "2024-01-05T10:00:00Z", **status)]
    path = written(tmp_path / "e.ndjson", note("ok"), *(reversed(pair) if turned else pair))
    _, notes, rejects = prepared(tmp_path, path)
    assert set(notes) == {"ok"}
    assert sorted(rejects) == [("same", "earlier version"), ("same", "entered-in-error")]


def test_a_retraction_without_a_version_counts(tmp_path):
    pair = [version("text", status="entered-in-error"), version("text")]
    _, notes, _ = prepared(tmp_path, written(tmp_path / "e.ndjson", note("ok"), *pair))
    assert set(notes) == {"ok"}


def replacing(key, target, code="replaces", **elements):
    return note(key, relatesTo=[{"code": code, "target": target}], **elements)


@pytest.mark.parametrize(
    "successor",
    [
        replacing("new", {"reference": "DocumentReference/old"}),
        replacing("new", {"reference": "http://h/fhir/DocumentReference/old/_history/1"}),
        replacing("new", {"identifier": {"system": "urn:doc", "value": "o"}}),
        replacing("new", {"reference": "DocumentReference/old"}, {"coding": [{"code": "replaces"}]}),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_what_another_note_replaces_is_left_out(tmp_path, successor, turned):
    pair = [note("old", masterIdentifier={"system": "urn:doc", "value": "o"}), successor]
    _, notes, rejects = prepared(tmp_path, written(tmp_path / "e.ndjson", *(reversed(pair) if turned else pair)))
    assert (set(notes), rejects) == ({"new"}, [("old", "superseded")])


def test_a_status_says_it_too_and_only_valid_notes_replace(tmp_path):
    path = written(
        tmp_path / "e.ndjson",
        note("gone", status="superseded"),
        note("kept"),
        replacing("wrong", {"reference": "DocumentReference/kept"}, status="entered-in-error"),
        replacing("added", {"reference": "DocumentReference/kept"}, "appends"),
        replacing("self", {"reference": "DocumentReference/self"}),
        replacing("odd", {"reference": 7}),
    )
    _, notes, rejects = prepared(tmp_path, path)
    assert set(notes) == {"kept", "added", "self", "odd"}
    assert rejects == [("gone", "superseded"), ("wrong", "entered-in-error")]


def test_deleted_resources_of_a_bulk_export(tmp_path):
    gone = {"request": {"method": "DELETE", "url": "DocumentReference/d1"}}
    written(tmp_path / "e" / "deleted.ndjson", {"resourceType": "Bundle", "type": "transaction", "entry": [gone]})
    written(tmp_path / "e" / "notes.ndjson", note("d1"), note("d2"))
    # the file of deletions holds no note itself
    _, notes, rejects = prepared(tmp_path, tmp_path / "e")
    assert (set(notes), rejects) == ({"d2"}, [("d1", "deleted")])


# Where resources are


def test_files_of_several_types_are_looked_through_whole(tmp_path):
    others = [{"resourceType": "Patient", "id": f"x{i}"} for i in range(1500)]
    written(tmp_path / "e" / "all.ndjson", *others, *(note(f"b{i}") for i in range(30)))
    written(tmp_path / "e" / "a.ndjson", *(note(f"a{i}") for i in range(20)))
    corpus, notes, _ = prepared(tmp_path, tmp_path / "e")
    assert len(notes) == 50
    assert any("1500 Patient" in warning for warning in corpus.manifest.warnings)
    assert len(prepared(tmp_path, tmp_path / "e" / "all.ndjson")[1]) == 30


def entries(*resources, first=False):
    kind, inside = (
        ("resourceType", "Bundle"),
        ("entry", [{"fullUrl": f"urn:x:{i}", "resource": r} for i, r in enumerate(resources)]),
    )
    return dict([inside, ("type", "collection"), kind] if first else [kind, ("type", "collection"), inside])


TWELVE = [note(f"g{i}") for i in range(11)] + [report("g0", conclusion="A report.", presentedForm=[])]
SHAPES = {
    "bundle.ndjson": json.dumps(entries(*TWELVE)),
    "bundles.ndjson": "\n".join(json.dumps(entries(one)) for one in TWELVE),
    "pretty.json": json.dumps(entries(*TWELVE), indent=1),
    "turned.json": json.dumps(entries(*TWELVE, first=True), indent=4),
    "crlf.json": json.dumps(entries(*TWELVE), indent=2).replace("\n", "\r\n"),
    "nested.json": json.dumps(entries(entries(*TWELVE[:5]), *TWELVE[5:]), indent=1),
    "list.json": json.dumps(TWELVE, indent=1),
    "list-of-lines.json": "[\n" + ",\n".join(map(json.dumps, TWELVE)) + "\n]",
    "entries-of-lines.json": '{"resourceType": "Bundle", "entry": [\n'
    + ",\n".join(json.dumps({"resource": one}) for one in TWELVE)
    + "\n]}",
    "one-after-the-other.json": "\n".join(json.dumps(one, indent=2) for one in TWELVE),
    "mark.json": "\ufeff" + json.dumps(entries(*TWELVE), indent=1),
    "lines.json": "\n".join(map(json.dumps, TWELVE)),
}


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("packed_", [False, True])
def test_bundles_and_documents_are_read(tmp_path, name, packed_):
    path = tmp_path / (f"{name}.gz" if packed_ else name)
    content = SHAPES[name].encode()
    path.write_bytes(gzip.compress(content) if packed_ else content)
    corpus, notes, rejects = prepared(tmp_path, path)
    assert (len(notes), rejects) == (12, [])
    assert corpus.manifest.counts["rows_read"] == 12


def test_a_single_resource_and_a_folder_of_bundles(tmp_path):
    for i, one in enumerate(TWELVE):
        path = tmp_path / "e" / f"{i}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(one if i % 2 else entries({"resourceType": "Patient", "id": "p"}, one), indent=2))
    (tmp_path / "e" / "manifest.json").write_text('{"output": [], "error": []}')
    assert len(prepared(tmp_path, tmp_path / "e")[1]) == 12


def test_a_malformed_entry_costs_itself(tmp_path):
    text = json.dumps(entries(*TWELVE), indent=1).replace('"id": "g4"', '"id": "g4')
    (tmp_path / "b.json").write_text(text)
    _, notes, rejects = prepared(tmp_path, tmp_path / "b.json")
    assert len(notes) == 11
    assert {kind for _, kind in rejects} == {"malformed JSON"}


def test_a_document_cut_short_gives_what_is_whole(tmp_path):
    text = json.dumps(entries(*TWELVE), indent=1)
    (tmp_path / "b.json").write_text(text[: text.index('"g9"')])
    _, notes, rejects = prepared(tmp_path, tmp_path / "b.json")
    assert (set(notes), [kind for _, kind in rejects]) == ({f"g{i}" for i in range(9)}, ["malformed JSON"])


def test_entries_are_as_large_as_they_are(tmp_path):
    large = note("large", "word " * 100_000)
    (tmp_path / "b.json").write_text(json.dumps(entries(note("a"), large, note("z")), indent=1))
    _, notes, _ = prepared(tmp_path, tmp_path / "b.json")
    assert notes["large"]["text"] == ("word " * 100_000).rstrip()
    assert len(notes) == 3


# What attachments are written in


def attached(raw, kind="text/plain"):
    return {"data": packed(raw)} | ({"contentType": kind} if kind else {})


TWICE = base64.b64encode(b"Seen in clinic today and encoded twice.")
ATTACHMENTS = {
    "bom-text": (attached(b"\xef\xbb\xbfSeen."), "Seen."),
    "bom-rtf": (attached(b"\xef\xbb\xbf{\\rtf1\\ansi Seen.}", "text/rtf"), "Seen."),
    "bom-html": (attached(b"\xef\xbb\xbf<p>Seen.</p>", "text/html"), "Seen."),
    "bom-utf16": (attached("Seen 5°.".encode("utf-16")), "Seen 5°."),
    "utf16": (attached("Seen 5°.".encode("utf-16-le")), "Seen 5°."),
    "bom-wins": (attached("\ufeff5°".encode(), "text/plain; charset=latin-1"), "5°"),
    "latin1": (attached("Fièvre à 39°, épigastre.".encode("latin-1")), "Fièvre à 39°, épigastre."),
    "cp1252": (attached("Größe 1,80 m – „gut“".encode("cp1252")), "Größe 1,80 m – „gut“"),
    "called-latin1": (attached("„gut“ – 5°".encode("cp1252"), "text/plain; charset=ISO-8859-1"), "„gut“ – 5°"),
    "called-utf8": (attached("Fièvre à 39°".encode("latin-1"), "text/plain; charset=utf-8"), "Fièvre à 39°"),
    "meta": (attached('<meta charset="windows-1251"><p>Боль</p>'.encode("cp1251"), "text/html"), "Боль"),
    "meta-http": (
        attached('<meta http-equiv="x" content="text/html; charset=iso-8859-7">Πόνος'.encode("iso8859-7"), "text/html"),
        "Πόνος",
    ),
    "xml": (
        attached('<?xml version="1.0" encoding="ISO-8859-2"?><p>Łódź</p>'.encode("iso8859-2"), "application/xhtml+xml"),
        "Łódź",
    ),
    "stale-meta": (attached('<meta charset="windows-1252"><p>Größe</p>', "text/html"), "Größe"),
    "ansicpg": (attached("{\\rtf1\\ansi\\ansicpg1250 Łokieć}".encode("cp1250"), "text/rtf"), "Łokieć"),
    "head": (attached("<html><head><title>t</title><body><p>Seen.</p></body></html>", "text/html"), "Seen."),
    "head-only": (attached("<head><title>t</title><p>Seen.", "text/html"), "Seen."),
    "rtf-as-plain": (attached("{\\rtf1\\ansi Seen.\\par Stable.}"), "Seen.\nStable."),
    "html-as-plain": (attached("<html><body><p>Seen &amp; stable.</p></body></html>"), "Seen & stable."),
    "rtf-as-html": (attached("{\\rtf1\\ansi Seen.}", "text/html"), "Seen."),
    "octet-rtf": (attached("{\\rtf1\\ansi Seen.}", "application/octet-stream"), "Seen."),
    "octet-text": (attached("Seen.", "application/octet-stream"), "Seen."),
    "plain-of-html": (attached("Plan:\nBP &lt; 120", "text/html"), "Plan:\nBP < 120"),
    "no-html": (attached("Temp <37 °C & stable, seen by <Dr X>"), "Temp <37 °C & stable, seen by <Dr X>"),
    "twice": (attached(TWICE), "Seen in clinic today and encoded twice."),
    "thrice": (attached(base64.b64encode(TWICE)), "Seen in clinic today and encoded twice."),
    "twice-rtf": (attached(base64.b64encode(b"{\\rtf1\\ansi Seen today.}"), "text/rtf"), "Seen today."),
    "twice-latin": (attached(base64.b64encode("Fièvre à 39°, été".encode("latin-1"))), "Fièvre à 39°, été"),
    "no-base64": (attached("Electroencephalographically"), "Electroencephalographically"),
    "no-base64-either": (attached("Nasopharyngolaryngoscopic"[:24]), "Nasopharyngolaryngoscopi"),
    "wrapped": ({"contentType": "text/plain", "data": "U2Vl\r\nbi4="}, "Seen."),
    "unpadded": ({"contentType": "text/plain", "data": "U2Vlbg"}, "Seen"),
    "url-safe": ({"contentType": "text/plain", "data": "w7_Dvz8_Pz8-"}, "ÿÿ????>"),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACHMENTS)
def test_an_attachment_is_read_as_what_it_is(tmp_path, name):
    attachment, text = ATTACHMENTS[name]
    _, notes, rejects = prepared(tmp_path, written(tmp_path / "e.ndjson", document("d", attachment)))
    assert (notes and notes["d"]["text"], rejects) == (text, [])


@pytest.mark.parametrize(
    ("attachment", "kind"),
    [
        (attached(b"%PDF-1.4 \xe2\xe3"), "unreadable attachment"),
        (attached(base64.b64encode(b"%PDF-1.4 \xe2\xe3 and so on for long")), "unreadable attachment"),
        (attached(bytes(range(256)) * 4), "undecodable bytes"),
        (attached("größer ".encode() + b"\xe9"), "undecodable bytes"),
        (attached("a", "text/plain; charset=klingon"), "unknown charset"),
    ],
)
def test_what_is_no_text_is_a_reject(tmp_path, attachment, kind):
    _, notes, rejects = prepared(tmp_path, written(tmp_path / "e.ndjson", note("ok"), document("d", attachment)))
    assert (set(notes), rejects) == ({"ok"}, [("d", kind)])


def test_the_study_names_the_encoding_of_attachments(tmp_path):
    attachments = {
        "greek": attached("Πόνος και πυρετός".encode("cp1253")),
        "utf8": attached("größer"),
        "named": attached("Größe".encode("latin-1"), "text/plain; charset=latin-1"),
        "unknown": attached("Πόνος".encode("cp1253"), "text/plain; charset=klingon"),
    }
    path = written(tmp_path / "e.ndjson", *(document(key, one) for key, one in attachments.items()))
    corpus, notes, _ = prepared(tmp_path, path, encoding="cp1253")
    assert {key: row["text"] for key, row in notes.items()} == {
        "greek": "Πόνος και πυρετός",
        "utf8": "größer",
        "named": "Größe",
        "unknown": "Πόνος",
    }
    assert corpus.manifest.source["encoding"] == "utf-8"


def test_a_guess_is_counted_in_a_warning(tmp_path):
    resources = [document(f"d{i}", attached(f"Fièvre à {i}°".encode("latin-1"))) for i in range(3)]
    corpus, _, _ = prepared(tmp_path, written(tmp_path / "e.ndjson", *resources))
    assert any("3 attachments" in warning and "cp1252" in warning for warning in corpus.manifest.warnings)


def test_another_format_is_read_where_the_best_is_damaged(tmp_path):
    broken = {"contentType": "text/plain", "data": "*"}
    _, notes, _ = prepared(
        tmp_path, written(tmp_path / "e.ndjson", document("d", broken, attached("<p>ok</p>", "text/html")))
    )
    assert notes["d"]["text"] == "ok"


# Damage

_JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["\ud800", "#", "urn:"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_RICH = note(
    "rich",
    relatesTo=[{"code": "replaces", "target": {"reference": "DocumentReference/none"}}],
    contained=[{"resourceType": "Patient", "id": "pat", "identifier": [{"system": "s", "value": "v"}]}],
    meta={"lastUpdated": "2024-01-02T10:00:00Z", "versionId": "1"},
    masterIdentifier={"system": "urn:x", "value": "1"},
)


def places(value, path=()):
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*path, key))


def changed(value, path, junk):
    if not path:
        return junk
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(value[path[0]], path[1:], junk)
    return copy


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_in_an_element_costs_its_resource_alone(tmp_path_factory, data):
    resource = data.draw(st.sampled_from([_RICH, report("rich"), entries(_RICH)]))
    damaged = changed(resource, data.draw(st.sampled_from(sorted(places(resource), key=str))), data.draw(_JUNK))
    folder = tmp_path_factory.mktemp("damaged")
    path = written(folder / "e.ndjson", note("first"), damaged, note("last"))
    config = CorpusConfig.model_validate({"source": {"path": str(path), "format": "fhir"}})
    readers = open_readers(config.source, ("id", "patient", "date", "text"), folder / "scratch")
    rows = [row for reader in readers for row in reader.rows()]
    read = {row.values[0] for row in rows if not row.fault}
    assert {"first", "last"} <= {str(key) for key in read}


def test_lone_surrogates_cost_their_note(tmp_path):
    half = "\ud800"
    bad = [
        note(f"a{half}", "text"),
        note(f"a{half}", "text", docStatus="preliminary"),
        note("b", subject={"reference": f"Patient/{half}"}),
        note("c", date=half),
        note("d", type={"text": half}),
        document("e", {"contentType": f"text/{half}", "data": packed("x")}),
        document("f", {"contentType": f"text/plain; charset={half}", "data": packed("x")}),
        document("g", {"contentType": "text/plain", "data": half}),
        replacing("h", {"reference": f"DocumentReference/{half}"}, type={"text": half}),
        report("i", conclusion=half, presentedForm=[]),
    ]
    good = [note(f"ok{i}") for i in range(20)]
    _, notes, rejects = prepared(tmp_path, written(tmp_path / "e.ndjson", *good, *bad))
    assert set(notes) == {f"ok{i}" for i in range(20)}
    assert len(rejects) == len(bad)
