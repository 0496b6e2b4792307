"""The guarantees of probes that were trained with differential privacy."""

from __future__ import annotations

from wardspace.report.wording import counted, setting_name
from wardspace.report.wording.measures import private_probe
from wardspace.results import PrivateTraining, Results


def private_lines(results: Results, model: str | None = None) -> list[str]:
    """One sentence for each task and kind of private probe, for all models or for one; the largest ε is given."""
    by_patient = results.corpus.get("roles", {}).get("patient_id") is not None
    found: dict[tuple[str, str], list[PrivateTraining]] = {}
    for record in results.private:
        if model in (None, record.model):
            found.setdefault((record.task, record.setting), []).append(record)
    return [_line(task, setting, records, by_patient) for (task, setting), records in found.items()]


def _line(task: str, setting: str, records: list[PrivateTraining], by_patient: bool) -> str:
    most = max(records, key=lambda record: record.epsilon)
    unit = most.unit if by_patient else "note"
    guarantee = (
        f"ε = {most.epsilon:.2f}, δ = {most.delta:.1e} ({counted(most.units, unit)}, {counted(most.steps, 'step')}, "
        f"noise {most.noise:.2f}, gradients clipped at {most.clip:g})"
    )
    return private_probe(f"{task}, {setting_name(setting)}", unit, guarantee, len(records))
