"""Small results whose findings are known beforehand."""

from typing import NamedTuple

from tests.fixtures.tasks import CLASSIFICATION_SETTINGS, RETRIEVAL_SETTINGS
from wardspace.results import Difference, ModelRecord, Results, Score


class Change(NamedTuple):
    """A difference with its interval, as the sentences of the report take it."""

    value: float
    low: float
    high: float


def small_results(gaps: dict[str, list[tuple]], base: float = 0.5, **changes) -> Results:
    """A task `t` with one setting for each gap (value, low, high) to the base; settings have 8, 16, … shots.

    A gap with a fourth part, "alone", is not significant after correction.
    """
    models = [ModelRecord(name="base", kind="base", dimension=4)]
    models += [ModelRecord(name=name, kind="tfidf" if name == "tfidf" else "adapted", dimension=4) for name in gaps]
    scores, differences = [], []
    for i in range(max((len(found) for found in gaps.values()), default=1)):
        place = {"task": "t", "setting": "logistic", "shots": 8 * 2**i, "metric": "macro_f1"}
        common = {**place, "seed": None, "split": "test", "n": 100, "groups": 40}
        scores.append(Score(model="base", value=base, low=base - 0.02, high=base + 0.02, **common))
        for name, found in gaps.items():
            value, low, high, *alone = found[i]
            tie = low <= 0 <= high
            judged = {"p": 0.3 if tie else 0.001, "p_holm": 0.002 if not (tie or alone) else 0.4}
            judged |= {"p_pairs": judged["p_holm"], "clear": not tie and not alone}
            scores.append(Score(model=name, value=base + value, low=base + low, high=base + high, **common))
            differences.append(
                Difference(model=name, against="base", value=value, low=low, high=high, tie=tie, **judged, **place)
            )
    fields = {
        "wardspace": "0.1.0", "study": "small", "synthetic": False, "transductive": False, "confidence": 0.95,
        "corpus": {}, "classes": {"t": ["a", "b"]}, "models": models,
        "settings": [*CLASSIFICATION_SETTINGS, *RETRIEVAL_SETTINGS], "scores": scores, "differences": differences,
        "space": [], "warnings": [],
    }  # fmt: skip
    return Results(**{**fields, **changes})
