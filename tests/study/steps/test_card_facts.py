import pytest

from tests.fixtures.corpora import write_corpus
from wardspace.core.files import write_json
from wardspace.study.folder import RunFolder
from wardspace.study.steps.card_facts import card_facts

MACHINE = {"system": "Linux x86_64", "memory_gib": 24.0}


def facts_of(folder, times):
    rows = [
        {"note_id": f"n{i}", "patient_id": f"p{i}", "text": "seen today", "split": "train", "time": time}
        for i, time in enumerate(times)
    ]
    corpus = write_corpus(folder / "corpus", rows, [])
    return card_facts(RunFolder(folder), corpus, MACHINE)


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


def test_energy_of_a_plan_is_summed_by_model(tmp_path):
    stages = [("mlm", 0.01), ("both", 0.01), ("both", 0.02), ("unknown", None)]
    write_json(tmp_path / "plan.json", {"stages": [{"model": m, "kilowatt_hours": k} for m, k in stages]})
    facts = facts_of(tmp_path, ["2019"])
    assert facts.kilowatt_hours == {"mlm": 0.01, "both": pytest.approx(0.03)}
    assert facts.machine == "Linux x86_64, 24 GiB of memory"
