"""Bad input costs the rows it is in: each is a reject with its place and reason, and the rest is kept."""

import base64
import gzip
import json
import os
import subprocess
import sys
import textwrap

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.corpus.readers.fhir.test_fhir import document, packed, report
from tests.fixtures.bad import CANARY, good, swept
from tests.fixtures.omop import TABLES
from tests.fixtures.sources import csv_text
from tests.fixtures.warehouses import MIMIC4_NOTE, NOTEEVENTS, note_event, write_table
from wardspace.core.errors import CorpusError

IDS = {f"n{i}" for i in range(20)}


@pytest.fixture(autouse=True)
def silent_about_text(capfd):
    yield
    said = capfd.readouterr()
    assert CANARY not in said.out + said.err


def csv_notes(count=20):
    return csv_text(good(count))


def jsonl_notes(count=20):
    return "".join(json.dumps({"note_id": key, "text": text}) + "\n" for key, text in good(count))


def fhir_notes(count=20):
    plain = ({"contentType": "text/plain", "data": packed(text)} for _, text in good(count))
    return "".join(json.dumps(document(f"n{i}", one)) + "\n" for i, one in enumerate(plain))


def pubtator_notes(count=20):
    return "".join(f"{key}|t|Title {key}\n{key}|a|{text}\n\n" for key, text in good(count))


def conll_notes(count=20):
    return "".join(
        f"-DOCSTART- O\n\n{' O{n}'.join(text.split())} O\n\n".replace("{n}", "\n") for _, text in good(count)
    )


def mimic3_notes(count=20):
    header = ",".join(f'"{name}"' for name in NOTEEVENTS)
    lines = [f'{i},{i},,2151-08-04,,,"Nursing","Report",,,"{text}"' for i, (_, text) in enumerate(good(count))]
    return "\n".join([header, *lines, ""])


TRUNCATED = {
    "csv": ("a.csv.gz", csv_notes, 21),
    "tsv": (
        "a.tsv.gz",
        lambda: csv_text((key, text.replace(",", "")) for key, text in good(20)).replace(",", "\t"),
        21,
    ),
    "jsonl": ("a.jsonl.gz", jsonl_notes, 20),
    "fhir": ("a.ndjson.gz", fhir_notes, 20),
    "pubtator": ("a.pubtator.gz", pubtator_notes, 60),
    "conll": ("a.conll.gz", conll_notes, 280),
    "mimic-iii": ("NOTEEVENTS.csv.gz", mimic3_notes, 21),
}


@pytest.mark.parametrize("kind", TRUNCATED)
def test_a_gzip_file_cut_short_keeps_what_came_before(tmp_path, kind):
    name, make, lines = TRUNCATED[kind]
    whole = make().encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(whole[: int(len(whole) * 0.8)])[:-8])  # all that is packed, but not its end
    source = {} if kind in ("csv", "tsv", "jsonl") else {"format": kind}
    kept, rejects, corpus = swept(path, tmp_path / "corpus", source=source)
    assert 14 <= len(kept) <= 16
    ((file, row, fault),) = rejects
    assert (file, fault) == (name, "damaged file")
    assert 0.6 * lines < row < lines
    assert any(f"{name}: the gzip file is cut short" in warning for warning in corpus.manifest.warnings)
    path.write_bytes(gzip.compress(whole))
    every, _, complete = swept(path, tmp_path / "whole", source=source)
    texts = set(complete.table()["text"].to_pylist())
    assert len(every) == 20
    # nothing of the row that was cut is taken for a note
    assert set(corpus.table()["text"].to_pylist()) < texts


def test_damage_in_the_middle_of_a_gzip_file(tmp_path):
    rows = [(key, text + base64.b64encode(os.urandom(3000)).decode()) for key, text in good(100)]
    content = bytearray(gzip.compress(csv_text(rows).encode()))
    content[len(content) // 2 : len(content) // 2 + 64] = bytes(64)
    (tmp_path / "a.csv.gz").write_bytes(content)
    kept, rejects, corpus = swept(tmp_path / "a.csv.gz", tmp_path / "corpus")
    assert 20 < len(kept) < 60
    assert rejects[-1][2] == "damaged file"
    assert any("notes shortly before it may be altered" in warning for warning in corpus.manifest.warnings)


def test_something_that_follows_a_gzip_file(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(csv_notes().encode()) + CANARY.encode())
    kept, rejects, _ = swept(tmp_path / "a.csv.gz", tmp_path / "corpus")
    assert kept == IDS
    assert rejects == [("a.csv.gz", 22, "damaged file")]


def test_several_members_and_padding_are_no_damage(tmp_path):
    parts = [gzip.compress(part.encode()) for part in (csv_notes(10), csv_text(good(10, 10)).partition("\n")[2])]
    (tmp_path / "a.csv.gz").write_bytes(b"".join(parts) + bytes(512))
    kept, rejects, _ = swept(tmp_path / "a.csv.gz", tmp_path / "corpus")
    assert (kept, rejects) == (IDS, [])


def test_a_damaged_file_among_others(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.csv.gz").write_bytes(gzip.compress(csv_notes(10).encode())[:-4])
    (source / "b.csv").write_text(csv_text(good(10, 10)))
    (source / "c.csv").write_bytes(b"")
    kept, rejects, corpus = swept(source, tmp_path / "corpus")
    assert kept == IDS
    assert rejects == [("a.csv.gz", 12, "damaged file"), ("c.csv", 1, "empty file")]
    assert "c.csv: the file is empty" in corpus.manifest.warnings


@pytest.mark.parametrize(("name", "kind"), [("a.parquet.gz", "auto"), ("a.json.gz", "squad")])
def test_what_cannot_be_read_in_part_is_refused(tmp_path, name, kind):
    pq.write_table(pa.table({"note_id": ["1"], "text": ["a"]}), tmp_path / "a.parquet")
    passage = {"context": "Aspirin was started.", "qas": []}
    squad = json.dumps({"data": [{"title": "t", "paragraphs": [passage]}]}).encode()
    whole = squad if kind == "squad" else (tmp_path / "a.parquet").read_bytes()
    (tmp_path / name).write_bytes(gzip.compress(whole)[:-4])
    with pytest.raises(CorpusError, match="damaged or cut short"):
        swept(tmp_path / name, tmp_path / "corpus", source={"format": kind})


def test_a_brat_text_cut_short_costs_its_document(tmp_path):
    source = tmp_path / "brat"
    source.mkdir()
    for key, text in good(20):
        (source / f"{key}.txt").write_text(text)
    (source / "x.txt.gz").write_bytes(gzip.compress(CANARY.encode())[:-4])
    kept, rejects, corpus = swept(source, tmp_path / "corpus", source={"format": "brat"})
    assert (kept, rejects) == (IDS, [("brat", 21, "damaged file")])
    assert any("x.txt.gz: the gzip file is cut short" in warning for warning in corpus.manifest.warnings)


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.csv.gz"])
def test_a_quote_never_closed(tmp_path, name):
    lines = csv_text((key, text.replace(",", "\n")) for key, text in good(20)).splitlines(keepends=True)
    lines.insert(11, f'bad,"{CANARY} was seen\nby nobody, nowhere\n')
    content = "".join(lines).replace(",", "\t" if "tsv" in name else ",").encode()
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    kept, rejects, corpus = swept(tmp_path / name, tmp_path / "corpus")
    assert kept == IDS
    assert rejects == [(name, 12, "quote never closed")]
    (reason,) = corpus.rejects()["reason"].to_pylist()
    assert reason == "a quote opened on line 12 is never closed; lines 12 to 13 are left out with it"


def test_rows_of_csv_that_cannot_be_read(tmp_path):
    bad = [
        f"b1,{CANARY},too many".encode(),
        f"b2,{CANARY}\0".encode(),
        f"b3,{CANARY} ".encode() + b"\xff\xfe",
        f'b4,"{CANARY} "x" y"'.encode(),
        f",{CANARY}".encode(),
        f"{CANARY}".encode(),
        b"b5,   ",
    ]
    (tmp_path / "a.csv").write_bytes(csv_notes().encode() + b"\n".join(bad) + b"\n")
    kept, rejects, _ = swept(tmp_path / "a.csv", tmp_path / "corpus")
    assert kept == IDS
    assert [kind for _, _, kind in rejects] == [
        "wrong number of fields",
        "NUL bytes",
        "undecodable bytes",
        "broken quotes",
        "missing note id",
        "wrong number of fields",
        "empty text",
    ]
    assert [row for _, row, _ in rejects] == list(range(22, 29))


def deep(levels):
    return "[" * levels + "]" * levels


def test_lines_of_json_that_cannot_be_used(tmp_path):
    bad = [
        f'{{"note_id": "b1", "text": "{CANARY}',
        f'"{CANARY}"',
        f'["{CANARY}"]',
        f'{{"note_id": "b2", "text": "{CANARY} \\ud800"}}',
        f'{{"note_id": "b3", "text": "{CANARY} \\u0000"}}',
        f'{{"note_id": "b4", "text": ["{CANARY}"]}}',
        f'{{"note_id": "b5", "text": {{"{CANARY}": 1}}}}',
        f'{{"note_id": "b6", "kind": {deep(100_000)}, "text": "{CANARY}"}}',
        f'{{"note_id": "b7", "kind": {"9" * 100_000}, "text": "{CANARY}"}}',
        f'{{"note_id": "b8", "text": {"9" * 4000}}}',
        f'{{"text": "{CANARY}"}}',
        "[" * 100_000,
        '{"note_id": "b9", "text": NaN}',
    ]
    (tmp_path / "a.jsonl").write_text(jsonl_notes() + "".join(line + "\n" for line in bad))
    kept, rejects, _ = swept(tmp_path / "a.jsonl", tmp_path / "corpus")
    assert kept == IDS
    assert [row for _, row, _ in rejects] == list(range(21, 34))
    kinds = [kind for _, _, kind in rejects]
    assert kinds[:4] == ["malformed JSON", "malformed JSON", "malformed JSON", "undecodable bytes"]
    assert kinds[4:9] == ["NUL bytes", *["text is no string"] * 2, "malformed JSON", "malformed JSON"]
    assert kinds[9:] == ["text is no string", "missing note id", "malformed JSON", "text is no string"]


def test_values_too_deep_to_be_written_again(tmp_path):
    levels = [50, *range(800, 1000)]  # somewhere among these the stack is exhausted
    bad = [f'{{"note_id": "d{n}", "kind": {deep(n)}, "text": "level {n}"}}\n' for n in levels]
    notes = jsonl_notes().replace('"text"', '"kind": "a", "text"')
    (tmp_path / "a.jsonl").write_text(notes + "".join(bad))
    kept, rejects, _ = swept(tmp_path / "a.jsonl", tmp_path / "corpus", {"metadata": ["kind"]})
    assert kept == {*IDS, "d50"}
    assert [kind for _, _, kind in rejects] == ["malformed JSON"] * 200


NUL = "\0"
RTF = "application/rtf"
BAD_ATTACHMENTS = {
    "not base64": ({"contentType": "text/plain", "data": f"{CANARY}*"}, "malformed base64"),
    "base64 cut short": ({"contentType": "text/plain", "data": packed(CANARY * 9)[:-3]}, "malformed base64"),
    "a zip file called text": (
        {"contentType": "text/plain", "data": packed(b"PK\3\4\xff\xfe" + CANARY.encode())},
        "unreadable attachment",
    ),
    "a zip file": ({"contentType": "application/zip", "data": packed(CANARY)}, "unreadable attachment"),
    "PDF": ({"contentType": "application/pdf", "data": packed(f"%PDF {CANARY}")}, "unreadable attachment"),
    "PDF called text": (
        {"contentType": "text/plain", "data": packed(f"%PDF \xe2\xe3 {CANARY}".encode("latin-1"))},
        "unreadable attachment",
    ),
    "unknown charset": (
        {"contentType": "text/plain; charset=klingon", "data": packed(CANARY)},
        "unknown charset",
    ),
    "a codec that is no charset": (
        {"contentType": "text/plain; charset=hex", "data": packed(CANARY)},
        "unknown charset",
    ),
    "a charset that fails": (
        {"contentType": "text/plain; charset=idna", "data": packed("xn--\xff".encode() + b"\xff")},
        "undecodable bytes",
    ),
    "NUL bytes": ({"contentType": "text/plain", "data": packed(f"{CANARY}{NUL}")}, "NUL bytes"),
    "no RTF": ({"contentType": RTF, "data": packed(CANARY)}, "malformed RTF"),
    "RTF with an impossible character": (
        {"contentType": RTF, "data": packed(rf"{{\rtf1 {CANARY} \u9999999999 x}}")},
        "malformed RTF",
    ),
    "elsewhere": ({"contentType": "text/plain", "url": f"https://example.org/{CANARY}"}, "attachment elsewhere"),
    "outside the folder": ({"contentType": "text/plain", "url": "../secret.txt"}, "attachment elsewhere"),
}


def test_fhir_lines_and_attachments(tmp_path):
    (tmp_path / "secret.txt").write_text(CANARY)
    lines = {
        f'{{"resourceType": "DocumentReference", "text": "{CANARY}': "malformed JSON",
        f'"{CANARY}"': "malformed JSON",
        f'{{"id": "x", "title": "{CANARY}"}}': "malformed resource",
        f'{{"resourceType": "{CANARY} x", "id": "x"}}': "malformed resource",
        json.dumps(document("x1", subject=None, description=CANARY)): "missing patient",
        json.dumps(document("x2", content=[{"attachment": CANARY}])): "malformed resource",
        json.dumps(document("x3", {"contentType": "text/plain", "url": 7})): "malformed resource",
    }
    lines |= {json.dumps(document(name, one)): kind for name, (one, kind) in BAD_ATTACHMENTS.items()}
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "a.ndjson").write_text(fhir_notes() + "".join(line + "\n" for line in lines))
    kept, rejects, _ = swept(tmp_path / "export", tmp_path / "corpus", source={"format": "fhir"})
    assert kept == IDS
    assert [row for _, row, _ in rejects] == list(range(21, 21 + len(lines)))
    assert [kind for _, _, kind in rejects] == list(lines.values())


def test_rtf_with_pictures_and_nested_groups(tmp_path):
    picture = "89504e470d0a1a0a" * 50_000
    documents = {
        "hex": rf"{{\rtf1 before{{\pict\pngblip {picture}}} after}}",
        "binary": rf"{{\rtf1 before{{\pict{{\*\blipuid a}}\bin{len(CANARY) + 4} {{}}{CANARY}\\}} after}}",
        "nested": r"{\rtf1 before" + "{" * 100_000 + "}" * 100_000 + " after}",
        "never closed": r"{\rtf1 before" + "{" * 100_000 + " after",
        "halves": r"{\rtf1 before \u-10179?\u-8704? after}",
    }
    lines = [json.dumps(document(key, {"contentType": RTF, "data": packed(rtf)})) for key, rtf in documents.items()]
    (tmp_path / "a.ndjson").write_text("\n".join(lines))
    kept, rejects, corpus = swept(tmp_path / "a.ndjson", tmp_path / "corpus", source={"format": "fhir"})
    assert (kept, rejects) == (set(documents), [])
    assert set(corpus.table()["text"].to_pylist()) == {"before after", "before \N{GRINNING FACE} after"}


def test_html_of_all_sorts(tmp_path):
    pages = {
        "entities": "&lt;b&gt; &#x41; &#0; &#xD800; &nosuch; &#99999999999999; &amp;amp;",
        "digits": "a &#" + "9" * 100_000 + "; b",
        "open tags": "words " + "<a " * 50_000,
        "open comments": "words " + "<!--" * 20_000,
        "nested": "<div>" * 50_000 + "words",
    }
    forms = ({"contentType": "text/html", "data": packed(page)} for page in pages.values())
    lines = [json.dumps(report(key, presentedForm=[form])) for key, form in zip(pages, forms, strict=True)]
    (tmp_path / "a.ndjson").write_text("\n".join(lines))
    kept, rejects, corpus = swept(tmp_path / "a.ndjson", tmp_path / "corpus", source={"format": "fhir"})
    assert (kept, rejects) == (set(pages), [])
    texts = dict(zip(corpus.table()["note_id"].to_pylist(), corpus.table()["text"].to_pylist(), strict=True))
    assert texts["entities"] == "<b> A \ufffd \ufffd &nosuch; \ufffd &amp;"
    assert texts["digits"] == "a \ufffd b"
    assert texts["nested"] == "words"


def test_omop_notes_without_a_person_or_with_an_unknown_one(tmp_path):
    header = list(TABLES["note"][0])
    blank = dict.fromkeys(header)
    notes = [
        blank | {"note_id": i, "person_id": person, "note_date": "2020-05-01", "note_text": text}
        for i, (person, text) in enumerate(
            [*((1, text) for _, text in good(20)), (None, CANARY), ("", CANARY), (99, CANARY), (1, None)]
        )
    ]
    write_table(tmp_path / "omop" / "NOTE.csv", header, notes)
    people = [{"person_id": 1, "gender_concept_id": 8507, "year_of_birth": 1950}]
    write_table(tmp_path / "omop" / "PERSON.csv", list(people[0]), people)
    kept, rejects, _ = swept(tmp_path / "omop", tmp_path / "corpus", source={"format": "omop"})
    assert kept == {str(i) for i in range(20)}
    expected = ["note without a person", "note without a person", "unknown person", "empty text"]
    assert rejects == [("NOTE.csv", 22 + i, kind) for i, kind in enumerate(expected)]


def test_errors_marked_in_mimic(tmp_path):
    notes = [note_event(i, i, i, text) for i, (_, text) in enumerate(good(20))]
    marked = [note_event(20, 1, 1, CANARY, ISERROR="1"), note_event(21, 1, 1, None)]
    write_table(tmp_path / "m" / "NOTEEVENTS.csv.gz", NOTEEVENTS, [*notes, *marked])
    kept, rejects, _ = swept(tmp_path / "m", tmp_path / "corpus", source={"format": "mimic-iii"})
    assert len(kept) == 20
    assert [kind for _, _, kind in rejects] == ["marked as an error", "empty text"]


def test_mimic_iv_notes_cut_short(tmp_path):
    notes = [{"note_id": key, "subject_id": 1, "note_type": "DS", "text": text} for key, text in good(20)]
    path = write_table(tmp_path / "m" / "discharge.csv.gz", MIMIC4_NOTE, notes)
    path.write_bytes(path.read_bytes()[:-2])
    kept, rejects, _ = swept(tmp_path / "m", tmp_path / "corpus", source={"format": "mimic-iv-note"})
    assert (kept, rejects) == (IDS, [("discharge.csv.gz", 22, "damaged file")])


def test_omop_notes_cut_short(tmp_path):
    header = list(TABLES["note"][0])
    notes = [dict.fromkeys(header) | {"note_id": key, "person_id": 1, "note_text": text} for key, text in good(20)]
    path = write_table(tmp_path / "omop" / "NOTE.csv.gz", header, notes)
    path.write_bytes(path.read_bytes()[:-2])
    kept, rejects, _ = swept(tmp_path / "omop", tmp_path / "corpus", source={"format": "omop"})
    assert (kept, rejects) == (IDS, [("NOTE.csv.gz", 22, "damaged file")])


def test_mixed_time_zones_are_kept_and_told(tmp_path):
    zones = ["Z", "+02:00", ""]
    rows = [(key, f"2024-05-01T10:00:00{zones[i % 3]}", text) for i, (key, text) in enumerate(good(20))]
    (tmp_path / "a.csv").write_text(csv_text(rows, ("note_id", "day", "text")))
    kept, rejects, corpus = swept(tmp_path / "a.csv", tmp_path / "corpus", {"time": "day"})
    assert (kept, rejects) == (IDS, [])
    assert any("several time zones" in warning for warning in corpus.manifest.warnings)


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.ndjson"])
def test_a_note_of_fifty_megabytes(tmp_path, name):
    long = f"{CANARY} pain. " * (50_000_000 // len(f"{CANARY} pain. "))
    if name == "a.csv":
        content = csv_notes() + f'long,"{long}"\n'
    elif name == "a.jsonl":
        content = jsonl_notes() + json.dumps({"note_id": "long", "text": long}) + "\n"
    else:
        plain = {"contentType": "text/plain", "data": packed(long)}
        content = fhir_notes() + json.dumps(document("long", plain)) + "\n"
    (tmp_path / name).write_text(content)
    source = {"format": "fhir"} if name == "a.ndjson" else {}
    kept, rejects, _ = swept(tmp_path / name, tmp_path / "corpus", source=source)
    assert kept == IDS
    assert [kind for _, _, kind in rejects] == ["too long"]
    if name == "a.csv":
        kept, rejects, _ = swept(tmp_path / name, tmp_path / "all", reject={"max_bytes": 60_000_000})
        assert (kept, rejects) == ({*IDS, "long"}, [])


BOMB = """
    import re, sys
    from pathlib import Path
    from tests.fixtures.bad import swept
    path, kind = Path(sys.argv[1]), sys.argv[2]
    for ratio in (200, 5000):
        source = {"format": kind, "limits": {"ratio": ratio}}
        kept, rejects, _ = swept(path, path.parent / f"corpus-{ratio}", source=source)
        print(len(kept), ",".join(kind for *_, kind in rejects), sep="|")
    # not ru_maxrss, which starts at the size of the process that started this one
    peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
    print(int(peak[1]) // 1024)
"""


def passages(*texts):
    return ", ".join(json.dumps({"title": t[:3], "paragraphs": [{"context": t, "qas": []}]}) for t in texts)


BOMBS = {
    # format and name; before, within and behind the bomb; what it is beyond the longest row
    "csv": ("a.csv.gz", "n0,a note\n", "bomb,", "\n", "too long"),
    "csv quoted": ("a.csv.gz", "n0,a note\n", 'bomb,"', '"\n', "quote never closed"),
    "jsonl": ("a.jsonl.gz", '{"note_id": 0, "text": "a note"}\n', '{"note_id": "bomb", "text": "', '"}\n', "too long"),
    "pubtator": ("a.pubtator.gz", "1|t|One\n1|a|Note\n\n", "2|t|", "\n", "too long"),
    "conll": ("a.conll.gz", "-DOCSTART- O\n\nword O\n\n", "-DOCSTART- O\n\nword ", " O\n\n", "too long"),
    "squad": ("a.json.gz", '{"data": [' + passages("note") + ", ", '{"title": "', '"}, ', "too long"),
    "brat": ("b.txt.gz", "", "a", "", "too long"),
}
LAST = {
    "csv": "z,last\n",
    "jsonl": '{"note_id": "z", "text": "last"}\n',
    "pubtator": "3|t|Last\n3|a|Note\n",
    "conll": "-DOCSTART- O\n\nlast O\n",
    "squad": passages("last") + "]}",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_passed_over_in_bounded_memory(tmp_path, bomb):
    """A file of some 300 kB that holds 300 MB, over and under the limit on what is packed; over that of a row."""
    name, first, opening, closing, fault = BOMBS[bomb]
    kind = bomb.split()[0]
    (tmp_path / "s").mkdir()
    path = tmp_path / "s" / name
    parts = [("note_id,text\n" if kind == "csv" else "") + first + opening, closing + LAST.get(kind, "")]
    before, behind = (gzip.compress(part.encode(), mtime=0) for part in parts)
    path.write_bytes(before + gzip.compress(b"x" * 1_000_000, mtime=0) * 300 + behind)
    if kind == "brat":
        for key, text in good(2):
            (path.parent / f"{key}.txt").write_text(text)
        path = path.parent
    command = [sys.executable, "-c", textwrap.dedent(BOMB), str(path), kind]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    *swept, peak = done.stdout.split("\n")[:-1]
    assert swept == [f"{2 if kind == 'brat' else 1}|damaged file", f"2|{fault}"]
    assert int(peak) < 470  # the whole of it, as bytes and as text, would be more than 600


def test_a_bomb_of_line_breaks(tmp_path):
    # 3 MB, for each line takes its time; memory is that of the one above
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress((csv_notes() + "\n" * 3_000_000 + "z,last\n").encode()))
    kept, rejects, _ = swept(tmp_path / "a.csv.gz", tmp_path / "corpus")
    assert (kept, rejects) == ({*IDS, "z"}, [])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"note_id,text\n", "the file holds a header and no rows"),
        (b"note_id,text,text\n1,a,b\n", "two columns of the same name: text"),
        (b"note_id,text\n1,\n2, \n3,a,b\n", r"no note is left of 3 rows \(empty text: 2; wrong number of fields: 1\)"),
        (gzip.compress(b"note_id,te", mtime=0)[:-8], "damaged or cut short"),
    ],
)
def test_a_file_of_which_nothing_is_left(tmp_path, content, message):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(CorpusError, match=message):
        swept(tmp_path / "a.csv", tmp_path / "corpus")


def test_a_header_alone_among_other_files(tmp_path):
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "a.csv").write_text("note_id,text\n")
    (tmp_path / "s" / "b.csv").write_text(csv_notes())
    assert swept(tmp_path / "s", tmp_path / "corpus")[:2] == (IDS, [])


def test_links_that_lead_in_circles(tmp_path):
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "a.csv").write_text(csv_notes())
    (tmp_path / "s" / "loop").symlink_to(tmp_path / "s")
    (tmp_path / "s" / "b.csv").symlink_to(tmp_path / "s" / "b.csv")
    assert swept(tmp_path / "s", tmp_path / "corpus")[:2] == (IDS, [])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path):
    (tmp_path / "a.csv").write_text(csv_notes())
    (tmp_path / "a.csv").chmod(0)
    with pytest.raises(CorpusError, match="cannot read: Permission denied"):
        swept(tmp_path / "a.csv", tmp_path / "corpus")
