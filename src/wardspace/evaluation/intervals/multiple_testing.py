"""Families of comparisons: which of them are corrected together for their number."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wardspace.config import BASELINES
from wardspace.results import Difference, SettingRecord


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Adjust the p-values of a family of tests.

    Reference: Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics
    (1979). It holds whatever the dependence of the tests.

    Parameters
    ----------
    p : array_like [m]
        P-values.

    Returns
    -------
    float64 [m]
        Adjusted p-values in the same order: those under a level are the tests to reject at that level.
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    steps = values[order] * np.arange(len(values), 0, -1)
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted


BASE = BASELINES[0]

Kin = Literal["alone", "hybrid", "private"]


def correction_group(setting: SettingRecord) -> Kin:
    """What is corrected together: models alone, models with word counts, or private probes."""
    if setting.private:
        return "private"
    return "hybrid" if setting.family == "hybrid" else "alone"


def corrected(
    differences: Sequence[Difference], confidence: float, settings: Mapping[str, SettingRecord]
) -> list[Difference]:
    """Correct p values by Holm within their families, and say which differences are significant.

    Two families: all comparisons with the base of one task and metric, over models, settings and shots, since their
    sentences are side by side; and all pairs of models of one task, metric, setting and shots, since they are in
    one matrix. A pair taken both ways round counts once. Comparisons with the base are judged by the first, all others
    by the second. Private probes have families of their own: their noise must not change what is said of others, which
    a second run shall find again. So have hybrid probes, which read word counts too: they ask another
    question and must not make it harder for the encoder alone.

    Parameters
    ----------
    differences : sequence of Difference
        With `p`; in any order.
    confidence : float
        One minus the chance of a false alarm that a family is held to.
    settings : mapping of str to SettingRecord
        The settings that the differences name.

    Returns
    -------
    list of Difference
        The same ones in their order, with `family`, `p_holm`, `p_pairs` and `clear`.
    """
    with_base = _adjusted(
        (d for d in differences if d.against == BASE),
        lambda d: (d.task, d.metric, correction_group(settings[d.setting])),
    )
    pairs = _adjusted(differences, lambda d: (d.task, d.metric, d.setting, d.shots))
    found = []
    for one in differences:
        is_base = one.against == BASE
        p = (with_base if is_base else pairs)[_pair(one)]
        found.append(
            one.model_copy(
                update={
                    "family": "base" if is_base else "pairs",
                    "p_holm": p,
                    "p_pairs": pairs[_pair(one)],
                    "clear": not one.tie and p < 1 - confidence,
                }
            )
        )
    return found


def _pair(one: Difference) -> tuple[Hashable, ...]:
    return (one.task, one.metric, one.setting, one.shots, frozenset((one.model, one.against)))


def _adjusted(
    differences: Iterable[Difference], family: Callable[[Difference], Hashable]
) -> dict[tuple[Hashable, ...], float]:
    """Pair to its corrected p; equal families are corrected together."""
    members: dict[Hashable, dict[tuple[Hashable, ...], float]] = {}
    for one in differences:
        members.setdefault(family(one), {})[_pair(one)] = 1.0 if one.p is None else one.p
    return {
        pair: p
        for pairs in members.values()
        for pair, p in zip(pairs, holm(list(pairs.values())).tolist(), strict=True)
    }
