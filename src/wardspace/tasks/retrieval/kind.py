"""Search as a kind of task."""

from __future__ import annotations

from collections.abc import Sequence

from wardspace.config import RetrievalConfig
from wardspace.corpus.schema import SPLITS
from wardspace.evaluation.metrics.retrieval import RETRIEVAL as METRICS
from wardspace.evaluation.metrics.retrieval import retrieval_tally
from wardspace.evaluation.task_metrics import TaskMetrics
from wardspace.tasks.kind import KindWords, Setting
from wardspace.tasks.notes import Texts
from wardspace.tasks.retrieval.queries import Queries, read_queries
from wardspace.tasks.retrieval.settings import RETRIEVAL, CosineSearch, TfidfSearch


class Retrieval:
    """Find the note that answers a query."""

    config = RetrievalConfig
    words = KindWords(
        unit="query",
        units="queries",
        settings={"retrieval": "search by query"},
        metrics={
            "ndcg_at_10": "nDCG@10",
            "mrr_at_10": "MRR@10",
            "recall_at_1": "recall@1",
            "recall_at_10": "recall@10",
            "recall_at_100": "recall@100",
        },
        meaning={
            "recall_at_1": "{model} puts the right note first for {value} of 100 unseen queries",
            "ndcg_at_10": "{model} ranks right notes among the first ten to {value} of 100 (nDCG@10)",
        },
        glossary=(
            (
                "Search by query",
                "A text that belongs to a note (its question, its title) is embedded, and all notes are ranked by "
                "cosine similarity: does its own note come first? Nothing is trained for this. Notes with equal "
                "similarity are ranked above the right one.",
            ),
            (
                "nDCG@10",
                "How early the right notes appear among the first ten; 100 if all of them come first, 0 if none is "
                "among the ten.",
            ),
            (
                "MRR@10",
                "One over the rank of the first right note, 0 beyond rank ten: rank two counts 50, rank three 33.",
            ),
            ("Recall@1, @10, @100", "The share of a query's right notes among the first 1, 10 or 100."),
        ),
    )

    def gold(self, texts: Texts, task: RetrievalConfig, splits: Sequence[str] = SPLITS) -> Queries:
        """Queries of validation and test, and the notes that answer them."""
        return read_queries(texts, task)

    def settings(self, task: RetrievalConfig) -> list[Setting[Queries]]:
        """TF-IDF and cosine."""
        return [TfidfSearch(), CosineSearch()]

    def scored(self, task: RetrievalConfig, classes: Sequence[str]) -> TaskMetrics:
        """Ranks of the right notes; its units are queries."""
        return TaskMetrics(retrieval_tally, METRICS, {RETRIEVAL.name: RETRIEVAL}, unit=self.words.unit)

    def describe(self, task: RetrievalConfig) -> str:
        """What asks, and among which notes."""
        among = "all notes of the corpus" if task.among == "all" else "the notes of its split"
        limit = "" if task.queries is None else f"; at most {task.queries:,} queries of a split"
        return f"find a note by its {task.query} among {among}, by cosine similarity, without training for it{limit}"
