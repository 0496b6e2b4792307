import pytest

from tests.report.build import Change, small_results
from wardspace.report.findings.guidance import tuning_findings
from wardspace.report.score_table import Board
from wardspace.report.wording.comparisons import FINE_TUNING_NOT_TRIED, fine_tuning, one_size_only
from wardspace.results import AcrossDifference

GAIN, TIE, HARM = (0.05, 0.02, 0.08), (0.01, -0.02, 0.04), (-0.05, -0.08, -0.02)


def findings_of(gaps, **changes):
    """Findings about a model fine-tuned with these numbers of labels."""
    across = [
        AcrossDifference(
            model="mlm", setting="finetune", shots=shots, against="mlm", against_setting="logistic",
            against_shots=shots, task="t", metric="macro_f1", value=value, low=low, high=high, tie=low <= 0 <= high,
        )
        for shots, (value, low, high) in gaps.items()
    ]  # fmt: skip
    return tuning_findings(Board(small_results({"mlm": [GAIN]}, across=across, **changes)), "t", "macro_f1")


@pytest.mark.parametrize(("gap", "tone"), [(GAIN, "gain-uncorrected"), (TIE, "tie"), (HARM, "harm-uncorrected")])
def test_one_number_of_labels_says_nothing_about_fewer(gap, tone):
    first, last = findings_of({None: gap})
    assert first.tone == tone
    assert first.text == fine_tuning("mlm", Change(*gap), "all labels", tie=gap is TIE, since=None, frozen="")
    assert first.evidence == "score:t:macro_f1:mlm:finetune:all"
    assert last.text == one_size_only("all labels")


def test_from_how_many_labels_on_it_pays():
    (found,) = findings_of({16: TIE, 64: GAIN, 200: GAIN, None: GAIN})
    since = "64 labels per class"
    assert found.text == fine_tuning("mlm", Change(*GAIN), "all labels", tie=False, since=since, frozen="")


def test_a_gain_lost_again_with_more_labels_is_no_start():
    (found,) = findings_of({16: GAIN, 64: TIE, None: GAIN})
    assert found.text == fine_tuning("mlm", Change(*GAIN), "all labels", tie=False, since=None, frozen="")


def test_a_limit_on_notes_is_named():
    first, _ = findings_of({None: GAIN}, finetune_notes={"t": 1200})
    labels, frozen = "1,200 labelled notes", "all labels"
    assert first.text == fine_tuning("mlm", Change(*GAIN), labels, tie=False, since=None, frozen=frozen)


def test_not_tried_is_said():
    (found,) = findings_of({})
    assert found.text == FINE_TUNING_NOT_TRIED
