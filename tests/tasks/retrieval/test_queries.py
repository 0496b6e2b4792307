from __future__ import annotations

import numpy as np
import pytest

from tests.fixtures.asking import QUERY, asking_rows
from tests.fixtures.corpora import write_corpus
from wardspace.config import RetrievalConfig
from wardspace.core.errors import WardspaceError
from wardspace.tasks import Texts
from wardspace.tasks.retrieval.queries import NO_QUERY, read_queries


def asked(folder, rows=None, **options):
    corpus = write_corpus(folder, asking_rows() if rows is None else rows, [QUERY])
    return read_queries(Texts(corpus), RetrievalConfig(name="questions", query=QUERY, **options))


def test_notes_ask_for_themselves_and_for_those_with_the_same_text(tmp_path):
    rows = asking_rows(n003=" Chest  pain? ", n004="chest  PAIN?", n010="chest  pain?", n011=None, n012="  ")
    found = asked(tmp_path / "c", rows)
    assert (found.codes == NO_QUERY).nonzero()[0].tolist() == [11, 12]
    answers = dict(zip(found.asked["test"].tolist(), found.answers("test"), strict=True))
    assert sorted(answers[4].tolist()) == [3, 4, 10]
    assert answers[9].tolist() == [9]
    assert found.texts["test"][0] == "chest  PAIN?"
    assert found.warnings == (f"2 of 100 notes have no {QUERY}: they are searched, and ask nothing.",)


def test_the_notes_searched_are_all_or_those_of_the_split(tmp_path):
    rows = asking_rows(n003="same", n004="same", n009="same")
    everywhere, within = asked(tmp_path / "a", rows), asked(tmp_path / "b", rows, among="split")
    assert everywhere.searched["test"].tolist() == list(range(100))
    assert within.searched["test"].tolist() == list(range(4, 100, 5))
    assert sorted(everywhere.answers("test")[0].tolist()) == [3, 4, 9]
    assert [within.searched["test"][i] for i in sorted(within.answers("test")[0])] == [4, 9]


def test_drawn_queries_are_the_same_every_time_and_others_with_another_seed(tmp_path):
    one, same, other = (asked(tmp_path / str(i), queries=6, seed=seed) for i, seed in enumerate((1, 1, 2)))
    for split in ("validation", "test"):
        assert len(one.asked[split]) == len(one.texts[split]) == 6
        assert np.array_equal(one.asked[split], same.asked[split])
    assert one.asked["test"].tolist() != other.asked["test"].tolist()
    assert set(one.asked["test"]) < set(range(4, 100, 5))


def test_fewer_queries_than_allowed_are_all_asked(tmp_path):
    assert len(asked(tmp_path / "c", queries=500).asked["test"]) == 20


@pytest.mark.parametrize(
    ("left", "told"), [(0, "no notes of the test split have"), (1, "1 note of the test split has")]
)
def test_too_few_queries_are_refused(tmp_path, left, told):
    rows = [
        row | ({QUERY: None} if row["split"] == "test" and i >= 5 * left else {}) for i, row in enumerate(asking_rows())
    ]
    with pytest.raises(WardspaceError, match=f"{told} a query") as caught:
        asked(tmp_path / "c", rows)
    assert caught.value.where == f"query {QUERY}"


def test_a_search_that_cannot_fail_is_refused(tmp_path):
    with pytest.raises(WardspaceError, match="every ranking is right"):
        asked(tmp_path / "c", [row | {QUERY: "what now"} for row in asking_rows()])
