"""Public sets of pairs as tables that a study reads, one file a split.

    python benchmarks/pairs.py rqe RQE_Train_8588_AMIA2016.xml OUT
    python benchmarks/pairs.py pubmedqa ori_pqal.json OUT

`rqe` (recognising question entailment; Ben Abacha and Demner-Fushman 2016) asks whether whoever answers the second
question answers the first. Pairs of one and the same question are left out. Questions of true pairs belong together and
go to one split; of the false pairs, each of whose second questions was drawn at random, those are left out whose
questions are in two splits. So no question is in two splits. Questions that many false pairs ask go, the commonest
first, to the split that has the fewest false pairs for its true ones, so that classes have like shares everywhere.

`pubmedqa` (Jin et al. 2019) asks whether an abstract answers its question with yes, no or maybe. Its own evaluation
trains on 450 and 50 of these 500 for validation, ten times; this is one such draw with 100 for the
test.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from wardspace.core.seeds import unit
from wardspace.corpus.schema import SPLITS

SHARES = {"test": 0.25, "validation": 0.15}
"""Of rqe; the rest is for training."""
COMMON = 5
"""Times that false pairs ask a question from which on its split is chosen and not drawn."""
HELD = {"test": 100, "validation": 50}
"""Pairs of pubmedqa."""
COLUMNS = ("note_id", "text", "other", "label")


class Pair(NamedTuple):
    """A row of a table."""

    note_id: str
    text: str
    other: str
    label: str


def rqe(path: Path) -> dict[str, list[Pair]]:
    """Pairs of questions by split."""
    root = ElementTree.parse(path).getroot()
    pairs = [
        Pair(f"rqe-{one.get('pid')}", _words(one.findtext("chq")), _words(one.findtext("faq")), str(one.get("value")))
        for one in root.iter("pair")
    ]
    pairs = [one for one in pairs if _key(one.text) != _key(one.other)]
    split = _splits(pairs)
    found: dict[str, list[Pair]] = {name: [] for name in SPLITS}
    for one in pairs:
        if split[_key(one.text)] == split[_key(one.other)]:
            found[split[_key(one.text)]].append(one)
    return found


def pubmedqa(path: Path) -> dict[str, list[Pair]]:
    """Abstracts with their questions by split, each answer in its share, as in the set's own folds."""
    entries = json.loads(path.read_text(encoding="utf-8"))
    pairs = sorted((_answered(name, entry) for name, entry in entries.items()), key=lambda one: unit(one.note_id))
    found: dict[str, list[Pair]] = {name: [] for name in SPLITS}
    for label in sorted({one.label for one in pairs}):
        own = [one for one in pairs if one.label == label]
        ends = [round(len(own) * size / len(pairs)) for size in accumulate(HELD.values())]
        for split, start, end in zip((*HELD, "train"), (0, *ends), (*ends, len(own)), strict=True):
            found[split] += own[start:end]
    return found


def _answered(name: str, entry: dict[str, object]) -> Pair:
    contexts = entry["CONTEXTS"]
    assert isinstance(contexts, list)
    return Pair(f"pubmed-{name}", "\n".join(contexts), str(entry["QUESTION"]), str(entry["final_decision"]))


def _splits(pairs: Sequence[Pair]) -> dict[str, str]:
    """The split of each question: that of its group, the questions that true pairs join it to."""
    joined: dict[str, str] = {}

    def root(key: str) -> str:
        while joined.setdefault(key, key) != key:
            key = joined[key]
        return key

    for one in pairs:
        first, second = sorted((root(_key(one.text)), root(_key(one.other))))
        if one.label == "true":
            joined[second] = first
    split = {root(key): _drawn(unit("rqe", root(key))) for key in joined}
    false = [(root(_key(one.text)), root(_key(one.other))) for one in pairs if one.label == "false"]
    true = Counter(split[root(_key(one.text))] for one in pairs if one.label == "true")
    asked = Counter(second for _, second in false)
    kept: Counter[str] = Counter()
    for group, times in sorted(asked.items(), key=lambda item: (-item[1], item[0])):
        if times >= COMMON:
            split[group] = min(SPLITS, key=lambda name: kept[name] / true[name])
        kept[split[group]] += sum(split[first] == split[group] for first, second in false if second == group)
    return {key: split[root(key)] for key in joined}


def _drawn(place: float) -> str:
    if place < SHARES["test"]:
        return "test"
    return "validation" if place < SHARES["test"] + SHARES["validation"] else "train"


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _words(text: str | None) -> str:
    return " ".join((text or "").split())


def written(splits: dict[str, list[Pair]], folder: Path) -> Iterator[str]:
    """Write one CSV file a split; what each holds."""
    folder.mkdir(parents=True, exist_ok=True)
    for split, pairs in splits.items():
        with (folder / f"{split}.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(COLUMNS)
            writer.writerows(pairs)
        counts = ", ".join(f"{name} {size}" for name, size in sorted(Counter(one.label for one in pairs).items()))
        yield f"{split}: {len(pairs)} pairs ({counts})"


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", choices=["rqe", "pubmedqa"])
    parser.add_argument("file", type=Path)
    parser.add_argument("out", type=Path)
    asked = parser.parse_args()
    read = {"rqe": rqe, "pubmedqa": pubmedqa}[asked.set]
    for line in written(read(asked.file), asked.out):
        print(line)


if __name__ == "__main__":
    main()
