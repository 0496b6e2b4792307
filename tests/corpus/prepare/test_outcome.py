import gzip
from collections import Counter

import pytest

from tests.fixtures.sources import prepared
from wardspace.core.errors import CorpusError
from wardspace.corpus.prepare.outcome import loss_warning


@pytest.mark.parametrize(
    ("rejects", "rows", "warned"),
    [
        ({"too short": 1}, 100, False),
        ({"too short": 1, "empty text": 1}, 100, True),
        ({"not in the sample": 90, "too short": 1}, 100, False),
        ({"undecodable bytes": 53}, 400, True),
        ({}, 0, False),
        ({"damaged file": 1}, 10_000, True),
    ],
)
def test_a_loss_above_one_in_a_hundred_is_a_warning(rejects, rows, warned):
    assert (loss_warning(Counter(rejects), rows) is not None) == warned


def test_the_loss_comes_first_among_the_warnings(tmp_path):
    (tmp_path / "a.csv").write_text("note_id,text\n" + "".join(f"{i},note {i} of many\n" for i in range(40)) + "x,\n")
    warnings = prepared(tmp_path / "a.csv", tmp_path / "corpus").manifest.warnings
    assert "1 of 41 rows" in warnings[0]


def test_rows_lost_behind_a_packed_stretch_come_first_too(tmp_path):
    rows = "".join(f"{i},note {i} of many\n" for i in range(400))
    with gzip.open(tmp_path / "a.csv.gz", "wb") as file:
        file.write(f"note_id,text\n{rows}bomb,".encode())
        for _ in range(80):
            file.write(b"x" * 1_000_000)
        file.write(f"\n{rows.replace('note', 'later note')}".encode())
    corpus = prepared(tmp_path / "a.csv.gz", tmp_path / "corpus")
    assert len(corpus) == 400
    assert "1 of 401 rows" in corpus.manifest.warnings[0]
    assert "damage" in corpus.manifest.warnings[0]


ADVICE = {
    "corpus.source.delimiter": ("a.csv", "note_id,text\n1,a,b\n2,c,d\n", {}),
    "corpus.columns.note_id": ("a.csv", "note_id,text\n,a\n,b\n", {}),
    "annotations": ("a.txt", "5|t|A title\n5\t0\n", {"format": "pubtator"}),
    "corpus.columns.text": ("a.csv", "note_id,text\n1,\n2,\n", {}),
}


@pytest.mark.parametrize("key", ADVICE)
def test_advice_is_on_what_is_at_fault(tmp_path, key):
    name, content, source = ADVICE[key]
    (tmp_path / name).write_text(content)
    with pytest.raises(CorpusError) as caught:
        prepared(tmp_path / name, tmp_path / "corpus", source=source)
    assert key in caught.value.fix


@pytest.mark.parametrize("option", [{"delimiter": ";"}, {"quotes": "backslash"}])
def test_options_of_csv_have_no_effect_elsewhere(tmp_path, option):
    (tmp_path / "a.txt").write_text("5|t|A title\n")
    with pytest.raises(CorpusError, match="no effect"):
        prepared(tmp_path / "a.txt", tmp_path / "corpus", source={"format": "pubtator", **option})


@pytest.mark.parametrize("delimiter", ["", ";;", '"', "\n", "\\", "é"])
def test_what_is_no_delimiter(tmp_path, delimiter):
    with pytest.raises(ValueError, match="delimiter"):
        prepared(tmp_path / "a.csv", tmp_path / "corpus", source={"delimiter": delimiter})
