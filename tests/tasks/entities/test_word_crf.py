"""A tagger of words: what it sees, what it learns, and what it keeps."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

from wardspace.objectives.supervised.tags import TagSpan
from wardspace.tasks.entities.word_crf import PENALTIES, Penalty, WordCrf, best_word_crf, cross_fitted
from wardspace.tasks.entities.word_features import features
from wardspace.tasks.entities.words import Example

TYPES = ("Chemical", "Disease")


def notes(number, seed, drugs=()):
    """Notes in which a drug is what follows `took` and an illness what follows `has severe`; most drugs are new."""
    random = np.random.default_rng(seed)
    drugs = drugs or [*("aspirin", "heparin"), *("".join(random.choice(list("aeioumnrst"), 7)) for _ in range(number))]
    found = []
    for _ in range(number):
        drug, illness = random.choice(drugs), random.choice(["asthma", "gout", "lung cancer", "renal failure"])
        filler = " ".join(random.choice(["then", "later", "again", "today"], 3))
        text = f"She took {drug} {filler}. He has severe {illness}, {filler}."
        spans = [
            (text.index(words), text.index(words) + len(words), kind) for kind, words in enumerate((drug, illness))
        ]
        found.append((text, spans))
    return found


def example(text, spans):
    return Example.of(text, spans)


def examples(found):
    return [example(*one) for one in found]


@pytest.fixture(scope="module")
def tagger():
    return WordCrf.learned(examples(notes(40, 1)), TYPES, PENALTIES[0])


def test_words_that_were_never_seen_are_found_by_their_neighbours(tagger):
    for text, spans in notes(10, 2, drugs=("zoledronate", "ibrutinib")):
        found = tagger.mentions(text)
        assert [(one.start, one.end, TYPES.index(one.type)) for one in found] == spans
        assert all(0.5 < one.confidence <= 1 for one in found)


def test_confidence_is_the_least_probability_of_the_tags_of_all_tag_sequences():
    """Against the sum over all sequences of tags, from the weights that CRFsuite dumps."""
    tagger = WordCrf.learned(examples(notes(12, 3)), TYPES, Penalty(0.5, 0.5))
    text = "She took heparin again"
    info = tagger._tagger.info()
    known = [span for span, _ in tagger.dictionary.find(Example.of(text, []).words)]
    rows = [[tagger.numbers.get(name) for name in row] for row in features(text.split(), known)]
    labels = sorted(info.labels)

    def score(tags):
        own = sum(
            info.state_features.get((name, tag), 0.0) for row, tag in zip(rows, tags, strict=True) for name in row
        )
        return own + sum(info.transitions.get(pair, 0.0) for pair in pairwise(tags))

    paths = list(product(labels, repeat=len(rows)))
    weights = np.exp([score(tags) for tags in paths])
    (found,) = tagger.mentions(text)
    best = paths[int(weights.argmax())]
    place = text.split().index("heparin")
    share = weights[[tags[place] == best[place] for tags in paths]].sum() / weights.sum()
    assert text[found.start : found.end] == "heparin"
    assert found.confidence == pytest.approx(share, rel=1e-4)


def test_the_model_holds_no_word_of_the_notes(tagger):
    assert any("asthma" in name for name in tagger.numbers)
    for word in (b"asthma", b"severe", b"lung", b"Disease"):
        assert word not in tagger.model


def test_equal_notes_give_an_equal_model(tagger):
    again = WordCrf.learned(examples(notes(40, 1)), TYPES, PENALTIES[0])
    assert again.model == tagger.model


def test_the_penalty_is_the_best_on_validation():
    train, held = examples(notes(12, 4)), examples(notes(10, 5))
    found = best_word_crf(train, held, TYPES)
    each = [WordCrf.learned(train, TYPES, penalty) for penalty in PENALTIES]
    right = [sum(one.find(example.words) == example.spans for example in held) for one in each]
    assert sum(found.find(example.words) == example.spans for example in held) == max(right)


def test_features_are_those_of_the_word_and_its_neighbours():
    rows = features(["The", "IL2", "gene"], [TagSpan(1, 2, 0)])
    assert {"word=il2", "shape=Xd", "form=XXd", "first2=il", "last3=il2", "-1:word=the", "1:word=gene"} <= set(rows[1])
    assert {"word=the|word=il2", "word=il2|word=gene", "known=0", "known=0, only", "-2:word="} <= set(rows[1])
    assert not any(name.startswith("known") for row in (rows[0], rows[2]) for name in row)


@pytest.mark.parametrize("text", ["", " \n", "."])
def test_texts_without_words(tagger, text):
    assert tagger.mentions(text) == []
    assert WordCrf.learned([Example.of(text, []), *examples(notes(3, 6))], TYPES, PENALTIES[0]).mentions(text) == []


def test_training_notes_are_looked_up_in_a_dictionary_of_other_notes():
    odd = example("She took nimodipine.", [(9, 19, 0)])
    often = [example("She took digoxin.", [(9, 16, 0)])] * 6
    first, second, *_ = cross_fitted([odd, *often])
    assert not any(name.startswith("known") for row in first for name in row)
    assert {"known=0", "known=0, only"} <= set(second[2])
