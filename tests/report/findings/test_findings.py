import pytest

from tests.report.build import small_results
from wardspace.report.findings.findings import highest_findings, model_findings
from wardspace.report.score_table import Board

GAIN, TIE, HARM = (0.021, 0.008, 0.033), (0.004, -0.006, 0.013), (-0.05, -0.061, -0.036)
GAIN_ALONE, HARM_ALONE = (*GAIN, "alone"), (*HARM, "alone")


def sentence(**gaps):
    board = Board(small_results({name.replace("_", "-"): found for name, found in gaps.items()}))
    return model_findings(board, "t", "macro_f1")


def test_a_gain_is_told_with_its_interval():
    (finding,) = sentence(mlm=[GAIN, TIE])
    assert finding.tone == "gain"
    assert finding.sign == "▲"
    assert finding.text == (
        "mlm gains over the base in 1 of 2 settings (also after correction) and ties in 1. "
        "Most: +2.1 points of macro F1 (interval +0.8 to +3.3) with 8 labels per class, logistic regression."
    )


def test_harm_is_said_plainly():
    (finding,) = sentence(declutr=[HARM, HARM])
    assert finding.tone == "harm"
    assert "harms (it is worse than the base) in 2 of 2 settings (also after correction)." in finding.text
    assert "Worst: −5.0 points of macro F1 (interval −6.1 to −3.6)" in finding.text
    assert "gain" not in finding.text


def test_a_tie_is_called_a_tie_however_large():
    (finding,) = sentence(mlm=[(0.09, -0.001, 0.18)])
    assert finding.tone == "tie"
    assert finding.text == "mlm ties with the base in its one setting: no difference was shown."


def test_gains_and_harms_stand_side_by_side():
    (finding,) = sentence(mlm=[GAIN, HARM])
    assert finding.tone == "mixed"
    assert "gains over the base in 1 of 2 settings (also after correction) and harms" in finding.text
    assert "Most: +2.1" in finding.text
    assert "Worst: −5.0" in finding.text


@pytest.mark.parametrize(
    ("gaps", "tone", "sign", "words"),
    [
        ([GAIN_ALONE, TIE], "gain-alone", "△", "gains over the base in 1 of 2 settings (not after correction)"),
        ([GAIN, GAIN_ALONE], "gain", "▲", "gains over the base in 2 of 2 settings (1 also after correction)"),
        ([HARM_ALONE, TIE], "harm-alone", "▽", "in 1 of 2 settings (not after correction)"),
        ([GAIN_ALONE, HARM], "mixed", "▲▼", "1 of 2 settings (not after correction) and harms"),
    ],
)
def test_gaps_that_hold_on_their_own_alone_are_told_apart(gaps, tone, sign, words):
    (finding,) = sentence(mlm=gaps)
    assert (finding.tone, finding.sign) == (tone, sign)
    assert words in finding.text


def test_counted_words_come_last_and_do_no_harm():
    first, last = sentence(tfidf=[HARM], mlm=[GAIN])
    assert first.text.startswith("mlm gains")
    assert last.text.startswith("tfidf (words counted, no language model) is worse than the base in 1 of 1 setting ")


@pytest.mark.parametrize(
    ("gap", "tone", "words"),
    [
        (GAIN, "gain", "mlm has the highest macro F1, 52.1 (50.8 to 53.3); against the base +2.1 points"),
        (GAIN, "gain", "(interval +0.8 to +3.3), also after correction."),
        (GAIN_ALONE, "gain-alone", "(interval +0.8 to +3.3), which does not hold after correction."),
        (TIE, "tie", "mlm has the highest macro F1, 50.4 (49.4 to 51.3); a tie with the base: +0.4 points"),
        (HARM, "plain", "base has the highest macro F1, 50.0 (48.0 to 52.0); no adapted model is above the base."),
    ],
)
def test_the_highest_model_of_a_setting(gap, tone, words):
    (finding,) = highest_findings(Board(small_results({"mlm": [gap]})), "t", "macro_f1")
    assert finding.tone == tone
    assert finding.text.startswith("Frozen encoder, 8 labels per class: ")
    assert words in finding.text


def test_what_ties_with_the_highest_is_named(board):
    few, every, tuned = highest_findings(board, "specialty", "macro_f1")
    assert few.text.startswith("Frozen encoder, 8 labels per class: ")
    assert every.text.startswith("Frozen encoder, all labels: ")
    assert tuned.text.startswith("Fine-tuned, all labels: ")
    assert "Tied with it: " in tuned.text


def test_no_comparison_no_claim():
    results = small_results({"mlm": [GAIN]}, differences=[])
    assert model_findings(Board(results), "t", "macro_f1") == []
    (finding,) = highest_findings(Board(results), "t", "macro_f1")
    assert finding.tone == "plain"
    assert "not compared with the base in pairs" in finding.text


def test_the_same_score_in_every_draw_stands_without_an_interval():
    results = small_results({"mlm": [(0.0, 0.0, 0.0)]})
    scores = [s.model_copy(update={"value": s.value + 0.001 * (s.model == "mlm")}) for s in results.scores]
    board = Board(results.model_copy(update={"scores": scores}))
    (finding,) = highest_findings(board, "t", "macro_f1")
    assert "a tie with the base: 0.0 points (no interval)" in finding.text
