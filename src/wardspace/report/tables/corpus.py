"""The notes behind the results, from corpus.json: counts, rejects, lengths and categories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from wardspace.report.figures.bars import histogram
from wardspace.report.wording import SPLITS, counted, share, thousands

MOST_VALUES = 30
"""Values of a column with a row of their own; rarer ones are added up."""


@dataclass(frozen=True)
class CategoryTable:
    """Values of one column by split."""

    column: str
    role: str
    splits: list[str]
    rows: list[tuple[str, list[str], str]]


@dataclass(frozen=True)
class CorpusView:
    """The corpus section of the page; parts that were not recorded are empty."""

    facts: list[tuple[str, str]]
    splits: list[tuple[str, str, str, str]]
    rejects: list[tuple[str, str]]
    steps: list[str]
    categories: list[CategoryTable]
    token_facts: list[tuple[str, str]]
    token_figure: Markup | None
    pieces: str | None
    content_hash: str | None


def corpus_view(corpus: Mapping[str, Any]) -> CorpusView:
    """Put corpus.json into words.

    Parts that a corpus does not have (no tokenizer was available, no column was named) stay empty. A part in an
    unknown shape raises instead of being skipped.
    """
    counts = corpus.get("counts", {})
    statistics = corpus.get("statistics", {})
    tokens = statistics.get("tokens") or {}
    return CorpusView(
        facts=_facts(corpus, counts, statistics),
        splits=_splits(counts),
        rejects=[
            (kind, thousands(n)) for kind, n in sorted(counts.get("rejects", {}).items(), key=lambda pair: -pair[1])
        ],
        steps=[_step(step) for step in corpus.get("steps", [])],
        categories=_categories(counts.get("categories", {}), corpus.get("roles", {})),
        token_facts=_token_facts(tokens),
        token_figure=_token_figure(tokens),
        pieces=_pieces(statistics.get("pieces_per_word")),
        content_hash=corpus.get("content_hash"),
    )


def _facts(
    corpus: Mapping[str, Any], counts: Mapping[str, Any], statistics: Mapping[str, Any]
) -> list[tuple[str, str]]:
    found = []
    if "rows_read" in counts:
        found.append(("Rows read", thousands(counts["rows_read"])))
    if "notes" in counts:
        found.append(("Notes kept", thousands(counts["notes"])))
    by_patient = corpus.get("roles", {}).get("patient_id") is not None
    if by_patient and "patients" in counts:
        found.append(("Patients", thousands(counts["patients"])))
        per = statistics.get("notes_per_patient") or {}
        if per:
            found.append(("Notes per patient", f"{per['median']:g} (median), {thousands(per['max'])} at most"))
    if corpus.get("source"):
        found.append(("Source", _source(corpus["source"])))
    return found


def _source(source: Mapping[str, Any]) -> str:
    files = source.get("files") or []
    named = ", ".join(files[:4]) + (f" and {len(files) - 4} more" if len(files) > 4 else "")
    parts = [str(source.get("format") or ""), named, str(source.get("encoding") or "")]
    return "; ".join(dict.fromkeys(part for part in parts if part))


def _splits(counts: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    splits = counts.get("splits", {})
    total = sum(one["notes"] for one in splits.values()) or 1
    return [
        (SPLITS.get(name, name), thousands(one["notes"]), share(one["notes"] / total), thousands(one["patients"]))
        for name, one in sorted(splits.items(), key=lambda pair: [*SPLITS, pair[0]].index(pair[0]))
    ]


def _step(step: Mapping[str, Any]) -> str:
    """A step of preparation: its name, then its counts and options."""
    details = _details({key: value for key, value in step.items() if key != "step" and value is not None})
    return f"{step['step'].replace('.', ': ').replace('_', ' ')} ({details})" if details else str(step["step"])


def _details(details: Mapping[str, Any]) -> str:
    """Names with their values, nested ones in brackets."""
    parts = []
    for key, value in sorted(details.items()):
        name = key.replace("_", " ")
        if isinstance(value, Mapping):
            parts.append(f"{name} ({_details(value) or 'none'})")
        else:
            counted = isinstance(value, int) and not isinstance(value, bool) and key != "seed"
            parts.append(f"{name} {thousands(value) if counted else value}")
    return ", ".join(parts)


def _categories(categories: Mapping[str, Any], roles: Mapping[str, Any]) -> list[CategoryTable]:
    labels = roles.get("labels") or []
    # labels come first, in the order of the study file
    known = [*labels, *(roles.get("metadata") or []), *categories]
    ordered = sorted(categories.items(), key=lambda pair: known.index(pair[0]))
    return [_category(column, found, "label" if column in labels else "metadata") for column, found in ordered]


def _category(column: str, found: Mapping[str, Any], role: str) -> CategoryTable:
    present: set[str] = {split for counts in found["values"].values() for split in counts}
    splits = [split for split in SPLITS if split in present] + sorted(present - set(SPLITS))
    ranked = sorted(found["values"].items(), key=lambda pair: (-sum(pair[1].values()), pair[0]))
    rows = list(ranked[:MOST_VALUES])
    rest: dict[str, int] = dict(found.get("other", {}))
    for _, counts in ranked[MOST_VALUES:]:
        for split, n in counts.items():
            rest[split] = rest.get(split, 0) + n
    rows += [("(rarer values)", rest)] if any(rest.values()) else []
    missing = found.get("missing", {})
    rows += [("(missing)", missing)] if any(missing.values()) else []
    shown = [
        (str(value), [thousands(counts.get(split, 0)) for split in splits], thousands(sum(counts.values())))
        for value, counts in rows
    ]
    return CategoryTable(column, role, [SPLITS.get(split, split) for split in splits], shown)


def _token_facts(tokens: Mapping[str, Any]) -> list[tuple[str, str]]:
    if not tokens.get("total"):
        return []
    found = [
        ("Tokens in all", thousands(tokens["total"])),
        ("Tokens per note, median", thousands(tokens["median"])),
        ("Middle half", f"{thousands(tokens['quartile_1'])} to {thousands(tokens['quartile_3'])}"),
        ("Longest", thousands(tokens["max"])),
    ]
    longer = tokens.get("longer_than", {})
    return found + [
        (f"Longer than {thousands(int(n))} tokens", share(longer[n])) for n in ("256", "512") if n in longer
    ]


def _token_figure(tokens: Mapping[str, Any]) -> Markup | None:
    binned = tokens.get("histogram")
    if not binned or not binned["counts"]:
        return None
    description = (
        f"Histogram of tokens per note: {counted(sum(binned['counts']), 'note')}, median "
        f"{thousands(tokens['median'])}, from {thousands(tokens['min'])} to {thousands(tokens['max'])}"
    )
    return histogram(
        binned["edges"], binned["counts"], "tokens per note (bins widen to the right)", "notes", description
    )


def _pieces(pieces: Mapping[str, float] | None) -> str | None:
    if not pieces:
        return None
    ratio = pieces["notes"] / pieces["general"]
    text = f"{pieces['notes']:.2f} tokens per word in these notes, {pieces['general']:.2f} in general English"
    if ratio > 1.05:
        return f"{text}: the base's tokenizer splits the words of these notes into {share(ratio - 1)} more pieces."
    return f"{text}: the base's tokenizer suits these notes about as well as general text."
