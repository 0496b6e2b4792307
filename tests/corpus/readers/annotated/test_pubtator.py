"""Documents as BioCreative V CDR has them."""

from __future__ import annotations

import pytest

from tests.fixtures.annotated import documents, said

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


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("227508\t1\t9\tNaloxone\tChemical\tD009270", "annotation off"),
        ("nothing of the kind", "malformed PubTator"),
    ],
)
def test_a_fault_costs_its_document(tmp_path, line, kind):
    path = tmp_path / "set.pubtator"
    path.write_text(f"{ONE}{line}\n\n{TWO}")
    fault, last = documents(path, "pubtator")
    assert fault.kind == kind
    assert "Naloxone" not in fault.reason
    assert last["id"] == "5"


def test_marks_without_a_text(tmp_path):
    path = tmp_path / "set.pubtator"
    path.write_text("5\t0\t7\tOvarian\tDisease\tD010051\n")
    (fault,) = documents(path, "pubtator")
    assert fault.kind == "malformed PubTator"
