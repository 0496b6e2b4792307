"""The data statement of a model card: counts and column names, never a value or a text of a note."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wardspace.config import StudyConfig
from wardspace.report.tables.markdown import markdown_table
from wardspace.report.wording import SPLITS, counted, listed, thousands


@dataclass(frozen=True)
class CardFacts:
    """Facts of a run that results.json does not have; the card says which are unknown."""

    years: tuple[int, int] | None = None
    """First and last year of the notes' times."""
    machine: str | None = None
    """Kind of hardware, without the name of the machine."""


def data_statement(corpus: Mapping[str, Any], study: StudyConfig, facts: CardFacts) -> str:
    """Which notes the model was trained on, and how they were prepared."""
    counts = corpus.get("counts", {})
    roles = corpus.get("roles") or study.corpus.columns.model_dump()
    lines = [
        _source(corpus, counts, roles),
        f"Years: {_years(facts)}. Language: not determined.",
        _columns(roles),
        *_identifiers(corpus.get("steps", [])),
    ]
    splits = _splits(counts, by_patient=roles.get("patient_id") is not None)
    return "".join(f"- {line}\n" for line in lines) + (f"\n{splits}" if splits else "")


def _source(corpus: Mapping[str, Any], counts: Mapping[str, Any], roles: Mapping[str, Any]) -> str:
    kind = "Synthetic notes (written by a program)" if corpus.get("synthetic") else "Notes of one organisation"
    if "notes" not in counts:
        return f"{kind}."
    patients = (
        f" of {counted(counts['patients'], 'patient')}" if roles.get("patient_id") and "patients" in counts else ""
    )
    left = sum(counts.get("rejects", {}).values())
    out = f"; {thousands(left)} rows were left out (duplicates, empty texts, faults)" if left else ""
    return f"{kind}: {counted(counts['notes'], 'note')}{patients} kept of {counted(counts['rows_read'], 'row')}{out}."


def _years(facts: CardFacts) -> str:
    if facts.years is None:
        return "unknown"
    first, last = facts.years
    return str(first) if first == last else f"{first} to {last}"


def _columns(roles: Mapping[str, Any]) -> str:
    """Only the names of columns: values such as wards or clinics may identify people."""
    metadata, labels = listed(list(roles.get("metadata") or [])), listed(list(roles.get("labels") or []))
    return f"Metadata columns: {metadata}. Labels: {labels}."


def _identifiers(steps: list[Mapping[str, Any]]) -> list[str]:
    found = [step for step in steps if step["step"] == "deidentify"]
    if not found:
        return ["De-identification: none by wardspace; whether the source was de-identified is unknown."]
    lines = []
    for step in found:
        kinds = ", ".join(f"{kind} {thousands(n)}" for kind, n in step.get("found", {}).items()) or "none"
        detectors = listed(list(step.get("detectors", {})))
        lines.append(
            f"De-identification: identifiers were found in {counted(step.get('notes', 0), 'note')} by {detectors} "
            f"({kinds}). Identifiers that the detectors missed are still in the text."
        )
    return lines


def _splits(counts: Mapping[str, Any], *, by_patient: bool) -> str:
    splits = counts.get("splits", {})
    head = ["split", "notes", *(["patients"] if by_patient else [])]
    rows = [
        [name, thousands(splits[key]["notes"]), *([thousands(splits[key]["patients"])] if by_patient else [])]
        for key, name in SPLITS.items()
        if key in splits
    ]
    return markdown_table(head, rows) if rows else ""
