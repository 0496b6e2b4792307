"""How alike the spaces are, as a table of models by models."""

from __future__ import annotations

from dataclasses import dataclass

from wardspace.evaluation.results import Results, Similarity

KERNELS = {"linear_cka": "linear", "rbf_cka": "RBF kernel"}


@dataclass(frozen=True)
class SimilarityCell:
    """How alike two spaces are."""

    value: str
    detail: str
    shade: int
    """Strength of the ground, 0 to 100."""


@dataclass(frozen=True)
class SimilarityTable:
    """Every two spaces by one kernel."""

    name: str
    n: int
    models: list[str]
    rows: list[tuple[str, list[SimilarityCell | None]]]
    """None on the diagonal and above it."""


def similarity_tables(results: Results) -> list[SimilarityTable]:
    """One table for each kernel."""
    kernels = dict.fromkeys(one.measure for one in results.similarities)
    return [_table(results, kernel) for kernel in kernels]


def _table(results: Results, kernel: str) -> SimilarityTable:
    pairs = {(one.model, one.against): one for one in results.similarities if one.measure == kernel}
    named = {name for pair in pairs for name in pair}
    models = [model.name for model in results.models if model.name in named]
    rows = [
        (model, [_cell(pairs.get((other, model)) or pairs.get((model, other))) if j < i else None
                 for j, other in enumerate(models[:-1])])
        for i, model in enumerate(models)
    ][1:]  # fmt: skip
    n = max(one.n for one in pairs.values())
    return SimilarityTable(KERNELS.get(kernel, kernel), n, models[:-1], rows)


def _cell(one: Similarity | None) -> SimilarityCell | None:
    if one is None:
        return None
    error = "" if one.error is None else f"standard error {one.error:.2g}"
    return SimilarityCell(f"{one.value:.2f}".replace("-", "−"), error, round(100 * min(max(one.value, 0.0), 1.0)))
