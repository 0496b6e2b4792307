"""The page's first sentence: what was compared, on whose notes."""

from __future__ import annotations

from wardspace.evaluation.results import Results
from wardspace.report.numbers import counted


def opening(results: Results) -> str:
    """Say in one sentence which notes and which models this page is about."""
    kinds = [model.kind for model in results.models]
    adapted = kinds.count("adapted")
    parts = ["a general language model"] if "base" in kinds else []
    parts += [f"{counted(adapted, 'version')} of it adapted to these notes"] if adapted else []
    others = kinds.count("other")
    parts += [counted(others, "other model")] if others else []
    parts += ["a plain count of words"] if "tfidf" in kinds else []
    if not parts:
        return f"{_notes(results)}."
    listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    tasks = len({score.task for score in results.scores})
    compared = f", compared on {counted(tasks, 'task')}" if tasks else ""
    return f"{_notes(results)}: {listed}{compared}."


def _notes(results: Results) -> str:
    counts = results.corpus.get("counts", {})
    if "notes" not in counts:
        return "Embedding spaces of clinical notes"
    known = results.corpus.get("roles", {}).get("patient_id") is not None
    whose = f" of {counted(counts['patients'], 'patient')}" if known else ""
    return f"{counted(counts['notes'], 'made-up note' if results.synthetic else 'clinical note')}{whose}"
