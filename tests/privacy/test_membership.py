import numpy as np
import pytest

from tests.fixtures.corpora import write_corpus
from tests.fixtures.models import sample_texts
from wardspace.config import PrivacyConfig
from wardspace.privacy import membership as room
from wardspace.privacy.attacker.audited_model import Subject
from wardspace.privacy.membership import TooFewError, drawn_groups, membership, texts_of
from wardspace.training.data.holdout import draw

PRIVACY = PrivacyConfig(fewest_patients=10, resamples=200, masks=2)


def patients_corpus(folder, patients=60, notes=3):
    texts = sample_texts(patients * notes, words=12)
    rows = [
        {
            "note_id": f"n{index}",
            "patient_id": f"p{index // notes}",
            "text": texts[index],
            "split": "train" if (index // notes) % 2 else "test",
            "note_type": None,
        }
        for index in range(patients * notes)
    ]
    return write_corpus(folder, rows)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return patients_corpus(tmp_path_factory.mktemp("members") / "corpus")


def test_members_are_training_patients_who_were_not_held_out(corpus):
    members, others = drawn_groups(corpus, PRIVACY, held_out=0.3)
    assert len(others) == 30
    assert 10 < len(members) < 30
    assert all(int(patient[1:]) % 2 == 1 and draw(patient) >= 0.3 for patient in members.notes)
    assert all(int(patient[1:]) % 2 == 0 for patient in others.notes)


def test_no_more_patients_and_notes_are_read_than_asked(corpus):
    few = PrivacyConfig(patients=5, notes=2)
    members, others = drawn_groups(corpus, few, held_out=0.0)
    assert len(members) == len(others) == 5
    assert all(len(notes) == 2 for notes in members.notes.values())
    assert len(texts_of(corpus, members, others)) == 20


def test_too_few_patients_are_not_measured(corpus):
    with pytest.raises(TooFewError, match="30 patients trained on and 30 held out"):
        membership(Subject(), corpus, PrivacyConfig(), 0.0, show_progress=False)


def test_an_attack_that_knows_the_members_finds_them(corpus, monkeypatch):
    texts = corpus.table(["text"], ["train"])["text"].to_pylist()

    def knows(subject, notes, names, privacy):
        return {"loss": [1.0 if text in texts else 0.0 for text in notes]}

    monkeypatch.setattr(room, "_views", knows)
    (attack,) = membership(Subject(), corpus, PRIVACY, 0.0, show_progress=False).attacks
    assert attack.auc.value == attack.auc.low == attack.auc.high == 1
    assert attack.tpr is None  # thirty others cannot tell one in a hundred


def test_the_reference_takes_the_difficulty_of_notes_away(corpus, monkeypatch):
    members = set(corpus.table(["text"], ["train"])["text"].to_pylist())
    model, base = Subject(), Subject()
    subject = Subject(reference=base)

    def hard_notes(asked, notes, names, privacy):
        difficulty = [len(name) + np.sin(len(text) * 7) for name, text in zip(names, notes, strict=True)]
        gain = [0.1 * (text in members and asked is not base) for text in notes]
        return {"loss": [one + more for one, more in zip(difficulty, gain, strict=True)]}

    monkeypatch.setattr(room, "_views", hard_notes)
    assert model is not base
    found = {attack.name: attack.auc.value for attack in membership(subject, corpus, PRIVACY, 0.0).attacks}
    assert found["loss against the base"] == 1
    assert found["loss"] < 0.8


def test_a_real_model_that_has_read_nothing_is_near_chance(corpus, words, encoder):
    subject = Subject(words, None, encoder, reference=Subject(words, None, encoder))
    figures = membership(subject, corpus, PRIVACY, 0.0, show_progress=False)
    named = {attack.name: attack.auc for attack in figures.attacks}
    assert set(named) == {"loss", "loss against the base", "closeness", "closeness against the base"}
    assert named["loss"].low < 0.5 < named["loss"].high
    assert named["loss against the base"].value == 0.5
    assert figures.attacks[0].auc.value == max(auc.value for auc in named.values())
