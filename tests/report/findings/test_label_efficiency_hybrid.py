import pytest

from tests.report.build import Change, small_results
from wardspace.report.findings.headlines import headlines
from wardspace.report.findings.label_efficiency import hybrid_findings
from wardspace.report.score_table import Board
from wardspace.report.wording.comparisons import adapting_did_not_help, hybrid_features
from wardspace.results import AcrossDifference, Score

GAIN, TIE, HARM = (0.05, 0.02, 0.08), (0.01, -0.02, 0.04), (-0.05, -0.08, -0.02)
PLACE = {"task": "t", "setting": "embedding_tfidf", "metric": "macro_f1"}


def found_for(alone, counted, shots=None):
    """Findings about mlm, the best on validation, against its embedding alone and against TF-IDF alone."""
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
    return hybrid_findings(Board(results), "t", "macro_f1")


def test_both_halves_are_compared_with_the_whole():
    (found,) = found_for(GAIN, TIE)
    parts = [("the embedding alone", Change(*GAIN), False), ("TF-IDF alone", Change(*TIE), True)]
    assert found.text == hybrid_features("With all labels", "mlm", parts)
    assert found.evidence == "score:t:macro_f1:mlm:embedding_tfidf:all"


@pytest.mark.parametrize(
    ("alone", "counted", "tone"),
    [
        (GAIN, GAIN, "gain-uncorrected"),
        (GAIN, TIE, "plain"),
        (TIE, TIE, "tie"),
        (GAIN, HARM, "mixed"),
        (HARM, HARM, "harm-uncorrected"),
    ],
)
def test_its_tone(alone, counted, tone):
    assert found_for(alone, counted, shots=8)[0].tone == tone


def test_no_finding_where_it_was_not_tried(board):
    assert hybrid_findings(board, "specialty", "macro_f1") == []


def test_a_gain_of_embedding_with_tfidf_is_no_headline_of_adaptation():
    results = small_results({"mlm": [TIE]})
    gain = results.differences[0].model_copy(
        update={"setting": "embedding_tfidf", "value": 0.05, "low": 0.02, "high": 0.08, "tie": False, "clear": True}
    )
    hybrid = [s.model_copy(update={"setting": "embedding_tfidf"}) for s in results.scores]
    both = {"differences": [*results.differences, gain], "scores": [*results.scores, *hybrid]}
    found = headlines(Board(results.model_copy(update=both)))[0]
    assert found.tone == "tie"
    assert found.text == adapting_did_not_help("t", models=1, settings=1, uncorrected=0, worse=[])
