import bm25s
import numpy as np

from wardspace.core.seeds import generator
from wardspace.serve.index import words
from wardspace.serve.index.words import K1, B, bm25, count_words, hashed, merge_words, words_of

WORDS = ["chest", "pain", "fever", "cough", "rash", "leg", "nausea", "acute", "mild", "left"]


def texts(count):
    random = generator("words")
    return [" ".join(random.choice(WORDS, random.integers(1, 30))) for _ in range(count)]


def of_bm25s(all_texts, query):
    """Scores of the library over the same words."""
    model = bm25s.BM25(k1=K1, b=B, method="lucene")
    model.index([words_of(text) for text in all_texts], show_progress=False)
    known = [word for word in words_of(query) if word in model.vocab_dict]
    return model.get_scores(known) if known else np.zeros(len(all_texts))


def test_scores_are_those_of_bm25s_however_notes_are_divided():
    every = texts(60)
    for query in ("chest pain", "fever fever leg", "unheard of rash"):
        wanted = of_bm25s(every, query)
        parts = [(count_words(some), None) for some in (every[:7], every[7:40], every[40:])]
        np.testing.assert_allclose(np.concatenate(bm25(parts, query)), wanted, rtol=1e-4, atol=1e-5)


def test_hidden_notes_count_for_nothing():
    every = texts(40)
    alive = np.arange(40) % 3 > 0
    kept = [text for text, flag in zip(every, alive, strict=True) if flag]
    (found,) = bm25([(count_words(every), alive)], "chest pain")
    np.testing.assert_allclose(found[alive], of_bm25s(kept, "chest pain"), rtol=1e-4, atol=1e-5)
    assert not found[~alive].any()


def test_merged_words_are_those_of_the_notes_that_stay():
    first, second = texts(20), [*texts(30)[20:], "hapax"]
    kept = [np.arange(20) % 2 == 0, np.arange(11) < 10]
    merged = merge_words([(count_words(first), kept[0]), (count_words(second), kept[1])])
    wanted = count_words([*first[::2], *second[:10]])
    for own, other in zip(merged, wanted, strict=True):
        np.testing.assert_array_equal(own, other)
    assert np.uint64(hashed("hapax")) not in merged.terms


def test_no_word_at_all():
    assert [one.tolist() for one in bm25([(count_words(["", "."]), None)], "pain")] == [[0, 0]]
    assert words.words_of("The biopsies of the lungs") == ["biopsy", "lung", "biopsy lung"]
