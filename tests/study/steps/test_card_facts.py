import pytest

from tests.fixtures.corpora import write_corpus
from wardspace.study.steps.card_facts import card_facts

MACHINE = {"system": "Linux x86_64", "memory_gib": 24.0}


def facts_of(folder, times):
    rows = [
        {"note_id": f"n{i}", "patient_id": f"p{i}", "text": "seen today", "split": "train", "time": time}
        for i, time in enumerate(times)
    ]
    corpus = write_corpus(folder / "corpus", rows, [])
    return card_facts(corpus, MACHINE)


@pytest.mark.parametrize(
    ("times", "years"),
    [
        (["2019-03-04", "2011-12-31T10:00:00Z", None], (2011, 2019)),
        (["2019"], (2019, 2019)),
        (["20190304"], (2019, 2019)),
        (["2019/03/04 10:00"], (2019, 2019)),
        ([None, None], None),
        (["2019-03-04", "04.03.2011"], None),  # nothing is guessed
        (["20194"], None),
        (["1204 days"], None),
    ],
)
def test_years_are_told_if_every_time_tells_one(tmp_path, times, years):
    assert facts_of(tmp_path, times).years == years


def test_the_machine_is_described(tmp_path):
    assert facts_of(tmp_path, ["2019"]).machine == "Linux x86_64, 24 GiB of memory"
