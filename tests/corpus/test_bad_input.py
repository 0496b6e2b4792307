"""What cannot be read goes to the rejects with its place and reason; the rest is kept, and the counts add up."""

import base64
import gzip
import json
import random

import pytest

from tests.fixtures.sources import csv_text, prepared, rejected, texts

CANARY = "Quillfeather-canary"
GOOD = [(f"n{i}", f"Cough and fever on day {i}.") for i in range(40)]


def checked(corpus, capsys):
    """No row is lost, none is without its reason, and nothing of a note stands elsewhere."""
    counts = corpus.manifest.counts
    assert counts["rows_read"] == counts["notes"] + sum(counts["rejects"].values())
    for row in corpus.rejects().to_pylist():
        assert row["file"] and row["row"] > 0 and row["kind"] and row["reason"]
    outside = [path for path in corpus.folder.rglob("*") if path.is_file() and path.parent.name != "notes"]
    assert not any(CANARY.encode() in path.read_bytes() for path in outside)
    assert CANARY not in str(corpus.rejects().to_pylist())
    told = capsys.readouterr()
    assert CANARY not in told.out + told.err
    return corpus


def cut(content, share):
    """Random letters do not pack well, so that a cut takes rows away."""
    packed = gzip.compress(content)
    return packed[: int(len(packed) * share)]


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl"])
def test_a_truncated_gzip_keeps_the_rows_before(tmp_path, capsys, suffix):
    draw = random.Random(4)
    rows = [(f"n{i}", "".join(draw.choices("abcdefgh ", k=300)) + CANARY) for i in range(2000)]
    if suffix == "jsonl":
        content = "".join(json.dumps({"note_id": i, "text": text}) + "\n" for i, text in rows)
    else:
        content = csv_text(rows)
        content = content if suffix == "csv" else content.replace(",", "\t")
    path = tmp_path / f"notes.{suffix}.gz"
    path.write_bytes(cut(content.encode(), 0.6))
    corpus = checked(prepared(path, tmp_path / "corpus"), capsys)
    kept = texts(corpus)
    assert 800 < len(kept) < 1300
    assert all(kept[name] == text for name, text in rows[: len(kept)])  # no half of a text among them
    assert [kind for *_, kind in rejected(corpus)] == ["damaged file"]
    assert any("notes" in warning for warning in corpus.manifest.warnings)


def test_a_quote_never_closed_costs_its_row(tmp_path, capsys):
    lines = [f'{name},"{text}"' for name, text in GOOD]
    lines[10] = f'n10,"{CANARY} and no end'
    (tmp_path / "notes.csv").write_text("note_id,text\n" + "\n".join(lines) + "\n")
    corpus = checked(prepared(tmp_path / "notes.csv", tmp_path / "corpus"), capsys)
    kept = texts(corpus)
    assert set(kept) == {name for name, _ in GOOD} - {"n10"}
    assert all(kept[name] == text for name, text in GOOD if name in kept)
    assert [(row, "quote" in kind) for _, row, _, kind in rejected(corpus)] == [(12, True)]


SENTENCES = {
    "utf-8": "Der Patient klagt über Übelkeit, Müdigkeit und Völlegefühl.",
    "utf-8-sig": "Le patient présente une fièvre élevée et des céphalées.",
    "utf-16": "Le patient présente une fièvre élevée et des céphalées.",
    "utf-32": "Der Patient klagt über Übelkeit, Müdigkeit und Völlegefühl.",
    "cp1252": "Der Patient klagt über Übelkeit, Müdigkeit und Völlegefühl.",
    "cp1250": "Pacjent zgłasza ból głowy, gorączkę i duszność, również osłabienie.",
    "cp1251": "Пациент жалуется на головную боль, высокую температуру и одышку.",
    "cp1253": "Ο ασθενής αναφέρει πονοκέφαλο, υψηλό πυρετό και δύσπνοια.",
    "shift_jis": "患者は頭痛と高熱を訴えている。呼吸が苦しいとのことです。",
    "euc_kr": "환자는 두통과 고열을 호소하고 있습니다. 숨이 가쁘다고 합니다.",
    "gb18030": "患者主诉头痛、高热，并伴有呼吸困难和乏力。",
    "koi8_r": "Пациент жалуется на головную боль, высокую температуру и одышку.",
}


BROKEN = {"utf-8": b"\xff", "utf-8-sig": b"\xff", "utf-16": b"\x00\xd8", "utf-32": b"\xff\xff\xff\x7f"}
"""Bytes that no text of the encoding has; the others know nearly any byte."""


@pytest.mark.parametrize("encoding", SENTENCES)
def test_encodings(tmp_path, capsys, encoding):
    rows = [(f"n{i}", f"{SENTENCES[encoding]} {i}.") for i in range(60)]
    content = csv_text(rows).encode(encoding)
    broken = BROKEN.get(encoding)
    if broken:
        plain = {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(encoding, "utf-8")
        content += "x60,".encode(plain) + broken + "\n".encode(plain)
    path = tmp_path / "notes.csv"
    path.write_bytes(content)
    corpus = checked(prepared(path, tmp_path / "corpus"), capsys)
    kept = texts(corpus)
    assert kept == dict(rows) or corpus.manifest.warnings
    assert len(kept) == 60
    assert [kind for *_, kind in rejected(corpus)] == (["undecodable bytes"] if broken else [])


def resource(key, attachment, **elements):
    return {
        "resourceType": "DocumentReference",
        "id": key,
        "status": "current",
        "subject": {"reference": "Patient/p"},
        "content": [{"attachment": attachment}],
    } | elements


def inline(text, kind="text/plain"):
    return {"contentType": kind, "data": base64.b64encode(text.encode()).decode()}


def test_fhir(tmp_path, capsys):
    picture = r"{\rtf1 Seen today. {\pict\pngblip 89504e470d0a1a0a}\bin4 abcd Well.}"
    lines = [
        json.dumps(resource("good", inline("Cough since Monday."))),
        f"{{not JSON {CANARY}",
        json.dumps([CANARY]),
        json.dumps(resource("base64", {"contentType": "text/plain", "data": f"?{CANARY}?"})),
        json.dumps(resource("zip", {"contentType": "application/zip", "data": "UEsDBA=="})),
        json.dumps(resource("charset", inline(CANARY, "text/plain; charset=klingon"))),
        json.dumps(resource("rtf", inline(picture, "application/rtf"))),
        json.dumps(resource("groups", inline(r"{\rtf1 " + "{" * 5000 + CANARY, "application/rtf"))),
        "[" * 100_000,
        json.dumps(resource("number", inline("Well."), status="final")).replace('"final"', "9" * 100_000),
        json.dumps(resource("nobody", inline(CANARY), subject=None)),
        json.dumps(resource("nul", inline(f"{CANARY}\0"))),
        json.dumps(resource("surrogate", inline("Fine."), date="\ud800")),
    ]
    path = tmp_path / "DocumentReference.ndjson"
    path.write_text("\n".join(lines) + "\n")
    corpus = checked(prepared(path, tmp_path / "corpus", source={"format": "fhir"}), capsys)
    kept = texts(corpus)
    assert kept["good"] == "Cough since Monday."
    assert "Seen today." in kept["rtf"] and "8950" not in kept["rtf"] and "abcd" not in kept["rtf"]
    assert {"base64", "zip", "charset", "nobody", "nul", "surrogate"}.isdisjoint(kept)
    assert {2, 3, 4, 5, 6, 9, 11, 12, 13} <= {row for _, row, *_ in rejected(corpus)}


def test_documents_in_binary_resources_and_files(tmp_path, capsys):
    folder = tmp_path / "export"
    (folder / "docs").mkdir(parents=True)
    (folder / "docs" / "letter.html").write_text("<p>Discharged <b>well</b>.</p>")
    (tmp_path / "secret.txt").write_text(CANARY)
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    notes = [
        resource("binary", {"contentType": "text/plain", "url": "Binary/b1"}),
        resource("absolute", {"url": "https://fhir.example.org/r4/Binary/b2"}),
        resource("missing", {"contentType": "text/plain", "url": "Binary/b9"}),
        resource("file", {"contentType": "text/html", "url": "docs/letter.html"}),
        resource("outside", {"contentType": "text/plain", "url": "../secret.txt"}),
        resource("linked", {"contentType": "text/plain", "url": "link.txt"}),
        resource("web", {"contentType": "text/plain", "url": "https://example.org/note.txt"}),
    ]
    (folder / "DocumentReference.ndjson").write_text("".join(json.dumps(one) + "\n" for one in notes))
    binaries = [{"resourceType": "Binary", "id": f"b{i}", **inline(f"Note {i} was kept apart.")} for i in (1, 2)]
    content = "".join(json.dumps(one) + "\n" for one in binaries)
    for name, data in (("Binary.ndjson", content.encode()), ("Binary.ndjson.gz", gzip.compress(content.encode()))):
        place = folder / name
        place.write_bytes(data)
        corpus = checked(prepared(folder, tmp_path / "corpus", source={"format": "fhir"}), capsys)
        place.unlink()
        assert texts(corpus) == {
            "binary": "Note 1 was kept apart.",
            "absolute": "Note 2 was kept apart.",
            "file": "Discharged well.",
        }
        assert {kind for *_, kind in rejected(corpus)} == {"attachment elsewhere"}
        assert corpus.manifest.counts["rejects"] == {"attachment elsewhere": 4}


def test_a_bomb_of_whitespace_and_a_huge_note(tmp_path, capsys):
    path = tmp_path / "notes.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as handle:
        handle.write(b"note_id,text\nbomb,")
        for _ in range(50):
            handle.write(b" " * 2**20)
        handle.write(b"\nhuge," + b"word " * 2**20 + b"\nsmall,Cough.\n")
    corpus = checked(prepared(path, tmp_path / "corpus"), capsys)
    assert texts(corpus) == {"small": "Cough."}
    assert [kind for *_, kind in rejected(corpus)] == ["empty text", "too long"]
