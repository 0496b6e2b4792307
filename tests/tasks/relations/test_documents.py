"""Mentions and relations from records, and which pairs are looked at."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from wardspace.config import RelationsConfig
from wardspace.tasks.relations.candidates import Pairing
from wardspace.tasks.relations.documents import ITSELF, MISSING, UNTYPED, level_of, read_related

TEXT = "aspirin , insulin and metformin for headache , nausea or fever and fever"
PLACES = {word: (TEXT.index(word), TEXT.index(word) + len(word)) for word in TEXT.split() if len(word) > 4}


def span(word, concept=None, kind=None, at=None, **more):
    start, end = at or PLACES[word]
    type_ = kind or ("Drug" if "i" in word[:5] else "Sign")
    return {"start": start, "end": end, "type": type_, "concept": concept or word, **more}


def read(records, relations, level="concepts", **options):
    return read_related(TEXT, records, relations, level, RelationsConfig.model_validate({"name": "x", **options}))


def related(head, tail, kind="treats"):
    return {"type": kind, "head": head, "tail": tail}


def test_a_concept_is_related_with_all_its_mentions():
    last = (TEXT.rindex("fever"), len(TEXT))
    spans = [span("fever", "F", at=last), span("fever", "F", kind="Sign"), span("aspirin", "A")]
    found = read(spans, [related("A", "F"), related("A", "F")])
    document = found.document
    assert [mention[:2] for mention in document.mentions] == sorted(one[:2] for one in document.mentions)
    assert [(one.concept, one.mentions) for one in document.arguments] == [("A", (0,)), ("F", (1, 2))]
    assert found.relations == [(0, 1, "treats")] and not found.faults


def test_a_mention_of_several_concepts_and_one_of_none():
    spans = [span("aspirin", "A|B"), span("insulin", "-1"), span("fever", "F"), span("nausea", " B ,C")]
    found = read(spans, [related("B", "F"), related("C", "F"), related("-1", "F")])
    named = {one.concept: one.mentions for one in found.document.arguments}
    assert named == {"A": (0,), "B": (0, 2), "C": (2,), "F": (3,)}
    assert len(found.relations) == 2 and found.faults == {MISSING: 1}
    whole = read(spans, [], separators="")
    assert [one.concept for one in whole.document.arguments] == ["A|B", "B ,C", "F"]


def test_what_is_wrong_with_a_relation_is_counted():
    spans = [span("aspirin", "A"), span("fever", "F")]
    bad = [related("A", "X"), related("A", "A"), related("A", "F", None), related("A", "F")]
    found = read(spans, bad)
    assert found.faults == {MISSING: 1, ITSELF: 1, UNTYPED: 1} and len(found.relations) == 1
    assert read(None, None).relations == [] and read(None, bad[:1]).faults == {MISSING: 1}


def test_without_direction_the_types_decide_which_is_the_head():
    spans = [span("fever", "F"), span("aspirin", "A"), span("insulin", "I")]
    for pairs in (("F", "A"), ("A", "F")):
        (one,) = read(spans, [related(*pairs)], directed=False).relations
        assert [read(spans, []).document.arguments[place].concept for place in one[:2]] == ["A", "F"]
    assert read(spans, [related("F", "A"), related("A", "F")]).relations == [(0, 2, "treats"), (2, 0, "treats")]


def test_relations_between_places_and_by_the_ids_of_entities():
    spans = [span("aspirin", id="T1", part=0), span("fever", id="T2", part=0), span("headache", id="T3", part=0)]
    ends = {f"{side}_{at}": PLACES[word][i] for side, word in (("head", "aspirin"), ("tail", "headache"))
            for i, at in enumerate(("start", "end"))}  # fmt: skip
    by_id = {"type": "causes", **ends, "head_id": "T1", "tail_id": "T2"}
    found = read(spans, [{"type": "treats", **ends}, by_id, {"type": "treats", **ends, "head_start": 1}], "mentions")
    words = [TEXT[one.start : one.end] for one in found.document.mentions]
    told = {(words[head], words[tail], kind) for head, tail, kind in found.relations}
    assert told == {("aspirin", "headache", "treats"), ("aspirin", "fever", "causes")}
    assert found.faults == {MISSING: 1}
    alone = read(None, [{"type": "treats", **ends}], "mentions", spans=None)
    assert [one[:2] for one in alone.document.mentions] == [PLACES["aspirin"], PLACES["headache"]]
    assert alone.relations == [(0, 1, "treats")]


def test_a_discontinuous_mention_is_one():
    parts = [span("aspirin", "A", id="T1", part=0), span("insulin", "A", kind="Drug", id="T1", part=1)]
    document = read([*parts, span("fever", "F")], []).document
    assert [one[:2] for one in document.mentions] == [(0, PLACES["insulin"][1]), PLACES["fever"]]


def test_the_fields_say_what_relations_are_between():
    assert level_of(["type", "head", "tail"]) == "concepts"
    assert level_of(["kind", "head_start", "head_end", "tail_start", "tail_end"]) == "mentions"
    assert level_of(["start", "end"]) is None


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("window", [None, 0, 2, 5])
def test_candidates_against_every_pair_looked_at(directed, window):
    random = np.random.default_rng(5)
    words = TEXT.split()
    starts = np.cumsum([0, *(len(word) + 1 for word in words)])
    for _ in range(40):
        places = sorted(random.choice(len(words), 6, replace=False).tolist())
        spans = [
            span("", f"C{random.integers(4)}", kind=str(random.choice(["Drug", "Sign"])),
                 at=(int(starts[i]), int(starts[i]) + len(words[i])))
            for i in places if words[i] != ","
        ]  # fmt: skip
        document = read(spans, [], directed=directed).document
        types = frozenset({("Drug", "Sign"), ("Drug", "Drug")})
        found = Pairing(types, directed, window).candidates(document)
        said = [word for word in words if word != ","]
        of = {place: len([word for word in words[:place] if word != ","]) for place in places}
        at = [of[int(np.flatnonzero(starts == one.start)[0])] for one in document.mentions]
        assert [said[place] for place in at] == [TEXT[one.start : one.end] for one in document.mentions]
        expected = {}
        for (a, one), (b, other) in permutations(enumerate(document.arguments), 2):
            kinds = (one.type, other.type)
            if (kinds in types) and (directed or kinds[0] != kinds[1] or a < b):
                near = {
                    (i, j) for i in one.mentions for j in other.mentions
                    if i != j and (window is None or abs(at[i] - at[j]) - 1 <= window)
                }  # fmt: skip
                if near:
                    expected[a, b] = near
        assert {(one.head, one.tail): set(one.pairs) for one in found} == expected


def test_types_that_may_be_related_are_those_of_the_training_notes():
    one = read([span("aspirin", "A"), span("fever", "F"), span("insulin", "I")], [related("A", "F")])
    pairing = Pairing.learned([(one.document, one.relations)], directed=True, window=None)
    assert pairing.types == {("Drug", "Sign")}
    assert [(each.head, each.tail) for each in pairing.candidates(one.document)] == [(0, 2), (1, 2)]
