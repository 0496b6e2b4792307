"""A file in the SQuAD format as training, validation and test files of version 2.0, split by article.

    python benchmarks/answers/splits.py COVID-QA.json FOLDER [--unanswerable 0.5] [--validation 0.1] [--test 0.25]

Where a set has no unanswerable questions, some are made: each article is asked questions of other articles of its own
split, half as many as it has of its own (--unanswerable). Such a question may happen to have an answer there: nobody
has looked. Everything follows from the seed and the articles, whatever their order.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from wardspace.core.seeds import derive

Article = dict[str, Any]


def named(data: list[Article]) -> list[Article]:
    """The articles, each with a title of its own."""
    return [{**article, "title": article.get("title") or f"article-{place}"} for place, article in enumerate(data)]


def split(articles: list[Article], validation: float, test: float, seed: int) -> dict[str, list[Article]]:
    """Share out the articles by a hash of their titles."""
    ordered = sorted(articles, key=lambda one: derive("articles", seed, one["title"]))
    held = [round(share * len(ordered)) for share in (validation, validation + test)]
    return {"validation": ordered[: held[0]], "test": ordered[held[0] : held[1]], "train": ordered[held[1] :]}


def with_unanswerable(articles: list[Article], share: float, seed: int) -> list[Article]:
    """Ask each passage questions of other articles too."""
    asked = [(one["title"], each) for one in articles for part in one["paragraphs"] for each in part["qas"]]
    made = []
    for one in articles:
        others = [each for title, each in asked if title != one["title"]]
        parts = [_asked(part, f"{one['title']} {at}", others, share, seed) for at, part in enumerate(one["paragraphs"])]
        made.append({**one, "paragraphs": parts})
    return made


def _asked(part: dict[str, Any], name: str, others: list[Any], share: float, seed: int) -> dict[str, Any]:
    own = {each["question"].strip().lower() for each in part["qas"]}
    strange = [each for each in others if each["question"].strip().lower() not in own]
    strange.sort(key=lambda each: derive("unanswerable", seed, name, str(each["id"])))
    made = [
        {"id": f"{each['id']}-not-here", "question": each["question"], "answers": [], "is_impossible": True}
        for each in strange[: round(share * len(part["qas"]))]
    ]
    return {**part, "qas": [*part["qas"], *made]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="file in the SQuAD format")
    parser.add_argument("folder", type=Path, help="where train.json, validation.json and test.json are written")
    parser.add_argument("--unanswerable", type=float, default=0.5, help="made for each answerable question")
    parser.add_argument("--validation", type=float, default=0.1, help="share of the articles")
    parser.add_argument("--test", type=float, default=0.25, help="share of the articles")
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args()
    articles = named(json.loads(options.source.read_text(encoding="utf-8"))["data"])
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, some in split(articles, options.validation, options.test, options.seed).items():
        made = with_unanswerable(some, options.unanswerable, options.seed)
        path = options.folder / f"{name}.json"
        path.write_text(json.dumps({"version": "v2.0", "data": made}, ensure_ascii=False), encoding="utf-8")
        answers = [bool(each["answers"]) for one in made for part in one["paragraphs"] for each in part["qas"]]
        print(
            f"{path}: {len(made)} articles, {sum(answers)} answerable questions and {len(answers) - sum(answers)} not"
        )


if __name__ == "__main__":
    main()
