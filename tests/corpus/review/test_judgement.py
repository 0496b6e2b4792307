import pytest

from tests.corpus.review.made import DATE, MURPHY, OKONKWO, QUILLFEATHER, TEXT, answer, finding, said
from wardspace.core.errors import CorpusError
from wardspace.corpus.review.judgement import carried_over, judged_spans

FOUND = [finding(QUILLFEATHER), finding(MURPHY)]
UNJUDGED = [said("unjudged", QUILLFEATHER, found=0), said("unjudged", MURPHY, found=1)]


def verdicts(*spans, done=True):
    return [span.verdict for span in judged_spans(TEXT, FOUND, answer(*spans, done=done))]


def test_what_is_left_counts_as_accepted_when_a_note_is_done():
    assert verdicts(*UNJUDGED) == ["accepted", "accepted"]
    assert verdicts(*UNJUDGED, done=False) == ["unjudged", "unjudged"]


def test_a_correction_back_to_what_was_found_is_none():
    assert verdicts(said("corrected", QUILLFEATHER, found=0), UNJUDGED[1]) == ["accepted", "accepted"]


def test_a_verdict_is_of_the_place_that_was_found():
    first, second = judged_spans(TEXT, FOUND, answer(said("rejected", (0, 3), "DATE", 0), UNJUDGED[1]))
    assert first.place == (*QUILLFEATHER, "NAME")
    assert second.detectors == ("names",)


@pytest.mark.parametrize(
    ("spans", "match"),
    [
        ([UNJUDGED[0]], "every redaction once"),
        ([*UNJUDGED, UNJUDGED[0]], "every redaction once"),
        ([*UNJUDGED, said("unjudged", OKONKWO, found=2)], "every redaction once"),
        ([*UNJUDGED, said("accepted", OKONKWO)], "only what was missed"),
        ([UNJUDGED[0], said("missed", MURPHY, found=1)], "only what was missed"),
        ([*UNJUDGED, said("missed", (60, 900))], "not in the note"),
        ([*UNJUDGED, said("missed", (-3, 4))], "not in the note"),
        ([*UNJUDGED, said("missed", (28, 28))], "not in the note"),
        ([*UNJUDGED, said("missed", (45, 47))], "no letter"),
        ([*UNJUDGED, said("missed", (14, 28))], "overlap"),
        ([said("corrected", OKONKWO, found=0), UNJUDGED[1]], "elsewhere"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(spans, match):
    with pytest.raises(CorpusError, match=match) as caught:
        judged_spans(TEXT, FOUND, answer(*spans))
    assert "Quillfeather" not in str(caught.value)


def test_what_was_missed_may_stand_in_a_false_alarm():
    spans = judged_spans(
        TEXT, FOUND, answer(said("rejected", QUILLFEATHER, found=0), UNJUDGED[1], said("missed", (4, 9)))
    )
    assert [span.open for span in spans if span.verdict == "missed"] == [0]


def test_letters_are_counted_by_code_points():
    text = "😀😀 Żółć 12"
    (span,) = judged_spans(text, [], answer(said("missed", (0, len(text)))))
    assert (span.end, span.open) == (10, 6)


def test_judgements_are_carried_over_to_other_detectors():
    before = judged_spans(
        TEXT,
        FOUND,
        answer(UNJUDGED[0], said("rejected", MURPHY, found=1), said("missed", OKONKWO), said("missed", DATE, "DATE")),
    )
    identifiers = [span for span in before if span.is_identifier]
    now = [finding(QUILLFEATHER), finding((21, 30)), finding(MURPHY)]
    carried = carried_over(TEXT, now, identifiers)
    assert not carried.done
    assert [(span.verdict, span.start, span.end, span.found) for span in carried.spans] == [
        ("accepted", *QUILLFEATHER, 0),
        ("corrected", *OKONKWO, 1),
        ("rejected", *MURPHY, 2),
        ("missed", *DATE, None),
    ]
    assert judged_spans(TEXT, now, carried)
