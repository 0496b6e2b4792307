import pytest

from tests.corpus.annotation.made import DRUGS, TEXTS, URGENCY, said, spans
from wardspace.core.errors import CorpusError
from wardspace.corpus.annotation import Annotation, MarkedSpan, SuggestedLabel, SuggestedSpan
from wardspace.corpus.annotation.annotation import checked_value


def at(start, end, kind="Drug"):
    return MarkedSpan(start=start, end=end, type=kind)


@pytest.mark.parametrize("note_id", TEXTS)
def test_spans_that_fit_come_back_in_the_order_of_the_text(note_id):
    given = spans(note_id)
    assert checked_value(TEXTS[note_id], DRUGS, given[::-1]) == given


@pytest.mark.parametrize(
    "value",
    [
        (at(0, 3), at(2, 5)),
        (at(0, 3), at(0, 3, "Dose")),
        (at(3, 3),),
        (at(5, 2),),
        (at(0, 12),),
        (at(5, 6),),
        (at(0, 2, "Disease"),),
        "urgent",
    ],
)
def test_what_does_not_fit_the_note_is_refused(value):
    with pytest.raises(CorpusError):
        checked_value("green fever", DRUGS, value)


def test_a_label_is_one_of_those_declared():
    assert checked_value("fever", URGENCY, "urgent") == "urgent"
    for value in ("Urgent", (at(0, 2),)):
        with pytest.raises(CorpusError):
            checked_value("fever", URGENCY, value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (spans("astral"), (SuggestedSpan(start=1, end=2, type="Drug", confidence=0.5),)),
        ((), ()),
        ("urgent", SuggestedLabel(type="routine", confidence=0.7)),
        (None, None),
    ],
)
def test_a_line_is_read_as_it_was_written(value, shown):
    line = said("astral", value, shown=shown)
    assert Annotation.model_validate_json(line.model_dump_json(exclude_defaults=True)) == line
