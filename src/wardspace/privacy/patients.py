"""Whose membership is guessed: patients trained on, and patients held out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from wardspace.config import PrivacyConfig
from wardspace.core.seeds import unit
from wardspace.corpus import Corpus
from wardspace.training.holdout import draw


@dataclass(frozen=True)
class Group:
    """Patients with their notes.

    Parameters
    ----------
    notes : dict of str to list of str
        For each patient the names of the notes that are read.
    """

    notes: dict[str, list[str]]

    def __len__(self) -> int:
        """Number of patients."""
        return len(self.notes)


def drawn_groups(corpus: Corpus, privacy: PrivacyConfig, held_out: float) -> tuple[Group, Group]:
    """Draw patients of the training split and of the test split, those with the lowest hashes.

    Parameters
    ----------
    corpus : Corpus
        The notes, without canaries.
    privacy : PrivacyConfig
        How many patients and notes, and the seed.
    held_out : float
        Share of the training patients that gave the validation loss: they may never have been trained on, and are
        left out.

    Returns
    -------
    members, others : Group
    """
    found: dict[str, dict[str, list[str]]] = {"train": defaultdict(list), "test": defaultdict(list)}
    for batch in corpus.batches(["patient_id", "note_id", "split"], ["train", "test"]):
        for row in batch.to_pylist():
            if row["split"] == "test" or draw(row["patient_id"]) >= held_out:
                found[row["split"]][row["patient_id"]].append(row["note_id"])
    return _drawn(found["train"], privacy), _drawn(found["test"], privacy)


def texts_of(corpus: Corpus, *groups: Group) -> dict[str, str]:
    """The texts of all notes of some groups, by the notes' names."""
    wanted = {note for group in groups for notes in group.notes.values() for note in notes}
    found: dict[str, str] = {}
    for batch in corpus.batches(["note_id", "text"], ["train", "test"]):
        names = batch["note_id"].to_pylist()
        rows = [row for row, name in enumerate(names) if name in wanted]
        texts = batch["text"].take(rows).to_pylist() if rows else []
        found |= {names[row]: text for row, text in zip(rows, texts, strict=True)}
    return found


def _drawn(patients: dict[str, list[str]], privacy: PrivacyConfig) -> Group:
    def order(name: str) -> float:
        return unit("membership", privacy.seed, name)

    chosen = sorted(patients, key=order)[: privacy.patients]
    return Group({patient: sorted(patients[patient], key=order)[: privacy.notes] for patient in chosen})
