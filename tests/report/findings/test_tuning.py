import pytest

from tests.report.build import small_results
from wardspace.report.findings.guidance import tuning_findings
from wardspace.report.score_table import Board
from wardspace.results.results import AcrossDifference

GAIN, TIE, HARM = (0.05, 0.02, 0.08), (0.01, -0.02, 0.04), (-0.05, -0.08, -0.02)


def told(gaps, **changes):
    """What is said of a model fine-tuned with these numbers of labels."""
    across = [
        AcrossDifference(
            model="mlm", setting="finetune", shots=shots, against="mlm", against_setting="logistic",
            against_shots=shots, task="t", metric="macro_f1", value=value, low=low, high=high, tie=low <= 0 <= high,
        )
        for shots, (value, low, high) in gaps.items()
    ]  # fmt: skip
    return tuning_findings(Board(small_results({"mlm": [GAIN]}, across=across, **changes)), "t", "macro_f1")


@pytest.mark.parametrize(
    ("gap", "tone", "words"),
    [
        (GAIN, "gain-alone", "mlm: fine-tuning pays, +5.0 points with all labels (+2.0 to +8.0)."),
        (TIE, "tie", "mlm: no gain of fine-tuning was shown, +1.0 points"),
        (HARM, "harm-alone", "mlm: fine-tuning is worse than the frozen encoder, −5.0 points"),
    ],
)
def test_one_number_of_labels_says_nothing_of_fewer(gap, tone, words):
    first, last = told({None: gap})
    assert first.tone == tone
    assert first.text.startswith(words)
    assert first.evidence == "score:t:macro_f1:mlm:finetune:all"
    assert "from how many on it pays was not measured" in last.text


def test_from_how_many_labels_on_it_pays():
    (found,) = told({16: TIE, 64: GAIN, 200: GAIN, None: GAIN})
    assert "fine-tuning pays from 64 labels per class on" in found.text


def test_a_gain_lost_again_with_more_labels_is_no_start():
    (found,) = told({16: GAIN, 64: TIE, None: GAIN})
    assert "fine-tuning pays, +5.0 points with all labels" in found.text
    assert " from " not in found.text


def test_a_cap_on_notes_is_told():
    first, _ = told({None: GAIN}, finetune_notes={"t": 1200})
    assert "with 1,200 labelled notes against all of them frozen (+2.0" in first.text


def test_not_tried_is_said():
    (found,) = told({})
    assert "not tried" in found.text
