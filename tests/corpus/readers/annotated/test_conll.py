"""The example of the CoNLL-2003 paper, and every scheme of tags."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fixtures.annotated import documents, said
from wardspace.corpus.readers.annotated.conll import _entities

PAPER = """U.N. NNP I-NP I-ORG
official NN I-NP O
Ekeus NNP I-NP I-PER
heads VBZ I-VP O
for IN I-PP O
Baghdad NNP I-NP I-LOC
. . O O
"""


def test_the_papers_own_example(tmp_path):
    path = tmp_path / "eng.conll"
    path.write_text(f"-DOCSTART- -X- O O\n\n{PAPER}\n-DOCSTART- -X- O O\n\n{PAPER}\n{PAPER}")
    first, second = documents(path, "conll")
    assert first["text"] == "U.N. official Ekeus heads for Baghdad ."
    assert said(first) == [("U.N.", "ORG"), ("Ekeus", "PER"), ("Baghdad", "LOC")]
    assert second["text"] == first["text"] + "\n" + first["text"]
    assert said(second) == said(first) * 2
    assert (first["id"], second["id"]) == ("eng.conll:1", "eng.conll:11")


def test_without_documents_each_sentence_is_one(tmp_path):
    path = tmp_path / "train.bio"
    path.write_text("chest\tB-SYM\npain\tI-SYM\n\nno\tO\nfever\tB-SYM\n")
    assert [said(found) for found in documents(path, "conll")] == [[("chest pain", "SYM")], [("fever", "SYM")]]


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ("I-A I-A O I-A", ["a b", "d"]),  # IOB1
        ("I-A B-A O I-B", ["a", "b", "d"]),  # IOB1 where two touch
        ("B-A I-A B-A I-B", ["a b", "c", "d"]),  # IOB2
        ("B-A E-A S-A O", ["a b", "c"]),  # BIOES
        ("B-A L-A U-A U-A", ["a b", "c", "d"]),  # BILOU
    ],
)
def test_schemes_of_tags(tmp_path, tags, words):
    path = tmp_path / "x.conll"
    path.write_text("".join(f"{word} {tag}\n" for word, tag in zip("abcd", tags.split(), strict=True)))
    (found,) = documents(path, "conll")
    assert [word for word, _ in said(found)] == words


@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["A", "B", None])), max_size=8))
def test_spans_written_as_bio_are_read_back(pieces):
    sentence, expected, start = [], [], 0
    for length, kind in pieces:
        words = [f"w{start + i}" for i in range(length)]
        tags = ["O"] * length if kind is None else [f"B-{kind}", *[f"I-{kind}"] * (length - 1)]
        if kind:
            at = len(" ".join(word for word, _ in sentence)) + bool(sentence)
            expected.append({"start": at, "end": at + len(" ".join(words)), "type": kind})
        sentence += list(zip(words, tags, strict=True))
        start += length
    assert _entities(sentence, 0) == expected


def test_a_line_without_a_tag_costs_its_document(tmp_path):
    path = tmp_path / "x.conll"
    path.write_text("a O\n\nsecret words here\nb O\n\nc O\n")
    first, fault, last = documents(path, "conll")
    assert (first["text"], last["text"]) == ("a", "c")
    assert fault.kind == "malformed CoNLL"
    assert "line 3" in fault.reason
    assert "secret" not in fault.reason
