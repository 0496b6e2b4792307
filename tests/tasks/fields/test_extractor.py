"""Fields are filled with what models find, as each field asks."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest

from wardspace.config.fields import FieldsConfig
from wardspace.core.errors import StudyError
from wardspace.tasks.assertions.fitted import FittedAssertions, assertion_of
from wardspace.tasks.entities.fitted import FittedTagger
from wardspace.tasks.entities.mentions import ScoredMention
from wardspace.tasks.fields.extractor import Extractor
from wardspace.tasks.fields.values import Value, chosen

WORDS = {"fever": ("Sign", 0.9), "cough": ("Sign", 0.6), "asthma": ("Sign", 0.95), "aspirin": ("Drug", 0.8)}


def find(texts):
    """By the words alone."""
    for text in texts:
        yield [
            ScoredMention(one.start(), one.end(), *WORDS[one[0]]) for one in re.finditer("|".join(WORDS), text)
        ]  # fmt: skip


def fields(*own, **more):
    return FieldsConfig.model_validate({"fields": list(own), **more})


def record(text, *own, scripts=(), rules=True):
    tagger = FittedTagger(find, ("Drug", "Sign"), scripts=scripts)
    extractor = Extractor(fields(*own), {"marks": tagger}, assertion_of if rules else None)
    (found,) = extractor.records([text])
    return found


def values(found, name):
    return [one.value for one in found.fields[name]]


@pytest.mark.parametrize(
    ("many", "threshold", "wanted"),
    [
        (True, 0, ["cough", "fever", "asthma"]),
        (True, 0.7, ["fever", "asthma"]),
        ("first", 0, ["cough"]),
        ("first", 0.7, ["fever"]),
        ("last", 0, ["asthma"]),
        ("most_confident", 0, ["asthma"]),
        (True, 0.99, []),
        ("last", 0.99, []),
    ],
)
def test_how_many_and_how_sure(many, threshold, wanted):
    found = record(
        "cough, fever, aspirin, asthma", {"name": "x", "from": {"entity": "Sign"}, "many": many, "threshold": threshold}
    )
    assert values(found, "x") == wanted


def test_assertions_choose_among_mentions():
    text = "Denies fever. Has a cough. Mother had asthma."
    own = [
        {"name": name, "from": {"entity": "Sign", "assertion": asked}}
        for name, asked in {"now": "present", "none": "negated", "kin": "family", "two": ["negated", "family"]}.items()
    ]
    found = record(text, *own, {"name": "every", "from": {"entity": "Sign"}})
    assert values(found, "now") == ["cough"]
    assert values(found, "none") == ["fever"]
    assert values(found, "kin") == ["asthma"]
    assert values(found, "two") == ["fever", "asthma"]
    assert values(found, "every") == ["fever", "cough", "asthma"]
    assert [one.assertion for one in found.mentions] == ["negated", "present", "family"]
    assert record(text, {"name": "x", "from": {"entity": "Sign"}}, rules=False).mentions[0].assertions is None


def test_a_trained_head_may_judge_in_place_of_the_rules():
    """Every first mention of a text is a relative's, says this one."""

    def of_texts(texts, mentions):
        return np.array([[float(at == 0)] for own in mentions for at in range(len(own))], np.float32).reshape(-1, 1)

    head = FittedAssertions(of_texts, ("family",), np.array([0.5]))
    field = {"name": "kin", "from": {"entity": "Sign", "assertion": "family"}}
    extractor = Extractor(fields(field), {"marks": FittedTagger(find, ("Sign", "Drug"))}, head.assertions)
    found = list(extractor.records(["no fever, cough", "", "aspirin, fever", "asthma"]))
    assert [values(one, "kin") for one in found] == [["fever"], [], [], ["asthma"]]
    assert head.assertions(["x"], [[]]) == [[]]


def test_a_note_in_another_script_is_passed_over_and_said():
    own = {"name": "x", "from": {"entity": "Sign"}}
    assert record("胸痛三天，发热 fever", own, scripts=("LATIN",)) == ({"x": []}, [], True)
    assert record("fever 胸痛", own, scripts=("LATIN",)).fields["x"][0].value == "fever"
    assert not record("37.5 °C", own, scripts=("LATIN",)).foreign
    assert record("胸痛 fever", own).fields["x"][0].value == "fever"  # nothing is known of what it learned from
    assert record("", own, scripts=("LATIN",)) == ({"x": []}, [], False)


def test_a_class_is_a_value_without_a_place():
    field = fields({"name": "kind", "from": {"classification": "ward"}, "threshold": 0.5}).fields[0]
    assert chosen([Value("icu", None, None, 0.8, "ward")], field)[0].value == "icu"
    assert chosen([Value("icu", None, None, 0.4, "ward")], field) == []


def test_a_type_that_two_models_know_needs_its_task():
    taggers = {name: FittedTagger(find, ("Sign",)) for name in ("one", "two")}
    with pytest.raises(StudyError, match="one and two both find Sign"):
        Extractor(fields({"name": "x", "from": {"entity": "Sign"}}), taggers)
    with pytest.raises(StudyError, match="no field uses the model of one"):
        Extractor(fields({"name": "x", "from": {"entity": "Sign", "task": "two"}}), taggers)


class Pairs:
    """Relates each mention of a text to the one behind it."""

    source, names, scripts = "relation", ("before",), ()

    def found(self, notes, asked):
        for note in notes:
            yield [
                Value(b.value, b.start, b.end, 0.7, "before", None, a.value, a.start, a.end)
                for a, b in pairwise(note.mentions)
            ]


class Echo:
    """Answers each question with the first word that it has in common with the text."""

    source, names, scripts = "question", None, ()

    def found(self, notes, asked):
        for note in notes:
            words = {word: note.text.find(word) for question in asked for word in question.split()}
            yield [
                Value(word, at, at + len(word), 0.5, question)
                for question in asked
                for word, at in words.items()
                if at >= 0 and word in question.split()
            ]


def test_relations_are_found_between_the_mentions_and_asserted_as_they_are():
    own = [
        {"name": "next", "from": {"relation": "before"}},
        {"name": "denied", "from": {"relation": "before", "assertion": "negated"}},
        {"name": "where", "from": {"question": "fever or cough"}},
    ]
    fillers = {"qa": Echo(), "pairs": Pairs(), "marks": FittedTagger(find, ("Sign", "Drug"))}
    extractor = Extractor(fields(*own), fillers, assertion_of)
    (found, none) = extractor.records(["Cold, cough, denies fever", " "])
    assert [(one.of, one.value, one.of_start, one.start) for one in found.fields["next"]] == [("cough", "fever", 6, 20)]
    assert found.fields["denied"] == found.fields["next"] and found.fields["next"][0].assertions == ("negated",)
    assert [(one.value, one.task, one.assertions) for one in found.fields["where"]] == [
        ("cough", "qa", None), ("fever", "qa", None),
    ]  # fmt: skip
    assert none == ({"next": [], "denied": [], "where": []}, [], False)


def test_relations_need_a_model_of_mentions():
    with pytest.raises(StudyError, match="between mentions"):
        Extractor(fields({"name": "x", "from": {"relation": "before"}}), {"pairs": Pairs()})


@pytest.mark.parametrize(
    "source",
    [
        {},
        {"entity": "A", "question": "b"},
        {"question": "a", "assertion": "negated"},
        {"classification": "a", "task": "b"},
    ],
)
def test_a_field_has_one_source(source):
    with pytest.raises(ValueError, match="from"):
        fields({"name": "x", "from": source})
