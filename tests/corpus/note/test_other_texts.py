"""Questions of a note lose what identifies people, as the note does, and keep their ids."""

from __future__ import annotations

import json

import pytest

from wardspace.config import parse_study
from wardspace.corpus import prepare
from wardspace.corpus.note.other_texts import with_texts_changed


@pytest.mark.parametrize("written", ["FEVER?", "[unclear] FEVER", "[1, 2]", '[{"id": "A"}]', "[{", ""])
def test_a_text_is_a_text_whatever_it_looks_like(written):
    assert with_texts_changed(written, str.lower) == written.lower()


def test_questions_of_a_squad_file_are_deidentified_with_their_passage(tmp_path):
    asked = [
        {"id": "12/04/2023", "question": "What did Dr. Parkinson  say on 4/12/23?", "answers": []},
        {"id": "q2", "question": 7, "answers": []},
        {"id": "q3", "answers": [{"text": "Aspirin", "answer_start": 35}]},
    ]
    passage = {"context": "Seen by Dr. Parkinson on 4/12/23.  Aspirin was started.", "qas": asked}
    path = tmp_path / "dev.json"
    path.write_text(json.dumps({"data": [{"title": "A", "paragraphs": [passage]}]}))
    study = parse_study(
        {
            "corpus": {"source": {"path": str(path), "format": "squad"}, "deidentify": {}},
            "tasks": [{"kind": "answers", "name": "asked"}],
        }
    )
    (note,) = prepare(study.corpus, tmp_path / "corpus", show_progress=False).table().to_pylist()
    first, second, third = json.loads(note["questions"])
    assert (first["id"], first["question"]) == ("12/04/2023", "What did Dr. [NAME]  say on [DATE]?")
    assert second["question"] == 7 and "question" in third and third["question"] is None
    (answer,) = note["answers"]
    assert note["text"][answer["start"] : answer["end"]] == "Aspirin" and answer.keys() == {
        "start",
        "end",
        "question_id",
    }
