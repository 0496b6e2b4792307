import pytest

from tests.report.build import small_results
from wardspace.report.findings.headlines import headlines
from wardspace.report.findings.label_efficiency import beside_findings
from wardspace.report.score_table import Board
from wardspace.results.results import AcrossDifference, Score

GAIN, TIE, HARM = (0.05, 0.02, 0.08), (0.01, -0.02, 0.04), (-0.05, -0.08, -0.02)
PLACE = {"task": "t", "setting": "words_beside", "metric": "macro_f1"}


def told(alone, counted, shots=None):
    """What is said of mlm, which validation favours over the base, against itself and against TF-IDF."""
    common = {**PLACE, "shots": shots, "seed": None, "n": 100, "groups": 40}
    scores = [Score(model="mlm", value=0.6, split="test", **common)]
    scores += [Score(model=m, value=v, split="validation", **common) for m, v in (("base", 0.5), ("mlm", 0.6))]
    across = [
        AcrossDifference(
            model="mlm", against=against, against_setting="logistic", against_shots=shots, value=value, low=low,
            high=high, tie=low <= 0 <= high, shots=shots, **PLACE,
        )
        for against, (value, low, high) in (("tfidf", counted), ("mlm", alone))
    ]  # fmt: skip
    results = small_results({"mlm": [GAIN], "tfidf": [TIE]}, across=across)
    results = results.model_copy(update={"scores": [*results.scores, *scores]})
    return beside_findings(Board(results), "t", "macro_f1")


def test_it_says_what_each_half_adds():
    (found,) = told(GAIN, TIE)
    assert found.text == (
        "With all labels, word counts beside mlm, which validation favours so: +5.0 points against mlm alone "
        "(+2.0 to +8.0) and +1.0 points against word counts alone (tfidf) (−2.0 to +4.0, a tie)."
    )
    assert found.evidence == "score:t:macro_f1:mlm:words_beside:all"


@pytest.mark.parametrize(
    ("alone", "counted", "tone"),
    [
        (GAIN, GAIN, "gain-alone"),
        (GAIN, TIE, "plain"),
        (TIE, TIE, "tie"),
        (GAIN, HARM, "mixed"),
        (HARM, HARM, "harm-alone"),
    ],
)
def test_its_tone(alone, counted, tone):
    assert told(alone, counted, shots=8)[0].tone == tone


def test_nothing_is_said_where_it_was_not_tried(board):
    assert beside_findings(board, "specialty", "macro_f1") == []


def test_a_gain_beside_words_is_no_headline_of_adapting():
    results = small_results({"mlm": [TIE]})
    gain = results.differences[0].model_copy(
        update={"setting": "words_beside", "value": 0.05, "low": 0.02, "high": 0.08, "tie": False, "clear": True}
    )
    beside = [s.model_copy(update={"setting": "words_beside"}) for s in results.scores]
    both = {"differences": [*results.differences, gain], "scores": [*results.scores, *beside]}
    said = headlines(Board(results.model_copy(update=both)))[0].text
    assert said.startswith("t: adapting was not shown to help here")
    assert "in 1 way of using it" in said
