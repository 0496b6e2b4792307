"""What private probes may have revealed, in words."""

from __future__ import annotations

from wardspace.report.wording import counted, setting_name, thousands
from wardspace.results.results import PrivateTraining, Results


def private_lines(results: Results, model: str | None = None) -> list[str]:
    """One sentence for each task and kind of private probe, over all models or for one of them."""
    by_patient = results.corpus.get("roles", {}).get("patient_id") is not None
    found: dict[tuple[str, str], list[PrivateTraining]] = {}
    for record in results.private:
        if model in (None, record.model):
            found.setdefault((record.task, record.setting), []).append(record)
    return [_line(task, setting, records, by_patient) for (task, setting), records in found.items()]


def _line(task: str, setting: str, records: list[PrivateTraining], by_patient: bool) -> str:
    most = max(records, key=lambda record: record.epsilon)
    unit = most.unit if by_patient else "note"
    hidden = "all labelled notes of a patient" if unit == "patient" else "each labelled note"
    every = f"Each of {thousands(len(records))} alone" if len(records) > 1 else "It"
    drawn = f"{counted(most.units, unit)}, {counted(most.steps, 'step')}"
    return (
        f"{task}, {setting_name(setting)}: (ε, δ)-differential privacy of {hidden} with ε = {most.epsilon:.2f}, "
        f"δ = {most.delta:.1e} ({drawn}, noise {most.noise:.2f}, gradients clipped at {most.clip:g}). {every} has that "
        "guarantee; whoever gives away several adds them up. It covers the training of this probe on the encoder's "
        f"vectors, and neither the encoder's own training nor the validation notes; the classes and how many {unit}s "
        "there are count as known to everybody."
    )
