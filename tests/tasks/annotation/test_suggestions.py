import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from tests.corpus.annotation.made import TEXTS, spans
from wardspace.corpus.annotation import MarkedSpan
from wardspace.corpus.annotation.session import SessionNote
from wardspace.tasks.annotation.dictionary import DictionarySuggester
from wardspace.tasks.annotation.labels import LabelSuggester, label_probabilities


def note(text, note_id="n"):
    return SessionNote(note_id, text)


def found(suggester, text):
    return [(text[one.start : one.end], one.type) for one in suggester.suggestion(note(text))]


@pytest.fixture
def dictionary():
    return DictionarySuggester({note(TEXTS[name], name): spans(name) for name in ("plain", "chinese", "arabic")})


def test_words_that_were_marked_are_found_whatever_their_case(dictionary):
    assert found(dictionary, "ASPIRIN, 81 mg; aspirins") == [("ASPIRIN", "Drug"), ("81 mg", "Dose")]
    assert found(dictionary, "181 mg of aspirin") == [("aspirin", "Drug")]


def test_scripts_without_blanks_have_no_borders_of_words(dictionary):
    assert found(dictionary, "每日阿司匹林治疗") == [("阿司匹林", "Drug")]
    assert found(dictionary, "يوميا الأسبرين 81 ملغ") == [("الأسبرين", "Drug"), ("81 ملغ", "Dose")]


def test_the_longest_that_fits_is_taken():
    one = note("low molecular heparin and heparin")
    marked = (MarkedSpan(start=0, end=21, type="Drug"), MarkedSpan(start=26, end=33, type="Drug"))
    assert found(DictionarySuggester({one: marked}), "Low molecular heparin") == [("Low molecular heparin", "Drug")]


def test_confidence_is_the_share_of_places_that_were_marked():
    one = note("cold hands and cold feet, a cold", "a")
    suggester = DictionarySuggester({one: (MarkedSpan(start=28, end=32, type="Disease"),)})
    (span,) = suggester.suggestion(note("cold"))
    assert span.confidence == pytest.approx((1 + 1) / (3 + 2))


def test_the_dictionary_learns_while_a_person_works_and_unlearns():
    suggester = DictionarySuggester({})
    assert suggester.suggestion(note("fever")) == ()
    one = note("a fever", "a")
    suggester.learn(one, (MarkedSpan(start=2, end=7, type="Symptom"),))
    assert found(suggester, "Fever (38.5)") == [("Fever", "Symptom")]
    suggester.learn(one, (MarkedSpan(start=2, end=7, type="Disease"),))
    assert found(suggester, "fever") == [("fever", "Disease")]
    suggester.learn(one, None)
    assert found(suggester, "fever") == []


def test_labels_are_those_of_a_balanced_logistic_regression():
    rng = np.random.default_rng(0)
    features, rows = rng.normal(size=(40, 6)) / np.sqrt(6), np.arange(0, 40, 2)
    labels = np.where(features[rows, 0] > 0.2, "b", "a")
    probabilities, classes = label_probabilities(features, rows, labels)
    model = LogisticRegression(C=10, class_weight="balanced", max_iter=2000, tol=1e-6).fit(features[rows], labels)
    assert probabilities == pytest.approx(model.predict_proba(features), abs=5e-3)
    suggester = LabelSuggester(probabilities, classes, {"x": 3})
    suggestion = suggester.suggestion(note("", "x"))
    assert suggestion.type == classes[probabilities[3].argmax()]
    assert suggestion.confidence == pytest.approx(probabilities[3].max())
    assert suggester.suggestion(note("", "unknown")) is None


def test_one_label_alone_teaches_nothing():
    assert label_probabilities(np.eye(3), np.array([0, 1]), np.array(["a", "a"])) is None
