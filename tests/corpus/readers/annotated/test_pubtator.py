"""Documents as BioCreative V CDR has them."""

from __future__ import annotations

import pytest

from tests.fixtures.annotated import documents, said
from wardspace.config import SourceConfig
from wardspace.corpus.readers import open_readers

ONE = """227508|t|Naloxone reverses the effect of clonidine.
227508|a|In rats the decrease of blood pressure by clonidine was reversed.
227508\t0\t8\tNaloxone\tChemical\tD009270
227508\t32\t41\tclonidine\tChemical\tD003000
227508\t85\t94\tclonidine\tChemical\tD003000
227508\tCID\tD003000\tD007022
"""
TWO = """5|t|Ovarian and breast cancer.
5|a|
5\t0\t25\tOvarian and breast cancer\tDisease\tD010051|D001943\tOvarian|breast
"""


def test_mentions_and_relations(tmp_path):
    path = tmp_path / "set.txt"
    path.write_text(ONE + "\n" + TWO + "\n\n")
    first, second = documents(path, "pubtator")
    assert (first["id"], first["title"]) == ("227508", "Naloxone reverses the effect of clonidine.")
    assert said(first) == [("Naloxone", "Chemical"), ("clonidine", "Chemical"), ("clonidine", "Chemical")]
    assert [span["concept"] for span in first["entities"]] == ["D009270", "D003000", "D003000"]
    assert first["relations"] == [{"type": "CID", "head": "D003000", "tail": "D007022"}]
    assert said(second) == [("Ovarian and breast cancer", "Disease")]
    assert second["entities"][0]["concept"] == "D010051|D001943"


def test_a_fault_costs_its_document(tmp_path):
    path = tmp_path / "set.pubtator"
    path.write_text(f"{ONE}Naloxone is nothing of the kind\n\n{TWO}")
    fault, last = documents(path, "pubtator")
    assert fault.kind == "malformed PubTator"
    assert "Naloxone" not in fault.reason
    assert last["id"] == "5"


def test_a_mention_that_is_elsewhere_is_moved_and_one_that_is_nowhere_costs_itself(tmp_path):
    path = tmp_path / "set.pubtator"
    off = ONE.replace("\t32\t41\t", "\t34\t43\t") + "227508\t1\t9\tMorphine\tChemical\tD009020\n"
    path.write_text(f"{off}\n{TWO}")
    first, last = documents(path, "pubtator")
    assert [(one["start"], one["end"]) for one in first["entities"]] == [(0, 8), (32, 41), (85, 94)]
    assert (len(first["relations"]), last["id"]) == (1, "5")
    (reader,) = open_readers(SourceConfig(path=str(path), format="pubtator"), ("id",), tmp_path)
    column, mending = next(reader.rows()).mending
    assert (column, mending.mended, mending.lost, mending.where) == ("entities", 1, 1, "set.pubtator, line 4")


def test_marks_without_a_text(tmp_path):
    path = tmp_path / "set.pubtator"
    path.write_text("5\t0\t7\tOvarian\tDisease\tD010051\n")
    (fault,) = documents(path, "pubtator")
    assert fault.kind == "malformed PubTator"


@pytest.mark.parametrize("between", ["", "\n", "\r\n", " \n\n"])
def test_another_id_begins_another_document(tmp_path, between):
    path = tmp_path / "set.pubtator"
    path.write_text(ONE + between + TWO + between + ONE.replace("227508", "6"), newline="")
    found = documents(path, "pubtator")
    assert [one["id"] for one in found] == ["227508", "5", "6"]
    assert [len(one["entities"]) for one in found] == [3, 1, 3]


def test_an_empty_line_before_the_mentions_parts_nothing(tmp_path):
    path = tmp_path / "set.pubtator"
    path.write_text(TWO.replace("5|a|\n", "5|a|\n\n") + "\n" + TWO)
    first, second = documents(path, "pubtator")
    assert len(first["entities"]) == len(second["entities"]) == 1


@pytest.mark.parametrize("offset", ["²", "①", "-1", "1.5", "9" * 5000])
def test_an_offset_that_is_no_number_costs_its_document(tmp_path, offset):
    path = tmp_path / "set.pubtator"
    path.write_text(f"{ONE}227508\t{offset}\t9\tNaloxone\tChemical\tD009270\n{TWO}")
    found, last = documents(path, "pubtator")
    assert offset in ("-1", "1.5") or found.kind == "malformed PubTator"
    assert last["id"] == "5"


def test_a_document_too_long_costs_itself(tmp_path):
    path = tmp_path / "set.pubtator"
    path.write_text(
        "4|t|One\n4|a|"
        + "x " * 5000
        + "\n"
        + TWO
        + "7|t|a\n"
        + "7|a|b\n" * 3000
        + TWO.replace("5|", "8|").replace("5\t0", "8\t0")
    )
    limits = {"row_characters": 2000}
    source = SourceConfig.model_validate({"path": str(path), "format": "pubtator", "limits": limits})
    rows = list(open_readers(source, ("id",), tmp_path)[0].rows())
    assert [row.fault.kind if row.fault else row.values[0] for row in rows] == ["too long", "5", "too long", "8"]
