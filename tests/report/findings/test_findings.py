import pytest

from tests.report.build import Change, small_results
from wardspace.report.findings.findings import highest_findings, model_findings
from wardspace.report.score_table import Board
from wardspace.report.wording import comparisons as say

GAIN, TIE, HARM = (0.021, 0.008, 0.033), (0.004, -0.006, 0.013), (-0.05, -0.061, -0.036)
GAIN_ALONE, HARM_ALONE = (*GAIN, "alone"), (*HARM, "alone")


def findings_of(**gaps):
    board = Board(small_results({name.replace("_", "-"): found for name, found in gaps.items()}))
    return model_findings(board, "t", "macro_f1")


def extreme(gap, shots=8):
    return say.extreme(Change(*gap[:3]), "macro F1", f"{shots} labels per class, logistic regression")


def test_a_gain_has_its_interval_and_its_setting():
    (finding,) = findings_of(mlm=[GAIN, TIE])
    assert finding.tone == "gain"
    assert finding.text == say.against_base("mlm", 2, better=(1, 1), worse=(0, 0), extremes=[extreme(GAIN)])
    assert "+2.1 points of macro F1 (interval +0.8 to +3.3)" in extreme(GAIN)


def test_harm_has_its_interval_and_its_setting():
    (finding,) = findings_of(declutr=[HARM, HARM])
    assert finding.tone == "harm"
    assert finding.text == say.against_base("declutr", 2, better=(0, 0), worse=(2, 2), extremes=[extreme(HARM)])


def test_an_interval_around_zero_is_no_difference_however_large():
    (finding,) = findings_of(mlm=[(0.09, -0.001, 0.18)])
    assert finding.tone == "tie"
    assert finding.text == say.no_difference_anywhere("mlm", 1)


def test_gains_and_harms_are_both_reported():
    (finding,) = findings_of(mlm=[GAIN, HARM])
    assert finding.tone == "mixed"
    both = [extreme(GAIN), extreme(HARM, 16)]
    assert finding.text == say.against_base("mlm", 2, better=(1, 1), worse=(1, 1), extremes=both)


@pytest.mark.parametrize(
    ("gaps", "tone", "better", "worse"),
    [
        ([GAIN_ALONE, TIE], "gain-uncorrected", (1, 0), (0, 0)),
        ([GAIN, GAIN_ALONE], "gain", (2, 1), (0, 0)),
        ([HARM_ALONE, TIE], "harm-uncorrected", (0, 0), (1, 0)),
        ([GAIN_ALONE, HARM], "mixed", (1, 0), (1, 1)),
    ],
)
def test_significant_differences_are_counted_apart_from_the_others(gaps, tone, better, worse):
    (finding,) = findings_of(mlm=gaps)
    assert finding.tone == tone
    extremes = [extreme(gaps[0])]
    extremes += [extreme(gaps[1], 16)] if tone == "mixed" else []
    assert finding.text == say.against_base("mlm", 2, better, worse, extremes)


def test_tfidf_comes_last():
    first, last = findings_of(tfidf=[HARM], mlm=[GAIN])
    assert first.text.startswith("mlm ")
    assert last.text.startswith("tfidf ")


@pytest.mark.parametrize(
    ("gap", "tone", "model", "score", "over_base"),
    [
        (GAIN, "gain", "mlm", "52.1 (50.8 to 53.3)", say.over_base(Change(*GAIN), tie=False, significant=True)),
        (
            GAIN_ALONE,
            "gain-uncorrected",
            "mlm",
            "52.1 (50.8 to 53.3)",
            say.over_base(Change(*GAIN), tie=False, significant=False),
        ),
        (TIE, "tie", "mlm", "50.4 (49.4 to 51.3)", say.over_base(Change(*TIE), tie=True, significant=False)),
        (HARM, "plain", "base", "50.0 (48.0 to 52.0)", say.BASE_IS_BEST),
    ],
)
def test_the_highest_model_of_a_setting(gap, tone, model, score, over_base):
    (finding,) = highest_findings(Board(small_results({"mlm": [gap]})), "t", "macro_f1")
    assert finding.tone == tone
    level = ["base"] if tone == "tie" else []
    where = "Frozen encoder, 8 labels per class"
    assert finding.text == say.best_model(where, f"{model}, {score}", "macro F1", over_base, level)


def test_every_main_setting_has_its_highest_model(board):
    few, every, tuned = highest_findings(board, "specialty", "macro_f1")
    assert few.text.startswith("Frozen encoder, 8 labels per class: ")
    assert every.text.startswith("Frozen encoder, all labels: ")
    assert tuned.text.startswith("Fine-tuned, all labels: ")


def test_no_comparison_no_claim():
    results = small_results({"mlm": [GAIN]}, differences=[])
    assert model_findings(Board(results), "t", "macro_f1") == []
    (finding,) = highest_findings(Board(results), "t", "macro_f1")
    assert finding.tone == "plain"
    assert say.NOT_COMPARED in finding.text


def test_the_same_score_in_every_resample_has_no_interval():
    results = small_results({"mlm": [(0.0, 0.0, 0.0)]})
    scores = [s.model_copy(update={"value": s.value + 0.001 * (s.model == "mlm")}) for s in results.scores]
    board = Board(results.model_copy(update={"scores": scores}))
    (finding,) = highest_findings(board, "t", "macro_f1")
    assert say.over_base(Change(0, 0, 0), tie=True, significant=False) in finding.text
    assert "0.0 points (no interval)" in finding.text
