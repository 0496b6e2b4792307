"""A commented study file from a guess of the roles of a table's columns."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from wardspace.config import parse_study
from wardspace.corpus.guess.labels import Label
from wardspace.corpus.guess.roles import Guess

_SHORT_NOTES = 80
"""Words of a note below which notes count as short reports."""
_COMMENT_AT = 46
_WORDS_FIRST = (
    "{name: words-first, objective: {blend: {weight: 2.0, neighbours: 0}},"
    " training: {learning_rate: 4.0e-4, dropout: 0.0}}"
)
_CONTRAST = "{name: declutr-contrast, objective: {declutr: {anchors: 1, temperature: 0.05, mlm_weight: 0}}}"
_AGES = [18, 40, 65]


def study_file(guess: Guess, file: str = "study.yaml") -> str:
    """The text of a study file.

    Parameters
    ----------
    guess : Guess
        Roles of the columns and what to predict.
    file : str
        Name it will have, for the commands in its head.

    Returns
    -------
    str
        YAML with comments, which `load_study` accepts; no value of any column stands in it.
    """
    looked = f"{guess.table.rows:,} rows" if guess.table.whole else f"the first {guess.table.rows:,} rows"
    lines = [
        f"# Written by `wardspace init`: a guess from the names of the columns and what {looked} hold.",
        "# Check the roles of the columns and the tasks, then",
        f"#   wardspace validate {file}",
        f"#   wardspace plan {file}        # how long it will take here",
        f"#   wardspace run {file}",
        "# `wardspace validate --keys` lists every key with its type, default and meaning.",
        f"name: {_plain(_name(guess.table.path))}",
        *_corpus(guess),
        _commented("base: minilm", "or the folder of a model you have"),
        _commented("budget: {tokens: 1_000_000}", "of each entry of adapt; 6_000_000 where there is time"),
        *_adapt(guess),
        *_tasks(guess),
        *_measures(guess),
    ]
    text = "\n".join(lines) + "\n"
    parse_study(yaml.safe_load(text), where=file)
    return text


def _corpus(guess: Guess) -> list[str]:
    table = guess.table
    places = {"train": table.path, **table.others} if table.others else {"path": table.path}
    lines = ["corpus:", f"  source: {_plain({**places, 'format': table.format})}", "  columns:"]
    why = {role.column: role.why for role in guess.roles}
    without = {"note_id": "no column names notes: they are numbered by file and row"}
    for key in ("note_id", "patient_id", "time", "text", "split"):
        column = guess.one(key)
        if (column is None and key not in without) or (key == "split" and table.others):
            continue
        lines.append(_commented(f"    {key}: {_plain(column)}", without[key] if column is None else why[column]))
        if key == "time" and guess.time_format:
            lines.append(f"    time_format: {_plain(guess.time_format)}")
    if guess.one("patient_id") is None:
        lines.append(_commented("    # patient_id: COLUMN", "splits are by note without it"))
    metadata = [name for name in (guess.query, *guess.of("metadata")) if name]
    kinds = [("metadata", metadata), ("labels", guess.of("label")), ("spans", guess.of("spans"))]
    lines += [f"    {key}: {_plain(columns)}" for key, columns in kinds if columns]
    lines += [f"    # left out: {_plain(role.column)}: {role.why}" for role in guess.roles if role.role == "left out"]
    if guess.of("names"):
        names = _plain({"name_columns": guess.of("names")})
        lines.append(_commented(f"  # deidentify: {names}", "takes names and other identifiers out of the notes"))
    return lines


def _adapt(guess: Guess) -> list[str]:
    lines = ["adapt:", _commented("  - {objective: recommended}", "docs/objectives.md; pip install 'wardspace[demo]'")]
    if guess.query:
        pairs = {"name": "pairs", "objective": {"pairs": {"columns": [guess.query]}}}
        return [*lines, _commented(f"  - {_plain(pairs)}", "each note near its own text")]
    short = guess.text.mean_words < _SHORT_NOTES
    lines.append(f"  - {_WORDS_FIRST if short else _CONTRAST}")
    if guess.of("metadata"):
        category = {"name": "category", "objective": {"category": {"columns": guess.of("metadata")[:1]}}}
        lines.append(_commented(f"  # - {_plain(category)}", "learns from metadata"))
    return lines


def _tasks(guess: Guess) -> list[str]:
    if guess.query:
        task = {"name": _name(guess.query), "kind": "retrieval", "query": guess.query}
        return ["tasks:", _commented(f"  - {_plain(task)}", "find the note by this text")]
    if not guess.labels:
        return ["tasks: []                                 # name columns under `labels` above, and predict them here"]
    lines, taken = ["tasks:"], set[str]()
    for label in guess.labels:
        name = _name(label.column)
        while name in taken:
            name += "-2"
        taken.add(name)
        lines += _task(name, label)
    return lines


def _task(name: str, label: Label) -> list[str]:
    lines = [f"  - name: {_plain(name)}", "    kind: classification", f"    label: {_plain(label.column)}"]
    if label.separator:
        lines.append(_commented(f"    separator: {_plain(label.separator)}", "a note may have several labels"))
        if label.missing:
            aside = "`aside` if nobody looked at notes without a label"
            lines.append(_commented("    unlabelled: none", aside))
    if label.min_notes > 1:
        lines.append(
            _commented(f"    min_notes: {label.min_notes}", "rarer classes are left out, and named in the report")
        )
    if label.smallest < 30:
        lines.append(_commented("    absent_classes: drop", "classes that are missing from a split"))
    if label.shots:
        lines.append(_commented(f"    shots: {_plain(label.shots)}", "labelled notes a class, few-shot"))
    return lines


def _measures(guess: Guess) -> list[str]:
    single = [label.column for label in guess.labels if label.separator is None]
    columns = [*single, *(name for name in guess.of("metadata") if name not in guess.ages)]
    lines = [f"space: {_plain({'columns': columns, 'split': 'test'})}" if columns else "space: {split: test}"]
    if guess.ages:
        bands = {"bands": dict.fromkeys(guess.ages, _AGES)}
        lines.append(_commented(f"report: {_plain(bands)}", "edges of the subgroups"))
    return lines


def _commented(line: str, comment: str) -> str:
    return f"{line:<{_COMMENT_AT}}# {comment}" if len(line) < _COMMENT_AT else f"{line}  # {comment}"


def _plain(value: Any) -> str:
    """A value as YAML on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10**6, sort_keys=False)
    return text.removesuffix("\n...\n").strip()


def _name(source: str) -> str:
    """A name as studies and tasks have them: letters, digits, dot, dash and underscore."""
    stem = re.sub(r"(\.(csv|tsv|tab|parquet|pq|jsonl|ndjson))?(\.gz)?$", "", Path(source).name)
    return re.sub(r"[^A-Za-z0-9._-]+", "-", stem).lstrip("._-") or "notes"
