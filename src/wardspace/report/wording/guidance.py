"""Sentences of advice: which model to use, what adaptation gained for its cost, what to try next."""

from __future__ import annotations

from collections.abc import Sequence

from wardspace.core.wording import counted, listed
from wardspace.report.wording.comparisons import NO_DIFFERENCE, NOT_SIGNIFICANT, SIGNIFICANT
from wardspace.report.wording.numbers import Estimate, between, capitalised, change, gap, points
from wardspace.results import Family

RULES = (
    "Which model to use: one verdict for each number of labels, over all models and all ways of using them but private "
    "probes. We begin with the highest validation score (scores that agree to a tenth of a point count as equal, and "
    "the cheaper model then goes first), and leave out any model that another one in the same setting beats "
    "significantly on test (Holm-corrected). A cheaper model takes its place only where test shows that at most 2 "
    "points are lost: the whole interval of the paired difference lies below 2 points. If that interval holds both "
    "zero and more than 2 points, the test notes cannot decide, and we say so. TF-IDF and other baselines without a "
    "language model are cheapest, then the base, then other models used as they are, then adapted models by training "
    "time (if it differs by a tenth or more); fine-tuning costs more than any frozen encoder.",
    "Fine-tuning pays off where the fine-tuned model is better than the same model frozen, paired over the same test "
    "notes; of several frozen settings we take the one that is best on validation. We say `from n labels on` only if "
    "several numbers of labels were tried and every one from n on is a gain.",
    "What adaptation gained is the difference to the base with the fewest labels and with all labels, encoder frozen: "
    "the same two settings for every model.",
    "How many labels a model saves is read off between the numbers that were tried, from the scores; we do not "
    "extrapolate.",
    "Embedding + TF-IDF is compared with the same model's embedding alone and with TF-IDF alone, with the fewest "
    "labels and with all labels, for the model that is best on validation with these features.",
)
"""How advice is made; printed on the page."""


def recommendation(labels: str, model: str, score: str, reason: str) -> str:
    """Which model to use with a number of labels."""
    return f"{labels}: use {model}. Test score {score}. {reason}"


TFIDF = "tfidf (word counts, no language model)"
NOT_PAIRED = "Highest on validation. It was not compared in pairs with anything cheaper."
NOTHING_CHEAPER = "Highest on validation, and nothing cheaper was tried."


def unchanged(model: str) -> str:
    """A model that was not trained here."""
    return f"{model} (not adapted)"


def with_setting(model: str, setting: str, family: Family) -> str:
    """A model and the setting it is used in."""
    return f"{model}, fine-tuned" if family == "fine-tuned" else f"{model} with {setting}"


def cheaper_is_as_good(dearer: str, difference: Estimate) -> str:
    """A cheaper model does; `difference` is the dearer one's minus its."""
    return f"It is cheaper than {dearer}, which gains at most 2 points on test: {change(difference)}."


def better_than_cheaper(nearest: str, difference: Estimate, *, significant: bool) -> str:
    """A model that is better than everything cheaper; `difference` is to the nearest of them."""
    level = "" if significant else f", though not all of it is {SIGNIFICANT}"
    return f"Better on test than everything cheaper{level}; the nearest is {nearest}: {change(difference)}."


def undecided(labels: str, units: str, models: tuple[str, str], score: str, difference: Estimate) -> str:
    """Test cannot tell whether the first model is worth more than the second; `score` is that of the first."""
    dearer, cheaper = models
    return (
        f"{labels}: cannot be decided from {units}. {capitalised(dearer)} is highest on validation (test score "
        f"{score}); {cheaper} is cheaper, and may be as good or more than 2 points worse: {change(difference)}."
    )


def test_units(count: int, units: tuple[str, str], patients: int) -> str:
    """How much was tested: `31 test notes of 12 patients`."""
    one, several = units
    of = f" of {counted(patients, 'patient')}" if patients < count else ""
    return f"{counted(count, f'test {one}', f'test {several}')}{of}"


def overruled(model: str) -> str:
    """What validation prefers, and test shows to be worse."""
    return f" Validation prefers {model}, but it is significantly worse on test (Holm-corrected)."


def gained(model: str, time: str, gains: Sequence[str]) -> str:
    """What a model's training took and gained."""
    return f"{model} ({time} of training): {listed(list(gains))}."


def gain(difference: Estimate, labels: str, *, tie: bool, significant: bool) -> str:
    """What a model gained with some labels: `better with 8 labels per class (+1.2 points, +0.3 to +2.1)`."""
    verdict = NO_DIFFERENCE if tie else "better" if difference.value > 0 else "worse"
    also = "" if tie or significant else f", {NOT_SIGNIFICANT}"
    ends = between(difference.low, difference.high, signed=True)
    return f"{verdict} {labels} ({gap(difference.value)} points, {ends}{also})"


def label_efficiency(base: str, score: float, labels: str, clauses: Sequence[str]) -> str:
    """With how few labels models reach what the base reaches with all."""
    return f"{base} scores {points(score)} {labels}. {'; '.join(clauses)}."


def reaches(model: str, below: int | None, labels: str, difference: Estimate | None = None) -> str:
    """With how many labels a model reaches a score; `below` is the largest number that did not suffice."""
    few = f"with {labels}, the fewest tried" if below is None else f"with between {below} and {labels}"
    paired = "" if difference is None else f", where it scores {change(difference)} against the base with all"
    return f"{model} reaches this {few}{paired}"


def does_not_reach(models: Sequence[str], labels: str) -> str:
    """Models that do not reach a score with fewer labels; none named, no adapted model does."""
    who = f"{listed(list(models))} {'do' if len(models) > 1 else 'does'} not reach it" if models else ""
    return f"{who or 'No adapted model reaches this'} with {labels}, the most few-shot labels tried"


def still_learning(model: str, last: float, stretch: float) -> str:
    """A validation loss that still fell at the end; `last` is the share of its fall in the last `stretch` of tokens."""
    return (
        f"{model} was still learning when its token budget ended: {last:.0%} of the fall of its validation loss came "
        f"in the last {stretch:.0%} of the tokens. A larger budget.tokens may help."
    )


def try_elsewhere(tasks: Sequence[str], base: str, recipe: str | None) -> str:
    """Where no adapted model gained; `recipe` is that of the package, if it was not tried."""
    untried = f"objective: {recipe} was not tried; " if recipe else ""
    return (
        f"{listed(list(tasks))}: no adapted model is significantly better than {base} with the encoder frozen. "
        f"{untried}wardspace search looks for better options on validation notes, within the hours you give it. Until "
        f"then {base} without adaptation is the safer choice."
    )


def measured_elsewhere(models: Sequence[str], figures: str) -> str:
    """What a recommended recipe gained on public notes."""
    return f"What the recipe of {listed(list(models))} gained on other notes: {figures}"
