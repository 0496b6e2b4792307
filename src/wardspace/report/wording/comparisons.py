"""Sentences that compare models with the base, with TF-IDF and with themselves, and one run with another."""

from __future__ import annotations

from collections.abc import Sequence

from wardspace.core.wording import counted, listed
from wardspace.report.wording.numbers import Estimate, between, change, points

SIGNIFICANT = "significant after Holm correction"
NOT_SIGNIFICANT = f"not {SIGNIFICANT}"
NO_DIFFERENCE = "no difference shown"

RULES = (
    "Differences are paired: both models are scored on the same test notes, and the interval comes from resampling "
    "the patients.",
    "Better than the base means that the whole interval of the difference lies above zero; worse, that it lies below. "
    "If it includes zero, we say that no difference was shown, however large the difference looks.",
    "* means significant after Holm correction, that is, the corrected p value stays below one minus the confidence "
    "of the intervals. Uncorrected: the interval excludes zero, but the difference is not significant after "
    "correction; among many comparisons some look like this by chance.",
    "All comparisons with the base of one task and metric are corrected together. Private probes, and probes on "
    "embedding + TF-IDF, are corrected as groups of their own. Comparisons between any two models are corrected over "
    "all pairs of one setting.",
    "Fine-tuned against frozen, embedding + TF-IDF against either alone, measures of the spaces and trends over time "
    "are not corrected for multiple comparisons, so they never get a *.",
    "The best model of a setting is the one with the highest test score. Its difference to the base follows, and the "
    "models that it was not shown to be better than.",
    "Every setting of every task is reported; none is left out because of its result.",
)
"""How findings are made; printed on the page."""


def significance(significant: int, total: int) -> str:
    """How many of the differences hold after correction: `1 of them significant after Holm correction`."""
    if significant in (0, total):
        return SIGNIFICANT if significant else NOT_SIGNIFICANT
    return f"{significant} of them {SIGNIFICANT}"


def best_model(where: str, score: str, metric: str, against_base: str, level: Sequence[str]) -> str:
    """Which model scores highest in one setting; `score` is the model with its figure."""
    also = f" Not shown to be better than {listed(list(level))}." if level else ""
    return f"{where}: highest {metric} by {score}; {against_base}.{also}"


def over_base(difference: Estimate, *, tie: bool, significant: bool) -> str:
    """The best model's difference to the base."""
    if tie:
        return f"{change(difference)} against the base, {NO_DIFFERENCE}"
    return f"{change(difference)} against the base, {SIGNIFICANT if significant else NOT_SIGNIFICANT}"


NOT_COMPARED = "it was not compared with the base in pairs"
BASE_IS_BEST = "no adapted model scores higher than the base"


def no_difference_anywhere(model: str, settings: int) -> str:
    """A model that is neither better nor worse than the base in any setting."""
    where = "its one setting" if settings == 1 else f"any of {settings} settings"
    return f"{model}: no difference from the base shown in {where}."


def against_base(
    model: str, settings: int, better: tuple[int, int], worse: tuple[int, int], extremes: Sequence[str]
) -> str:
    """A model against the base over its settings.

    Parameters
    ----------
    model : str
        Its name on the page.
    settings : int
        Settings in which it was compared.
    better, worse : tuple of int
        Settings in which it is better (worse), and how many of them are significant after correction.
    extremes : sequence of str
        The largest gain and the largest loss; see `extreme`.
    """
    parts = []
    for word, (found, significant) in (("better", better), ("worse", worse)):
        if found:
            of_all = f"of {counted(settings, 'setting')}"
            parts.append(f"{word} than the base in {found} {of_all} ({significance(significant, found)})")
    rest = settings - better[0] - worse[0]
    tail = f"; {NO_DIFFERENCE} in {rest}" if rest else ""
    return f"{model} is {' and '.join(parts)}{tail}. {' '.join(extremes)}"


def extreme(difference: Estimate, metric: str, place: str) -> str:
    """The largest gain or loss of a model."""
    return f"Largest {'gain' if difference.value > 0 else 'loss'}: {change(difference, metric)} with {place}."


def adapting_helped(task: str, model: str, settings: tuple[int, int], largest: str, worse: Sequence[str]) -> str:
    """Adaptation gained on a task: the best model, in how many of how many settings, and its largest gain."""
    found, total = settings
    return (
        f"{task}: adaptation helped. {model} is better than the base in {found} of {counted(total, 'setting')} "
        f"({SIGNIFICANT}). {largest}{_worse_somewhere(worse)}"
    )


def adapting_did_not_help(task: str, models: int, settings: int, uncorrected: int, worse: Sequence[str]) -> str:
    """No adapted model is significantly better than the base on a task."""
    but = f" {counted(uncorrected, 'gain')} {_are(uncorrected)} {NOT_SIGNIFICANT}." if uncorrected else ""
    of = "The adapted model is not" if models == 1 else f"None of {models} adapted models is"
    return (
        f"{task}: no benefit of adaptation shown. {of} significantly better than the base in any of "
        f"{counted(settings, 'setting')}.{but}{_worse_somewhere(worse)}"
    )


def _worse_somewhere(models: Sequence[str]) -> str:
    if not models:
        return ""
    return f" {listed(list(models))} {_are(len(models))} significantly worse than the base in at least one setting."


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def other_tasks(tasks: int, helped: Sequence[str]) -> str:
    """Tasks without a headline of their own."""
    named = f": {listed(list(helped))}" if helped else ""
    return f"Adaptation helped in {len(helped)} of {counted(tasks, 'other task')}{named}."


def language_model_needed(better: int, worse: int, same: int) -> str:
    """The language model chosen on validation against TF-IDF, over all settings."""
    return (
        "Is a language model needed? Compared with TF-IDF (word counts), the language model that is best on validation "
        f"is significantly better in {better} of {counted(better + worse + same, 'setting')}, significantly worse in "
        f"{worse}, and not significantly different in {same} (Holm-corrected)."
    )


def fine_tuning_overall(gains: int, comparisons: int, largest: str | None, *, fewer_labels: bool) -> str:
    """Fine-tuned against frozen, over all models and tasks; `largest` is the model with its gain."""
    text = (
        f"Fine-tuning{' on fewer labels' * fewer_labels} was better than the same model frozen in {gains} of "
        f"{counted(comparisons, 'comparison')} (not corrected for multiple comparisons)"
    )
    return f"{text}." if largest is None else f"{text}. Largest gain: {largest}."


def training_time(models: int, total: str, shortest: str, longest: str) -> str:
    """How long adaptation took."""
    each = f"{shortest} each" if shortest == longest else f"{shortest} to {longest} each"
    return f"Adapting {counted(models, 'model')} took {total} in all ({each})."


FINE_TUNING_NOT_TRIED = "Fine-tuning was not tried, or not compared with the frozen encoder."


def fine_tuning(model: str, difference: Estimate, labels: str, *, tie: bool, since: str | None, frozen: str) -> str:
    """A model fine-tuned against itself frozen.

    Parameters
    ----------
    model : str
        Its name.
    difference : Estimate
        Fine-tuned minus frozen with the most labels.
    labels : str
        How many labels that is.
    tie : bool
        Whether the interval includes zero.
    since : str or None
        The fewest labels from which on every number tried is a gain.
    frozen : str
        How many labels the frozen encoder had, where it had more; else empty.
    """
    said = "no gain from fine-tuning shown"
    if not tie:
        said = "fine-tuning pays off" if difference.value > 0 else "fine-tuning is worse than the frozen encoder"
    start = f" from {since} on" if since else ""
    against = f" (frozen encoder: {frozen})" if frozen else ""
    return f"{model}: {said}{start}. With {labels}{against}: {change(difference)}."


def one_size_only(labels: str) -> str:
    """Fine-tuning with one number of labels says nothing about fewer."""
    return f"Fine-tuning was tried only with {labels}, so this says nothing about fewer labels."


def hybrid_features(start: str, model: str, against: Sequence[tuple[str, Estimate, bool]]) -> str:
    """Embedding + TF-IDF against either alone; each part is its name, the difference and whether it is a tie."""
    parts = [f"{change(one)} over {name}{f', {NO_DIFFERENCE}' * tie}" for name, one, tie in against]
    return f"{start}, embedding of {model} + TF-IDF: {listed(parts)} (not corrected for multiple comparisons)."


def tfidf_beats_all(places: str, nearest: str, difference: Estimate, labels: str) -> str:
    """TF-IDF is better than every language model; the nearest of these with its distance."""
    ends = between(difference.low, difference.high)
    return (
        f"TF-IDF is better than every language model ({SIGNIFICANT}) with {places}. {labels}, the closest is "
        f"{nearest}, {points(difference.value)} points lower (interval {ends})."
    )


SAME_NOTES = "The prepared notes are the same."
OTHER_NOTES = "The prepared notes differ."
NO_SHARED_SCORE = "The runs have no score in common."


def same_study(keys: int) -> str:
    """How many keys of the study files differ."""
    if not keys:
        return "The study files are the same."
    return f"The study files differ in {counted(keys, 'key')}."


def paired_scores(scores: int, second: str, higher: int, lower: int) -> str:
    """Scores of both runs on the same test notes."""
    same = scores - higher - lower
    return (
        f"Of {counted(scores, 'score')} on the same test notes, {higher} are higher in {second}, {lower} are lower, "
        f"and {same} show no difference."
    )


def unpaired_scores(scores: int) -> str:
    """Scores on different test notes."""
    return (
        f"{counted(scores, 'score')} cannot be compared in pairs; the different test notes alone may explain the gap."
    )
