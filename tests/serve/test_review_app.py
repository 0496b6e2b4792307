"""The way of a review through its pages."""

import json

import pytest

from tests.corpus.review.made import OKONKWO, QUILLFEATHER, TEXT, said
from tests.serve.conftest import HOSTILE
from wardspace.corpus.review import Review

ACCEPTED = said("accepted", QUILLFEATHER, found=0)


def judged(known, number, *spans, done=True):
    return known.post(f"/notes/{number}", json={"done": done, "spans": spans})


def test_a_note_comes_with_its_findings(known):
    held = known.get("/notes/0").json()
    assert held["text"] == TEXT
    assert held["answer"] is None
    (found,) = held["findings"]
    assert (found["start"], found["end"], found["type"]) == (*QUILLFEATHER, "NAME")
    assert (found["score"], found["detector"]) == (0.9, "names")


def test_a_note_is_data_and_never_part_of_the_page(known):
    page = known.get("/").text
    assert not [words for words in ("alert(", "Ann", "nothing here", "Quillfeather") if words in page]
    response = known.get("/notes/1")
    assert response.headers["content-type"] == "application/json"
    assert response.json()["text"] == HOSTILE


def test_judgements_are_kept_and_the_estimate_moves(known, reviewed, tmp_path):
    before = known.get("/review").json()
    assert before["done"] == [False, False, False]
    assert before["estimate"]["leaks"] is None
    assert "NAME" in before["types"]
    after = judged(known, 0, ACCEPTED, said("missed", OKONKWO)).json()
    assert after["done"] == [True, False, False]
    leaks = after["estimate"]["leaks"]
    assert (leaks["hits"], leaks["total"], leaks["value"]) == (1, 1, 1.0)
    assert after["estimate"]["types"][0]["type"] == "all types"
    assert known.get("/notes/0").json()["answer"]["spans"][1]["verdict"] == "missed"
    (line,) = (tmp_path / "review.jsonl").read_text().splitlines()
    assert json.loads(line)["note_id"] == "n1"
    again = Review(reviewed.notes, reviewed._file, "s", seed=1)
    assert again.done == [True, False, False]


def test_changing_ones_mind_counts_once(known):
    judged(known, 0, ACCEPTED, said("missed", OKONKWO))
    after = judged(known, 0, ACCEPTED).json()
    assert (after["estimate"]["leaks"]["hits"], after["estimate"]["leaks"]["total"]) == (0, 1)
    assert judged(known, 0, ACCEPTED, done=False).json()["estimate"]["leaks"] is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"no JSON zebrafish", 422),
        (b'{"done": true}', 422),
        (b'{"done": true, "spans": [], "text": "zebrafish"}', 422),
        (b'{"done": true, "spans": []}', 422),
        (b'{"done": true, "spans": [' + b" " * 4_000_001 + b"]}", 413),
    ],
)
def test_what_is_no_answer_is_refused_without_quoting_it(known, reviewed, body, status):
    response = known.post("/notes/0", content=body, headers={"content-type": "application/json"})
    assert response.status_code == status
    assert "zebrafish" not in response.text
    assert not any(reviewed.done)


def test_what_is_asked_wrongly_is_refused(known):
    body = json.dumps({"done": True, "spans": [ACCEPTED]})
    assert known.post("/notes/0", content=body, headers={"content-type": "text/plain"}).status_code == 415
    assert known.get("/notes/3").status_code == 404
    assert judged(known, 3, ACCEPTED).status_code == 404
    assert known.put("/notes/0", json={}).status_code == 405
    overlapping = judged(known, 0, ACCEPTED, said("missed", (10, 20)))
    assert "overlap" in overlapping.json()["problem"]
