"""A report that shows notes: only where it was asked for, only where text may be, and only as old as its corpus."""

import json
import re
import stat

import numpy as np
import pytest
import yaml

from tests.cli.test_main import run
from tests.fixtures.studies import CANARY, small_study, write_notes
from wardspace.corpus import Corpus
from wardspace.study import Study
from wardspace.study.steps.space import SpaceNotes, beginning

LETTERS = 30


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A study file of a base without adaptation, its run folder, and what the command printed nothing of."""
    home = tmp_path_factory.mktemp("text")
    values = small_study(home, adapt=[], tasks=[])
    values["report"] |= {"text_letters": LETTERS, "map_notes": 20}
    (home / "study.yaml").write_text(yaml.safe_dump(values))
    return home, values


def reported(home, *options):
    return run("report", str(home / "study.yaml"), "--out", str(home / "run"), *options)


def held(path):
    return json.loads(re.search(r'id="map-data">(.*?)</script>', path.read_text(encoding="utf-8"))[1])


def test_text_lies_in_the_corpus_folder_and_nowhere_else(asked, capsys):
    home, _ = asked
    assert reported(home, "--with-text") == 0
    told = capsys.readouterr()
    assert "holds text of patients' notes" in told.err
    assert "report-with-text.html" in told.err
    assert "umbrella" not in told.err + told.out
    page = home / "run" / "corpus" / "report-with-text.html"
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert all(re.match(r"Note \d+\. ", text) for text in held(page)["texts"])
    for path in (home / "run").rglob("*"):
        if path.is_file() and home / "run" / "corpus" not in path.parents:
            assert not re.search(rb"Note \d+\. ", path.read_bytes()), path
            assert CANARY.encode() not in path.read_bytes(), path
    assert "texts" not in held(home / "run" / "report.html")


def test_each_note_has_its_own_text_cut_where_it_was_asked_to_be(asked):
    home, values = asked
    study = Study.parse(values, home / "run")
    corpus = Corpus.open(home / "run" / "corpus")
    notes = SpaceNotes(corpus, study.config)
    drawn = notes.map(np.load(home / "run" / "vectors" / "base.npy"))
    texts = notes.texts(LETTERS)
    assert len(texts) == len(drawn.xy) == 20
    assert all(len(text) <= LETTERS + 2 for text in texts)
    table = corpus.table(["text", "area", "split"]).to_pylist()
    found = [row for text in texts for row in table if row["text"].startswith(text.removesuffix(" …"))]
    assert [row["area"] for row in found] == drawn.columns["area"]
    assert {row["split"] for row in found} == {"test"}
    assert notes.texts(10**6) == [row["text"] for row in found]


def test_a_report_without_text_takes_the_page_with_text_away(asked):
    home, _ = asked
    page = home / "run" / "corpus" / "report-with-text.html"
    assert reported(home, "--with-text") == 0
    assert page.exists()
    assert reported(home) == 0
    assert not page.exists()


def test_a_corpus_prepared_again_keeps_no_page_of_the_old_one(asked):
    home, values = asked
    page = home / "run" / "corpus" / "report-with-text.html"
    assert reported(home, "--with-text") == 0
    write_notes(home / "notes.csv", 100, canary=True)
    Study.parse(values, home / "run").run("prepare")
    assert not page.exists()
    assert len(Corpus.open(home / "run" / "corpus")) == 100


def test_text_without_a_report_is_refused(asked):
    home, values = asked
    with pytest.raises(ValueError, match="with_text needs the report"):
        Study.parse(values, home / "run").run("prepare", with_text=True)


def test_what_was_cut_is_said_to_be():
    assert beginning("abc", 3) == "abc"
    assert beginning("ab cd", 3) == "ab …"
