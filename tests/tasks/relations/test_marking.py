"""Marked texts, token by token."""

from __future__ import annotations

import numpy as np
import pytest
from transformers import AutoTokenizer

from tests.fixtures.models import FAMILIES, tiny_model
from wardspace.models.tokens import token_ids
from wardspace.tasks.entities.mentions import Mention
from wardspace.tasks.relations.marking import Marking, type_words

TEXT = "chest pain and fever today"


@pytest.mark.parametrize("family", FAMILIES)
def test_every_mention_is_between_signs_with_its_type(tmp_path, family):
    tokenizer = AutoTokenizer.from_pretrained(tiny_model(tmp_path / "model", family))
    mentions = [Mention(0, 20, "Sign"), Mention(0, 10, "Sign"), Mention(15, 20, "Drug")]
    (found,) = Marking(tokenizer, ("Drug", "Sign")).marked([TEXT], [mentions])

    def ids(text):
        return token_ids(tokenizer, [text])[0].tolist()

    plain = token_ids(tokenizer, [TEXT])[0].tolist()
    first, middle = len(ids("chest pain")), len(ids("chest pain and"))
    end = len(ids("chest pain and fever"))
    opened, closed = {kind: [*ids("["), *ids(kind)] for kind in ("sign", "drug")}, ids("]")
    assert found.ids.tolist() == [
        *opened["sign"], *opened["sign"], *plain[:first], *closed, *plain[first:middle],
        *opened["drug"], *plain[middle:end], *closed, *closed, *plain[end:],
    ]  # fmt: skip
    assert (np.diff(found.markers) > 0).all()
    assert found.ids[found.markers].tolist() == [ids("sign")[0], ids("sign")[0], ids("drug")[0]]
    marked = [found.ids[start:end].tolist() for start, end in zip(found.markers, found.ends, strict=True)]
    assert marked[1] == [*ids("sign"), *plain[:first]] and marked[2] == [*ids("drug"), *plain[middle:end]]
    assert marked[0][-len(closed) :] == closed and found.ids[found.ends].tolist() == closed * 3


def test_texts_without_a_mention_and_mentions_without_a_token(tmp_path):
    tokenizer = AutoTokenizer.from_pretrained(tiny_model(tmp_path / "model"))
    marking = Marking(tokenizer, ("Sign",))
    bare, blank, empty = marking.marked([TEXT, "fever   ", ""], [[], [Mention(6, 8, "Sign")], []])
    assert bare.ids.tolist() == token_ids(tokenizer, [TEXT])[0].tolist() and not len(bare.markers)
    assert 0 <= blank.markers[0] < len(blank.ids) and not len(empty.ids)


def test_types_are_called_by_their_first_words():
    assert type_words(["DiseaseOrPhenotypicFeature", "GeneOrGeneProduct"]) == {
        "DiseaseOrPhenotypicFeature": "disease", "GeneOrGeneProduct": "gene",
    }  # fmt: skip
    assert type_words(["Cell", "CellLine", "CELL_TYPE", "疾病", "DNA"]) == {
        "Cell": "cell", "CellLine": "cell line", "CELL_TYPE": "cell type", "疾病": "疾病", "DNA": "dna",
    }  # fmt: skip
