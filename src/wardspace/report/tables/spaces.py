"""Measures of the spaces as tables: without labels, and by each label or metadata column."""

from __future__ import annotations

from dataclasses import dataclass

from wardspace.report.score_table import Board
from wardspace.report.tables.comparison import Mark, Rank
from wardspace.report.wording import MEASURES, measure_name, plain, signed, signed_between
from wardspace.report.wording.comparisons import NO_DIFFERENCE
from wardspace.report.wording.measures import labels_do_not_matter, labels_matter
from wardspace.results import Results, Similarity, SpaceDifference, SpaceScore

KERNELS = {"linear_cka": "linear", "rbf_cka": "RBF kernel"}


@dataclass(frozen=True)
class SimilarityCell:
    """Similarity of two spaces."""

    value: str
    detail: str
    shade: int
    """Strength of the background colour, 0 to 100."""


@dataclass(frozen=True)
class SimilarityTable:
    """Similarity of every two spaces by one kernel."""

    name: str
    n: int
    models: list[str]
    rows: list[tuple[str, list[SimilarityCell | None]]]
    """None on the diagonal and above it."""


def similarity_tables(results: Results) -> list[SimilarityTable]:
    """One table for each kernel."""
    kernels = dict.fromkeys(one.measure for one in results.similarities)
    return [_similarity_table(results, kernel) for kernel in kernels]


def _similarity_table(results: Results, kernel: str) -> SimilarityTable:
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


ARROWS = {"higher": "↑", "lower": "↓"}
HEADLINE = (
    "uniformity", "mean_cosine", "effective_rank", "isoscore", "hubness",
    "silhouette", "variance_explained", "neighbour_purity", "mean_average_precision",
)  # fmt: skip
"""Measures shown at once; the others are folded."""


@dataclass(frozen=True)
class Measure:
    """A column of the table."""

    key: str
    name: str
    better: str
    arrow: str

    @property
    def headline(self) -> bool:
        """Whether it is shown at once."""
        return self.key in HEADLINE


@dataclass(frozen=True)
class SpaceCell:
    """One value in words."""

    value: str
    interval: str
    mark: Mark
    verdict: str
    """Against the base: `better`, `no difference shown`."""
    detail: str
    """The difference with its interval, the standard error of sampling, and the permutation test."""
    rank: Rank
    """`highest`: the best model; `level`: no difference to it shown. Empty without paired comparisons."""


@dataclass(frozen=True)
class SpaceTable:
    """Measures by one label or metadata column, or (column `*`) without labels."""

    column: str
    n: int
    measures: list[Measure]
    rows: list[tuple[str, list[SpaceCell | None]]]
    chance: str
    """Result of the permutation tests, in a sentence."""

    def places(self, *, headline: bool) -> list[int]:
        """Positions of the measures shown at once, or of the others."""
        return [i for i, measure in enumerate(self.measures) if measure.headline == headline]


class SpaceBoard:
    """Looks up measures of spaces and their differences."""

    def __init__(self, results: Results) -> None:
        self.base = Board(results).base
        self.scores = {(score.model, score.column, score.measure): score for score in results.space}
        self._differences = {(d.model, d.against, d.column, d.measure): d for d in results.space_differences}

    def difference(self, score: SpaceScore, against: str) -> SpaceDifference | None:
        """The paired difference of a score to that of another model; reversed if it was stored that way."""
        found = self._differences.get((score.model, against, score.column, score.measure))
        if found is not None:
            return found
        turned = self._differences.get((against, score.model, score.column, score.measure))
        if turned is None:
            return None
        ends = {"value": -turned.value, "low": -turned.high, "high": -turned.low}
        return turned.model_copy(update={"model": score.model, "against": against, **ends})

    def best(self, column: str, measure: str) -> SpaceScore | None:
        """The best score of a measure; of equal ones the first model's."""
        found = [score for score in self.scores.values() if (score.column, score.measure) == (column, measure)]
        return max(found, key=lambda score: score.value * direction(score), default=None)

    def level(self, best: SpaceScore) -> list[str]:
        """Models without a shown difference to the best."""
        others = [s for s in self.scores.values() if (s.column, s.measure) == (best.column, best.measure)]
        pairs = [(other.model, self.difference(best, other.model)) for other in others if other.model != best.model]
        return [model for model, difference in pairs if difference is not None and difference.tie]


def direction(score: SpaceScore) -> int:
    """1 where higher is better, −1 where lower is."""
    return 1 if score.better == "higher" else -1


def verdict_mark(difference: SpaceDifference | None, score: SpaceScore, base: str) -> Mark:
    """Whether a space is better (`above`) or worse (`below`) than the base's."""
    if score.model == base:
        return "reference"
    if difference is None:
        return "unpaired"
    if difference.tie:
        return "tie"
    return "above" if difference.value * direction(score) > 0 else "below"


def space_tables(results: Results) -> list[SpaceTable]:
    """One table for measures without labels (column `*`), then one for each column."""
    board = SpaceBoard(results)
    return [_space_table(results, board, column) for column in dict.fromkeys(score.column for score in results.space)]


def _space_table(results: Results, board: SpaceBoard, column: str) -> SpaceTable:
    scores = [score for score in results.space if score.column == column]
    order = [*MEASURES, *(score.measure for score in scores)]
    keys = [key for key in dict.fromkeys(order) if any(score.measure == key for score in scores)]
    better = {score.measure: score.better for score in scores}
    measured = [Measure(key, measure_name(key), better[key], ARROWS[better[key]]) for key in keys]
    values = {key: [score.value for score in scores if score.measure == key] for key in keys}
    best = {key: board.best(column, key) for key in keys}
    models = [model.name for model in results.models if any(score.model == model.name for score in scores)]
    rows = [
        (model, [_space_cell(board, board.scores.get((model, column, key)), best[key], values[key]) for key in keys])
        for model in models
    ]
    return SpaceTable(column, max(score.n for score in scores), measured, rows, _chance(scores))


def _space_cell(
    board: SpaceBoard, score: SpaceScore | None, best: SpaceScore | None, others: list[float]
) -> SpaceCell | None:
    if score is None or best is None:
        return None
    difference = board.difference(score, board.base)
    mark = verdict_mark(difference, score, board.base)
    base = board.scores.get((board.base, score.column, score.measure))
    if mark in ("above", "below") and base is not None and plain(score.value, others) == plain(base.value, others):
        mark = "tie"  # significant, but equal as printed
    words: dict[Mark, str] = {"reference": "reference", "above": "better", "below": "worse", "tie": NO_DIFFERENCE}
    ends = [] if score.low is None or score.high is None else [score.low, score.high]
    return SpaceCell(
        value=plain(score.value, others),
        interval=" to ".join(plain(end, others) for end in ends),
        mark=mark,
        verdict=words.get(mark, "") if ends else "",
        detail=_detail(score, difference, others),
        rank=_rank(board, score, best),
    )


def _rank(board: SpaceBoard, score: SpaceScore, best: SpaceScore) -> Rank:
    if score.model == best.model:
        others = [other.model for other in board.scores.values() if other.measure == best.measure]
        return "highest" if any(board.difference(best, other) for other in others if other != best.model) else ""
    apart = board.difference(best, score.model)
    return "level" if apart is not None and apart.tie else ""


def _detail(score: SpaceScore, difference: SpaceDifference | None, others: list[float]) -> str:
    parts = []
    if difference is not None:
        ends = signed_between(difference.low, difference.high, others)
        parts.append(f"difference to {difference.against} {signed(difference.value, others)} ({ends})")
    if score.error is not None:
        parts.append(f"standard error of sampling {score.error:.2g}")
    if score.p is not None:
        parts.append(f"permutation test p = {score.p:.2g}")
    return "; ".join(parts)


def _chance(scores: list[SpaceScore]) -> str:
    tested = [score for score in scores if score.p is not None]
    if not tested:
        return ""
    highest = max(score.p or 0.0 for score in tested)
    if highest <= 0.05:
        return labels_matter(highest)
    return labels_do_not_matter([(score.model, score.p) for score in tested if score.p is not None and score.p > 0.05])
