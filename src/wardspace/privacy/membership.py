"""Whether patients trained on can be distinguished from patients who were not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wardspace.config import PrivacyConfig
from wardspace.core.progress import Advance, progress
from wardspace.core.seeds import unit
from wardspace.corpus import Corpus
from wardspace.privacy.attacker.audited_model import Subject
from wardspace.privacy.attacker.self_similarity import Closeness
from wardspace.privacy.record import Attack, MembershipFigures, two_sample_figure
from wardspace.training.data.holdout import draw


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


Numbers = NDArray[np.float64]


def auc(members: Numbers, others: Numbers) -> float:
    """Chance that a member has a higher number than another person, equals counted half (Mann and Whitney 1947)."""
    ordered = np.sort(others)
    below = np.searchsorted(ordered, members, side="left")
    equal = np.searchsorted(ordered, members, side="right") - below
    return float((below + equal / 2).mean() / len(others))


def tpr_at(members: Numbers, others: Numbers, fpr: float = 0.01) -> float:
    """Largest share of members found by a threshold that at most a share `fpr` of the others reach.

    Reference: Carlini et al. 2022, Membership Inference Attacks From First Principles.
    """
    allowed = int(fpr * len(others) + 1e-9)
    # a member counts where more than `allowed` others would not reach its number
    threshold = np.sort(others)[::-1][allowed] if allowed < len(others) else -np.inf
    return float((members > threshold).mean())


Scores = dict[str, dict[str, float]]
"""By attack, a number for each note: higher where the model seems to know it."""
FEWEST_FOR_TPR = 100
"""Others without whom one false accusation in a hundred cannot be counted."""
_CHUNK = 64
"""Notes between two moves of the bar."""


class TooFewError(Exception):
    """There are not enough patients; the message says how many there are."""


def membership(
    subject: Subject, corpus: Corpus, privacy: PrivacyConfig, held_out: float, *, show_progress: bool = True
) -> MembershipFigures:
    """Attack the membership of patients in every way that the model allows.

    A patient's number is the mean over the patient's notes. The attacks: the loss of hidden words (Yeom et al. 2018);
    the same minus the base's loss of the same words, since some notes are easy for any model (Watson et al. 2022); the
    cosine of the halves of a note, and the same minus the base's.

    Parameters
    ----------
    subject : Subject
        The model and its base.
    corpus : Corpus
        The notes; the training split's patients are members, the test split's are not.
    privacy : PrivacyConfig
        Sizes of samples.
    held_out : float
        Share of training patients that gave the validation loss.
    show_progress : bool
        Show a bar.

    Raises
    ------
    TooFewError
        If members or others are too few.
    """
    members, others = drawn_groups(corpus, privacy, held_out)
    if min(len(members), len(others)) < privacy.fewest_patients:
        counted = f"{len(members)} patients trained on and {len(others)} held out"
        raise TooFewError(f"{counted}, and privacy.fewest_patients asks for {privacy.fewest_patients} of each")
    texts = texts_of(corpus, members, others)
    with progress("reading notes for membership", len(texts), show=show_progress) as advance:
        scores = _note_scores(subject, texts, privacy, advance)
    attacks = [_attack(name, found, members, others, privacy) for name, found in scores.items()]
    attacks.sort(key=lambda attack: -attack.auc.value)
    return MembershipFigures(members=len(members), others=len(others), attacks=attacks)


def _note_scores(subject: Subject, texts: Mapping[str, str], privacy: PrivacyConfig, advance: Advance) -> Scores:
    found: Scores = {}
    names = list(texts)
    for start in range(0, len(names), _CHUNK):
        chunk = names[start : start + _CHUNK]
        notes = [texts[name] for name in chunk]
        for attack, values in _attacks(subject, notes, chunk, privacy):
            known = {name: value for name, value in zip(chunk, values, strict=True) if value is not None}
            found.setdefault(attack, {}).update(known)
        advance(len(chunk))
    return found


def _attacks(
    subject: Subject, texts: Sequence[str], names: Sequence[str], privacy: PrivacyConfig
) -> list[tuple[str, list[float | None]]]:
    own, base = _views(subject, texts, names, privacy), None
    if subject.reference:
        base = _views(subject.reference, texts, names, privacy)
    found = []
    for attack, values in own.items():
        found.append((attack, values))
        if base and attack in base:
            found.append((_calibrated(attack, subject), _minus(values, base[attack])))
    return found


def _calibrated(attack: str, subject: Subject) -> str:
    through = ", asked through the model's own head" if subject.borrowed and attack == "loss" else ""
    return f"{attack} against the base{through}"


def _views(
    subject: Subject, texts: Sequence[str], names: Sequence[str], privacy: PrivacyConfig
) -> dict[str, list[float | None]]:
    found: dict[str, list[float | None]] = {}
    if subject.causal:
        found["loss"] = [None if loss is None else -loss for loss in subject.causal.note_losses(texts)]
    if subject.words:
        readings = subject.words.note_queries(texts, names, privacy.masks, privacy.seed)
        losses = subject.words.losses([query for note in readings for query in note])
        counts = [len(query.hidden) for note in readings for query in note]
        found["loss"] = _per_note([len(note) for note in readings], losses, counts)
    if subject.encoder:
        found["closeness"] = Closeness(subject.encoder).note_scores(texts)
    return found


def _per_note(readings: Sequence[int], losses: Sequence[float], counts: Sequence[int]) -> list[float | None]:
    """Minus the mean loss of the hidden words of each note."""
    ends = np.cumsum(readings)
    parts = [slice(end - size, end) for end, size in zip(ends, readings, strict=True)]
    return [
        -float(np.average(losses[part], weights=counts[part])) if part.stop > part.start else None for part in parts
    ]


def _minus(values: Sequence[float | None], base: Sequence[float | None]) -> list[float | None]:
    return [None if a is None or b is None else a - b for a, b in zip(values, base, strict=True)]


def _attack(name: str, notes: Mapping[str, float], members: Group, others: Group, privacy: PrivacyConfig) -> Attack:
    inside, outside = _patients(notes, members), _patients(notes, others)
    tpr = two_sample_figure(inside, outside, tpr_at, privacy) if len(outside) >= FEWEST_FOR_TPR else None
    return Attack(name=name, auc=two_sample_figure(inside, outside, auc, privacy), tpr=tpr)


def _patients(notes: Mapping[str, float], group: Group) -> NDArray[np.float64]:
    """Mean over the notes of each patient who has any with a number."""
    known = ([notes[note] for note in own if note in notes] for own in group.notes.values())
    return np.array([np.mean(values) for values in known if values])
