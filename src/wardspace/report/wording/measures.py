"""Sentences about spaces, cost, subgroups, drift, calibration and private probes."""

from __future__ import annotations

from collections.abc import Sequence

from wardspace.core.wording import counted, listed, share, thousands
from wardspace.report.wording.comparisons import NO_DIFFERENCE
from wardspace.report.wording.numbers import Estimate, between, gap, plain, points, signed, signed_between, tokens


def base_is_best(measure: str, base: float) -> str:
    """No adapted space is better by a measure."""
    return f"{measure}: no adapted model is better than the base ({plain(base)})."


def barely_better(measure: str, base: float) -> str:
    """The best space is better by less than what is printed."""
    return f"{measure}: no adapted model is better than the base by 0.001 or more (base {plain(base)})."


def best_space(measure: str, model: str, values: tuple[float, float], difference: Estimate | None, *, tie: bool) -> str:
    """The best space by a measure; `values` are its own and the base's."""
    figures = f"{plain(values[0], values)}; base {plain(values[1], values)}"
    if difference is None:
        return f"{measure}: {model} is best ({figures}), not compared with the base on the same notes."
    ends = signed_between(difference.low, difference.high, values)
    amount = f"{signed(difference.value, values)}, interval {ends}"
    verdict = f", {NO_DIFFERENCE}" if tie else ""
    return f"{measure}: {model} is best ({figures}): {amount}{verdict}."


def learned_from(column: str) -> str:
    """A space separates by a column because it was trained to."""
    return f"It was trained on {column}, so this is expected."


def no_difference_to(models: Sequence[str]) -> str:
    """Spaces that were not shown to differ from the best."""
    return f"Not shown to be better than {listed(list(models))}."


def labels_matter(highest: float) -> str:
    """The permutation test is significant for every space."""
    return f"In every space the classes are further apart than with shuffled labels: p ≤ {highest:.2g}."


def labels_do_not_matter(models: Sequence[tuple[str, float]]) -> str:
    """Spaces in which shuffled labels do as well; each with its p."""
    named = listed([f"{model} (p = {p:.2g})" for model, p in models])
    return f"Shuffled labels separate about as well as the true ones in {named}."


def training_read(model: str, read: float, time: str, unused: int, met: int) -> str:
    """What a model read in training, and how many of the notes it met it could not use."""
    left = ""
    if unused:
        left = f"; {counted(unused, 'training note')} ({share(unused / met)} of those it met) could not be used"
    return f"{model} read {tokens(read)} tokens in {time}{left}."


def not_enough_notes(metric: str) -> str:
    """No subgroup is large enough for a verdict."""
    return f"{metric}: no subgroup has enough notes for a verdict."


def no_gap_shown(metric: str, compared: int, detectable: str, too_small: int) -> str:
    """No subgroup was shown to differ from the other notes."""
    also = f" {counted(too_small, 'other subgroup')} had too few notes for a verdict." if too_small else ""
    return (
        f"{metric}: none of {counted(compared, 'subgroup')} was shown to differ from the other notes. That does not "
        f"prove that none does: {detectable}.{also}"
    )


def detectable(smallest: float, largest: float, never: int) -> str:
    """How large a gap has to be to be found in four of five such samples; `never`: subgroups where none is found."""
    ends = " to ".join(dict.fromkeys(points(size) for size in (smallest, largest)))
    text = f"with so few notes, only a gap of {ends} points would be found in four of five such samples"
    return f"{text}, and in {counted(never, 'subgroup')} no gap would" if never else text


NOTHING_DETECTABLE = "with so few notes, no gap of any size would be found in four of five such samples"


def gap_shown(metric: str, group: str, notes: int, models: Sequence[tuple[str, float, float, float]]) -> str:
    """A subgroup that differs from the other notes, with each model's gap and its interval."""
    named = "; ".join(f"{model} {gap(value)} ({between(low, high, signed=True)})" for model, value, low, high in models)
    return f"{group} ({counted(notes, 'note')}): {metric} differs from that on all other notes: {named}."


def over_base_in_groups(model: str, metric: str, better: Sequence[str], worse: Sequence[str]) -> str:
    """Subgroups in which a model is better or worse than the base."""
    parts = [
        f"{word} than the base in {listed(list(some))}" for word, some in (("better", better), ("worse", worse)) if some
    ]
    return f"{model}: {metric} is {' and '.join(parts)}."


def nobody_over_base(subgroups: int) -> str:
    """No model differs from the base in any subgroup."""
    return f"No model was shown to be better or worse than the base in any of {counted(subgroups, 'subgroup')}."


def no_trend(first: str, last: str, low: float, high: float) -> str:
    """No trend over time was shown; the widest interval of the changes."""
    ends = f"{gap(low)} to {gap(high)}"
    return f"No trend shown from {first} to {last}; the intervals of the changes lie within {ends} points."


def trend(model: str, metric: str, change: tuple[float, float, float], period: tuple[str, str]) -> str:
    """A trend over time: its change with both ends of the interval."""
    value, low, high = change
    way = "rises" if value > 0 else "falls"
    ends = between(low, high, signed=True)
    return f"{model}: {metric} {way} by {points(abs(value))} points ({ends}) from {period[0]} to {period[1]}."


def calibrated(model: str, error: Estimate) -> str:
    """No miscalibration was shown."""
    return (
        f"{model}: no miscalibration shown; calibration error {points(error.value)} points "
        f"({between(error.low, error.high)}), so it may still be up to {points(error.high)}."
    )


def miscalibrated(model: str, error: Estimate, lean: float, scaled: Estimate, temperature: float | None) -> str:
    """A model whose confidence is off; `lean` is mean confidence minus accuracy."""
    way = "overconfident" if lean > 0 else "underconfident"
    by = "" if temperature is None else f" by {temperature:.2f}"
    return (
        f"{model}: calibration error {points(error.value)} points ({between(error.low, error.high)}); on the whole it "
        f"is {way} ({gap(lean)}). After temperature scaling{by}: {points(scaled.value)} "
        f"({between(scaled.low, scaled.high)})."
    )


def answered(value: float, low: float, high: float) -> str:
    """Share of notes answered, with its interval."""
    return f"{share(value)} answered ({share(low)} to {share(high)})"


def right(value: float, low: float, high: float) -> str:
    """Accuracy on the answered notes, with its interval."""
    return f"{points(value)} correct ({between(low, high)})"


NO_THRESHOLD = "no threshold achieves this"
NONE_ANSWERED = "no answer to check"


def private_probe(where: str, unit: str, guarantee: str, probes: int) -> str:
    """The differential privacy of a probe; `guarantee` has its ε and δ with what they follow from."""
    protected = "all labelled notes of a patient" if unit == "patient" else "each labelled note"
    each = f"Each of {thousands(probes)} probes has this guarantee on its own" if probes > 1 else "One probe"
    several = "; if several are released, their ε and δ add up" if probes > 1 else " has this guarantee"
    return (
        f"{where}: (ε, δ)-differential privacy for {protected} with {guarantee}. {each}{several}. It covers the "
        "training of this probe on the encoder's vectors. It does not cover the training of the encoder or the "
        f"validation notes, and it treats the classes and the number of {unit}s as public."
    )
