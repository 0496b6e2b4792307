"""Rows a second of the MIMIC-III reader against plain CSV on the same NOTEEVENTS of short notes, and of OMOP look-ups.

python benchmarks/readers.py [NOTES] [OUT.json]
"""

from __future__ import annotations

import json
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

from wardspace.config import CorpusConfig, SourceConfig
from wardspace.corpus import prepare
from wardspace.corpus.readers import open_readers

COLUMNS = {
    "note_id": "ROW_ID",
    "patient_id": "SUBJECT_ID",
    "time": "CHARTTIME",
    "text": "TEXT",
    "metadata": ["CATEGORY"],
}
NAMES = ("ROW_ID", "SUBJECT_ID", "CHARTTIME", "TEXT", "CATEGORY")


def write(folder: Path, notes: int) -> None:
    draw = random.Random(5)
    words = ("patient", "seen", "stable", "afebrile", "lungs", "clear", "continue", "plan", "pain", "chest")
    with (folder / "NOTEEVENTS.csv").open("w") as handle:
        handle.write('"ROW_ID","SUBJECT_ID","HADM_ID","CHARTDATE","CHARTTIME","STORETIME","CATEGORY","DESCRIPTION",')
        handle.write('"CGID","ISERROR","TEXT"\n')
        for i in range(notes):
            text = f"note {i}: " + " ".join(draw.choices(words, k=40)) + ".\nSigned."
            patient = i // 20
            handle.write(f'{i},{patient},{patient},"2151-08-04",,,"Discharge summary","Report",,,"{text}"\n')
    with (folder / "DIAGNOSES_ICD.csv").open("w") as handle:
        handle.write('"ROW_ID","SUBJECT_ID","HADM_ID","SEQ_NUM","ICD9_CODE"\n')
        handle.writelines(f'{i},{i},{i},1,"{"0389" if i % 2 else "41401"}"\n' for i in range(notes // 20))


def reading(config: SourceConfig, needed: tuple[str, ...], notes: int, scratch: Path) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        (reader,) = open_readers(config, needed, scratch)
        assert sum(1 for _ in reader.rows()) == notes
        best = min(best, time.process_time() - start)
    return round(notes / best)


def preparing(section: dict[str, object], folder: Path, notes: int) -> float:
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        corpus = prepare(CorpusConfig.model_validate(section), folder, show_progress=False)
        best = min(best, time.process_time() - start)
        assert len(corpus) == notes
    return round(notes / best)


def omop(folder: Path, notes: int, others: int = 1_000_000) -> dict[str, float]:
    """Notes joined with a million persons and a million concepts."""
    (folder / "omop").mkdir()
    with (folder / "omop" / "NOTE.csv").open("w") as handle:
        handle.write("note_id,person_id,note_date,note_datetime,note_class_concept_id,note_text\n")
        handle.writelines(f"{i},{i},2020-01-01,,{i % 50},note {i}\n" for i in range(notes))
    with (folder / "omop" / "PERSON.csv").open("w") as handle:
        handle.write("person_id,gender_concept_id,year_of_birth\n")
        handle.writelines(f"{i},{i % 2},1950\n" for i in range(others))
    with (folder / "omop" / "CONCEPT.csv").open("w") as handle:
        handle.write("concept_id\tconcept_name\n")
        handle.writelines(f"{i}\tconcept {i}\n" for i in range(others))
    config = SourceConfig(path=str(folder / "omop"), format="omop")
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    (reader,) = open_readers(config, ("note_id", "person_id", "note_text", "gender", "note_class"), folder / "scratch")
    loaded = time.process_time()
    assert sum(1 for _ in reader.rows()) == notes
    read = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "omop_persons_and_concepts": others * 2,
        "omop_load_seconds": round(loaded - start, 1),
        "omop_peak_mib_more": round((peak - before) / 1024),
        "read_omop": round(notes / (read - loaded)),
    }


def main() -> None:
    notes = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        joined = omop(folder, notes)  # first, while the process is small
        write(folder, notes)
        path = str(folder / "NOTEEVENTS.csv")
        plain, mimic = {"path": path, "format": "csv"}, {"path": path, "format": "mimic-iii"}
        own = tuple("NOTE_TIME" if name == "CHARTTIME" else name for name in NAMES)
        labelled = {"source": mimic, "columns": {"labels": ["TRIAGE"]}}
        figures = {
            "notes": notes,
            "unit": "rows per second of processor time",
            "read_csv": reading(SourceConfig.model_validate(plain), NAMES, notes, folder),
            "read_mimic_iii": reading(SourceConfig.model_validate(mimic), own, notes, folder),
            "read_mimic_iii_triage": reading(SourceConfig.model_validate(mimic), (*own, "TRIAGE"), notes, folder),
            "prepare_csv": preparing({"source": plain, "columns": COLUMNS}, folder / "a", notes),
            "prepare_mimic_iii": preparing({"source": mimic}, folder / "b", notes),
            "prepare_mimic_iii_triage": preparing(labelled, folder / "c", notes),
            **joined,
        }
    print(json.dumps(figures, indent=2))
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
