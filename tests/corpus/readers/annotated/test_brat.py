"""Standoff as brat.nlplab.org/standoff.html describes it."""

from __future__ import annotations

import pytest

from tests.fixtures.annotated import documents, said
from wardspace.config import CorpusConfig, SourceConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus import prepare
from wardspace.corpus.readers import open_readers

TEXT = "Sony announced a joint venture\nin North and South America with Ericsson on Monday.\n"
MARKS = """T1\tOrganization 0 4\tSony
T2\tMERGE-ORG 17 30\tjoint venture
T3\tCountry 34 39;50 57\tNorth America
T4\tOrganization 63 71\tEricsson
E1\tMERGE-ORG:T2 Org1:T1 Org2:T4
R1\tLocated Arg1:T4 Arg2:T3
A1\tNegation E1
A2\tConfidence T4 L1
N1\tReference T1 Wikipedia:534366\tSony
*\tEquiv T1 T4
#1\tAnnotatorNotes T1\tthis is a note
"""


def write(folder, name="one", text=TEXT, marks=MARKS):
    path = folder / f"{name}.txt"
    path.write_bytes(text.encode())
    if marks is not None:
        path.with_suffix(".ann").write_bytes(marks.encode())
    return path


def test_entities_relations_and_events(tmp_path):
    write(tmp_path)
    (found,) = documents(tmp_path, "brat")
    assert found["id"] == "one"
    assert said(found) == [
        ("Sony", "Organization"),
        ("joint venture", "MERGE-ORG"),
        ("North", "Country"),
        ("America", "Country"),
        ("Ericsson", "Organization"),
    ]
    by_id = {(span["id"], span["part"]): span for span in found["entities"]}
    assert by_id["T1", 0]["concept"] == "Wikipedia:534366"
    assert (by_id["T2", 0]["attributes"], by_id["T4", 0]["attributes"]) == ("Negation", "Confidence=L1")
    relations = {(r["type"], r["head_id"], r["tail_id"]) for r in found["relations"]}
    assert relations == {
        ("MERGE-ORG:Org1", "T2", "T1"),
        ("MERGE-ORG:Org2", "T2", "T4"),
        ("Located", "T4", "T3"),
    }
    located = next(r for r in found["relations"] if r["type"] == "Located")
    assert (located["tail_start"], located["tail_end"]) == (34, 57)


def test_offsets_count_characters_and_carriage_returns(tmp_path):
    text = "Müller\r\nhat Fieber 🤒 heute"
    start = text.index("heute")
    write(tmp_path, text=text, marks=f"T1\tSign 12 18\tFieber\nT2\tTime {start} {start + 5}\theute\n")
    (found,) = documents(tmp_path, "brat")
    assert said(found) == [("Fieber", "Sign"), ("heute", "Time")]


@pytest.mark.parametrize(
    ("marks", "kind"),
    [
        ("T1\tSign 0\tSony\n", "malformed BRAT"),
        ("R1\tLocated Arg1:T1\n", "malformed BRAT"),
        ("Sony is an organisation\n", "malformed BRAT"),
        ("X1\tSign 0 4\tSony\n", "malformed BRAT"),
    ],
)
def test_a_fault_costs_its_document(tmp_path, marks, kind):
    write(tmp_path, "a")
    write(tmp_path, "b", marks=MARKS + marks)
    write(tmp_path, "c")
    first, fault, last = documents(tmp_path, "brat")
    assert fault.kind == kind
    assert "line 12 of b.ann" in fault.reason
    assert "Sony" not in fault.reason
    assert (first["id"], last["id"]) == ("a", "c")


def test_an_entity_that_is_elsewhere_is_moved_with_its_relations(tmp_path):
    off = MARKS.replace("63 71", "66 74").replace("34 39;50 57", "31 36;47 54") + "T5\tOrganization 0 4\tNoSo\n"
    write(tmp_path, marks=off + "R2\tLocated Arg1:T5 Arg2:T3\n")
    (found,) = documents(tmp_path, "brat")
    assert ("Ericsson", "Organization") in said(found)
    assert [words for words, kind in said(found) if kind == "Country"] == ["North", "America"]
    located = next(one for one in found["relations"] if one["type"] == "Located")
    assert (located["head_start"], located["tail_start"], located["tail_end"]) == (63, 34, 57)
    assert sum(one["type"] == "Located" for one in found["relations"]) == 1
    (reader,) = open_readers(SourceConfig(path=str(tmp_path), format="brat"), ("id",), tmp_path)
    _, mending = next(reader.rows()).mending
    assert (mending.mended, mending.lost, mending.where) == (2, 1, "one.ann, line 3")


def test_spans_move_with_cleaning(tmp_path):
    for i in range(12):
        before = f"note {i}  \r\n\r\n\r\n\r\n"
        start = len(before)
        write(tmp_path, f"n{i}", text=before + TEXT, marks=f"T1\tOrg {start} {start + 4}\tSony\n")
    write(tmp_path, "bare", marks=None)
    source, alike = SourceConfig(path=str(tmp_path), format="brat"), {"report_near": None}
    corpus = prepare(CorpusConfig(source=source, deduplicate=alike), tmp_path / "out", show_progress=False)
    assert (corpus.manifest.counts["notes"], corpus.manifest.counts["spans_dropped"]) == (13, 0)
    for note in corpus.table(["text", "entities"]).to_pylist():
        assert all(words == "Sony" for words, _ in said(note))
    assert "1 documents have no .ann file" in corpus.manifest.warnings


def test_a_folder_without_texts(tmp_path):
    with pytest.raises(CorpusError, match="no brat file in this folder"):
        documents(tmp_path, "brat")


def test_the_encoding_of_the_study_is_taken(tmp_path):
    (tmp_path / "one.txt").write_bytes("Müller hat Fieber".encode("latin-1"))
    (tmp_path / "one.ann").write_bytes("T1\tName 0 6\tMüller\n".encode("latin-1"))
    needed = ("id", "text", "entities")
    (reader,) = open_readers(SourceConfig(path=str(tmp_path), format="brat"), needed, tmp_path)
    assert [row.values[1] for row in reader.rows()] == ["Müller hat Fieber"]  # by its letters
    assert (reader.encoding, len(reader.warnings)) == ("cp1252", 1)
    source = SourceConfig(path=str(tmp_path), format="brat", encoding="utf-8")
    with pytest.raises(CorpusError, match="wrong encoding"):
        open_readers(source, needed, tmp_path)
    source = SourceConfig(path=str(tmp_path), format="brat", encoding="latin-1")
    (row,) = open_readers(source, needed, tmp_path)[0].rows()
    assert row.values[1] == "Müller hat Fieber"


SENTENCES = "Case 0: 58 year old man.\nAspirin was started.\nHe denies chest pain 0."
DRUG_AND_SIGN = "T1\tDrug 25 32\tAspirin\nT2\tSign 56 66\tchest pain\n"


@pytest.mark.parametrize("sign", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\r"])
def test_what_only_looks_like_a_line_end_is_text(tmp_path, sign):
    write(tmp_path, "note", SENTENCES, DRUG_AND_SIGN + f"#1\tAnnotatorNotes T1\tunsure{sign} see guideline\n")
    in_span = SENTENCES.replace("chest pain", f"chest{sign}pain")
    write(tmp_path, "span", in_span, DRUG_AND_SIGN.replace("chest pain", f"chest{sign}pain"))
    write(tmp_path, "text", in_span, DRUG_AND_SIGN)
    for found in documents(tmp_path, "brat"):
        assert [kind for _, kind in said(found)] == ["Drug", "Sign"]
        assert [words.split() for words, _ in said(found)] == [["Aspirin"], ["chest", "pain"]]


@pytest.mark.parametrize("shift", [0, 1])
def test_carriage_returns_count_as_in_the_file_or_as_in_brat(tmp_path, shift):
    marks = f"T1\tDrug {25 + shift} {32 + shift}\tAspirin\r\nT2\tSign {56 + 2 * shift} {66 + 2 * shift}\tchest pain\r\n"
    write(tmp_path, text=SENTENCES.replace("\n", "\r\n"), marks=marks)
    (found,) = documents(tmp_path, "brat")
    assert said(found) == [("Aspirin", "Drug"), ("chest pain", "Sign")]
    assert "\r" in found["text"]


@pytest.mark.parametrize(
    ("marks", "left", "lost"),
    [
        ("R1\tTreats Arg1:T1 Arg2:T9\n", 0, 1),
        ("R1\tTreats Arg1:T1 Arg2:T2\nR2\tCauses Arg1:R1 Arg2:T2\n", 1, 1),
        ("E1\tGiving:T9 Agent:T1\n", 0, 2),
        ("E1\tGiving Agent:T1\n", 0, 2),
        ("E1\tGiving:T1 Theme:T2\nE2\tCausing:T2 Cause:E1\n", 2, 0),
        ("E1\tGiving:T1 Theme:E7\nA1\tNegation E7\nN1\tReference T9 RxNorm:1\n", 0, 1),
    ],
)
def test_a_relation_to_what_is_not_there_costs_itself(tmp_path, marks, left, lost):
    write(tmp_path, text=SENTENCES, marks=DRUG_AND_SIGN + marks)
    needed = ("text", "entities", "relations")
    (reader,) = open_readers(SourceConfig(path=str(tmp_path), format="brat"), needed, tmp_path)
    for _ in range(2):  # readers are read more than once
        ((_, (_, entities, relations), fault, _),) = reader.rows()
        assert (fault, len(entities), len(relations)) == (None, 2, left)
        assert [warning[0] for warning in reader.warnings] == [str(lost)] * bool(lost)
