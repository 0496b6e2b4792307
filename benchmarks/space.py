"""What does it cost to measure a large space, and what does sampling lose?

    python benchmarks/space.py [--notes 100000] [--dimension 768] [--small 10000]

Made-up vectors: classes with loose centres, notes of one patient close together, and three columns: one that the
classes make, one of chance with a tenth of the values missing, one that most notes lack. First all measures of one
model of `--notes` notes with the default options. Then `--small` notes, all pairs compared, against samples of 2,000
queries with several seeds: how far off they are, beside the standard error that they state (`off`: root mean square of
deviation over error; about 1 if the errors are true). The figures go to benchmarks/results/space.json.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np

from shared import report

CLASSES = 13
PER_PATIENT = 4


def made(notes: int, dimension: int) -> tuple[np.ndarray, dict[str, list[str | None]], list[str]]:
    draw = np.random.default_rng(0)
    patients = np.arange(notes) // PER_PATIENT
    codes = draw.integers(0, CLASSES, notes)
    centres = 0.25 * draw.normal(size=(CLASSES, dimension)).astype(np.float32)
    people = 0.3 * draw.normal(size=(int(patients[-1]) + 1, dimension)).astype(np.float32)
    # a spectrum that falls, as that of trained spaces does
    vectors = draw.normal(size=(notes, dimension)).astype(np.float32) * np.geomspace(
        3, 0.1, dimension, dtype=np.float32
    )
    vectors += centres[codes] + people[patients] + 0.3
    columns = {
        "class": [f"c{code}" for code in codes],
        "chance": [None if i % 10 == 0 else f"t{i % 6}" for i in range(notes)],
        "rare": [f"r{code % 3}" if i % 7 == 0 else None for i, code in enumerate(codes)],
    }
    return vectors, columns, [f"p{patient}" for patient in patients]


def whole(notes: int, dimension: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    from wardspace.config import SpaceConfig
    from wardspace.space import measures

    vectors, columns, groups = made(notes, dimension)
    start = (time.perf_counter(), time.process_time())
    found = measures(vectors, columns, model="m", config=SpaceConfig(), groups=groups)
    cost = {
        "notes": notes,
        "dimension": dimension,
        "columns": len(columns),
        "seconds": round(time.perf_counter() - start[0], 1),
        "cpu_seconds": round(time.process_time() - start[1], 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    rows = [
        {"column": s.column, "measure": s.measure, "value": round(s.value, 5), "error": s.error}
        for s in (one.score for one in found)
    ]
    return cost, rows


def sampled(notes: int, dimension: int, queries: int, seeds: int) -> list[dict[str, Any]]:
    from wardspace.config import SpaceConfig
    from wardspace.space import measures

    vectors, columns, groups = made(notes, dimension)

    def scores(config: SpaceConfig) -> dict[tuple[str, str], Any]:
        found = measures(vectors, columns, model="m", config=config, groups=groups)
        return {(one.score.column, one.score.measure): one.score for one in found}

    exact = scores(SpaceConfig(queries=notes, permutations=19))
    tries = [scores(SpaceConfig(queries=queries, permutations=19, seed=seed)) for seed in range(2, 2 + seeds)]
    rows = []
    for key, score in exact.items():
        held = [one[key] for one in tries if key in one]
        gaps = [one.value - score.value for one in held]
        if not any(gaps):
            continue
        row = {"column": key[0], "measure": key[1], "all_pairs": round(score.value, 5)}
        row |= {"deviation": float(f"{np.sqrt(np.mean(np.square(gaps))):.3g}")}
        if held[0].error is not None:
            errors = [one.error for one in held]
            row |= {"stated_error": float(f"{np.mean(errors):.3g}")}
            row |= {"off": round(float(np.sqrt(np.mean(np.square(np.divide(gaps, errors))))), 2)}
        rows.append(row)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", type=int, default=100_000)
    parser.add_argument("--dimension", type=int, default=768)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--queries", type=int, default=2000)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--output", type=Path, default=report.RESULTS / "space.json")
    options = parser.parse_args()
    cost, values = whole(options.notes, options.dimension)
    report.show("All measures of one model", [cost])
    rows = sampled(options.small, options.dimension, options.queries, options.seeds)
    how = f"{options.queries:,} queries of {options.small:,} notes, {options.seeds} seeds"
    report.show(f"Samples against all pairs ({how})", rows, "Measures that do not appear are exact by sums.")
    report.write(options.output, {"cost": cost, "values": values, "how": how, "samples": rows})


if __name__ == "__main__":
    main()
