"""What the results do not show, one sentence for each reason."""

from __future__ import annotations

from collections.abc import Sequence

from wardspace.core.wording import counted, listed, share

SYNTHETIC = "Anything about real notes: these notes are synthetic. The figures only show that the tool works."
TRANSDUCTIVE = (
    "How the models do on unseen notes: adaptation read the texts (never the labels) of the validation and test notes."
)
ONE_CORPUS = (
    "Whether this carries over: all notes come from one corpus. “No difference shown” does not prove that two models "
    "are equal; there may be too few test notes to show it."
)
SPACE_INTERVALS = (
    "All the uncertainty of the measures of the spaces: their intervals come from resampling patients, to first "
    "order, with each note's neighbours fixed, and are not corrected for the number of measures."
)
NEVER_CORRECTED = "these results were made before p values were corrected for multiple comparisons"
MAY_BE_CHANCE = "among so many comparisons some look like a difference even if no model differs"


def trained_once(models: int) -> str:
    """Training was not repeated with another seed."""
    which = "the adapted model was" if models == 1 else f"each of the {models} adapted models was"
    return (
        f"Whether another training run would give the same result: {which} trained once. The intervals "
        "cover the choice of test patients, not the randomness of training."
    )


def unknown_training_data(models: Sequence[str]) -> str:
    """Models that were trained elsewhere may have read the test notes."""
    return (
        f"How {listed(list(models))} would do on unseen notes: we do not know what they were trained on, and the test "
        "notes may have been part of it."
    )


def without_interval(measures: Sequence[str]) -> str:
    """Measures of the spaces that have no interval."""
    return f"How certain {listed(list(measures))} of the spaces are: they have no interval; small gaps may be chance."


def not_corrected(uncorrected: int, gaps: int, comparisons: int, confidence: float, reason: str) -> str:
    """Differences that are not significant after correction."""
    return (
        f"Uncorrected differences ({uncorrected} of {counted(gaps, 'difference')} found in "
        f"{counted(comparisons, 'comparison')} with the base, at {share(confidence)} each): they are not significant "
        f"after Holm correction; {reason}."
    )


def scores_do_not_vary(task: str) -> str:
    """Scores that are the same in every resample."""
    return (
        f"How certain some scores of {task} are: they are the same in every resample of the patients (a single "
        "patient, or no mistake at all), so they have no interval."
    )


def differences_do_not_vary(task: str) -> str:
    """Differences that are the same in every resample."""
    return (
        f"How certain some differences of {task} are: they are the same in every resample of the patients (both models "
        "are right on the same notes), so they have no interval and count as no difference shown."
    )


def few_patients(task: str, patients: int) -> str:
    """Too few test patients for exact intervals."""
    return (
        f"Exact intervals of {task}: the test notes come from {counted(patients, 'patient')}. In simulations with ten "
        "patients, 95% intervals contained the true value 91 to 96 times in 100."
    )


def percentile_intervals(task: str) -> str:
    """A class has too few test patients for BCa intervals."""
    return (
        f"Exact intervals of {task}: a class has fewer than three test patients, too few for BCa intervals, so "
        "percentile intervals are used. With so few, intervals of scores averaged over classes contain the true value "
        "less often than stated (in simulations about 92 times in 100 instead of 95, with 13 classes and 30 patients)."
    )


def learned_from(columns: Sequence[str], models: Sequence[str]) -> str:
    """Columns that a model was trained on separate its notes by design."""
    what = "that column" if len(columns) == 1 else "those columns"
    return (
        f"How well notes separate by {listed(list(columns))} on their own: {listed(list(models))} learned from {what}."
    )
