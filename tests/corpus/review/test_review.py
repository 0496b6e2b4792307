import json

import pytest

from tests.corpus.review.made import MURPHY, OKONKWO, QUILLFEATHER, TEXT, answer, note, review, said
from tests.fixtures.sources import corpus_config
from wardspace.config import DeidentifyConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.review import Review
from wardspace.corpus.review.kept import judgement_file
from wardspace.corpus.review.review import settings_digest

ACCEPTED, MISSED = said("accepted", QUILLFEATHER, found=0), said("missed", OKONKWO)


def closed(one):
    one._file.__exit__(None, None, None)


def test_a_review_goes_on_where_it_stopped(tmp_path):
    notes = [note(f"n{i}") for i in range(3)]
    first = review(tmp_path, notes)
    first.judge(0, answer(ACCEPTED, MISSED))
    first.judge(1, answer(ACCEPTED, done=False))
    closed(first)
    again = review(tmp_path, notes)
    assert again.done == [True, False, False]
    assert again.answer(0) == answer(ACCEPTED, MISSED)
    assert again.answer(1) == answer(ACCEPTED, done=False)
    assert again.answer(2) is None
    assert again.estimate == first.estimate
    assert (again.estimate.leaks.hits, again.estimate.leaks.total) == (1, 1)
    closed(again)


def test_other_words_under_the_same_id_are_another_note(tmp_path):
    first = review(tmp_path, [note()])
    first.judge(0, answer(ACCEPTED, MISSED))
    closed(first)
    again = review(tmp_path, [note(text=TEXT.replace("absent", "present"))])
    assert (again.done, again.answer(0)) == ([False], None)
    closed(again)


def test_other_detectors_are_estimated_anew_with_what_is_known(tmp_path):
    first = review(tmp_path, [note(places=[QUILLFEATHER, MURPHY])])
    first.judge(0, answer(ACCEPTED, said("rejected", MURPHY, found=1), MISSED))
    closed(first)
    again = review(tmp_path, [note(places=[QUILLFEATHER, OKONKWO])], settings="others")
    assert again.done == [False]
    assert again.estimate.leaks.total == 0
    assert again.answer(0) == answer(ACCEPTED, said("accepted", OKONKWO, found=1), done=False)
    again.judge(0, answer(ACCEPTED, said("accepted", OKONKWO, found=1)))
    assert (again.estimate.leaks.hits, again.estimate.leaks.total) == (0, 1)
    closed(again)


def test_a_refused_answer_keeps_nothing(tmp_path):
    one = review(tmp_path, [note()])
    with pytest.raises(CorpusError):
        one.judge(0, answer())
    assert one.answer(0) is None
    assert (tmp_path / "review.jsonl").read_bytes() == b""
    closed(one)


def test_notes_are_drawn_and_examined_with_the_studys_detectors(tmp_path):
    source = tmp_path / "notes.jsonl"
    rows = [
        {"note_id": f"n{i}", "mrn": f"p{i // 2}", "surname": "Zebulon", "text": f"zebulon well, {TEXT}"}
        for i in range(20)
    ]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    # surrogates need a key, a look at what was found does not
    deidentify = {"name_columns": ["surname"], "operator": "surrogate", "key_file": str(tmp_path / "key")}
    config = corpus_config(source, {"patient_id": "mrn"}, deidentify=deidentify)
    with judgement_file(tmp_path / "run" / "review.jsonl") as file:
        one = Review.draw(config, 6, file, tmp_path / "run" / "corpus", show_progress=False)
        assert len(one.notes) == 6
        for found in one.notes:
            marked = {found.text[finding.start : finding.end]: finding.type for finding in found.findings}
            assert marked["zebulon"] == "NAME"
            assert marked["12 April 2019"] == "DATE"
        assert not (tmp_path / "key").exists()
        with pytest.raises(CorpusError, match="no redactions to review") as caught:
            Review.draw(corpus_config(source), 6, file, tmp_path / "run" / "corpus", show_progress=False)
        assert "corpus.deidentify: {}" in caught.value.fix


def test_settings_name_what_is_found_and_not_what_becomes_of_it():
    plain = settings_digest(DeidentifyConfig())
    assert plain == settings_digest(DeidentifyConfig(operator="mask", review="elsewhere.jsonl"))
    assert plain != settings_digest(DeidentifyConfig(threshold=0.9))
    assert plain != settings_digest(DeidentifyConfig(name_columns=["surname"]))


def test_no_word_of_a_note_is_kept(tmp_path):
    one = review(tmp_path, [note()])
    one.judge(0, answer(ACCEPTED, MISSED))
    closed(one)
    kept = (tmp_path / "review.jsonl").read_text()
    assert not [word for word in TEXT.split() if len(word) > 3 and word.strip(".").lower() in kept.lower()]
    assert set(json.loads(kept)) == {"note_id", "text", "settings", "time", "done", "spans"}
