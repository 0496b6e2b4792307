"""Sentences of advice: which model to use, what adaptation gained for its cost, what to try next."""

from __future__ import annotations

from collections.abc import Sequence

from wardspace.core.wording import counted, listed
from wardspace.report.wording.comparisons import NO_DIFFERENCE, NOT_SIGNIFICANT
from wardspace.report.wording.numbers import Estimate, between, change, gap, points

RULES = (
    "Which model to use: the one with the highest validation score, never the highest on test; scores that agree to a "
    "tenth of a point count as equal. Test can only make the choice cheaper: if it does not show that model to be "
    "significantly better than a cheaper one (Holm-corrected), we name the cheapest such model. TF-IDF is cheapest, "
    "then the base, then other models used as they are, then adapted models by training time (if it differs by a "
    "tenth or more).",
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


def recommendation(place: str, model: str, score: str, reason: str) -> str:
    """Which model to use in one setting."""
    return f"{place}: use {model}. Test score {score}. {reason}"


TFIDF = "tfidf (word counts; no language model needed)"
NOT_PAIRED = "Best on validation. Test scores were not compared in pairs, so we could not check cheaper models."
CHEAPEST_IS_BEST = "Best on validation, and nothing cheaper scores as high."
NOTHING_CHEAPER = "Best on validation, and nothing cheaper was tried."
DOUBT = "But it is worse on test: there may be too few validation notes to choose by."


def unchanged(model: str) -> str:
    """A model that was not trained here."""
    return f"{model} (not adapted)"


def cheaper_choice(favoured: str, used: str, difference: Estimate | None, verdict: str) -> str:
    """A cheaper model in place of the best on validation; `difference` is the best's minus the cheaper one's."""
    amount = "" if difference is None else f": {favoured} minus {used} is {change(difference)}"
    return f"{favoured} is best on validation, but {verdict}{amount}. {used} is cheaper."


WORSE_ON_TEST = "scores lower on test"


def not_significant(comparisons: int | None) -> str:
    """Why a cheaper model does; `comparisons` is their number if the interval alone excludes zero."""
    if comparisons is None:
        return "test shows no difference"
    return f"the difference on test is {NOT_SIGNIFICANT} for {counted(comparisons, 'comparison')}"


def tfidf_is_best(base: str, difference: Estimate, *, doubtful: bool) -> str:
    """TF-IDF is best on validation; its difference to the base."""
    doubt = f" {DOUBT}" if doubtful else ""
    return f"Best on validation, and nothing is cheaper; against {base}: {change(difference)}.{doubt}"


def best_and_worth_it(base: str, difference: Estimate) -> str:
    """A model that is significantly better than everything cheaper."""
    return f"Best on validation, and better on test than everything cheaper; over {base}: {change(difference)}."


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
