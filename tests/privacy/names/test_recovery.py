import numpy as np
import pytest

from wardspace.config import PrivacyConfig
from wardspace.privacy.attacker.audited_model import Subject
from wardspace.privacy.names.fill_in import filled
from wardspace.privacy.names.names import Mention, NamedNote, NoNamesError
from wardspace.privacy.names.probe import probed
from wardspace.privacy.names.recovery import recovery

PRIVACY = PrivacyConfig(resamples=200)
NAMES = [f"{first} {last}" for first in ("Ada", "Bo", "Cy", "Di", "Ed") for last in ("Quill", "Omar", "Stone", "Vale")]


def note(number, name, patient=None):
    text = f"Round {number}. Seen by {name} today, stable. {name} will call."
    start = text.index(name)
    return NamedNote(f"n{number}", patient or f"p{number}", text, [Mention(start, start + len(name), "clinician")])


class Knowing:
    """Vectors that hold who wrote the note, or nothing."""

    def __init__(self, *, tells):
        self.tells, self.random = tells, np.random.default_rng(0)

    def encode(self, texts, *, show_progress):
        vectors = self.random.normal(size=(len(texts), 8)).astype(np.float32)
        for row, text in enumerate(texts):
            vectors[row, 0] += 6.0 * (self.tells and NAMES[0] in text)
        return vectors


class Filling:
    """Ranks names by what it was told of the notes."""

    mask_token = "<mask>"

    def __init__(self, known):
        self.known, self.asked = known, []

    def fill_scores(self, before, after, names):
        self.asked.append((before, after))
        number = before.split()[1].rstrip(".")
        return [1.0 if self.known.get(number) == name else 0.0 for name in names]


def test_a_probe_finds_a_name_in_vectors_that_hold_it():
    notes = [note(i, NAMES[i % 2]) for i in range(80)]
    found = probed(notes, Knowing(tells=True), Knowing(tells=False), PRIVACY)
    assert found.n == 2
    assert found.model.value > 0.95
    assert found.base.value < 0.7
    assert found.rise.low > 0.2


def test_a_name_of_few_patients_is_not_searched_for():
    notes = [note(i, NAMES[i % 2], patient=f"p{i % 4}") for i in range(80)]
    assert probed(notes, Knowing(tells=True), Knowing(tells=False), PRIVACY) is None


def test_slots_are_filled_by_who_knows_them():
    notes = [note(i, NAMES[i]) for i in range(len(NAMES))]
    true = {str(i): name for i, name in enumerate(NAMES)}
    model, base = Filling(true), Filling({})
    found = filled(notes, model, base, PRIVACY, show_progress=False)
    assert found.n == len(NAMES)
    assert found.model.value == found.detail["mrr"] == 1
    assert found.base.value == 0  # all equal: the true name is in the middle of twenty, behind the tenth
    assert found.rise.value == 1
    assert found.detail["chance"] == pytest.approx(0.5)


def test_other_mentions_of_the_name_are_hidden():
    notes = [note(i, NAMES[i]) for i in range(len(NAMES))]
    model = Filling({})
    filled(notes, model, Filling({}), PRIVACY, show_progress=False)
    assert not any(word in before + after for before, after in model.asked for name in NAMES for word in name.split())
    assert all("<mask> <mask> will call" in after for _, after in model.asked)


def test_ten_names_or_fewer_cannot_be_ranked():
    assert (
        filled([note(i, NAMES[i]) for i in range(10)], Filling({}), Filling({}), PRIVACY, show_progress=False) is None
    )


def test_the_base_itself_has_nothing_to_rise_over(encoder, words):
    with pytest.raises(NoNamesError, match="rise over the base"):
        recovery(Subject(words, None, encoder), None, PRIVACY)
