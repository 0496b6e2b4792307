"""How often do 95% intervals hold the true score? Percentile and BCa, of scores and of paired differences.

    python benchmarks/coverage.py [--replications 2000] [--resamples 1000] [--patients 10 30 100 300] [--classes 2 6 13]

A made-up ward, drawn many times over: one to six notes a patient, classes as common as 1, 1/2, 1/3 and so on, half of
a patient's notes of that patient's own class, and patients, notes and classes that are hard for both models alike. The
true scores are those of 2,000,000 patients of the same ward. Each draw of patients stands for a test split; one that
lacks a class is drawn again, as wardspace refuses it. Intervals are made by the package's own functions, resampling
patients; all replications are resampled at once by one product of matrices. A share of 2,000 replications has a
standard error of half a point. Missed below: the true score lay below the interval. Method `default` is what
wardspace makes: BCa, but percentiles where a class has fewer than three patients.
The figures go to benchmarks/results/coverage.json.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from shared import report
from wardspace.config import IntervalMethod
from wardspace.evaluation.intervals.bootstrap import Resamples, jackknife
from wardspace.evaluation.intervals.estimate import Estimate
from wardspace.evaluation.intervals.seed_runs import FEWEST_FOR_BCA
from wardspace.evaluation.metrics.classification import accuracy, balanced_accuracy, macro_f1


class Counts(NamedTuple):
    """Notes by class: arrays [replications, patients, classes], or of sums over patients."""

    hits: NDArray[np.float64]
    predicted: NDArray[np.float64]
    truth: NDArray[np.float64]


METRICS: dict[str, Callable[[Counts], NDArray[np.float64]]] = {
    "macro_f1": lambda counts: macro_f1(*counts),
    "accuracy": lambda counts: accuracy(counts.hits, counts.truth),
    "balanced_accuracy": lambda counts: balanced_accuracy(counts.hits, counts.truth),
}
CONFIDENCE = 0.95
NOTES = 6
"""Most notes of a patient."""
SKILLS = (1.3, 1.0)
"""Log odds of a right answer on the most common class, for the two models that are compared."""
CHUNK = 100
"""Replications that are resampled together."""
MOST_PATIENTS = 200
"""Patients left out in turn; beyond them, pools."""

Tables = list[Counts]
"""Counts by replication and patient of both models."""


@dataclass(frozen=True)
class Ward:
    """Where notes come from."""

    classes: int

    def splits(self, rng: np.random.Generator, replications: int, patients: int) -> Tables:
        """Draw test splits with notes of every class, and the answers of both models."""
        found: list[Tables] = []
        while sum(len(tables[0].truth) for tables in found) < replications:
            tables = self.draw(rng, 4 * replications, patients)
            whole = (tables[0].truth.sum(axis=1) > 0).all(axis=1)
            found.append([Counts(t.hits[whole], t.predicted[whole], t.truth[whole]) for t in tables])
        return [_joined([tables[model] for tables in found], replications) for model in range(len(SKILLS))]

    def draw(self, rng: np.random.Generator, replications: int, patients: int) -> Tables:
        """Draw patients and the answers of both models."""
        shape = (replications, patients, NOTES)
        common = 1 / np.arange(1, self.classes + 1)
        common /= common.sum()
        own = rng.choice(self.classes, size=(*shape[:2], 1), p=common)
        truth = np.where(rng.random(shape) < 0.5, own, rng.choice(self.classes, size=shape, p=common))
        there = np.arange(NOTES) < rng.integers(1, NOTES + 1, size=(*shape[:2], 1))
        ease = rng.normal(size=(*shape[:2], 1)) + rng.normal(size=shape) - 0.8 * truth / (self.classes - 1)
        return [self._answers(rng, truth, there, ease + skill, common) for skill in SKILLS]

    def _answers(
        self,
        rng: np.random.Generator,
        truth: NDArray[np.int64],
        there: NDArray[np.bool_],
        odds: NDArray[np.float64],
        common: NDArray[np.float64],
    ) -> Counts:
        wrong = rng.choice(self.classes, size=truth.shape, p=common)
        wrong = np.where(wrong == truth, (wrong + 1) % self.classes, wrong)
        predicted = np.where(rng.random(truth.shape) < 1 / (1 + np.exp(-odds)), truth, wrong)
        return Counts(
            self._table(truth, there & (truth == predicted)), self._table(predicted, there), self._table(truth, there)
        )

    def _table(self, codes: NDArray[np.int64], chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
        rows = codes.shape[0] * codes.shape[1]
        cells = np.arange(rows).repeat(NOTES).reshape(codes.shape) * self.classes + codes
        found = np.bincount(cells[chosen], minlength=rows * self.classes)
        return found.reshape(*codes.shape[:2], self.classes).astype(np.float64)


def _joined(parts: list[Counts], most: int) -> Counts:
    return Counts(
        np.concatenate([part.hits for part in parts])[:most],
        np.concatenate([part.predicted for part in parts])[:most],
        np.concatenate([part.truth for part in parts])[:most],
    )


def scored(tables: Tables, weights: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Scores of the first model and its differences to the second: [replications, rows of `weights`]."""
    found = {}
    for metric in METRICS:
        first, second = (_score(table, weights, metric) for table in tables)
        found |= {metric: first, f"difference in {metric}": first - second}
    return found


def _score(table: Counts, weights: NDArray[np.float64], metric: str) -> NDArray[np.float64]:
    replications, _, classes = table.hits.shape
    parts = [
        (weights @ part.transpose(1, 0, 2).reshape(weights.shape[1], -1)).reshape(-1, classes)
        for part in (table.hits, table.predicted, table.truth)
    ]
    return METRICS[metric](Counts(*parts)).reshape(len(weights), replications).T


def true_scores(classes: int) -> dict[str, float]:
    """Scores on 2,000,000 patients."""
    rng, ward, total = np.random.default_rng(classes), Ward(classes), []
    for _ in range(20):
        drawn = ward.draw(rng, 1, 100_000)
        total.append([Counts(*(p.sum(axis=1) for p in (t.hits, t.predicted, t.truth))) for t in drawn])
    sums = [
        Counts(*(np.sum([getattr(part[i], name) for part in total], axis=0) for name in ("hits", "predicted", "truth")))
        for i in range(2)
    ]
    first, second = ({m: float(METRICS[m](one)[0]) for m in METRICS} for one in sums)
    return {m: first[m] for m in METRICS} | {f"difference in {m}": first[m] - second[m] for m in METRICS}


def coverage(patients: int, classes: int, replications: int, resamples: int) -> list[dict[str, Any]]:
    """One row for each score and method."""
    truth, rng = true_scores(classes), np.random.default_rng([classes, patients])
    once, asked = np.ones((1, patients)), get_args(IntervalMethod)
    left_out = jackknife(patients, MOST_PATIENTS, seed=1).astype(np.float64)
    ends: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for start in range(0, replications, CHUNK):
        tables = Ward(classes).splits(rng, min(CHUNK, replications - start), patients)
        # other resamples for each chunk, so that no one set of them stands for all
        blocks = [weights for _, weights in Resamples(patients, resamples, seed=start).blocks(1)]
        plain, draws, left = (scored(tables, w) for w in (once, np.concatenate(blocks).astype(np.float64), left_out))
        rarest = (tables[0].truth > 0).sum(axis=1).min(axis=1)
        for name, values in plain.items():
            for i, value in enumerate(values[:, 0]):
                both: dict[str, tuple[float, float]] = {}
                for method in asked:
                    estimate = Estimate.of(float(value), draws[name][i], left[name][i], method, patients)
                    assert estimate is not None
                    both[method] = estimate.interval(CONFIDENCE)
                both["default"] = both["bca" if rarest[i] >= FEWEST_FOR_BCA else "percentile"]
                for method, found in both.items():
                    ends.setdefault((name, method), []).append(found)
    place = {"patients": patients, "classes": classes}
    return [
        {**place, "score": name, "method": method, **_covered(truth[name], found)}
        for (name, method), found in ends.items()
    ]


def _covered(truth: float, found: list[tuple[float, float]]) -> dict[str, float]:
    low, high = np.array(found).T
    below, above = float((truth < low - 1e-12).mean()), float((truth > high + 1e-12).mean())
    return {
        "true": round(100 * truth, 2),
        "covered": round(100 * (1 - below - above), 1),
        "missed_below": round(100 * below, 1),
        "missed_above": round(100 * above, 1),
        "width": round(100 * float((high - low).mean()), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--replications", type=int, default=2000)
    parser.add_argument("--resamples", type=int, default=1000)
    parser.add_argument("--patients", type=int, nargs="+", default=[10, 30, 100, 300])
    parser.add_argument("--classes", type=int, nargs="+", default=[2, 6, 13])
    asked = parser.parse_args()
    started, rows = time.perf_counter(), []
    for patients in asked.patients:
        for classes in asked.classes:
            rows += coverage(patients, classes, asked.replications, asked.resamples)
    report.show("Coverage of 95% intervals, points of 100", rows)
    record = {"replications": asked.replications, "resamples": asked.resamples, "confidence": CONFIDENCE}
    record["seconds"] = round(time.perf_counter() - started)
    report.write(report.RESULTS / "coverage.json", record | {"rows": rows})


if __name__ == "__main__":
    main()
