"""What does search by words add to search by vectors? Answers of MedQuAD that are asked for by their questions.

    python benchmarks/hybrid.py --medquad PATH/pairs.csv [--model minilm] [--answers 2400] [--questions 600]

An index of the answers is searched by vectors alone, by words alone, and by both with the weight that an index has by
default. nDCG@10, where the answers to a question are right; intervals by bootstrap over questions. The first 2,400
answers of the draw are passed over: the weight was chosen on them. The figures go to benchmarks/results/hybrid.json.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np

from shared import report
from wardspace import Encoder
from wardspace.serve.index import Index
from wardspace.serve.index.writer import IndexNote, IndexWriter, identity_of, index_notes

CHOSEN_ON, FIRST, RESAMPLES = 2400, 10, 2000


def drawn(path: Path, answers: int, questions: int) -> tuple[list[dict[str, str]], list[str]]:
    csv.field_size_limit(10**9)
    with path.open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    order = np.random.default_rng(0).permutation(len(rows))
    seen = {rows[place]["question"].casefold() for place in order[:CHOSEN_ON]}
    picked = [rows[place] for place in order[CHOSEN_ON : CHOSEN_ON + answers]]
    asked = sorted({row["question"] for row in picked if row["question"].casefold() not in seen})
    return picked, [asked[place] for place in np.random.default_rng(1).permutation(len(asked))[:questions]]


def gain(found: list[str], right: set[str]) -> float:
    """nDCG@10 of one question."""
    best = sum(1 / np.log2(place + 2) for place in range(min(FIRST, len(right))))
    return sum((name in right) / np.log2(place + 2) for place, name in enumerate(found)) / best


def compared(differences: np.ndarray) -> dict[str, object]:
    """How much better both are, with a 95% interval over questions."""
    random = np.random.default_rng(2)
    means = [differences[random.integers(len(differences), size=len(differences))].mean() for _ in range(RESAMPLES)]
    low, high = np.percentile(means, [2.5, 97.5]) * 100
    return {"both, minus this": round(100 * float(differences.mean()), 1), "interval": f"{low:.1f} to {high:.1f}"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--medquad", type=Path, required=True)
    parser.add_argument("--model", default="minilm")
    parser.add_argument("--answers", type=int, default=2400)
    parser.add_argument("--questions", type=int, default=600)
    parser.add_argument("--output", type=Path, default=report.RESULTS / "hybrid.json")
    options = parser.parse_args()
    rows, questions = drawn(options.medquad, options.answers, options.questions)
    right: dict[str, set[str]] = defaultdict(set)
    for place, row in enumerate(rows):
        right[row["question"].casefold()].add(str(place))
    encoder = Encoder.load(options.model)
    vectors = encoder.encode(questions)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "answers.index"
        with IndexWriter.open(folder, identity_of(encoder)) as writer:
            index_notes(encoder, writer, [IndexNote(str(place), row["answer"]) for place, row in enumerate(rows)])
            writer.finish()
        index = Index.open(folder)
        ways = {"vectors": (True, False), "words": (False, True), "both": (True, True)}
        scores = {
            name: np.array(
                [
                    gain(
                        [
                            hit.note_id
                            for hit in index.search(
                                vector=vectors[place] if by_vector else None, words=question if by_words else None
                            )
                        ],
                        right[question.casefold()],
                    )
                    for place, question in enumerate(questions)
                ]
            )
            for name, (by_vector, by_words) in ways.items()
        }
    table = [
        {
            "search by": name,
            "nDCG@10": round(100 * float(own.mean()), 1),
            **({} if name == "both" else compared(scores["both"] - own)),
        }
        for name, own in scores.items()
    ]
    report.show(f"{len(questions)} questions over {len(rows):,} answers, {options.model}", table)
    report.write(options.output, {"model": Path(options.model).name, "questions": len(questions), "rows": table})


if __name__ == "__main__":
    main()
