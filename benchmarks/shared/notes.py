"""The notes a benchmark measures on: a data set where one is given, else the synthetic ward."""

from __future__ import annotations

import argparse
import csv
import os
import random
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

FILES = {"mtsamples": "notes.csv", "vaers": "reports.csv"}
"""Data sets and their files; the notes are in the column `text`."""


@dataclass(frozen=True)
class Notes:
    """Texts, and what they are in words and figures that may be printed and stored."""

    name: str
    texts: list[str]

    def about(self) -> dict[str, object]:
        """For the results: never a path, never a text."""
        characters = statistics.median(len(text) for text in self.texts)
        return {"notes": self.name, "number": len(self.texts), "median_characters": characters}


def add_options(parser: argparse.ArgumentParser, *names: str) -> None:
    """Options for data sets; each may also be given as WARDSPACE_NAME."""
    for name in names:
        variable = f"WARDSPACE_{name.upper()}"
        about = f"{FILES[name]} of {name}, or its folder (or ${variable}; without it, notes of the synthetic ward)"
        parser.add_argument(f"--{name}", type=Path, default=os.environ.get(variable), help=about)


def source(name: str, path: str | Path | None) -> Path | None:
    """The file of a data set, None where it was not given."""
    if path is None:
        return None
    place = Path(path)
    return place / FILES[name] if place.is_dir() else place


def read(name: str, path: str | Path | None, most: int) -> Notes:
    """At most `most` notes (0 takes all), drawn by a fixed seed; of the synthetic ward where there is no path."""
    file = source(name, path)
    if file is None:
        return Notes("synthetic ward", _drawn(_ward(most or 1000), most))
    csv.field_size_limit(sys.maxsize)
    with file.open(encoding="utf-8", newline="") as handle:
        texts = [row["text"] for row in csv.DictReader(handle) if row["text"].strip()]
    return Notes(name, _drawn(texts, most))


def _drawn(texts: list[str], most: int) -> list[str]:
    random.Random(13).shuffle(texts)
    return texts[:most] if most else texts


def _ward(notes: int) -> list[str]:
    from wardspace.config import WardConfig
    from wardspace.synthetic import ward_batches

    made: list[str] = []
    for batch in ward_batches(WardConfig(patients=notes)):  # some three notes a patient: more than are needed
        made += batch.column("text").to_pylist()
        if len(made) >= notes:
            break
    return made
